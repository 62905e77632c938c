//! Do the simulation and the matrix of who may read what see? Known bugs, put back into a copy of the project on
//! purpose, must each break a law.
//!
//! All of them are in one copy, and `TERTULIA_BUG` says which one is on, so that the copy is built once. That takes a while, so it runs
//! only when asked: `cargo test mutants -- --ignored`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// A bug is an expression in place of another.
struct Bug {
    name: &'static str,
    file: &'static str,
    /// The only place in the file that reads so; the right expression is in it once.
    place: &'static str,
    right: &'static str,
    wrong: &'static str,
    /// The test that is to fail.
    test: &'static str,
}

const SIMULATION: &str = "simulation::laws_hold";
const NODES: &str = "cluster::simulation::nodes_agree";
const HUBS: &str = "nodes::hubs_behind_one_log";
const MATRIX: &str = "history_access::combinations_are_all";

/// What these tests stand on: all others take longer to build than everything else.
const MODULES: &str = "mod cluster;
mod history_access;
mod hub;
mod nodes;
mod simulation;
mod support {
    pub const DEADLINE: std::time::Duration = std::time::Duration::from_secs(30);
    pub mod book;
    pub mod dir;
    pub mod greeting;
    pub mod log;
    pub mod owned;
    pub mod process;
    pub mod records;
    pub mod seeds;
    pub mod series;
    pub mod shell;
    pub mod tls_client;
    pub mod twin;
}
mod turns;
";

/// The copy's answer to which bug is on: by its place among the bugs, and none without the variable.
const PLANTED: &str = r#"
#[doc(hidden)]
pub fn planted(bug: usize) -> bool {
    static ON: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();
    *ON.get_or_init(|| std::env::var("TERTULIA_BUG").ok().map(|bug| bug.parse().expect("a number"))) == Some(bug)
}
"#;

