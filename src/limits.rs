//! Every number that the chat promises or depends on, with its unit and its reason.
//!
//! Invariant: a bound that can be noticed from outside stands here, and nowhere else.

mod cluster;
mod handover;
mod lost_sessions;
mod manager;
mod memory;
mod metrics;
mod storage;
mod transport;

use std::time::Duration;

pub use cluster::*;
pub use handover::*;
pub use lost_sessions::*;
pub use manager::*;
pub use memory::*;
pub use metrics::*;
pub use storage::*;
pub use transport::*;

/// Longest line a person may send, in bytes, its ending included. IRC has 512, InspIRCd allows 4096 with tags.
pub const LINE_MAX_BYTES: usize = 4096;

/// Longest name, in Unicode scalar values after NFC: fits a column of `/who` and a prompt.
pub const NAME_MAX_CHARS: usize = 20;

/// Combining marks on one letter of a name: four, as Unicode TR 39 §5.4 suggests, without those that stand beside it.
/// Tibetan སྒྲོལ carries three.
pub const NAME_MAX_MARKS: usize = 4;

/// Combining marks that stand on one letter of a message, a topic, a reason: more of them would reach into the lines of
/// others. Hebrew with vowels and accents has four, rarely five; those that stand beside it are not counted.
pub const TEXT_MAX_MARKS: usize = NAME_MAX_MARKS;

/// Letters of a message that are drawn into one with the letter before them: by viramas, or as a block of Hangul. Sanskrit कार्त्स्न्य
/// has four, a block of old Korean at most eight, transliterated Tamil five; without end they reach into other lines.
pub const TEXT_MAX_JOINED: usize = 8;

/// Bytes of one telnet subnegotiation (`IAC SB … IAC SE`) that are passed over; a longer one ends with its line, so that
/// one left open does not swallow all that its sender types. The server agrees to no option, so none should come at all;
/// the longest that telnets know has some 90 (LINEMODE's table of keys).
pub const SUBNEGOTIATION_MAX_BYTES: u8 = 240;

/// How long nothing may come behind the first bytes of a connection before they are a piece of who sends no line ends. A
/// lost packet comes again after 200 ms or more, and of a program that writes a line and its end apart the end after 40 ms.
pub const FIRST_PIECE_QUIET: Duration = Duration::from_millis(300);

/// How long nothing may come behind a piece of who is known to send no line ends: its reader should not notice.
pub const PIECE_QUIET: Duration = Duration::from_millis(100);

/// The same for a piece of one character, which may be one of several keys that are pressed, and for a password, of which no
/// half may be taken, with the rest of it as words.
pub const KEY_QUIET: Duration = Duration::from_secs(1);

/// The same for a piece that ends inside a UTF-8 character, of who has sent nothing but UTF-8 so far: the network has cut it,
/// and resends what was lost after 0.2, 0.4, 0.8, 1.6 s. In Latin-1 `café` ends so as well, and must not wait for ever.
pub const CUT_CHARACTER_QUIET: Duration = Duration::from_secs(3);

/// How long a connection that says nothing is waited for before it is taken for one of lines, and greeted. From this machine and
/// private networks: a browser has sent its request by then (of 156 connections of Chromium all had; with 5 ms the first had not).
pub const OPENING_WAIT: Duration = Duration::from_millis(300);

/// The same from elsewhere, where a lost segment is common, and is sent again after that.
pub const OPENING_WAIT_FAR: Duration = Duration::from_secs(1);

/// How long the head of a request may take.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long nothing may come of a WebSocket that came through a proxy before it is pinged: proxies close what is silent for a minute.
pub const PROXY_SILENCE: Duration = Duration::from_secs(50);

/// Connections of which it is not known what they speak, or whose request has not come, at once. When one more comes, the oldest of them
/// from the address that has most is waited for no longer. Handshakes of TLS count by themselves: [`HANDSHAKES_MAX`].
pub const OPENING_MAX: usize = 512;

/// Bytes of one message of a program, JSON included: a line of [`LINE_MAX_BYTES`] in which nearly every byte is escaped by one more,
/// and what stands around it. Unfinished it fits into a place, like two lines.
pub const MESSAGE_MAX_BYTES: usize = 8 * 1024;

