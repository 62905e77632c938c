//! What must hold whatever happens: after every turn, at rest, and when all have left.

use std::collections::HashSet;

use super::person::{Fate, Person, Span};
use super::world::World;
use crate::support::peer::PROMPT;
use tertulia::limits;

/// An answer may come on top of a full queue: the longest is a `/quien` of everybody.
const LONGEST_ANSWER_BYTES: usize = 8 * 1024;

pub fn after_every_turn(world: &World) {
    for (id, queued, held) in world.server.buffers() {
        let most = limits::QUEUE_MAX_BYTES + LONGEST_ANSWER_BYTES;
        assert!(queued <= most, "{id:?}: {queued} bytes wait");
        // An unfinished line and the piece behind it, in as many bytes; and what stands around them.
        let input = limits::READ_BYTES + limits::LINE_MAX_BYTES + 256;
        assert!(held <= most + input, "{id:?}: {held} bytes are held");
    }
    // What telnet is answered is little, and looked at when more is said.
    let queued = world.server.queued_bytes();
    assert!(queued <= world.queues_max_bytes + LONGEST_ANSWER_BYTES, "{queued} bytes wait for all together");
    let names = world.names();
    let distinct: HashSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "names are unique: {names:?}");
    assert!(names.len() <= world.places, "no more people than places");
}

/// Everything that was asked has been done, and the server sleeps.
pub fn at_rest(world: &mut World) {
    assert!(!world.server.has_work(), "at rest there is no work");
    assert_eq!(world.outside(), 0, "whoever waited has been let in");
    for (id, queued, held) in world.server.buffers() {
        assert_eq!(queued, 0, "{id:?}: bytes wait at rest");
        assert!(held <= 4 * limits::LINE_MAX_BYTES, "{id:?}: memory is held at rest");
    }
    let witness = Witness::new(&world.people[0]);
    for person in &world.people[1..] {
        was_answered(person);
        heard_all(person, &witness);
        was_heard(person, &witness.lines);
        ended_with_reason(person, world);
    }
}

/// Who came was asked for a name, or told why not; who gave one, with or without the end of a line, was told what came of it.
fn was_answered(person: &Person) {
    let excused = person.fate == Fate::Reset || person.starved || person.lingered;
    assert!(excused || !person.received.is_empty(), "{} was turned away without a word", person.name);
    let asked = person.fate == Fate::Here && person.has_sent;
    assert!(excused || !asked || person.received.len() > PROMPT.len(), "{} waits for an answer", person.name);
}

/// What the witness has read of the room.
struct Witness {
    lines: Vec<String>,
    /// For each count of bytes read, the number of those lines that end within it.
    counts: Vec<usize>,
}

impl Witness {
    fn new(person: &Person) -> Witness {
        let (lines, mut counts) = (room_lines(&person.lines()).collect(), vec![0]);
        let mut begun = 0;
        for (at, &byte) in person.received.iter().enumerate() {
            let mut count = counts[at];
            if byte == b'\n' {
                let line = String::from_utf8_lossy(&person.received[begun..at]).into_owned();
                count += room_lines(&[line]).count();
                begun = at + 1;
            }
            counts.push(count);
        }
        Witness { lines, counts }
    }

    fn span(&self, (before, after): Span) -> Span {
        (self.counts[before], self.counts[after])
    }
}

/// Nothing remains of anybody.
pub fn when_all_have_left(world: &mut World) {
    assert_eq!(world.server.connections(), 0, "all connections are closed");
    assert!(world.server.hub().is_empty(), "the hub has forgotten everybody");
    assert_eq!(world.server.next_due(), None, "nothing is due in an empty server");
}

/// The lines about the room among what somebody has read.
fn room_lines(lines: &[String]) -> impl Iterator<Item = String> {
    let of_the_room = |line: &&String| {
        let said = line.split_once(": m").is_some_and(|(name, _)| !name.contains(' '));
        let odd = line.starts_with(['p', 'z']) && line.contains(": ") && !line.contains("hace ");
        said || odd || ["* ", ">>> ", "<<< ", "[…"].iter().any(|mark| line.starts_with(mark))
    };
    lines.iter().filter(of_the_room).cloned()
}

