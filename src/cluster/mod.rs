//! Several nodes, one chat: what each of them makes of a log that all of them read.
//!
//! Invariants: no socket, no thread, no clock and no randomness; what a change is, and what becomes of it, is not known here. From the
//! same entries each node draws the same conclusions: who lives, which entries count, and what follows from each.
//!
//! ```text
//! bytes ──► LogLine ──► Ledger (who lives, what counts) ──► Replica (hash, anchor) ──► Delivery, to be applied
//!                                                                 └─ Node: its own entries, beats, greeting ──► NodeOutput
//! ```
//!
//! Bytes of the log become [`LogLine`]s; the [`Ledger`] decides of each whether it counts; a [`Replica`] is a ledger with its place in the
//! log, and what a snapshot holds beside the chat. A [`Node`] has one and speaks as well: it is given [`NodeInput`]s, gives
//! [`Delivery`]s to be applied, in order, and [`NodeOutput`]s for whoever owns the connections to the log.

/// The version in which entries are written. It goes up when how a change is written does.
pub const LOG_VERSION: u32 = 1;

mod delivery;
mod entry;
mod entry_id;
mod entry_text;
mod exchange;
mod garbage;
mod ledger;
mod line;
mod news;
mod node;
mod replica;
mod snapshot;
mod standing;
mod under_way;
mod votes;

pub use crate::chat::{Digest, NodeName, NodeNameError};
pub use delivery::{Delivery, EpochEnd, Happening};
pub use entry::{Beat, Body, Entry, Hello, LogFounding, NoEntry, SharedOptions, What};
pub use entry_id::EntryId;
pub use exchange::{NodeConfig, NodeInput, NodeOutput, Read};
pub use ledger::{Ignored, Ledger};
pub use line::{LineContent, LogLine};
pub use news::{News, StopReason};
pub use node::{Node, NodeRefused, StoredNode};
pub use replica::Replica;
pub use snapshot::{LogSnapshot, OtherVersion, SNAPSHOT_VERSION};
pub use standing::NodeStanding;