/// Bytes of a `ref`, by which a program knows an answer, as it is written in JSON.
pub const REFERENCE_MAX_BYTES: usize = 64;

/// Bytes taken by one read.
pub const READ_BYTES: usize = 16 * 1024;

/// Bytes that were read and are no commands yet, of all connections together, at which a read becomes a small one. Who
/// sends faster than they may be heard would otherwise hold [`READ_BYTES`] each.
pub const INPUT_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Bytes taken by a small read.
pub const READ_LOW_BYTES: usize = 512;

/// Reads of one turn of the loop for one connection; where several have something to be read, they share them.
pub const READS_PER_TURN: usize = 4;

/// Lines taken in one turn of the loop, from all who have some together: one sender gets all of them, and of two each the
/// half. With fewer a text that is pasted costs more writes.
pub const LINES_PER_TURN: usize = 256;

/// Lines taken in one turn from all together who had their share of the turn before and go on: a sender who never stops
/// keeps the turns short, even alone.
pub const LINES_PER_TURN_GOING_ON: usize = 64;

/// The same while others have lines as well, who wait for the end of the turn.
pub const LINES_PER_TURN_BESIDE_OTHERS: usize = 16;

/// Connections written to in one turn because of what was said in a room, while a sender goes on and others have lines as
/// well: 0.25 ms, and then the others are looked at.
pub const WRITES_PER_TURN_BESIDE_OTHERS: usize = 32;

/// How long others count as having lines after one of them was taken.
pub const OTHERS_TALK: Duration = Duration::from_millis(100);

/// How long a sender who goes on waits at most, while others have lines as well, until all is written that was said before.
pub const GOING_ON_WAITS: Duration = Duration::from_millis(10);

/// Steps of work that one turn does at most, all lines together; the last line may go beyond. As much as
/// [`LINES_PER_TURN`] lines for a thousand people, with what each line costs itself, 15 ms here: in a larger room fewer
/// lines are taken. One line less would be a second write to each of the thousand.
pub const STEPS_PER_TURN: u64 = LINES_PER_TURN as u64 * (1_000 * HEARER_STEPS + 4 * LINE_STEPS);

/// What a step of work takes at most, in nanoseconds: one thing looked at, compared or written down.
pub const STEP_NANOS: u64 = 20;

/// Steps of work that any single line may take beside being heard, in the worst state that these limits allow: 1 ms.
pub const LINE_MAX_STEPS: u64 = 50_000;

/// Steps that it takes to let one person hear a line: 100 ns at the most.
pub const HEARER_STEPS: u64 = 5;

/// Bytes of an answer that are one step.
pub const BYTES_PER_STEP: usize = 64;

/// Steps of an ordinary line, its recipients left out.
pub const LINE_STEPS: u64 = 100;

/// Steps of reading once from a connection.
pub const READ_STEPS: u64 = 100;

/// Connections of which one turn sees to what has come due.
pub const DUE_PER_TURN: usize = 512;

/// Connections accepted in one turn of the loop, so that a mass arrival does not hold up members who are talking.
pub const ACCEPTS_PER_TURN: usize = 128;

/// Readiness events taken from the system at once, and connections served in one turn, some 5 µs each.
pub const EVENTS_PER_TURN: usize = 512;

/// Connections written to in one turn of the loop because of what was said in a room; as many may be answered. Some
/// 5 to 10 µs each: nobody waits long for an answer while a line goes to 20,000 people.
pub const WRITES_PER_TURN: usize = 512;

/// Connections freed in one turn of the loop: some 10 to 20 µs each.
pub const SWEEPS_PER_TURN: usize = 256;

/// Bytes of lines on their way to a room at which nobody is listened to until they are written. With the last line
/// on top still far from [`QUEUE_MAX_BYTES`]: nobody who reads is passed by because the loop has much to write.
pub const UNWRITTEN_MAX_BYTES: usize = QUEUE_MAX_BYTES / 2;

/// Bytes that may wait for one reader before the room's lines pass them by: with the connection, its buffer and what the
/// allocator adds, at most 64 KiB.
pub const QUEUE_MAX_BYTES: usize = 56 * 1024;

