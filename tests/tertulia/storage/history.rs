//! The storage with a file: order, durability, gaps, looking, restarts, old lines.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tertulia::chat::{ClientId, Found, Look, MessageId, MonoTime, Reply, RoomKey, RoomRecord, Text};
use tertulia::limits::{HISTORY_COMPLAINT_INTERVAL, HISTORY_EXPIRY_ROWS, HISTORY_QUEUE_JOBS};
use tertulia::storage::{FileNews, StorageEvent, Store};

use super::expulsions::expulsion;
use super::support::{DEADLINE, Desk, Dir, GENERAL, line, room, texts};

#[test]
fn line_that_is_shown_is_on_the_disk_already() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    for round in 0..20 {
        for number in 0..10 {
            desk.keep(line(GENERAL, round, &format!("{round} {number}")));
        }
        let shown = desk.last(GENERAL, 1_000);
        let sql = dir.sql();
        let mut stored = sql.prepare("SELECT text FROM line ORDER BY id").unwrap();
        let stored: Vec<String> =
            stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(shown.len(), 10 * (round as usize + 1), "all that was handed in before is shown");
        assert_eq!(stored, shown, "in the order in which it was handed in");
    }
    assert_eq!(desk.last(GENERAL, 3), ["19 7", "19 8", "19 9"]);
}

#[test]
fn answer_of_many_lines_is_bounded_and_brings_the_newest() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let long = "x".repeat(1_000);
    for number in 0..100 {
        desk.keep(line(GENERAL, 0, &format!("{number} {long}")));
    }
    let shown = desk.last(GENERAL, usize::MAX);
    assert!((20..40).contains(&shown.len()), "{}", shown.len());
    assert!(shown.last().unwrap().starts_with("99 "));
    assert!(desk.found(Look::Last(GENERAL, 100)).more, "and says that it was cut");
}

#[test]
fn lines_before_another_one_come_from_the_file_until_there_is_no_more() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let kitchen = RoomKey(7);
    for number in 0..7 {
        desk.keep(line(GENERAL, 0, &format!("sala {number}")));
        desk.keep(line(kitchen, 0, &format!("cocina {number}")));
    }
    let mut look = Look::Last(kitchen, 3);
    let mut told = Vec::new();
    loop {
        let Found { lines, more, .. } = desk.found(look);
        told.push((texts(&lines).join(" "), more));
        if !more {
            break;
        }
        look = Look::Before(kitchen, 3, lines[0].id);
    }
    let expected =
        [("cocina 4 cocina 5 cocina 6", true), ("cocina 1 cocina 2 cocina 3", true), ("cocina 0", false)];
    assert_eq!(told, expected.map(|(words, more)| (words.to_owned(), more)));
    for (before, found) in [(MessageId(0), 0), (MessageId(u64::MAX), 7)] {
        let Found { lines, more, .. } = desk.found(Look::Before(kitchen, 7, before));
        assert_eq!((lines.len(), more), (found, false), "as many as there are: no more");
    }
}

#[test]
fn history_goes_on_after_a_stop() {
    let dir = Dir::new();
    let kitchen = RoomKey(7);
    let mut desk = Desk::open(&dir);
    assert_eq!((desk.storage.next_key(), desk.storage.take_rooms()), (1, vec![room(0, "general")]));
    let general = RoomRecord { topic: Some(Text::clean("de todo")), ..room(0, "general") };
    desk.storage.room(&general);
    desk.storage.room(&room(7, "cocina"));
    desk.keep(line(GENERAL, 1, "hola"));
    desk.keep(line(kitchen, 2, "café"));
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.take_rooms(), [general]);
    assert_eq!(desk.storage.next_key(), 8, "no key is given twice");
    assert_eq!(desk.last(GENERAL, 10), ["hola"]);
    assert_eq!(desk.last(kitchen, 10), ["café"], "kept, though no room of the chat has this key any more");
    let entering = desk.look(ClientId::new(1, 1), Look::Entering(GENERAL, 10));
    assert!(
        matches!(entering, Some(StorageEvent::Reply { reply: Reply::Found(found), .. }) if found.lines.len() == 1),
        "comes at once"
    );
    let gone = "SELECT group_concat(name) FROM room WHERE gone_at IS NOT NULL";
    assert_eq!(dir.sql().query_row(gone, [], |row| row.get::<_, String>(0)).unwrap(), "cocina");
}

