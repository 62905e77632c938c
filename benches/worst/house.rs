//! A whole server over streams in memory: no socket, no clock, nothing to wait for. What is left is the loop's own work.

// A bench and tests use it, each their part.
#![allow(dead_code)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::ops::Deref;
use std::rc::Rc;
use std::time::Duration;

use tertulia::chat::{ClientId, MonoTime};
use tertulia::config::Config;
use tertulia::config::Door;
use tertulia::net::{Server, Stream};

/// What a client and its stream share.
#[derive(Debug, Default)]
#[repr(C, align(64))]
struct Wire {
    /// Bytes that were written.
    taken: Cell<usize>,
    /// The client reads nothing: writes are refused.
    deaf: Cell<bool>,
    /// The client has reset the connection: what came before can still be read.
    reset: Cell<bool>,
    /// The client has ended its side: what came before can still be read.
    ended: Cell<bool>,
    /// The server has ended its side.
    over: Cell<bool>,
    /// Bytes that a client takes that reads slowly.
    room: Cell<Option<usize>>,
    /// The server has given it up.
    closed: Cell<bool>,
    /// What was written, if anybody wants to look at it.
    kept: RefCell<Option<Vec<u8>>>,
    input: RefCell<VecDeque<u8>>,
}

/// Wires that lie side by side, and what a write looks at in one line of the processor's cache: for each hearer the figures
/// are to be those of the server, not of 20,000 pieces of memory of a stream that is none.
const WIRES_TOGETHER: usize = 1024;

/// One of the wires that lie together.
#[derive(Clone, Debug)]
struct WireRef(Rc<[Wire]>, u32);

impl Deref for WireRef {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.0[self.1 as usize]
    }
}

/// The server's end of a connection.
#[derive(Debug)]
pub(crate) struct MemoryStream(WireRef);

impl Drop for MemoryStream {
    fn drop(&mut self) {
        self.0.closed.set(true);
    }
}

impl Read for MemoryStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.input.borrow_mut().read(buffer)? {
            0 if self.0.reset.get() => Err(io::ErrorKind::ConnectionReset.into()),
            0 if self.0.ended.get() => Ok(0),
            0 => Err(io::ErrorKind::WouldBlock.into()),
            length => Ok(length),
        }
    }
}

