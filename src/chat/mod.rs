//! The core: people, rooms and rules. No socket, no clock, no thread, no randomness.

mod account;
mod asking;
mod ban_list;
mod client;
mod command;
mod correspondent;
mod event;
mod expulsion;
mod hiding;
mod holdings;
mod hub;
mod id;
mod key_guard;
mod line;
mod moment;
mod movements;
mod name;
mod origin;
mod output;
mod record;
mod registry;
mod room;
mod roster;
mod slots;
mod text;
mod work;

pub use account::{
    Account, AccountChange, AccountKey, Letter, Matter, Password, PasswordError, Petition, Posted, Question,
    Verdict,
};
pub use command::{Command, Language, Trouble, Verb, Wording};
pub use event::{
    AccountNews, AccountRefusal, Crowd, Decision, Event, Farewell, NameList, NameRefusal, Occasion, Office,
    Person, PlaceNews, PutOut, RoomRefusal, RoomRow, ServerNews,
};
pub use expulsion::{Expelled, Expulsion, ExpulsionNews, ExpulsionRefusal};
pub use hub::{AdminRefusal, Description, GENERAL, Hub, Rules};
pub use id::ClientId;
pub use key_guard::failure_delay;
pub use line::{Found, Line, Look, Reach, RoomKey, Stamp};
pub use moment::Moment;
pub use name::{Likeness, Name, NameError};
pub use origin::Origin;
pub use output::{Audience, CloseReason, Note, Output, RoomId};
pub use record::{RoomChange, RoomFact, RoomList, RoomRecord};
pub use text::Text;
pub use work::Work;
