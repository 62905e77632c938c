//! All tests, one binary, by phenomenon.

#![allow(unreachable_pub)] // a test binary has no outside

mod framing;
mod hub;
mod hub_model;
mod listening;
mod logging;
mod names;
mod options;
mod safe_text;
mod simulation;
mod telnet;
mod transcripts;
