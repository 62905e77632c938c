//! A million lines, and how many a second: run with `--ignored --nocapture`, in a release build.

use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tertulia::chat::{Look, RoomKey, RoomRecord, Text};
use tertulia::limits::HISTORY_QUEUE_JOBS;
use tertulia::storage::Store;

use super::support::{DEADLINE, Desk, Dir, GENERAL, Peer, Server, command, line, room};
use super::trips::round_trips;

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
    format!("mensaje {number}: {}", words.join(" "))
}

#[test]
#[ignore = "a minute of work, and figures to look at"]
fn large_history_is_fast() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let start = Instant::now();
    for number in 0..1_000_000_u64 {
        let room = if number % 100_000 == 7 { RoomKey(1) } else { GENERAL };
        desk.keep(line(room, number as i64, &sentence(number)));
        if number % (HISTORY_QUEUE_JOBS as u64 / 2) == 0 {
            // An answer says that all before it is on the disk: nothing is lost to a full queue.
            desk.find(Look::Last(GENERAL, 1));
        }
    }
    desk.find(Look::Last(GENERAL, 1));
    let took = start.elapsed();
    println!("stored {:.0} lines a second", 1e6 / took.as_secs_f64());
    let start = Instant::now();
    desk.storage.close(DEADLINE);
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
        ("mensaje", &rooms[..]),
        ("mensaje maria juan", &rooms[..]),
        ("mens", &rooms[1..]),
        ("zzz", &rooms[..]),
        ("zzzzzz hola", &rooms[..]),
        ("mensajes", &rooms[..]),
        ("mensaje 999999", &rooms[..]),
        ("mensaje laboratorios", &rooms[..]),
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

#[test]
#[ignore = "a minute of work, and figures to look at"]
fn large_history_in_ten_thousand_rooms_starts_fast() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    for key in 1..10_000 {
        desk.storage.room(&RoomRecord { owners: vec![ana], ..room(key, &format!("sala{key}")) });
    }
    for number in 0..1_000_000_u64 {
        desk.keep(line(RoomKey(number % 10_000), number as i64, &sentence(number)));
        if number % (HISTORY_QUEUE_JOBS as u64 / 2) == 0 {
            desk.find(Look::Last(GENERAL, 1));
        }
    }
    desk.find(Look::Last(GENERAL, 1));
    assert!(desk.storage.close(DEADLINE));
    let start = Instant::now();
    let store = Store::open(dir.path(), None).unwrap();
    let opened = start.elapsed();
    let mut desk = Desk::of(store);
    println!("opened in {opened:?}, with its memory in {:?}", start.elapsed());
    assert_eq!(desk.storage.take_rooms().len(), 10_000);
    assert!(start.elapsed().as_secs_f64() <= 1.0);
}

#[test]
#[ignore = "figures to look at"]
fn password_takes_its_time() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let mut times: Vec<Duration> = (0..101)
        .map(|_| {
            let start = Instant::now();
            desk.login(Some(ana), "secreto");
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("a password: p50 {:?}, max {:?}", times[50], times[100]);
}

/// Somebody who says 20,000 lines a second, 100 at a time.
fn flood(address: SocketAddr, over: &AtomicBool) {
    let mut pedro = Peer::from(TcpStream::connect(address).unwrap());
    pedro.say("Pedro");
    pedro.until("Escribe 'salir'");
    let start = Instant::now();
    let mut said = 0;
    while !over.load(Ordering::Relaxed) {
        let lines: Vec<String> = (said..said + 100).map(sentence).collect();
        pedro.say(&lines.join("\n"));
        said += 100;
        let due = Duration::from_micros(said * 50);
        thread::sleep(due.saturating_sub(start.elapsed())); // the pace is what is wanted
    }
    println!("said {said} lines in {:?}", start.elapsed());
}

#[test]
#[ignore = "a minute of work, and figures to look at"]
fn flood_of_twenty_thousand_lines_a_second_beside_a_conversation() {
    let dir = Dir::new();
    let mut memory = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    memory.args(["--listen", "127.0.0.1:0", "--rate-limit", "0", "-q"]).stderr(Stdio::piped());
    for (what, command) in [("memory", &mut memory), ("file", &mut command(dir.path()))] {
        for flooded in [false, true] {
            let server = Server::from_command(command);
            let address = server.address;
            let trips = round_trips(&server, |over| {
                if flooded {
                    flood(address, over);
                }
            });
            println!("{what}, flood {flooded}: p50, p99, p99.9, max {trips:?}");
            println!("complaints: {:?}", server.complaints());
        }
    }
    let stored: u64 = dir.sql().query_row("SELECT count(*) FROM line", [], |row| row.get(0)).unwrap();
    println!("{stored} lines in the file");
}
