//! Rooms that go on after a stop, as plain values and as the core has them.

use std::collections::HashSet;

use super::row::account_key;
use crate::chat::{Name, RoomFact, RoomKey, RoomList, RoomRecord, Text};
use crate::limits::{KEY_MAX_BYTES, ROOMS_MAX, TOPIC_MAX_BYTES};

/// A room as the file has it.
#[derive(Clone, Debug, Default)]
pub(super) struct RoomRow {
    pub(super) key: u64,
    pub(super) name: String,
    pub(super) topic: Option<String>,
    pub(super) lock: Option<String>,
    pub(super) moderated: bool,
    pub(super) owners: Vec<u32>,
    pub(super) banned: Vec<String>,
    pub(super) muted: Vec<String>,
}

/// What is different in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Made(String),
    Topic(Option<String>),
    Lock(Option<String>),
    Moderated(bool),
    Operator(u32, bool),
    /// A ban or a mute.
    Listed(RoomList, String, bool),
}

impl Fact {
    pub(super) fn of(fact: &RoomFact) -> Fact {
        match fact {
            RoomFact::Made(name) => Fact::Made(name.as_str().to_owned()),
            RoomFact::Topic(topic) => Fact::Topic(plain(topic)),
            RoomFact::Key(key) => Fact::Lock(plain(key)),
            RoomFact::Moderated(moderated) => Fact::Moderated(*moderated),
            RoomFact::Operator(account, is) => Fact::Operator(account.0.get(), *is),
            RoomFact::Listed(list, name, is) => Fact::Listed(*list, name.as_str().to_owned(), *is),
        }
    }
}

fn plain(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_owned())
}

impl RoomRow {
    pub(super) fn of(record: &RoomRecord) -> RoomRow {
        let names = |names: &[Name]| names.iter().map(|name| name.as_str().to_owned()).collect();
        RoomRow {
            key: record.key.0,
            name: record.name.as_str().to_owned(),
            topic: plain(&record.topic),
            lock: plain(&record.lock),
            moderated: record.moderated,
            owners: record.owners.iter().map(|owner| owner.0.get()).collect(),
            banned: names(&record.banned),
            muted: names(&record.muted),
        }
    }

    /// Bytes of memory that it takes beside itself, roughly.
    pub(super) fn bytes(&self) -> usize {
        let texts = [Some(&self.name), self.topic.as_ref(), self.lock.as_ref()].into_iter().flatten();
        let names = self.banned.iter().chain(&self.muted);
        let words: usize = texts.chain(names).map(|words| words.len() + size_of::<String>()).sum();
        size_of::<RoomRow>() + words + size_of_val(self.owners.as_slice())
    }

    /// The room that it was. None: another program wrote it into the file. Names that are none are passed over.
    fn into_record(self) -> Option<RoomRecord> {
        let names = |names: Vec<String>| names.iter().filter_map(|name| Name::known(name).ok()).collect();
        Some(RoomRecord {
            key: RoomKey(self.key),
            name: Name::known(&self.name).ok()?,
            // Longer ones are from before there was a bound, or another program's.
            topic: self.topic.map(|topic| Text::clean(&topic).cut(TOPIC_MAX_BYTES)),
            lock: self.lock.map(|lock| Text::clean(&lock).cut(KEY_MAX_BYTES)),
            moderated: self.moderated,
            owners: self.owners.into_iter().filter_map(account_key).collect(),
            banned: names(self.banned),
            muted: names(self.muted),
        })
    }
}

/// The rooms to go on with: the one of everybody, which has no key, then the others. Names that look alike were made before
/// their likes clashed.
pub(super) fn records(rows: Vec<RoomRow>) -> Vec<RoomRecord> {
    let (first, others): (Vec<RoomRow>, Vec<RoomRow>) = rows.into_iter().partition(|row| row.key == 0);
    let first = first.into_iter().next().unwrap_or_default();
    let general = RoomRow { key: 0, name: "general".into(), lock: None, ..first };
    let mut seen = HashSet::new();
    let records = std::iter::once(general).chain(others).filter_map(RoomRow::into_record);
    let apart = records.filter(|record| seen.insert(record.name.as_str().to_owned()));
    apart.take(ROOMS_MAX).collect()
}
