//! The server over streams in memory, with a history in a file: thousands of connections without a descriptor.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use tertulia::chat::{ChatConfig, ClientId, MonoTime};
use tertulia::config::Config;
use tertulia::net::{Server, Stream};
use tertulia::storage::{Storage, Store};

use crate::storage::support::{DEADLINE, Dir};

/// The other end of a stream.
#[derive(Default)]
struct Wire {
    input: Vec<u8>,
    /// Nothing is taken any more.
    stalled: bool,
    ended: bool,
}

pub(super) struct End(Rc<RefCell<Wire>>);

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut wire = self.0.borrow_mut();
        let taken = wire.input.len().min(buffer.len());
        if taken == 0 {
            return if wire.ended { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) };
        }
        buffer[..taken].copy_from_slice(&wire.input[..taken]);
        wire.input.drain(..taken);
        if wire.input.is_empty() {
            wire.input = Vec::new();
        }
        Ok(taken)
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.borrow().stalled { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for End {
    fn end_writing(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) struct House {
    pub(super) server: Server<End>,
    people: Vec<(ClientId, Rc<RefCell<Wire>>)>,
    guests: Vec<(ClientId, Rc<RefCell<Wire>>)>,
    addresses: u32,
    now: MonoTime,
    woken: Receiver<()>,
}

impl House {
    /// An empty server with so many places.
    pub(super) fn open(dir: &Dir, places: usize) -> House {
        let (wake, woken) = mpsc::channel();
        let storage = Storage::in_file(Store::open(dir.path(), None).unwrap(), move || {
            let _ = wake.send(());
        });
        let config = Config {
            chat: ChatConfig { places: Some(places), ..ChatConfig::default() },
            rate_limit: 0,
            ..Config::default()
        };
        let server = Server::remembering(config, storage.unwrap());
        let (people, guests, addresses, now) = (Vec::new(), Vec::new(), 0, MonoTime::from_micros(1));
        House { server, people, guests, addresses, now, woken }
    }

    /// The next person comes, and stays.
    pub(super) fn enters(&mut self, name: &str) {
        let person = self.comes(name);
        self.people.push(person);
    }

    /// Somebody comes who will leave.
    pub(super) fn visits(&mut self, name: &str) {
        let guest = self.comes(name);
        self.guests.push(guest);
    }

    /// All who came to leave do so, in good order.
    pub(super) fn guests_leave(&mut self) {
        for (id, wire) in self.guests.drain(..) {
            wire.borrow_mut().ended = true;
            self.server.readable(id);
        }
    }

    /// Somebody comes from an address where nobody else is, and gives a name.
    fn comes(&mut self, name: &str) -> (ClientId, Rc<RefCell<Wire>>) {
        let wire = Rc::new(RefCell::new(Wire::default()));
        wire.borrow_mut().input.extend_from_slice(format!("{name}\n").as_bytes());
        let address = Ipv4Addr::from_bits(0x0a00_0000 + self.addresses);
        self.addresses += 1;
        let id = self.server.admit(End(Rc::clone(&wire)), SocketAddr::from((address, 5_000)), self.now);
        self.server.readable(id);
        (id, wire)
    }

    /// What somebody types comes to the server when it next turns.
    pub(super) fn types(&mut self, who: usize, words: &str) {
        let (id, wire) = &self.people[who];
        wire.borrow_mut().input.extend_from_slice(words.as_bytes());
        self.server.readable(*id);
    }

    /// Somebody takes nothing any more.
    pub(super) fn stalls(&mut self, who: usize) {
        self.people[who].1.borrow_mut().stalled = true;
    }

    /// Turns until there is nothing to do without waiting.
    pub(super) fn settle(&mut self) {
        loop {
            if self.woken.try_recv().is_ok() {
                self.server.storage_ready(self.now);
            }
            self.server.serve_ready(self.now);
            self.server.tick(self.now);
            self.server.finish_turn(self.now);
            if !self.server.has_work() {
                return;
            }
        }
    }

    /// Lets everything arrive, and the second pass in which movements are counted.
    pub(super) fn second(&mut self) {
        self.settle();
        self.now = self.now + Duration::from_secs(1);
        self.settle();
    }

    /// Turns until all is written.
    pub(super) fn write(&mut self) {
        let start = Instant::now();
        while self.server.unwritten_bytes() != (0, 0) {
            assert!(start.elapsed() < DEADLINE, "{:?} bytes are not written", self.server.unwritten_bytes());
            self.settle();
            std::thread::yield_now();
        }
    }
}
