//! History, accounts and letters in a file: what it promises across stops, failures and kills.

#![allow(unreachable_pub)] // a test binary has no outside

mod accounts;
mod archive;
mod clerk;
mod control;
mod displaced;
mod expulsions;
mod fair_queue;
mod files;
#[cfg(target_os = "linux")]
mod filled;
mod folding;
mod guesses;
mod killing;
mod large;
mod letters;
mod logins;
mod modes;
mod operator;
#[path = "../tertulia/support/owned.rs"]
mod owned;
#[cfg(target_os = "linux")]
mod resident;
mod rooms;
mod siege;
mod support;
mod talking;
mod throttle;
mod trips;
mod upgrading;
mod waiting;
