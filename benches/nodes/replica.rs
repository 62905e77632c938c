//! One node's copy of a chat that is on many nodes: a hub behind a log, to which the bench gives entry after entry.
//!
//! The changes are written as they stand in the log and read from that, as a node reads them. Of other nodes there is nothing but their
//! entries, which is all that a node knows of them.

use std::time::Duration;

use serde_json::{Value, json};
use tertulia::chat::{
    ChatConfig, ChatSnapshot, ClientId, Command, Effect, Hub, Input, MessageId, MonoTime, NodeName, Ordered,
    Origin, Proposal, Text, Time, Turn, UnixMillis,
};

use super::support::Failure;
use super::support::thread_time::thread_time;

/// The calendar at the start, in milliseconds.
const BEGAN: i64 = 1_800_000_000_000;

/// The node whose copy it is.
const OWN: &str = "own";

/// What one entry took the loop's thread, and how often a reader of this node heard something of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) time: Duration,
    pub(crate) heard: u64,
}

/// A member, by what the log calls them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Member(u64);

/// The hub, and the time of the log.
pub(crate) struct Replica {
    hub: Hub,
    millis: u64,
    /// How many came since the beginning. As long as nobody has left, the next one's slot.
    came: u32,
    effects: Vec<Effect>,
}

impl Replica {
    /// A chat with so many people of its own node, in #general.
    pub(crate) fn new(readers: u32) -> Result<Replica, Failure> {
        let founded = ChatSnapshot::from(Hub::new(ChatConfig::default()).snapshot());
        let hub = Hub::of_node(founded, ChatConfig::default())?;
        let mut replica = Replica { hub, millis: 0, came: 0, effects: Vec::new() };
        replica.node_joins(&node(OWN)?);
        replica.apply(Input::Living(MessageId::default()));
        for slot in 0..readers {
            replica.reader_enters(ClientId::new(slot, 1))?;
        }
        Ok(replica)
    }

    /// A node is there.
    pub(crate) fn node_joins(&mut self, node: &NodeName) {
        self.entry([Turn::Joined(node.clone())]);
    }

    /// A node is gone, and all its members with it; what each turn of the loop takes.
    pub(crate) fn node_goes(&mut self, node: &NodeName) -> Vec<Taken> {
        self.millis += 1;
        let mut taken = vec![self.turns([Turn::Gone(node.clone())])];
        while self.hub.has_stranded() {
            taken.push(self.turns([Turn::LeaveWithNode]));
        }
        taken.push(self.turns([Turn::Over]));
        taken
    }

    /// A person comes in on another node, from an address of their own.
    pub(crate) fn arrives(&mut self, node: &NodeName) -> Result<(Member, Taken), Failure> {
        let (slot, serial) = (self.came, self.came + 1);
        let proposal = self.arrival()?;
        let taken = self.entry([Turn::Change { node: node.clone(), own: false, proposal }]);
        Ok((Member(u64::from(serial) << 32 | u64::from(slot)), taken))
    }

    /// So many people come in on another node, by one entry.
    pub(crate) fn arrive_together(&mut self, node: &NodeName, people: u32) -> Result<Taken, Failure> {
        let changes = (0..people).map(|_| self.arrival()).collect::<Result<Vec<Proposal>, _>>()?;
        let change = |proposal| Turn::Change { node: node.clone(), own: false, proposal };
        Ok(self.entry(changes.into_iter().map(change)))
    }

    /// A person of another node enters a room, or makes it.
    pub(crate) fn joins(&mut self, node: &NodeName, member: Member, room: &str) -> Result<Taken, Failure> {
        self.does(node, member, json!({"Join": {"room": room, "key": null}}))
    }

    /// A reader of this node enters a room.
    pub(crate) fn reader_joins(&mut self, reader: u32, room: &str) -> Result<(), Failure> {
        let join = Command::Join { room: Text::clean(room), key: None };
        self.command(ClientId::new(reader, 1), join)
    }

    /// A person of another node says a line of 100 bytes in the room that they entered last.
    pub(crate) fn says(&mut self, node: &NodeName, member: Member) -> Result<Taken, Failure> {
        let text = "x".repeat(100);
        self.does(node, member, json!({"Say": {"room": null, "kind": "Said", "text": text}}))
    }

    /// So much time passes in the log, and what is due by then is told.
    pub(crate) fn passes(&mut self, time: Duration) -> Taken {
        self.millis += u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.entry([])
    }

