//! What is remembered behind the core: it hands lines out and gets back what was looked for.
//!
//! Law: who hands in a line never waits for a disk. With a file, one helper thread writes it, another one
//! reads it for questions, and a third hashes passwords; lines, questions and answers travel as plain values through a bounded queue.

mod accounts;
mod affair;
mod answerer;
mod archive;
mod asking;
mod disk;
mod expulsions;
mod job;
mod ledger;
mod memory;
mod pending;
mod questions;
mod rooms;
mod simulated;
mod steady;
mod store;
mod turns;
mod words;
mod worker;

pub use accounts::{Claim, FairQueue, GuessLog, Guesses, LoginThrottle, Subject};
pub use archive::{Answer, Archive, Complaint};
pub use memory::Memory;
pub use simulated::{Fault, Kept, SimulatedHelpers};
pub use store::{Exposed, FileNews, Registry, Store, StoreError, hash};
pub use words::fold;
