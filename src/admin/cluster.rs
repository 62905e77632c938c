//! The log by which several servers are one chat: it is founded once, and an entry that ends every server is taken out of it.

use std::io::{self, Write};
use std::path::Path;

use super::error::AdminError;
use super::names::read;
use super::output::{AdminResult, say};
use super::words;
use crate::auth::random_number;
use crate::chat::{AccountKey, ChatConfig, Hub, Name};
use crate::cli::{ClusterTask, FoundedLog, Place, SkippedEntry};
use crate::cluster::LOG_VERSION;
use crate::config::{ClusterConfig, EngineLocation};
use crate::engine::{self, ChatCopy, EngineConfig, LogKey, LogKeyError};
use crate::files;
use crate::limits::CLUSTER_FILE_MAX_BYTES;
use crate::storage::{self, AccountFile, Store};

pub(super) fn run(task: &ClusterTask) -> AdminResult {
    match task {
        ClusterTask::Init(founded) => found(founded),
        ClusterTask::Skip(skipped) => skip(skipped),
        ClusterTask::Leave(place) => leave(place),
    }
}

fn found(FoundedLog { data, accounts_only, operator, place }: &FoundedLog) -> AdminResult {
    let config = engine_of(&place.config())?;
    let incarnation = random_number()?;
    let mut store = data.as_deref().map(|dir| Store::open(dir, None)).transpose()?;
    let mut chat = match &store {
        Some(store) => store.chat()?,
        None => ChatConfig { accounts: Some(Vec::new()), ..ChatConfig::default() },
    };
    chat.accounts_only = *accounts_only;
    chat.operators = operators(operator, store.as_ref())?;
    let chat = ChatCopy::founding(Hub::new(chat));
    for warning in engine::found(&config, (incarnation, LOG_VERSION), chat)? {
        // Where it finds no place the log is founded all the same.
        let _ = writeln!(io::stderr(), "tertulia-server: {}", warning.describe(place.lang));
    }
    store.iter_mut().try_for_each(|store| store.set_log(Some(incarnation)))?;
    say(&words::founded(&config.address, place.lang))
}

/// The accounts of these names.
fn operators(names: &[String], store: Option<&Store>) -> Result<Vec<AccountKey>, AdminError> {
    let account = |typed: &String| {
        let name = read(Name::known(typed), typed)?;
        let account = store.map(|store| store.account_meant(&name)).transpose()?.flatten();
        account.ok_or(AdminError::Unknown(name, None))
    };
    names.iter().map(account).collect()
}

fn leave(place: &Place) -> AdminResult {
    if !AccountFile::is_there(&place.data) {
        return Err(AdminError::File(AccountFile::path(&place.data), io::ErrorKind::NotFound.into()));
    }
    Store::open(&place.data, None)?.set_log(None)?;
    say(&words::left(&place.data, place.lang))
}

fn skip(SkippedEntry { entry, place }: &SkippedEntry) -> AdminResult {
    engine::skip(&engine_of(&place.config())?, *entry)?;
    say(&words::skipped(*entry, place.lang))
}

/// The engine that is meant, with its address and its key read from their files, if they stand in such.
///
/// # Errors
///
/// A file cannot be read, has something else in it, or the key is exposed to all.
pub fn engine_of(config: &ClusterConfig) -> Result<EngineConfig, AdminError> {
    let address = match &config.engine {
        EngineLocation::Address(address) => (**address).clone(),
        EngineLocation::File(path) => {
            first_line(path)?.parse().map_err(|error| AdminError::EngineAddress(path.clone(), error))?
        }
    };
    let key = config.key_file.as_deref().map(log_key).transpose()?;
    let (prefix, unsafe_too) = (config.prefix.clone(), config.unsafe_too);
    Ok(EngineConfig { address, prefix, key, unsafe_too, newest: LOG_VERSION })
}

/// The key in that file. One that every user of the machine can read keeps nothing secret.
fn log_key(path: &Path) -> Result<LogKey, AdminError> {
    let line = first_line(path)?;
    match storage::exposed_to_all(path) {
        Some(exposed) => Err(AdminError::KeyExposed(exposed)),
        None => line.parse().map_err(|LogKeyError| AdminError::NoLogKey(path.to_owned())),
    }
}

/// The first line of a small file, without spaces around it.
fn first_line(path: &Path) -> Result<String, AdminError> {
    let bytes = files::read(path, CLUSTER_FILE_MAX_BYTES)
        .map_err(|error| AdminError::File(path.to_owned(), error))?;
    Ok(String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().trim().to_owned())
}
