//! Changes that come out of a log which several nodes read: this one's own, and those of the others.
//!
//! Invariant: of each own change its client hears once, wherever it stands in the log; facts about members of other nodes reach those
//! who are here.

use super::under_way::{Attempt, PendingChange, Route, UnderWay};
use super::{
    Change, ChatConfig, ChatSnapshot, ClientId, CloseReason, Command, Effect, Event, Farewell, Hub, MemberId,
    NodeName, Outcome, Proposed, Refusal, Then,
};
use crate::chat::admin::{AdminRefusal, AdminReply};
use crate::chat::event::{AccountNews, AccountRefusal, LogNews};
use crate::chat::message::MessageId;
use crate::chat::ordered::{Ordered, Turn};
use crate::chat::snapshot_error::SnapshotError;
use crate::chat::time::Time;
use crate::limits::{ACTIVE_NOTED, WRITES_PER_TURN};

impl Hub {
    /// A hub of a node that is one of several: what changes its chat goes out as a [`Proposed`] and comes back as an
    /// [`Input::Ordered`](crate::chat::Input::Ordered).
    ///
    /// # Errors
    ///
    /// As of [`beside`](Hub::beside).
    pub fn of_node(chat: ChatSnapshot, config: ChatConfig) -> Result<Hub, SnapshotError> {
        let mut hub = Hub::beside(chat, config)?;
        hub.join_nodes();
        Ok(hub)
    }

    /// A hub that nobody is connected to, and that makes of the log what the nodes make of it.
    ///
    /// # Errors
    ///
    /// The snapshot contradicts itself.
    pub fn following(chat: ChatSnapshot) -> Result<Hub, SnapshotError> {
        let mut hub = Hub { chat: chat.into_chat()?, ..Hub::new(ChatConfig::default()) };
        hub.join_nodes();
        Ok(hub)
    }

    /// Tells all clients of this node something about the log: the first of them now, the rest in
    /// [`Input::Tick`](crate::chat::Input::Tick)s.
    pub(super) fn tell_of_log(&mut self, news: LogNews) {
        let clients: Vec<ClientId> = self.with_connection().chain(self.outside()).collect();
        self.sessions.log_news.add(news, clients.into_iter());
        self.tell_on_of_log();
    }

    /// Whether people know that the log is away.
    pub fn is_log_away(&self) -> bool {
        self.sessions.log_news.is_away()
    }

    /// Tells some of those who have not been told.
    pub(super) fn tell_on_of_log(&mut self) {
        for _ in 0..WRITES_PER_TURN {
            let Some((id, news)) = self.sessions.log_news.next() else { return };
            self.tell(id, Event::Log(news));
        }
    }

    /// Has the hub be that of a node from now on. For one to which nothing has happened yet: nobody is here before the log says so.
    pub fn join_nodes(&mut self) {
        self.route = Route::Log(Box::default());
    }

    /// Clients whose members are gone with the node, until these are back in.
    pub fn outside(&self) -> impl Iterator<Item = ClientId> {
        self.route.log().into_iter().flat_map(|under_way| under_way.outside.keys().copied())
    }

    /// Whether a client is one of them.
    pub(super) fn is_outside(&self, id: ClientId) -> bool {
        self.route.log().is_some_and(|under_way| under_way.outside.contains_key(&id))
    }

    /// Goes on, at `at`, from another state of the chat, which is that of another place of the log: members who are here through this node come
    /// back in when it has come back itself. Options that decide are those of the log.
    ///
    /// # Errors
    ///
    /// The snapshot contradicts itself; nothing is different then.
    pub fn go_on_from(&mut self, at: Time, chat: ChatSnapshot) -> Result<(), SnapshotError> {
        let chat = chat.into_chat()?;
        self.at = at;
        let before = std::mem::replace(&mut self.chat, chat);
        self.push_records();
        let seated: Vec<(u32, ClientId)> = self.sessions.seats.iter().collect();
        for (slot, _) in seated {
            let Some(member) = before.in_slot(slot) else { continue };
            let Some(reentry) = before.reentry(member) else { continue };
            self.gone_with_node(member, reentry, before.last_message());
        }
        Ok(())
    }

