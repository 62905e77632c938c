//! Accounts as the file has them, and marks of what it lacks.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::chat::{AccountKey, Message, MessageId, Name, Origin, RoomKey, UnixMillis};
use crate::limits::ROOMS_MAX;

/// An account as the file has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AccountRow {
    pub(super) key: AccountKey,
    pub(super) name: Name,
    /// A PHC string.
    pub(super) hash: String,
    /// From where it was made, if in the chat.
    pub(super) made_from: Option<Origin>,
    /// From where its owner has logged in, the last one first.
    pub(super) trusted: Vec<Origin>,
}

/// Messages of a room that are missing in its history, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) count: u64,
    /// When the first of them was said.
    pub(super) at: UnixMillis,
    /// The number of the last: as it is no other message's, it is that of the mark.
    pub(super) last: MessageId,
}

/// What is missing, by room.
pub(super) type Gaps = BTreeMap<RoomKey, Gap>;

impl Gap {
    /// What is missing if this message is: a mark stands for more than one.
    pub(super) fn of(message: &Message) -> Gap {
        Gap { count: message.count(), at: message.at, last: message.id }
    }

    /// The mark that stands for it.
    pub(super) fn mark(self, room: RoomKey) -> Message {
        Message::gap(self.last, room, self.at, self.count)
    }
}

/// An account's number as the core has it. None: it is none of ours.
pub(super) fn account_key(number: u32) -> Option<AccountKey> {
    NonZeroU32::new(number).map(AccountKey)
}

/// Counts messages that are missing.
pub(super) fn widen(gaps: &mut Gaps, room: RoomKey, more: Gap) {
    let gap = gaps.entry(room).or_insert(Gap { count: 0, ..more });
    gap.count += more.count;
    gap.last = gap.last.max(more.last);
}

/// The same, within bounds. Of very many rooms the oldest is forgotten, which is gone: it was told when it arose.
pub(super) fn miss(gaps: &mut Gaps, room: RoomKey, more: Gap) {
    widen(gaps, room, more);
    if gaps.len() > ROOMS_MAX
        // The first is the one of everybody.
        && let Some(oldest) = gaps.keys().nth(1).copied()
    {
        gaps.remove(&oldest);
    }
}
