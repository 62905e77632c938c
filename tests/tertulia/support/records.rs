//! Rooms as they are remembered, put together from what the hub says of them.

use std::collections::BTreeMap;

use tertulia::chat::{RoomChange, RoomFact, RoomKey, RoomRecord};

use crate::hub::name;

/// Rooms as they were last remembered.
pub type Records = BTreeMap<RoomKey, RoomRecord>;

/// Notes what is different in a room. Nothing is said of a room before it was made, but of the first, and nothing twice.
pub fn note(records: &mut Records, RoomChange { room, what }: RoomChange) {
    if let RoomFact::Made(name) = &what {
        let made = records.insert(room, RoomRecord::new(room, name.clone()));
        return assert_eq!(made, None, "{name} is made twice");
    }
    if room == RoomKey(0) {
        records.entry(room).or_insert_with(|| RoomRecord::new(room, name("general")));
    }
    let record = records.get_mut(&room).unwrap_or_else(|| panic!("{what:?} of a room that is not there"));
    let before = record.clone();
    record.apply(what.clone());
    // Somebody else of the same name may be banned while that name is the last on the list.
    if !matches!(what, RoomFact::Listed(.., true)) {
        assert_ne!(*record, before, "{what:?} changes nothing");
    }
}
