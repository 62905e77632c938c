//! Snapshots that are made from the log, and what is taken out of it then.

use std::sync::{Condvar, Mutex, mpsc};
use std::thread;

use serde::{Deserialize, Deserializer, Serialize};
use tertulia::cluster::{Delivery, EntryId, News, NodeInput, NodeOutput};
use tertulia::engine::{Engine, EngineConfig, EngineFault, EngineTrouble, Happened, LogState, found};

use super::nodes::{self, Nodes};
use super::server::{RedisServer, StreamEntries, config};
use crate::cluster::founded::{INCARNATION, VERSION};
use crate::support::DEADLINE;

/// Says so much that another snapshot is due; waits until all nodes know of it. Gives its place.
#[track_caller]
fn snapshot(nodes: &mut Nodes) -> EntryId {
    let before = nodes.members[0].snapshot();
    nodes.talk(60);
    nodes.until("it is written", |nodes| nodes.members[0].snapshot() > before);
    nodes.snapshot_is_known()
}

#[test]
fn snapshots_take_the_place_of_what_is_trimmed() {
    let Some(server) = RedisServer::start() else { return };
    // As a user who may do what the docs say and no more.
    server.allow_documented("tertulia", "bueno");
    let config = config(&server.url_of("tertulia", "bueno"));
    let config = EngineConfig { prefix: "tertulia".into(), ..config };
    nodes::found(&config);
    let mut nodes = Nodes::there(&config, 2);
    let (first, second) = (snapshot(&mut nodes), snapshot(&mut nodes));
    nodes.until("the log is trimmed", |_| {
        let log: StreamEntries = server.ask("XRANGE tertulia:log - + COUNT 1");
        log[0].0 == first.to_string()
    });
    let kept: StreamEntries = server.ask("XRANGE tertulia:snap - +");
    assert_eq!(
        kept.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
        [first.to_string(), second.to_string()]
    );
    // It goes on from the snapshot, and comes to the same as those who have read all.
    nodes.join();
    nodes.talk(10);
    nodes.agree();
    assert_eq!(nodes.members[2].room.deeds.len(), 2 * 60 * 2 + 30);
    assert!(nodes.members.iter().all(|member| member.troubles.is_empty() && member.faults.is_empty()));
    nodes.stop();
}

#[test]
fn snapshot_that_cannot_be_read_is_told_and_the_one_before_is_used() {
    let Some((server, mut nodes)) = nodes::founded(1) else { return };
    nodes.talk(20);
    let at = nodes.members[0].place().expect("it has read").0;
    server.run(&format!("XADD t:snap {at} s {{}}"));
    nodes.join();
    nodes.talk(20);
    nodes.agree();
    assert!(matches!(nodes.members[1].troubles[..], [EngineTrouble::Unreadable(id)] if id == at));
    nodes.stop();
}

#[test]
fn snapshot_of_a_log_that_was_lost_is_passed_over() {
    let Some((server, mut nodes)) = nodes::founded(2) else { return };
    nodes.talk(20);
    server.run("COPY t:log before");
    let lost = snapshot(&mut nodes);
    server.run("COPY before t:log REPLACE");
    nodes.until("both know", |nodes| nodes.all_told(&News::Gap));
    nodes.settle();
    // Made of the one before: that of the lost log is the newest.
    let next = snapshot(&mut nodes);
    assert!(next > lost);
    nodes.join();
    nodes.settle();
    nodes.agree();
    assert_eq!(nodes.members[2].room.deeds.len(), 2 * 20 + 2 * 60);
    nodes.stop();
}

#[test]
fn engine_that_is_stopped_has_written_what_it_was_given() {
    let Some((server, mut nodes)) = nodes::founded(2) else { return };
    nodes.say_all(300);
    nodes.stop();
    let log: StreamEntries = server.ask("XRANGE t:log - +");
    let changes = log.iter().filter(|(_, fields)| fields[1].contains("\"token\""));
    assert_eq!(changes.count(), 600);
}

/// A state that holds up who makes a snapshot of it, until the test lets it go on.
#[derive(Serialize)]
struct Slow;

/// How many snapshots may go on.
static LET_GO: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

fn let_go() {
    *LET_GO.0.lock().expect("nobody panics with it") += 1;
    LET_GO.1.notify_one();
}

impl<'de> Deserialize<'de> for Slow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Slow, D::Error> {
        <()>::deserialize(deserializer)?;
        if thread::current().name() == Some("log-snapshot") {
            let count = LET_GO.0.lock().expect("nobody panics with it");
            let waited = LET_GO.1.wait_timeout_while(count, DEADLINE, |count| *count == 0);
            *waited.expect("nobody panics with it").0 -= 1;
        }
        Ok(Slow)
    }
}

