//! One node by itself, over a log that is written by hand.

mod stored;

use std::sync::Arc;
use std::time::Duration;

use tertulia::chat::{MonoTime, Time, UnixMillis};
use tertulia::cluster::{
    Beat, Body, Delivery, Digest, Entry, EntryId, EpochEnd, Happening, Hello, LogLine, News, Node,
    NodeConfig, NodeInput, NodeOutput, Read, Replica, SharedOptions, StopReason, What,
};
use tertulia::limits::{
    BEAT_INTERVAL, BEATS_TO_DEATH, GARBAGE_TOLD, GARBAGE_TOLD_INTERVAL, LOG_PATIENCE, SNAPSHOT_BYTES,
    UNDER_WAY_MAX_BYTES,
};

use super::founded::{self, INCARNATION, VERSION};
use super::ledger::{hello, name};

/// A node, and the log as the test writes it.
struct Rig {
    node: Node<String>,
    now: Duration,
    /// All lines, the founding first.
    lines: Vec<(EntryId, Vec<u8>)>,
    /// Up to where it was told to read.
    read: EntryId,
    outputs: Vec<NodeOutput>,
    deliveries: Vec<Delivery<String>>,
}

fn config() -> NodeConfig {
    NodeConfig::new(name("a"), 1, VERSION)
}

impl Rig {
    fn new(config: NodeConfig) -> Rig {
        let (founding, replica) = founded::log();
        let mut rig = Rig {
            node: Node::new(config),
            now: Duration::from_secs(100),
            lines: vec![(EntryId::FOUNDING, founding)],
            read: EntryId::ZERO,
            outputs: Vec::new(),
            deliveries: Vec::new(),
        };
        assert_eq!(rig.outputs(), [NodeOutput::LoadSnapshot(None)]);
        rig.snapshot(replica);
        rig
    }

    /// A node that is there.
    fn living() -> Rig {
        let mut rig = Rig::new(config());
        rig.reads();
        assert_eq!(rig.appends(), 1, "its hello");
        rig.reads();
        assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Living(rig.last()))]);
        assert_eq!(rig.happened(), [Happening::Joined(name("a"))]);
        rig
    }

    fn take(&mut self, input: NodeInput<String>) {
        let wall = UnixMillis(i64::try_from(self.now.as_millis()).expect("a time"));
        self.node.take(Time { mono: MonoTime::START + self.now, wall }, input);
        while let Some(delivery) = self.node.step() {
            self.deliveries.push(delivery);
            self.node.applied(0);
        }
        self.node.outputs(&mut self.outputs);
    }

    fn snapshot(&mut self, replica: Replica) {
        self.read = replica.at();
        self.take(NodeInput::Snapshot(Some(Box::new(replica))));
        if let Some(at) = self.outputs.iter().position(|it| *it == NodeOutput::ReadFrom(self.read)) {
            self.outputs.remove(at);
        }
    }

    /// Somebody writes a line.
    fn writes(&mut self, bytes: Vec<u8>) -> EntryId {
        let millis = u64::try_from(self.now.as_millis()).expect("a time");
        let last = self.last();
        let next = EntryId { millis: last.millis, number: last.number + 1 };
        let id = next.max(EntryId { millis, number: 0 });
        self.lines.push((id, bytes));
        id
    }

    fn entry(&mut self, body: Body<String>) -> EntryId {
        self.writes(Entry { version: VERSION, body }.to_bytes())
    }

    /// The engine takes all that the node wanted to append; gives how many.
    fn appends(&mut self) -> usize {
        let outputs = self.take_outputs();
        let appended: Vec<Arc<[u8]>> = appended(&outputs);
        for bytes in &appended {
            self.writes(bytes.to_vec());
        }
        self.outputs = outputs.into_iter().filter(|it| !matches!(it, NodeOutput::Append(_))).collect();
        appended.len()
    }

    /// The node reads what there is.
    fn reads(&mut self) {
        let (after, lines) = (self.read, &self.lines);
        let anchor = lines.iter().find(|(id, _)| *id == after).map(|(_, bytes)| Digest::of(bytes));
        let behind = lines.iter().filter(|(id, _)| *id > after);
        let lines: Vec<LogLine<String>> =
            behind.map(|(id, bytes)| LogLine::read(*id, Some(bytes), VERSION)).collect();
        if anchor.is_some() {
            self.read = lines.last().map_or(after, |line| line.id);
        }
        self.take(NodeInput::Read(Read { after, anchor, lines, end: true }));
    }

    fn wait(&mut self, span: Duration) {
        self.now += span;
        self.take(NodeInput::Tick);
    }

    fn last(&self) -> EntryId {
        self.lines.last().expect("the founding").0
    }

    fn outputs(&mut self) -> Vec<NodeOutput> {
        self.node.outputs(&mut self.outputs);
        self.take_outputs()
    }

    fn take_outputs(&mut self) -> Vec<NodeOutput> {
        std::mem::take(&mut self.outputs)
    }

    fn submit(&mut self, word: &str) -> u64 {
        let number = self.node.submit(vec![word.to_owned()]);
        self.node.outputs(&mut self.outputs);
        number
    }

    fn happened(&mut self) -> Vec<Happening<String>> {
        std::mem::take(&mut self.deliveries).into_iter().flat_map(|delivery| delivery.happenings).collect()
    }
}

