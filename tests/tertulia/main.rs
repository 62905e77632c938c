//! All tests, one binary, by phenomenon.

#![allow(unreachable_pub)] // a test binary has no outside

mod console_blocked;
mod conversation;
mod crowded;
mod endings;
#[cfg(target_os = "linux")]
mod idle;
mod listening;
mod logging;
mod many;
mod names;
mod netcat;
mod options;
mod pace;
mod safe_text;
mod simulation;
#[cfg(target_os = "linux")]
mod slow_readers;
mod starting;
mod support;
mod wild_input;
