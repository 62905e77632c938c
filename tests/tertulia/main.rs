//! All tests, one binary, by phenomenon.

mod client;
mod support;
