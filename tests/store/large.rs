//! A million lines, and how many a second: run with `--ignored --nocapture`, in a release build.

use std::time::Instant;

use tertulia::chat::{Look, RoomKey, Text};
use tertulia::keep::Store;
use tertulia::limits::HISTORY_QUEUE_JOBS;

use super::support::{Desk, Dir, GENERAL, line};

/// Sentences of common and rare words.
fn sentence(number: u64) -> String {
    const WORDS: [&str; 24] = [
        "hola",
        "que",
        "tal",
        "la",
        "clase",
        "de",
        "hoy",
        "empieza",
        "a",
        "las",
        "cuatro",
        "María",
        "trae",
        "el",
        "café",
        "y",
        "Juan",
        "los",
        "apuntes",
        "mañana",
        "nos",
        "vemos",
        "en",
        "laboratorio",
    ];
    let mut dice = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut words = Vec::new();
    for _ in 0..8 {
        dice ^= dice >> 29;
        dice = dice.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        words.push(WORDS[(dice % 24) as usize]);
    }
    format!("{} {number}", words.join(" "))
}

#[test]
#[ignore = "a minute of work, and figures to look at"]
fn a_million_lines() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let start = Instant::now();
    for number in 0..1_000_000_u64 {
        let room = if number % 100_000 == 7 { RoomKey(1) } else { GENERAL };
        desk.archive.keep(line(room, number as i64, &sentence(number)));
        if number % (HISTORY_QUEUE_JOBS as u64 / 2) == 0 {
            // An answer says that all before it is on the disk: nothing is lost to a full queue.
            desk.find(Look::Last(GENERAL, 1));
        }
    }
    desk.find(Look::Last(GENERAL, 1));
    let took = start.elapsed();
    println!("stored {:.0} lines a second", 1e6 / took.as_secs_f64());
    let start = Instant::now();
    desk.archive.close(super::support::DEADLINE);
    println!(
        "closed in {:?}, file of {} MB",
        start.elapsed(),
        dir.file().metadata().unwrap().len() / 1_000_000
    );

    let start = Instant::now();
    let store = Store::open(dir.path(), None).unwrap();
    println!("opened in {:?}", start.elapsed());
    assert!(start.elapsed().as_secs_f64() <= 1.0);
    let mut desk = Desk::of(store);
    desk.find(Look::Last(GENERAL, 1));
    let rooms = [GENERAL, RoomKey(1)];
    let all = [
        ("maria", &rooms[..]),
        ("a", &rooms[..]),
        ("hola maria cafe laboratorio", &rooms[..]),
        ("labor", &rooms[..]),
        ("laboratorio", &rooms[..]),
        ("maria", &rooms[1..]),
        ("laborat", &rooms[1..]),
        ("999999", &rooms[..]),
        ("99", &rooms[..]),
        ("12345", &rooms[..]),
        ("zzz", &rooms[..]),
        ("zzzzzz hola", &rooms[..]),
    ];
    for (words, rooms) in all {
        let start = Instant::now();
        let found = desk.find(Look::Search(rooms.to_vec(), Text::clean(words), 20));
        let took = start.elapsed();
        println!("{words:?} in {} rooms: {} lines in {took:?}", rooms.len(), found.len());
    }
    let sql = dir.sql();
    for check in ["quick_check", "integrity_check"] {
        let start = Instant::now();
        sql.query_row(&format!("PRAGMA {check}"), [], |_| Ok(())).unwrap();
        println!("{check} in {:?}", start.elapsed());
    }
}
