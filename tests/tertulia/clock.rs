//! Dates and times as clocks show them: each instant with its own offset, whatever the clock did before and after.

use std::fs;
use std::io::{self, Write};
use std::process::Stdio;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use log::{Level, LevelFilter, Record};
use tertulia::chat::{Language, UnixMillis};
use tertulia::clock::{Zone, utc, wall_clock};
use tertulia::logging::{self, LogClock};

use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::process::has;
use crate::support::server::{Server, command};

/// 2026-03-29, one second before the clocks of Madrid go from 02:00 to 03:00.
const SPRING: i64 = 1_774_745_999;
/// 2026-10-25, one second before the clocks of Madrid go from 03:00 back to 02:00.
const AUTUMN: i64 = 1_792_889_999;

/// A place to write to that several have.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn at(seconds: i64) -> UnixMillis {
    UnixMillis(seconds * 1000)
}

fn zone(name: &str) -> Zone {
    Zone::named(name).expect("a zone")
}

#[test]
fn zone_shows_each_instant_with_its_own_offset() {
    let madrid = zone("Europe/Madrid");
    assert_eq!(madrid.full(at(SPRING)), "2026-03-29 01:59:59");
    assert_eq!(madrid.full(at(SPRING + 1)), "2026-03-29 03:00:00");
    assert_eq!(madrid.full(at(AUTUMN)), "2026-10-25 02:59:59");
    assert_eq!(madrid.full(at(AUTUMN + 1)), "2026-10-25 02:00:00");
    // Looked at later, under another offset, they are what they were.
    assert_eq!(madrid.brief(at(SPRING), at(SPRING + 3600)), "01:59");
    assert_eq!(madrid.brief(at(AUTUMN), at(AUTUMN + 3600)), "02:59");
    // Summer time was given up in Mexico in 2022: half a year apart, and four.
    let mexico = zone("America/Mexico_City");
    assert_eq!(mexico.brief(at(1_781_524_800), at(1_795_669_698)), "2026-06-15 06:00");
    assert_eq!(mexico.brief(at(1_655_294_400), at(1_795_669_698)), "2022-06-15 07:00");
    assert_eq!(zone("Asia/Kathmandu").full(at(SPRING)), "2026-03-29 06:44:59");
}

#[test]
fn zone_decides_what_is_another_day() {
    let (noon, evening) = (at(1_795_669_698), at(1_795_669_698 + 14 * 3600)); // 05:08 and 19:08, UTC
    assert_eq!(Zone::default().brief(noon, evening), "05:08");
    assert_eq!(zone("Asia/Kathmandu").brief(noon, evening), "2026-11-26 10:53");
    assert_eq!(zone("America/Mexico_City").brief(noon, evening), "2026-11-25 23:08");
    // The day that has 25 hours is one day, and what comes "later" than now has its date too.
    let madrid = zone("Europe/Madrid");
    let (first, last) = (at(AUTUMN + 1 - 3 * 3600), at(AUTUMN + 22 * 3600));
    let next = UnixMillis(last.0 + 1000);
    assert_eq!(madrid.brief(first, last), "00:00");
    assert_eq!(madrid.brief(first, next), "2026-10-25 00:00");
    assert_eq!(madrid.brief(last, first), "23:59");
    assert_eq!(madrid.brief(next, first), "2026-10-26 00:00");
}

#[test]
fn zone_shows_instants_before_1970_and_beyond_the_calendar() {
    let here = Zone::default();
    assert_eq!(here.full(UnixMillis(-1)), "1969-12-31 23:59:59");
    assert_eq!(here.brief(UnixMillis(-60_001), UnixMillis(0)), "1969-12-31 23:58");
    assert_eq!(utc(UnixMillis(-1)), "1969-12-31T23:59:59Z");
    assert_eq!(utc(UnixMillis(1_795_669_698_999)), "2026-11-26T05:08:18Z");
    for end in [i64::MIN, i64::MAX] {
        assert!(!zone("Europe/Madrid").full(UnixMillis(end)).is_empty());
        assert!(!utc(UnixMillis(end)).is_empty());
    }
}

