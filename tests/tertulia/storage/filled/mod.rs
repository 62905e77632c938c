//! Every queue and every table filled to its bound in one process, whose memory is what the system says: what limits.rs says
//! is what it takes.
//!
//! The server runs over streams in memory, in a process of its own. What only hours of hashing would fill stands beside it.

mod house;

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::Command;
use std::sync::mpsc::{self, Receiver};

use rusqlite::{Connection, params};
use tertulia::auth::{GuessLog, LoginThrottle, Subject};
use tertulia::chat::{MonoTime, Origin};
use tertulia::limits::{
    self, ACCOUNTS_MAX, AUTH_REQUESTS_WAITING, DECISIONS_PER_ROOM, EXPULSION_REASON_CHARS, EXPULSIONS_MAX,
    FAILURES_REMEMBERED, GUESSES_REMEMBERED, HIDDEN_GONE_MAX, HISTORY_QUEUE_MAX_BYTES, IGNORED_ALWAYS,
    IGNORED_BEYOND_MAX, IGNORED_MAX, KEY_ADDRESSES, KEY_MAX_BYTES, LETTER_WRITERS, LINE_MAX_BYTES,
    LOG_QUEUE_LINES, LOG_QUEUE_MAX_BYTES, PASSWORD_MAX_BYTES, QUESTIONS_WAITING, QUEUE_MAX_BYTES,
    QUEUES_MAX_BYTES, REASON_MAX_BYTES, ROOMS_MAX, ROOMS_PER_ACCOUNT, ROOMS_PER_PERSON, TOPIC_MAX_BYTES,
    TRUSTED_ADDRESSES,
};
use tertulia::logging::LogQueue;
use tertulia::storage::Store;

use self::house::House;
use super::support::{Dir, name};

/// Set in the process that is filled.
const FILLED: &str = "TERTULIA_FILLED";

/// People who may be connected.
const PLACES: usize = 6_000;

/// Rooms that the file knows.
const KEPT_ROOMS: usize = 50;

/// Those who make rooms, as many as there may be.
const MAKERS: usize = ROOMS_MAX / ROOMS_PER_PERSON;

/// Those who ask the history.
const ASKERS: usize = 2 * (QUESTIONS_WAITING + 32);

/// Those who read nothing: their queues are more than all queues may be.
const STALLED: usize = QUEUES_MAX_BYTES / QUEUE_MAX_BYTES + 200;

/// Names are short here, for it takes time to see what they look like; how much long ones take is measured elsewhere.
fn person(number: usize) -> String {
    format!("p{number}")
}

fn ghost(number: usize) -> String {
    format!("g{number}")
}

fn room(number: usize) -> String {
    format!("r{number}")
}

fn account(number: usize) -> String {
    format!("a{number}")
}

fn topic(number: usize) -> String {
    format!("{number:0>TOPIC_MAX_BYTES$}")
}

/// What `/proc` says of this process, in bytes.
fn status(field: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    1024 * line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
}

#[test]
fn filled_server_stays_within_what_the_limits_say() {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "storage::filled::fill", "--ignored", "--nocapture", "--test-threads", "1"]);
    let output = command.env(FILLED, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said.lines().filter(|line| line.contains("MiB")).for_each(|line| println!("{line}"));
    assert!(said.contains("MiB allowed"), "it was filled: {said}");
}

