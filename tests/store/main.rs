//! History, accounts and letters in a file: what it promises across stops, failures and kills.

#![allow(unreachable_pub)] // a test binary has no outside

mod accounts;
mod admin;
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
mod logins;
mod modes;
mod offline_messages;
mod operator;
#[path = "../tertulia/support/owned.rs"]
mod owned;
#[cfg(target_os = "linux")]
mod resident;
mod rooms;
mod siege;
mod storage;
mod support;
mod talking;
mod throttle;
mod trips;
mod upgrading;
mod waiting;