#[test]
fn log_lines_have_date_and_time_of_their_own_instant() {
    static NOW: AtomicI64 = AtomicI64::new(0);
    let clock = LogClock::new(zone("Europe/Madrid"), || UnixMillis(NOW.load(Ordering::Relaxed)));
    let out = Shared::default();
    let queue = logging::queue(out.clone(), &clock, Language::English, false).expect("a thread");
    let logger = logging::recorder(&queue, &clock, LevelFilter::Info, false);
    let says = |millis: i64, words: &str| {
        NOW.store(millis, Ordering::Relaxed);
        logger.log(&Record::builder().level(Level::Info).args(format_args!("{words}")).build());
    };
    says(SPRING * 1000, "winter");
    says(SPRING * 1000 + 999, "still");
    says(SPRING * 1000 + 1000, "summer");
    says(-1, "the battery is empty");
    says(AUTUMN * 1000 + 1000, "winter again");
    clock.set_zone(zone("Asia/Kathmandu"));
    says(AUTUMN * 1000 + 1000, "elsewhere");
    assert!(queue.flush(DEADLINE));
    let expected = "2026-03-29 01:59:59 [INFO] winter\n\
                    2026-03-29 01:59:59 [INFO] still\n\
                    2026-03-29 03:00:00 [INFO] summer\n\
                    1970-01-01 00:59:59 [INFO] the battery is empty\n\
                    2026-10-25 02:00:00 [INFO] winter again\n\
                    2026-10-25 06:45:00 [INFO] elsewhere\n";
    assert_eq!(String::from_utf8_lossy(&out.0.lock().unwrap()), expected);
}

/// The times at which something may have happened that began at `start` and has ended.
fn minutes_since(start: UnixMillis, zone: &Zone) -> Vec<String> {
    [start, wall_clock()].iter().map(|&at| zone.full(at)[..16].to_owned()).collect()
}

#[test]
fn server_shows_the_time_of_its_zone_on_the_wire_and_in_the_log() {
    for name in ["Asia/Kathmandu", "America/Mexico_City", "<+13>-13"] {
        let start = wall_clock();
        let mut command = command(&[]);
        let mut server = Server::from_command(command.env("TZ", name).stderr(Stdio::piped()));
        let mut juan = Peer::join(&server, "Juan");
        juan.say("hola\n/historial");
        let (shown, first) = (juan.line(), server.console_line());
        // A zone without a name is one by its rule, whose sign is that of POSIX: 13 hours east.
        let here = if name.starts_with('<') { zone("Etc/GMT-13") } else { zone(name) };
        let minutes = minutes_since(start, &here);
        let said = |minute: &String| shown == format!("[{}] Juan: hola", &minute[11..]);
        assert!(minutes.iter().any(said), "{name}: {shown} is none of {minutes:?}");
        assert!(minutes.iter().any(|minute| first.starts_with(minute)), "{name}: {first}, {minutes:?}");
        assert_eq!(server.stop().code(), Some(0));
    }
}

#[test]
fn zone_that_is_none_is_told_and_utc_counts() {
    let mut command = command(&[]);
    let server = Server::from_command(command.env("TZ", "Europa/Madrid").stderr(Stdio::piped()));
    server.console_find(|line| line == "[WARN] TZ no es ninguna zona horaria: las horas son UTC");
}

/// The library of `faketime`, where Debian has it. The program itself fails where a process of the same number was killed once,
/// and left its semaphore behind; the library does not.
const LIBFAKETIME: &str = "/usr/$LIB/faketime/libfaketime.so.1";

#[test]
fn clock_that_is_corrected_stamps_what_comes_afterwards() {
    if !has("faketime") {
        return;
    }
    let dir = Dir::new();
    let file = dir.path().join("clock");
    let set = |date: &str| fs::write(&file, date).expect("a clock that can be set");
    set("@1969-12-31 23:59:00");
    let mut command = command(&[]);
    // `FAKETIME` would count for good; a file is looked at each time.
    command.env("LD_PRELOAD", LIBFAKETIME).env("FAKETIME_TIMESTAMP_FILE", &file);
    command.env("FAKETIME_NO_CACHE", "1").env("DONT_FAKE_MONOTONIC", "1").env("TZ", "UTC");
    let mut server = Server::from_command(command.stderr(Stdio::piped()));
    assert!(server.console_line().starts_with("1969-12-31 23:59:"));
    let mut juan = Peer::join(&server, "Juan");
    juan.say("sin pila\n/idioma");
    juan.expect_line("Te hablo en español. For English: /lang en");
    set("@2026-11-26 05:08:18");
    juan.say("en hora\n/historial");
    juan.expect_line("[1969-12-31 23:59] Juan: sin pila");
    juan.expect_line("[05:08] Juan: en hora");
    set("@2026-11-25 05:08:18");
    juan.say("/historial 1");
    juan.expect_line("[2026-11-26 05:08] Juan: en hora");
    server.console_find(|line| line.ends_with("Juan: en hora"));
    // It takes its semaphore away as it ends.
    assert_eq!(server.stop().code(), Some(0));
}
