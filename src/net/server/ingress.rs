//! What comes in: which connections have input, in which order they get their turn, and their commands.
//!
//! Invariant: a connection that has input, or may have, is on a list until it has been read to its end or has to wait for
//! something that puts it there again.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::connections::Connections;
use super::egress::Egress;
use crate::chat::{ClientId, CloseReason, Command, MonoTime};
use crate::limits::{self, READ_STEPS, RECORDS_MAX_BYTES};
use crate::net::connection::{Conn, Filled, Pause};
use crate::net::stream::Stream;
use crate::protocol::http::Parsed;
use crate::protocol::{ForeignProtocol, Front};

/// Input that waits for its turn.
#[derive(Debug)]
pub(super) struct Ingress {
    /// Have input that no readiness will announce again, or that it has just announced.
    ready: VecDeque<ClientId>,
    /// Had their share of this turn and may have more: those who come in the next one go before them. With each, whether it has lines
    /// that were read already.
    going_on: VecDeque<(ClientId, bool)>,
    /// How many of them have. Who gave a name, and was heard with nothing else, has none.
    talkers: usize,
    /// When others had lines beside those who go on.
    others_served: Option<MonoTime>,
    /// When those who go on were served last, or the first of them began to wait.
    went_on: MonoTime,
    /// What telnet wants back while one piece of input is taken in.
    answers: Vec<u8>,
    scratch: Box<[u8]>,
    /// Steps of work done here.
    steps: u64,
    received: ReceivedCounts,
}

/// What has come in.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct ReceivedCounts {
    /// Lines, and messages of programs.
    pub(super) messages: u64,
    /// Bytes, those included that nobody looked at because their connection was being closed.
    pub(super) bytes: u64,
}

/// What a connection had.
#[derive(Debug)]
pub(super) enum Taken {
    /// A command.
    Command(Command),
    /// Bytes, or the peer's end: there may be a command now.
    Bytes,
    /// It speaks this, and not our protocol.
    Foreign(ForeignProtocol),
    /// It comes through a proxy, and this stands in front of it.
    Fronted(Front),
    /// It has shown what it speaks, and can be let in.
    Opened,
    /// It has sent a request, or something in its place.
    Request(Box<Parsed>),
    /// It goes on in TLS.
    Sealed,
    /// Its TLS has failed.
    Failed,
    /// The peer has ended its side, and all commands before that have been taken.
    End,
}

impl Default for Ingress {
    fn default() -> Ingress {
        Ingress {
            ready: VecDeque::new(),
            going_on: VecDeque::new(),
            talkers: 0,
            others_served: None,
            went_on: MonoTime::START,
            answers: Vec::new(),
            scratch: vec![0; limits::READ_BYTES].into_boxed_slice(),
            steps: 0,
            received: ReceivedCounts::default(),
        }
    }
}

/// An [`Ingress`] as it is written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StoredIngress {
    ready: VecDeque<ClientId>,
    going_on: VecDeque<ClientId>,
    others_served: Option<MonoTime>,
    went_on: MonoTime,
    steps: u64,
    received: ReceivedCounts,
}

impl Ingress {
    /// All of it as it is written down.
    pub(super) fn store<S: Stream>(&self, connections: &Connections<S>) -> StoredIngress {
        // Connections in TLS do not go on elsewhere.
        let Ingress {
            ready,
            going_on,
            talkers: _,
            others_served,
            went_on,
            answers,
            scratch: _,
            steps,
            received,
        } = self;
        debug_assert!(answers.is_empty(), "they are on their way at once");
        let is_here = |id: &&ClientId| connections.get(**id).is_some_and(|conn| conn.ready);
        StoredIngress {
            ready: ready.iter().filter(is_here).copied().collect(),
            going_on: going_on.iter().map(|(id, _)| id).filter(is_here).copied().collect(),
            others_served: *others_served,
            went_on: *went_on,
            steps: *steps,
            received: *received,
        }
    }

    /// Goes on with what was written down.
    pub(super) fn restore<S: Stream>(&mut self, stored: StoredIngress, connections: &mut Connections<S>) {
        let StoredIngress { ready, going_on, others_served, went_on, steps, received } = stored;
        ready.into_iter().for_each(|id| self.mark_ready(connections, id));
        going_on.into_iter().for_each(|id| self.go_on_later(connections, id, went_on));
        (self.others_served, self.went_on, self.steps) = (others_served, went_on, steps);
        self.received = received;
    }

    /// Steps of work done here.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// What has come in since the start.
    pub(super) fn received(&self) -> ReceivedCounts {
        self.received
    }

    /// Whether a connection waits for its turn.
    pub(super) fn has_work(&self) -> bool {
        !self.ready.is_empty() || !self.going_on.is_empty()
    }

    /// Remembers that `id` has input.
    pub(super) fn mark_ready<S: Stream>(&mut self, connections: &mut Connections<S>, id: ClientId) {
        if note_ready(connections, id) {
            self.ready.push_back(id);
        }
    }

