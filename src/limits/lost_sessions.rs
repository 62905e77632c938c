//! Limits of sessions of programs whose connections were lost, and that wait to be taken up again.

use std::time::Duration;

/// How long the session of a program waits after its connection was lost, before the others are told that it left. A phone that was in
/// a pocket, a lift or a tunnel is back by then; Matrix and IRC bouncers wait longer, but nobody sees there who is present.
pub const LOST_SESSION_WAIT: Duration = Duration::from_secs(120);

/// How long it waits where the page said that it goes away: longer than it takes to load it again. A tab that was closed does not
/// hold its guest's name for minutes.
pub const LEFT_SESSION_WAIT: Duration = Duration::from_secs(20);

/// Sessions that wait at once; no place is kept for them. One of the address that has most of them gives way, the one that
/// would be over first.
pub const LOST_SESSIONS_MAX: usize = 1_000;

/// Sessions that end in one turn of the loop because nobody took them up: together they take less than a line may,
/// beside their recipients.
pub const LOST_ENDED_PER_TURN: usize = 64;

/// Bytes of private messages that wait for one of them, roughly: as many as for one who is absent for long.
pub const LOST_SESSION_MAX_BYTES: usize = 32 * 1024;

/// Bytes of what waits for all of them. No address has more of them than it leaves for the others: alone half, of three a quarter each.
pub const LOST_SESSIONS_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Lines of one room that are told to a session that goes on, and together no more than [`ANSWER_MAX_BYTES`](super::ANSWER_MAX_BYTES). Of more it is told
/// how many.
pub const MISSED_LINES_PER_ROOM: usize = 200;

/// Names of members that a session is told when it goes on, so that they fit into a queue of [`QUEUE_MAX_BYTES`](super::QUEUE_MAX_BYTES): the
/// smallest of its rooms are told whole, and of each other one the first [`NAMES_ASKED`](super::NAMES_ASKED).
pub const RESUMED_NAMES: usize = 1_000;
