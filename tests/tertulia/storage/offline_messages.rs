//! Letters: kept when they are on the disk, handed over once, at most so many of them.

use tertulia::chat::{
    AccountKey, ClientId, MessageId, MonoTime, OfflineMessage, Origin, Posted, Reply, Request, Text,
    UnixMillis,
};
use tertulia::limits::{OFFLINE_MESSAGES_MAX, OFFLINE_MESSAGES_MAX_BYTES};
use tertulia::storage::{RequestId, Storage, StorageEvent};

use super::support::{DEADLINE, Desk, Dir, HOME, name, origin};

/// A letter without a number, which the desk gives it.
fn letter(at: i64, text: &str) -> OfflineMessage {
    let (id, from) = (MessageId::default(), name("Juan"));
    OfflineMessage { id, from, sender: None, at: UnixMillis(at), text: Text::clean(text) }
}

impl Desk {
    fn post(&mut self, to: AccountKey, letter: &OfflineMessage) -> Posted {
        self.post_from(HOME, to, letter)
    }

    fn post_from(&mut self, from: Origin, to: AccountKey, letter: &OfflineMessage) -> Posted {
        let letter = OfflineMessage { id: self.next_message, ..letter.clone() };
        self.next_message = self.next_message.next();
        let answer = self.request(ClientId::new(2, 2), from, Request::Post(to, letter));
        match self.answer(answer) {
            StorageEvent::Reply { reply: Reply::Posted(posted), .. } => posted,
            other => panic!("{other:?}"),
        }
    }

    /// The letters of an account, without their numbers, and that of the last one.
    fn fetch(&mut self, account: AccountKey) -> (Vec<OfflineMessage>, MessageId) {
        let answer = self.request(ClientId::new(3, 3), HOME, Request::Fetch(account));
        match self.answer(answer) {
            StorageEvent::Reply { reply: Reply::OfflineMessages(whose, messages), .. }
                if whose == account =>
            {
                let last = messages.last().map_or(MessageId::default(), |letter| letter.id);
                let unnumbered = |letter| OfflineMessage { id: MessageId::default(), ..letter };
                (messages.into_iter().map(unnumbered).collect(), last)
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn letter_waits_over_a_restart_and_is_handed_over_once() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let messages = [letter(1, "hola"), letter(2, "¿cuándo vienes?"), letter(3, "adiós")];
    assert_eq!(desk.fetch(ana), (vec![], MessageId::default()));
    for letter in &messages {
        assert_eq!(desk.post(ana, letter), Posted::Kept);
        let stored: i64 = dir.sql().query_row("SELECT max(at) FROM letter", [], |row| row.get(0)).unwrap();
        assert_eq!(stored, letter.at.0, "on the disk when it is said to be kept");
    }
    assert_eq!(desk.post(luis, &letter(4, "y tú")), Posted::Kept);
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::open(&dir);
    let (found, last) = desk.fetch(ana);
    assert_eq!(found, messages, "oldest first");
    assert_eq!(desk.fetch(ana), (messages.to_vec(), last), "until they were handed over");
    assert_eq!(desk.post(ana, &letter(5, "tarde")), Posted::Kept);
    desk.storage.ack(ana, last);
    let (found, last) = desk.fetch(ana);
    assert_eq!(found, [letter(5, "tarde")], "what came later is still there");
    desk.storage.ack(ana, last);
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::open(&dir);
    assert_eq!(desk.fetch(ana), (vec![], MessageId::default()));
    assert_eq!(desk.fetch(luis).0, [letter(4, "y tú")], "somebody else's stay");
}

#[test]
fn letters_wait_as_many_as_may_and_others_have_room_still() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let from = |number: usize| origin(&format!("10.0.0.{}", number % 3));
    for number in 0..OFFLINE_MESSAGES_MAX {
        assert_eq!(desk.post_from(from(number), ana, &letter(number as i64, "hola")), Posted::Kept);
    }
    assert_eq!(desk.post(ana, &letter(0, "hola")), Posted::Full);
    // All at once, and the last one does not fit any more.
    let long = letter(0, &"ñ".repeat(2_000));
    let fit = OFFLINE_MESSAGES_MAX_BYTES / 4_000;
    for number in 0..=fit {
        let expected = if number < fit { Posted::Kept } else { Posted::Full };
        assert_eq!(desk.post_from(from(number), luis, &long), expected, "{number}");
    }
    let (found, last) = desk.fetch(ana);
    assert_eq!(found.len(), OFFLINE_MESSAGES_MAX, "all of them in one answer");
    desk.storage.ack(ana, last);
    assert_eq!(desk.post(ana, &letter(0, "otra vez")), Posted::Kept);
}

#[test]
fn mailbox_is_not_filled_to_the_end_from_one_address() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let (mallory, other) = (origin("10.0.0.1"), origin("10.0.0.2"));
    for number in 0..=OFFLINE_MESSAGES_MAX * 9 / 10 {
        assert_eq!(desk.post_from(mallory, ana, &letter(number as i64, "hola")), Posted::Kept);
    }
    assert_eq!(desk.post_from(mallory, ana, &letter(0, "y más")), Posted::OverShare);
    assert_eq!(desk.post_from(mallory, luis, &letter(0, "hola")), Posted::Kept, "another mailbox");
    assert!(desk.storage.close(DEADLINE));
    let mut desk = Desk::open(&dir);
    assert_eq!(desk.post_from(mallory, ana, &letter(0, "y más")), Posted::OverShare, "also after a stop");
    assert_eq!(desk.post_from(other, ana, &letter(0, "importante")), Posted::Kept);
    // In bytes as in letters.
    let long = letter(0, &"ñ".repeat(1_000));
    while desk.post_from(mallory, luis, &long) == Posted::Kept {}
    assert_eq!(desk.post_from(mallory, luis, &letter(0, "y más")), Posted::OverShare);
    assert_eq!(desk.post_from(other, luis, &letter(0, "importante")), Posted::Kept);
}

#[test]
fn letter_handed_over_while_nothing_could_be_written_is_deleted_later() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    assert_eq!(desk.post(ana, &letter(1, "hola")), Posted::Kept);
    let (_, last) = desk.fetch(ana);
    let sql = dir.sql();
    sql.execute_batch("BEGIN IMMEDIATE").unwrap();
    desk.storage.ack(ana, last);
    assert_eq!(desk.post(ana, &letter(2, "no llega")), Posted::Failed, "the file is somebody else's");
    sql.execute_batch("COMMIT").unwrap();
    assert_eq!(desk.post(ana, &letter(3, "llega")), Posted::Kept);
    assert_eq!(desk.fetch(ana).0, [letter(3, "llega")]);
}

