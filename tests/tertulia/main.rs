//! All tests, one binary, by phenomenon.
