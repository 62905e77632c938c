//! History, accounts and letters in a file: what it promises across stops, failures and kills.

#![allow(unreachable_pub)] // a test binary has no outside

mod accounts;
mod archive;
mod attempts;
mod clerk;
mod files;
mod folding;
mod killing;
mod large;
mod letters;
mod logins;
mod rooms;
mod support;
mod talking;
mod trips;
mod upgrading;