#[test]
fn letters_need_a_file_and_an_account() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    dir.sql().execute("DELETE FROM account", []).unwrap();
    assert_eq!(desk.post(ana, &letter(1, "hola")), Posted::Failed);
    let mut memory = Storage::default();
    let id = ClientId::new(1, 1);
    assert!(memory.accounts().is_none());
    let mut asked = |number, request| {
        let id = RequestId { client: id, number };
        memory.request(id, HOME, request, MonoTime::START).pop()
    };
    assert!(matches!(
        asked(1, Request::Post(ana, letter(1, ""))),
        Some(StorageEvent::Reply { reply: Reply::Posted(Posted::Failed), .. })
    ));
    assert!(
        matches!(asked(2, Request::Fetch(ana)), Some(StorageEvent::Reply { reply: Reply::OfflineMessages(_, messages), .. }) if messages.is_empty())
    );
}

#[test]
fn letter_keeps_the_account_of_its_writer_and_its_number() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let (ana, luis) = (desk.account("Ana", "secreto"), desk.account("Luis", "secreto"));
    let of_luis = OfflineMessage { from: name("Luis"), sender: Some(luis), ..letter(1, "hola") };
    let mut numbers = Vec::new();
    for letter in [&of_luis, &letter(2, "y yo")] {
        numbers.push(desk.next_message);
        assert_eq!(desk.post(ana, letter), Posted::Kept);
    }
    assert!(desk.storage.close(DEADLINE));
    let (found, last) = Desk::open(&dir).fetch(ana);
    assert_eq!(found, [of_luis, letter(2, "y yo")]);
    assert_eq!(Some(&last), numbers.last(), "that of the last one");
}