/// Bytes that the queues of all readers may hold together, looked at for each reader of a line: a thousand who take nothing,
/// each with a full queue. Beyond it no queue grows by a line of a room, and those with the largest are let go, rather than
/// the server by the system.
pub const QUEUES_MAX_BYTES: usize = 64 * 1024 * 1024;

/// A reader who was skipped hears the room again when this little is left waiting, so that skipping does not flicker.
pub const QUEUE_LOW_BYTES: usize = QUEUE_MAX_BYTES / 2;

/// Kernel send buffer asked for each connection. Left alone, one stalled reader can hold 3.9 MB of kernel memory.
pub const SEND_BUFFER_BYTES: usize = 32 * 1024;

/// Listen backlog: mio and std ask for 128, and a class that connects at once then waits for retransmissions.
pub const LISTEN_BACKLOG: i32 = 4096;

/// Who takes no byte for this long while something waits for them has left.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the last words to a closing connection may take to leave.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a closing connection is still read (and ignored) after our side ended.
pub const LINGER_TIMEOUT: Duration = Duration::from_secs(2);

/// How many bytes a closing connection may still send before it is closed on them.
pub const LINGER_MAX_BYTES: usize = 1024 * 1024;

/// A quiet connection is probed after this long, then every [`KEEPALIVE_INTERVAL`], [`KEEPALIVE_PROBES`] times.
pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);

/// Pause between two keepalive probes.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Unanswered probes after which the peer is gone.
pub const KEEPALIVE_PROBES: u32 = 3;

/// The first probes of connections that came together are spread over this long, by slot. Linux fires such timers in
/// steps of two seconds, and 19,900 probes at once overflow the queue of 1,000 packets through which loopback passes:
/// thousands of healthy, silent people were thrown out after a minute.
pub const KEEPALIVE_SPREAD: Duration = Duration::from_secs(60);

/// How long sent bytes may stay unacknowledged (`TCP_USER_TIMEOUT`, Linux). Linux also applies it to a closed window, so
/// it is longer than [`STALL_TIMEOUT`], and to keepalive, so it leaves the latest first probe all its repetitions.
pub const UNACKNOWLEDGED_TIMEOUT: Duration = Duration::from_secs(120);

/// Default of `--login-timeout`: a connection without a name holds a descriptor and gives nothing.
pub const LOGIN_TIMEOUT_SECS: u64 = 60;

/// A connection without a name may make room for a new one, when all places are taken, after this long.
pub const NEWCOMER_GRACE: Duration = Duration::from_secs(5);

/// Places from which on no address may have more than half while few are left: where there are fewer, a class may
/// well have them all.
pub const SHARED_PLACES_MIN: usize = 100;

/// Whether an address that has `held` of `all` gets no further one: more than half, while less than a tenth is `free`.
pub fn is_over_share(held: usize, free: usize, all: usize) -> bool {
    held > all / 2 && free < all.div_ceil(10)
}

/// Connections beyond the last place that may show by a password that they have a right to one.
pub const TRIALS: usize = 16;

/// How long they have for that.
pub const TRIAL_TIMEOUT: Duration = Duration::from_secs(30);

/// Lines of people whom anybody hides that are remembered, by their numbers, so that nobody is told them later: 160 KB, eight flooders
/// for two minutes.
pub const HIDDEN_LINES: usize = 10_000;

/// Default of `--rate-limit`: messages per second and person.
pub const RATE_LIMIT_PER_SECOND: u32 = 10;

/// Messages that may come at once before [`RATE_LIMIT_PER_SECOND`] counts: a pasted paragraph is fine.
pub const RATE_BURST: u32 = 100;

/// Arrivals and departures told one by one within [`MOVEMENT_WINDOW`]; the rest come as one line.
pub const MOVEMENTS_TOLD: usize = 5;

/// The second in which arrivals and departures are counted.
pub const MOVEMENT_WINDOW: Duration = Duration::from_secs(1);

/// Names spelled out in a line about many people.
pub const NAMES_SPELLED: usize = 2;

/// Of many, the first so many can be spelled out in place of the members that a reader hides; who hides even all of these is
/// told how many came.
pub const NAMES_ASKED: usize = 6;

/// Of a room with more people a newcomer is told the first [`NAMES_ASKED`] only: each of thousands who come at once would look at all
/// the others. A program asks `who` then.
pub const NAMES_TOLD_MAX: usize = 100;

