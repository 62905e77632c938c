//! What the system has for a handover: files in memory, and a clock that all programs share.

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A file in memory.
pub(in crate::net) fn memory_file() -> io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{MemfdFlags, memfd_create};
        Ok(memfd_create("tertulia", MemfdFlags::CLOEXEC)?.into())
    }
    #[cfg(not(target_os = "linux"))]
    Err(io::ErrorKind::Unsupported.into())
}

/// What the system's monotonic clock says: it is the same for all programs.
pub(in crate::net) fn system_clock() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}
