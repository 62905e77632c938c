//! Memory and time that people on other nodes cost a node: the core alone, as one node's copy of the chat.

use std::time::Duration;

use tertulia::chat::NodeName;

use super::replica::{Member, Replica, Taken, node};
use super::support::progress::Progress;
use super::support::table::{self, Table, Target};
use super::support::{Failure, median, procfs};

/// People of this node, who hear what is told.
const READERS: u32 = 20;

/// How often lines and arrivals are measured.
const ROUNDS: usize = 99;

/// What a person on another node may take, in bytes.
const PERSON_BYTES: f64 = 256.0;

/// What a turn may take that no line is the reason of, in milliseconds; as in `worst`.
const TURN_MILLIS: f64 = 20.0;

/// Movements of the last second are told behind it.
const A_WHILE: Duration = Duration::from_secs(2);

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// People on other nodes, and how many nodes have them.
    pub(crate) people: u32,
    pub(crate) nodes: u32,
    /// People of each further room.
    pub(crate) room: u32,
    pub(crate) full: bool,
}

/// Measures all.
pub(crate) fn measure(scale: &Scale) -> Result<Table, Failure> {
    let mut bench = Bench::new(scale)?;
    bench.people_come()?;
    bench.lines("a line in #general")?;
    bench.arrivals()?;
    bench.node_goes("half", "in #general");
    bench.node_goes("node0", "in #general");
    bench.node_goes_at_once()?;
    bench.rooms_fill()?;
    bench.lines(&format!("a line in a room of {}", figure(scale.room as usize)))?;
    bench.node_goes("node1", "each in #general and one more room");
    // Last: what it takes for a while would hide what the others take.
    bench.snapshot()?;
    Ok(bench.table)
}

/// The measurements.
struct Bench<'a> {
    scale: &'a Scale,
    replica: Replica,
    /// People of other nodes who are there all the time, in the order in which they came.
    people: Vec<(NodeName, Member)>,
    table: Table,
}

