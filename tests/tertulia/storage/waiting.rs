//! Lines, promises and questions while another program writes to the file or reads it all the time, and at a stop.

use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, iter, thread};

use tertulia::chat::{
    ClientId, Look, MessageId, MonoTime, OfflineMessage, Origin, Posted, Reply, Request, RoomKey, Text,
    UnixMillis,
};
use tertulia::limits::{HISTORY_BUSY_TIMEOUT, HISTORY_QUEUE_JOBS, HISTORY_WAL_BYTES, SEARCH_LINES};
use tertulia::storage::{StorageEvent, Store};

use super::support::{DEADLINE, Desk, Dir, GENERAL, HOME, Peer, Server, line, name};

fn letter() -> OfflineMessage {
    let (id, at) = (MessageId(1), UnixMillis(1));
    OfflineMessage { id, from: name("Ana"), sender: None, at, text: Text::clean("hola") }
}

fn stored(dir: &Dir) -> u64 {
    dir.sql().query_row("SELECT count(*) FROM line WHERE kind = 0", [], |row| row.get(0)).unwrap()
}

#[test]
fn lines_wait_for_another_program_as_long_as_it_takes_and_promises_do_not() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(desk.last(GENERAL, 10).is_empty(), "nothing that was said is waited for");
    (0..100).for_each(|number| desk.keep(line(GENERAL, number, &format!("línea {number}"))));
    let start = std::time::Instant::now();
    assert!(desk.request(ClientId::new(1, 1), HOME, Request::Post(ana, letter())).is_empty());
    let told = desk.answer(Vec::new());
    assert!(matches!(told, StorageEvent::Reply { reply: Reply::Posted(Posted::Failed), .. }), "{told:?}");
    assert!(start.elapsed() >= HISTORY_BUSY_TIMEOUT, "{:?}", start.elapsed());
    (100..200).for_each(|number| desk.keep(line(GENERAL, number, &format!("línea {number}"))));
    sql.execute_batch("COMMIT").unwrap();
    let all: Vec<String> = (0..200).map(|number| format!("línea {number}")).collect();
    assert_eq!(desk.last(GENERAL, 300), all);
    assert_eq!(desk.storage.complaint(MonoTime::START), None, "nothing was lost");
    let kept = desk.request(ClientId::new(1, 1), HOME, Request::Fetch(ana));
    let StorageEvent::Reply { reply: Reply::OfflineMessages(_, messages), .. } = desk.answer(kept) else {
        panic!("letters")
    };
    assert!(messages.is_empty(), "what was said not to be kept is not kept later");
}

#[test]
fn questions_take_turns_by_address_and_the_last_lines_go_first() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 1, "hola"));
    desk.find(Look::Last(GENERAL, 1));
    // The barrier: what waits for a line stays in the order in which the thread has it.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    desk.keep(line(GENERAL, 2, "adiós"));
    let search = || Request::Look(Look::Search(vec![GENERAL], Text::clean("adios"), SEARCH_LINES));
    for who in 0..50 {
        assert!(desk.request(ClientId::new(who, 1), HOME, search()).is_empty());
    }
    let elsewhere = Origin::of("192.0.2.1".parse().unwrap());
    assert!(desk.request(ClientId::new(100, 1), elsewhere, search()).is_empty());
    assert!(desk.request(ClientId::new(200, 1), HOME, Request::Look(Look::Last(GENERAL, 1))).is_empty());
    sql.execute_batch("COMMIT").unwrap();
    let mut order = Vec::new();
    while order.len() < 52 {
        for event in desk.wait() {
            let StorageEvent::Reply { id, reply: Reply::Found(found), .. } = event else {
                panic!("something else")
            };
            assert_eq!(found.lines.last().map(|line| line.text.as_str()), Some("adiós"));
            order.push(id.client.slot());
        }
    }
    // The first search was in hand before anybody else asked; from then on the two addresses take turns.
    assert_eq!(order[..4], [0, 200, 1, 100], "{order:?}");
}