/// People listed by one `/who`: the answer to a short question stays short, however many are in the room.
pub const WHO_MAX_PEOPLE: usize = 200;

/// Rooms one person may be in at the same time.
pub const ROOMS_PER_PERSON: usize = 20;

/// Rooms there may be: a name each is all that an empty one could cost, but a client could make them all day.
pub const ROOMS_MAX: usize = 10_000;

/// Rooms listed by one `/rooms`.
pub const ROOMS_LISTED: usize = 200;

/// Decisions against people (bans, mutes, invitations, operators) that one room remembers, of each sort.
pub const DECISIONS_PER_ROOM: usize = 1_000;

/// What the topic of a room may hold. IRC servers allow 300 to 400; a list of 200 rooms shows all of them.
pub const TOPIC_MAX_BYTES: usize = 400;

/// What one may have to know to enter a room. IRC servers allow 23 to 64, and this is typed by hand too.
pub const KEY_MAX_BYTES: usize = 100;

/// Why a member is away, or was put out of a room. IRC servers allow 200 to 300.
pub const REASON_MAX_BYTES: usize = 300;

/// Addresses from which wrong keys to one room came that are counted each by itself; all others are counted together.
pub const KEY_ADDRESSES: usize = 32;

/// Wrong keys to a room of which its operators are told.
pub const KEY_ALARM_TRIES: u32 = FREE_FAILURES + 1;

/// They are told at most once in this long.
pub const KEY_ALARM_INTERVAL: Duration = Duration::from_secs(60);

/// So many operators of the room are told, and so many of its accounts that are operators for good.
pub const KEY_ALARM_EARS: usize = 20;

/// Bans, mutes and invitations of all rooms together, 37 MiB of them: beyond it the room that has most forgets its oldest.
pub const DECISIONS_MAX: usize = 100_000;

/// Rooms in which decisions about one client (bans, mutes, invitations) follow them to another name or connection; in
/// the oldest of more, they are about the name alone.
pub const DECISIONS_PER_CLIENT: usize = 50;

/// Names under which one list of a room knows one person. Of more the person's own are forgotten, nobody else's.
pub const NAMES_PER_DECISION: usize = 8;

/// Accounts whose passwords one connection may give: what is decided about one of them is looked up for all.
pub const ACCOUNTS_PER_CONNECTION: usize = 8;

/// Names that `/bans` shows of each sort, the last ones: at 80 bytes both sorts stay below [`ANSWER_MAX_BYTES`].
pub const BANS_LISTED: usize = 150;

/// Lines that a room's history holds while it is kept in memory.
pub const HISTORY_LINES_PER_ROOM: usize = 1_000;

/// What the history of all rooms may take while it is kept in memory.
pub const HISTORY_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Default of `--replay`: lines shown again to who enters a room.
pub const REPLAY_LINES: usize = 10;

/// Lines that `/history` shows unless told how many.
pub const HISTORY_DEFAULT_LINES: usize = 20;

/// The part of the loop's time that one person's commands may take for long, their recipients left out: a thousandth.
/// An ordinary line takes some microseconds; `/who` among 20,000 counts as four of the usual
/// [`RATE_LIMIT_PER_SECOND`].
pub const LOOP_SHARE: u32 = 1_000;

/// What a question to the history may cost is this part of a client's time: what they ask for counts as so many
/// messages that they never have more than a twentieth of the loop, or of a helper, for long.
pub const COST_SHARE: u32 = 20;

/// Lines that one `/search` shows.
pub const SEARCH_LINES: usize = 20;

/// Words that one `/search` looks for, without those that follow from others: a sentence that was copied is found by
/// them, and each costs the index as much as the first.
pub const SEARCH_WORDS_MAX: usize = 16;

/// Letters of a word that is looked for; longer words are found by so many. Burmese and German words have 30.
pub const SEARCH_WORD_MAX_CHARS: usize = 64;

/// How long a question to a history in a file may take its thread; then its asker gets what was found until then.
pub const SEARCH_TIMEOUT: Duration = Duration::from_millis(200);

/// What a search in memory may do in one turn of the loop, in bytes of lines that it looks at; a word that is compared
/// counts as [`SEARCH_WORD_WORK`], a line as [`SEARCH_LINE_WORK`]. Some 0.3 ms at the most.
pub const SEARCH_TURN_WORK: usize = 128 * 1024;

