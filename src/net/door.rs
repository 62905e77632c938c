//! Letting people in: accepting within a budget, and patience while the system has no descriptor left.
//!
//! Law: an edge trigger tells once. Whoever waits outside is remembered here until an accept has said that nobody
//! does, however it failed in between.

use std::io;
use std::net::SocketAddr;

use log::warn;

use crate::chat::Moment;
use crate::limits::{ACCEPT_COMPLAINT_INTERVAL, ACCEPT_RETRY, ACCEPTS_PER_TURN};

/// The entrance of one listener.
#[derive(Debug, Default)]
pub struct Door {
    /// Somebody may be waiting.
    waiting: bool,
    /// An accept failed for want of something; not again before then.
    closed_until: Option<Moment>,
    complained: Option<Moment>,
    failures: u64,
}

impl Door {
    /// Readiness says that somebody may be waiting.
    pub fn knock(&mut self) {
        self.waiting = true;
    }

    /// A descriptor has become free: what failed may work now.
    pub fn freed(&mut self) {
        self.closed_until = None;
    }

    /// When to call [`admit`](Self::admit) without a knock.
    pub fn due(&self, now: Moment) -> Option<Moment> {
        self.waiting.then(|| self.closed_until.unwrap_or(now))
    }

    /// Lets in whoever waits, as many as one turn bears. `welcome` says whether another may come. Not to be called when
    /// none may; who waits is remembered.
    pub fn admit<S>(
        &mut self,
        now: Moment,
        mut accept: impl FnMut() -> io::Result<(S, SocketAddr)>,
        mut welcome: impl FnMut(S, SocketAddr) -> bool,
    ) {
        if !self.waiting || self.closed_until.is_some_and(|until| now < until) {
            return;
        }
        self.closed_until = None;
        for _ in 0..ACCEPTS_PER_TURN {
            match accept() {
                Ok((stream, peer)) => {
                    if !welcome(stream, peer) {
                        return;
                    }
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => {
                        self.waiting = false;
                        return;
                    }
                    // That connection's trouble, not ours: the next one may be fine.
                    io::ErrorKind::Interrupted
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::ConnectionReset => {}
                    _ => {
                        self.closed_until = Some(now + ACCEPT_RETRY);
                        return self.complain(&error, now);
                    }
                },
            }
        }
    }

    /// At most one line in [`ACCEPT_COMPLAINT_INTERVAL`], however often it fails.
    fn complain(&mut self, error: &io::Error, now: Moment) {
        self.failures += 1;
        if self.complained.is_none_or(|last| now >= last + ACCEPT_COMPLAINT_INTERVAL) {
            warn!("accept: {error} (x{})", self.failures);
            self.complained = Some(now);
            self.failures = 0;
        }
    }
}
