//! Rooms that go on after a stop, as plain values and as the core has them.

use std::collections::HashSet;

use super::affair::account_key;
use crate::chat::{Name, RoomKey, RoomRecord, Text};
use crate::limits::ROOMS_MAX;

/// A room as the file has it.
#[derive(Clone, Debug, Default)]
pub(super) struct RoomRow {
    pub(super) key: u64,
    pub(super) name: String,
    pub(super) topic: Option<String>,
    pub(super) lock: Option<String>,
    pub(super) hushed: bool,
    pub(super) owners: Vec<u32>,
    pub(super) banned: Vec<String>,
    pub(super) muted: Vec<String>,
}

impl RoomRow {
    pub(super) fn of(record: &RoomRecord) -> RoomRow {
        let plain = |text: &Option<Text>| text.as_ref().map(|text| text.as_str().to_owned());
        let names = |names: &[Name]| names.iter().map(|name| name.as_str().to_owned()).collect();
        RoomRow {
            key: record.key.0,
            name: record.name.as_str().to_owned(),
            topic: plain(&record.topic),
            lock: plain(&record.lock),
            hushed: record.hushed,
            owners: record.owners.iter().map(|owner| owner.0.get()).collect(),
            banned: names(&record.banned),
            muted: names(&record.muted),
        }
    }

    /// The room that it was. None: somebody else wrote it into the file. Names that are none are passed over.
    fn into_record(self) -> Option<RoomRecord> {
        let names = |names: Vec<String>| names.iter().filter_map(|name| Name::new(name).ok()).collect();
        Some(RoomRecord {
            key: RoomKey(self.key),
            name: Name::new(&self.name).ok()?,
            topic: self.topic.map(|topic| Text::clean(&topic)),
            lock: self.lock.map(|lock| Text::clean(&lock)),
            hushed: self.hushed,
            owners: self.owners.into_iter().filter_map(account_key).collect(),
            banned: names(self.banned),
            muted: names(self.muted),
        })
    }
}

/// The rooms to go on with: the one of everybody, with its topic, then those whose names cannot be taken for that of
/// another.
pub(super) fn records(rows: Vec<RoomRow>) -> Vec<RoomRecord> {
    let mut general = RoomRow { name: "general".into(), ..RoomRow::default() };
    let (first, others): (Vec<RoomRow>, Vec<RoomRow>) = rows.into_iter().partition(|row| row.key == 0);
    general.topic = first.into_iter().next().and_then(|row| row.topic);
    let mut seen = HashSet::new();
    let records = std::iter::once(general).chain(others).filter_map(RoomRow::into_record);
    let apart = records.filter(|record| {
        let [folded, drawn] = record.name.likeness().hashes();
        seen.insert((0, folded)) & seen.insert((1, drawn))
    });
    apart.take(ROOMS_MAX).collect()
}
