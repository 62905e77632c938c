//! The chat as each of several nodes keeps it in its files.

use super::Chat;
use super::listed_expulsion::ListedExpulsion;
use crate::chat::account_index::AccountIndex;
use crate::chat::expulsion::Expulsion;
use crate::chat::letters::Letter;
use crate::chat::message::{Message, MessageId};
use crate::chat::record::{Retained, RoomRecord};
use crate::chat::time::UnixMillis;

impl Chat {
    /// The numbers of all that is to be kept.
    pub(in crate::chat) fn retained(&self) -> Retained {
        let accounts = self.account_index.as_ref().into_iter().flat_map(AccountIndex::keys).collect();
        let rooms = self.rooms.iter().map(|(_, room)| room.key).collect();
        let expulsions = self.expulsions.iter().map(ListedExpulsion::number).collect();
        let letters = self.letters.iter().map(|letter| letter.message.id).collect();
        Retained { accounts, rooms, expulsions, letters }
    }

    /// All rooms.
    pub(in crate::chat) fn room_records(&self) -> impl Iterator<Item = RoomRecord> {
        self.rooms.iter().map(|(_, room)| room.record())
    }

    /// All expulsions.
    pub(in crate::chat) fn expulsions(&self) -> impl Iterator<Item = &Expulsion> {
        self.expulsions.iter().map(|listed| &listed.expulsion)
    }

    /// All letters.
    pub(in crate::chat) fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.letters.iter()
    }

    /// For each room in which something was said: the mark, at that time, for who has not kept the last message there; in the order
    /// of these.
    pub(in crate::chat) fn last_messages(&self, at: UnixMillis) -> Vec<Message> {
        let rooms = self.rooms.iter().filter(|(_, room)| room.last_message != MessageId::default());
        let mut last: Vec<Message> =
            rooms.map(|(_, room)| Message::gap(room.last_message, room.key, at, 0)).collect();
        last.sort_unstable_by_key(|mark| mark.id);
        last
    }

    /// Whether a message that comes may have this number.
    pub(in crate::chat) fn has_yet_to_give(&self, id: MessageId) -> bool {
        id >= self.next_message
    }
}
