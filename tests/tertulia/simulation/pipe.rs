//! A simulated connection: two directions, a kernel that may chop, stall and reset, and edges told once.
//!
//! Stricter than any real system: an edge is told only after the server has seen `WouldBlock`, and closing with
//! unread input, or sending to who has closed, destroys what the client has not read yet, as TCP does.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;

use tertulia::net::Stream;

use super::dice::Dice;
use super::sealed::Sealed;

/// What both ends of a connection share.
#[derive(Debug)]
pub struct Pipe {
    inbound: VecDeque<u8>,
    outbound: VecDeque<u8>,
    /// How many bytes the kernel holds for a client that does not read.
    pub window: usize,
    /// Bytes that a read gives at least, of as many as have come.
    pub least: usize,
    client_ended: bool,
    reset: bool,
    server_ended: bool,
    server_closed: bool,
    /// Bytes that the server has read and written.
    passed: (u64, u64),
    read_armed: bool,
    write_armed: bool,
    dice: Dice,
    /// The client speaks TLS.
    sealed: Option<Box<Sealed>>,
}

/// The client's end.
#[derive(Clone, Debug)]
pub struct ClientEnd(pub Rc<RefCell<Pipe>>);

/// The server's end.
#[derive(Debug)]
pub struct ServerEnd(Rc<RefCell<Pipe>>);

pub fn pipe(seed: u64) -> (ClientEnd, ServerEnd) {
    let pipe = Rc::new(RefCell::new(Pipe {
        inbound: VecDeque::new(),
        outbound: VecDeque::new(),
        window: usize::MAX,
        least: 1,
        client_ended: false,
        reset: false,
        server_ended: false,
        server_closed: false,
        passed: (0, 0),
        read_armed: true,
        write_armed: true,
        dice: Dice::new(seed),
        sealed: None,
    }));
    (ClientEnd(Rc::clone(&pipe)), ServerEnd(pipe))
}

impl ClientEnd {
    pub fn send(&self, bytes: &[u8]) {
        let mut pipe = self.0.borrow_mut();
        assert!(!pipe.client_ended, "the harness sends after its end");
        match &mut pipe.sealed {
            None => pipe.send(bytes),
            Some(sealed) => {
                let sealed = sealed.send(bytes);
                pipe.send(&sealed);
            }
        }
    }

    /// From now on the client speaks TLS.
    pub fn seal(&self) {
        self.0.borrow_mut().sealed = Some(Box::new(Sealed::new()));
    }

    /// Whether the client speaks TLS.
    pub fn is_sealed(&self) -> bool {
        self.0.borrow().sealed.is_some()
    }

    /// Whether the client waits for the end of a handshake.
    pub fn shakes_hands(&self) -> bool {
        let pipe = self.0.borrow();
        !pipe.server_closed && pipe.sealed.as_ref().is_some_and(|sealed| sealed.shakes_hands())
    }

    /// Ends the client's side: half a close.
    pub fn end(&self) {
        let mut pipe = self.0.borrow_mut();
        if let Some(sealed) = pipe.sealed.as_mut().map(|sealed| sealed.end()) {
            pipe.send(&sealed);
        }
        pipe.client_ended = true;
    }

    pub fn reset(&self) {
        let mut pipe = self.0.borrow_mut();
        pipe.reset = true;
        pipe.inbound.clear();
        pipe.outbound.clear();
    }

    /// Reads up to `most` bytes.
    pub fn receive(&self, most: usize) -> Vec<u8> {
        let mut pipe = self.0.borrow_mut();
        let length = most.min(pipe.outbound.len());
        let read: Vec<u8> = pipe.outbound.drain(..length).collect();
        let ended = pipe.client_ended;
        let Some(sealed) = &mut pipe.sealed else { return read };
        let opened = sealed.receive(&read);
        // An answer of the handshake, and what has waited for its end.
        if !ended {
            let answer = sealed.send(b"");
            pipe.send(&answer);
        }
        opened
    }