#[test]
#[ignore = "in a process of its own: see above"]
fn fill() {
    if env::var_os(FILLED).is_none() {
        return;
    }
    let dir = Dir::new();
    prepare(&dir);
    let mut house = House::open(&dir, PLACES);
    let empty = status("VmRSS:");
    let step = |what: &str| println!("{what}: {} MiB", status("VmRSS:") >> 20);
    people_and_ghosts(&mut house);
    step("people, and those who are hidden");
    rooms_and_members(&mut house);
    step("rooms, their members and what was decided");
    wrong_keys(&mut house);
    step("wrong keys");
    words_of_people(&mut house);
    step("reasons, private messages and letters");
    // Another program writes to the file: what is to be written waits.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    lines_and_changes(&mut house);
    step("history, and what waits for the disk");
    let beside = (throttle(), guesses(), logs());
    step("wrong passwords, and the log");
    questions(&mut house);
    step("questions");
    readers(&mut house);
    step("readers' queues");
    passwords(&mut house);
    step("passwords");
    (0..PLACES).for_each(|who| house.types(who, &"x".repeat(LINE_MAX_BYTES - 2)));
    house.settle();
    let (peak, most) = (status("VmHWM:"), limits::memory_max_bytes(PLACES));
    println!("{} MiB at the most, {} MiB allowed, {} MiB empty", peak >> 20, most >> 20, empty >> 20);
    assert!(house.server.queued_bytes() <= QUEUES_MAX_BYTES + LINE_MAX_BYTES + QUEUE_MAX_BYTES / 2);
    // Those who were let go for it have left room again.
    assert!(house.server.queued_bytes() >= QUEUES_MAX_BYTES / 4, "{}", house.server.queued_bytes());
    assert!(house.server.input_bytes() >= limits::INPUT_MAX_BYTES * 3 / 4, "{}", house.server.input_bytes());
    assert!(house.server.hub().people() >= PLACES - STALLED, "{} people", house.server.hub().people());
    let (in_hand, waiting) = house.server.unwritten_bytes();
    assert!(in_hand >= HISTORY_QUEUE_MAX_BYTES / 10 * 9, "{in_hand} bytes in hand");
    assert!(waiting >= limits::HISTORY_CHANGES_MAX_BYTES / 10 * 9, "{waiting} bytes of changes wait");
    assert!(peak <= most, "{peak} bytes of {most}");
    assert!(peak >= most / 5 * 2, "{peak} bytes of {most}: not all was filled");
    sql.execute_batch("COMMIT").unwrap();
    drop(beside);
}

/// A file with as many accounts, expulsions and decisions as there may be, and more of these.
fn prepare(dir: &Dir) {
    drop(Store::open(dir.path(), None).unwrap());
    let sql = dir.sql();
    let all = |statement: &str, rows: &mut dyn FnMut(&mut rusqlite::Statement<'_>)| {
        rows(&mut sql.prepare(statement).unwrap());
    };
    sql.execute_batch("BEGIN").unwrap();
    let password = format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", "a".repeat(22), "b".repeat(43));
    all("INSERT INTO account (name, password, made_at, address) VALUES (?1, ?2, 1, ?3)", &mut |insert| {
        for number in 0..ACCOUNTS_MAX {
            insert.execute(params![account(number), password, network(number)]).unwrap();
        }
    });
    all("INSERT INTO account_address (account, address, at) VALUES (?1, ?2, 1)", &mut |insert| {
        for number in 0..ACCOUNTS_MAX * TRUSTED_ADDRESSES {
            insert.execute(params![number / TRUSTED_ADDRESSES + 1, network(number)]).unwrap();
        }
    });
    all(
        "INSERT INTO expulsion (number, name, address, reason, operator, at) VALUES (?1, ?2, ?3, ?4, ?5, 1)",
        &mut |insert| {
            let reason = "𝒶".repeat(EXPULSION_REASON_CHARS);
            for number in 1..=EXPULSIONS_MAX {
                let (whom, by) = (format!("e{number}"), account(number));
                insert.execute(params![number, whom, network(number), reason, by]).unwrap();
            }
        },
    );
    all("INSERT INTO room (key, name, topic, lock, made_at) VALUES (?1, ?2, ?3, ?4, 1)", &mut |insert| {
        for number in 1..=KEPT_ROOMS {
            let (called, key) = (format!("s{number}"), "k".repeat(KEY_MAX_BYTES));
            insert.execute(params![number, called, topic(number), key]).unwrap();
        }
    });
    operators(&sql);
    all("INSERT INTO room_mark (room, kind, name) VALUES (?1, ?2, ?3)", &mut |insert| {
        for number in 0..KEPT_ROOMS * 2 * (DECISIONS_PER_ROOM + 100) {
            let (room, kind) = (number % KEPT_ROOMS + 1, ["ban", "mute"][number / KEPT_ROOMS % 2]);
            insert.execute(params![room, kind, format!("d{number}")]).unwrap();
        }
    });
    sql.execute_batch("COMMIT").unwrap();
}

fn operators(sql: &Connection) {
    let mut insert = sql.prepare("INSERT INTO room_operator (room, account) VALUES (?1, ?2)").unwrap();
    for number in 1..=KEPT_ROOMS {
        for operator in 0..ROOMS_PER_ACCOUNT {
            insert.execute(params![number, number * ROOMS_PER_ACCOUNT + operator]).unwrap();
        }
    }
}

