//! The rooms in which something was decided about members.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chat::effect::RoomId;
use crate::chat::member_id::MemberId;
use crate::chat::room_key::RoomKey;

/// For members about whom something was decided, the rooms in which it was, oldest first. Some of these rooms may be
/// gone, and some decisions lifted: that is seen when they are looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct DecisionRooms {
    pub(super) rooms: BTreeMap<MemberId, Vec<(RoomId, RoomKey)>>,
}

impl DecisionRooms {
    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }
}
