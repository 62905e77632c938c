//! How the file is laid out. `docs/history.md` says it to users who open it with another program.
//!
//! Invariant: a change of it takes a new [`VERSION`], and a file of a later version is never written to.

/// `PRAGMA application_id`: `tert` in ASCII. It tells our files from other people's.
pub(super) const APPLICATION: i32 = 0x7465_7274;

/// `PRAGMA user_version`.
pub(super) const VERSION: i32 = 6;

/// Makes an empty history. Numbers are not used again (AUTOINCREMENT): a new room must not get an old one's lines, and
/// another program that deletes lines leaves their words in the index, where they must not become those of another line.
///
/// `words` is what `/search` asks. It holds no text of its own: a row has the number of its line, the room as `r7`,
/// and the words as [`fold`](crate::storage::fold) leaves them. Room and words in one index make a search in a small room
/// fast beside a large one; the prefixes make `a*` as fast as `abc*`. The
/// tokenizer only has to split at spaces: `fold` knows what a letter is, and in memory the same is found by it.
pub(super) const CREATE: &str = "
    CREATE TABLE room (
        key     INTEGER PRIMARY KEY AUTOINCREMENT,
        name    TEXT NOT NULL,
        topic   TEXT,
        made_at INTEGER NOT NULL,
        gone_at INTEGER
    ) STRICT;
    CREATE TABLE line (
        id   INTEGER PRIMARY KEY AUTOINCREMENT,
        room INTEGER NOT NULL,
        at   INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        who  TEXT NOT NULL,
        text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX line_by_room ON line (room, id);
    CREATE VIRTUAL TABLE words USING fts5 (
        room, text, content = '', detail = 'column', prefix = '1 2 3 4',
        tokenize = 'ascii'
    );
    INSERT INTO room (key, name, made_at) VALUES (0, 'general', 0);
";

/// What version 2 has beside the first: made behind [`CREATE`], and in a file of version 1.
///
/// Numbers of accounts are not used again either: a room or a letter must not become the next account's.
const SINCE_2: &str = "
    ALTER TABLE room ADD COLUMN lock TEXT;
    ALTER TABLE room ADD COLUMN hushed INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE account (
        key      INTEGER PRIMARY KEY AUTOINCREMENT,
        name     TEXT NOT NULL,
        password TEXT NOT NULL,
        made_at  INTEGER NOT NULL,
        seen_at  INTEGER
    ) STRICT;
    CREATE TABLE room_operator (
        room    INTEGER NOT NULL,
        account INTEGER NOT NULL,
        PRIMARY KEY (room, account)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX room_operator_by_account ON room_operator (account);
    CREATE TABLE room_mark (
        room INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('ban', 'mute')),
        name TEXT NOT NULL
    ) STRICT;
    CREATE INDEX room_mark_by_room ON room_mark (room);
    CREATE TABLE letter (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        account INTEGER NOT NULL,
        at      INTEGER NOT NULL,
        who     TEXT NOT NULL,
        text    TEXT NOT NULL
    ) STRICT;
    CREATE INDEX letter_by_account ON letter (account, id);
";

/// What version 3 has beside the second: members banned or silenced in a room are found there by name; who may not be in
/// the chat at all is remembered, and from which addresses accounts and letters come.
const SINCE_3: &str = "
    DROP INDEX IF EXISTS room_mark_by_room;
    CREATE INDEX room_mark_by_name ON room_mark (room, kind, name);
    CREATE TABLE reindex (
        next INTEGER NOT NULL,
        last INTEGER NOT NULL
    ) STRICT;
    INSERT INTO reindex (next, last) SELECT 1, max(id) FROM line HAVING max(id) IS NOT NULL;
    ALTER TABLE account ADD COLUMN address TEXT;
    ALTER TABLE letter ADD COLUMN address TEXT;
    CREATE TABLE account_address (
        account INTEGER NOT NULL,
        address TEXT NOT NULL,
        at      INTEGER NOT NULL,
        PRIMARY KEY (account, address)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE expulsion (
        number   INTEGER PRIMARY KEY,
        account  INTEGER,
        name     TEXT,
        address  TEXT,
        until    INTEGER,
        reason   TEXT,
        operator TEXT NOT NULL,
        at       INTEGER NOT NULL
    ) STRICT;
";

/// What version 4 has beside the third: the account of who wrote a letter. That of earlier ones is not known.
const SINCE_4: &str = "
    ALTER TABLE letter ADD COLUMN sender INTEGER;
";

/// What version 5 has beside the fourth: letters have their numbers out of one row with all that is said, and both have them from
/// the chat. Those of before come behind the lines that there are; none meets another on the way.
const SINCE_5: &str = "
    UPDATE letter SET id = id + (
        SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name IN ('line', 'letter'));
    UPDATE sqlite_sequence SET seq = ifnull((SELECT max(id) FROM letter), seq) WHERE name = 'letter';
";

/// What version 6 has beside the fifth: the log of several nodes that the file belongs to, by the number with which that was founded, in
/// hexadecimal; no row where it belongs to none.
const SINCE_6: &str = "
    CREATE TABLE log (
        incarnation TEXT NOT NULL
    ) STRICT;
";

/// What brings a file of each version up to the next one, from the first on; and whether all is there that it makes.
pub(super) const STEPS: [(&str, &[&str]); VERSION as usize - 1] = [
    (SINCE_2, &PROBE_SINCE_2),
    (SINCE_3, &PROBE_SINCE_3),
    (SINCE_4, &PROBE_SINCE_4),
    (SINCE_5, &[]),
    (SINCE_6, &PROBE_SINCE_6),
];

/// Whether all is there that [`CREATE`] makes: fails where it is not.
pub(super) const PROBE: [&str; 3] = [
    "SELECT key, name, topic, made_at, gone_at FROM room LIMIT 1",
    "SELECT id, room, at, kind, who, text FROM line ORDER BY id DESC LIMIT 1",
    "SELECT rowid FROM words LIMIT 1",
];

/// Whether all is there that [`SINCE_2`] makes.
const PROBE_SINCE_2: [&str; 5] = [
    "SELECT lock, hushed FROM room LIMIT 1",
    "SELECT key, name, password, made_at, seen_at FROM account LIMIT 1",
    "SELECT room, account FROM room_operator LIMIT 1",
    "SELECT room, kind, name FROM room_mark LIMIT 1",
    "SELECT id, account, at, who, text FROM letter LIMIT 1",
];

/// Whether all is there that [`SINCE_3`] makes.
const PROBE_SINCE_3: [&str; 6] = [
    "SELECT next, last FROM reindex LIMIT 1",
    "SELECT address FROM account LIMIT 1",
    "SELECT address FROM letter LIMIT 1",
    "SELECT account, address, at FROM account_address LIMIT 1",
    "SELECT name FROM room_mark INDEXED BY room_mark_by_name WHERE room = 0 LIMIT 1",
    "SELECT number, account, name, address, until, reason, operator, at FROM expulsion LIMIT 1",
];

/// Whether all is there that [`SINCE_4`] makes.
const PROBE_SINCE_4: [&str; 1] = ["SELECT sender FROM letter LIMIT 1"];

/// Whether all is there that [`SINCE_6`] makes.
const PROBE_SINCE_6: [&str; 1] = ["SELECT incarnation FROM log LIMIT 1"];