/// An address as it stands in the file.
fn network(number: usize) -> String {
    format!("2001:db8:{:x}:{:x}::/64", 0x1000 + number / 0x8000, 0x1000 + number % 0x8000)
}

/// Everybody is there, and hides people, of whom as many as are remembered have left.
fn people_and_ghosts(house: &mut House) {
    let first = PLACES / 2;
    (0..first).for_each(|number| house.enters(&person(number)));
    house.second();
    for round in 0..HIDDEN_GONE_MAX / first {
        (0..first).for_each(|number| house.visits(&ghost(round * first + number)));
        house.second();
        for who in 0..first {
            house.types(who, &format!("/ignorar {}\n", ghost(round * first + who)));
        }
        house.settle();
        house.guests_leave();
        house.second();
    }
    (first..PLACES).for_each(|number| house.enters(&person(number)));
    house.second();
    let many = IGNORED_BEYOND_MAX / (IGNORED_MAX - IGNORED_ALWAYS);
    for who in 0..PLACES {
        let hidden = if who < many { IGNORED_MAX } else { IGNORED_ALWAYS };
        // Of the last ones everybody hides some: sets of many.
        let words: String = (HIDDEN_GONE_MAX / first..hidden)
            .map(|nth| (who + nth * 997) % if nth < 9 { PLACES } else { 300 })
            .filter(|&whom| whom != who)
            .map(|whom| format!("/ignorar {}\n", person(whom)))
            .collect();
        house.types(who, &words);
        if who % 1_000 == 999 {
            house.settle();
        }
    }
    house.settle();
}

/// As many rooms as there may be, all memberships, and decisions about people who are there.
fn rooms_and_members(house: &mut House) {
    // Each of 50 rooms bans people of whom it is remembered who they are; what the file had gives way.
    for who in 0..KEPT_ROOMS {
        let whom =
            (0..DECISIONS_PER_ROOM).map(|nth| PLACES - 1 - (who * DECISIONS_PER_ROOM + nth) % (PLACES / 4));
        let bans = whom.map(|whom| format!("/vetar {}\n/silenciar {}\n", person(whom), person(whom)));
        let made = format!("/dejar\n/entrar {}\n", room(who * ROOMS_PER_PERSON));
        house.types(who, &(made + &bans.collect::<String>()));
        house.settle();
    }
    for who in 0..MAKERS {
        let made = (0..ROOMS_PER_PERSON).map(|nth| who * ROOMS_PER_PERSON + nth);
        let words = made.map(|number| format!("/entrar {}\n/tema {}\n", room(number), topic(number)));
        house.types(who, &format!("/dejar general\n{}", words.collect::<String>()));
    }
    house.second();
    for who in MAKERS..PLACES - KEY_ADDRESSES {
        let rooms = (1..ROOMS_PER_PERSON).map(|nth| (who * ROOMS_PER_PERSON + nth) % ROOMS_MAX);
        house.types(who, &rooms.map(|number| format!("/entrar {}\n", room(number))).collect::<String>());
        if who % 1_000 == 999 {
            house.second();
        }
    }
    house.second();
    for who in 0..MAKERS {
        let made = (0..ROOMS_PER_PERSON).map(|nth| who * ROOMS_PER_PERSON + nth);
        let key = "k".repeat(KEY_MAX_BYTES);
        house.types(
            who,
            &made.map(|number| format!("/entrar {}\n/llave {key}\n", room(number))).collect::<String>(),
        );
    }
    house.second();
}

/// From as many addresses as are counted one by one, to each room.
fn wrong_keys(house: &mut House) {
    for who in PLACES - KEY_ADDRESSES..PLACES {
        let words = (0..ROOMS_MAX - KEPT_ROOMS - 1).map(|number| format!("/entrar {} x\n", room(number)));
        house.types(who, &words.collect::<String>());
        house.settle();
    }
}

/// What people say of themselves and to one another.
fn words_of_people(house: &mut House) {
    for who in 0..PLACES {
        let away = format!("/ausente {}\n", "a".repeat(REASON_MAX_BYTES));
        let private = format!("/privado {} hola\n", person((who + 1) % PLACES));
        house.types(who, &(away + &private));
    }
    house.settle();
    for who in 0..LETTER_WRITERS {
        house.types(who, &format!("/privado {} hola\n", account(who)));
    }
    house.settle();
    house.write();
}

