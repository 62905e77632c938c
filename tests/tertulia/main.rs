//! All tests, one binary, by phenomenon.

#![allow(unreachable_pub)] // a test binary has no outside

mod client;
mod framing;
mod house;
mod hub;
mod hub_model;
mod listening;
mod logging;
mod mutants;
mod names;
mod options;
mod safe_text;
mod simulation;
mod support;
mod telnet;
mod transcripts;
