//! Resident memory of the real server, as the system counts it: what limits.rs says is what it takes.

use std::fs;
use std::io::Write;
use std::thread;

use tertulia::limits::{
    self, HISTORY_LINES_PER_ROOM, HISTORY_MAX_BYTES, LINE_MAX_BYTES, QUEUE_MAX_BYTES, QUEUES_MAX_BYTES,
};

use super::support::{Dir, Peer, Server};

/// Rooms whose lines are more than a history in memory may hold.
const ROOMS: usize = 1 + HISTORY_MAX_BYTES / (HISTORY_LINES_PER_ROOM * 4_000);

/// What `/proc` says of a process, in bytes.
fn status(server: &Server, field: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    1024 * line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
}

/// Somebody for whom the system holds as little as it can: the rest waits with the server.
fn narrow(server: &Server, name: &str) -> Peer {
    let mut person = Peer::narrow(server);
    person.say(name);
    person.until("Escribe 'salir'");
    person
}

/// Sends `lines` while everything that is answered is read, until `mark` has been heard.
fn pour(person: &mut Peer, lines: &str, mark: &str) {
    let mut stream = person.writer();
    thread::scope(|scope| {
        scope.spawn(move || stream.write_all(lines.as_bytes()).unwrap());
        person.until(mark);
    });
}

#[test]
fn topics_in_a_room_with_many_bans_take_no_memory() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut olga = Peer::enter(&server, "Olga");
    let mut orders = "/entrar sala\n".to_owned();
    for number in 0..limits::DECISIONS_PER_ROOM {
        // 20 letters of three bytes: names of 60 bytes.
        let name: String = format!("{number:0>20}")
            .chars()
            .map(|digit| ['ก', 'ข', 'ค', 'ง', 'จ', 'ฉ', 'ช', 'ซ', 'ญ', 'ฎ'][digit as usize - 48])
            .collect();
        orders += &format!("/vetar {name}\n/silenciar {name}\n");
    }
    pour(&mut olga, &(orders + "/tema listo\n"), "listo");
    let before = status(&server, "VmRSS:");
    pour(&mut olga, &("/tema x\n".repeat(9_800) + "/tema y\n"), ": y");
    let grown = status(&server, "VmHWM:").saturating_sub(before);
    println!("9,800 topics: {} KiB before, {} KiB more", before / 1024, grown / 1024);
    assert!(grown <= 8 * 1024 * 1024, "{grown} bytes more, of {before}");
}

#[test]
fn resident_memory_stays_within_what_the_limits_say() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let readers = QUEUES_MAX_BYTES / QUEUE_MAX_BYTES + 200;
    // Who reads nothing, and has a line under way.
    let mut silent: Vec<Peer> = (0..readers).map(|n| narrow(&server, &format!("p{n}"))).collect();
    silent.iter_mut().for_each(|person| person.send(&[b'x'; LINE_MAX_BYTES - 2]));
    // Somebody else writes to the file: what is said waits.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Lines of the longest kind in many rooms, then to everybody who does not read.
    for room in 0..ROOMS {
        let mut speaker = Peer::enter(&server, &format!("s{room}"));
        let lines = format!("{}\n", "y".repeat(4_000)).repeat(HISTORY_LINES_PER_ROOM);
        pour(&mut speaker, &format!("/dejar\n/entrar sala{room}\n{lines}/tema listo\n"), "listo");
    }
    let mut speaker = Peer::enter(&server, "Voz");
    let lines = format!("{}\n", "z".repeat(4_000)).repeat(64);
    pour(&mut speaker, &format!("{lines}/idioma\n"), "español");
    let (peak, most) = (status(&server, "VmHWM:"), limits::memory_max_bytes(readers + ROOMS + 1));
    println!("{} MiB at the most, {} MiB allowed", peak >> 20, most >> 20);
    assert!(peak <= most, "{peak} bytes of {most}");
    // All of that is really held: the history, what waits for the disk, and what waits for readers.
    let held = HISTORY_MAX_BYTES * 8 / 10 + limits::HISTORY_QUEUE_MAX_BYTES / 2 + QUEUES_MAX_BYTES / 4;
    assert!(peak >= held, "{peak} bytes: nothing was filled, {held} expected");
    sql.execute_batch("COMMIT").unwrap();
}

#[test]
fn logins_share_one_piece_of_memory() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let mut maria = Peer::enter(&server, "María");
    maria.say("/registrar\ngirasoles\ngirasoles\nsalir");
    maria.until("es tuyo desde ahora");
    let mut before = 0;
    // Each takes the place of the one before.
    let mut last = maria;
    for number in 0..12 {
        let mut maria = Peer::connect(&server);
        maria.say("María\ngirasoles");
        maria.until("Bienvenido al chat, María!");
        last = maria;
        if number == 0 {
            before = status(&server, "VmRSS:");
        }
    }
    drop(last);
    let grown = status(&server, "VmHWM:").saturating_sub(before);
    println!("12 logins: {} KiB behind the first, {} KiB more", before / 1024, grown / 1024);
    assert!(grown <= 8 * 1024 * 1024, "{grown} bytes more, of {before}");
}