/// Lines of all sizes until memory is full, behind lines for which the disk has no place, and changes that wait.
fn lines_and_changes(house: &mut House) {
    let long = format!("{}\n", "y".repeat(LINE_MAX_BYTES - 96)).repeat(50);
    for who in 0..2 * HISTORY_QUEUE_MAX_BYTES / long.len() {
        house.types(MAKERS + 30 * who, &long);
    }
    house.settle();
    for who in 0..MAKERS {
        let made = (0..ROOMS_PER_PERSON).map(|nth| who * ROOMS_PER_PERSON + nth);
        let words = made.map(|number| format!("/entrar {}\n/tema {}\n", room(number), topic(number + 1)));
        house.types(who, &words.collect::<String>());
    }
    house.settle();
    let (length, each) = (100, 40);
    let short = format!("{}\n", "a".repeat(length)).repeat(each);
    for who in 0..limits::HISTORY_MAX_BYTES / (each * (length + 160)) {
        house.types(MAKERS + who % (PLACES - MAKERS), &short);
        if who % 1_000 == 999 {
            house.settle();
        }
    }
    house.settle();
}

/// Records of wrong passwords, as many as there may be.
fn throttle() -> LoginThrottle {
    let mut throttle = LoginThrottle::default();
    for number in 0..2 * FAILURES_REMEMBERED as u64 {
        let origin = Origin::parse(&network(number as usize)).unwrap();
        throttle.failed(origin, Subject::of(&name(&format!("p{number}"))), MonoTime::from_micros(1 + number));
    }
    throttle
}

fn guesses() -> GuessLog {
    let mut guesses = GuessLog::default();
    for number in 0..2 * GUESSES_REMEMBERED {
        guesses.note(None, Origin::parse(&network(number)).unwrap(), MonoTime::from_micros(1));
    }
    guesses
}

/// A console or file that takes nothing.
struct Stuck(Receiver<()>);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log of a console and of a file that take nothing, each with as much being written as may wait.
fn logs() -> Vec<(LogQueue, mpsc::Sender<()>)> {
    let log = |_| {
        let (release, stuck) = mpsc::channel();
        let queue = LogQueue::start(Stuck(stuck), LOG_QUEUE_LINES, |_| Vec::new()).unwrap();
        let line = format!("{}\n", "l".repeat(LOG_QUEUE_MAX_BYTES / LOG_QUEUE_LINES - 1));
        (0..4 * LOG_QUEUE_LINES).for_each(|_| queue.push(line.as_bytes()));
        (queue, release)
    };
    (0..2).map(log).collect()
}

/// Questions of both kinds, and behind each as much input as is read at once.
fn questions(house: &mut House) {
    let rest = format!("{}\n", "h".repeat(2_000)).repeat(limits::READ_BYTES / 2_001);
    for nth in 0..ASKERS {
        let words = match nth % 2 {
            0 => "/historial 20\n".to_owned(),
            _ => {
                format!("/buscar {}\n", (0..LINE_MAX_BYTES / 8).map(|n| format!("z{n} ")).collect::<String>())
            }
        };
        house.types(MAKERS + nth, &(words + &rest));
    }
    house.settle();
}

/// Many take nothing any more, while much is said to all.
fn readers(house: &mut House) {
    let stalled = MAKERS + ASKERS..MAKERS + ASKERS + STALLED;
    stalled.for_each(|who| house.stalls(who));
    let speaker = PLACES - 1;
    house.types(speaker, "/entrar general\n");
    for _ in 0..QUEUE_MAX_BYTES / LINE_MAX_BYTES + 2 {
        house.types(speaker, &format!("{}\n", "z".repeat(LINE_MAX_BYTES - 96)));
        house.settle();
    }
}

/// Everybody has given a password once and is asked for it again; and as many wait as may.
fn passwords(house: &mut House) {
    let first = MAKERS + ASKERS + STALLED;
    for who in first + 2 * AUTH_REQUESTS_WAITING..PLACES {
        house.types(who, &format!("/registrar\n{}\n", "s".repeat(PASSWORD_MAX_BYTES)));
    }
    for who in first..first + 2 * AUTH_REQUESTS_WAITING {
        house.types(who, &format!("/identificar {}\n{}\n", account(who), "s".repeat(PASSWORD_MAX_BYTES)));
    }
    house.settle();
}