    /// Moves the changes that are to go into the log into `into`, in their order. To be called whenever the hub was given something:
    /// the clients that are named may [have to wait](Hub::has_to_wait).
    pub fn proposed(&mut self, into: &mut Vec<Proposed>) {
        if let Route::Log(under_way) = &mut self.route {
            into.append(&mut under_way.proposed);
        }
    }

    /// How many changes of this node are on their way through the log; none: it makes its changes alone.
    pub fn under_way(&self) -> Option<usize> {
        self.route.log().map(UnderWay::count)
    }

    /// The hash of what came of the changes of an entry, the same on every node. To be asked behind each
    /// [`Turn::Over`](crate::chat::Turn::Over).
    pub fn take_digest(&mut self) -> u64 {
        let Route::Log(under_way) = &mut self.route else { return 0 };
        std::mem::take(&mut under_way.digest).finish()
    }

    /// Whether members of a node that is gone have yet to leave: by [`Turn::LeaveWithNode`](crate::chat::Turn::LeaveWithNode), as often as it
    /// takes.
    pub fn has_stranded(&self) -> bool {
        self.chat.has_stranded()
    }

    /// How many members each node has.
    pub fn people_by_node(&self) -> impl Iterator<Item = (&NodeName, usize)> {
        self.chat.people_by_node()
    }

    /// Whether no other node makes changes.
    pub(super) fn is_alone(&self) -> bool {
        self.route.log().is_none()
    }

    /// Whether it is to be noted in the chat that a member has done something. Where that takes an entry of the log, now and then.
    pub(super) fn is_worth_noting(&self, member: MemberId) -> bool {
        let is_long_ago = || {
            let last = self.chat.member(member).map(|member| member.active);
            last.is_some_and(|last| self.chat_time().mono.since(last) >= ACTIVE_NOTED)
        };
        self.is_alone() || is_long_ago()
    }

    /// A command is being handled: what comes of it may have to be tried again.
    pub(super) fn try_command(&mut self, id: ClientId, number: u64, command: &Command) {
        if let Route::Log(under_way) = &mut self.route {
            under_way.handling = Some(Attempt::Command(id, number, command.clone()));
        }
    }

    /// The number of the command that is handled next: of a hub alone they have none.
    pub(super) fn next_command(&mut self) -> u64 {
        if let Route::Log(under_way) = &mut self.route { under_way.next_command() } else { 0 }
    }

    /// Handles a command of which nothing came because the node was held for dead.
    pub(super) fn handle_anew(&mut self, id: ClientId, number: u64, command: Command) {
        self.effects.push(Effect::HandledAnew(id, number));
        self.carry_out(id, number, command);
    }

    /// The same of what the administrator orders.
    pub(super) fn try_again_with(&mut self, attempt: Attempt) {
        if let Route::Log(under_way) = &mut self.route {
            under_way.handling = Some(attempt);
        }
    }

    /// It has been handled.
    pub(super) fn forget_attempt(&mut self) {
        if let Route::Log(under_way) = &mut self.route {
            under_way.handling = None;
        }
    }

    /// Something has come to its turn.
    pub(super) fn ordered(&mut self, Ordered { at, turn }: Ordered) {
        let now = self.now();
        let Route::Log(under_way) = &mut self.route else { return };
        let at = under_way.read_at(at, now);
        let (by, change, then) = match turn {
            Turn::Joined(node) => (None, Change::NodeJoined(node), None),
            Turn::Gone(node) => (None, Change::NodeGone(node), None),
            Turn::LeaveWithNode => (None, Change::LeaveWithNode, None),
            Turn::Over => (None, Change::Elapse, None),
            Turn::Change { node, own, proposal } => {
                let then = own.then(|| self.take_pending()).flatten().map(|pending| pending.then);
                (Some(node), proposal.0, then)
            }
        };
        match change {
            Change::LeaveWithNode => self.note_stranded(),
            _ => debug_assert!(
                !self.has_stranded(),
                "members of a node that is gone leave before anything else"
            ),
        }
        let newcomer = then.as_ref().and_then(Then::newcomer);
        let outcome = self.make((at, by), newcomer, change);
        if let Some(then) = then {
            self.settle_shared(then, outcome);
        }
    }
}

