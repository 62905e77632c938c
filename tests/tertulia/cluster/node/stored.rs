//! A node that is written down and goes on from that in another program.

use tertulia::cluster::{NodeRefused, StoredNode};

use super::*;

/// What is written down of a node, as another program reads it.
fn written_down(node: &Node<String>) -> StoredNode {
    let text = serde_json::to_string(&node.store()).expect("a node is a text");
    serde_json::from_str(&text).expect("a node")
}

impl Rig {
    /// Another program goes on, and is connected.
    fn is_upgraded(&mut self) {
        self.goes_on_elsewhere();
        assert_eq!(self.outputs(), [], "there is no connection yet");
        self.take(NodeInput::Back);
    }

    /// Another program goes on, and has no connection yet.
    fn goes_on_elsewhere(&mut self) {
        assert_eq!(self.outputs(), [], "all is done that is to be done");
        let wall = UnixMillis(i64::try_from(self.now.as_millis()).expect("a time"));
        let now = Time { mono: MonoTime::START + self.now, wall };
        // The number that the new program has drawn is of no use: it is the same node.
        let config = NodeConfig { instance: 99, ..config() };
        let stored = written_down(&self.node);
        self.node = Node::restore(config, stored, now).expect("it is the same node");
        self.read = self.node.replica().map_or(EntryId::ZERO, Replica::at);
    }
}

fn words(word: &str) -> Happening<String> {
    Happening::Changes(name("a"), vec![word.to_owned()])
}

#[test]
fn node_goes_on_in_its_epoch_and_sends_what_has_not_come_back_as_it_was() {
    let mut rig = Rig::living();
    rig.submit("one");
    rig.appends();
    rig.reads();
    rig.submit("two");
    let before = appended(&rig.take_outputs());
    let (epoch, reached) = (rig.node.epoch(), rig.read);
    rig.deliveries.clear();
    rig.is_upgraded();
    assert_eq!(rig.node.epoch(), epoch);
    let outputs = rig.take_outputs();
    assert_eq!(outputs, [NodeOutput::Append(Arc::clone(&before[0])), NodeOutput::ReadFrom(reached)]);
    let next = rig.submit("three");
    let third = appended(&rig.take_outputs());
    // What the program before had sent is carried out, too, and late.
    for bytes in [&before[0], &before[0], &third[0], &before[0]] {
        rig.writes(bytes.to_vec());
    }
    rig.reads();
    assert_eq!(rig.happened(), [words("two"), words("three")]);
    assert_eq!(rig.take_outputs(), []);
    assert!(rig.node.is_settled());
    assert_eq!(rig.submit("four"), next + 1);
}

#[test]
fn lines_that_were_read_and_not_applied_are_read_again_by_the_next_program() {
    let mut rig = Rig::living();
    rig.submit("one");
    rig.submit("two");
    rig.appends();
    let (after, before) = (rig.read, rig.node.store());
    let lines: Vec<LogLine<String>> =
        rig.lines[2..].iter().map(|(id, bytes)| LogLine::read(*id, Some(bytes), VERSION)).collect();
    let anchor = rig.lines.get(1).map(|(_, bytes)| Digest::of(bytes));
    let now = Time { mono: MonoTime::START + rig.now, wall: UnixMillis(0) };
    rig.node.take(now, NodeInput::Read(Read { after, anchor, lines, end: true }));
    rig.deliveries.clear();
    let first = rig.node.step().expect("an entry");
    rig.node.applied(0);
    assert_eq!(first.happenings, [words("one")]);
    rig.is_upgraded();
    assert!(rig.take_outputs().contains(&NodeOutput::ReadFrom(first.id)), "behind what was applied");
    rig.reads();
    assert_eq!(rig.happened(), [words("two")]);
    // From what was written down before that, all of it.
    rig.node = Node::restore(config(), before, now).expect("the same node");
    rig.read = after;
    rig.take(NodeInput::Back);
    rig.deliveries.clear();
    rig.reads();
    assert_eq!(rig.happened(), [words("one"), words("two")]);
}

#[test]
fn beat_that_is_under_way_comes_back_to_the_next_program_which_goes_on_beating() {
    let mut rig = Rig::living();
    rig.wait(BEAT_INTERVAL);
    assert_eq!(rig.appends(), 1, "a beat");
    rig.is_upgraded();
    rig.take_outputs();
    rig.wait(BEAT_INTERVAL);
    assert_eq!(rig.take_outputs(), [], "one at a time");
    rig.reads();
    rig.wait(Duration::ZERO);
    assert_eq!(rig.appends(), 1);
}

