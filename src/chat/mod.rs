//! The core: people, rooms and rules. No socket, no clock, no thread, no randomness.

mod command;
mod event;
mod id;
mod moment;
mod name;
mod output;
mod text;

pub use command::{Command, Language, Trouble, Verb};
pub use event::{Crowd, Event, Farewell, NameRefusal, Person};
pub use id::ClientId;
pub use moment::Moment;
pub use name::{Likeness, Name, NameError};
pub use output::{Audience, CloseReason, Note, Output, RoomId};
pub use text::Text;
