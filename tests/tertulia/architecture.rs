//! Taste is a test: which module may import which, and how large files may grow.
//!
//! `limits → chat → auth → clock → locale → protocol, storage, config → net → main` and `storage, config → cli → admin → main`: each
//! imports only what stands to its left, and the client none of them.

mod circles;
mod type_names;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::process::{Lines, Process};

/// No file may be longer; most are far shorter.
const FILE_MAX_LINES: usize = 600;
/// What a file of middling length may have.
const FILE_MEDIAN_LINES: usize = 140;

/// For each part of the house, the modules of this crate that it may name.
const ARROWS: [(&str, &[&str]); 22] = [
    ("src/limits.rs", &[]),
    ("src/limits", &[]),
    ("src/threads.rs", &["limits"]),
    ("src/chat", &["limits", "chat"]),
    ("src/clock.rs", &["chat"]),
    ("src/cluster", &["limits", "chat"]),
    ("src/locale.rs", &["chat"]),
    ("src/engine", &["limits", "chat", "cluster", "locale", "threads", "engine"]),
    ("src/control", &["limits", "chat", "locale", "control"]),
    ("src/protocol", &["limits", "chat", "clock", "locale", "protocol"]),
    ("src/auth", &["limits", "chat", "threads", "auth"]),
    ("src/storage", &["limits", "chat", "clock", "locale", "threads", "control", "auth", "storage"]),
    (
        "src/net",
        &[
            "limits", "chat", "clock", "cluster", "config", "locale", "threads", "control", "protocol",
            "auth", "storage", "tls", "engine", "net",
        ],
    ),
    ("src/files.rs", &[]),
    ("src/tls", &["limits", "chat", "locale", "config", "files"]),
    ("src/logging", &["limits", "chat", "clock", "locale", "threads", "logging"]),
    ("src/logging.rs", &["limits", "chat", "clock", "locale", "logging"]),
    ("src/config", &[]),
    ("src/config.rs", &["limits", "chat", "clock", "engine", "logging"]),
    ("src/cli.rs", &["limits", "chat", "config", "logging"]),
    ("src/cli", &["limits", "chat", "cluster", "config", "engine", "logging", "cli"]),
    (
        "src/admin",
        &[
            "limits", "chat", "clock", "cluster", "config", "locale", "control", "auth", "storage", "engine",
            "files", "cli",
        ],
    ),
];

/// Crates that only some parts may use: the core and the dialects know no socket, no clock, no system.
const SHELL_ONLY: [&str; 9] = [
    "mio::",
    "slab::",
    "socket2::",
    "rustix::",
    "signal_hook",
    "std::net::Tcp",
    "std::thread",
    "Instant::now",
    "SystemTime",
];

fn home(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<PathBuf> = entries
        .flat_map(|entry| rust_files(&entry.expect("an entry").path()))
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
}

/// The lines of a file that are code, with their numbers.
fn code(file: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(file).expect("source is text");
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim().to_owned()));
    lines.filter(|(_, line)| !line.starts_with("//")).collect()
}

#[test]
fn imports_follow_the_arrows() {
    for (part, may) in ARROWS {
        for file in rust_files(&home(part)) {
            for (number, line) in code(&file) {
                for (at, _) in line.match_indices("crate::") {
                    let named =
                        line[at + 7..].split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                    let grouped = named.is_empty();
                    assert!(!grouped, "{}:{number}: name one module of the crate a line", file.display());
                    assert!(may.contains(&named), "{}:{number} must not import {named}", file.display());
                }
            }
        }
    }
}

#[test]
fn chat_knows_nothing_of_the_sessions() {
    let (sessions, map) = (home("src/chat/hub"), home("src/chat/mod.rs"));
    let files = rust_files(&home("src/chat"));
    for file in files.iter().filter(|file| !file.starts_with(&sessions) && **file != map) {
        for (number, line) in code(file) {
            let named = line.contains("hub::") || line.contains("Hub");
            assert!(!named, "{}:{number}: what is several nodes' names nothing of one", file.display());
        }
    }
    for file in rust_files(&home("src/chat/rules")) {
        for (number, line) in code(&file) {
            assert!(!line.contains("ClientId"), "{}:{number}: rules are about members", file.display());
        }
    }
}

#[test]
fn core_and_the_dialects_touch_no_system() {
    for file in ["src/chat", "src/protocol", "src/cluster"].iter().flat_map(|part| rust_files(&home(part))) {
        for (number, line) in code(&file) {
            for foreign in SHELL_ONLY {
                assert!(!line.contains(foreign), "{}:{number} must not use {foreign}", file.display());
            }
        }
    }
}

#[test]
fn threads_of_the_server_are_started_in_one_place() {
    let (client, place) = (home("src/bin"), home("src/threads.rs"));
    for file in rust_files(&home("src")).iter().filter(|file| !file.starts_with(&client) && **file != place) {
        for (number, line) in code(file) {
            let started = line.contains("thread::Builder") || line.contains("thread::spawn");
            assert!(
                !started,
                "{}:{number}: no signal may be lost to a thread (threads::spawn)",
                file.display()
            );
        }
    }
}

#[test]
fn client_imports_nothing_of_the_server() {
    let mut files = rust_files(&home("src/bin"));
    assert!(!files.is_empty());
    files.retain(|file| code(file).iter().any(|(_, line)| line.contains("tertulia::")));
    assert!(files.is_empty(), "{files:?} import the library");
}

#[test]
fn files_stay_small_and_say_what_they_are() {
    let mut lengths = Vec::new();
    for part in ["src", "tests", "benches"] {
        for file in rust_files(&home(part)) {
            let text = fs::read_to_string(&file).expect("source is text");
            let length = text.lines().count();
            assert!(length <= FILE_MAX_LINES, "{} has {length} lines", file.display());
            assert!(text.starts_with("//! "), "{} does not say what it is", file.display());
            if part == "src" {
                lengths.push(length);
            }
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= FILE_MEDIAN_LINES, "the median file has {median} lines");
}

#[test]
fn programs_that_tests_start_have_an_owner() {
    let owner = home("tests/tertulia/support/owned.rs");
    let start = format!(".{}()", "spawn");
    for file in rust_files(&home("tests")).into_iter().filter(|file| *file != owner) {
        for (number, line) in code(&file) {
            assert!(!line.contains(&start), "{}:{number}: start it with an owner (Owned)", file.display());
        }
    }
}

#[test]
fn programs_that_tests_start_end_with_what_they_started() {
    let (reader, writer) = io::pipe().expect("a pipe");
    let mut shell = Command::new("sh");
    // Two generations of them, which hold the pipe.
    shell.args(["-c", "sh -c 'sleep 1000 & echo there; wait' & wait"]).stderr(writer);
    let shell_process = Process::start(&mut shell);
    drop(shell); // it holds the pipe as well
    assert_eq!(shell_process.stdout.next().as_deref(), Some("there"));
    drop(shell_process);
    assert_eq!(Lines::of(reader).next(), None, "nobody holds the pipe");
}
