//! What the system knows of this process.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};

use crate::chat::UnixMillis;
use crate::protocol::metrics::Process;

/// What it knows now of this process, which was started at `started`. None where there is no `/proc`.
pub(super) fn figures(started: UnixMillis) -> Option<Process> {
    // One read gives all of it.
    let mut bytes = [0; 1024];
    let length = File::open("/proc/self/stat").and_then(|mut file| file.read(&mut bytes)).ok()?;
    let stat = std::str::from_utf8(&bytes[..length]).ok()?.trim_end();
    // Behind the program's name, which may hold anything; the first of these fields is the third of proc_pid_stat(5).
    let (_, fields) = stat.rsplit_once(") ")?;
    let field = |number: usize| fields.split(' ').nth(number - 3)?.parse::<u64>().ok();
    let ticks = field(14)? + field(15)?;
    let millis = ticks.checked_mul(1000)?.checked_div(clock_ticks_per_second())?;
    Some(Process {
        resident_bytes: field(24)? * page_size() as u64,
        cpu: Duration::from_millis(millis),
        started: started.0 as f64 / 1000.0,
        max_descriptors: getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX),
    })
}
