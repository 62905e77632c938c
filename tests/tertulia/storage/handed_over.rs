//! A history with which another program goes on.

use std::time::Instant;

use tertulia::chat::MonoTime;
use tertulia::limits::HISTORY_QUEUE_JOBS;
use tertulia::storage::{Storage, Store};

use super::support::{DEADLINE, Desk, Dir, GENERAL, line};

#[test]
fn history_that_is_handed_over_waits_for_nobody_and_knows_what_was_missing() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    (0..2 * HISTORY_QUEUE_JOBS).for_each(|number| desk.keep(line(GENERAL, 1, &number.to_string())));
    let backlog = desk.storage.backlog();
    let missing = backlog.missing_lines;
    assert!(missing > 0 && backlog.queue_bytes > 0, "the queue is full");
    sql.execute_batch("COMMIT").unwrap();
    let (_, settled) = desk.storage.settle(Instant::now() + DEADLINE, MonoTime::START);
    let lock = settled.flatten().expect("all is on the disk");
    let state = desk.storage.state();
    assert!(desk.storage.close(DEADLINE));
    // What is read is read though another program writes.
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    let store = Store::resume(dir.path(), None, lock).unwrap();
    let storage = Storage::in_file(store, || {}).unwrap().restored(state);
    assert_eq!(storage.backlog().missing_lines, missing);
}
