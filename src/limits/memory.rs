//! What all of it may take in memory, with everything at its bound.

use super::{
    ACCOUNTS_MAX, ANSWER_MAX_BYTES, CHANGES_UNDER_WAY_MAX, DECISIONS_MAX, EXPULSIONS_MAX,
    FAILURES_REMEMBERED, HANDSHAKE_MAX_BYTES, HANDSHAKES_MAX, HIDDEN_GONE_MAX, HISTORY_CHANGES_MAX_BYTES,
    HISTORY_MAX_BYTES, HISTORY_QUEUE_MAX_BYTES, IGNORED_BEYOND_MAX, INPUT_MAX_BYTES, LEFT_BEHIND_MAX,
    LETTERS_MAX_BYTES, LINE_MAX_BYTES, LOG_QUEUE_MAX_BYTES, LOG_READ_BYTES, LOG_READS_IN_HAND,
    LOST_SESSIONS_MAX, LOST_SESSIONS_MAX_BYTES, MAILBOXES_IN_HAND, QUESTIONS_IN_HAND, QUESTIONS_WAITING,
    QUEUES_MAX_BYTES, RECORDS_MAX_BYTES, ROOMS_MAX, TLS_SESSION_MAX_BYTES, UPGRADE_STATE_MAX_BYTES,
};

/// What the program itself occupies, and what it does in one turn: SQLite with its caches, the memory of a password
/// that is checked, buffers that are used again.
pub const PROGRAM_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What one person may occupy beside what is bounded for all together: an unfinished line, a password, a reason,
/// [`ROOMS_PER_PERSON`](super::ROOMS_PER_PERSON) memberships, [`DECISIONS_PER_CLIENT`](super::DECISIONS_PER_CLIENT) rooms where something was decided about them, whom they hide
/// ([`IGNORED_ALWAYS`](super::IGNORED_ALWAYS)) and who hides them, the name
/// where it waits to be told that they left, and the connection.
pub const PLACE_MAX_BYTES: usize = 12 * 1024;

/// A room without its decisions: its name, its topic and its key, who has tried keys, who came and went just now.
pub const ROOM_MAX_BYTES: usize = 4 * 1024;

/// A ban or a mute: a name of [`NAME_MAX_CHARS`](super::NAME_MAX_CHARS), what it looks like, whose it was, and where that is looked up.
pub const DECISION_MAX_BYTES: usize = 384;

/// A person who left and is hidden: a name, what it looks like, and who hides them.
pub const HIDDEN_MAX_BYTES: usize = 640;

/// Of a person who is hidden, one more member who hides them.
pub const HIDER_MAX_BYTES: usize = 64;

/// An account, on both sides of the core: its name, the hash of its password, what it looks like, [`TRUSTED_ADDRESSES`](super::TRUSTED_ADDRESSES).
pub const ACCOUNT_MAX_BYTES: usize = 1024;

/// A record of wrong passwords.
pub const FAILURE_MAX_BYTES: usize = 64;

/// What a member left behind whose node is held for dead: a name, two correspondents, invitations to
/// [`DECISIONS_PER_CLIENT`](super::DECISIONS_PER_CLIENT) rooms.
pub const BELONGINGS_MAX_BYTES: usize = 2 * 1024;

/// An expulsion: two names and a reason.
pub const EXPULSION_MAX_BYTES: usize = 1024;

/// What an upgrade takes beside, for as long as it lasts: the text of the state; with the program that looks at it the text once more, and
/// a server; and what the text is made of. With 76 MiB of state it was 207.
pub const UPGRADE_MAX_BYTES: usize = 4 * UPGRADE_STATE_MAX_BYTES;

/// Resident memory that the server never exceeds with so many places. What grows by doubling, or is counted roughly,
/// counts twice.
pub const fn memory_max_bytes(places: usize) -> usize {
    let history = 2 * (HISTORY_MAX_BYTES + HISTORY_QUEUE_MAX_BYTES + HISTORY_CHANGES_MAX_BYTES);
    let questions = 2 * QUESTIONS_WAITING * 2 * LINE_MAX_BYTES;
    let answers = (QUESTIONS_IN_HAND + MAILBOXES_IN_HAND) * 2 * ANSWER_MAX_BYTES;
    let readers = QUEUES_MAX_BYTES + INPUT_MAX_BYTES + RECORDS_MAX_BYTES;
    let handshakes = HANDSHAKES_MAX * HANDSHAKE_MAX_BYTES;
    let rooms = ROOMS_MAX * ROOM_MAX_BYTES + DECISIONS_MAX * DECISION_MAX_BYTES;
    let hidden = HIDDEN_GONE_MAX * HIDDEN_MAX_BYTES + IGNORED_BEYOND_MAX * HIDER_MAX_BYTES;
    // Two tables of failures, each of which is copied when it grows.
    let strangers = 2 * FAILURES_REMEMBERED * FAILURE_MAX_BYTES + EXPULSIONS_MAX * EXPULSION_MAX_BYTES;
    let accounts = ACCOUNTS_MAX * ACCOUNT_MAX_BYTES;
    // Waiting, being written, and the copy that is written, of the console and of the file.
    let logs = 2 * 3 * LOG_QUEUE_MAX_BYTES;
    let lost = LOST_SESSIONS_MAX * PLACE_MAX_BYTES + 2 * LOST_SESSIONS_MAX_BYTES;
    let all = history
        + questions
        + answers
        + readers
        + handshakes
        + rooms
        + hidden
        + strangers
        + accounts
        + logs
        + lost;
    PROGRAM_MAX_BYTES + all + places * (PLACE_MAX_BYTES + TLS_SESSION_MAX_BYTES)
}

/// What one of several servers may have beside that, but for the people of the others and, while it makes a snapshot, a copy of the chat.
pub const fn node_memory_max_bytes() -> usize {
    // In the chat, and in the copy.
    let letters = 2 * LETTERS_MAX_BYTES;
    let left_behind = 2 * LEFT_BEHIND_MAX * BELONGINGS_MAX_BYTES;
    // As a command, as a change, and as what is written of it.
    let under_way = CHANGES_UNDER_WAY_MAX * 3 * LINE_MAX_BYTES;
    // As the engine gave them, and as lines that are parsed.
    let reads = 2 * LOG_READS_IN_HAND * LOG_READ_BYTES;
    letters + left_behind + under_way + reads
}
