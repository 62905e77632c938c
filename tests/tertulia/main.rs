//! All tests, one binary, by phenomenon.

mod safe_text;
