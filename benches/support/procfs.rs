//! What the system knows of a process: its memory, its processor time, how often it woke up. From Linux's /proc.

use std::fs;
use std::ops::Add;
use std::time::Duration;

use super::Failure;

/// Memory of a process, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// In RAM, what it shares with others included.
    pub(crate) resident: f64,
    /// Of that, its own: heap and stacks, not the program's file.
    pub(crate) anonymous: f64,
}

/// Processor time of a process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processor {
    /// On a processor, to the nanosecond once the process sleeps.
    pub(crate) total: Duration,
    /// Waiting for a processor that others had.
    pub(crate) waited: Duration,
    /// The part in the program, in ticks of 10 ms.
    pub(crate) user: Duration,
    /// The part in the system, in ticks of 10 ms.
    pub(crate) system: Duration,
}

impl Add for Processor {
    type Output = Processor;

    fn add(self, other: Processor) -> Processor {
        Processor {
            total: self.total + other.total,
            waited: self.waited + other.waited,
            user: self.user + other.user,
            system: self.system + other.system,
        }
    }
}

impl Processor {
    /// What has been taken since `earlier`.
    pub(crate) fn since(self, earlier: Processor) -> Processor {
        Processor {
            total: self.total.saturating_sub(earlier.total),
            waited: self.waited.saturating_sub(earlier.waited),
            user: self.user.saturating_sub(earlier.user),
            system: self.system.saturating_sub(earlier.system),
        }
    }
}

pub(crate) fn memory(pid: u32) -> Result<Memory, Failure> {
    let text = read(pid, "smaps_rollup")?;
    Ok(Memory { resident: kibibytes(&text, "Rss:")?, anonymous: kibibytes(&text, "Anonymous:")? })
}

/// The most memory that was ever resident, in bytes.
pub(crate) fn peak(pid: u32) -> Result<f64, Failure> {
    kibibytes(&read(pid, "status")?, "VmHWM:")
}

pub(crate) fn processor(pid: u32) -> Result<Processor, Failure> {
    let (mut ran, mut waited) = (0, 0);
    for task in tasks(pid)? {
        let text = read(pid, &format!("task/{task}/schedstat"))?;
        let mut times = text.split(' ');
        ran += number(times.next())?;
        waited += number(times.next())?;
    }
    let stat = read(pid, "stat")?;
    // The second field is the program's name in parentheses, and may hold anything.
    let (_, fields) = stat.rsplit_once(") ").ok_or("stat without a name")?;
    let mut times = fields.split(' ').skip(11);
    let tick = Duration::from_secs(1) / u32::try_from(rustix::param::clock_ticks_per_second())?;
    let user = tick * u32::try_from(number(times.next())?)?;
    let system = tick * u32::try_from(number(times.next())?)?;
    Ok(Processor { total: Duration::from_nanos(ran), waited: Duration::from_nanos(waited), user, system })
}

/// Times that a thread went to sleep of itself: each ends in a wake-up.
pub(crate) fn wakeups(pid: u32) -> Result<u64, Failure> {
    let mut all = 0;
    for task in tasks(pid)? {
        let status = read(pid, &format!("task/{task}/status"))?;
        all += number(field(&status, "voluntary_ctxt_switches:"))?;
    }
    Ok(all)
}

/// What all processors together have worked since the system began, for whatever program, in ticks of 10 ms.
pub(crate) fn worked() -> Result<Duration, Failure> {
    let stat = fs::read_to_string("/proc/stat")?;
    let all =
        stat.lines().next().and_then(|line| line.strip_prefix("cpu ")).ok_or("no processors in /proc")?;
    let times: Vec<u64> = all.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    // Idle, and idle while the disk works, are the fourth and the fifth; what guests took is in the first two as well.
    let ticks: u64 =
        times.iter().take(8).enumerate().filter(|(at, _)| !matches!(at, 3 | 4)).map(|(_, time)| time).sum();
    Ok(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

fn tasks(pid: u32) -> Result<Vec<String>, Failure> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))?;
    Ok(tasks
        .map(|task| Ok(task?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()?)
}

fn kibibytes(text: &str, name: &str) -> Result<f64, Failure> {
    Ok(number(field(text, name))? as f64 * 1024.0)
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next())
}

fn number(text: Option<&str>) -> Result<u64, Failure> {
    Ok(text.ok_or("a field is missing in /proc")?.trim().parse()?)
}

fn read(pid: u32, name: &str) -> Result<String, Failure> {
    fs::read_to_string(format!("/proc/{pid}/{name}"))
        .map_err(|error| format!("/proc/{pid}/{name}: {error}").into())
}
