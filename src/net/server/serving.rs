//! Turns: what connections sent becomes commands for the hub, within budgets that all who have input share.
//!
//! Invariants: a turn takes so many lines, and does so much work for them, and no more; of several who have input each gets
//! their part of it, one line at least; and who was passed over is the first in the next turn.

use std::collections::VecDeque;
use std::time::Duration;

use log::debug;

use super::Server;
use crate::chat::{ClientId, CloseReason, Command, Input, MonoTime};
use crate::limits::{self, LINE_STEPS, LOOP_SHARE, READ_STEPS, STEP_NANOS};
use crate::net::conn::{Conn, Filled, Pause};
use crate::net::stream::Stream;
use crate::protocol::Protocol;

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
    /// Steps of work since the start at which nobody else is served,
    until: u64,
    /// but for so many.
    least: usize,
}

impl<S: Stream> Server<S> {
    /// Serves those who have input: first those who were passed over in the last turn and those who came since, then
    /// those who had their share and go on.
    pub fn serve_ready(&mut self, now: MonoTime) {
        self.wake_due(now);
        let come = self.ready.len().min(limits::EVENTS_PER_TURN);
        let going_on = self.going_on.len().min(limits::EVENTS_PER_TURN);
        let Some(part) = self.quantum(come + going_on) else { return };
        let until = self.work().total() + self.config.share.steps;
        // However many come, who goes on has a line now and then.
        let waited = going_on > 0 && now >= self.went_on + limits::GOING_ON_WAITS;
        let kept = usize::from(waited);
        let lines = self.config.share.lines - kept;
        let taken = self.serve_queue(
            |server| &mut server.ready,
            Allowance { count: come, part, lines, until, least: 1 - kept },
            now,
        );
        if going_on > 0 && taken > 0 {
            self.others_served = Some(now);
        }
        let others = self.serves_others(now);
        let most = match others {
            true => limits::LINES_PER_TURN_BESIDE_OTHERS,
            false => limits::LINES_PER_TURN_GOING_ON,
        };
        let lines = most.min(lines - taken + kept);
        // Else they wait until what the others said is written, so that their next lines have as little before them as can
        // be.
        let may_go_on = waited || !others || self.dirty.is_empty();
        if going_on > 0 && lines > 0 && may_go_on {
            self.went_on = now;
            let part = Quantum { lines: part.lines.min(lines / going_on).max(1), ..part };
            self.serve_queue(
                |server| &mut server.going_on,
                Allowance { count: going_on, part, lines, until, least: kept },
                now,
            );
        }
    }

    /// Whether others had lines of late beside those who go on.
    pub(super) fn serves_others(&self, now: MonoTime) -> bool {
        self.others_served.is_some_and(|served| now < served + limits::OTHERS_TALK)
    }

    /// Serves those at the front of a queue; gives how many lines that were.
    fn serve_queue(
        &mut self,
        queue: fn(&mut Server<S>) -> &mut VecDeque<ClientId>,
        allowance: Allowance,
        now: MonoTime,
    ) -> usize {
        let Allowance { count, part, lines, until, least } = allowance;
        let mut left = lines;
        for nth in 0..count {
            if self.is_behind() || left == 0 || nth >= least && self.work().total() >= until {
                break;
            }
            let Some(id) = queue(self).pop_front() else { break };
            if let Some(conn) = self.conn_mut(id) {
                conn.ready = false;
                left = left.saturating_sub(self.serve(id, part, now));
            }
        }
        lines - left
    }

    /// The part of a turn that each of so many gets.
    fn quantum(&self, sharers: usize) -> Option<Quantum> {
        let share = &self.config.share;
        Some(Quantum {
            lines: share.lines.checked_div(sharers)?.max(1),
            reads: limits::READS_PER_TURN.checked_div(sharers)?.max(1),
            steps: share.steps / sharers as u64,
        })
    }

    /// Sees to those of whom something has come due; the next turn does who is left.
    fn wake_due(&mut self, now: MonoTime) {
        for id in self.deadlines.take_due(now, limits::DUE_PER_TURN) {
            let Server { conns, queued, .. } = self;
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { continue };
            conn.scheduled = None;
            conn.counted(queued, |conn| conn.expire(now));
            if conn.is_dead() {
                self.dead.push_back(id);
            } else {
                self.later(id);
            }
        }
    }

    /// Takes commands and input of one connection until there is no more, or its share of the turn is used up; gives how
    /// many lines that were.
    fn serve(&mut self, id: ClientId, share: Quantum, now: MonoTime) -> usize {
        let Quantum { mut lines, mut reads, .. } = share;
        let begun = self.work().total();
        while let Some(next) = self.next_command(id, now) {
            let Some(conn) = self.conn_mut(id) else { break };
            match next {
                Ok(command) => {
                    self.command(id, command, now);
                    lines -= 1;
                }
                Err(Pause::Later) => break,
                Err(Pause::Foreign(protocol)) => {
                    self.turn_away(id, protocol, now);
                    break;
                }
                Err(Pause::NoLine) if conn.ended => {
                    self.apply(Input::Disconnected(id, CloseReason::EndOfInput), now);
                    self.close(id, now);
                    break;
                }
                Err(Pause::NoLine | Pause::Closing) if !conn.may_read() => break,
                Err(Pause::NoLine | Pause::Closing) if reads == 0 => {
                    self.go_on_later(id, now);
                    break;
                }
                Err(Pause::NoLine | Pause::Closing) => {
                    reads -= 1;
                    if !self.read(id, now) {
                        break;
                    }
                }
            }
            let used_up = lines == 0 || self.work().total() - begun >= share.steps;
            if used_up || self.is_behind() {
                self.go_on_later(id, now);
                break;
            }
        }
        self.reschedule(id);
        share.lines - lines
    }

