//! The server as one of several nodes: what its hub proposes goes into entries of the log, and what comes out of that goes to the hub.
//!
//! Invariants: what follows from one happening is done before the next one begins, for an audience is who is there between them; a client
//! that waits for the log goes on when its next command has nothing to wait for.

use std::collections::BTreeSet;

use super::Server;
use super::connections::Connections;
use super::log_end::{CurrentEntry, LogEnd, Waiting};
use super::restore_error::RestoreError;
use crate::chat::{
    ChatSnapshot, ClientId, Command, Hub, Input, LogNews, MonoTime, Ordered, Proposal, Proposed, Turn,
    UnixMillis,
};
use crate::cluster::{LogSnapshot, News, NodeConfig, NodeInput, NodeOutput};
use crate::limits::{LINE_STEPS, LOG_ENTRIES_PER_TURN};
use crate::net::stream::Stream;

/// Steps of work that a change takes itself: to be applied, hashed and told.
const CHANGE_STEPS: u64 = 3 * LINE_STEPS;

impl<S: Stream> Server<S> {
    /// Has the server be one of several nodes from now on. To be called before anybody comes; until the log says who is there, nobody
    /// gets in.
    pub fn join_nodes(&mut self, config: NodeConfig) {
        self.hub.join_nodes();
        self.storage.share_accounts();
        self.log_end = Some(Box::new(LogEnd::new(config, self.storage.last_message())));
    }

    /// Something has happened at the log.
    pub fn log_happened(&mut self, input: NodeInput<Proposal>, now: MonoTime) {
        // Between two entries only.
        self.finish_entry(now);
        let at = self.clocks.at(now);
        let Some(log) = &mut self.log_end else { return };
        log.node.take(at, input);
        log.has_more = true;
        self.heed_node(now);
    }

    /// The snapshot has come that the node wants to go on from; none: there is none.
    ///
    /// # Errors
    ///
    /// It contradicts itself, or what is kept here is of another log.
    pub fn log_restored(
        &mut self,
        snapshot: Option<Box<LogSnapshot<ChatSnapshot>>>,
        now: MonoTime,
    ) -> Result<(), RestoreError> {
        let replica = match snapshot {
            None => None,
            Some(snapshot) => {
                let LogSnapshot { replica, state, .. } = *snapshot;
                self.storage.join_log(replica.ledger().incarnation())?;
                self.hub.go_on_from(self.clocks.at(now), state)?;
                self.perform(now);
                self.hold_those_outside();
                Some(Box::new(replica))
            }
        };
        self.log_happened(NodeInput::Snapshot(replica), now);
        Ok(())
    }

    /// Moves what is to be done at the log into `into`.
    pub fn log_outputs(&mut self, into: &mut Vec<NodeOutput>, now: MonoTime) {
        self.heed_node(now);
        if let Some(log) = &mut self.log_end {
            into.append(&mut log.outputs);
        }
    }

    /// Whether something was read of the log that is not applied yet.
    pub fn is_behind_log(&self) -> bool {
        self.log_end.as_ref().is_some_and(|log| log.has_more)
    }

    /// Tells the people of this node something about the log.
    pub fn tell_of_log(&mut self, news: LogNews, now: MonoTime) {
        self.apply(Input::Log(news), now);
    }

    /// Whether the node is there, as far as it knows: what its people say goes into the log.
    pub fn is_there(&self) -> bool {
        self.log_end.as_ref().is_none_or(|log| log.node.epoch().is_some())
    }

    /// Whether people are let in: from when the node was there first. Who comes while it is held for dead waits with the others.
    pub(super) fn is_opened(&self) -> bool {
        self.log_end.as_ref().is_none_or(|log| log.opened)
    }

    /// Whether what is read of the log happened before the node was there.
    pub(super) fn is_catching_up(&self) -> bool {
        self.log_end.as_ref().is_some_and(|log| !log.node.has_been_there())
    }

    /// Applies what was read, as much as a turn bears; the last entry may be left in the middle.
    pub(super) fn follow_log(&mut self, now: MonoTime) {
        let at = self.clocks.at(now);
        if let Some(log) = &mut self.log_end
            && log.current.is_none()
            && log.node.next_due().is_some_and(|due| now >= due)
        {
            log.node.take(at, NodeInput::Tick);
        }
        self.heed_node(now);
        let until = self.work().total() + self.share.steps;
        let mut entries = 0;
        while entries < LOG_ENTRIES_PER_TURN && self.work().total() < until {
            if self.hub.has_stranded() {
                // As many as a turn bears, with nothing else of the log.
                return self.leave_with_node(now);
            }
            if !self.begin_entry() {
                return self.heed_node(now);
            }
            entries += usize::from(self.go_on_with_entry(now));
        }
    }

