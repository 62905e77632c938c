//! Several servers that are one chat: where they have their log, and what is done about that.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::mistake::Mistake;
use super::place::Place;
use super::values::language;
use crate::chat::{Language, NodeName};
use crate::cluster::EntryId;
use crate::config::{ClusterConfig, EngineLocation};
use crate::engine::{EngineAddress, EngineAddressError};

/// Options of a server that is one of several.
#[derive(Clone, Debug, Args)]
pub struct NodeOptions {
    /// Be one chat with all servers that have this Redis or Valkey.
    #[arg(long, value_name = "URL", value_parser = engine, group = "engine", requires = "node", conflicts_with_all = ["cluster_file", "accounts_only", "operator"])]
    pub cluster: Option<EngineAddress>,

    /// The first line of this file is the URL of --cluster: a password on the command line is seen by all users.
    #[arg(long, value_name = "FILE", group = "engine", requires = "node", conflicts_with_all = ["accounts_only", "operator"])]
    pub cluster_file: Option<PathBuf>,

    /// What the keys there begin with.
    #[arg(long, value_name = "WORD", default_value = "tertulia", value_parser = prefix, requires = "engine")]
    pub cluster_prefix: String,

    /// Seal what stands there with the key in the first line of this file: 64 hexadecimal digits.
    #[arg(long, value_name = "FILE", requires = "engine")]
    pub cluster_key_file: Option<PathBuf>,

    /// Go on with a Redis that may lose what it is given.
    #[arg(long, requires = "engine")]
    pub cluster_unsafe: bool,

    /// This server's name among them: a-z, 0-9 and -.
    #[arg(long, value_name = "NODE", requires = "engine", value_parser = node_name)]
    pub node: Option<NodeName>,
}

impl NodeOptions {
    /// Which node it is, of which log; the address of the engine may have to be read yet.
    pub fn config(self) -> Option<(NodeName, ClusterConfig)> {
        let engine = location(self.cluster, self.cluster_file)?;
        let (prefix, key_file, unsafe_too) =
            (self.cluster_prefix, self.cluster_key_file, self.cluster_unsafe);
        Some((self.node?, ClusterConfig { engine, prefix, key_file, unsafe_too }))
    }
}

/// What is to be done about the log, while no server runs.
#[derive(Clone, Debug, Subcommand)]
pub enum ClusterTask {
    /// Found the log, once, before the first server starts.
    Init(FoundedLog),
    /// Take an entry out of the log that ends every server: the one that their last words name.
    Skip(SkippedEntry),
    /// Take a directory out of the log that it belongs to, for a server that is alone.
    Leave(Place),
}

/// A log that is to be founded, and what its chat begins with.
#[derive(Clone, Debug, Args)]
pub struct FoundedLog {
    /// Begin with the chat of this directory, which belongs to the log from then on [default: with an empty chat].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Let in nobody but those whose name is registered.
    #[arg(long)]
    pub accounts_only: bool,
    /// Let this registered name do everything everywhere; repeat for more.
    #[arg(long, value_name = "NAME", requires = "data")]
    pub operator: Vec<String>,
    /// Where the log is.
    #[command(flatten)]
    pub place: EnginePlace,
}

/// An entry that is to be taken out.
#[derive(Clone, Debug, Args)]
pub struct SkippedEntry {
    /// The entry: two numbers with a hyphen between.
    #[arg(value_name = "ENTRY", value_parser = entry)]
    pub entry: EntryId,
    /// Where the log is.
    #[command(flatten)]
    pub place: EnginePlace,
}

/// Where the log is, and how to talk about it.
#[derive(Clone, Debug, Args)]
pub struct EnginePlace {
    /// The Redis or Valkey.
    #[arg(long, value_name = "URL", value_parser = engine, required_unless_present = "cluster_file", conflicts_with = "cluster_file")]
    pub cluster: Option<EngineAddress>,
    /// The first line of this file is the URL of --cluster.
    #[arg(long, value_name = "FILE")]
    pub cluster_file: Option<PathBuf>,
    /// What the keys there begin with.
    #[arg(long, value_name = "WORD", default_value = "tertulia", value_parser = prefix)]
    pub cluster_prefix: String,
    /// Seal what stands there with the key in the first line of this file: 64 hexadecimal digits.
    #[arg(long, value_name = "FILE")]
    pub cluster_key_file: Option<PathBuf>,
    /// Go on with a Redis that may lose what it is given.
    #[arg(long)]
    pub cluster_unsafe: bool,
    /// Language of what is said here.
    #[arg(long, value_name = "LANG", default_value = "es", value_parser = language())]
    pub lang: Language,
}

impl ClusterTask {
    /// How to talk about it.
    pub fn language(&self) -> Language {
        match self {
            ClusterTask::Init(founded) => founded.place.lang,
            ClusterTask::Skip(skipped) => skipped.place.lang,
            ClusterTask::Leave(place) => place.lang,
        }
    }
}

impl EnginePlace {
    /// The same as options of a server have it.
    pub fn config(&self) -> ClusterConfig {
        let engine = location(self.cluster.clone(), self.cluster_file.clone());
        ClusterConfig {
            engine: engine.expect("the command line requires one of both"),
            prefix: self.cluster_prefix.clone(),
            key_file: self.cluster_key_file.clone(),
            unsafe_too: self.cluster_unsafe,
        }
    }
}

/// Where the engine is, by whichever of the two options said it.
fn location(address: Option<EngineAddress>, file: Option<PathBuf>) -> Option<EngineLocation> {
    address.map(|address| EngineLocation::Address(address.into())).or(file.map(EngineLocation::File))
}

/// Takes the address of an engine. What is wrong about it does not repeat it: there may be a password in it.
fn engine(typed: &str) -> Result<EngineAddress, Mistake> {
    typed.parse().map_err(|error| match error {
        EngineAddressError::Malformed => Mistake::EngineAddress,
        EngineAddressError::WithoutTls => Mistake::WithoutTls,
    })
}

/// Takes what keys begin with.
fn prefix(typed: &str) -> Result<String, Mistake> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '{' | '}');
    let fits = !typed.is_empty() && typed.chars().all(fits);
    if fits { Ok(typed.to_owned()) } else { Err(Mistake::Prefix) }
}

fn node_name(typed: &str) -> Result<NodeName, Mistake> {
    typed.parse().map_err(|_| Mistake::NodeName)
}

fn entry(typed: &str) -> Result<EntryId, Mistake> {
    typed.parse().map_err(|_| Mistake::Entry)
}
