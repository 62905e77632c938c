//! The door for the metrics: a few connections of HTTP beside the chat's, each with one request.
//!
//! Invariants: nothing here waits; what a connection holds and how long it takes is bounded; the page is made once a turn at most;
//! nobody at this door is in the chat.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::ops::Range;
use std::time::Duration;

use log::debug;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use super::bind::Listening;
use super::process;
use super::server::Server;
use crate::chat::{MonoTime, UnixMillis};
use crate::limits::{
    ACCEPT_RETRY, DESCRIPTORS_MAX, LINGER_MAX_BYTES, METRICS_CONNECTIONS, METRICS_CROWDED_PATIENCE,
    METRICS_PATIENCE,
};
use crate::protocol::http::{Method, Parsed, Request, Response, Status, parse};
use crate::protocol::metrics::{Figures, MEDIA_TYPE, Turns};

/// The path of the page.
const PATH: &str = "/metrics";

/// Pieces of what one connection sends that are read in one turn, of [`PIECE_BYTES`] each.
const PIECES_PER_TURN: usize = 4;
const PIECE_BYTES: usize = 4096;

/// The token of the first connection; those of the others and of the listeners are below it.
const FIRST: usize = u32::MAX as usize - 64;

/// The tokens here, with as many listeners as there can be.
pub(super) const TOKENS: Range<usize> = FIRST - METRICS_CONNECTIONS - DESCRIPTORS_MAX as usize..FIRST + 1;

/// The door, and what only the loop counts.
#[derive(Debug)]
pub(super) struct Metrics {
    listeners: Vec<TcpListener>,
    visits: [Option<Visit>; METRICS_CONNECTIONS],
    /// A client may be waiting to be let in.
    waiting: bool,
    /// Letting one in failed; not again before then.
    retry: Option<MonoTime>,
    turns: Turns,
    /// When the process was started, by the wall clock.
    started: UnixMillis,
}

/// One connection.
#[derive(Debug)]
struct Visit {
    stream: TcpStream,
    /// It may be read and written to.
    ready: bool,
    /// The head of the request, until it is answered.
    input: Vec<u8>,
    answer: Vec<u8>,
    /// How much of it has been taken.
    sent: usize,
    phase: Phase,
    /// Whether the client has ended its side.
    ended: bool,
    until: MonoTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Asking,
    Answered,
    /// Our side has ended. What still comes is ignored, up to so many bytes: closing a socket with unread input would throw away
    /// what the client has not read yet.
    Lingering(usize),
}

impl Metrics {
    /// Opens the door.
    pub(super) fn new(
        listening: Vec<Listening>,
        started: UnixMillis,
        registry: &Registry,
    ) -> io::Result<Metrics> {
        let mut listeners: Vec<TcpListener> = listening.into_iter().map(|one| one.listener).collect();
        for (index, listener) in listeners.iter_mut().enumerate() {
            registry.register(listener, Token(FIRST - METRICS_CONNECTIONS - index), Interest::READABLE)?;
        }
        let visits = [const { None }; METRICS_CONNECTIONS];
        Ok(Metrics { listeners, visits, waiting: false, retry: None, turns: Turns::default(), started })
    }

    /// A turn of the loop took so long.
    pub(super) fn note_turn(&mut self, took: Duration) {
        self.turns.note(took);
    }

    /// Takes readiness, if it is about this door; says whether it is.
    pub(super) fn ready(&mut self, token: Token) -> bool {
        match FIRST.checked_sub(token.0) {
            Some(slot) if slot < METRICS_CONNECTIONS => {
                if let Some(visit) = &mut self.visits[slot] {
                    visit.ready = true;
                }
            }
            Some(number) if number < METRICS_CONNECTIONS + self.listeners.len() => self.waiting = true,
            _ => return false,
        }
        true
    }

    /// Lets clients in, reads their requests, and answers.
    pub(super) fn turn(&mut self, registry: &Registry, server: &Server<TcpStream>, now: MonoTime) {
        self.admit(registry, now);
        let mut page = None;
        for slot in 0..self.visits.len() {
            let Some(visit) = self.visits[slot].take() else { continue };
            // Put back unless it is over.
            self.visits[slot] = visit.serve(|| page.get_or_insert_with(|| self.page(server)).clone(), now);
        }
    }

    /// Whether there is something to do now.
    pub(super) fn has_work(&self) -> bool {
        let may_admit = self.waiting && self.retry.is_none() && self.visits.iter().any(Option::is_none);
        may_admit || self.visits.iter().flatten().any(|visit| visit.ready)
    }

    /// When [`turn`](Self::turn) has something to do; never while nobody is at the door.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.visits.iter().flatten().map(|visit| visit.until).chain(self.retry).min()
    }

    fn page(&self, server: &Server<TcpStream>) -> Vec<u8> {
        let (turns, process) = (self.turns, process::figures(self.started));
        Figures { turns, process, ..server.figures() }.render().into_bytes()
    }

    fn admit(&mut self, registry: &Registry, now: MonoTime) {
        if self.retry.is_some_and(|retry| now < retry) {
            return;
        }
        self.retry = None;
        while self.waiting
            && let Some(slot) = self.visits.iter().position(Option::is_none)
        {
            // An edge does not say how many wait, and not where either.
            let mut accepted = self.listeners.iter().map(TcpListener::accept);
            let accepted = accepted.find(|accepted| !is_nobody(accepted));
            let welcomed = accepted.map(|accepted| {
                let (mut stream, _) = accepted?;
                registry.register(
                    &mut stream,
                    Token(FIRST - slot),
                    Interest::READABLE | Interest::WRITABLE,
                )?;
                io::Result::Ok(stream)
            });
            match welcomed {
                None => self.waiting = false,
                Some(Ok(stream)) => self.visits[slot] = Some(Visit::new(stream, now)),
                Some(Err(error)) => {
                    debug!("metrics: {error}");
                    self.retry = Some(now + ACCEPT_RETRY);
                    return;
                }
            }
        }
        if self.waiting {
            let soon = now + METRICS_CROWDED_PATIENCE;
            self.visits.iter_mut().flatten().for_each(|visit| visit.until = visit.until.min(soon));
        }
    }
}

