//! Rooms in the file, in SQL: those that go on after a stop, and what was said in them last.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Result, params};

use super::database::Database;
use super::reader::{NEWEST, last};
use super::values::{account, name, words};
use crate::chat::{Message, MessageId, Name, RoomChange, RoomFact, RoomKey, RoomList, RoomRecord};
use crate::limits::{
    ACCOUNTS_MAX, DECISIONS_MAX, DECISIONS_PER_ROOM, HISTORY_LINES_PER_ROOM, HISTORY_MAX_BYTES,
    KEY_MAX_BYTES, RELOADED_LINES, RELOADED_LINES_PER_ROOM, ROOMS_MAX, ROOMS_PER_ACCOUNT, TOPIC_MAX_BYTES,
};
use crate::storage::request::FileChange;

const OPERATES: &str = "INSERT OR IGNORE INTO room_operator (room, account) VALUES (?1, ?2)";

/// The room of everybody.
const GENERAL: RoomKey = RoomKey(0);

const MARK: &str = "INSERT INTO room_mark (room, kind, name) VALUES (?1, ?2, ?3)";

impl Database {
    /// Begins a new life of a server that is alone: the rooms of the last one are gone, but for the first one and those that a
    /// registered operator has and in which there is something to go on with.
    pub(super) fn begin(&self) -> Result<()> {
        self.connection.execute(
            "UPDATE room SET gone_at = ifnull((SELECT at FROM line ORDER BY id DESC LIMIT 1), made_at), lock = NULL
             WHERE gone_at IS NULL AND key <> 0 AND NOT (
                 EXISTS (SELECT 1 FROM room_operator JOIN account ON account.key = room_operator.account
                         WHERE room_operator.room = room.key)
                 AND (topic IS NOT NULL OR lock IS NOT NULL OR hushed
                      OR EXISTS (SELECT 1 FROM room_mark WHERE room_mark.room = room.key)
                      OR EXISTS (SELECT 1 FROM line WHERE line.room = room.key)))",
            [],
        )?;
        for rest in ["room_operator", "room_mark"] {
            let rest = format!(
                "DELETE FROM {rest} WHERE NOT EXISTS (SELECT 1 FROM room WHERE key = room AND gone_at IS NULL)"
            );
            self.connection.execute(&rest, [])?;
        }
        Ok(())
    }

