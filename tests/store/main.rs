//! History in a file: what it promises across stops, failures and kills.

#![allow(unreachable_pub)] // a test binary has no outside

mod archive;
mod files;
mod folding;
mod killing;
mod large;
mod support;
mod talking;