#[test]
fn question_that_waits_too_long_is_given_up() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    desk.keep(line(GENERAL, 1, "hola"));
    let id = ClientId::new(1, 1);
    assert!(desk.look(id, Look::Last(GENERAL, 1)).is_none());
    let due = desk.storage.next_due().expect("it is not waited for for ever");
    let busy = desk.storage.overdue(due);
    let [StorageEvent::Reply { id: given_up, reply: Reply::Busy, .. }] = busy[..] else { panic!("{busy:?}") };
    assert_eq!(given_up.client, id);
    assert_eq!(desk.storage.next_due(), None);
    sql.execute_batch("COMMIT").unwrap();
    assert_eq!(desk.last(GENERAL, 1), ["hola"], "no answer comes but that to the next question");
}

#[test]
fn search_for_one_word_a_thousand_times_looks_at_as_many_lines_as_for_it_once() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for number in 0..3_000 {
        desk.keep(line(GENERAL, number, if number % 2 == 0 { "sal" } else { "nada sabe a sal" }));
    }
    desk.search(&[GENERAL], "s n");
    let once = desk.storage.searched();
    assert!(once > 0);
    let found = desk.search(&[GENERAL], &("s ".repeat(1_990) + "n"));
    assert_eq!(found.len(), SEARCH_LINES);
    assert_eq!(desk.storage.searched(), 2 * once);
}

#[test]
fn stop_marks_what_it_could_not_write() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 1, "escrita"));
    desk.find(Look::Last(GENERAL, 1));
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    (0..50).for_each(|number| desk.keep(line(GENERAL, 2, &number.to_string())));
    (0..7).for_each(|number| desk.keep(line(RoomKey(7), 3, &number.to_string())));
    assert!(!desk.storage.close(Duration::from_secs(1)), "it says that not all is written");
    sql.execute_batch("COMMIT").unwrap();
    let beside = dir.path().join("tertulia.db-gaps");
    assert_eq!(fs::metadata(&beside).unwrap().permissions().mode() & 0o777, 0o600);

    let mut desk = Desk::open(&dir);
    assert!(!beside.exists());
    let general = desk.find(Look::Last(GENERAL, 10));
    let missing: Vec<Option<u64>> = general.iter().map(|line| line.missing()).collect();
    assert_eq!(missing, [None, Some(50)]);
    assert_eq!(general[1].at, UnixMillis(2), "where the first of them was said");
    assert!(general[0].id < general[1].id && general[1].id < desk.next_message, "in order");
    assert_eq!(desk.find(Look::Last(RoomKey(7), 10))[0].missing(), Some(7));
}

#[test]
fn stop_with_a_full_queue_writes_or_counts_every_line() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    let handed_in = 2 * HISTORY_QUEUE_JOBS as u64;
    (0..handed_in).for_each(|number| desk.keep(line(GENERAL, 1, &number.to_string())));
    let lost = desk.storage.complaint(MonoTime::START).map_or(0, |complaint| complaint.lines);
    assert!(lost > 0, "the queue is full");
    sql.execute_batch("COMMIT").unwrap();
    assert!(desk.storage.close(DEADLINE));
    let missing: u64 =
        dir.sql().query_row("SELECT sum(text) FROM line WHERE kind = 2", [], |row| row.get(0)).unwrap();
    assert_eq!((stored(&dir) + missing, missing), (handed_in, lost));
}

#[test]
fn sigterm_beside_another_program_that_writes_marks_what_was_said_meanwhile() {
    let dir = Dir::new();
    let server = Server::keeping(&dir);
    let (mut ana, mut luis) = (Peer::enter(&server, "Ana"), Peer::enter(&server, "Luis"));
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    (1..=50).for_each(|number| ana.say(&format!("línea {number}")));
    luis.until("Ana: línea 50");
    let complaints = server.complaints();
    assert!(!complaints.is_empty(), "it is said on the console");
    sql.execute_batch("COMMIT").unwrap();
    let mut desk = Desk::open(&dir);
    let found = desk.find(Look::Last(GENERAL, 100));
    assert_eq!(found.iter().filter_map(|line| line.missing()).sum::<u64>(), 50, "{found:?}");
}

