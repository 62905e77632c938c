//! The log by which several servers are one chat: it is founded once, and an entry that ends every server is taken out of it.

use std::io::{self, Write};

use super::error::AdminError;
use super::output::{AdminResult, say};
use super::words;
use crate::auth::random_number;
use crate::chat::{ChatConfig, Hub};
use crate::cli::{ClusterTask, EnginePlace, SkippedEntry};
use crate::cluster::LOG_VERSION;
use crate::config::{ClusterConfig, EngineLocation};
use crate::engine::{self, ChatCopy, EngineConfig};
use crate::files;
use crate::limits::CLUSTER_FILE_MAX_BYTES;

pub(super) fn run(task: &ClusterTask) -> AdminResult {
    match task {
        ClusterTask::Init(place) => found(place),
        ClusterTask::Skip(skipped) => skip(skipped),
    }
}

fn found(place: &EnginePlace) -> AdminResult {
    let config = engine_of(&place.config())?;
    let incarnation = random_number()?;
    let chat = ChatCopy::founding(Hub::new(ChatConfig::default()));
    for warning in engine::found(&config, (incarnation, LOG_VERSION), chat)? {
        // Where it finds no place the log is founded all the same.
        let _ = writeln!(io::stderr(), "tertulia-server: {}", warning.describe(place.lang));
    }
    say(&words::founded(&config.address, place.lang))
}

fn skip(SkippedEntry { entry, place }: &SkippedEntry) -> AdminResult {
    engine::skip(&engine_of(&place.config())?, *entry)?;
    say(&words::skipped(*entry, place.lang))
}

/// The engine that is meant, with its address read from its file, if it stands in one.
///
/// # Errors
///
/// The file cannot be read, or there is no address in it.
pub fn engine_of(config: &ClusterConfig) -> Result<EngineConfig, AdminError> {
    let address = match &config.engine {
        EngineLocation::Address(address) => (**address).clone(),
        EngineLocation::File(path) => {
            let bytes = files::read(path, CLUSTER_FILE_MAX_BYTES)
                .map_err(|error| AdminError::File(path.clone(), error))?;
            let text = String::from_utf8_lossy(&bytes);
            let line = text.lines().next().unwrap_or_default().trim();
            line.parse().map_err(|error| AdminError::EngineAddress(path.clone(), error))?
        }
    };
    let (prefix, unsafe_too) = (config.prefix.clone(), config.unsafe_too);
    Ok(EngineConfig { address, prefix, unsafe_too, newest: LOG_VERSION })
}
