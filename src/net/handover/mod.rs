//! Going on in another program: what one server hands over to the next, and how.
//!
//! The state is a text in memory (`memfd`); beside it go the sockets and the lock on the directory, in a socket that is the next program's
//! standard input. The process stays the same one (`execve`), so what watches over it sees no other.
//!
//! Invariant: up to the very call that replaces the program nothing is changed that the old one needs: if that fails, it goes on, though
//! without those in TLS.

mod descriptors;
mod error;
mod program;
mod receiving;
mod refused;
mod replacing;
mod state;
mod system;

pub use error::HandoverError;
pub use program::{CHECK_STATE, Program};
pub(super) use program::{Checking, ProgramFile};
pub use receiving::Handed;
pub use refused::UpgradeRefused;
pub(super) use replacing::Packed;
pub use state::check;
pub(super) use state::{Handover, StoredControl, StoredSession};
pub(super) use system::system_clock;
