//! All tests, one binary, by phenomenon.

mod listening;
mod logging;
mod options;