impl LogState for Slow {
    type Change = ();

    fn apply(&mut self, _: Delivery<()>) -> u64 {
        0
    }
}

/// A state that holds nobody up.
#[derive(Serialize, Deserialize)]
struct Plain;

impl LogState for Plain {
    type Change = ();

    fn apply(&mut self, _: Delivery<()>) -> u64 {
        0
    }
}

/// An engine without a node, over a log that has just been founded.
struct Bare<S: LogState> {
    engine: Engine<S>,
    woken: mpsc::Receiver<()>,
}

impl<S: LogState> Bare<S> {
    #[track_caller]
    fn start(config: &EngineConfig, state: S) -> Bare<S> {
        found(config, (INCARNATION, VERSION), state).expect("it can be founded");
        let (wake, woken) = mpsc::channel();
        let engine = Engine::start(config, move || wake.send(()).unwrap_or_default());
        Bare { engine: engine.expect("it will do").0, woken }
    }

    /// What becomes of a snapshot, and what the administrator hears before that.
    #[track_caller]
    fn written(&mut self) -> (Option<EntryId>, Vec<EngineTrouble>) {
        let mut troubles = Vec::new();
        loop {
            match self.engine.happened() {
                Some(Happened::Input(NodeInput::Written(at))) => return (at, troubles),
                Some(Happened::Trouble(trouble)) => troubles.push(trouble),
                Some(_) => {}
                None => self.woken.recv_timeout(DEADLINE).expect("something happens"),
            }
        }
    }
}

#[test]
fn snapshot_is_not_told_of_to_a_node_that_had_to_begin_again() {
    let Some(server) = RedisServer::start() else { return };
    let mut bare = Bare::start(&server.config(), Slow);
    let add = || server.ask::<String>("XADD t:log * x y").parse::<EntryId>().expect("an id");
    let first = add();
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    let_go();
    assert_eq!(bare.written().0, Some(first));
    let second = add();
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    assert_eq!(bare.engine.perform(NodeOutput::LoadSnapshot(None)), None);
    let_go();
    assert_eq!(bare.written().0, None);
    let kept: StreamEntries = server.ask("XRANGE t:snap - +");
    assert_eq!(kept.last().expect("some").0, second.to_string());
    assert!(bare.engine.stop(DEADLINE));
}

#[test]
fn snapshot_that_cannot_be_written_is_not_tried_again_at_once() {
    let Some(server) = RedisServer::start() else { return };
    server.run("ACL SETUSER chat on >bueno ~t:* +@all");
    let mut bare = Bare::start(&config(&server.url_of("chat", "bueno")), Slow);
    server.run("ACL SETUSER chat -xrange -xrevrange");
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    let (at, troubles) = bare.written();
    assert_eq!(at, None);
    assert!(
        matches!(troubles[..], [EngineTrouble::NotWritten(EngineFault::Denied("XREVRANGE"))]),
        "{troubles:?}"
    );
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    let (at, troubles) = bare.written();
    assert!(at.is_none() && troubles.is_empty(), "{troubles:?}");
    assert!(bare.engine.stop(DEADLINE));
}

#[test]
fn snapshot_ahead_of_the_log_is_told_and_no_other_is_tried_at_once() {
    let Some(server) = RedisServer::start() else { return };
    let mut bare = Bare::start(&server.config(), Plain);
    server.run("XADD t:log * x y");
    server.run("XADD t:snap 99999999999999-0 s basura");
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    let (at, troubles) = bare.written();
    let ahead = EntryId { millis: 99_999_999_999_999, number: 0 };
    assert_eq!(at, None);
    assert!(
        matches!(troubles[..], [EngineTrouble::Unreadable(one), EngineTrouble::Blocked(other)] if [one, other] == [ahead; 2]),
        "{troubles:?}"
    );
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    let (at, troubles) = bare.written();
    assert!(at.is_none() && troubles.is_empty(), "{troubles:?}");
    // As the docs say.
    server.run("XDEL t:snap 99999999999999-0");
    server.run("XSETID t:snap 0-1");
    assert!(bare.engine.stop(DEADLINE));
}

#[test]
fn log_that_was_trimmed_behind_its_last_snapshot_is_told() {
    let Some(server) = RedisServer::start() else { return };
    let mut bare = Bare::start(&server.config(), Plain);
    server.run("XADD t:log * x y");
    server.run("XTRIM t:log MAXLEN 1");
    assert_eq!(bare.engine.perform(NodeOutput::WriteSnapshot), None);
    let (at, troubles) = bare.written();
    assert!(at.is_none() && matches!(troubles[..], [EngineTrouble::NothingToGoOnFrom]), "{troubles:?}");
    assert!(bare.engine.stop(DEADLINE));
}