/// What it costs to compare one word of a line with those that are looked for, in bytes that are looked at.
pub const SEARCH_WORD_WORK: usize = 16;

/// What it costs to come to a line, in bytes that are looked at.
pub const SEARCH_LINE_WORK: usize = 128;

/// What a search in memory may do in all, some 200 ms; then its asker gets what was found until then.
pub const SEARCH_MAX_WORK: usize = 100_000_000;

/// How long it takes to look at a byte in memory: what was looked at is what a search costs, not what a clock says.
pub const SEARCH_BYTE_NANOS: u64 = 2;

/// Questions to the history that wait for their turn; beyond it the address that has asked most is told "busy". Each is
/// a line at most.
pub const QUESTIONS_WAITING: usize = 1024;

/// Questions for the last lines of a room that the threads of a history in a file have at once, beside one search.
pub const QUESTIONS_IN_HAND: usize = 16;

/// Lines of rooms that are gone which are freed in one turn of the loop, some 0.1 µs each.
pub const HISTORY_FREED_PER_TURN: usize = 512;

/// The longest beginning of a word by which the index of a history in a file gives lines one by one.
pub const SEARCH_PREFIX_CHARS: usize = 4;

/// Lines that are looked at for a longer one before the index has to gather all that have it: some 10 ms.
pub const SEARCH_NEAR_ROWS: usize = 2_000;

/// What one answer may bring of history: answers are never skipped, so they have to be bounded.
pub const ANSWER_MAX_BYTES: usize = 32 * 1024;

/// Longest password, in bytes after NFC: more than anybody types, and far less than a line.
pub const PASSWORD_MAX_BYTES: usize = 512;

/// Shortest password that can be set, in Unicode scalar values after NFC: what NIST SP 800-63B asks for. Shorter ones from
/// before still log in.
pub const PASSWORD_MIN_CHARS: usize = 8;

/// How often a password is asked for at the question for a name, and a new one that cannot be had: people mistype.
pub const PASSWORD_TRIES: u8 = 3;

/// Accounts there may be; each costs some 200 bytes of memory, and a client could make them all day.
pub const ACCOUNTS_MAX: usize = 10_000;

/// Rooms that stay because of one account: a client could make them all day.
pub const ROOMS_PER_ACCOUNT: usize = 20;

/// Memory that one password takes to check, in KiB, and how often it is gone through: the second choice of OWASP's
/// table for Argon2id (19 MiB, 2, 1), some 30 ms here.
pub const PASSWORD_MEMORY_KIB: u32 = 19 * 1024;

/// See [`PASSWORD_MEMORY_KIB`].
pub const PASSWORD_PASSES: u32 = 2;

/// Memory that comparing with a hash may take, in KiB, and how often it may be gone through: another program may have written
/// it, or a version with other parameters. More cannot be logged in with.
pub const PASSWORD_MEMORY_MAX_KIB: u32 = 2 * PASSWORD_MEMORY_KIB;

/// See [`PASSWORD_MEMORY_MAX_KIB`].
pub const PASSWORD_PASSES_MAX: u32 = 4 * PASSWORD_PASSES;

/// How long the memory that a password was checked in is kept for the next one; then it goes back to the system.
pub const PASSWORD_MEMORY_REST: Duration = Duration::from_secs(10);

/// Passwords that may wait to be checked, all together: some 4 s of work. Beyond it the address with most waiting loses its
/// newest, which is told "busy".
pub const AUTH_REQUESTS_WAITING: usize = 128;

/// How long a client's next lines wait for what came of its password.
pub const AUTH_PATIENCE: Duration = Duration::from_secs(10);

/// Wrong passwords from one address for one name that cost nothing but themselves: people mistype.
pub const FREE_FAILURES: u32 = 5;

/// Wrong passwords from one address for all names together that cost nothing more: a class of thirty behind one router, or
/// behind `ssh -L`, mistypes that often on its first morning.
pub const FREE_FAILURES_PER_ADDRESS: u32 = 60;

/// Wrong passwords for one name from all addresses together that cost nothing more: its owner on every machine of theirs.
pub const FREE_FAILURES_PER_NAME: u32 = 20;