#[test]
fn next_program_comes_in_again_where_the_node_was_held_for_dead_meanwhile() {
    let mut rig = Rig::living();
    let (epoch, number) = (rig.node.epoch(), rig.submit("late"));
    rig.take_outputs();
    rig.goes_on_elsewhere();
    held_for_dead(&mut rig);
    rig.take(NodeInput::Back);
    assert_eq!(rig.appends(), 1, "it does not know yet");
    rig.reads();
    let outputs = rig.take_outputs();
    assert!(outputs.contains(&NodeOutput::Tell(News::HeldForDead)), "{outputs:?}");
    let again = appended(&outputs);
    let Body::Hello(hello) = entry(&again[0]).body else { panic!("a hello") };
    assert_eq!((hello.replaces, hello.instance, hello.greeting), (epoch, 1, 2));
    let back = rig.writes(again[0].to_vec());
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Refused(vec![number]), NodeOutput::Tell(News::Living(back))]);
}

#[test]
fn people_are_told_once_that_the_engine_is_away_whatever_program_does() {
    let mut rig = Rig::living();
    rig.take(NodeInput::Lost);
    rig.wait(LOG_PATIENCE);
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Away)]);
    rig.goes_on_elsewhere();
    rig.submit("waits");
    rig.wait(LOG_PATIENCE);
    rig.take(NodeInput::Lost);
    assert_eq!(rig.take_outputs(), [], "they know");
    rig.take(NodeInput::Back);
    let told = rig.take_outputs();
    assert_eq!(appended(&told).len(), 1);
    rig.now += Duration::from_millis(1);
    for bytes in appended(&told) {
        rig.writes(bytes.to_vec());
    }
    rig.reads();
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Back)]);
    // Of a program that does not find it the people hear as of one that has lost it.
    rig.goes_on_elsewhere();
    rig.wait(LOG_PATIENCE - Duration::from_micros(1));
    assert_eq!(rig.take_outputs(), []);
    rig.wait(Duration::from_micros(1));
    assert_eq!(rig.take_outputs(), [NodeOutput::Tell(News::Away)]);
}

#[test]
fn node_that_is_not_there_yet_comes_in_as_the_next_program() {
    // Before it has a snapshot.
    let (founding, replica) = founded::log();
    let rig = Rig::new(config());
    let mut rig = Rig { node: Node::new(config()), lines: vec![(EntryId::FOUNDING, founding)], ..rig };
    assert_eq!(rig.outputs(), [NodeOutput::LoadSnapshot(None)]);
    rig.goes_on_elsewhere();
    rig.take(NodeInput::Back);
    assert_eq!(rig.take_outputs(), [NodeOutput::LoadSnapshot(None)]);
    // Before it has read to the end.
    rig.snapshot(replica);
    rig.is_upgraded();
    assert_eq!(rig.take_outputs(), [NodeOutput::ReadFrom(EntryId::FOUNDING)]);
    rig.reads();
    // Before its greeting has come back.
    let hello = appended(&rig.take_outputs());
    rig.is_upgraded();
    assert_eq!(appended(&rig.take_outputs()), hello);
    for _ in 0..2 {
        rig.writes(hello[0].to_vec());
    }
    rig.reads();
    assert_eq!(rig.happened(), [Happening::Joined(name("a"))]);
    assert!(rig.node.is_open());
}

#[test]
fn program_that_cannot_be_the_node_says_so() {
    let mut rig = Rig::living();
    rig.submit("one");
    let now = Time { mono: MonoTime::START + rig.now, wall: UnixMillis(0) };
    let refusal = |config: NodeConfig| {
        let refused = Node::<String>::restore(config, rig.node.store(), now);
        refused.expect_err("it is not the node")
    };
    let other = NodeConfig { name: name("b"), ..config() };
    assert_eq!(refusal(other), NodeRefused::Name(name("a"), name("b")));
    for applies in [(VERSION + 1, VERSION + 1), (0, VERSION - 1)] {
        assert_eq!(refusal(NodeConfig { applies, ..config() }), NodeRefused::Version(VERSION));
    }
    let newer = NodeConfig { applies: (VERSION, VERSION + 1), ..config() };
    let mut promised = Rig::new(newer.clone());
    promised.reads();
    assert_eq!(promised.appends(), 1, "its hello");
    promised.reads();
    assert!(promised.node.is_open());
    let older = Node::<String>::restore(config(), promised.node.store(), now);
    assert_eq!(older.err(), Some(NodeRefused::Version(VERSION + 1)));
    assert!(Node::<String>::restore(newer, promised.node.store(), now).is_ok());
    let mut text = serde_json::to_value(rig.node.store()).expect("a value");
    let sent = text["under_way"][0].clone();
    text["under_way"].as_array_mut().expect("entries").push(sent);
    let stored = serde_json::from_value(text).expect("a node");
    assert_eq!(Node::<String>::restore(config(), stored, now).err(), Some(NodeRefused::UnderWay));
}