const BUGS: [Bug; 38] = [
    Bug {
        name: "a drain that stops early and does not remember it",
        file: "src/net/server/serving.rs",
        place: "            if used_up || self.is_behind() {\n                self.ingress.go_on_later(&mut self.connections, id, now);",
        right: "self.ingress.go_on_later(&mut self.connections, id, now)",
        wrong: "()",
        test: SIMULATION,
    },
    Bug {
        name: "a slot reused without generation",
        file: "src/chat/id.rs",
        place: "ClientId(u64::from(generation) << 32 | u64::from(slot))",
        right: "generation",
        wrong: "generation.min(1)",
        test: SIMULATION,
    },
    Bug {
        name: "a bare close",
        file: "src/net/connection/mod.rs",
        place: "if self.stream.end_writing().is_err() || self.ended {",
        right: "self.stream.end_writing().is_err()",
        wrong: "self.stream.end_writing().is_ok()",
        test: SIMULATION,
    },
    Bug {
        name: "an accept that failed and is forgotten",
        file: "src/net/acceptor.rs",
        place: "self.closed_until = Some(now + ACCEPT_RETRY);",
        right: "self.closed_until = Some(now + ACCEPT_RETRY)",
        wrong: "self.waiting = false",
        test: SIMULATION,
    },
    Bug {
        name: "a skipped line that is not owned up to",
        file: "src/net/connection/outbox.rs",
        place: "own.skipped = own.skipped.saturating_add(1);",
        right: "own.skipped.saturating_add(1)",
        wrong: "own.skipped.max(1)",
        test: SIMULATION,
    },
    Bug {
        name: "a reader who dies while being delivered to",
        file: "src/net/server/egress.rs",
        place: "Some((conn.is_dead(), conn.is_lingering(), conn.take_release()))",
        right: "conn.is_dead()",
        wrong: "false",
        test: SIMULATION,
    },
    Bug {
        name: "a limit of all queues that nobody keeps",
        file: "src/net/server/mod.rs",
        place: "egress: Egress::new(zone, queues_max_bytes),",
        right: "queues_max_bytes",
        wrong: "queues_max_bytes.max(usize::MAX / 2)",
        test: SIMULATION,
    },
    Bug {
        name: "a piece without a line end behind which nobody waits for the quiet",
        file: "src/net/connection/mod.rs",
        place: "[paced, awaited, self.outbox.stalled_at(), piece]",
        right: "piece",
        wrong: "piece.filter(|_| false)",
        test: SIMULATION,
    },
    Bug {
        name: "a wall clock that is read at the start only",
        file: "src/net/server/mod.rs",
        place: "        self.clocks = Time { mono: now, wall };",
        right: "Time { mono: now, wall }",
        wrong: "Time { mono: now, wall: if now.since(MonoTime::START).as_secs() < 2 { wall } else { self.clocks.wall } }",
        test: SIMULATION,
    },
    Bug {
        name: "an expelled address that is let in",
        file: "src/chat/hub/mod.rs",
        place: "if let Some(expelled) = self.chat.expelled_address(origin, self.chat_time().wall) {",
        right: "self.chat.expelled_address(origin, self.chat_time().wall)",
        wrong: "self.chat.expelled_address(origin, self.chat_time().wall).filter(|_| self.clients() == 0)",
        test: SIMULATION,
    },
    Bug {
        name: "a turn's budget of lines for each",
        file: "src/net/server/serving.rs",
        place: "lines: share.lines.checked_div(sharers)?.max(1),",
        right: "sharers",
        wrong: "sharers.min(1)",
        test: SIMULATION,
    },
    Bug {
        name: "a share of places that is too small by one",
        file: "src/limits.rs",
        place: "    held > all / 2 && free",
        right: "held > all / 2",
        wrong: "held >= all / 2",
        test: SIMULATION,
    },
    Bug {
        name: "a registered person to whom no guest gives way",
        file: "src/chat/hub/places.rs",
        place: "let other = self.giving_way(now).or_else(|| self.guest_giving_way());",
        right: "self.guest_giving_way()",
        wrong: "self.guest_giving_way().filter(|_| !full)",
        test: SIMULATION,
    },
    Bug {
        name: "a password that was refused, and is said when it is typed again",
        file: "src/chat/hub/mod.rs",
        place: "(command, _) if self.sessions.questions.repeats_secret(id, &command) => {",
        right: "self.sessions.questions.repeats_secret(id, &command)",
        wrong: "self.sessions.questions.repeats_secret(id, &command) && self.name(id).is_none()",
        test: SIMULATION,
    },
    Bug {
        name: "what was sent before an answer and is taken for what was sent behind it",
        file: "src/net/server/writing.rs",
        place: "            ingress.read_before_writing(connections, egress, id, now);\n",
        right: "ingress.read_before_writing(connections, egress, id, now)",
        wrong: "()",
        test: SIMULATION,
    },
    Bug {
        name: "a line that is counted as missing and stored later",
        file: "src/storage/worker.rs",
        place: "load.release(rows.drain(..count)",
        right: "count",
        wrong: "if result == Written::Failed { 0 } else { count }",
        test: SIMULATION,
    },
    Bug {
        name: "a frame whose head is that of another length",
        file: "src/protocol/websocket/frame.rs",
        place: "            bytes[1] = 126;",
        right: "126",
        wrong: "if payload == 126 { 127 } else { 126 }",
        test: SIMULATION,
    },
    Bug {
        name: "a mask that begins anew where a read ends",
        file: "src/protocol/websocket/decoder.rs",
        place: "frame.phase = (frame.phase + payload.len()) % frame.mask.len();",
        right: "(frame.phase + payload.len()) % frame.mask.len()",
        wrong: "0",
        test: SIMULATION,
    },
    Bug {
        name: "the beginning of a handshake that is forgotten when it is known to be one",
        file: "src/net/connection/sealing.rs",
        place: "let Some(mut begun) = begun.filter(|begun| !begun.is_empty()) else { return false };",
        right: "!begun.is_empty()",
        wrong: "false",
        test: SIMULATION,
    },
    Bug {
        name: "a line that finds no place and is not counted",
        file: "src/storage/handle.rs",
        place: "            miss(&mut self.gaps, line.room, Gap::of(line));\n",
        right: "miss(&mut self.gaps, line.room, Gap::of(line))",
        wrong: "()",
        test: SIMULATION,
    },
    Bug {
        name: "an answer that comes when its reader has left the room",
        file: "src/chat/hub/recalling.rs",
        place: "        rooms.find(|&there| self.chat.room(there).is_some_and(|there| there.key == room))",
        right: "rooms.find(|&there| self.chat.room(there).is_some_and(|there| there.key == room))",
        wrong: "self.chat.member(id).and_then(|_| {\n            let mut all = (0..self.chat.all_rooms().numbers()).map(RoomId::at);\n            all.find(|&there| self.chat.room(there).is_some_and(|there| there.key == room))\n        })",
        test: MATRIX,
    },
    Bug {
        name: "an epoch that is over, and whose entries count",
        file: "src/cluster/ledger.rs",
        place: "filter(|standing| standing.living && standing.epoch == epoch)",
        right: "standing.living && standing.epoch == epoch",
        wrong: "epoch > EntryId::ZERO || standing.living",
        test: NODES,
    },
    Bug {
        name: "a number that nobody looks at",
        file: "src/cluster/ledger.rs",
        place: "match number.cmp(&standing.next) {",
        right: "number.cmp(&standing.next)",
        wrong: "std::cmp::Ordering::Equal",
        test: NODES,
    },
    Bug {
        name: "a lease that ends by time",
        file: "src/cluster/ledger.rs",
        place: "standing.unheard_by(node) >= BEATS_TO_DEATH",
        right: "standing.unheard_by(node) >= BEATS_TO_DEATH",
        wrong: "standing.unheard_by(node) > 0 && id.millis > standing.heard.millis + 10_000",
        test: NODES,
    },
    Bug {
        name: "a read behind what was trimmed",
        file: "src/cluster/node.rs",
        place: "anchor != Some(digest)",
        right: "anchor != Some(digest)",
        wrong: "anchor.is_some_and(|anchor| anchor != digest)",
        test: NODES,
    },
    Bug {
        name: "another line in the place of the last one",
        file: "src/cluster/node.rs",
        place: "anchor != Some(digest)",
        right: "anchor != Some(digest)",
        wrong: "anchor.is_none()",
        test: NODES,
    },
    Bug {
        name: "a line that is sent again and applied again",
        file: "src/cluster/ledger.rs",
        place: "Err(Ignored::Repeated)",
        right: "Err(Ignored::Repeated)",
        wrong: "Ok(())",
        test: NODES,
    },
    Bug {
        name: "a greeting that knows nothing of the last one, and counts",
        file: "src/cluster/ledger.rs",
        place: "before.map(|standing| standing.epoch) != hello.replaces",
        right: "before.map(|standing| standing.epoch) != hello.replaces",
        wrong: "before.is_none() && hello.replaces.is_some()",
        test: NODES,
    },
    Bug {
        name: "what has not come back and is not sent again",
        file: "src/cluster/node.rs",
        place: "self.outputs.extend(again)",
        right: "self.outputs.extend(again)",
        wrong: "self.outputs.extend(again.skip(1))",
        test: NODES,
    },
    Bug {
        name: "what was under way when another program went on, and is not sent again",
        file: "src/cluster/node/stored.rs",
        place: "under_way: SentEntries::of(under_way),",
        right: "SentEntries::of(under_way)",
        wrong: "SentEntries::default()",
        test: NODES,
    },
    Bug {
        name: "what was under way in an epoch that is over, and of which nobody hears",
        file: "src/cluster/node.rs",
        place: "if !refused.is_empty() {",
        right: "!refused.is_empty()",
        wrong: "refused.len() > 64",
        test: NODES,
    },
    Bug {
        name: "words that are forgotten when the node that took them is held for dead",
        file: "src/chat/hub/ordered.rs",
        place: "given_up.into_iter().for_each(|pending| self.try_again(pending));",
        right: "given_up.into_iter().for_each(|pending| self.try_again(pending))",
        wrong: "drop(given_up)",
        test: HUBS,
    },
    Bug {
        name: "people who are not brought back when their node is",
        file: "src/chat/hub/ordered.rs",
        place: "self.bring_back();",
        right: "self.bring_back()",
        wrong: "()",
        test: HUBS,
    },
    Bug {
        name: "a time of the node's own in place of the log's",
        file: "src/chat/hub/ordered.rs",
        place: "let at = under_way.read_at(at, now);",
        right: "under_way.read_at(at, now)",
        wrong: "{ under_way.read_at(at, now); self.at }",
        test: HUBS,
    },
    Bug {
        name: "a member who stays when its node is gone",
        file: "src/chat/rules/nodes.rs",
        place: "let members: Vec<MemberId> = self.next_stranded().collect();",
        right: "self.next_stranded().collect()",
        wrong: "self.next_stranded().skip(1).collect()",
        test: HUBS,
    },
    Bug {
        name: "a change that follows from nothing: its client waits for ever",
        file: "src/chat/hub/under_way.rs",
        place: "            if *own == OwnChanges::default() {\n                self.waited_for.remove(&client);",
        right: "*own == OwnChanges::default()",
        wrong: "false",
        test: HUBS,
    },
    Bug {
        name: "what was under way, handled anew from its end",
        file: "src/chat/hub/ordered.rs",
        place: "let given_up = self.give_up_pending();",
        right: "self.give_up_pending()",
        wrong: "self.give_up_pending().into_iter().rev().collect()",
        test: HUBS,
    },
    Bug {
        name: "a client that leaves before what it said has come back",
        file: "src/chat/hub/pipelining.rs",
        place: "self.may_say_more(id) && self.is_only_said(id, command)",
        right: "self.is_only_said(id, command)",
        wrong: "matches!(command, Command::Quit(_)) || self.is_only_said(id, command)",
        test: HUBS,
    },
];