fn appended(outputs: &[NodeOutput]) -> Vec<Arc<[u8]>> {
    let bytes = outputs.iter().map(|output| match output {
        NodeOutput::Append(bytes) => Some(Arc::clone(bytes)),
        _ => None,
    });
    bytes.flatten().collect()
}

fn entry(bytes: &[u8]) -> Entry<String> {
    Entry::from_bytes(bytes, VERSION).expect("an entry")
}

#[test]
fn change_is_applied_when_it_comes_back_at_the_time_of_the_log() {
    let mut rig = Rig::living();
    let number = rig.submit("hola");
    assert_eq!(rig.happened(), [], "not before");
    assert!(!rig.node.is_settled());
    rig.now += Duration::from_millis(40);
    assert_eq!(rig.appends(), 1);
    let id = rig.last();
    rig.reads();
    let changes = Happening::Changes(name("a"), vec!["hola".to_owned()]);
    assert_eq!(rig.deliveries, [Delivery { id, happenings: vec![changes], own: Some(number) }]);
    assert!(rig.node.is_settled());
}

#[test]
fn entry_is_sent_again_as_it_was_and_not_when_it_has_come_back() {
    let mut rig = Rig::living();
    rig.submit("one");
    rig.appends();
    rig.reads();
    rig.submit("two");
    let first = appended(&rig.take_outputs());
    rig.take(NodeInput::Lost);
    rig.submit("three");
    assert_eq!(rig.take_outputs(), [], "nobody could take it");
    rig.take(NodeInput::Back);
    let outputs = rig.take_outputs();
    let again = appended(&outputs);
    assert_eq!(again.len(), 2);
    assert_eq!(again[0], first[0], "byte for byte");
    assert_eq!(outputs.last(), Some(&NodeOutput::ReadFrom(rig.read)));
    // Both copies are taken, the old one last.
    for bytes in [&again[0], &again[1], &first[0]] {
        rig.writes(bytes.to_vec());
    }
    rig.deliveries.clear();
    rig.reads();
    let words = |word: &str| Happening::Changes(name("a"), vec![word.to_owned()]);
    assert_eq!(rig.happened(), [words("two"), words("three")]);
}

