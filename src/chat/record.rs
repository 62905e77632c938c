//! A room as it is remembered while nobody is in it.

use super::account::AccountKey;
use super::line::RoomKey;
use super::name::Name;
use super::text::Text;

/// What there is to know of a room beside who is there and what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub hushed: bool,
    /// Its operators, of those whose name is registered. A room without any is gone when nobody is in it.
    pub owners: Vec<AccountKey>,
    /// Those who may not enter.
    pub banned: Vec<Name>,
    /// Those who may not speak.
    pub muted: Vec<Name>,
}