    /// Whether there is nothing left to read, and never will be.
    pub fn is_over(&self) -> bool {
        let pipe = self.0.borrow();
        pipe.outbound.is_empty() && (pipe.server_ended || pipe.server_closed)
    }

    /// Whether the server has given the connection up.
    pub fn is_closed(&self) -> bool {
        self.0.borrow().server_closed
    }

    /// Whether the kernel takes no more for this client.
    pub fn is_choked(&self) -> bool {
        let pipe = self.0.borrow();
        pipe.outbound.len() >= pipe.window
    }

    /// Bytes that the server has read and written.
    pub fn passed(&self) -> (u64, u64) {
        self.0.borrow().passed
    }

    /// Whether the server has not read all that was sent.
    pub fn has_untaken(&self) -> bool {
        !self.0.borrow().inbound.is_empty()
    }

    /// Whether something waits to be read.
    pub fn has_unread(&self) -> bool {
        !self.0.borrow().outbound.is_empty()
    }

    /// The edges that have come since they were last asked for: readable, writable.
    pub fn edges(&self) -> (bool, bool) {
        let mut pipe = self.0.borrow_mut();
        let readable = pipe.read_armed && (!pipe.inbound.is_empty() || pipe.client_ended || pipe.reset);
        let writable = pipe.write_armed && (pipe.outbound.len() < pipe.window || pipe.reset);
        pipe.read_armed &= !readable;
        pipe.write_armed &= !writable;
        (readable, writable)
    }
}

impl ServerEnd {
    /// Another poll watches it: that one is told how it is now.
    pub fn is_watched_anew(&self) {
        let mut pipe = self.0.borrow_mut();
        (pipe.read_armed, pipe.write_armed) = (true, true);
    }
}

impl Pipe {
    /// Bytes of the client go on their way.
    fn send(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.server_closed {
            self.outbound.clear(); // answered with a reset
        } else {
            self.inbound.extend(bytes);
        }
    }

    /// How much of `most` this call moves: often all of it, sometimes little.
    fn chop(&mut self, most: usize) -> io::Result<usize> {
        match self.dice.below(8) {
            0 => Ok(1 + self.dice.below(most)),
            1 if self.dice.one_in(4) => Err(io::ErrorKind::Interrupted.into()),
            2 => Ok(most.min(1 + self.dice.below(16))),
            _ => Ok(most),
        }
    }
}

impl Read for ServerEnd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let pipe = &mut *self.0.borrow_mut();
        if pipe.reset {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        if pipe.inbound.is_empty() {
            if pipe.client_ended {
                return Ok(0);
            }
            pipe.read_armed = true;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let come = pipe.inbound.len().min(buffer.len());
        let length = pipe.chop(come)?.max(pipe.least.min(come));
        pipe.inbound.read_exact(&mut buffer[..length])?;
        pipe.passed.0 += length as u64;
        Ok(length)
    }
}

impl Write for ServerEnd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let pipe = &mut *self.0.borrow_mut();
        assert!(!pipe.server_ended, "the server writes after its end");
        assert!(!bytes.is_empty(), "the server writes nothing");
        if pipe.reset {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let room = pipe.window.saturating_sub(pipe.outbound.len());
        if room == 0 {
            pipe.write_armed = true;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = pipe.chop(room.min(bytes.len()))?;
        pipe.outbound.extend(&bytes[..length]);
        pipe.passed.1 += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for ServerEnd {
    fn end_writing(&mut self) -> io::Result<()> {
        let mut pipe = self.0.borrow_mut();
        if pipe.reset {
            return Err(io::ErrorKind::NotConnected.into());
        }
        pipe.server_ended = true;
        Ok(())
    }
}

impl Drop for ServerEnd {
    fn drop(&mut self) {
        let mut pipe = self.0.borrow_mut();
        pipe.server_closed = true;
        if !pipe.inbound.is_empty() {
            pipe.outbound.clear();
        }
    }
}