impl Hub {
    /// The node has come in. Whatever is under way was meant for an earlier epoch and will never be made: commands that it came of are
    /// handled again, those of members when these have come back in.
    pub(super) fn live(&mut self, kept: MessageId) {
        let given_up = self.give_up_pending();
        if self.chat.has_yet_to_give(kept) {
            self.change(Change::GoOnBehind(kept), Then::Nothing);
        }
        // Before anybody takes their names.
        self.bring_back();
        given_up.into_iter().for_each(|pending| self.try_again(pending));
    }

    fn try_again(&mut self, PendingChange { then, attempt }: PendingChange) {
        let Route::Log(under_way) = &mut self.route else { return };
        match (then, attempt) {
            // It is asked for whenever the node comes back.
            (Then::Reenter(_), _) => {}
            // A session that was taken up, mostly: it has been answered, and its member comes back in.
            (Then::GoOn(id), Some(Attempt::Command(_, number, _))) => {
                self.effects.push(Effect::HandledAnew(id, number));
            }
            (_, Some(Attempt::Command(id, number, command))) if under_way.outside.contains_key(&id) => {
                under_way.again.entry(id).or_default().push((number, command));
            }
            (_, Some(Attempt::Command(id, number, command))) => self.handle_anew(id, number, command),
            (_, Some(Attempt::Order(number, order))) => self.administer(number, order),
            (_, Some(Attempt::Edit(number, edit))) => self.edit_account(number, edit),
            (Then::Identify(id, ..) | Then::Password(id), None) if self.is_here(id) => {
                self.refuse(id, AccountRefusal::Failed.into());
            }
            // What a member was is in what it comes back in with.
            (_, None) => {}
        }
    }

    /// Of so many of the node's own changes, the oldest, nobody can know whether they were made.
    pub(super) fn unknown(&mut self, count: usize) {
        for _ in 0..count {
            let Some(PendingChange { then, .. }) = self.take_pending() else { return };
            let reply = |number| Effect::AdminReply(number, AdminReply::Refused(AdminRefusal::Unknown));
            self.effects.extend(then.order().map(reply));
            // A member of that name, if there is one, is of an epoch that is over.
            then.newcomer().into_iter().for_each(|id| self.ask_name_again(id));
        }
    }

    /// Whether a client that becomes that member is still here; if it is not, the member leaves.
    pub(super) fn is_still_here(&mut self, id: ClientId, member: MemberId) -> bool {
        let is_here = self.sessions.newcomers.get(id).is_some();
        if !is_here {
            self.change(Change::Leave(member, Farewell::Lost, CloseReason::Lost), Then::Nothing);
        }
        is_here
    }

    /// A member goes on under a connection of another node.
    pub(super) fn replaced_elsewhere(&mut self, member: MemberId) {
        let Some(id) = self.sessions.seats.client(member) else { return };
        self.unseat(member);
        if self.sessions.forget(id).is_none() {
            self.tell(id, Event::Account(AccountNews::Replaced));
            self.effects.push(Effect::Close(id, CloseReason::Replaced));
        }
    }

    /// Does what follows from an own change, if the client that asked for it is still here.
    fn settle_shared(&mut self, then: Then, outcome: Result<Outcome, Refusal>) {
        if then.client().is_none_or(|id| self.is_here(id)) {
            self.settle(then, outcome);
        }
    }

    /// Whether a client has not left.
    pub(super) fn is_here(&self, id: ClientId) -> bool {
        self.member(id).is_some() || self.sessions.newcomers.get(id).is_some() || self.is_outside(id)
    }
}