/// Who was in the room from one line of the witness to another has read every line between, once, in that order,
/// except for those that the server owned up to having skipped.
fn heard_all(person: &Person, seen: &Witness) {
    let witness = &seen.lines;
    let heard: Vec<String> = room_lines(&person.lines()).collect();
    // Who came and left within one turn was never seen in between.
    let passed_through =
        person.lines().iter().any(|line| line.starts_with("Bienvenido")).then_some((0, witness.len()));
    let must_reach = if person.named.is_none() { 0 } else { must_reach(person, seen) };
    let Some((earliest, latest)) = person.named.map(|span| seen.span(span)).or(passed_through) else {
        assert!(heard.is_empty(), "{} is not in the room and hears {heard:?}", person.name);
        return;
    };
    let may_reach = person.left.map_or(witness.len(), |span| seen.span(span).1);
    let fits = (earliest..=latest).any(|start| {
        walk(person, &heard, witness, start).is_some_and(|end| (must_reach..=may_reach).contains(&end))
    });
    assert!(
        fits,
        "{} ({:?}, named {:?}, left {:?}) heard\n{}\nof\n{}",
        person.name,
        person.fate,
        person.named,
        person.left,
        short(&heard),
        short(witness),
    );
}

/// How many of the witness's lines a member must have read or passed.
fn must_reach(person: &Person, witness: &Witness) -> usize {
    match (person.fate, person.left) {
        (Fate::Reset, _) => 0,
        _ if person.starved || person.dawdled && person.end.is_closed() => 0,
        (_, Some(span)) => witness.span(span).0,
        (_, None) => witness.lines.len(),
    }
}

/// Follows `heard` along what the witness saw from `start` on; gives how far it reaches, if it fits.
fn walk(person: &Person, heard: &[String], witness: &[String], start: usize) -> Option<usize> {
    let name = &person.name;
    let own = |line: &String| {
        line.starts_with(&format!("{name}: "))
            || line.starts_with(&format!("* {name} "))
            || *line == format!(">>> {name} se unió al chat")
    };
    let mut at = start;
    for line in heard {
        let skipped =
            line.strip_prefix("[… ").map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap());
        for expected in 0..skipped.unwrap_or(1) {
            while witness.get(at).is_some_and(own) {
                at += 1;
            }
            if at >= witness.len() || skipped.is_none() && witness[at] != *line {
                return None;
            }
            let _ = expected;
            at += 1;
        }
    }
    while witness.get(at).is_some_and(own) {
        at += 1;
    }
    Some(at)
}

/// What somebody sent before they began to leave has been heard by the witness, once and in order. Several pieces may be
/// one line.
fn was_heard(person: &Person, witness: &[String]) {
    let (spoken, acted) = (format!("{}: ", person.name), format!("* {} ", person.name));
    let mut heard: Vec<u64> = witness
        .iter()
        .filter_map(|line| line.strip_prefix(&spoken).or_else(|| line.strip_prefix(&acted)))
        .flat_map(|rest| rest.split(' '))
        .filter_map(|word| word.strip_prefix('m')?.parse().ok())
        .collect();
    if person.pieces && person.fate == Fate::Reset {
        heard.pop(); // a reset may have destroyed a part of the last piece
    }
    assert!(heard.is_sorted_by(|a, b| a < b), "{}: out of order or twice: {heard:?}", person.name);
    let excused = person.fate == Fate::Reset || person.starved;
    if !excused {
        assert_eq!(heard, person.sent, "not everything was heard of {person:?}");
    }
}

/// Nobody is thrown out for nothing, and who leaves is let go properly.
fn ended_with_reason(person: &Person, world: &World) {
    let Some(_) = person.id else { return };
    let over = person.end.is_over() || person.end.is_closed();
    match person.fate {
        Fate::Here if over => {
            let lines = person.lines();
            let told = |words: &str| lines.iter().any(|line| line.contains(words));
            let late = world.now.since(person.connected) >= std::time::Duration::from_secs(60);
            let timeout = person.named.is_none() && told("Se acabó el tiempo") && late;
            let full = person.named.is_none() && told("El chat está lleno");
            assert!(
                timeout || full || person.starved || person.lingered && person.named.is_none(),
                "{} was thrown out for nothing: connected {:?}, now {:?}, {lines:?}",
                person.name,
                person.connected,
                world.now
            );
        }
        Fate::Ended | Fate::Quit => assert!(over, "{} left and the server holds on: {person:?}", person.name),
        Fate::Here | Fate::Reset => {}
    }
}

/// Lines as a person can read them.
fn short(lines: &[String]) -> String {
    lines.iter().map(|line| line.chars().take(48).collect::<String>() + "\n").collect()
}
