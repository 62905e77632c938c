//! Changes on their way to the history's thread: of each thing only the last word, and no more bytes than may wait.
//!
//! Invariants: a later change of the same thing replaces the earlier one; what waits is bounded in bytes, and beyond that a
//! room is remembered as one that has to be written as a whole, so that nothing is lost.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::request::FileChange;
use crate::chat::{
    AccountKey, AccountRecord, Expulsion, Letter, MessageId, Name, OfflineMessage, Retained, RoomChange,
    RoomFact, RoomKey, RoomList, RoomRecord, Text,
};
use crate::limits::{HISTORY_CHANGES_IN_HAND_BYTES, HISTORY_CHANGES_MAX_BYTES, HISTORY_QUEUE_MAX_BYTES};

/// What two entries of the maps and their nodes cost, roughly.
const ENTRY_BYTES: usize = 128;

/// What the thread has in its hands: waiting for it, or taken and not written yet.
#[derive(Debug)]
pub(super) struct Load {
    /// As many bytes as there may be.
    most: usize,
    bytes: AtomicUsize,
    /// Of these, those of changes.
    changes: AtomicUsize,
    /// The loop has something for which there was no place.
    starved: AtomicBool,
}

impl Default for Load {
    fn default() -> Load {
        Load::of(HISTORY_QUEUE_MAX_BYTES)
    }
}

impl Load {
    /// With room for so many bytes.
    pub(super) fn of(most: usize) -> Load {
        let (bytes, changes, starved) = Default::default();
        Load { most, bytes, changes, starved }
    }

    /// Counts a job that is handed over, if there is a place for it. Only the loop calls this.
    pub(super) fn take(&self, bytes: usize, change: bool) -> bool {
        let fits = || {
            let (all, changes) = (self.bytes.load(Ordering::SeqCst), self.changes.load(Ordering::SeqCst));
            let fits = changes == 0 || changes + bytes <= HISTORY_CHANGES_IN_HAND_BYTES;
            all + bytes <= self.most && (!change || fits)
        };
        if !fits() {
            self.starve();
            // The thread may have finished meanwhile, and not have seen that it is waited for.
            if !fits() {
                return false;
            }
        }
        self.bytes.fetch_add(bytes, Ordering::SeqCst);
        if change {
            self.changes.fetch_add(bytes, Ordering::SeqCst);
        }
        true
    }

    /// A job is done, or was not handed over after all.
    pub(super) fn release(&self, bytes: usize, change: bool) {
        self.bytes.fetch_sub(bytes, Ordering::SeqCst);
        if change {
            self.changes.fetch_sub(bytes, Ordering::SeqCst);
        }
    }

    /// Asks the thread to wake the loop when it has done something.
    pub(super) fn starve(&self) {
        self.starved.store(true, Ordering::SeqCst);
    }

    /// Whether the loop waits for a place; it is told now.
    pub(super) fn take_starved(&self) -> bool {
        self.starved.swap(false, Ordering::SeqCst)
    }

    /// Bytes of jobs that are not done.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ChangeSubject {
    Room(RoomKey, Aspect),
    OfflineMessages(AccountKey),
    Account(AccountKey),
    Letter(MessageId),
    /// All that there is.
    All,
    Log,
    Expulsion(u64),
}

/// What of a room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Aspect {
    Made,
    Topic,
    Lock,
    Hushed,
    Operator(AccountKey),
    Listed(RoomList, Name),
    /// All of it: written as a whole, or gone.
    All,
}

impl ChangeSubject {
    fn of(change: &FileChange) -> ChangeSubject {
        match change {
            FileChange::Fact(RoomChange { room, what }) => ChangeSubject::Room(*room, Aspect::of(what)),
            FileChange::Room(row) => ChangeSubject::Room(row.key, Aspect::All),
            FileChange::RoomGone { key } => ChangeSubject::Room(*key, Aspect::All),
            FileChange::Account(record) => ChangeSubject::Account(record.account.key),
            FileChange::AccountGone { key } => ChangeSubject::Account(*key),
            FileChange::Letter(letter) => ChangeSubject::Letter(letter.message.id),
            FileChange::Retain(_) => ChangeSubject::All,
            FileChange::JoinLog(_) => ChangeSubject::Log,
            FileChange::Ack { account, .. } => ChangeSubject::OfflineMessages(*account),
            FileChange::Expelled(row) => ChangeSubject::Expulsion(row.number),
            FileChange::Readmitted { number } => ChangeSubject::Expulsion(*number),
        }
    }
}

