//! The two keys of a log, and every command that is sent about them. Whoever runs the engine allows its user these and no others.

use std::time::Duration;

use super::connection::RedisCommand;
use crate::cluster::EntryId;

/// The one field of an entry of the log.
pub(super) const ENTRY_FIELD: &str = "e";
/// The one field of a snapshot.
pub(super) const SNAPSHOT_FIELD: &str = "s";
/// How many snapshots are kept: a node whose log is not that of the newest goes on from the one before.
const SNAPSHOTS: usize = 2;

/// The keys.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    /// The log: a stream.
    pub(super) log: String,
    /// The snapshots: a stream whose ids are those of entries of the log.
    pub(super) snapshots: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Keys {
        Keys { log: format!("{prefix}:log"), snapshots: format!("{prefix}:snap") }
    }

    pub(super) fn type_of(key: &str) -> RedisCommand {
        RedisCommand::new("TYPE").arg(key)
    }

    /// Adds an entry behind all others.
    pub(super) fn append(&self, entry: &[u8]) -> RedisCommand {
        RedisCommand::new("XADD").arg(&self.log).arg("*").arg(ENTRY_FIELD).arg(entry)
    }

    /// Would add one before all others, which cannot be. Whether it is refused for that reason or for another one tells whether the engine
    /// takes entries at all; nothing that only asks does.
    pub(super) fn probe(&self) -> RedisCommand {
        RedisCommand::new("XADD").arg(&self.log).arg("NOMKSTREAM").arg("0-0").arg(ENTRY_FIELD).arg("")
    }

    /// Reads on behind an entry; waits so long for the next one.
    pub(super) fn read_on(&self, after: EntryId, count: usize, wait: Duration) -> RedisCommand {
        let command = RedisCommand::new("XREAD").arg("BLOCK").arg(wait.as_millis().max(1) as u64);
        command.arg("COUNT").arg(count).arg("STREAMS").arg(&self.log).arg(after.to_string())
    }

    /// Reads what stands behind an entry now.
    pub(super) fn read_behind(&self, after: EntryId, count: usize) -> RedisCommand {
        let command = RedisCommand::new("XRANGE").arg(&self.log).arg(format!("({after}")).arg("+");
        command.arg("COUNT").arg(count)
    }

    /// Reads one entry.
    pub(super) fn read_at(&self, id: EntryId) -> RedisCommand {
        RedisCommand::new("XRANGE").arg(&self.log).arg(id.to_string()).arg(id.to_string())
    }

    /// Reads the last entry.
    pub(super) fn read_last(&self) -> RedisCommand {
        RedisCommand::new("XREVRANGE").arg(&self.log).arg("+").arg("-").arg("COUNT").arg(1)
    }

    /// Takes out what stands before an entry.
    pub(super) fn trim(&self, bound: EntryId) -> RedisCommand {
        RedisCommand::new("XTRIM").arg(&self.log).arg("MINID").arg(bound.to_string())
    }

    /// Takes out one entry.
    pub(super) fn delete(&self, id: EntryId) -> RedisCommand {
        RedisCommand::new("XDEL").arg(&self.log).arg(id.to_string())
    }

    /// Reads the newest snapshot, before an entry or at all.
    pub(super) fn read_snapshot(&self, before: Option<EntryId>) -> RedisCommand {
        let from = before.map_or_else(|| "+".to_owned(), |before| format!("({before}"));
        RedisCommand::new("XREVRANGE").arg(&self.snapshots).arg(from).arg("-").arg("COUNT").arg(1)
    }

    /// Writes a snapshot of the place at `id`; refused if there is one of there or of a later place.
    pub(super) fn write_snapshot(&self, id: EntryId, snapshot: &[u8]) -> RedisCommand {
        let command = RedisCommand::new("XADD").arg(&self.snapshots).arg("MAXLEN").arg(SNAPSHOTS);
        command.arg(id.to_string()).arg(SNAPSHOT_FIELD).arg(snapshot)
    }

    /// Writes the first entry and the first snapshot; refused where there ever was one.
    pub(super) fn found(&self, entry: &[u8], snapshot: &[u8]) -> [RedisCommand; 4] {
        let at = EntryId::FOUNDING.to_string();
        [
            RedisCommand::new("MULTI"),
            RedisCommand::new("XADD").arg(&self.log).arg(&at).arg(ENTRY_FIELD).arg(entry),
            RedisCommand::new("XADD").arg(&self.snapshots).arg(&at).arg(SNAPSHOT_FIELD).arg(snapshot),
            RedisCommand::new("EXEC"),
        ]
    }
}
