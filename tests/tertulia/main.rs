//! All tests, one binary, by phenomenon.

#![allow(unreachable_pub)] // a test binary has no outside

mod names;
mod safe_text;
mod simulation;
