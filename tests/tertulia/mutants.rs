//! Do the simulation and the matrix of who may read what see? Known bugs, put back into a copy of the project on
//! purpose, must each break a law.
//!
//! Builds the project anew for each of them, so it runs only when asked: `cargo test mutants -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

struct Bug {
    name: &'static str,
    file: &'static str,
    right: &'static str,
    wrong: &'static str,
}

/// A test that is to fail, and the tests that it stands on: all others take longer to build than everything else.
struct Watch {
    test: &'static str,
    modules: &'static str,
}

const SIMULATION: Watch = Watch {
    test: "simulation::",
    modules: "mod simulation;
mod support {
    pub mod greeting;
    pub mod series;
}
",
};

const MATRIX: Watch = Watch {
    test: "history_access::combinations_are_all",
    modules: "mod history_access;
mod hub;
mod simulation;
mod support {
    pub mod book;
    pub mod greeting;
    pub mod records;
    pub mod series;
    pub mod shell;
    pub mod twin;
}
",
};

/// What the simulation sees.
const BUGS: [Bug; 19] = [
    Bug {
        name: "a drain that stops early and does not remember it",
        file: "src/net/server/serving.rs",
        right: "            if used_up || self.is_behind() {\n                self.ingress.go_on_later(&mut self.connections, id, now);",
        wrong: "            if used_up || self.is_behind() {",
    },
    Bug {
        name: "a slot reused without generation",
        file: "src/chat/id.rs",
        right: "ClientId(u64::from(generation) << 32 | u64::from(slot))",
        wrong: "ClientId(u64::from(generation.min(1)) << 32 | u64::from(slot))",
    },
    Bug {
        name: "a bare close",
        file: "src/net/connection/mod.rs",
        right: "if self.stream.end_writing().is_err() || self.ended {",
        wrong: "if self.stream.end_writing().is_ok() || self.ended {",
    },
    Bug {
        name: "an accept that failed and is forgotten",
        file: "src/net/acceptor.rs",
        right: "self.closed_until = Some(now + ACCEPT_RETRY);",
        wrong: "self.waiting = false;",
    },
    Bug {
        name: "a skipped line that is not owned up to",
        file: "src/net/connection/outbox.rs",
        right: "own.skipped = own.skipped.saturating_add(1);",
        wrong: "own.skipped = own.skipped.max(1);",
    },
    Bug {
        name: "a reader who dies while being delivered to",
        file: "src/net/server/egress.rs",
        right: "Some((conn.is_dead(), conn.is_lingering(), conn.take_release()))",
        wrong: "Some((false, conn.is_lingering(), conn.take_release()))",
    },
    Bug {
        name: "a limit of all queues that nobody keeps",
        file: "src/net/server/mod.rs",
        right: "egress: Egress::new(zone, queues_max_bytes),",
        wrong: "egress: Egress::new(zone, queues_max_bytes.max(usize::MAX / 2)),",
    },
    Bug {
        name: "a piece without a line end behind which nobody waits for the quiet",
        file: "src/net/connection/mod.rs",
        right: "[paced, awaited, self.outbox.stalled_at(), piece]",
        wrong: "[paced, awaited, self.outbox.stalled_at(), piece.filter(|_| false)]",
    },
    Bug {
        name: "a wall clock that is read at the start only",
        file: "src/net/server/mod.rs",
        right: "        self.clocks = Time { mono: now, wall };",
        wrong: "        if now.since(MonoTime::START).as_secs() < 2 {\n            self.clocks = Time { mono: now, wall };\n        }",
    },
    Bug {
        name: "an expelled address that is let in",
        file: "src/chat/hub/mod.rs",
        right: "if let Some(expelled) = self.chat.expelled_address(origin, self.at.wall) {",
        wrong: "if let Some(expelled) = self.chat.expelled_address(origin, self.at.wall).filter(|_| self.clients() == 0) {",
    },
    Bug {
        name: "a turn's budget of lines for each",
        file: "src/net/server/serving.rs",
        right: "lines: share.lines.checked_div(sharers)?.max(1),",
        wrong: "lines: share.lines.checked_div(sharers.min(1))?.max(1),",
    },
    Bug {
        name: "a share of places that is too small by one",
        file: "src/limits.rs",
        right: "    held > all / 2 && free",
        wrong: "    held >= all / 2 && free",
    },
    Bug {
        name: "a registered person to whom no guest gives way",
        file: "src/chat/hub/places.rs",
        right: "let other = self.giving_way(now).or_else(|| self.guest_giving_way());",
        wrong: "let other = self.giving_way(now).or_else(|| self.guest_giving_way().filter(|_| !full));",
    },
    Bug {
        name: "a password that was refused, and is said when it is typed again",
        file: "src/chat/hub/mod.rs",
        right: "self.sessions.questions.repeats_secret(id, &command) => {",
        wrong: "self.sessions.questions.repeats_secret(id, &command) && self.name(id).is_none() => {",
    },
    Bug {
        name: "what was sent before an answer and is taken for what was sent behind it",
        file: "src/net/server/writing.rs",
        right: "            ingress.read_before_writing(connections, egress, id, now);\n",
        wrong: "",
    },
    Bug {
        name: "a line that is counted as missing and stored later",
        file: "src/storage/worker.rs",
        right: "load.release(rows.drain(..count)",
        wrong: "load.release(rows.drain(..if result == Written::Failed { 0 } else { count })",
    },
    Bug {
        name: "a frame whose head is that of another length",
        file: "src/protocol/websocket/frame.rs",
        right: "        126..=0xffff => {\n            bytes[1] = 126;",
        wrong: "        127..=0xffff => {\n            bytes[1] = 126;",
    },
    Bug {
        name: "a mask that begins anew where a read ends",
        file: "src/protocol/websocket/decoder.rs",
        right: "frame.phase = (frame.phase + payload.len()) % frame.mask.len();",
        wrong: "frame.phase = 0;",
    },
    Bug {
        name: "a line that finds no place and is not counted",
        file: "src/storage/handle.rs",
        right: "            miss(&mut self.gaps, line.room, Gap::of(line));\n",
        wrong: "",
    },
];