impl Aspect {
    fn of(fact: &RoomFact) -> Aspect {
        match fact {
            RoomFact::Made(_) => Aspect::Made,
            RoomFact::Topic(_) => Aspect::Topic,
            RoomFact::Key(_) => Aspect::Lock,
            RoomFact::Moderated(_) => Aspect::Hushed,
            RoomFact::Operator(account, _) => Aspect::Operator(*account),
            RoomFact::Listed(list, name, _) => Aspect::Listed(*list, name.clone()),
        }
    }
}

/// Changes that found no place with the thread yet.
#[derive(Debug, Default)]
pub(super) struct PendingWrites {
    /// In the order in which they are to be written.
    changes: BTreeMap<u64, FileChange>,
    numbers: BTreeMap<ChangeSubject, u64>,
    next: u64,
    bytes: usize,
    /// Rooms that have to be written as a whole; and whether the file knows nothing of them.
    stale: BTreeMap<RoomKey, bool>,
}

impl PendingWrites {
    /// Lets a change wait, in place of earlier ones of the same thing.
    pub(super) fn push(&mut self, change: FileChange) {
        match &change {
            FileChange::Fact(RoomChange { room, .. }) if self.stale.contains_key(room) => return,
            FileChange::Fact(RoomChange { room, .. })
                if self.bytes + change.bytes() > HISTORY_CHANGES_MAX_BYTES =>
            {
                let unknown = matches!(&change, FileChange::Fact(RoomChange { what: RoomFact::Made(_), .. }));
                let dropped = self.remove_room(*room, true);
                self.stale.insert(*room, unknown || dropped);
                return;
            }
            FileChange::Room(row) => {
                self.stale.remove(&row.key);
                self.remove_room(row.key, true);
            }
            FileChange::RoomGone { key } => {
                let full = self.bytes + change.bytes() > HISTORY_CHANGES_MAX_BYTES;
                let unknown = self.stale.remove(key);
                // There may be lines of it, whose room has a name then. A room without its row is one whose name nobody
                // knows; no more harm than that.
                if self.remove_room(*key, full) && full || unknown == Some(true) {
                    return;
                }
            }
            // The file knows nothing of what was still waiting.
            FileChange::Readmitted { number } if self.remove(&ChangeSubject::Expulsion(*number)) => return,
            FileChange::Fact(_)
            | FileChange::Account(_)
            | FileChange::AccountGone { .. }
            | FileChange::Letter(_)
            | FileChange::Retain(_)
            | FileChange::JoinLog(_)
            | FileChange::Ack { .. }
            | FileChange::Expelled(_)
            | FileChange::Readmitted { .. } => {}
        }
        self.insert(change);
    }

    /// The next one to be written.
    pub(super) fn pop(&mut self) -> Option<FileChange> {
        let (_, change) = self.changes.pop_first()?;
        self.numbers.remove(&ChangeSubject::of(&change));
        self.bytes -= change.bytes();
        Some(change)
    }

