//! The core: people, rooms and rules. No socket, no clock, no thread, no randomness.

mod account;
mod account_index;
mod admin;
mod ban_list;
mod command;
mod correspondent;
mod digest;
mod effect;
mod event;
mod expulsion;
mod hiding;
mod holdings;
mod hub;
mod id;
mod input;
mod join_part_batch;
mod key_guard;
mod left_behind;
mod letters;
mod listing;
mod look;
mod mailbox;
mod member;
mod member_id;
mod message;
mod mono_time;
mod name;
mod name_index;
mod node_name;
mod node_report;
mod nodes;
mod ordered;
mod origin;
mod people;
mod record;
mod refusal;
mod request;
mod room;
mod room_key;
mod rooms;
mod rules;
mod session_token;
mod slots;
mod snapshot_error;
mod text;
mod time;
mod value_digest;
mod version;
mod work;

pub use account::{
    Account, AccountChange, AccountKey, AccountRecord, AuthRequest, AuthResult, Matter, OfflineMessage,
    Password, PasswordError, PasswordHash, Posted, Question,
};
pub use admin::{AccountEdit, AdminOrder, AdminRefusal, AdminReply};
pub use command::{Command, Language, MessageFault, Trouble, Verb, Wording};
pub use digest::Digest;
pub use effect::{Audience, CloseReason, Effect, LogEntry, RoomId};
pub use event::{
    AccountNews, AccountRefusal, Crowd, Decision, Event, Farewell, LogNews, NameList, NameRefusal, Occasion,
    PlaceNews, PutOut, RoomRefusal, ServerNews,
};
pub use expulsion::{Expelled, Expulsion, ExpulsionNews, ExpulsionRefusal};
pub use hub::{ChatConfig, ChatSnapshot, Description, Hub, HubSnapshot, Proposed};
pub use id::ClientId;
pub use input::Input;
pub use key_guard::failure_delay;
pub use letters::Letter;
pub use listing::{NodeListing, Office, Person, RoomListing};
pub use look::{Found, Look, Reach};
pub use mailbox::Mailbox;
pub use message::{Message, MessageId, MessageKind};
pub use mono_time::MonoTime;
pub use name::{Name, NameError, Skeleton};
pub use node_name::{NodeName, NodeNameError};
pub use node_report::NodeReport;
pub use ordered::{Ordered, Turn};
pub use origin::Origin;
pub use record::{Retained, RoomChange, RoomFact, RoomList, RoomRecord};
pub use request::{Reply, Request};
pub use room_key::RoomKey;
pub use rules::{GENERAL, Proposal};
pub use session_token::{ResumedRoom, TOKEN_BYTES, Token, TokenKey};
pub use snapshot_error::{SNAPSHOT_VERSION, SnapshotError};
pub use text::Text;
pub use time::{Time, UnixMillis};
pub(crate) use version::Version;
pub use work::Work;