    /// How many members the chat has.
    pub(crate) fn people(&self) -> usize {
        self.hub.people()
    }

    /// How many are there by that node.
    pub(crate) fn people_of(&self, node: &NodeName) -> usize {
        self.hub.people_by_node().find(|(name, _)| *name == node).map_or(0, |(_, people)| people)
    }

    /// The chat as it is written into a snapshot, and what that took.
    pub(crate) fn written(&self) -> Result<(Vec<u8>, Duration), Failure> {
        let begun = thread_time();
        let written = serde_json::to_vec(&ChatSnapshot::from(self.hub.snapshot()))?;
        Ok((written, thread_time() - begun))
    }

    /// What it takes to have a chat from that.
    pub(crate) fn restoring(written: &[u8]) -> Result<(usize, Duration), Failure> {
        let begun = thread_time();
        let hub = Hub::of_node(serde_json::from_slice(written)?, ChatConfig::default())?;
        Ok((hub.people(), thread_time() - begun))
    }
}

impl Replica {
    fn reader_enters(&mut self, reader: ClientId) -> Result<(), Failure> {
        self.apply(Input::Connected(reader, Origin::UNKNOWN));
        let name = Text::clean(&format!("lector{}", reader.slot()));
        self.command(reader, Command::Say { room: None, text: name })?;
        self.came += 1;
        Ok(())
    }

    /// A client of this node does something; its change comes back at once.
    fn command(&mut self, reader: ClientId, command: Command) -> Result<(), Failure> {
        self.apply(Input::Command(reader, command));
        let mut proposed = Vec::new();
        self.hub.proposed(&mut proposed);
        let node = node(OWN)?;
        let change = |proposal| Turn::Change { node: node.clone(), own: true, proposal };
        let turns: Vec<Turn> = proposed.into_iter().map(|proposed| change(proposed.proposal)).collect();
        self.entry(turns);
        Ok(())
    }

    /// The change by which the next person comes in, who has an address of their own.
    fn arrival(&mut self) -> Result<Proposal, Failure> {
        let origin = Origin::of(self.came.to_be_bytes().into());
        let wanted = format!("persona{}", self.came);
        self.came += 1;
        let enter = json!({"Enter": {"origin": origin, "wanted": wanted, "placed": true}});
        Ok(serde_json::from_value(enter)?)
    }

    fn does(&mut self, node: &NodeName, Member(id): Member, deed: Value) -> Result<Taken, Failure> {
        let proposal = serde_json::from_value(json!({"Do": [id, deed]}))?;
        Ok(self.entry([Turn::Change { node: node.clone(), own: false, proposal }]))
    }

    /// Has the hub make an entry of the log, as the server does: each turn with its audiences, and the hash behind the last one.
    fn entry(&mut self, turns: impl IntoIterator<Item = Turn>) -> Taken {
        self.millis += 1;
        self.turns(turns.into_iter().chain([Turn::Over]))
    }

    /// Has the hub do what comes to its turn now; behind the last of an entry with its hash.
    fn turns(&mut self, turns: impl IntoIterator<Item = Turn>) -> Taken {
        let at = UnixMillis(BEGAN + i64::try_from(self.millis).unwrap_or(i64::MAX));
        let turns: Vec<Turn> = turns.into_iter().collect();
        let is_over = turns.last() == Some(&Turn::Over);
        let begun = thread_time();
        let heard = turns.into_iter().map(|turn| self.apply(Input::Ordered(Ordered { at, turn }))).sum();
        if is_over {
            std::hint::black_box(self.hub.take_digest());
        }
        Taken { time: thread_time() - begun, heard }
    }

    /// Gives the hub something; tells how often a reader heard of it.
    fn apply(&mut self, input: Input) -> u64 {
        let mono = MonoTime::from_micros(self.millis * 1000);
        let wall = UnixMillis(BEGAN + i64::try_from(self.millis).unwrap_or(i64::MAX));
        self.hub.apply(Time { mono, wall }, input);
        self.hub.effects(&mut self.effects);
        let mut heard = 0;
        for effect in self.effects.drain(..) {
            if let Effect::Deliver { to, .. } = &effect {
                self.hub.audience(to, |_, _| heard += 1);
            }
        }
        heard
    }
}

/// A node's name.
pub(crate) fn node(name: &str) -> Result<NodeName, Failure> {
    Ok(name.parse()?)
}
