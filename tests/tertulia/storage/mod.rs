//! History, accounts and letters in a file: what it promises across stops, failures and kills.

mod accounts;
mod admin;
mod control;
mod displaced;
mod expulsions;
mod fair_queue;
mod files;
#[cfg(target_os = "linux")]
mod filled;
mod folding;
mod guesses;
mod handed_over;
mod history;
mod killing;
mod large;
mod logins;
mod modes;
mod numbers;
mod offline_messages;
mod operator;
#[cfg(target_os = "linux")]
mod resident;
mod rooms;
mod siege;
mod support;
mod talking;
mod throttle;
mod trips;
mod upgrading;
mod waiting;
