//! One connection to the control socket: what it sends, what it waits for, and what it is told.

use std::io::{ErrorKind, Read, Write};
use std::vec;

use mio::net::{TcpStream, UnixStream};

use crate::chat::{Language, MonoTime};
use crate::control::{AccountOrder, OK, Registered};
use crate::limits::{
    CONTROL_ANSWER_PATIENCE, CONTROL_ANSWER_TIME, CONTROL_ORDER_MAX_BYTES, CONTROL_ORDER_PATIENCE,
    CONTROL_ROWS_PER_TURN,
};
use crate::net::server::Server;

/// Pieces of what one connection sends that are read in one turn, of [`PIECE_BYTES`] each.
const PIECES_PER_TURN: usize = 4;
const PIECE_BYTES: usize = 4096;

#[derive(Debug)]
pub(super) struct ControlSession {
    pub(super) stream: UnixStream,
    /// It may be read and written to.
    pub(super) ready: bool,
    pub(super) input: Vec<u8>,
    pub(super) output: Vec<u8>,
    /// How much of `output` has been taken.
    pub(super) sent: usize,
    pub(super) phase: SessionPhase,
    /// When the client has been waited for long enough; never while it waits for us.
    pub(super) until: Option<MonoTime>,
    /// When the answer has to be told, if it has begun.
    pub(super) deadline: Option<MonoTime>,
}

#[derive(Debug)]
pub(super) enum SessionPhase {
    /// The order has not come yet.
    Asking,
    /// The history's thread is at it, or the log of several servers.
    Account(u64, AccountOrder),
    /// The chat is at it, which is at once but for one of several servers.
    Chat(u64),
    /// The rows of an answer are being told: the people from this slot on, or the accounts.
    People(usize),
    Accounts(vec::IntoIter<Registered>),
    /// The answer comes when the server has stopped.
    Stopping,
    /// It comes when another program has taken the server's place, or it is known why not; in that language.
    Upgrading(Language),
    /// All is said.
    Answered,
}

impl ControlSession {
    /// One that has not said anything.
    pub(super) fn new(stream: UnixStream, now: MonoTime) -> ControlSession {
        ControlSession {
            stream,
            ready: true,
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            phase: SessionPhase::Asking,
            until: Some(now + CONTROL_ORDER_PATIENCE),
            deadline: None,
        }
    }

    pub(super) fn say(&mut self, words: &str) {
        self.output.extend_from_slice(words.as_bytes());
    }

    /// The client waits for us, in that phase.
    pub(super) fn waits(&mut self, phase: SessionPhase) {
        (self.phase, self.until) = (phase, None);
    }

    /// Says how it ended.
    pub(super) fn answer(&mut self, words: &str, now: MonoTime) {
        self.say(words);
        self.phase = SessionPhase::Answered;
        self.wait_for_the_client(now);
    }

    /// The client has to read now, and go on reading.
    pub(super) fn wait_for_the_client(&mut self, now: MonoTime) {
        self.ready = true;
        let deadline = *self.deadline.get_or_insert(now + CONTROL_ANSWER_TIME);
        self.until = Some(deadline.min(now + CONTROL_ANSWER_PATIENCE));
    }

    /// Takes what the client sent, as much as one turn bears. None: it has gone, or sends what is no order.
    pub(super) fn read(&mut self) -> Option<()> {
        let mut piece = [0; PIECE_BYTES];
        for _ in 0..PIECES_PER_TURN {
            match self.stream.read(&mut piece) {
                Ok(0) => return None,
                Ok(bytes) => {
                    // Behind the order there is nothing to say.
                    if matches!(self.phase, SessionPhase::Asking) {
                        self.input.extend_from_slice(&piece[..bytes]);
                    }
                    if self.input.len() > CONTROL_ORDER_MAX_BYTES {
                        return None;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        self.ready = true;
        Some(())
    }

    /// Writes what there is to say, as much as one turn bears. None: it is said, or the client has gone.
    pub(super) fn write(&mut self, server: &Server<TcpStream>, now: MonoTime) -> Option<()> {
        let mut may_gather = true;
        loop {
            if self.sent == self.output.len() {
                self.output.clear();
                self.sent = 0;
                match self.phase {
                    SessionPhase::Answered => return None,
                    SessionPhase::Asking
                    | SessionPhase::Account(..)
                    | SessionPhase::Chat(_)
                    | SessionPhase::Stopping
                    | SessionPhase::Upgrading(_) => {
                        return Some(());
                    }
                    SessionPhase::People(_) | SessionPhase::Accounts(_) if !may_gather => {
                        self.ready = true;
                        return Some(());
                    }
                    SessionPhase::People(_) | SessionPhase::Accounts(_) => self.gather(server, now),
                }
                may_gather = false;
            }
            match self.stream.write(&self.output[self.sent..]) {
                Ok(0) => return None,
                Ok(bytes) => {
                    self.sent += bytes;
                    // Taking the greeting is not giving an order.
                    if let Some(deadline) = self.deadline {
                        self.until = Some(deadline.min(now + CONTROL_ANSWER_PATIENCE));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    /// Gathers some more rows of the answer, and its last line behind the last row.
    pub(super) fn gather(&mut self, server: &Server<TcpStream>, now: MonoTime) {
        let mut rows = String::new();
        let over = match &mut self.phase {
            SessionPhase::People(from) => {
                let next = server.list_people(*from, CONTROL_ROWS_PER_TURN, now, &mut rows);
                *from = next.unwrap_or(*from);
                next.is_none()
            }
            SessionPhase::Accounts(all) => {
                rows.extend(all.take(CONTROL_ROWS_PER_TURN).map(|account| account.encode()));
                all.len() == 0
            }
            _ => return,
        };
        self.say(&rows);
        if over {
            self.say(OK);
            self.phase = SessionPhase::Answered;
        }
    }
}
