//! Limits of several nodes that are one chat.

use std::time::Duration;

/// Letters of a node's name: as many as the name of a machine mostly has.
pub const NODE_NAME_MAX_BYTES: usize = 20;

/// A node that has read the log up to less than this before its last beat is told to be up to date: beats are a second apart.
pub const NODE_BEHIND_TOLD: Duration = Duration::from_secs(3);

/// Nodes that a log knows by name, living or dead. Each one is asked about at each beat.
pub const NODES_MAX: usize = 64;

/// Time between two signs of life of a node. Everybody else's people are told that a node's are gone after ten of them.
pub const BEAT_INTERVAL: Duration = Duration::from_secs(1);

/// A node is dead when another one has given so many signs of life since its own last entry. Counted in signs and not in time: an engine
/// that stands still for a minute ends nobody.
pub const BEATS_TO_DEATH: u32 = 10;

/// Beats for each living node between two places of the log at which nodes compare what they have made of it.
pub const BEATS_PER_MARK: u32 = 4;

/// How long the log may be silent before people are told that it is away. A restart of the engine takes one second.
pub const LOG_PATIENCE: Duration = Duration::from_secs(3);

/// How long a node that stops waits until all that its people have typed has come back, of the [`LOG_PATIENCE`] that it has to leave.
pub const LAST_WORDS_PATIENCE: Duration = Duration::from_secs(1);

/// Between two lines of the log about a connection to the engine that is lost over and over, for the same reason.
pub const LINK_COMPLAINT_INTERVAL: Duration = Duration::from_secs(60);

/// Bytes of a node's own entries that have not come back from the log. At the limit its people are read later.
pub const UNDER_WAY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Entries since the last snapshot after which another is written: what a node that joins has to read takes it two seconds.
pub const SNAPSHOT_ENTRIES: u64 = 100_000;

/// Bytes of the log since the last snapshot after which another is written: of what is in front of the last but one the engine is freed, so
/// it holds some 100 MB, however long the lines are.
pub const SNAPSHOT_BYTES: u64 = 32 * 1024 * 1024;

/// Time after which another one is written, if there are fewer.
pub const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(600);

/// Time for which no snapshot is tried after one that could not be made: each try reads all that stands behind the last one.
pub const SNAPSHOT_RETRY: Duration = Duration::from_secs(60);

/// Difference between the engine's clock and a node's of which its administrator is told: people see the engine's.
pub const CLOCKS_APART_MAX: Duration = Duration::from_secs(5);

/// Lines that one read of the log takes at most: half a megabyte where many people talk.
pub const LOG_READ_LINES: usize = 512;

/// Lines that the first read takes.
pub const LOG_READ_LINES_FIRST: usize = 32;

/// Bytes of one read of the log, roughly: of longer lines it takes fewer.
pub const LOG_READ_BYTES: usize = 512 * 1024;

/// How long a read waits for a line. Behind it the reader looks whether the log is still the same.
pub const LOG_BLOCK: Duration = Duration::from_secs(1);

/// Reads that wait for the loop; the reader waits then.
pub const LOG_READS_IN_HAND: usize = 16;

/// Entries that go into one write to the engine.
pub const LOG_APPENDS_PER_WRITE: usize = 512;

/// How long to wait for the next try when the engine cannot be reached, at first, and at most.
pub const LOG_RETRY_FIRST: Duration = Duration::from_millis(50);

/// See [`LOG_RETRY_FIRST`]: people are told after [`LOG_PATIENCE`] that it is away, and should be served soon when it is back.
pub const LOG_RETRY_LAST: Duration = Duration::from_millis(500);

/// Bytes of an engine's own words that are shown: one sentence.
pub const ENGINE_WORDS_MAX_BYTES: usize = 200;

/// Bytes that are kept ready for the next write to the engine: some hundred entries.
pub const LOG_WRITE_KEPT_BYTES: usize = 64 * 1024;

/// How long a room stays that is empty because a node is held for dead: its people come back a second after it has read that.
pub const EMPTIED_ROOM_WAIT: Duration = Duration::from_secs(120);

/// Members who left with their node, and of whom it is kept as long who can answer them, whom they can answer, and where they are invited:
/// of those who have any of it, mostly some 300 bytes.
pub const LEFT_BEHIND_MAX: usize = 10_000;

/// After so long it is noted again in the log that a silent member does something else than speak: `/who` shows minutes.
pub const ACTIVE_NOTED: Duration = Duration::from_secs(60);

/// Members of a node that is gone who leave in one turn of the loop, of each other node: some 3 ms, among a million people twice that.
pub const STRANDED_PER_TURN: usize = 1000;

/// Entries that no node has written of which each is told to the administrator, in [`GARBAGE_TOLD_INTERVAL`]; of more their number is.
pub const GARBAGE_TOLD: u32 = 8;

/// See [`GARBAGE_TOLD`].
pub const GARBAGE_TOLD_INTERVAL: Duration = Duration::from_secs(60);

/// Changes of one turn that go into one entry: what a node that reads it applies at once.
pub const LOG_CHANGES_PER_ENTRY: usize = 256;

/// Bytes of the changes of one entry, which each node parses in one piece: [`LINES_PIPELINED`] lines that are as long as they may be. A
/// change that is longer goes alone.
pub const LOG_ENTRY_BYTES: usize = 68 * 1024;

/// Bytes of an entry as it stands in the log, beyond which it is none: no node parses what another program has put there, which can be
/// half a gigabyte. Part of the log's version, since all nodes have to agree on it. The longest change that a node makes is the return of
/// a member who has given the passwords of all accounts, with some 300 KB.
pub const LOG_ENTRY_MAX_BYTES: usize = 1024 * 1024;

/// What one client may have said that is under way in the log: it says more when some of that has come back. As many lines as one turn
/// takes of those who go on while others talk.
pub const LINES_PIPELINED: usize = 16;

/// Changes of a node under way at which each client's next line waits for its last one again, however little it has said.
pub const LINES_PIPELINED_OF_ALL: usize = 1024;

/// Changes of a node under way, or in no entry yet, at which every command waits: while the engine is away people come and go, and what
/// they have asked for is kept. Four times as many as there are lines of all behind one another, so that these stop first.
pub const CHANGES_UNDER_WAY_MAX: usize = 4 * 1024;

/// How long the connection of a client that takes leave waits for the log to say that its member has left: mostly some milliseconds. When
/// the log is away that long, it ends without.
pub const DEPARTURE_WAIT: Duration = Duration::from_secs(2);

/// Entries that one turn applies: as many as it takes lines.
pub const LOG_ENTRIES_PER_TURN: usize = 256;

/// Bytes of a file that holds the address of an engine, or the key of a log.
pub const CLUSTER_FILE_MAX_BYTES: usize = 4096;

/// Bytes of the private messages that wait for absent people in a chat of several nodes: each of these has them in memory, and so has a
/// snapshot. Those that were there when the log was founded may be more.
pub const LETTERS_MAX_BYTES: usize = 8 * 1024 * 1024;
