//! What is remembered behind the core: it hands lines out and gets back what was looked for.
//!
//! Invariant: who hands in a line never waits for a disk. With a file, one helper thread writes it, another one
//! reads it for questions, and a third hashes passwords; lines, questions and answers travel as plain values through a bounded queue.

mod accounts;
mod answerer;
mod backlog;
mod disk;
mod handle;
mod handover;
mod lock_files;
mod log_membership;
mod looking;
mod memory;
mod pending;
mod questions;
mod reply;
mod request;
mod requesting;
mod row;
mod sharing;
mod simulated;
mod sqlite;
mod steady;
mod words;
mod worker;
mod write_progress;

pub use backlog::Backlog;
pub use handle::{Complaint, Storage};
pub use handover::StorageState;
pub use lock_files::LockFiles;
pub use log_membership::ForeignDirectory;
pub use memory::Memory;
pub use reply::{FileNews, StorageEvent};
pub use request::RequestId;
pub use simulated::{DiskFault, KeptRow, SimulatedHelpers};
pub use sqlite::{AccountFile, Exposed, Store, StoreError, close_to_others, exposed_to_all, hash};
pub use words::fold;