    /// Takes back one that was taken out just now.
    pub(super) fn put_back(&mut self, change: FileChange) {
        let first = self.changes.first_key_value().map_or(self.next, |(&first, _)| first);
        self.bytes += change.bytes();
        // Numbers begin far enough from 0 for it: only one is ever taken back before the next one is taken out.
        self.numbers.insert(ChangeSubject::of(&change), first - 1);
        self.changes.insert(first - 1, change);
        self.next = self.next.max(first);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// A room that has to be written as a whole; it is forgotten that it has to.
    pub(super) fn take_stale(&mut self) -> Option<RoomKey> {
        self.stale.pop_first().map(|(room, _)| room)
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes + self.stale.len() * ENTRY_BYTES
    }

    fn insert(&mut self, change: FileChange) {
        let subject = ChangeSubject::of(&change);
        self.remove(&subject);
        self.next += 1;
        self.bytes += change.bytes();
        self.numbers.insert(subject, self.next);
        self.changes.insert(self.next, change);
    }

    fn remove(&mut self, subject: &ChangeSubject) -> bool {
        let Some(number) = self.numbers.remove(subject) else { return false };
        let change = self.changes.remove(&number);
        self.bytes -= change.map_or(0, |change| change.bytes());
        true
    }

    /// Drops what waits of a room, and with `all` that it was made; says whether that waits or waited.
    fn remove_room(&mut self, room: RoomKey, all: bool) -> bool {
        let made = ChangeSubject::Room(room, Aspect::Made);
        let waits = self.numbers.contains_key(&made);
        let rest = self.numbers.range(made..=ChangeSubject::Room(room, Aspect::All));
        let rest: Vec<ChangeSubject> = rest.map(|(subject, _)| subject.clone()).collect();
        for subject in rest {
            if all || !matches!(subject, ChangeSubject::Room(_, Aspect::Made)) {
                self.remove(&subject);
            }
        }
        waits
    }
}

impl FileChange {
    /// Bytes of memory that it takes while it waits, roughly.
    pub(super) fn bytes(&self) -> usize {
        let words = match self {
            FileChange::Fact(RoomChange { what, .. }) => match what {
                RoomFact::Made(name) => name.as_str().len(),
                RoomFact::Topic(text) | RoomFact::Key(text) => text_bytes(text.as_ref()),
                // The name stands in the key as well.
                RoomFact::Listed(_, name, _) => 2 * name.as_str().len(),
                RoomFact::Moderated(_) | RoomFact::Operator(..) => 0,
            },
            FileChange::Room(record) => record_bytes(record),
            FileChange::Account(record) => {
                let AccountRecord { account, password, .. } = &**record;
                size_of::<AccountRecord>() + account.name.as_str().len() + password.as_str().len()
            }
            FileChange::Expelled(expulsion) => expulsion_bytes(expulsion),
            FileChange::Letter(letter) => {
                let OfflineMessage { from, text, .. } = &letter.message;
                size_of::<Letter>() + from.as_str().len() + text.as_str().len()
            }
            FileChange::Retain(retained) => {
                let Retained { accounts, rooms, expulsions, letters } = &**retained;
                size_of_val(accounts.as_slice())
                    + size_of_val(rooms.as_slice())
                    + size_of_val(expulsions.as_slice())
                    + size_of_val(letters.as_slice())
            }
            FileChange::RoomGone { .. }
            | FileChange::AccountGone { .. }
            | FileChange::JoinLog(_)
            | FileChange::Ack { .. }
            | FileChange::Readmitted { .. } => 0,
        };
        size_of::<FileChange>() + words + ENTRY_BYTES
    }
}

fn text_bytes(text: Option<&Text>) -> usize {
    text.map_or(0, |text| text.as_str().len())
}

/// Bytes of memory that a room takes, roughly.
fn record_bytes(record: &RoomRecord) -> usize {
    let RoomRecord { name, topic, lock, owners, banned, muted, .. } = record;
    let names = std::iter::once(name).chain(banned).chain(muted);
    let names: usize = names.map(|name| name.as_str().len() + size_of::<Name>()).sum();
    let texts = text_bytes(topic.as_ref()) + text_bytes(lock.as_ref());
    size_of::<RoomRecord>() + names + texts + size_of_val(owners.as_slice())
}

/// Bytes of memory that an expulsion takes, roughly.
fn expulsion_bytes(expulsion: &Expulsion) -> usize {
    let Expulsion { name, reason, by, .. } = expulsion;
    let names: usize = name.iter().chain([by]).map(|name| name.as_str().len()).sum();
    size_of::<Expulsion>() + names + text_bytes(reason.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(room: u64, what: RoomFact) -> FileChange {
        FileChange::Fact(RoomChange { room: RoomKey(room), what })
    }

    fn listed(room: u64, name: &str, is: bool) -> FileChange {
        fact(room, RoomFact::Listed(RoomList::Bans, Name::new(name).unwrap(), is))
    }

    fn topic(room: u64, words: &str) -> FileChange {
        fact(room, RoomFact::Topic(Some(Text::clean(words))))
    }

    fn made(room: u64) -> FileChange {
        fact(room, RoomFact::Made(Name::new("sala").unwrap()))
    }

    fn gone(room: u64) -> FileChange {
        FileChange::RoomGone { key: RoomKey(room) }
    }

    fn drained(mut pending: PendingWrites) -> Vec<String> {
        let all = std::iter::from_fn(|| pending.pop()).map(|change| format!("{change:?}")).collect();
        assert_eq!(pending.bytes, 0, "nothing is counted that is gone");
        assert!(pending.numbers.is_empty());
        all
    }

    #[test]
    fn pending_changes_of_one_thing_are_one_however_many_there_were() {
        let mut pending = PendingWrites::default();
        (0..9_800).for_each(|number| pending.push(topic(7, &format!("{number:0>400}"))));
        assert!(pending.bytes() < 1_000, "{} bytes wait", pending.bytes());
        [true, false, true].into_iter().for_each(|is| pending.push(listed(7, "Pedro", is)));
        let last = [topic(7, &format!("{:0>400}", 9_799)), listed(7, "Pedro", true)];
        assert_eq!(drained(pending), last.map(|change| format!("{change:?}")));
    }

    #[test]
    fn pending_changes_stay_within_their_bytes_and_whole_rooms_stand_for_the_rest() {
        let mut pending = PendingWrites::default();
        for number in 0..200_000_u64 {
            let room = number % 100;
            pending.push(listed(room, &format!("n{number:0>19}"), number % 3 > 0));
            pending.push(made(1_000 + number));
            pending.push(gone(1_000 + number));
        }
        let most = HISTORY_CHANGES_MAX_BYTES + 200 * (size_of::<FileChange>() + ENTRY_BYTES);
        assert!(pending.bytes() <= most, "{} bytes wait", pending.bytes());
        let stale: Vec<u64> = std::iter::from_fn(|| pending.take_stale()).map(|room| room.0).collect();
        assert_eq!(stale, (0..100).collect::<Vec<u64>>(), "each room that was there is written as a whole");
    }

    #[test]
    fn pending_change_that_found_no_place_stays_the_first() {
        let mut pending = PendingWrites::default();
        pending.push(topic(1, "a"));
        pending.push(topic(2, "b"));
        let first = pending.pop().unwrap();
        pending.put_back(first);
        pending.push(listed(1, "Pedro", true));
        let expected = [topic(1, "a"), topic(2, "b"), listed(1, "Pedro", true)];
        assert_eq!(drained(pending), expected.map(|change| format!("{change:?}")));
    }

    #[test]
    fn pending_room_that_is_gone_keeps_its_name_for_its_lines() {
        let mut pending = PendingWrites::default();
        pending.push(made(7));
        pending.push(topic(7, "a"));
        pending.push(gone(7));
        let expected = [made(7), gone(7)];
        assert_eq!(drained(pending), expected.map(|change| format!("{change:?}")));
    }

    #[test]
    fn load_refuses_beyond_its_bytes_and_notes_who_waits() {
        let load = Load::default();
        assert!(load.take(HISTORY_QUEUE_MAX_BYTES - 10, false));
        assert!(!load.take(11, false));
        assert!(load.take_starved() && !load.take_starved());
        load.release(HISTORY_QUEUE_MAX_BYTES - 10, false);
        assert!(load.take(HISTORY_CHANGES_IN_HAND_BYTES, true));
        assert!(!load.take(1, true) && load.take(1, false), "lines go on beside changes that wait");
        assert_eq!(load.bytes(), HISTORY_CHANGES_IN_HAND_BYTES + 1);
    }
}
