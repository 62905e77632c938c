//! How far the end of a connection is.
//!
//! Invariant: there is one way forward: open, draining, lingering, dead.

use serde::{Deserialize, Serialize};

use crate::chat::{CloseReason, MonoTime};
use crate::limits;
use crate::net::rate_limit::RateLimiter;

/// How far the end of a connection is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum ConnPhase {
    /// In use: lines are taken, so fast.
    Open(RateLimiter),
    /// Not read any more, for this reason; what is queued still leaves, until then at most.
    Draining(MonoTime, CloseReason),
    /// Our side has ended; what still comes is read and ignored, until then, and so many bytes, at most. Closing
    /// a socket with unread input would make the kernel throw away what the peer has not read yet.
    Lingering(MonoTime, u32, CloseReason),
    /// To be swept; why.
    Dead(CloseReason),
}

impl ConnPhase {
    /// Begins the end, for this reason: what is queued leaves first. Says whether this was open.
    pub(super) fn drain(&mut self, reason: CloseReason, now: MonoTime) -> bool {
        let open = self.is_open();
        if open {
            *self = ConnPhase::Draining(now + limits::DRAIN_TIMEOUT, reason);
        }
        open
    }

    /// Our side has ended; the peer may take until then to end its own.
    pub(super) fn linger(&mut self, until: MonoTime) {
        let ConnPhase::Draining(_, reason) = *self else { unreachable!("what was queued has left") };
        *self = ConnPhase::Lingering(until, limits::LINGER_MAX_BYTES as u32, reason);
    }

    /// The end, without further ceremony; for this reason, unless it had begun for another. Says whether it is new.
    pub(super) fn die(&mut self, cause: CloseReason) -> bool {
        let cause = match *self {
            ConnPhase::Open(_) => cause,
            ConnPhase::Draining(_, reason) | ConnPhase::Lingering(_, _, reason) => reason,
            ConnPhase::Dead(_) => return false,
        };
        *self = ConnPhase::Dead(cause);
        true
    }

    /// Bytes have come that nobody reads any more; says whether more may come.
    pub(super) fn ignore(&mut self, bytes: usize) -> bool {
        let ConnPhase::Lingering(_, left, _) = self else { return true };
        let rest = left.checked_sub(bytes as u32);
        *left = rest.unwrap_or(0);
        rest.is_some()
    }

    pub(super) fn is_open(self) -> bool {
        matches!(self, ConnPhase::Open(_))
    }

    /// Whether this is being closed, and something may have to be written.
    pub(super) fn is_draining(self) -> bool {
        matches!(self, ConnPhase::Draining(..))
    }

    /// Whether our side has ended, and the peer's has not.
    pub(super) fn is_lingering(self) -> bool {
        matches!(self, ConnPhase::Lingering(..))
    }

    pub(super) fn is_dead(self) -> bool {
        matches!(self, ConnPhase::Dead(_))
    }

    /// Why this has ended, if it has.
    pub(super) fn cause(self) -> Option<CloseReason> {
        if let ConnPhase::Dead(cause) = self { Some(cause) } else { None }
    }

    /// Whether what comes is to be read.
    pub(super) fn reads(self) -> bool {
        self.is_open() || self.is_lingering()
    }

    /// What the next line costs, while lines are taken.
    pub(super) fn rate_limiter(&mut self) -> Option<&mut RateLimiter> {
        if let ConnPhase::Open(rate_limiter) = self { Some(rate_limiter) } else { None }
    }
}
