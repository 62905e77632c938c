//! The key of a sealed log: its file, and what is said where it cannot be used.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use rustix::fs::{CWD, Mode, mkfifoat};

use super::{order, refused};
use crate::engine::server::{RawEntries, RedisServer};
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::Server;

/// A file of that name that its owner alone can read.
fn file(dir: &Dir, name: &str, text: &str) -> String {
    let path = dir.path().join(name);
    fs::write(&path, text).expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("it is ours");
    path.to_str().expect("a plain path").to_owned()
}

/// Why a log cannot be founded with the key in that file.
#[track_caller]
fn unfounded(key: &str, lang: &str) -> String {
    let url = "unix:///nowhere";
    refused(&order(&["cluster", "init", "--cluster", url, "--cluster-key-file", key, "--lang", lang]))
}

#[test]
fn nodes_with_the_key_are_one_chat_of_which_the_engine_shows_nothing() {
    let Some(redis) = RedisServer::start() else { return };
    let (dir, url) = (Dir::new(), redis.url());
    let key = file(&dir, "key", &format!("{}\nwhat stands behind it is nobody's\n", "0aF3".repeat(16)));
    let sealed = ["--cluster", &url, "--cluster-key-file", &key];
    let founded = order(&[&["cluster", "init"][..], &sealed].concat());
    assert!(founded.status.success(), "{founded:?}");
    let node = |name: &str| Server::start(&[&sealed[..], &["--node", name]].concat());
    let (a, b) = (node("a"), node("b"));
    let (mut ana, mut luis) = (Peer::enter(&a, "Ana"), Peer::enter(&b, "Luis"));
    // Her node has read of him then.
    ana.until("Luis");
    ana.say("/privado Luis girasoles");
    luis.until("[privado] Ana: girasoles");
    for stream in ["tertulia:log", "tertulia:snap"] {
        let entries: RawEntries = redis.ask(&format!("XRANGE {stream} - +"));
        for value in entries.iter().map(|(_, fields)| &fields[1]) {
            assert!(!String::from_utf8_lossy(value).contains("girasoles"));
        }
    }
    let unsealed = ["--listen", "127.0.0.1:0", "--cluster", &url, "--node", "c"];
    let why = refused(&order(&unsealed));
    assert!(why.contains("--cluster-key-file"), "{why}");
    let skipped = refused(&order(&[&["cluster", "skip", "5-5"][..], &sealed].concat()));
    assert!(skipped.contains("5-5"), "it is there with the key: {skipped}");
}

#[test]
fn key_that_cannot_be_taken_is_told_in_one_line() {
    let dir = Dir::new();
    let short = file(&dir, "short", "secreto\n");
    for (lang, words) in [("es", "openssl rand -hex 32"), ("en", "64 hexadecimal digits")] {
        let why = unfounded(&short, lang);
        assert!(why.contains(words) && why.contains(&short) && !why.contains("secreto"), "{why}");
    }
    let exposed = file(&dir, "exposed", &"0".repeat(64));
    fs::set_permissions(&exposed, Permissions::from_mode(0o644)).expect("it is ours");
    let why = unfounded(&exposed, "es");
    assert!(why.contains(&format!("chmod 640 {exposed}")), "{why}");
    let large = file(&dir, "large", &"0".repeat(1 << 20));
    assert!(unfounded(&large, "es").contains(&large));
    let pipe = dir.path().join("pipe");
    mkfifoat(CWD, &pipe, Mode::RUSR).expect("a pipe");
    // Nobody writes to it, and it is not waited for.
    let why = unfounded(pipe.to_str().expect("a plain path"), "es");
    assert!(why.contains("pipe"), "{why}");
}

#[test]
fn options_of_several_servers_are_refused_where_the_log_is_not_said() {
    for words in [["--node", "a"], ["--cluster-key-file", "key"]] {
        let said = order(&[&["--listen", "127.0.0.1:0"][..], &words].concat());
        assert_eq!(said.status.code(), Some(2), "{said:?}");
        let complaint = String::from_utf8(said.stderr).expect("words");
        assert!(complaint.contains("--cluster <"), "{complaint}");
    }
}
