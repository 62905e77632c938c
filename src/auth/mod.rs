//! Passwords: the thread that hashes them, whose turn it is there, and who has to wait before the next try.

mod fair_queue;
mod guesses;
mod hasher;
mod throttle;

pub use fair_queue::FairQueue;
pub use guesses::{GuessLog, Guesses};
pub(crate) use hasher::{HashJob, Hashed, Hasher, decoy, is_hash, make};
pub use hasher::{random_key, random_number};
pub use throttle::{Claim, LoginThrottle, Subject};