#[test]
fn line_of_a_room_whose_own_row_was_lost_still_uses_up_its_key() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(RoomKey(41), 1, "hola"));
    desk.storage.close(DEADLINE);
    assert_eq!(Desk::open(&dir).storage.next_key(), 42);
}

#[test]
fn full_queue_loses_lines_that_are_counted_marked_and_told_once() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 0, "antes"));
    assert_eq!(desk.last(GENERAL, 1), ["antes"]);
    // The barrier: while somebody else writes, the thread waits, and the loop must not.
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut handed_in = 2 * HISTORY_QUEUE_JOBS + 10_000;
    let start = std::time::Instant::now();
    (0..handed_in).for_each(|number| desk.keep(line(GENERAL, 1, &number.to_string())));
    let kept = start.elapsed();
    let id = ClientId::new(3, 3);
    // What the thread takes in meanwhile, a little more each time, makes room for a question.
    while !matches!(
        desk.look(id, Look::Last(GENERAL, 1)),
        Some(StorageEvent::Reply { reply: Reply::Busy, .. })
    ) {
        desk.storage.leave(id);
        (0..HISTORY_QUEUE_JOBS).for_each(|_| desk.keep(line(GENERAL, 1, "más")));
        handed_in += HISTORY_QUEUE_JOBS;
        assert!(start.elapsed() < DEADLINE);
    }
    let complaint = desk.storage.complaint(MonoTime::START).expect("it is told");
    assert!(complaint.why.is_none() && complaint.lines >= 10_000, "{complaint:?}");
    // More than what the thread still takes while it waits.
    (0..HISTORY_QUEUE_JOBS).for_each(|_| desk.keep(line(GENERAL, 1, "perdida")));
    assert_eq!(desk.storage.complaint(MonoTime::START), None, "not again at once");
    assert_eq!(desk.storage.next_due(), Some(MonoTime::START + HISTORY_COMPLAINT_INTERVAL));
    sql.execute_batch("COMMIT").unwrap();
    assert!(kept < Duration::from_secs(2), "{kept:?}");

    // The gap is marked without anybody saying anything: when the thread says that there is a place for it.
    desk.wait();
    loop {
        assert!(start.elapsed() < DEADLINE);
        while desk.look(id, Look::Last(GENERAL, 1)).is_some() {
            std::thread::yield_now();
        }
        let StorageEvent::Reply { reply: Reply::Found(found), .. } = desk.answer(Vec::new()) else {
            panic!("an answer")
        };
        if found.lines[0].missing().is_some() {
            break;
        }
    }
    desk.keep(line(GENERAL, 2, "después"));
    assert_eq!(desk.last(GENERAL, 1), ["después"]);
    let stored: u64 =
        dir.sql().query_row("SELECT count(*) FROM line WHERE kind = 0", [], |row| row.get(0)).unwrap();
    let missing: u64 =
        dir.sql().query_row("SELECT sum(text) FROM line WHERE kind = 2", [], |row| row.get(0)).unwrap();
    let more = desk.storage.complaint(MonoTime::START + HISTORY_COMPLAINT_INTERVAL).expect("more was lost");
    assert_eq!(missing, complaint.lines + more.lines, "what is told is what is marked");
    let handed_in = (handed_in + HISTORY_QUEUE_JOBS + 2) as u64;
    assert_eq!(stored + missing, handed_in, "nothing is lost without being counted");
}