/// What the next one costs, doubled by each after it, until [`FAILURE_DELAY_MAX`].
pub const FAILURE_DELAY: Duration = Duration::from_secs(1);

/// The longest wait before the next password.
pub const FAILURE_DELAY_MAX: Duration = Duration::from_secs(60);

/// Lines about wrong passwords in the log within [`GUESSES_INTERVAL`]; all that come beyond them are told in one more.
pub const GUESSES_TOLD: u32 = 5;

/// See [`GUESSES_TOLD`].
pub const GUESSES_INTERVAL: Duration = Duration::from_secs(10);

/// Accounts and addresses of which the log knows how often one was tried from the other: some 64 KB.
pub const GUESSES_REMEMBERED: usize = 1_000;

/// Failures are forgotten when none came for so long: five guesses an hour at each name of a class are few.
pub const FAILURES_FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// Records of failures that are made before those are forgotten which were not touched meanwhile, some 12 MB with them. Each
/// password makes three, and costs a hash: they take eight minutes of hashing at 15 ms each, and no delay is that long.
pub const FAILURES_REMEMBERED: usize = 96 * 1024;

/// Addresses from which an account has logged in that are remembered, the last ones: its delays are no concern of theirs.
pub const TRUSTED_ADDRESSES: usize = 8;

/// Accounts made from one address within [`REGISTRATIONS_WINDOW`]: a class, not a program.
pub const REGISTRATIONS_PER_ADDRESS: u32 = 60;

/// See [`REGISTRATIONS_PER_ADDRESS`].
pub const REGISTRATIONS_WINDOW: Duration = Duration::from_secs(10 * 60);

/// Expulsions there may be at the same time: each is compared with who comes.
pub const EXPULSIONS_MAX: usize = 1_000;

/// Expulsions listed by one `/expelled`.
pub const EXPULSIONS_LISTED: usize = 100;

/// The longest that a member can be expelled for a time, in minutes: a year.
pub const EXPULSION_MINUTES_MAX: u32 = 365 * 24 * 60;

/// As much of the reason of an expulsion as is kept, in Unicode scalar values.
pub const EXPULSION_REASON_CHARS: usize = 120;

/// People of an address that was expelled, or whose password is none any more, who are put out in one turn of the loop.
pub const EXPELLED_PER_TURN: usize = 64;

/// What may wait for one absent person, in words and in bytes: it is handed over in one answer.
pub const OFFLINE_MESSAGES_MAX: usize = 100;

/// See [`OFFLINE_MESSAGES_MAX`].
pub const OFFLINE_MESSAGES_MAX_BYTES: usize = ANSWER_MAX_BYTES;

/// Mailboxes that are read at the same time, each of which takes as much memory as an answer; who logs in meanwhile gets
/// theirs behind these.
pub const MAILBOXES_IN_HAND: usize = 16;

/// Letters whose writers are remembered, so that answering one reaches its writer under whatever name: some 64 KB.
pub const LETTER_WRITERS: usize = 1_000;

/// Lines of each room that goes on after a stop which are read into memory at the start: enough for any `--replay`.
pub const RELOADED_LINES_PER_ROOM: usize = 100;

/// Lines of all these rooms together: it takes some 0.2 s; of more than 500 rooms less of each is read.
pub const RELOADED_LINES: usize = 50_000;

/// How long a server that starts waits for a program that works at the accounts in its directory: some milliseconds, or as long
/// as it takes to check a large file. For another server it does not wait.
pub const DATA_LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Connections of the control socket that are served at the same time: the administrator has two hands, but scripts have
/// more.
pub const CONTROL_CONNECTIONS: usize = 8;

/// More that may wait to be served.
pub const CONTROL_BACKLOG: i32 = 64;

/// Longest order, in bytes: a line that people may send, and names.
pub const CONTROL_ORDER_MAX_BYTES: usize = 2 * LINE_MAX_BYTES;

/// Longest line of an answer, in bytes: more than a person's name and [`ROOMS_PER_PERSON`] rooms.
pub const CONTROL_LINE_MAX_BYTES: u64 = 64 * 1024;

/// Orders about the accounts that the history's thread may have at the same time; more are told "busy". A client that hangs
/// up leaves its order there.
pub const CONTROL_ORDERS_IN_HAND: usize = CONTROL_CONNECTIONS;