impl Bench<'_> {
    fn new(scale: &Scale) -> Result<Bench<'_>, Failure> {
        let replica = Replica::new(READERS)?;
        Ok(Bench { scale, replica, people: Vec::new(), table: Table::beside(["longest", "hearers"]) })
    }

    /// All come into the first room, in turns from all nodes.
    fn people_come(&mut self) -> Result<(), Failure> {
        let Scale { people, nodes: count, .. } = *self.scale;
        let mut nodes =
            (0..count).map(|number| node(&format!("node{number}"))).collect::<Result<Vec<_>, _>>()?;
        nodes.iter().for_each(|node| self.replica.node_joins(node));
        let half = node("half")?;
        self.replica.node_joins(&half);
        nodes.push(half);
        // What the bench itself notes of them is not the chat's.
        self.people = Vec::with_capacity(people as usize);
        self.people.resize_with(people as usize, || (nodes[0].clone(), Member::default()));
        self.people.clear();
        let before = anonymous()?;
        let mut progress = Progress::start("arriving");
        for number in 0..people {
            // Of twice as many and one, each node has two, and the last one has one.
            let at = (number % (2 * count + 1)) as usize / 2;
            let (member, _) = self.replica.arrives(&nodes[at])?;
            self.people.push((nodes[at].clone(), member));
            progress.at(number as usize, people as usize);
        }
        self.replica.passes(A_WHILE);
        let each = (anonymous()? - before) / f64::from(people);
        let came = self.replica.people();
        if came != (people + READERS) as usize {
            return Err(format!("{came} of {people} people came in").into());
        }
        progress.done(&format!("{came} people"));
        self.figure("memory for each person on another node, in #general", each, "B", PERSON_BYTES);
        Ok(())
    }

    /// Somebody says a line where they entered last.
    fn lines(&mut self, what: &str) -> Result<(), Failure> {
        let mut all = Vec::new();
        for (node, member) in sample(&self.people) {
            all.push(self.replica.says(node, *member)?);
        }
        self.times(what, &all);
        Ok(())
    }

    /// More people come: told of at once, or with all of the second.
    fn arrivals(&mut self) -> Result<(), Failure> {
        let node = self.people[0].0.clone();
        let (mut told, mut later, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            self.replica.passes(A_WHILE);
            told.push(self.replica.arrives(&node)?.1);
            // These are told of one by one as well.
            for _ in 1..tertulia::limits::MOVEMENTS_TOLD {
                self.replica.arrives(&node)?;
            }
            for _ in 0..10 {
                later.push(self.replica.arrives(&node)?.1);
            }
            seconds.push(self.replica.passes(A_WHILE));
        }
        self.times("an arrival that is told at once", &told);
        self.times("an arrival that is told with others", &later);
        self.times("telling of a second's arrivals", &seconds);
        Ok(())
    }

    /// The chat is written down, and read.
    fn snapshot(&mut self) -> Result<(), Failure> {
        let progress = Progress::start("a snapshot");
        let people = self.replica.people();
        let (written, writing) = self.replica.written()?;
        let (restored, restoring) = Replica::restoring(&written)?;
        if restored != people {
            return Err(format!("{restored} of {people} people are in the snapshot").into());
        }
        progress.done(&format!("{} bytes", written.len()));
        self.table.add("a snapshot: bytes for each person", written.len() as f64 / people as f64, "B");
        self.table.add("a snapshot is written in", millis(writing), "ms");
        self.table.add("a snapshot is restored in", millis(restoring), "ms");
        Ok(())
    }

    /// A node is gone, with all its people.
    fn node_goes(&mut self, name: &str, wherein: &str) {
        let Ok(node) = node(name) else { return };
        let people = self.replica.people_of(&node);
        let turns = self.replica.node_goes(&node);
        self.people.retain(|(of, _)| *of != node);
        self.gone(&format!("a node with {} people is gone, {wherein}", figure(people)), &turns);
    }

    /// As many people as a node has come within a second, and their node is gone in that second.
    fn node_goes_at_once(&mut self) -> Result<(), Failure> {
        let node = node("late")?;
        self.replica.node_joins(&node);
        let people = self.scale.people / self.scale.nodes;
        let taken = self.replica.arrive_together(&node, people)?;
        let people = figure(people as usize);
        self.times(&format!("{people} arrivals in one entry"), &[taken]);
        let turns = self.replica.node_goes(&node);
        self.gone(&format!("a node with {people} people is gone who came in that second"), &turns);
        Ok(())
    }

    /// Each enters one more room.
    fn rooms_fill(&mut self) -> Result<(), Failure> {
        let rooms = (self.people.len() / self.scale.room as usize).clamp(1, 5000);
        let before = anonymous()?;
        let mut progress = Progress::start("entering rooms");
        let whole = self.people.len();
        for (number, (node, member)) in self.people.iter().enumerate() {
            self.replica.joins(node, *member, &format!("sala{}", number % rooms))?;
            progress.at(number, whole);
        }
        self.replica.passes(A_WHILE);
        let each = (anonymous()? - before) / whole as f64;
        progress.done(&format!("{rooms} rooms of {}", whole / rooms));
        for reader in 0..READERS {
            self.replica.reader_joins(reader, &format!("sala{}", reader as usize % rooms))?;
        }
        self.table.add("memory for each, to be in one more room", each, "B");
        Ok(())
    }
}

impl Bench<'_> {
    /// Adds a figure that may be so much at most.
    fn figure(&mut self, what: &str, value: f64, unit: &'static str, most: f64) {
        self.table.add(what, value, unit);
        if self.scale.full {
            self.table.target(Target::AtMost(most));
        }
    }

    /// Adds what the longest of these turns took, beside all of them together, and how many heard of it.
    fn gone(&mut self, what: &str, turns: &[Taken]) {
        let longest = turns.iter().map(|taken| taken.time).max().unwrap_or_default();
        let all: Duration = turns.iter().map(|taken| taken.time).sum();
        let heard: u64 = turns.iter().map(|taken| taken.heard).sum();
        self.figure(&format!("{what}: a turn"), millis(longest), "ms", TURN_MILLIS);
        self.table.floor(millis(longest), heard as f64);
        self.table.add(format!("{what}: all turns, {}", turns.len()), millis(all), "ms");
    }

    /// Adds the median of these, beside the longest, and how many heard of one.
    fn times(&mut self, what: &str, all: &[Taken]) {
        let longest = all.iter().map(|taken| taken.time).max().unwrap_or_default();
        let hearers = median(all.iter().map(|taken| taken.heard as f64).collect());
        self.table.add(what, median(all.iter().map(|taken| micros(taken.time)).collect()), "µs");
        self.table.floor(micros(longest), hearers);
    }
}

/// Some of all, evenly.
fn sample<T>(all: &[T]) -> impl Iterator<Item = &T> {
    all.iter().step_by((all.len() / ROUNDS).max(1)).take(ROUNDS)
}

/// Memory of this process that is its own, in bytes.
fn anonymous() -> Result<f64, Failure> {
    Ok(procfs::memory(std::process::id())?.anonymous)
}

fn figure(count: usize) -> String {
    table::figure(count as f64)
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}