    /// Applies the rest of the entry that was left in the middle, if one was, however long it takes. To be called before the server is
    /// [written down](Self::state).
    pub fn finish_entry(&mut self, now: MonoTime) {
        while self.log_end.as_ref().is_some_and(|log| log.current.is_some()) {
            if self.hub.has_stranded() {
                self.leave_with_node(now);
            } else {
                self.go_on_with_entry(now);
            }
        }
    }

    /// Has an entry to apply, if one was read.
    fn begin_entry(&mut self) -> bool {
        let Some(log) = self.log_end.as_mut().filter(|log| log.has_more) else { return false };
        if log.current.is_some() {
            return true;
        }
        let Some(delivery) = log.node.step() else {
            log.has_more = false;
            return false;
        };
        if let Some(number) = delivery.own {
            let entry = log.entries.pop_front();
            debug_assert!(
                entry.is_some_and(|(oldest, _)| oldest == number),
                "entries come back in their order"
            );
        }
        log.current = Some(CurrentEntry::new(delivery));
        true
    }

    /// Applies the next thing of the entry; says whether that was the last.
    fn go_on_with_entry(&mut self, now: MonoTime) -> bool {
        let current = self.log_end.as_mut().and_then(|log| log.current.as_mut());
        let Some((at, turn)) = current.and_then(|entry| Some((entry.at, entry.turns.pop_front()?))) else {
            return true;
        };
        let own = matches!(turn, Turn::Change { own: true, .. });
        let over = turn == Turn::Over;
        if own {
            self.come_back(at, turn, now)
        } else {
            self.turn(at, turn, now)
        }
        if over {
            let effects = self.hub.take_digest();
            if let Some(log) = &mut self.log_end {
                log.current = None;
                log.node.applied(effects);
            }
            self.heed_node(now);
        }
        over
    }

    /// Members of a node that is gone leave. If it is this one, their clients wait until they are back.
    fn leave_with_node(&mut self, now: MonoTime) {
        let current = self.log_end.as_ref().and_then(|log| log.current.as_ref());
        let Some(at) = current.map(|entry| entry.at) else { return };
        self.turn(at, Turn::LeaveWithNode, now);
        self.hold_those_outside();
    }

    fn turn(&mut self, at: UnixMillis, turn: Turn, now: MonoTime) {
        self.steps += CHANGE_STEPS;
        self.apply(Input::Ordered(Ordered { at, turn }), now);
    }

    /// The oldest change under way has come back.
    fn come_back(&mut self, at: UnixMillis, turn: Turn, now: MonoTime) {
        match self.take_waiting() {
            Some(Waiting { client: Some(client), command: Some(number) }) => {
                self.answering((client, number), now, |server| server.turn(at, turn, now));
                self.release(client);
            }
            waiting => {
                self.turn(at, turn, now);
                waiting.and_then(|it| it.client).into_iter().for_each(|client| self.release(client));
            }
        }
    }

    /// Who waits for the oldest change under way.
    fn take_waiting(&mut self) -> Option<Waiting> {
        self.log_end.as_mut()?.waiting.pop_front()
    }

    /// A client goes on, if its next command has nothing to wait for any more.
    fn release(&mut self, client: ClientId) {
        let Server { connections, hub, ingress, .. } = self;
        let Some(conn) = connections.get_mut(client) else { return };
        let waits = match conn.parked() {
            Some(command) => hub.has_to_wait(client, command),
            None => has_to_be_held(hub, client),
        };
        if waits {
            self.await_room(client);
        } else if conn.take_log_wait() {
            ingress.mark_ready(connections, client);
        }
    }

    /// A command of a client has to wait for the log.
    pub(super) fn park(&mut self, client: ClientId, command: Command) {
        self.connections.with_input(client, |conn| conn.park(command));
        self.await_room(client);
    }

    /// The command of a client waits: if that is for room and for nothing else, it goes on when there is some.
    fn await_room(&mut self, client: ClientId) {
        let Server { connections, hub, log_end: Some(log), .. } = self else { return };
        if hub.is_awaited(client) {
            return;
        }
        if log.without_room.len() > 2 * connections.len() {
            log.without_room.retain(|&other| connections.get(other).is_some());
        }
        log.without_room.push_back(client);
        hub.apply(self.clocks, Input::Held(client));
    }

