//! A log that has just been founded.

use tertulia::cluster::{Body, Entry, LogFounding, Replica};

/// The version of everything that is not about versions.
pub const VERSION: u32 = 1;

pub const INCARNATION: u64 = 7;

/// Its only entry, and the place behind it.
pub fn log() -> (Vec<u8>, Replica) {
    let founding = LogFounding { incarnation: INCARNATION };
    let entry: Entry<()> = Entry { version: VERSION, body: Body::Founding(founding.clone()) };
    let bytes = entry.to_bytes();
    let replica = Replica::founded(&founding, VERSION, &bytes);
    (bytes, replica)
}