#[test]
fn wal_stays_small_beside_readers_that_overlap_all_the_time() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let over = AtomicBool::new(false);
    let ahead = || fs::metadata(dir.path().join("tertulia.db-wal")).map_or(0, |file| file.len());
    let long = "x".repeat(4_000);
    let mut largest = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            let readers = [dir.sql(), dir.sql()];
            let begin = "BEGIN; SELECT count(*) FROM room";
            readers[1].execute_batch(begin).unwrap();
            for reader in iter::repeat([0, 1]).flatten() {
                // Each begins while the other one has not ended.
                readers[reader].execute_batch(begin).unwrap();
                readers[1 - reader].execute_batch("COMMIT").unwrap();
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for number in 0..6_000 {
            desk.keep(line(GENERAL, number, &format!("{number} {long}")));
            if number % 100 == 99 {
                desk.find(Look::Last(GENERAL, 1));
                largest = largest.max(ahead());
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(stored(&dir), 6_000);
    assert!(largest <= HISTORY_WAL_BYTES as u64, "{largest} bytes were written ahead");
}

#[test]
fn gaps_beside_the_file_are_taken_in_once_whenever_the_process_ends() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 1, "hola"));
    assert!(desk.storage.close(DEADLINE));
    let beside = dir.path().join("tertulia.db-gaps");
    // Each time as if the process had ended before the file beside was gone.
    let start_twice = |gaps: &str| -> Vec<(u64, String)> {
        for _ in 0..2 {
            fs::write(&beside, gaps).unwrap();
            drop(Store::open(dir.path(), None).unwrap());
            assert!(!beside.exists());
        }
        let sql = dir.sql();
        let mut all = sql.prepare("SELECT room, text FROM line WHERE kind = 2 ORDER BY id").unwrap();
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let mut expected = vec![(0, "3".to_owned()), (7, "2".to_owned())];
    assert_eq!(start_twice("0 3 5\n7 2 6\n"), expected);
    // There is no line behind the third: what was in doubt is missing.
    let third: i64 = dir.sql().query_row("SELECT max(id) FROM line", [], |row| row.get(0)).unwrap();
    expected.push((0, "5".into()));
    assert_eq!(start_twice(&format!("0 4 7 {third}\n0 1 8\n")), expected);
    // There is one behind the third: what was in doubt had been written.
    expected.push((7, "1".into()));
    assert_eq!(start_twice(&format!("0 4 9 {third}\n7 1 10\n")), expected);
    assert_eq!(start_twice(&format!("0 4 11 {third}\n")), expected);
}

#[test]
fn wal_stays_small_beside_readers_that_take_their_time() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let over = AtomicBool::new(false);
    let long = "x".repeat(4_000);
    let mut largest = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            let readers = [dir.sql(), dir.sql(), dir.sql()];
            let begin = "BEGIN; SELECT count(*) FROM room";
            readers.iter().for_each(|reader| reader.execute_batch(begin).unwrap());
            for reader in readers.iter().cycle() {
                thread::sleep(Duration::from_millis(100)); // each reads three times as long, and two others meanwhile
                reader.execute_batch("COMMIT").unwrap();
                reader.execute_batch(begin).unwrap();
                if over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for number in 0..4_000 {
            desk.keep(line(GENERAL, number, &format!("{number} {long}")));
            if number % 100 == 99 {
                desk.find(Look::Last(GENERAL, 1));
                largest = largest.max(fs::metadata(dir.path().join("tertulia.db-wal")).unwrap().len());
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(stored(&dir), 4_000);
    assert!(largest <= HISTORY_WAL_BYTES as u64, "{largest} bytes were written ahead");
}
