//! What the clocks and the calendar of this machine say.
//!
//! Invariant: nothing that is due depends on the wall clock, which may be set at any time, forwards and backwards.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{self, TimeZone};

use crate::chat::{MonoTime, UnixMillis};

/// The clock that is never set, for what is due. On Linux it stands still while the machine sleeps, and nothing that
/// is due here should count that time: nobody could send, read or be served meanwhile, so nobody is late for it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// One that begins at [`MonoTime::START`].
    pub fn start() -> Clock {
        Clock { started: Instant::now() }
    }

    /// One that said `at` so long ago.
    pub fn resume(at: MonoTime, since: Duration) -> Clock {
        let (now, elapsed) = (Instant::now(), at.since(MonoTime::START) + since);
        Clock { started: now.checked_sub(elapsed).unwrap_or(now) }
    }

    /// How late it is now.
    pub fn now(&self) -> MonoTime {
        MonoTime::START + self.started.elapsed()
    }
}

/// What the wall clock says now. It may be before 1970, where a machine has no battery for its clock; it jumps when it
/// is corrected, and behind a sleep.
pub fn wall_clock() -> UnixMillis {
    let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => UnixMillis(millis(since)),
        Err(before) => UnixMillis(-millis(before.duration())),
    }
}

/// Where the rules of this machine's zone are, if they are in a file of their own; `TZ` may have a name instead, or the rules themselves.
fn named_file() -> PathBuf {
    let set = env::var("TZ").ok().filter(|zone| !zone.is_empty());
    set.map_or("/etc/localtime".into(), |zone| zone.strip_prefix(':').unwrap_or(&zone).into())
}

/// A place's rules for what its clocks show, at each instant: summer and winter have their own.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Zone {
        Zone(TimeZone::UTC)
    }
}

impl Zone {
    /// The zone of this machine as it is set now: that of the variable `TZ`, or of `/etc/localtime`; UTC without
    /// either. None: `TZ` names no zone, or the zone's file is a pipe or the like, which would be waited for.
    pub fn local() -> Option<Zone> {
        if named_file().metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
            return None;
        }
        tz::db().reset();
        tz::reset_system_time_zone_cache();
        match TimeZone::try_system() {
            Ok(zone) => Some(Zone(zone)),
            Err(_) => env::var_os("TZ").is_none().then(Zone::default),
        }
    }

    /// The zone of that name in the IANA database, as in `America/Mexico_City`.
    pub fn named(name: &str) -> Option<Zone> {
        TimeZone::get(name).ok().map(Zone)
    }

    /// `12:03`, with the date in front if that is another one than at `now`.
    pub fn brief(&self, at: UnixMillis, now: UnixMillis) -> String {
        let (at, now) = (self.civil(at), self.civil(now));
        let time = format!("{:02}:{:02}", at.hour(), at.minute());
        if at.date() == now.date() { time } else { format!("{} {time}", at.date()) }
    }

    /// `2026-11-26 05:08:18`.
    pub fn full(&self, at: UnixMillis) -> String {
        let at = self.civil(at);
        format!("{} {:02}:{:02}:{:02}", at.date(), at.hour(), at.minute(), at.second())
    }

    fn civil(&self, at: UnixMillis) -> DateTime {
        self.0.to_datetime(timestamp(at))
    }
}

/// As programs read it: `2026-03-01T18:30:00Z`.
pub fn utc(at: UnixMillis) -> String {
    let seconds = timestamp(at).as_millisecond().div_euclid(1000);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MIN).to_string()
}

/// What lies beyond year 9999, or as far before, is shown as the end of what can be: only another program can have
/// written it.
fn timestamp(at: UnixMillis) -> Timestamp {
    let end = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.0).unwrap_or(end)
}