#[test]
fn file_that_cannot_be_written_for_a_while_leaves_a_marked_gap() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let sql = dir.sql();
    let fails = "CREATE TRIGGER fails BEFORE INSERT ON line BEGIN SELECT raise(ABORT, 'no'); END";
    sql.execute_batch(fails).unwrap();
    desk.keep(line(GENERAL, 1, "una"));
    desk.keep(line(GENERAL, 2, "dos"));
    desk.wait(); // until the thread gives up
    let mut complaint = desk.storage.complaint(MonoTime::START).expect("it is told");
    assert!(complaint.why.is_some(), "{complaint:?}");
    sql.execute_batch("DROP TRIGGER fails").unwrap();
    desk.keep(line(GENERAL, 3, "tres"));
    let found = desk.find(Look::Last(GENERAL, 10));
    complaint.lines +=
        desk.storage.complaint(MonoTime::START + HISTORY_COMPLAINT_INTERVAL).map_or(0, |more| more.lines);
    let missing: u64 = found.iter().filter_map(|line| line.missing()).sum();
    assert_eq!(missing, complaint.lines);
    assert_eq!(found.last().unwrap().text.as_str(), "tres");
    assert_eq!(missing + found.iter().filter(|line| line.missing().is_none()).count() as u64, 3);
}

/// Keeps these tables from being written.
fn fail(dir: &Dir, tables: &[&str]) {
    for table in tables {
        let fails = format!(
            "CREATE TRIGGER {table}_fails BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'no'); END"
        );
        dir.sql().execute_batch(&fails).unwrap();
    }
}

#[test]
fn change_that_cannot_be_written_is_told_at_once_and_once() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    fail(&dir, &["room", "expulsion"]);
    let mut later = MonoTime::START;
    let mut told = |desk: &mut Desk| {
        desk.wait(); // until the thread gives up
        later = later + HISTORY_COMPLAINT_INTERVAL;
        desk.storage.complaint(later)
    };
    desk.storage.room(&room(7, "cocina"));
    let complaint = told(&mut desk).expect("it is told, though nobody says anything");
    assert!(complaint.lines == 0 && complaint.why.is_some(), "{complaint:?}");
    assert_eq!(told(&mut desk), None, "tried again, it fails in the same way");
    desk.storage.expelled(&expulsion(1));
    // It may have been tried again in between.
    let complaint = told(&mut desk).or_else(|| told(&mut desk)).expect("one more is told");
    assert!(complaint.lines == 0 && complaint.why.is_some(), "{complaint:?}");
    dir.sql().execute_batch("DROP TRIGGER room_fails; DROP TRIGGER expulsion_fails").unwrap();
    assert!(desk.storage.close(DEADLINE), "by now they are written");
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.take_expulsions(), [expulsion(1)]);
    let made = "SELECT count(*) FROM room WHERE name = 'cocina'";
    assert_eq!(dir.sql().query_row(made, [], |row| row.get(0)), Ok(1));
}

#[test]
fn stop_says_that_a_change_was_not_written() {
    let changes: [fn(&mut Desk); 2] =
        [|desk| desk.storage.room(&room(7, "cocina")), |desk| desk.storage.expelled(&expulsion(1))];
    for change in changes {
        for told in [false, true] {
            let dir = Dir::new();
            let mut desk = Desk::open(&dir);
            fail(&dir, &["room", "expulsion"]);
            change(&mut desk);
            if told {
                desk.wait();
            }
            assert!(!desk.storage.close(DEADLINE));
        }
    }
}

#[test]
fn old_lines_go_at_the_start_and_cannot_be_found_any_more() {
    let dir = Dir::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let mut desk = Desk::open(&dir);
    for number in 0..5_000 {
        desk.keep(line(GENERAL, now - 8 * 86_400_000, &format!("vieja {number}")));
    }
    desk.keep(line(GENERAL, now - 6 * 86_400_000, "nueva"));
    desk.storage.close(DEADLINE);

    let mut desk = Desk::of(Store::open(dir.path(), Some(7)).unwrap());
    let entering = desk.look(ClientId::new(1, 1), Look::Entering(GENERAL, 10));
    assert!(
        matches!(entering, Some(StorageEvent::Reply { reply: Reply::Found(found), .. }) if found.lines.len() == 1),
        "not even at once"
    );
    let start = std::time::Instant::now();
    while desk.last(GENERAL, 10) != ["nueva"] {
        assert!(start.elapsed() < DEADLINE);
    }
    assert_eq!(desk.search(&[GENERAL], "vieja"), [""; 0]);
    assert_eq!(desk.search(&[GENERAL], "nueva"), ["nueva"]);
    let left =
        dir.sql().query_row("SELECT count(*) FROM words WHERE words MATCH 'vieja'", [], |row| row.get(0));
    assert_eq!(left, Ok(0), "the index has forgotten them as well");
}