/// How long the server waits for the order of a client that has called while others may be waiting for its place.
pub const CONTROL_CROWDED_PATIENCE: Duration = Duration::from_millis(250);

/// How long the server waits for the order of a client that has called: both are on one machine.
pub const CONTROL_ORDER_PATIENCE: Duration = Duration::from_secs(1);

/// How long a client waits for the server to take its call: a turn of the loop takes milliseconds, and all places are taken
/// for [`CONTROL_CROWDED_PATIENCE`] at most by clients that say nothing, [`CONTROL_BACKLOG`] of which may wait before it. A server that takes longer is suspended or hangs.
pub const CONTROL_GREETING_PATIENCE: Duration = Duration::from_secs(5);

/// How long a client waits for each line of an answer, and the server for the client to read: an order about the accounts
/// may have to wait for another program that writes to the file, and a stop takes [`STOP_TIMEOUT`].
pub const CONTROL_ANSWER_PATIENCE: Duration = Duration::from_secs(30);

/// How long the whole of an answer may take, however steadily its client reads: the longest, of 20,000 people, is some megabytes, which
/// a terminal shows in seconds.
pub const CONTROL_ANSWER_TIME: Duration = Duration::from_secs(120);

/// How long a program that works at the accounts waits for a directory that another one holds without taking calls: a server
/// that starts, or that stops, which takes [`STOP_TIMEOUT`].
pub const CONTROL_OCCUPIED_PATIENCE: Duration = Duration::from_secs(10);

/// Rows of an answer made in one turn of the loop: some 0.2 ms.
pub const CONTROL_ROWS_PER_TURN: usize = 256;

/// What the greeting of `--motd` may hold.
pub const MOTD_MAX_BYTES: usize = 4 * 1024;

/// People one person may hide.
pub const IGNORED_MAX: usize = 100;

/// Of these, as many as every member may hide, whatever the others do.
pub const IGNORED_ALWAYS: usize = 10;

/// People who are hidden beyond [`IGNORED_ALWAYS`], by all together: 3 MiB of lists.
pub const IGNORED_BEYOND_MAX: usize = 50_000;

/// People who left and are still hidden by a member; the first to leave is forgotten.
pub const HIDDEN_GONE_MAX: usize = 20_000;

/// Descriptors that no connection gets: poll, signals, log, control socket, history, some 20 in all; and SQLite's, for a while.
pub const RESERVED_DESCRIPTORS: u64 = 40;

/// Connections that were told "full" and are still open: while there are so many, the next one is taken in only if one address has several,
/// and waits with the system otherwise. Those of [`OPENING_MAX`] that were taken in before are told as well.
pub const REFUSED_AT_ONCE: usize = 16;

/// Connections that are being closed while others come; beyond it the oldest ends before [`LINGER_TIMEOUT`].
pub const CLOSING_MAX: usize = 1024;

/// How long a connection that was told "full" is still read, instead of [`LINGER_TIMEOUT`]: others wait to be told.
pub const REFUSED_LINGER: Duration = Duration::from_millis(250);

/// Descriptors asked of the system at most: more connections than this are not promised, and some systems call their
/// limit unlimited or a thousand million.
pub const DESCRIPTORS_MAX: u64 = 1 << 20;

/// Descriptors for which the system's table has room from the start on: 256 KiB of the kernel's. Without that an accept was seen to wait for
/// 7 to 23 ms when descriptor 256, 512, 1024 … was the next.
pub const DESCRIPTORS_READY: u64 = 32_768;

/// How often an accept is tried again while the system has no descriptor left.
pub const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Log lines about accepts that failed: at most one in this long.
pub const ACCEPT_COMPLAINT_INTERVAL: Duration = Duration::from_secs(10);

/// How long everyone's queue may take to empty when the server stops.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Log lines that may wait for a console or file that does not take them; more are dropped and counted.
pub const LOG_QUEUE_LINES: usize = 4096;

/// Bytes of these lines: enough for what one turn of the longest messages logs, twice. As much again is being written.
pub const LOG_QUEUE_MAX_BYTES: usize = 2 * 1024 * 1024;

/// How long the end of the server waits for the log to be written.
pub const LOG_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);
