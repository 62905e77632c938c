//! All tests, one binary, by phenomenon.

mod names;
mod safe_text;