/// Seeds that are tried: some bugs show in one of ten thousand.
const SEEDS: &str = "16000";

/// What the matrix sees.
const LEAKS: [Bug; 1] = [Bug {
    name: "an answer that comes when its reader has left the room",
    file: "src/chat/hub/recalling.rs",
    right: "        let mut rooms = self.chat.rooms_of(id);\n",
    wrong: "        self.chat.member(id)?;\n        \
            let mut rooms = (0..self.chat.all_rooms().numbers()).map(RoomId::at);\n",
}];

#[test]
fn places_of_the_bugs_are_there() {
    for bug in BUGS.iter().chain(&LEAKS) {
        planted(bug, Path::new(env!("CARGO_MANIFEST_DIR")));
    }
}

#[test]
#[ignore = "builds the project once for each bug; .ci/run asks for it"]
fn bugs_that_are_put_back_are_caught() {
    let copy = copied();
    // A law that is broken without a bug would be taken for one of them. Those of more seeds are tried elsewhere.
    let told = told_of(&copy, &SIMULATION, "500");
    assert!(told.contains("1 passed"), "the simulation alone:\n{told}");
    let bugs = BUGS.into_iter().map(|bug| (bug, &SIMULATION));
    let leaks = LEAKS.into_iter().map(|leak| (leak, &MATRIX));
    for (bug, watch) in bugs.chain(leaks) {
        let start = Instant::now();
        let whole = plant(&bug, &copy);
        let told = told_of(&copy, watch, SEEDS);
        fs::write(copy.join(bug.file), whole).expect("the copy can be written");
        assert!(told.contains("running 1 test"), "{}: {} did not run:\n{told}", bug.name, watch.test);
        assert!(told.contains("a law is broken"), "{} went unseen:\n{told}", bug.name);
        eprintln!("seen: {} ({:.1} s)", bug.name, start.elapsed().as_secs_f32());
    }
}

/// Where artefacts go, here and for the copy, so that the crates beneath are built once.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's folder for tests is in its target folder")
}

/// A copy of the project without its programs: each bug would have them built again.
fn copied() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = target().join("mutants");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir_all(&copy).expect("a folder");
    for part in ["src", "tests", "benches"] {
        copy_all(&home.join(part), &copy.join(part));
    }
    let read = |file| fs::read_to_string(home.join(file)).expect("there is one");
    let write = |file, text: String| fs::write(copy.join(file), text).expect("the copy can be written");
    // Under the same name cargo would take what it built of one for the other's.
    let (name, other) = ("name = \"tertulia\"\n", "name = \"tertulia-with-a-bug\"\n");
    let manifest: String =
        read("Cargo.toml").split_inclusive("\n\n").filter(|part| !part.starts_with("[[bin]]")).collect();
    let manifest = manifest.replacen(name, other, 1).replace("default-run = ", "# ");
    assert!(!manifest.contains("[[bin]]") && manifest.contains("autobins = false"), "{manifest}");
    write("Cargo.toml", manifest.replace("[lib]\n", "[lib]\nname = \"tertulia\"\n"));
    write("Cargo.lock", read("Cargo.lock").replacen(name, other, 1));
    copy
}

/// What `watch` says of the copy as it is.
fn told_of(copy: &Path, watch: &Watch, seeds: &str) -> String {
    let alone = format!("//! A part.\n#![allow(dead_code, unreachable_pub, unused)]\n{}", watch.modules);
    fs::write(copy.join("tests/tertulia/main.rs"), alone).expect("the copy can be written");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--locked", "--test", "tertulia", "--", watch.test])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target())
        // Between two bugs little changes.
        .env("CARGO_INCREMENTAL", "1")
        .env_remove("TERTULIA_SEED")
        .env("TERTULIA_SEEDS", seeds)
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("cargo runs");
    [output.stderr, output.stdout].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
}

/// Puts a bug into the copy, and gives back the file as it was.
fn plant(bug: &Bug, copy: &Path) -> String {
    let (source, wrong) = planted(bug, copy);
    fs::write(copy.join(bug.file), wrong).expect("the copy can be written");
    source
}

/// The file of a bug as it is below `home`, and with the bug.
fn planted(bug: &Bug, home: &Path) -> (String, String) {
    let source = fs::read_to_string(home.join(bug.file)).expect("the file of the bug is there");
    assert_eq!(source.matches(bug.right).count(), 1, "{}: the place for it has changed", bug.name);
    let wrong = source.replace(bug.right, bug.wrong);
    (source, wrong)
}

fn copy_all(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let name: PathBuf = entry.expect("an entry").file_name().into();
            copy_all(&from.join(&name), &to.join(&name));
        }
    } else if from.is_file() {
        fs::copy(from, to).expect("a file");
    }
}