    /// Remembers that `id` had their share of this turn and has more.
    fn go_on_later(&mut self, id: ClientId, now: MonoTime) {
        if self.going_on.is_empty() {
            self.went_on = now;
        }
        if let Some(conn) = self.conn_mut(id)
            && !conn.ready
        {
            conn.ready = true;
            self.going_on.push_back(id);
        }
    }

    /// Answers whoever speaks another protocol in that, and closes the connection.
    fn turn_away(&mut self, id: ClientId, protocol: Protocol, now: MonoTime) {
        let Server { conns, broadcast, queued, .. } = self;
        if let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) {
            conn.counted(queued, |conn| conn.answer(&protocol.refusal(), broadcast, now));
        }
        debug!("{id:?}: {protocol:?}");
        self.apply(Input::Disconnected(id, CloseReason::Foreign), now);
        self.close(id, now);
    }

    /// Takes the next command of a connection out, if it is there and one may be taken.
    fn next_command(&mut self, id: ClientId, now: MonoTime) -> Option<Result<Command, Pause>> {
        let rate = self.rate;
        self.with_input(id, |conn| conn.next_command(rate, now))
    }

    /// Does something with the input of a connection, and keeps the bytes that all hold together right.
    pub(super) fn with_input<R>(&mut self, id: ClientId, work: impl FnOnce(&mut Conn<S>) -> R) -> Option<R> {
        let Server { conns, input, .. } = self;
        let conn = conns.get_mut(id.slot()).filter(|conn| conn.is(id))?;
        let before = conn.input_held();
        let result = work(conn);
        *input = *input + conn.input_held() - before;
        Some(result)
    }

    /// Reads what was sent before an answer is written that could have kept its sender from it. What comes behind that was sent
    /// by somebody who could read it.
    pub(super) fn read_before_writing(&mut self, id: ClientId, now: MonoTime) {
        for _ in 0..limits::READS_PER_TURN {
            let room = self.with_input(id, Conn::room_before_writing).unwrap_or(0);
            let most =
                if self.input > limits::INPUT_MAX_BYTES { room.min(limits::READ_LOW_BYTES) } else { room };
            if most == 0 || !self.read_some(id, most, now) {
                break;
            }
        }
        self.later(id);
    }

    /// Reads once; says whether the connection lives. While all together hold much that is no command yet, a read is small:
    /// the rest waits with the system, and with its sender.
    pub(super) fn read(&mut self, id: ClientId, now: MonoTime) -> bool {
        let most =
            if self.input > limits::INPUT_MAX_BYTES { limits::READ_LOW_BYTES } else { limits::READ_BYTES };
        self.read_some(id, most, now)
    }

    fn read_some(&mut self, id: ClientId, most: usize, now: MonoTime) -> bool {
        let Some(conn) = self.conns.get_mut(id.slot()) else { return false };
        let before = conn.input_held();
        let filled = conn.fill(&mut self.scratch[..most], &mut self.answers, now);
        self.input = self.input + conn.input_held() - before;
        self.steps += READ_STEPS;
        if !self.answers.is_empty() {
            conn.counted(&mut self.queued, |conn| conn.signal(&self.answers, &self.broadcast, now));
            self.answers.clear();
            self.mark_urgent(id);
        }
        let conn = &self.conns[id.slot()];
        let over = filled == Filled::Broken || filled == Filled::Ended && !conn.is_open();
        if over {
            self.mark_dead(id, CloseReason::Lost);
        }
        !over
    }

    fn command(&mut self, id: ClientId, command: Command, now: MonoTime) {
        let begun = self.work();
        if let Command::Secret(_) = command {
            let Server { conns, broadcast, queued, .. } = self;
            if let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) {
                conn.counted(queued, |conn| conn.reveal(broadcast, now));
            }
            self.mark_urgent(id);
        }
        self.apply(Input::Command(id, command), now);
        let done = self.work() - begun;
        self.steps += LINE_STEPS;
        self.charge(id, done.steps, now);
    }

    /// Charges a client for what they asked for, in steps of work. Who hears a line is not charged for.
    fn charge(&mut self, id: ClientId, steps: u64, now: MonoTime) {
        let (rate, cost) = (self.rate, Duration::from_nanos(steps * STEP_NANOS));
        if let Some(conn) = self.conn_mut(id) {
            conn.charge_cost(rate, cost, LOOP_SHARE, now);
        }
    }
}