    /// Remembers that `id` had its share of this turn and may have more.
    pub(super) fn go_on_later<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        id: ClientId,
        now: MonoTime,
    ) {
        if self.going_on.is_empty() {
            self.went_on = now;
        }
        if note_ready(connections, id) {
            let talks = connections.get(id).is_some_and(Conn::has_unseen);
            self.going_on.push_back((id, talks));
            self.talkers += usize::from(talks);
        }
    }

    /// How many connections wait that were passed over or came since the last turn, and how many that had their share of it
    /// and go on.
    pub(super) fn waiting(&self) -> (usize, usize) {
        (self.ready.len(), self.going_on.len())
    }

    /// Takes out the next one of those that were passed over or came since; it may be gone.
    pub(super) fn next_ready(&mut self) -> Option<ClientId> {
        self.ready.pop_front()
    }

    /// Takes out the next one of those that had their share and go on; it may be gone.
    pub(super) fn next_going_on(&mut self) -> Option<ClientId> {
        let (id, talks) = self.going_on.pop_front()?;
        self.talkers -= usize::from(talks);
        Some(id)
    }

    /// Whether one of those has lines.
    pub(super) fn has_talkers(&self) -> bool {
        self.talkers > 0
    }

    /// Whether those who go on have waited for the others long enough.
    pub(super) fn has_waited(&self, now: MonoTime) -> bool {
        !self.going_on.is_empty() && now >= self.went_on + limits::GOING_ON_WAITS
    }

    /// Those who go on are served now.
    pub(super) fn note_going_on(&mut self, now: MonoTime) {
        self.went_on = now;
    }

    /// Others had lines now, beside those who go on.
    pub(super) fn note_others(&mut self, now: MonoTime) {
        self.others_served = Some(now);
    }

    /// Whether others had lines of late beside those who go on.
    pub(super) fn serves_others(&self, now: MonoTime) -> bool {
        self.others_served.is_some_and(|served| now < served + limits::OTHERS_TALK)
    }

    /// Takes what a connection has: a command, or one read's worth of bytes. None: it has nothing more in this turn, because
    /// there is nothing, it has to wait, or its `reads` are used up.
    pub(super) fn take<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        egress: &mut Egress,
        id: ClientId,
        reads: &mut usize,
        now: MonoTime,
    ) -> Option<Taken> {
        let is_new = connections.get(id)?.parked().is_none();
        let next = connections.next_command(id, now)?;
        let conn = connections.get(id)?;
        match next {
            Ok(command) => {
                self.received.messages += u64::from(is_new);
                Some(Taken::Command(command))
            }
            Err(Pause::Later) => None,
            Err(Pause::Foreign(protocol)) => Some(Taken::Foreign(protocol)),
            Err(Pause::Fronted(front)) => Some(Taken::Fronted(front)),
            Err(Pause::Opened) => Some(Taken::Opened),
            Err(Pause::Request(parsed)) => Some(Taken::Request(parsed)),
            Err(Pause::Sealed) => Some(Taken::Sealed),
            Err(Pause::Failed) => Some(Taken::Failed),
            Err(Pause::NoLine) if conn.ended => Some(Taken::End),
            Err(Pause::NoLine | Pause::Closing) if !conn.may_read() => None,
            Err(Pause::NoLine | Pause::Closing) if *reads == 0 => {
                self.go_on_later(connections, id, now);
                None
            }
            Err(Pause::NoLine | Pause::Closing) => {
                *reads -= 1;
                self.read(connections, egress, id, now).then_some(Taken::Bytes)
            }
        }
    }

    /// Reads once; says whether the connection lives. While all together hold much that is no command yet, a read is small:
    /// the rest waits with the system, and with its sender.
    pub(super) fn read<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        egress: &mut Egress,
        id: ClientId,
        now: MonoTime,
    ) -> bool {
        let crowded = connections.input() > limits::INPUT_MAX_BYTES;
        let most = if crowded { limits::READ_LOW_BYTES } else { limits::READ_BYTES };
        self.read_some(connections, egress, id, most, now)
    }

    /// Reads what was sent before an answer is written that could have kept its sender from it. What comes behind that was sent
    /// after the answer could be read.
    pub(super) fn read_before_writing<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        egress: &mut Egress,
        id: ClientId,
        now: MonoTime,
    ) {
        for _ in 0..limits::READS_PER_TURN {
            let room = connections.with_input(id, Conn::room_before_writing).unwrap_or(0);
            let crowded = connections.input() > limits::INPUT_MAX_BYTES;
            let most = if crowded { room.min(limits::READ_LOW_BYTES) } else { room };
            if most == 0 || !self.read_some(connections, egress, id, most, now) {
                break;
            }
        }
        self.mark_ready(connections, id);
    }

    fn read_some<S: Stream>(
        &mut self,
        connections: &mut Connections<S>,
        egress: &mut Egress,
        id: ClientId,
        most: usize,
        now: MonoTime,
    ) -> bool {
        let Ingress { scratch, answers, steps, received, .. } = self;
        let filled = connections.with_input(id, |conn| {
            let filled = conn.fill(&mut scratch[..most], answers, now);
            if let Filled::Some(bytes) = filled {
                received.bytes += bytes as u64;
            }
            *steps += READ_STEPS + conn.take_work();
            filled == Filled::Broken || filled == Filled::Ended && !conn.is_open()
        });
        self.steps += connections.relieve_records(RECORDS_MAX_BYTES) as u64;
        egress.queue_replies(connections, id, now);
        if !self.answers.is_empty() {
            egress.signal(connections, id, &self.answers, now);
            self.answers.clear();
        }
        let Some(over) = filled else { return false };
        if over {
            connections.mark_dead(id, CloseReason::Lost);
        }
        !over
    }

    /// The farewell among what a lost connection has sent: see [`Conn::last_words`].
    pub(super) fn last_words<S: Stream>(&mut self, gone: &mut Conn<S>, now: MonoTime) -> Option<Command> {
        gone.last_words(&mut self.scratch, &mut self.received.bytes, now)
    }
}

/// Remembers with the connection that it has input; says whether it is to be put on a list. A handshake costs more than any line, and
/// stands in a line of its own.
fn note_ready<S: Stream>(connections: &mut Connections<S>, id: ClientId) -> bool {
    let Some(conn) = connections.get_mut(id).filter(|conn| !conn.ready) else { return false };
    conn.ready = true;
    !(conn.is_handshaking() && connections.join_line(id))
}
