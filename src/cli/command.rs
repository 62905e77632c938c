//! The administrator's commands for a running server, beside those about accounts.

use clap::Args;

use super::place::Place;
use super::values::minutes;

/// Words of the server for those in the chat.
#[derive(Clone, Debug, Args)]
pub struct Say {
    /// What is said.
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
    /// Say it in this room only [default: to everybody].
    #[arg(long, value_name = "ROOM")]
    pub room: Option<String>,
    /// Where the server is.
    #[command(flatten)]
    pub place: Place,
}

/// A person who has to go, but may come back.
#[derive(Clone, Debug, Args)]
pub struct Kick {
    /// Their name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Why; they and the others are told.
    #[arg(value_name = "REASON")]
    pub reason: Vec<String>,
    /// Put them out of this room only [default: close their connection].
    #[arg(long, value_name = "ROOM")]
    pub room: Option<String>,
    /// Where the server is.
    #[command(flatten)]
    pub place: Place,
}

/// A person or an address that may not be in the chat.
#[derive(Clone, Debug, Args)]
pub struct Expel {
    /// A name or an address.
    #[arg(value_name = "NAME|ADDRESS")]
    pub whom: String,
    /// Why; they and the others are told.
    #[arg(value_name = "REASON")]
    pub reason: Vec<String>,
    /// For so many minutes [default: for good].
    #[arg(long, value_name = "N", value_parser = minutes)]
    pub minutes: Option<u32>,
    /// Where the server is.
    #[command(flatten)]
    pub place: Place,
}

/// A person or an address that may come back.
#[derive(Clone, Debug, Args)]
pub struct Readmit {
    /// A name or an address.
    #[arg(value_name = "NAME|ADDRESS")]
    pub whom: String,
    /// Where the server is.
    #[command(flatten)]
    pub place: Place,
}