impl Visit {
    fn new(stream: TcpStream, now: MonoTime) -> Visit {
        Visit {
            stream,
            ready: true,
            input: Vec::new(),
            answer: Vec::new(),
            sent: 0,
            phase: Phase::Asking,
            ended: false,
            until: now + METRICS_PATIENCE,
        }
    }

    /// Gives one connection its turn, and gives it back unless it is over. What has come is looked at before the patience is over.
    fn serve(mut self, page: impl FnOnce() -> Vec<u8>, now: MonoTime) -> Option<Visit> {
        if std::mem::take(&mut self.ready) {
            self.read()?;
            self.answer(page, now)?;
            self.write(now)?;
        }
        (now < self.until).then_some(self)
    }

    /// Answers the request, once it is there. None: it is not, and will not be.
    fn answer(&mut self, page: impl FnOnce() -> Vec<u8>, now: MonoTime) -> Option<()> {
        if self.phase != Phase::Asking {
            return Some(());
        }
        let answer = match parse(&self.input) {
            Parsed::Incomplete => return (!self.ended).then_some(()),
            Parsed::Refused(status) => plain(status, "?\n").to_bytes(false),
            Parsed::Request(request, _) => answer(&request, page),
        };
        (self.input, self.answer) = (Vec::new(), answer);
        (self.phase, self.until) = (Phase::Answered, self.until.max(now + METRICS_PATIENCE));
        Some(())
    }

    /// Takes what the client sent, as much as one turn bears. None: it has gone, or sends too much.
    fn read(&mut self) -> Option<()> {
        let mut piece = [0; PIECE_BYTES];
        for _ in 0..PIECES_PER_TURN {
            match self.stream.read(&mut piece) {
                Ok(0) => {
                    self.ended = true;
                    return (self.phase == Phase::Asking || self.phase == Phase::Answered).then_some(());
                }
                Ok(bytes) => match &mut self.phase {
                    // A head that is too long is refused before it fills more than one turn bears.
                    Phase::Asking => self.input.extend_from_slice(&piece[..bytes]),
                    Phase::Answered => {}
                    Phase::Lingering(left) => *left = left.checked_sub(bytes)?,
                },
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        self.ready = true;
        Some(())
    }

    /// Writes what is left of the answer, and ends our side behind it. None: it is over.
    fn write(&mut self, now: MonoTime) -> Option<()> {
        if self.phase != Phase::Answered {
            return Some(());
        }
        while self.sent < self.answer.len() {
            match self.stream.write(&self.answer[self.sent..]) {
                Ok(0) => return None,
                Ok(bytes) => self.sent += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        self.stream.shutdown(Shutdown::Write).ok()?;
        (self.answer, self.phase) = (Vec::new(), Phase::Lingering(LINGER_MAX_BYTES));
        self.until = now + METRICS_CROWDED_PATIENCE;
        (!self.ended).then_some(())
    }
}

fn is_nobody<T>(accepted: &io::Result<T>) -> bool {
    accepted.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

fn answer(request: &Request, page: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let response = match request.method {
        Method::Other => plain(Status::MethodNotAllowed, "GET /metrics\n").header("Allow", "GET, HEAD"),
        _ if request.path != PATH => plain(Status::NotFound, "/metrics\n"),
        Method::Get | Method::Head => common(Status::Ok).body(MEDIA_TYPE, page()),
    };
    response.to_bytes(request.method == Method::Head)
}

fn plain(status: Status, words: &'static str) -> Response {
    common(status).body("text/plain; charset=utf-8", words.as_bytes())
}

fn common(status: Status) -> Response {
    Response::new(status).header("Cache-Control", "no-store").header("X-Content-Type-Options", "nosniff")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visit_that_never_stops_sending_is_over_when_its_time_is() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut client =
            std::net::TcpStream::connect(listener.local_addr().expect("an address")).expect("us");
        let (stream, _) = listener.accept().expect("a client");
        stream.set_nonblocking(true).expect("a socket");
        let mut visit = Visit::new(TcpStream::from_std(stream), MonoTime::START);
        for (after, lives) in [
            (Duration::ZERO, true),
            (METRICS_PATIENCE - Duration::from_micros(1), true),
            (METRICS_PATIENCE, false),
        ] {
            client.write_all(b"G").expect("a connection");
            visit.ready = true;
            match visit.serve(|| unreachable!("nothing is asked"), MonoTime::START + after) {
                Some(next) => visit = next,
                None => return assert!(!lives, "after {after:?}"),
            }
            assert!(lives, "after {after:?}");
        }
    }
}
