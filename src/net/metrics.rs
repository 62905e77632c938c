//! The door for the metrics: a few connections of HTTP beside the chat's, each with one request.
//!
//! Invariants: nothing here waits; what a connection holds and how long it takes is bounded; the page is made once a turn at most;
//! nobody at this door is in the chat; who comes is let in, whatever the others do, and their request is looked at before another one comes.

use std::cmp::Reverse;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use log::debug;
use mio::net::{TcpListener, TcpStream};
use mio::{Interest, Registry, Token};

use super::process;
use super::server::Server;
use crate::chat::{MonoTime, Origin, UnixMillis};
use crate::limits::{
    ACCEPT_RETRY, DESCRIPTORS_MAX, LINGER_MAX_BYTES, METRICS_ACCEPTS_PER_TURN, METRICS_CONNECTIONS,
    METRICS_LINGER, METRICS_PATIENCE,
};
use crate::protocol::http::{HttpRequest, Method, Parsed, Response, Status, parse};
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
    /// How many have come.
    came: usize,
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
    /// Which one it is of all that came.
    number: usize,
    origin: Origin,
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
        mut listeners: Vec<TcpListener>,
        started: UnixMillis,
        registry: &Registry,
    ) -> io::Result<Metrics> {
        for (index, listener) in listeners.iter_mut().enumerate() {
            registry.register(listener, Token(FIRST - METRICS_CONNECTIONS - index), Interest::READABLE)?;
        }
        let visits = [const { None }; METRICS_CONNECTIONS];
        let (came, waiting, retry, turns) = (0, false, None, Turns::default());
        Ok(Metrics { listeners, visits, came, waiting, retry, turns, started })
    }

    /// The sockets that listen.
    pub(super) fn files(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.listeners.iter().map(AsFd::as_fd)
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
        let mut page = None;
        self.admit(registry, server, &mut page, now);
        for slot in 0..self.visits.len() {
            let Some(visit) = self.visits[slot].take() else { continue };
            // Put back unless it is over.
            self.visits[slot] = visit.serve(|| page.get_or_insert_with(|| self.page(server)).clone(), now);
        }
    }

    /// Whether there is something to do now.
    pub(super) fn has_work(&self) -> bool {
        self.waiting && self.retry.is_none() || self.visits.iter().flatten().any(|visit| visit.ready)
    }

    /// When [`turn`](Self::turn) has something to do; never while nobody is at the door.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.visits.iter().flatten().map(|visit| visit.until).chain(self.retry).min()
    }

    fn page(&self, server: &Server<TcpStream>) -> Vec<u8> {
        let (turns, process) = (self.turns, process::figures(self.started));
        Figures { turns, process, ..server.figures() }.render().into_bytes()
    }

    fn admit(
        &mut self,
        registry: &Registry,
        server: &Server<TcpStream>,
        page: &mut Option<Vec<u8>>,
        now: MonoTime,
    ) {
        if !self.waiting || self.retry.is_some_and(|retry| now < retry) {
            return;
        }
        self.retry = None;
        for _ in 0..METRICS_ACCEPTS_PER_TURN {
            // An edge does not say how many wait, and not where either: each listener is the first in its turn.
            let first = self.came % self.listeners.len();
            let (before, after) = self.listeners.split_at(first);
            let mut accepted = after.iter().chain(before).map(TcpListener::accept);
            let Some(accepted) = accepted.find(|accepted| !is_nobody(accepted)) else {
                self.waiting = false;
                return;
            };
            let slot = self.place();
            let welcomed = accepted.and_then(|(mut stream, peer)| {
                let interest = Interest::READABLE | Interest::WRITABLE;
                registry.register(&mut stream, Token(FIRST - slot), interest)?;
                Ok(Visit::new(stream, self.came, Origin::of(peer.ip()), now))
            });
            match welcomed {
                Ok(visit) => {
                    self.came += 1;
                    self.visits[slot] =
                        visit.serve(|| page.get_or_insert_with(|| self.page(server)).clone(), now);
                }
                Err(error) => {
                    debug!("metrics: {error}");
                    self.retry = Some(now + ACCEPT_RETRY);
                    return;
                }
            }
        }
    }

    /// The place of who comes: one that is free, or that of the visit that gives way. Of those with equal right it is one from where most
    /// come, and of these the oldest.
    fn place(&self) -> usize {
        let beside = |origin| self.visits.iter().flatten().filter(|visit| visit.origin == origin).count();
        let right = |visit: &Visit| (visit.phase.rank(), Reverse(beside(visit.origin)), visit.number);
        let places = self.visits.iter().enumerate();
        // None is the least.
        places.min_by_key(|(_, visit)| visit.as_ref().map(right)).map_or(0, |(slot, _)| slot)
    }
}

