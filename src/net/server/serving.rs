//! Turns: what connections sent becomes commands for the hub, within budgets that all who have input share.
//!
//! Invariants: a turn takes so many lines, and does so much work for them, and no more; of several who have input each gets
//! their part of it, one line at least; and who was passed over is the first in the next turn.

use std::time::Duration;

use log::debug;

use super::Server;
use super::ingress::{Ingress, Taken};
use crate::chat::{ClientId, CloseReason, Command, Input, MonoTime};
use crate::limits::{self, HANDSHAKE_STEPS, HANDSHAKES_PER_TURN, LINE_STEPS, LOOP_SHARE, STEP_NANOS};
use crate::net::connection::Conn;
use crate::net::stream::Stream;
use crate::protocol::{ForeignProtocol, HEADER_TWICE};

/// What one connection may take of a turn.
#[derive(Clone, Copy, Debug)]
struct Quantum {
    lines: usize,
    reads: usize,
    steps: u64,
}

/// What those in one queue may take of a turn.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    /// Connections.
    count: usize,
    /// What each of them may take.
    part: Quantum,
    /// Lines of all together.
    lines: usize,
    /// Steps of work since the start at which no further connection is served.
    until: u64,
    /// So many are served whatever it costs.
    least: usize,
}

impl<S: Stream> Server<S> {
    /// Serves connections that have input: first those passed over in the last turn and those that came since, then
    /// those that had their share and go on.
    pub fn serve_ready(&mut self, now: MonoTime) {
        // Before the clients that asked go on without: they are told so.
        for reply in self.storage.overdue(now) {
            self.recall(reply, now);
            self.perform(now);
        }
        for id in self.connections.take_due(now) {
            self.ingress.mark_ready(&mut self.connections, id);
        }
        self.serve_queues(now);
        self.serve_handshakes(now);
    }

    fn serve_queues(&mut self, now: MonoTime) {
        let talkers = self.ingress.has_talkers();
        let (come, going_on) = self.ingress.waiting();
        let (come, going_on) = (come.min(limits::EVENTS_PER_TURN), going_on.min(limits::EVENTS_PER_TURN));
        let Some(part) = self.quantum(come + going_on) else { return };
        let until = self.work().total() + self.share.steps;
        // However many come, who goes on has a line now and then.
        let waited = self.ingress.has_waited(now);
        let kept = usize::from(waited);
        let lines = self.share.lines - kept;
        let allowance = Allowance { count: come, part, lines, until, least: 1 - kept };
        let taken = self.serve_queue(Ingress::next_ready, allowance, now);
        if taken > 0 && talkers {
            self.ingress.note_others(now);
        }
        let others = self.ingress.serves_others(now);
        let most = match others {
            true => limits::LINES_PER_TURN_BESIDE_OTHERS,
            false => limits::LINES_PER_TURN_GOING_ON,
        };
        let lines = most.min(lines - taken + kept);
        // Else they wait until what the others said is written, so that their next lines have as little before them as can
        // be.
        let may_go_on = waited || !others || !self.egress.has_lines();
        if going_on > 0 && lines > 0 && may_go_on {
            self.ingress.note_going_on(now);
            let part = Quantum { lines: part.lines.min(lines / going_on).max(1), ..part };
            let allowance = Allowance { count: going_on, part, lines, until, least: kept };
            let went_on = self.serve_queue(Ingress::next_going_on, allowance, now);
            if taken > 0 && went_on > 0 {
                self.ingress.note_others(now);
            }
        }
    }

    /// Serves those at the front of a queue; gives how many lines that were.
    fn serve_queue(
        &mut self,
        next: fn(&mut Ingress) -> Option<ClientId>,
        allowance: Allowance,
        now: MonoTime,
    ) -> usize {
        let Allowance { count, part, lines, until, least } = allowance;
        let mut left = lines;
        for nth in 0..count {
            if self.is_behind() || left == 0 || nth >= least && self.work().total() >= until {
                break;
            }
            let Some(id) = next(&mut self.ingress) else { break };
            if let Some(conn) = self.connections.get_mut(id) {
                conn.ready = false;
                left = left.saturating_sub(self.serve(id, part, now));
            }
        }
        lines - left
    }

