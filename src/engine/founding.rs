//! How a log begins, and how an entry that no node can apply is taken out of it. Both for an administrator, at a command line.

use redis::Value;

use super::checks::{check_engine, check_sealing, check_way, type_of};
use super::connection::RedisConnection;
use super::error::{EngineCause, EngineError, EngineWarning};
use super::fault::EngineFault;
use super::keys::{ENTRY_FIELD, Keys, SNAPSHOT_FIELD};
use super::link::LogLocation;
use super::reply;
use super::sealing::SealedKind;
use super::{EngineConfig, LogState};
use crate::cluster::{Body, Entry, EntryId, LogFounding, LogSnapshot, Replica};
use crate::limits::LOG_PATIENCE;

/// Founds a log of that incarnation, written in that version, which begins with `state`: its first entry and its first snapshot, both or none.
///
/// # Errors
///
/// The engine will not do, or there is something already. Nothing has been written then, unless the connection broke.
pub fn found<S: LogState>(
    config: &EngineConfig,
    (incarnation, version): (u64, u32),
    state: S,
) -> Result<Vec<EngineWarning>, EngineError> {
    let founding = LogFounding { incarnation };
    let entry: Entry<S::Change> = Entry { version, body: Body::Founding(founding.clone()) };
    let entry = entry.to_bytes();
    let written = LogLocation::of(config).map_err(EngineCause::System).and_then(|location| {
        // By the bytes that stand in the engine the entry is known again.
        let entry = location.sealing.seal(SealedKind::Entry, &entry);
        let snapshot = LogSnapshot::new(Replica::founded(&founding, version, &entry), state);
        let snapshot = serde_json::to_vec(&snapshot).expect("a state can be written");
        write(config, &location.keys, (&entry, &location.sealing.seal(SealedKind::Snapshot, &snapshot)))
    });
    written.map_err(|cause| cause.at(&config.address))
}

fn write(
    config: &EngineConfig,
    keys: &Keys,
    (entry, snapshot): (&[u8], &[u8]),
) -> Result<Vec<EngineWarning>, EngineCause> {
    let exposed = check_way(config)?;
    let mut connection = RedisConnection::open(&config.address, LOG_PATIENCE)?;
    let warnings = check_engine(&mut connection, config.unsafe_too)?;
    for key in [&keys.log, &keys.snapshots] {
        if type_of(&mut connection, key)? != "none" {
            return Err(EngineCause::Founded(key.clone()));
        }
    }
    let [_, _, _, done] = connection.ask(keys.found(entry, snapshot))?;
    let Value::Array(done) = done else { return Err(EngineFault::Shape.into()) };
    // Somebody else was first, in the same moment.
    if done.iter().any(|one| matches!(one, Value::ServerError(_))) {
        return Err(EngineCause::Founded(keys.log.clone()));
    }
    Ok(exposed.into_iter().chain(warnings).collect())
}

/// Takes an entry out of the log that ends every node that applies it. That is recorded by the entry not being there: so all nodes
/// agree. What its node has written behind it in the same epoch does not count any more, since a number is missing.
///
/// # Errors
///
/// It is not there; nodes are running, or have been beyond it; or the engine will not do.
pub fn skip(config: &EngineConfig, id: EntryId) -> Result<(), EngineError> {
    take_out(config, id).map_err(|cause| cause.at(&config.address))
}

fn take_out(config: &EngineConfig, id: EntryId) -> Result<(), EngineCause> {
    check_way(config)?;
    let location = LogLocation::of(config).map_err(EngineCause::System)?;
    let keys = &location.keys;
    let mut connection = RedisConnection::open(&config.address, LOG_PATIENCE * 2)?;
    if type_of(&mut connection, &keys.log)? == "none" {
        return Err(EngineCause::NotFounded(keys.log.clone()));
    }
    check_sealing(&mut connection, &location)?;
    let [snapshot, entry] = connection.ask([keys.read_snapshot(None), keys.read_at(id)])?;
    if reply::range(snapshot, SNAPSHOT_FIELD)?.last().is_some_and(|(at, _)| *at >= id) {
        return Err(EngineCause::Applied(id));
    }
    if reply::range(entry, ENTRY_FIELD)?.is_empty() {
        return Err(EngineCause::NoEntry(id));
    }
    // Nodes that are there write each second.
    let [last] = connection.ask([keys.read_last()])?;
    let last = reply::range(last, ENTRY_FIELD)?.pop().map_or(id, |(last, _)| last);
    let [news] = connection.ask([keys.read_on(last, 1, LOG_PATIENCE)])?;
    if !reply::read_on(news, ENTRY_FIELD)?.is_empty() {
        return Err(EngineCause::Running);
    }
    match connection.ask([keys.delete(id)])? {
        [Value::Int(1)] => Ok(()),
        _ => Err(EngineCause::NoEntry(id)),
    }
}
