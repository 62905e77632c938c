//! Letting people in: accepting within a budget, and patience while the system has no descriptor left.
//!
//! Invariant: an edge trigger tells once. That a connection waits is remembered here until an accept has said that none
//! does, however it failed in between.

use std::io;
use std::net::SocketAddr;

use log::warn;

use crate::chat::MonoTime;
use crate::limits::{ACCEPT_COMPLAINT_INTERVAL, ACCEPT_RETRY, ACCEPTS_PER_TURN};

/// The entrance of one listener.
#[derive(Debug, Default)]
pub struct Acceptor {
    /// A connection may be waiting.
    waiting: bool,
    /// An accept failed for want of something; not again before then.
    closed_until: Option<MonoTime>,
    complained: Option<MonoTime>,
    failures: u64,
}

impl Acceptor {
    /// Readiness says that a connection may be waiting.
    pub fn mark_ready(&mut self) {
        self.waiting = true;
    }

    /// A descriptor has become free: what failed may work now.
    pub fn freed(&mut self) {
        self.closed_until = None;
    }

    /// When to call [`admit`](Self::admit) without a knock.
    pub fn due(&self, now: MonoTime) -> Option<MonoTime> {
        self.waiting.then(|| self.closed_until.unwrap_or(now))
    }

    /// Lets in the connections that wait, as many as one turn bears. `welcome` says whether another may come. Not to be called when
    /// none may; that one waits is remembered.
    pub fn admit<S>(
        &mut self,
        now: MonoTime,
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
    fn complain(&mut self, error: &io::Error, now: MonoTime) {
        self.failures += 1;
        if self.complained.is_none_or(|last| now >= last + ACCEPT_COMPLAINT_INTERVAL) {
            warn!("accept: {error} (x{})", self.failures);
            self.complained = Some(now);
            self.failures = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// A door at which one waits, tried while the system has no descriptor left.
    fn closed(now: MonoTime) -> Acceptor {
        let mut acceptor = Acceptor::default();
        acceptor.mark_ready();
        acceptor.admit::<()>(
            now,
            || Err(io::ErrorKind::OutOfMemory.into()),
            |(), _| unreachable!("nobody comes"),
        );
        acceptor
    }

    /// How many come in at `now`, of one who waits.
    fn admitted(acceptor: &mut Acceptor, now: MonoTime) -> usize {
        let (mut waiting, mut admitted) = (Some(()), 0);
        let accept = || {
            let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
            waiting.take().map(|()| ((), peer)).ok_or(io::ErrorKind::WouldBlock.into())
        };
        acceptor.admit(now, accept, |(), _| {
            admitted += 1;
            true
        });
        admitted
    }

    #[test]
    fn door_without_descriptors_is_tried_again_after_a_moment_and_not_before() {
        let now = MonoTime::START;
        let mut acceptor = closed(now);
        let again = now + ACCEPT_RETRY;
        assert_eq!(acceptor.due(now), Some(again));
        assert_eq!(admitted(&mut acceptor, MonoTime::from_micros(again.micros() - 1)), 0);
        assert_eq!(admitted(&mut acceptor, again), 1);
        assert_eq!(acceptor.due(again), None, "nobody waits");
    }

    #[test]
    fn door_opens_at_once_when_a_descriptor_is_freed() {
        let now = MonoTime::START;
        let mut acceptor = closed(now);
        acceptor.freed();
        assert_eq!(acceptor.due(now), Some(now));
        assert_eq!(admitted(&mut acceptor, now), 1);
    }
}
