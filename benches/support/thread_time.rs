//! The time of the bench's own thread.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Processor time of this thread, in its own code and in the system's: what other programs do meanwhile counts little.
pub(crate) fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
