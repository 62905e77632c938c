//! What the engine's answers say.

use redis::Value;
use serde::de::DeserializeOwned;

use super::fault::EngineFault;
use super::keys::ENTRY_FIELD;
use super::sealing::{Opener, SealedKind};
use crate::cluster::{Digest, EntryId, LogLine};

/// One entry of a stream: its id, and the value of the one field that it should have; none: it has others.
pub(super) type StreamEntry = (EntryId, Option<Vec<u8>>);

/// The entries that a range has. `field` is the one that each should have.
pub(super) fn range(answer: Value, field: &str) -> Result<Vec<StreamEntry>, EngineFault> {
    let Value::Array(entries) = answer else { return Err(EngineFault::Shape) };
    entries.into_iter().map(|entry| one(entry, field)).collect()
}

/// The entries of the only stream that was read on; none: nothing has come.
pub(super) fn read_on(answer: Value, field: &str) -> Result<Vec<StreamEntry>, EngineFault> {
    match answer {
        Value::Nil => Ok(Vec::new()),
        Value::Array(streams) => {
            let [stream]: [Value; 1] = streams.try_into().map_err(|_| EngineFault::Shape)?;
            let Value::Array(pair) = stream else { return Err(EngineFault::Shape) };
            let [_, entries]: [Value; 2] = pair.try_into().map_err(|_| EngineFault::Shape)?;
            range(entries, field)
        }
        _ => Err(EngineFault::Shape),
    }
}

fn one(entry: Value, field: &str) -> Result<StreamEntry, EngineFault> {
    let Value::Array(pair) = entry else { return Err(EngineFault::Shape) };
    let [id, fields]: [Value; 2] = pair.try_into().map_err(|_| EngineFault::Shape)?;
    let id = text(id)?.parse().map_err(|_| EngineFault::Shape)?;
    let Value::Array(fields) = fields else { return Err(EngineFault::Shape) };
    let value = match <[Value; 2]>::try_from(fields) {
        Ok([Value::BulkString(name), Value::BulkString(value)]) if name == field.as_bytes() => Some(value),
        _ => None,
    };
    Ok((id, value))
}

/// A text that has to be UTF-8.
pub(super) fn text(answer: Value) -> Result<String, EngineFault> {
    match answer {
        Value::BulkString(bytes) => String::from_utf8(bytes).map_err(|_| EngineFault::Shape),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Ok(text),
        _ => Err(EngineFault::Shape),
    }
}

/// The hash of the bytes of the only entry that was asked for; none: it is not there.
pub(super) fn digest(answer: Value) -> Result<Option<u64>, EngineFault> {
    let entry = range(answer, ENTRY_FIELD)?.pop();
    Ok(entry.map(|(_, bytes)| Digest::of(&bytes.unwrap_or_default())))
}

/// The lines of these entries; `newest` is the newest version that this release knows.
pub(super) fn lines<C: DeserializeOwned>(
    entries: Vec<StreamEntry>,
    opener: &mut Opener,
    newest: u32,
) -> Vec<LogLine<C>> {
    let line = |(id, bytes): StreamEntry| {
        LogLine::opened(id, bytes, newest, |bytes| opener.open(SealedKind::Entry, bytes).ok())
    };
    entries.into_iter().map(line).collect()
}
