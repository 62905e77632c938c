//! A connection through TLS on which one thread reads and others write, as on a socket.
//!
//! Invariants: the lock is never held where a thread waits for the network. What is encrypted first is sent first: one thread at a
//! time writes, and it goes on until TLS itself has nothing more to send, so that a thread that reads leaves that to it.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConnection;

use crate::socket;

/// Bytes read from the network at once.
const READ_BYTES: usize = 16 * 1024;

/// Bytes encrypted at once: a full record.
const WRITE_BYTES: usize = 16 * 1024;

/// See the top of the file.
pub(crate) struct TlsStream {
    socket: TcpStream,
    state: Mutex<State>,
    /// A thread has finished writing.
    written: Condvar,
}

struct State {
    tls: ClientConnection,
    /// What came and was not read yet, from `taken` on.
    plain: Vec<u8>,
    taken: usize,
    /// How long one read may wait for that.
    read_limit: Option<Duration>,
    /// Why nothing can be read behind that.
    broken: Option<ErrorKind>,
    /// A thread is writing.
    writing: bool,
    /// Nothing more can be written: we have said so, or the network refused.
    ended: bool,
}

impl TlsStream {
    /// A connection on which the handshake is done.
    pub(super) fn new(socket: TcpStream, tls: ClientConnection) -> TlsStream {
        let mut state = State {
            tls,
            plain: Vec::new(),
            taken: 0,
            read_limit: None,
            broken: None,
            writing: false,
            ended: false,
        };
        state.decrypt(&[]); // the server may have spoken at once
        TlsStream { socket, state: Mutex::new(state), written: Condvar::new() }
    }

    /// As of a socket. No bytes: the server has taken leave. An end without that is [`ErrorKind::UnexpectedEof`], and something may
    /// be missing.
    pub(crate) fn read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let mut state = self.lock();
        let rest = &state.plain[state.taken..];
        let count = rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&rest[..count]);
        state.taken += count;
        Ok(count)
    }

    /// Waits until there is something to be read, or the end.
    pub(crate) fn has_something(&self) -> io::Result<()> {
        self.fill()
    }

    /// As of a socket: waits while the server does not read, and while another thread writes.
    pub(crate) fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.wait_for_turn();
        if state.ended {
            return Err(ErrorKind::BrokenPipe.into());
        }
        state.writing = true;
        for piece in bytes.chunks(WRITE_BYTES) {
            // It takes all: nothing is left in it between two pieces.
            let taken = state.tls.writer().write_all(piece);
            let (again, sent) = self.send(state);
            state = again;
            if let Err(error) = taken.and(sent) {
                state.ended = true;
                self.stop_writing(state);
                return Err(error);
            }
        }
        self.stop_writing(state);
        Ok(())
    }

    /// Nothing more will be written: says so behind what is being written.
    pub(crate) fn finish(&self) {
        let mut state = self.wait_for_turn();
        if !std::mem::replace(&mut state.ended, true) {
            state.writing = true;
            state.tls.send_close_notify();
            let (state, _) = self.send(state);
            self.stop_writing(state);
        }
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// As of a socket; a server that sends its records in drips has no more time than a silent one.
    pub(crate) fn set_read_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.lock().read_limit = limit;
        self.socket.set_read_timeout(limit)
    }

    pub(crate) fn set_write_timeout(&self, limit: Option<Duration>) -> io::Result<()> {
        self.socket.set_write_timeout(limit)
    }

    /// Reads from the network until something can be read, or the end; [`ErrorKind::TimedOut`], if that takes longer than it may.
    fn fill(&self) -> io::Result<()> {
        let mut encrypted = [0; READ_BYTES];
        let limit = self.lock().read_limit;
        let deadline = limit.map(|limit| Instant::now() + limit);
        loop {
            if self.lock().can_be_read()? {
                return Ok(());
            }
            if let Some(deadline) = deadline {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(ErrorKind::TimedOut.into());
                }
                self.socket.set_read_timeout(Some(left))?;
            }
            let count = (&self.socket).read(&mut encrypted)?;
            let mut state = self.lock();
            if count == 0 {
                state.see_end();
            } else {
                state.decrypt(&encrypted[..count]);
            }
            // An answer of TLS itself; while another thread writes, that one sends it.
            if !state.writing && !state.ended && state.tls.wants_write() {
                state.writing = true;
                let (state, _) = self.send(state);
                self.stop_writing(state);
            }
        }
    }

    /// Sends all that TLS has to send; the lock is given back while the network takes it.
    fn send<'a>(&'a self, mut state: MutexGuard<'a, State>) -> (MutexGuard<'a, State>, io::Result<()>) {
        while state.tls.wants_write() {
            let mut encrypted = Vec::new();
            let got = state.tls.write_tls(&mut encrypted);
            drop(state);
            let sent = got.and_then(|_| socket::write_all(&self.socket, &encrypted));
            state = self.lock();
            if sent.is_err() {
                return (state, sent);
            }
        }
        (state, Ok(()))
    }

    fn wait_for_turn(&self) -> MutexGuard<'_, State> {
        let state = self.lock();
        self.written.wait_while(state, |state| state.writing).unwrap_or_else(PoisonError::into_inner)
    }

    fn stop_writing(&self, mut state: MutexGuard<'_, State>) {
        state.writing = false;
        self.written.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether there is something to be read, or the server has taken leave.
    fn can_be_read(&mut self) -> io::Result<bool> {
        if self.taken < self.plain.len() {
            return Ok(true);
        }
        self.plain.clear();
        self.taken = 0;
        if let Some(kind) = self.broken {
            return Err(kind.into());
        }
        match self.tls.reader().fill_buf() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes in what came from the network.
    fn decrypt(&mut self, mut encrypted: &[u8]) {
        loop {
            let processed = self.tls.process_new_packets();
            // What came before something that is wrong was said all the same.
            let mut reader = self.tls.reader();
            while let Ok(piece @ [_, ..]) = reader.fill_buf() {
                self.plain.extend_from_slice(piece);
                let count = piece.len();
                reader.consume(count);
            }
            if processed.is_err() {
                self.broken = Some(ErrorKind::InvalidData);
            }
            // Behind the server's leave it takes nothing in.
            if processed.is_err()
                || encrypted.is_empty()
                || !matches!(self.tls.read_tls(&mut encrypted), Ok(1..))
            {
                return;
            }
        }
    }

    /// Nothing more will come from the network.
    fn see_end(&mut self) {
        // It cannot fail: there is room, all that came was taken out.
        let _ = self.tls.read_tls(&mut io::empty());
    }
}