#[test]
fn old_line_goes_by_its_own_time_whatever_stands_around_it() {
    let dir = Dir::new();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let (old, future) = (now - 8 * 86_400_000, now + 365 * 86_400_000);
    let mut desk = Desk::open(&dir);
    let lines = 3 * HISTORY_EXPIRY_ROWS;
    for number in 0..lines {
        // The first line of all is of a clock that ran ahead, and so are some in the middle.
        let at = if number % (HISTORY_EXPIRY_ROWS + 100) == 0 { future } else { old };
        desk.keep(line(GENERAL, at, &format!("línea {number}")));
    }
    desk.keep(line(GENERAL, old, "la última"));
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::of(Store::open(dir.path(), Some(7)).unwrap());
    let step = HISTORY_EXPIRY_ROWS + 100;
    let left: Vec<String> = (0..lines).step_by(step).map(|number| format!("línea {number}")).collect();
    let start = std::time::Instant::now();
    while desk.last(GENERAL, lines) != left {
        assert!(start.elapsed() < DEADLINE, "{} are left", desk.last(GENERAL, lines).len());
    }
    assert_eq!(desk.search(&[GENERAL], "linea"), left);
}

/// The time of a line that was said so many days ago.
pub(super) fn days_ago(days: i64) -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64 - days * 86_400_000
}

/// What is told of the files at the start with `--keep-days 7`, and how many lines there are when all has been done that is due.
fn left_behind_a_start(dir: &Dir) -> (Vec<FileNews>, u64) {
    let mut desk = Desk::of(Store::open(dir.path(), Some(7)).unwrap());
    let mut news = Vec::new();
    // Behind the second answer the thread has been at the old lines.
    for _ in 0..2 {
        let now = desk.look(ClientId::new(1, 1), Look::Last(GENERAL, 1));
        let mut answers: Vec<StorageEvent> = now.into_iter().collect();
        while !answers
            .iter()
            .any(|answer| matches!(answer, StorageEvent::Reply { reply: Reply::Found(_), .. }))
        {
            answers = desk.wait();
            news.extend(answers.iter().filter_map(|answer| match answer {
                StorageEvent::File(told) => Some(told.clone()),
                _ => None,
            }));
        }
    }
    assert!(desk.storage.close(DEADLINE));
    let count = "SELECT count(*) FROM line";
    (news, dir.sql().query_row(count, [], |row| row.get(0)).unwrap())
}

#[test]
fn old_lines_stay_while_the_clock_may_be_wrong() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    (0..100).for_each(|number| desk.keep(line(GENERAL, days_ago(38), &number.to_string())));
    assert!(desk.storage.close(DEADLINE));
    let stay = vec![FileNews::OldLinesStay];
    assert_eq!(left_behind_a_start(&dir), (stay.clone(), 100));
    // Somebody speaks at once by that clock.
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, days_ago(0), "hoy"));
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(left_behind_a_start(&dir), (stay, 101));
    // Somebody has spoken by that clock yesterday.
    let second = "UPDATE line SET at = ?1 WHERE id = (SELECT id FROM line ORDER BY id DESC LIMIT 1 OFFSET 1)";
    dir.sql().execute(second, [days_ago(1) - 1]).unwrap();
    assert_eq!(left_behind_a_start(&dir), (Vec::new(), 2));
}

#[test]
fn old_lines_that_cannot_be_deleted_are_said() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, days_ago(8), "vieja"));
    assert!(desk.storage.close(DEADLINE));
    let fails = "CREATE TRIGGER fails BEFORE DELETE ON line BEGIN SELECT raise(ABORT, 'no'); END";
    dir.sql().execute_batch(fails).unwrap();
    let mut desk = Desk::of(Store::open(dir.path(), Some(7)).unwrap());
    desk.wait();
    let complaint = desk.storage.complaint(MonoTime::START).expect("it is told");
    assert!(complaint.lines == 0 && complaint.why.is_some(), "{complaint:?}");
}