impl Write for MemoryStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.reset.get() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.0.deaf.get() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = self.0.room.get().map_or(bytes.len(), |room| room.min(bytes.len()));
        if length == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.room.set(self.0.room.get().map(|room| room - length));
        let bytes = &bytes[..length];
        self.0.taken.set(self.0.taken.get() + bytes.len());
        if let Some(kept) = &mut *self.0.kept.borrow_mut() {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for MemoryStream {
    fn end_writing(&mut self) -> io::Result<()> {
        self.0.over.set(true);
        Ok(())
    }
}

/// A server and its clients.
pub(crate) struct House {
    pub(crate) server: Server<MemoryStream>,
    pub(crate) now: MonoTime,
    clients: Vec<(ClientId, WireRef)>,
    wires: Option<Rc<[Wire]>>,
}

impl House {
    /// A server with `config` and nobody there.
    pub(crate) fn new(config: Config) -> House {
        House::of(Server::new(config))
    }

    /// A server that may have been there before, with nobody there.
    pub(crate) fn of(server: Server<MemoryStream>) -> House {
        House { server, now: MonoTime::from_micros(1_000_000), clients: Vec::new(), wires: None }
    }

    /// Connects one more client; gives its number.
    pub(crate) fn connect(&mut self) -> usize {
        // From many addresses: one alone gets no more than its share of places and rooms.
        let [.., net, host] = (self.clients.len() as u32 / 100).to_be_bytes();
        self.connect_from([10, net, host, 1])
    }

    /// The same, from an address.
    pub(crate) fn connect_from(&mut self, address: [u8; 4]) -> usize {
        self.connect_through(Door::Line, address)
    }

    /// The same, through a door.
    pub(crate) fn connect_through(&mut self, door: Door, address: [u8; 4]) -> usize {
        let nth = self.clients.len() % WIRES_TOGETHER;
        if nth == 0 {
            self.wires = Some((0..WIRES_TOGETHER).map(|_| Wire::default()).collect());
        }
        let wires = self.wires.as_ref().expect("made for the first of them");
        let wire = WireRef(Rc::clone(wires), nth as u32);
        let peer = SocketAddr::from((address, 5000));
        let id = self.server.admit_through(door, MemoryStream(wire.clone()), peer, self.now);
        self.clients.push((id, wire));
        self.clients.len() - 1
    }

    /// Puts input on the way and says that it is there; the server has not seen it yet.
    pub(crate) fn send(&mut self, who: usize, input: &[u8]) {
        let (id, wire) = &self.clients[who];
        wire.input.borrow_mut().extend(input);
        self.server.readable(*id);
    }

    /// Puts input on the way, of which no readiness has told yet.
    pub(crate) fn arrives_untold(&mut self, who: usize, input: &str) {
        self.clients[who].1.input.borrow_mut().extend(input.as_bytes());
    }

    /// The client resets the connection, of which no readiness has told yet.
    pub(crate) fn resets_untold(&mut self, who: usize) {
        self.clients[who].1.reset.set(true);
    }

    /// Sends input, and lets the server do all that comes of it.
    pub(crate) fn says(&mut self, who: usize, input: impl AsRef<[u8]>) {
        self.send(who, input.as_ref());
        self.settle();
    }

    /// One turn of the loop.
    pub(crate) fn turn(&mut self) {
        self.server.serve_ready(self.now);
        self.server.tick(self.now);
        self.server.finish_turn(self.now);
    }

    /// Turns until there is nothing to do without waiting.
    pub(crate) fn settle(&mut self) {
        while self.server.has_work() {
            self.turn();
        }
    }

    /// Lets time pass, and the server do what has come due; what is due far later stays.
    pub(crate) fn waits(&mut self, span: Duration) {
        self.now = self.now + span;
        self.turn();
        self.settle();
    }

    /// The connection breaks, and the server does all that comes of it.
    pub(crate) fn breaks(&mut self, who: usize) {
        self.breaks_unseen(who);
        self.settle();
    }

    /// The connection breaks; the server has been told, and has done nothing yet.
    pub(crate) fn breaks_unseen(&mut self, who: usize) {
        self.server.broken(self.clients[who].0);
    }

    /// The client ends its side, and the server does all that comes of it.
    pub(crate) fn ends(&mut self, who: usize) {
        self.clients[who].1.ended.set(true);
        self.send(who, b"");
        self.settle();
    }

    /// Whether the server has ended its side.
    pub(crate) fn is_over(&self, who: usize) -> bool {
        self.clients[who].1.over.get()
    }

    /// The client takes so many bytes, and no more until it takes others.
    pub(crate) fn takes(&mut self, who: usize, bytes: usize) {
        let (id, wire) = &self.clients[who];
        wire.room.set(Some(bytes));
        self.server.writable(*id);
    }

    /// The client reads nothing any more.
    pub(crate) fn deafen(&self, who: usize) {
        self.clients[who].1.deaf.set(true);
    }

    /// The client reads again; readiness says so.
    pub(crate) fn reads_again(&mut self, who: usize) {
        let (id, wire) = &self.clients[who];
        wire.deaf.set(false);
        self.server.writable(*id);
    }

    /// Keeps what the client is sent from now on, for [`heard`](Self::heard).
    pub(crate) fn listen(&self, who: usize) {
        *self.clients[who].1.kept.borrow_mut() = Some(Vec::new());
    }

    /// Keeps nothing of what the client is sent any more.
    pub(crate) fn stops_listening(&self, who: usize) {
        *self.clients[who].1.kept.borrow_mut() = None;
    }

    /// What a client that [listens](Self::listen) was sent since it was last asked.
    pub(crate) fn heard(&self, who: usize) -> String {
        String::from_utf8(self.heard_bytes(who)).expect("the server sends UTF-8")
    }

    /// The same, whatever it is.
    pub(crate) fn heard_bytes(&self, who: usize) -> Vec<u8> {
        self.clients[who].1.kept.borrow_mut().as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Bytes that a client was sent.
    pub(crate) fn taken(&self, who: usize) -> usize {
        self.clients[who].1.taken.get()
    }

    /// Whether the server has given the connection up.
    pub(crate) fn is_closed(&self, who: usize) -> bool {
        self.clients[who].1.closed.get()
    }

    /// Bytes of input that nobody has read.
    pub(crate) fn unread(&self, who: usize) -> usize {
        self.clients[who].1.input.borrow().len()
    }

    /// How many clients there are or were.
    pub(crate) fn clients(&self) -> usize {
        self.clients.len()
    }
}