#[test]
fn beat_is_given_each_second_and_not_before_the_last_has_come_back() {
    let mut rig = Rig::living();
    assert_eq!(rig.node.next_due(), Some(MonoTime::START + rig.now + BEAT_INTERVAL));
    rig.wait(BEAT_INTERVAL - Duration::from_micros(1));
    assert_eq!(rig.take_outputs(), []);
    rig.wait(Duration::from_micros(1));
    let reached = rig.last();
    assert_eq!(rig.appends(), 1);
    let Body::Of { what: What::Beat(beat), .. } = entry(&rig.lines[2].1).body else { panic!("a beat") };
    assert_eq!(beat.reached, reached);
    rig.wait(BEAT_INTERVAL * 2);
    assert_eq!(rig.take_outputs(), [], "the engine stands still");
    rig.reads();
    rig.wait(Duration::ZERO);
    assert_eq!(rig.appends(), 1);
}

/// Another node comes in and beats until the first is dead, if that is silent.
fn held_for_dead(rig: &mut Rig) {
    let epoch = rig.entry(Body::Hello(Hello { instance: 2, ..hello("b", None) }));
    for number in 1..=u64::from(BEATS_TO_DEATH) {
        let what = What::Beat(Beat::default());
        rig.entry(Body::Of { node: name("b"), epoch, number, what });
    }
}

#[test]
fn node_that_reads_its_own_death_comes_in_again_and_gives_back_what_was_under_way() {
    let mut rig = Rig::living();
    let epoch = rig.node.epoch();
    let number = rig.submit("late");
    let late = appended(&rig.take_outputs());
    held_for_dead(&mut rig);
    rig.reads();
    let outputs = rig.take_outputs();
    assert!(!rig.node.is_open());
    assert_eq!(outputs[0], NodeOutput::Tell(News::HeldForDead));
    let again = appended(&outputs);
    let Body::Hello(hello) = entry(&again[0]).body else { panic!("a hello") };
    assert_eq!((hello.replaces, hello.first), (epoch, number + 1));
    // What was refused is carried out late, before and behind the hello.
    rig.writes(late[0].to_vec());
    let back = rig.writes(again[0].to_vec());
    rig.writes(late[0].to_vec());
    rig.deliveries.clear();
    rig.reads();
    assert_eq!(rig.happened(), [Happening::Joined(name("a"))]);
    assert_eq!(rig.take_outputs(), [NodeOutput::Refused(vec![number]), NodeOutput::Tell(News::Living(back))]);
    rig.submit("and on");
    rig.appends();
    rig.reads();
    assert_eq!(rig.happened().len(), 1);
}

#[test]
fn end_of_another_node_is_told_where_it_happens_and_not_where_it_is_read_later() {
    let gone = |rig: &mut Rig, epoch: Option<EntryId>| {
        let epoch = rig.entry(Body::Hello(Hello { instance: 2, ..hello("b", epoch) }));
        let left = Body::Of { node: name("b"), epoch, number: 1, what: What::Leave };
        rig.entry(left);
        epoch
    };
    let mut rig = Rig::new(config());
    let epoch = gone(&mut rig, None);
    rig.reads();
    assert_eq!(rig.appends(), 1, "its hello");
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Living(rig.last()))]);
    gone(&mut rig, Some(epoch));
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::NodeGone(name("b"), EpochEnd::Left))]);
}

#[test]
fn garbage_is_told_one_by_one_and_of_much_how_much() {
    let mut rig = Rig::living();
    let most = usize::try_from(GARBAGE_TOLD).expect("few");
    let write = |rig: &mut Rig, count| (0..count).map(|_| rig.writes(b"x".to_vec())).collect::<Vec<_>>();
    let told = |rig: &mut Rig| -> Vec<News> {
        rig.reads();
        let outputs = rig.take_outputs();
        outputs
            .into_iter()
            .filter_map(|it| if let NodeOutput::Tell(news) = it { Some(news) } else { None })
            .collect()
    };
    let ids = write(&mut rig, most + 1000);
    let each: Vec<News> = ids[..most].iter().map(|id| News::Garbage(*id)).collect();
    assert_eq!(told(&mut rig), each);
    write(&mut rig, 500);
    assert_eq!(told(&mut rig), []);
    rig.now += GARBAGE_TOLD_INTERVAL;
    assert_eq!(told(&mut rig), [News::MoreGarbage(1500)]);
    let ids = write(&mut rig, 1);
    assert_eq!(told(&mut rig), [News::Garbage(ids[0])], "and few are told one by one again");
    rig.now += GARBAGE_TOLD_INTERVAL;
    assert_eq!(told(&mut rig), []);
}