/// Seeds that are tried: some bugs show in one of ten thousand.
const SEEDS: &str = "16000";

#[test]
fn places_of_the_bugs_are_there() {
    for bug in &BUGS {
        let source =
            fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(bug.file)).expect("a file");
        planted(bug, 0, &source);
    }
}

#[test]
#[ignore = "builds the project once more; .ci/run asks for it"]
fn bugs_that_are_put_back_are_caught() {
    let copy = copied();
    for (number, bug) in BUGS.iter().enumerate() {
        let file = copy.join(bug.file);
        let source = fs::read_to_string(&file).expect("a file");
        fs::write(file, planted(bug, number, &source)).expect("the copy can be written");
    }
    // A law that is broken without a bug would be taken for one of them. Those of more seeds are tried elsewhere.
    for test in [SIMULATION, NODES, HUBS, MATRIX] {
        let told = told_of(&copy, test, None, "500");
        assert!(told.contains("1 passed"), "{test} without a bug:\n{told}");
    }
    for (number, bug) in BUGS.iter().enumerate() {
        let start = Instant::now();
        let told = told_of(&copy, bug.test, Some(number), SEEDS);
        assert!(told.contains("running 1 test"), "{}: {} did not run:\n{told}", bug.name, bug.test);
        assert!(told.contains("a law is broken"), "{} went unseen:\n{told}", bug.name);
        eprintln!("seen: {} ({:.1} s)", bug.name, start.elapsed().as_secs_f32());
    }
}

