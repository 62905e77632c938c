//! All tests, one binary, by phenomenon.

#![allow(unreachable_pub)] // a test binary has no outside

mod admin_terminal;
mod architecture;
mod browser;
mod client;
mod client_and_server;
mod client_and_servers;
mod client_lists;
mod clock;
mod closing_early;
mod cluster;
mod console_blocked;
mod conversation;
mod crowded;
mod endings;
#[cfg(feature = "cluster")]
mod engine;
mod foreign;
mod framing;
mod guards;
mod handover;
mod history_access;
mod http;
mod hub;
mod hub_model;
#[cfg(target_os = "linux")]
mod idle;
mod json;
mod late_replies;
mod limits_table;
mod listening;
mod logging;
mod many;
mod memory;
mod metrics;
mod mutants;
mod names;
mod netcat;
mod nodes;
mod options;
mod origins;
mod pace;
mod packaging;
mod parsing;
mod passwords;
#[cfg(feature = "prompt")]
mod picture;
mod pieces;
mod proxies;
mod reach;
mod readme;
mod running;
mod safe_text;
mod service_manager;
#[cfg(feature = "cluster")]
mod several;
mod signals;
mod simulation;
mod sizes;
#[cfg(target_os = "linux")]
mod slow_readers;
mod snapshot;
mod standing;
mod starting;
mod storage;
mod support;
mod telnet;
mod telnet_terminal;
#[cfg(feature = "prompt")]
mod three_together;
#[cfg(feature = "tls")]
mod tls;
mod transcripts;
mod turns;
mod typed_lines;
#[cfg(target_os = "linux")]
mod upgrade;
mod usage;
mod web;
mod web_sessions;
mod websocket;
mod wild_input;
mod worst;
