//! Where a server keeps what it has, for commands that are about it.

use std::path::PathBuf;

use clap::Args;

use super::values::language;
use crate::chat::Language;

/// Where the accounts are, and how to talk about them.
#[derive(Clone, Debug, Args)]
pub struct Place {
    /// The directory that the server is started with.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Language of what is said here.
    #[arg(long, value_name = "LANG", default_value = "es", value_parser = language())]
    pub lang: Language,
}