#[test]
fn node_whose_name_another_process_takes_stops() {
    let mut rig = Rig::living();
    let other = Hello { instance: 2, ..hello("a", rig.node.epoch()) };
    rig.entry(Body::Hello(other));
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Stop(StopReason::Replaced)]);
    assert_eq!(rig.happened(), [], "its people are told something else");
    rig.take(NodeInput::Tick);
    assert_eq!((rig.take_outputs(), rig.node.next_due()), (vec![], None));
}

#[test]
fn node_that_comes_in_beside_another_asks_again() {
    let mut rig = Rig::new(config());
    rig.reads();
    let first = appended(&rig.take_outputs());
    let other = rig.entry(Body::Hello(Hello { instance: 2, ..hello("a", None) }));
    rig.writes(first[0].to_vec());
    rig.reads();
    let second = appended(&rig.take_outputs());
    let Body::Hello(hello) = entry(&second[0]).body else { panic!("a hello") };
    assert_eq!(hello.replaces, Some(other));
    rig.writes(second[0].to_vec());
    rig.reads();
    assert!(rig.node.epoch().is_some());
}

#[test]
fn log_that_is_another_one_now_is_noticed_before_anything_is_applied() {
    let mut rig = Rig::living();
    rig.submit("lost");
    rig.appends();
    rig.reads();
    rig.deliveries.clear();
    let lost = rig.last();
    let number = rig.submit("not come back");
    rig.take_outputs();
    // Another line stands in its place, and more behind it.
    rig.lines.pop();
    rig.lines.push((lost, b"another".to_vec()));
    held_for_dead(&mut rig);
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Gap), NodeOutput::LoadSnapshot(None)]);
    assert_eq!(rig.happened(), []);
    assert!(!rig.node.is_open());
    rig.snapshot(founded::log().1);
    rig.reads();
    assert_eq!(rig.appends(), 1, "a hello, and nothing that had come back");
    rig.reads();
    assert!(rig.take_outputs().contains(&NodeOutput::Refused(vec![number])));
    assert!(rig.node.is_open());
}

#[test]
fn lines_behind_what_was_trimmed_are_not_applied() {
    let mut rig = Rig::living();
    held_for_dead(&mut rig);
    let bound = rig.last();
    rig.lines.retain(|(id, _)| *id >= bound);
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Gap), NodeOutput::LoadSnapshot(None)]);
    assert_eq!(rig.happened(), []);
}

#[test]
fn snapshot_of_a_log_that_was_lost_gives_way_to_the_one_before_it() {
    let lost = Rig::living();
    let lost = lost.node.replica().expect("it reads").clone();
    let mut rig = Rig::new(config());
    assert_eq!(rig.take_outputs(), []);
    rig = Rig { node: Node::new(config()), ..rig };
    rig.snapshot(lost.clone());
    rig.take_outputs();
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(None)], "there may be a newer one by now");
    rig.snapshot(lost.clone());
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(Some(lost.at()))]);
    rig.snapshot(founded::log().1);
    rig.reads();
    assert_eq!(rig.appends(), 1, "it comes in");
}

#[test]
fn node_stops_where_no_snapshot_fits_the_log() {
    let mut rig = Rig::new(config());
    rig.lines = vec![(EntryId { millis: 5, number: 0 }, b"other".to_vec())];
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(None)]);
    rig.snapshot(founded::log().1);
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(Some(EntryId::FOUNDING))]);
    rig.take(NodeInput::Snapshot(None));
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(None)], "it may have gone for a newer one");
    rig.snapshot(founded::log().1);
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(Some(EntryId::FOUNDING))]);
    rig.take(NodeInput::Snapshot(None));
    assert_eq!(rig.take_outputs(), [NodeOutput::Stop(StopReason::NoLog)]);
}

