//! A room as it is remembered while nobody is in it, and what changes in that.

use serde::{Deserialize, Serialize};

use super::account::AccountKey;
use super::message::MessageId;
use super::name::Name;
use super::room_key::RoomKey;
use super::text::Text;

/// What there is to know of a room beside who is there and what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRecord {
    /// Which room.
    pub key: RoomKey,
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub topic: Option<Text>,
    /// What one has to know to enter.
    pub lock: Option<Text>,
    /// Only operators may speak.
    pub moderated: bool,
    /// Its operators whose names are registered. A room without any is gone when nobody is in it.
    pub owners: Vec<AccountKey>,
    /// The names that may not enter.
    pub banned: Vec<Name>,
    /// The names that may not speak.
    pub muted: Vec<Name>,
}

/// What there is in a chat of several nodes at one place of their log. What a node has kept beside that is no more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// Its accounts.
    pub accounts: Vec<AccountKey>,
    /// Its rooms.
    pub rooms: Vec<RoomKey>,
    /// The numbers of its expulsions.
    pub expulsions: Vec<u64>,
    /// Private messages that wait for absent people.
    pub letters: Vec<MessageId>,
}

/// One thing that is different in a room from now on. Applied to its [`RoomRecord`] in their order, all of them give
/// what there is to remember of the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomChange {
    /// Which room.
    pub room: RoomKey,
    /// What is different.
    pub what: RoomFact,
}

/// What can be different in a room. The last word about one thing counts, whatever was said of it before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoomFact {
    /// There is such a room now, and this is its name.
    Made(Name),
    /// What it is about.
    Topic(Option<Text>),
    /// What one has to know to enter.
    Key(Option<Text>),
    /// Whether only operators may speak.
    Moderated(bool),
    /// Whether an account is an operator of it.
    Operator(AccountKey, bool),
    /// Whether a name is on one of its lists; behind all others, if it is.
    Listed(RoomList, Name, bool),
}

/// The names that a room has something against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RoomList {
    /// The names that may not enter.
    Bans,
    /// The names that may not speak.
    Mutes,
}

impl RoomRecord {
    /// A room of which nothing is known but its name.
    pub fn new(key: RoomKey, name: Name) -> RoomRecord {
        let (owners, banned, muted) = (Vec::new(), Vec::new(), Vec::new());
        RoomRecord { key, name, topic: None, lock: None, moderated: false, owners, banned, muted }
    }

    /// Notes what is different.
    pub fn apply(&mut self, what: RoomFact) {
        match what {
            RoomFact::Made(name) => self.name = name,
            RoomFact::Topic(topic) => self.topic = topic,
            RoomFact::Key(key) => self.lock = key,
            RoomFact::Moderated(moderated) => self.moderated = moderated,
            RoomFact::Operator(account, is) => place_last(&mut self.owners, account, is),
            RoomFact::Listed(RoomList::Bans, name, is) => place_last(&mut self.banned, name, is),
            RoomFact::Listed(RoomList::Mutes, name, is) => place_last(&mut self.muted, name, is),
        }
    }
}

/// Puts `entry` behind all others, or takes it out.
fn place_last<T: PartialEq>(entries: &mut Vec<T>, entry: T, is_in: bool) {
    entries.retain(|other| *other != entry);
    if is_in {
        entries.push(entry);
    }
}