    /// The next free key of a room.
    pub(super) fn next_key(&self) -> Result<u64> {
        // SQLite remembers the highest key that was ever in `room`; and a line may be of a room whose row was lost.
        const NEXT: &str = "SELECT 1 + max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'room'), 0),
                                           ifnull((SELECT max(room) FROM line), 0))";
        self.connection.query_row(NEXT, [], |row| row.get(0))
    }

    /// The number behind that of the last message that was ever in the file.
    pub(super) fn next_message(&self) -> Result<MessageId> {
        // SQLite remembers the highest one, also if it was deleted.
        const NEXT: &str = "SELECT 1 + max(
            ifnull((SELECT max(seq) FROM sqlite_sequence WHERE name IN ('line', 'letter')), 0),
            ifnull((SELECT max(id) FROM line), 0), ifnull((SELECT max(id) FROM letter), 0))";
        Ok(MessageId(self.connection.query_row(NEXT, [], |row| row.get(0))?))
    }

    /// Lets those bans and mutes go that an earlier version, or another hand, has written beyond what there may be: the oldest
    /// of a room, and then the oldest of all. Says how many.
    pub(super) fn bound_marks(&self) -> Result<usize> {
        let all: usize = self.connection.query_row("SELECT count(*) FROM room_mark", [], |row| row.get(0))?;
        if all <= DECISIONS_PER_ROOM {
            return Ok(0);
        }
        let of_rooms = self.connection.execute(
            "DELETE FROM room_mark WHERE rowid IN (
                 SELECT id FROM (SELECT rowid AS id, row_number() OVER (PARTITION BY room, kind ORDER BY rowid DESC) AS newer
                                 FROM room_mark)
                 WHERE newer > ?1)",
            [DECISIONS_PER_ROOM],
        )?;
        let of_all = self.connection.execute(
            "DELETE FROM room_mark WHERE rowid IN (SELECT rowid FROM room_mark ORDER BY rowid DESC LIMIT -1 OFFSET ?1)",
            [DECISIONS_MAX],
        )?;
        Ok(of_rooms + of_all)
    }

    /// The rooms to go on with: the one of everybody, which has no key, then the others. Rows of another program that are none
    /// are passed over.
    pub(super) fn rooms(&self) -> Result<Vec<RoomRecord>> {
        let mut rooms = BTreeMap::new();
        let mut there = self.connection.prepare(
            "SELECT key, name, topic, lock, hushed FROM room WHERE gone_at IS NULL ORDER BY key LIMIT ?1",
        )?;
        let mut there = there.query([ROOMS_MAX])?;
        while let Some(row) = there.next()? {
            let key = RoomKey(row.get(0)?);
            let name = if key == GENERAL { Some(general()) } else { name(row, 1)? };
            let Some(name) = name else { continue };
            // Longer ones are from before there was a bound, or another program's.
            let topic = words(row, 2, TOPIC_MAX_BYTES)?;
            let lock = words(row, 3, KEY_MAX_BYTES)?.filter(|_| key != GENERAL);
            let moderated = row.get(4)?;
            rooms.insert(key, RoomRecord { topic, lock, moderated, ..RoomRecord::new(key, name) });
        }
        let mut operators = self.connection.prepare(
            "SELECT room, account FROM room_operator JOIN account ON account.key = account ORDER BY room, account
             LIMIT ?1",
        )?;
        let mut operators = operators.query([ACCOUNTS_MAX * ROOMS_PER_ACCOUNT])?;
        while let Some(row) = operators.next()? {
            let room = rooms.get_mut(&RoomKey(row.get(0)?));
            if let Some(room) = room.filter(|room| room.owners.len() < DECISIONS_PER_ROOM) {
                room.owners.extend(account(row, 1)?);
            }
        }
        let mut marks = self.connection.prepare("SELECT room, kind, name FROM room_mark ORDER BY rowid")?;
        let mut marks = marks.query([])?;
        while let Some(row) = marks.next()? {
            let Some(room) = rooms.get_mut(&RoomKey(row.get(0)?)) else { continue };
            match row.get_ref(1)?.as_str()? {
                "ban" => room.banned.extend(name(row, 2)?),
                "mute" => room.muted.extend(name(row, 2)?),
                _ => {}
            }
        }
        let first = rooms.remove(&GENERAL).unwrap_or_else(|| RoomRecord::new(GENERAL, general()));
        // Names that look alike were made before their likes clashed.
        let mut seen = HashSet::new();
        let rooms = std::iter::once(first).chain(rooms.into_values());
        let apart = rooms.filter(|room| seen.insert(room.name.as_str().to_owned()));
        Ok(apart.take(ROOMS_MAX).collect())
    }

    /// What was said last in the first room and in `rooms`, in the order in which it was said. Of very many rooms less
    /// of each, so that opening does not take long.
    pub(super) fn recent(&self, rooms: &[RoomRecord]) -> Result<Vec<Message>> {
        let others: Vec<RoomKey> = rooms.iter().map(|room| room.key).filter(|&key| key != GENERAL).collect();
        let each = RELOADED_LINES_PER_ROOM.min(RELOADED_LINES / others.len().max(1));
        let mut rows = last(&self.connection, GENERAL, HISTORY_LINES_PER_ROOM, NEWEST)?.0;
        let mut bytes = 0;
        for room in others {
            let found = last(&self.connection, room, each, NEWEST)?.0;
            bytes += found.iter().map(|line| line.text.as_str().len()).sum::<usize>();
            rows.extend(found);
            if bytes > HISTORY_MAX_BYTES {
                break;
            }
        }
        rows.sort_unstable_by_key(|line| line.id);
        Ok(rows)
    }

    /// Writes a change, at `at`. A room that goes without a line of its own leaves nothing.
    pub(in crate::storage) fn change(&self, change: &FileChange, at: i64) -> Result<()> {
        match change {
            FileChange::Fact(RoomChange { room, what }) => self.write_fact(*room, what, at),
            FileChange::Room(room) => self.write_room(room, at),
            FileChange::RoomGone { key } => self.end_room(*key, at),
            FileChange::Account(record) => self.write_account(record),
            FileChange::AccountGone { key } => self.remove_account(*key),
            FileChange::Letter(letter) => self.write_letter(letter),
            FileChange::Retain(retained) => self.retain(retained, at),
            FileChange::JoinLog(log) => self.join_log(Some(*log)),
            FileChange::Expelled(row) => self.write_expulsion(row),
            FileChange::Readmitted { number } => self.delete_expulsion(*number),
            FileChange::Ack { account, up_to } => self.delete_offline_messages(*account, *up_to),
        }
    }

    /// A room is no more, since `at`.
    pub(super) fn end_room(&self, key: RoomKey, at: i64) -> Result<()> {
        self.cached("UPDATE room SET gone_at = ?2, lock = NULL WHERE key = ?1")?.execute(params![key, at])?;
        self.delete_decisions(key)?;
        self.cached("DELETE FROM room WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM line WHERE room = ?1)")?
            .execute([key])?;
        Ok(())
    }

    /// Forgets who operates a room, and who may not enter or speak.
    fn delete_decisions(&self, room: RoomKey) -> Result<()> {
        self.cached("DELETE FROM room_operator WHERE room = ?1")?.execute([room])?;
        self.cached("DELETE FROM room_mark WHERE room = ?1")?.execute([room])?;
        Ok(())
    }

    /// Writes what is different in a room, and nothing else.
    fn write_fact(&self, room: RoomKey, what: &RoomFact, at: i64) -> Result<()> {
        match what {
            RoomFact::Made(name) => self
                .cached(
                    "INSERT INTO room (key, name, made_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (key) DO UPDATE SET name = excluded.name, gone_at = NULL",
                )?
                .execute(params![room, name, at])?,
            RoomFact::Topic(topic) => {
                self.cached("UPDATE room SET topic = ?2 WHERE key = ?1")?.execute(params![room, topic])?
            }
            RoomFact::Key(lock) => {
                self.cached("UPDATE room SET lock = ?2 WHERE key = ?1")?.execute(params![room, lock])?
            }
            RoomFact::Moderated(moderated) => self
                .cached("UPDATE room SET hushed = ?2 WHERE key = ?1")?
                .execute(params![room, moderated])?,
            RoomFact::Operator(account, true) => self.cached(OPERATES)?.execute(params![room, account])?,
            RoomFact::Operator(account, false) => self
                .cached("DELETE FROM room_operator WHERE room = ?1 AND account = ?2")?
                .execute(params![room, account])?,
            RoomFact::Listed(list, name, is_on_it) => {
                let entry = params![room, kind(*list), name];
                // Also before it is written: the order of the rows is that in which they were decided.
                self.cached("DELETE FROM room_mark WHERE room = ?1 AND kind = ?2 AND name = ?3")?
                    .execute(entry)?;
                if *is_on_it { self.cached(MARK)?.execute(entry)? } else { 0 }
            }
        };
        Ok(())
    }

    fn write_room(&self, room: &RoomRecord, at: i64) -> Result<()> {
        self.cached(
            "INSERT INTO room (key, name, topic, lock, hushed, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (key) DO UPDATE SET name = excluded.name, topic = excluded.topic, lock = excluded.lock,
                                             hushed = excluded.hushed, gone_at = NULL",
        )?
        .execute(params![room.key, room.name, room.topic, room.lock, room.moderated, at])?;
        self.delete_decisions(room.key)?;
        let mut operator = self.cached(OPERATES)?;
        room.owners.iter().try_for_each(|owner| operator.execute(params![room.key, owner]).map(drop))?;
        let mut mark = self.cached(MARK)?;
        for (list, names) in [(RoomList::Bans, &room.banned), (RoomList::Mutes, &room.muted)] {
            names.iter().try_for_each(|name| mark.execute(params![room.key, kind(list), name]).map(drop))?;
        }
        Ok(())
    }
}

fn general() -> Name {
    Name::general()
}

/// What `room_mark.kind` says.
fn kind(list: RoomList) -> &'static str {
    match list {
        RoomList::Bans => "ban",
        RoomList::Mutes => "mute",
    }
}