#[test]
fn log_that_is_none_or_another_is_refused() {
    let mut empty: Node<String> = Node::new(config());
    empty.take(Time::default(), NodeInput::Snapshot(None));
    let mut outputs = Vec::new();
    empty.outputs(&mut outputs);
    assert_eq!(outputs, [NodeOutput::LoadSnapshot(None), NodeOutput::Stop(StopReason::NoLog)]);
    let other = NodeConfig { incarnation: Some(INCARNATION + 1), ..config() };
    assert_eq!(Rig::new(other).take_outputs(), [NodeOutput::Stop(StopReason::AnotherLog)]);
    let own = NodeConfig { incarnation: Some(INCARNATION), ..config() };
    assert_eq!(Rig::new(own).take_outputs(), []);
}

#[test]
fn versions_and_options_of_the_others_are_asked_for_before_the_hello() {
    let later = NodeConfig { applies: (2, 3), ..config() };
    assert_eq!(Rig::new(later).take_outputs(), [NodeOutput::Stop(StopReason::TooNew(1))]);
    let options = SharedOptions::from([("--operator".to_owned(), "Ana".to_owned())]);
    let mut rig = Rig::new(NodeConfig { options, ..config() });
    rig.entry(Body::Hello(hello("b", None)));
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Stop(StopReason::Option("--operator".to_owned()))]);
}

#[test]
fn people_are_told_once_that_the_log_is_away_and_once_that_it_is_back() {
    let mut rig = Rig::living();
    rig.take(NodeInput::Lost);
    assert_eq!(rig.node.next_due(), Some(MonoTime::START + rig.now + LOG_PATIENCE));
    rig.wait(LOG_PATIENCE - Duration::from_micros(1));
    rig.submit("typed meanwhile");
    assert_eq!(rig.take_outputs(), []);
    rig.wait(Duration::from_micros(1));
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Away)]);
    rig.wait(LOG_PATIENCE);
    assert_eq!((rig.take_outputs(), rig.node.next_due()), (vec![], None));
    rig.take(NodeInput::Back);
    assert_eq!(rig.take_outputs().len(), 2, "what was typed, and to be read");
    let outputs = rig.outputs();
    assert_eq!(outputs, [], "it is over when something comes back");
}

#[test]
fn silence_is_told_where_the_connection_is_not_lost() {
    let mut rig = Rig::living();
    rig.submit("hola");
    rig.wait(LOG_PATIENCE);
    let outputs = rig.take_outputs();
    assert!(outputs.contains(&NodeOutput::Tell(News::Away)), "{outputs:?}");
    rig.outputs = outputs;
    rig.appends();
    rig.take_outputs();
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Back)]);
}

#[test]
fn changes_wait_while_too_much_is_under_way() {
    let mut rig = Rig::living();
    rig.take(NodeInput::Lost);
    let word = "x".repeat(UNDER_WAY_MAX_BYTES / 16);
    for _ in 0..16 {
        assert!(rig.node.is_open());
        rig.submit(&word);
    }
    assert!(!rig.node.is_open());
    rig.take(NodeInput::Back);
    rig.appends();
    rig.reads();
    assert!(rig.node.is_open());
}

#[test]
fn clock_of_the_engine_is_compared_and_told_once() {
    let mut rig = Rig::living();
    for (ahead, told) in [(4, false), (6, true), (6, false), (0, false), (7, true)] {
        rig.wait(BEAT_INTERVAL);
        let outputs = rig.take_outputs();
        let beat = appended(&outputs).remove(0);
        let here = rig.now;
        rig.now += Duration::from_secs(ahead);
        rig.writes(beat.to_vec());
        rig.now = here;
        rig.reads();
        let by = Duration::from_secs(ahead);
        let news = NodeOutput::Tell(News::ClocksApart { by, ahead: true });
        assert_eq!(rig.take_outputs(), if told { vec![news] } else { vec![] }, "{ahead} s ahead");
        // The engine's ids do not go back.
        rig.now += by;
    }
}