    /// Goes on with handshakes: behind all who talk, and so many that those do not wait for long. What is no whole record costs a read
    /// only, so that it takes nobody's turn.
    fn serve_handshakes(&mut self, now: MonoTime) {
        let part = Quantum { lines: 1, reads: 2, steps: 2 * HANDSHAKE_STEPS };
        let until = self.work().total() + HANDSHAKES_PER_TURN as u64 * HANDSHAKE_STEPS;
        while self.work().total() < until
            && let Some(id) = self.connections.next_handshake()
        {
            if let Some(conn) = self.connections.get_mut(id) {
                conn.ready = false;
                self.serve(id, part, now);
            }
        }
        // Those that have shaken hands are to show what they speak.
        self.hurry_openings(now);
    }

    /// The part of a turn that each of so many gets.
    fn quantum(&self, sharers: usize) -> Option<Quantum> {
        let share = &self.share;
        Some(Quantum {
            lines: share.lines.checked_div(sharers)?.max(1),
            reads: limits::READS_PER_TURN.checked_div(sharers)?.max(1),
            steps: share.steps / sharers as u64,
        })
    }

    /// Takes commands and input of one connection until there is no more, or its share of the turn is used up; gives how
    /// many lines that were.
    fn serve(&mut self, id: ClientId, share: Quantum, now: MonoTime) -> usize {
        let Quantum { mut lines, mut reads, .. } = share;
        let begun = self.work().total();
        while let Some(taken) =
            self.ingress.take(&mut self.connections, &mut self.egress, id, &mut reads, now)
        {
            match taken {
                Taken::Command(command) => {
                    self.command(id, command, now);
                    lines -= 1;
                }
                Taken::Bytes => {}
                Taken::Foreign(protocol) => {
                    self.turn_away(id, protocol, now);
                    break;
                }
                Taken::Fronted(front) => self.take_front(id, front, now),
                Taken::Opened => self.arrive(id, now),
                Taken::Request(parsed) => self.answer_request(id, *parsed, now),
                Taken::Sealed => {
                    self.begin_seal(id, now);
                    break;
                }
                Taken::Failed => {
                    self.end_failed(id, now);
                    break;
                }
                // What it said last is to be said, whatever becomes of the node.
                Taken::End if self.hub.is_awaited(id) => {
                    self.hold(id);
                    break;
                }
                Taken::End => {
                    let ending = self.connections.get(id).map(Conn::ending);
                    let reason = ending.unwrap_or(CloseReason::EndOfInput);
                    self.apply(Input::Disconnected(id, reason), now);
                    self.close(id, reason, now);
                    break;
                }
            }
            let used_up = lines == 0 || self.work().total() - begun >= share.steps;
            if used_up || self.is_behind() {
                self.ingress.go_on_later(&mut self.connections, id, now);
                break;
            }
        }
        self.connections.reschedule(id);
        share.lines - lines
    }

    /// Answers a client that speaks another protocol in that, and closes the connection.
    fn turn_away(&mut self, id: ClientId, protocol: ForeignProtocol, now: MonoTime) {
        let believed = self.sources.get(&id).is_some_and(|source| source.behind_proxy);
        let refusal = match protocol {
            ForeignProtocol::Proxy if believed => HEADER_TWICE.into(),
            protocol => protocol.refusal(),
        };
        self.egress.answer_raw(&mut self.connections, id, &refusal, now);
        debug!("{id:?}: {protocol:?}");
        self.apply(Input::Disconnected(id, CloseReason::Foreign), now);
        self.close(id, CloseReason::Foreign, now);
    }

    /// What a client says first is its name. A program gives its name in a message of its own: what it says before that becomes an
    /// action, which is refused before a name as all other commands are.
    fn unless_early(&self, id: ClientId, command: Command) -> Command {
        let is_program = || self.connections.get(id).is_some_and(Conn::is_program);
        match command {
            Command::Say { room, text } if self.hub.name(id).is_none() && is_program() => {
                Command::Act { room, text }
            }
            command => command,
        }
    }

    /// Has the hub carry out a command, and charges the client for it, in steps of work. Who hears a line is not charged for.
    fn command(&mut self, id: ClientId, command: Command, now: MonoTime) {
        let begun = self.work();
        let command = self.unless_early(id, command);
        if self.hub.has_to_wait(id, &command) {
            self.park(id, command);
            return;
        }
        if let Command::Secret(_) = command {
            self.egress.reveal(&mut self.connections, id, now);
        }
        self.apply(Input::Command(id, command), now);
        if !self.awaits_reply(id) {
            self.egress.finish_command(&mut self.connections, id, now);
        }
        let done = self.work() - begun;
        self.steps += LINE_STEPS;
        self.connections.charge(id, Duration::from_nanos(done.steps * STEP_NANOS), LOOP_SHARE, now);
    }
}