/// Where artefacts go, here and for the copy, so that the crates beneath are built once.
fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's folder for tests is in its target folder")
}

/// A copy of the project without its programs, which take longer to build than the rest.
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
    write("src/lib.rs", read("src/lib.rs") + PLANTED);
    let alone = "//! A part.\n#![allow(dead_code, unreachable_pub, unused)]\n";
    write("tests/tertulia/main.rs", alone.to_owned() + MODULES);
    copy
}

/// What `test` says of the copy while this bug is on.
fn told_of(copy: &Path, test: &str, bug: Option<usize>, seeds: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["test", "--locked", "--test", "tertulia", "--", test])
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target())
        .env_remove("TERTULIA_SEED")
        .env("TERTULIA_SEEDS", seeds)
        .env("RUST_BACKTRACE", "0");
    match bug {
        Some(bug) => cargo.env("TERTULIA_BUG", bug.to_string()),
        None => cargo.env_remove("TERTULIA_BUG"),
    };
    let output = cargo.output().expect("cargo runs");
    [output.stderr, output.stdout].map(|said| String::from_utf8_lossy(&said).into_owned()).concat()
}

/// The source of a bug's file with the bug in it, which is on when it is asked for by this number.
fn planted(bug: &Bug, number: usize, source: &str) -> String {
    assert_eq!(source.matches(bug.place).count(), 1, "{}: the place for it has changed", bug.name);
    assert_eq!(bug.place.matches(bug.right).count(), 1, "{}: what is right is there once", bug.name);
    let choice = format!("(if crate::planted({number}) {{ {} }} else {{ {} }})", bug.wrong, bug.right);
    source.replace(bug.place, &bug.place.replace(bug.right, &choice))
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
