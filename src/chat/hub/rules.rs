//! What the hub is told at its start.

use std::time::Duration;

use crate::chat::line::Stamp;
use crate::chat::text::Text;

/// What whoever runs the chat decided about it.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Who gives no name for so long has to go.
    pub login_timeout: Option<Duration>,
    /// Lines of a room that are told again to who enters it.
    pub replay: usize,
    /// What everybody is told who comes.
    pub motd: Vec<Text>,
    /// What calendars said at [`Moment::START`](crate::chat::Moment::START).
    pub started: Stamp,
    /// The first [`RoomKey`](crate::chat::RoomKey) that may be given: those before are of rooms that are no more. That of the
    /// first room is always 0, for its history goes on.
    pub next_key: u64,
    /// What the first room is about.
    pub topic: Option<Text>,
}