#[test]
fn node_leaves_with_its_people() {
    let mut rig = Rig::living();
    rig.take(NodeInput::Leave);
    assert!(!rig.node.is_open());
    assert_eq!(rig.appends(), 1);
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Stop(StopReason::Left)]);
    let Body::Of { what, .. } = entry(&rig.lines.last().expect("a line").1).body else { panic!("its own") };
    assert_eq!(what, What::Leave);
}

#[test]
fn version_is_raised_by_the_first_of_those_who_all_can() {
    let mut rig = Rig::new(NodeConfig { applies: (1, 2), ..config() });
    rig.reads();
    rig.appends();
    rig.reads();
    rig.take_outputs();
    rig.wait(BEAT_INTERVAL);
    let outputs = rig.take_outputs();
    let bodies: Vec<Body<String>> = appended(&outputs).iter().map(|bytes| entry(bytes).body).collect();
    let raises = |body: &Body<String>| matches!(body, Body::Of { what: What::Raise(2), .. });
    assert_eq!(bodies.iter().filter(|body| raises(body)).count(), 1);
}

/// Lets the node and another one, whose name is less, beat until they have said what they made of one place of the log, and that is
/// not the same. Gives what the node does then.
fn differing(rig: &mut Rig) -> Vec<NodeOutput> {
    let (other, own) = (name("a"), name("b"));
    let before =
        rig.node.replica().and_then(|it| it.ledger().standing(&other)).map(|standing| standing.epoch);
    let epoch = rig.entry(Body::Hello(Hello { instance: 2, ..hello("a", before) }));
    for number in 1.. {
        rig.wait(BEAT_INTERVAL);
        rig.appends();
        rig.take_outputs();
        let mark = rig.node.replica().and_then(Replica::marked).map(|(mark, hash)| (mark, hash + 1));
        let reached = rig.read;
        let what = What::Beat(Beat { hash: mark, reached, ..Beat::default() });
        rig.entry(Body::Of { node: other.clone(), epoch, number, what });
        rig.reads();
        let outputs = rig.take_outputs();
        if outputs.contains(&NodeOutput::Tell(News::Differs(own.clone()))) {
            return outputs;
        }
        assert!(number < 30, "nobody has noticed");
    }
    unreachable!("it is noticed before");
}

#[test]
fn node_that_differs_begins_again_and_stops_the_second_time() {
    let mut rig = Rig::new(NodeConfig::new(name("b"), 1, VERSION));
    for last in [NodeOutput::LoadSnapshot(None), NodeOutput::Stop(StopReason::Differs)] {
        rig.reads();
        rig.appends();
        rig.reads();
        assert!(rig.node.is_open());
        let outputs = differing(&mut rig);
        assert_eq!(outputs.last(), Some(&last));
        rig.snapshot(founded::log().1);
    }
}

#[test]
fn snapshot_is_due_behind_so_many_bytes_however_few_the_entries() {
    let mut rig = Rig::living();
    let wants = |rig: &mut Rig| {
        rig.wait(BEAT_INTERVAL);
        rig.appends();
        rig.reads();
        rig.take_outputs().contains(&NodeOutput::WriteSnapshot)
    };
    let most = usize::try_from(SNAPSHOT_BYTES).expect("a size");
    rig.writes(vec![b'x'; most / 2]);
    assert!(!wants(&mut rig));
    // Whether what fills the log is an entry is all the same to the engine.
    rig.writes(vec![b'x'; most / 2]);
    assert!(wants(&mut rig));
    let told = rig.last();
    rig.take(NodeInput::Written(Some(told)));
    assert!(!wants(&mut rig), "it has been told of, and nothing has come since");
    assert!(!wants(&mut rig));
}