impl Visit {
    fn new(stream: TcpStream, number: usize, origin: Origin, now: MonoTime) -> Visit {
        Visit {
            stream,
            number,
            origin,
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
        self.until = now + METRICS_LINGER;
        (!self.ended).then_some(())
    }
}

impl Phase {
    /// The lower it is, the sooner one gives way: the system has the whole answer of who lingers, and nothing of it is lost.
    fn rank(self) -> u8 {
        match self {
            Phase::Lingering(_) => 0,
            Phase::Asking => 1,
            Phase::Answered => 2,
        }
    }
}

fn is_nobody<T>(accepted: &io::Result<T>) -> bool {
    accepted.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

fn answer(request: &HttpRequest, page: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
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
    use std::net::{SocketAddr, TcpListener as Listener, TcpStream as Client};

    use mio::{Events, Poll};
    use socket2::{Domain, Socket, Type};

    use super::*;
    use crate::config::Config;
    use crate::net::bind::listeners;

    const REQUEST: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

    /// How long the system may take to tell of what was sent to the same machine.
    const DEADLINE: Duration = Duration::from_secs(10);

    /// The token of the client that is waited for.
    const SCRAPER: Token = Token(0);

    /// The door, at which no time passes.
    struct House {
        poll: Poll,
        metrics: Metrics,
        server: Server<TcpStream>,
        address: SocketAddr,
    }

    impl House {
        fn new() -> House {
            let poll = Poll::new().expect("a poll");
            let listener = listeners(&["127.0.0.1:0".to_owned()]).expect("a port").remove(0).listener;
            let address = listener.local_addr().expect("an address");
            let metrics = Metrics::new(vec![listener], UnixMillis(0), poll.registry()).expect("a door");
            House { poll, metrics, server: Server::new(Config::default()), address }
        }

        /// One comes from there.
        fn connect(&self, from: [u8; 4]) -> Client {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            socket.bind(&SocketAddr::from((from, 0)).into()).expect("an address of this machine");
            socket.connect(&self.address.into()).expect("a door");
            socket.into()
        }

        /// Does all that is to be done, until that is so.
        #[track_caller]
        fn until(&mut self, mut done: impl FnMut(&Metrics, &Events) -> bool) {
            let mut events = Events::with_capacity(64);
            loop {
                let patience = if self.metrics.has_work() { Duration::ZERO } else { DEADLINE };
                self.poll.poll(&mut events, Some(patience)).expect("a poll");
                assert!(self.metrics.has_work() || !events.is_empty(), "nothing happens any more");
                for event in &events {
                    self.metrics.ready(event.token());
                }
                self.metrics.turn(self.poll.registry(), &self.server, MonoTime::START);
                if done(&self.metrics, &events) {
                    return;
                }
            }
        }

        /// Waits until all who come until then are let in.
        #[track_caller]
        fn let_in(&mut self, came: usize) {
            self.until(|metrics, _| metrics.came == came);
        }

        /// The answer to `client`, who has sent `request` by then.
        #[track_caller]
        fn answer(&mut self, mut client: Client, request: &[u8]) -> String {
            client.write_all(request).expect("a connection");
            client.set_nonblocking(true).expect("a socket");
            let mut watched = TcpStream::from_std(client.try_clone().expect("a descriptor"));
            self.poll.registry().register(&mut watched, SCRAPER, Interest::READABLE).expect("a poll");
            let mut answer = Vec::new();
            self.until(|_, events| {
                let told = events.iter().any(|event| event.token() == SCRAPER);
                told && client.read_to_end(&mut answer).is_ok()
            });
            String::from_utf8(answer).expect("a page")
        }
    }

    #[test]
    fn metrics_are_told_behind_hundreds_who_are_silent_before_any_time_has_passed() {
        let mut house = House::new();
        let silent: Vec<Client> = (0..200).map(|_| house.connect([127, 0, 0, 1])).collect();
        let scraper = house.connect([127, 0, 0, 1]);
        let answer = house.answer(scraper, REQUEST);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert_eq!(house.metrics.came, silent.len() + 1);
    }

    #[test]
    fn metrics_are_told_to_who_asks_slowly_while_many_come_from_elsewhere() {
        let mut house = House::new();
        let mut slow = house.connect([127, 0, 0, 2]);
        let (first, rest) = REQUEST.split_at(10);
        slow.write_all(first).expect("a connection");
        house.let_in(1);
        let silent: Vec<Client> =
            (0..3 * METRICS_CONNECTIONS).map(|_| house.connect([127, 0, 0, 1])).collect();
        house.let_in(1 + silent.len());
        let answer = house.answer(slow, rest);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }

    #[test]
    fn visit_that_never_stops_sending_is_over_when_its_time_is() {
        let listener = Listener::bind("127.0.0.1:0").expect("a port");
        let mut client = Client::connect(listener.local_addr().expect("an address")).expect("us");
        let (stream, peer) = listener.accept().expect("a client");
        stream.set_nonblocking(true).expect("a socket");
        let mut visit = Visit::new(TcpStream::from_std(stream), 0, Origin::of(peer.ip()), MonoTime::START);
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
