//! Whether an engine will do, asked before anything is given to it: who starts a node should not hear of it from people who lost
//! something.

use std::time::Duration;

use redis::Value;

use super::EngineConfig;
use super::connection::{RedisCommand, RedisConnection};
use super::error::{EngineCause, EngineWarning};
use super::fault::EngineFault;
use super::keys::{Keys, SNAPSHOT_FIELD};
use super::link::LogLocation;
use super::reply::{range, text};
use super::sealing::{Opener, SealedKind};
use crate::cluster::EntryId;

/// The least version that has all that is used: ranges without their first entry, `XTRIM MINID`.
const LEAST_VERSION: (u32, u32) = (6, 2);

/// What the engine says of itself.
struct Info(String);

impl Info {
    fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.trim_end())
    }
}

/// Looks whether nobody on the way to the engine can read or write what passes, before it does.
pub(super) fn check_way(config: &EngineConfig) -> Result<Option<EngineWarning>, EngineCause> {
    match config.key.is_none() && config.address.is_in_the_clear() {
        true if config.unsafe_too => Ok(Some(EngineWarning::InTheClear)),
        true => Err(EngineCause::InTheClear),
        false => Ok(None),
    }
}

/// Looks whether the engine is one that keeps what it is given. With `unsafe_too` that is told and no more.
pub(super) fn check_engine(
    connection: &mut RedisConnection,
    unsafe_too: bool,
) -> Result<Vec<EngineWarning>, EngineCause> {
    // One by one: before version 7 only one section can be asked for at a time.
    let info = |section| RedisCommand::new("INFO").arg(section);
    let sections = connection.ask([info("server"), info("persistence"), info("memory")])?;
    let sections: Result<Vec<String>, EngineFault> = sections.into_iter().map(text).collect();
    let info = Info(sections?.concat());
    let version = info.get("redis_version").ok_or(EngineCause::OtherSoftware)?;
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < LEAST_VERSION {
        return Err(EngineCause::TooOld(version.into()));
    }
    if info.get("redis_mode") == Some("cluster") {
        return Err(EngineCause::Sharded);
    }
    let mut warnings = Vec::new();
    if info.get("aof_enabled") != Some("1") {
        if !unsafe_too {
            return Err(EngineCause::Forgetful);
        }
        warnings.push(EngineWarning::Forgetful);
    }
    match info.get("maxmemory_policy") {
        Some("noeviction") => {}
        policy if unsafe_too => warnings.push(EngineWarning::Evicting(policy.unwrap_or("?").into())),
        policy => return Err(EngineCause::Evicting(policy.unwrap_or("?").into())),
    }
    Ok(warnings)
}

/// Looks what the keys are, and whether all may be done that a node does.
pub(super) fn check_log(connection: &mut RedisConnection, keys: &Keys) -> Result<(), EngineCause> {
    if !is_stream(connection, &keys.log)? {
        return Err(EngineCause::NotFounded(keys.log.clone()));
    }
    if !is_stream(connection, &keys.snapshots)? {
        return Err(EngineCause::NoSnapshot(keys.snapshots.clone()));
    }
    check_writable(connection, keys)?;
    let harmless = [
        keys.read_on(EntryId::ZERO, 1, Duration::ZERO),
        keys.read_at(EntryId::FOUNDING),
        keys.read_snapshot(Some(EntryId::FOUNDING)),
        keys.trim(EntryId::ZERO),
    ];
    connection.ask(harmless)?;
    Ok(())
}

/// Whether that key is there, which is a stream if it is.
fn is_stream(connection: &mut RedisConnection, key: &str) -> Result<bool, EngineCause> {
    match type_of(connection, key)?.as_str() {
        "stream" => Ok(true),
        "none" => Ok(false),
        kind => Err(EngineCause::OtherType { key: key.into(), kind: kind.into() }),
    }
}

/// Looks whether the engine takes entries now.
pub(super) fn check_writable(connection: &mut RedisConnection, keys: &Keys) -> Result<(), EngineFault> {
    let mut answers = connection.ask_each(&[keys.probe()])?;
    match answers.pop() {
        // Its id is too low, and nothing else is wrong.
        Some(Err(EngineFault::Other(words))) if words.as_str().starts_with("ERR ") => Ok(()),
        Some(Err(fault)) => Err(fault),
        _ => Err(EngineFault::Shape),
    }
}

/// Looks whether what is there was sealed with the key that was given, or not sealed where none was.
pub(super) fn check_sealing(
    connection: &mut RedisConnection,
    location: &LogLocation,
) -> Result<(), EngineCause> {
    let (mut opener, mut before, mut wrong) = (Opener::new(&location.sealing), None, None);
    loop {
        let [answer] = connection.ask([location.keys.read_snapshot(before)])?;
        let Some((id, bytes)) = range(answer, SNAPSHOT_FIELD)?.pop() else { break };
        match opener.open(SealedKind::Snapshot, bytes.unwrap_or_default()) {
            Ok(_) => return Ok(()),
            // One may be damaged, or be no node's: then the one before is.
            Err(error) => wrong = wrong.or(Some(error)),
        }
        before = Some(id);
    }
    wrong.map_or(Ok(()), |error| Err(error.into()))
}

/// What kind of thing has that key.
pub(super) fn type_of(connection: &mut RedisConnection, key: &str) -> Result<String, EngineFault> {
    let [kind]: [Value; 1] = connection.ask([Keys::type_of(key)])?;
    text(kind)
}
