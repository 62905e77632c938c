//! All tests, one binary, by phenomenon.

mod logging;
mod options;