    /// As many go on whose commands wait for room as there is room for.
    pub(super) fn release_into_room(&mut self) {
        for _ in 0..self.hub.room_for_changes() {
            let Some(client) = self.log_end.as_mut().and_then(|log| log.without_room.pop_front()) else {
                return;
            };
            self.release(client);
        }
    }

    /// Clients of whom something has come that waits for the log, and that the hub does not know of.
    pub(super) fn held(&self) -> Vec<ClientId> {
        let held = self.connections.iter().filter(|(_, conn)| conn.is_held());
        held.map(|(id, _)| id).collect()
    }

    /// Whether all that has come of people has come back from the log, as far as it is known here.
    pub fn is_all_said(&self) -> bool {
        self.hub.under_way().is_none_or(|count| count == 0)
            && !self.ingress.has_work()
            && !self.is_behind_log()
    }

    /// A client's next commands wait for the log.
    pub(super) fn hold(&mut self, client: ClientId) {
        hold(&mut self.connections, client);
    }

    /// Clients whose members are gone with the node wait until they are back.
    fn hold_those_outside(&mut self) {
        let Server { connections, hub, .. } = self;
        hub.outside().for_each(|client| hold(connections, client));
    }

    /// Takes what the hub proposes; its clients wait, if they have to. To be called whenever the hub was given something.
    pub(super) fn take_proposed(&mut self) {
        let Server { connections, hub, log_end: Some(log), .. } = self else { return };
        hub.proposed(&mut log.buffer);
        for Proposed { client, command, proposal } in log.buffer.drain(..) {
            log.proposed.push_back(proposal);
            log.waiting.push_back(Waiting { client, command });
            let Some(client) = client else { continue };
            if let Some(number) = command {
                log.unanswered.goes_out(connections, (client, number));
            }
            if has_to_be_held(hub, client) {
                hold(connections, client);
            }
        }
    }

    /// Hands the changes of a turn to the log, while the node is there.
    pub(super) fn submit_proposed(&mut self) {
        let Some(log) = &mut self.log_end else { return };
        while log.may_submit() {
            let changes = log.take_proposed();
            let count = changes.len();
            let number = log.node.submit(changes);
            log.entries.push_back((number, count));
        }
    }

    /// Does what the node wants done, as far as it is the hub's.
    fn heed_node(&mut self, now: MonoTime) {
        // What follows from an entry follows when that is applied.
        let Some(log) = self.log_end.as_mut().filter(|log| log.current.is_none()) else { return };
        let mut wanted = Vec::new();
        log.node.outputs(&mut wanted);
        for output in wanted {
            match &output {
                NodeOutput::Tell(News::Living(_)) => self.live(now),
                NodeOutput::Unknown(numbers) => self.lose_sight(numbers.len(), now),
                // All that is under way is, when the node has come in.
                NodeOutput::Refused(_) => continue,
                _ => {}
            }
            if let Some(log) = &mut self.log_end {
                log.outputs.push(output);
            }
        }
    }

    /// The node has come in: what was under way is handled anew.
    fn live(&mut self, now: MonoTime) {
        let Some(log) = &mut self.log_end else { return };
        log.opened = true;
        log.proposed.clear();
        log.entries.clear();
        let (waited, kept) = (std::mem::take(&mut log.waiting), log.kept());
        self.apply(Input::Living(kept), now);
        self.carry_out_early_orders();
        let clients: BTreeSet<ClientId> = waited.into_iter().filter_map(|it| it.client).collect();
        clients.into_iter().for_each(|client| self.release(client));
    }

    /// What has become of the oldest entries under way nobody can know.
    fn lose_sight(&mut self, entries: usize, now: MonoTime) {
        let Some(log) = &mut self.log_end else { return };
        let count = log.entries.drain(..entries.min(log.entries.len())).map(|(_, count)| count).sum();
        self.apply(Input::Unknown(count), now);
        for _ in 0..count {
            let Some(Waiting { client: Some(client), command }) = self.take_waiting() else { continue };
            command.into_iter().for_each(|number| self.leave_unanswered((client, number)));
            self.release(client);
        }
    }
}

/// Whether a client's next command has to wait for the log whatever it is.
fn has_to_be_held(hub: &Hub, client: ClientId) -> bool {
    hub.is_awaited(client) && !hub.may_say_more(client)
}

/// A client's next commands wait for the log.
fn hold<S: Stream>(connections: &mut Connections<S>, client: ClientId) {
    if let Some(conn) = connections.get_mut(client) {
        conn.await_log();
    }
}
