//! Numbers of messages and accounts: the chat's own, which the file keeps as they are, and which rise over every stop.

use tertulia::chat::{AuthResult, ClientId, Look, Message, MessageId, Reply, Text};
use tertulia::control::AccountOrder;
use tertulia::limits::MESSAGE_IDS_SPARED;
use tertulia::storage::{AccountFile, StorageEvent};

use super::support::{DEADLINE, Desk, Dir, GENERAL, line};

fn ids(lines: &[Message]) -> Vec<u64> {
    lines.iter().map(|line| line.id.0).collect()
}

#[test]
fn message_numbers_of_the_chat_are_those_in_the_file_and_of_what_is_found() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let MessageId(first) = desk.next_message;
    ["una", "dos", "tres"].into_iter().for_each(|text| desk.keep(line(GENERAL, 1, text)));
    let all = [first, first + 1, first + 2];
    assert_eq!(ids(&desk.find(Look::Last(GENERAL, 10))), all);
    assert_eq!(ids(&desk.find(Look::Search(vec![GENERAL], Text::clean("dos"), 5))), [first + 1]);
    let sql = dir.sql();
    let mut stored = sql.prepare("SELECT id FROM line ORDER BY id").unwrap();
    let stored: Vec<u64> = stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(stored, all);
    assert!(desk.storage.close(DEADLINE));
    let mut desk = Desk::open(&dir);
    let entering = desk.look(ClientId::new(1, 1), Look::Entering(GENERAL, 10));
    let Some(StorageEvent::Reply { reply: Reply::Found(found), .. }) = entering else {
        panic!("it comes at once")
    };
    assert_eq!(ids(&found.lines), all);
}

#[test]
fn message_numbers_rise_over_a_stop_even_if_the_last_ones_are_not_in_the_file() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    desk.keep(line(GENERAL, 1, "escrita"));
    assert!(desk.storage.close(DEADLINE));
    // These were said, and the process was killed.
    let MessageId(lost) = MessageId(desk.next_message.0 + MESSAGE_IDS_SPARED / 2);
    let mut desk = Desk::open(&dir);
    assert!(desk.next_message.0 > lost);
    desk.keep(line(GENERAL, 2, "otra"));
    assert!(desk.storage.close(DEADLINE));
    dir.sql().execute_batch("DELETE FROM line").unwrap();
    assert!(
        Desk::open(&dir).next_message > desk.next_message,
        "a number of a deleted message is not used again"
    );
}

#[test]
fn gap_has_the_number_of_the_last_message_that_is_missing() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let MessageId(first) = desk.next_message;
    let fails = "CREATE TRIGGER fails BEFORE INSERT ON line BEGIN SELECT raise(ABORT, 'no'); END";
    dir.sql().execute_batch(fails).unwrap();
    desk.keep(line(GENERAL, 1, "una"));
    desk.keep(line(GENERAL, 2, "dos"));
    desk.wait(); // until the thread gives up
    dir.sql().execute_batch("DROP TRIGGER fails").unwrap();
    desk.keep(line(GENERAL, 3, "tres"));
    let found = desk.find(Look::Last(GENERAL, 10));
    let missing = found[0].missing().expect("at least the first is missing");
    let expected: Vec<u64> = (first + missing - 1..first + 3).collect();
    assert_eq!(ids(&found), expected);
}

#[test]
fn message_is_written_also_if_another_program_has_taken_its_number() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let taken = "INSERT INTO line (id, room, at, kind, who, text) VALUES (?1, 0, 1, 0, 'Ana', 'intrusa')";
    dir.sql().execute(taken, [desk.next_message.0]).unwrap();
    desk.keep(line(GENERAL, 2, "prometida"));
    assert_eq!(desk.last(GENERAL, 10), ["prometida"]);
}

/// The chat numbers accounts, and writes them in whatever order passwords are hashed.
#[test]
fn accounts_have_the_numbers_that_they_were_given() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (first, second) = (desk.number(), desk.number());
    assert_eq!(first.next(), Some(second));
    assert_eq!(desk.register_as(second, "Luis", "secreto"), AuthResult::Granted(second));
    assert_eq!(desk.register_as(first, "Ana", "secreto"), AuthResult::Granted(first));
    let third = desk.number();
    assert_eq!(desk.register_as(first, "Eva", "secreto"), AuthResult::Granted(third), "the other is Ana's");
    assert_eq!(desk.register_as(first, "ANA", "secreto"), AuthResult::Wrong, "her name is taken");
    assert!(desk.storage.close(DEADLINE));
    // Those that were deleted are nobody's either.
    let mut account_file = AccountFile::try_open(dir.path(), false).unwrap().expect("nobody else is there");
    account_file.order(&AccountOrder::Remove { name: "Luis".into() }).unwrap();
    account_file.order(&AccountOrder::Remove { name: "Eva".into() }).unwrap();
    drop(account_file);
    let desk = Desk::open(&dir);
    assert_eq!(desk.storage.next_account(), third.next());
}
