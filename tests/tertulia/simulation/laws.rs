//! What must hold whatever happens: after every turn, at rest, and when all have left.

use std::collections::HashSet;

use super::accounts::nothing_was_told_of_passwords;
use super::disk;
use super::orders::HOST;
use super::person::{Fate, Person, Span};
use super::places;
use super::web;
use super::world::World;
use crate::support::greeting::PROMPT;
use crate::support::series::series;
use tertulia::limits;
use tertulia::protocol::metrics::Figures;

/// An answer may come on top of a full queue: the longest is a `/quien` of everybody.
const LONGEST_ANSWER_BYTES: usize = 8 * 1024;

pub fn after_every_turn(world: &World) {
    for (id, queued, held) in world.server.buffers() {
        let most = limits::QUEUE_MAX_BYTES + LONGEST_ANSWER_BYTES;
        assert!(queued <= most, "{id:?}: {queued} bytes wait");
        // An unfinished line and the piece behind it, in as many bytes; and what stands around them.
        let line = limits::READ_BYTES + limits::LINE_MAX_BYTES + 256;
        // Messages lie in a buffer that grows by doubling.
        let messages = 2 * (limits::READ_BYTES + limits::MESSAGE_MAX_BYTES);
        let person = world.people.iter().find(|it| it.id == Some(id));
        let input = if person.is_some_and(|it| it.web.is_some()) { messages } else { line };
        // A record of TLS that has not come whole.
        let sealed = person.is_some_and(|it| it.end.is_sealed());
        let input = input + if sealed { limits::TLS_RECORD_MAX_BYTES } else { 0 };
        assert!(held <= most + input, "{id:?}: {held} bytes are held");
    }
    // What telnet is answered is little, and looked at when more is said.
    let queued = world.server.queued_bytes();
    assert!(queued <= world.queues_max_bytes + LONGEST_ANSWER_BYTES, "{queued} bytes wait for all together");
    let names = world.names();
    let distinct: HashSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "names are unique: {names:?}");
    assert!(names.len() <= world.places, "no more people than places");
    disk::what_waits_is_bounded(world);
    if world.has_accounts {
        world.names_are_their_owners();
        world.nobody_is_here_who_may_not();
    }
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
    nothing_was_told_of_passwords(world);
    places::were_told_at_the_door(world);
    world.orders_are_done();
    world.sessions_are_by_what_is_on_the_disk();
    for (index, person) in world.people.iter().enumerate().skip(1) {
        if world.has_accounts && index == HOST {
            continue;
        }
        assert!(
            person.errand.is_none(),
            "{} has not heard what came of {:?}: {:#?}",
            person.name,
            person.errand,
            person.lines()
        );
        was_answered(person);
        web::was_kept(person);
        heard_all(person, &witness);
        was_heard(person, &witness.lines, world);
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
    assert!(world.server.hub().is_empty(), "the hub has forgotten everybody: {:?}", world.server.hub());
    assert_eq!(world.server.next_due(), None, "nothing is due in an empty server");
    figures_are_true(world);
}

/// What is counted where it arises comes to what there was; and the page about it says nothing of anybody.
fn figures_are_true(world: &World) {
    let figures = world.server.figures();
    let came = world.people.iter().filter(|person| person.id.is_some());
    let (read, written) = came
        .clone()
        .map(|person| person.end.passed())
        .fold((0, 0), |(read, written), it| (read + it.0, written + it.1));
    assert_eq!((figures.received_bytes, figures.sent_bytes), (read, written), "bytes read and written");
    assert_eq!(figures.accepted, came.count() as u64, "who came");
    assert_eq!(
        figures.ended.iter().sum::<u64>() + figures.answered,
        figures.accepted,
        "ended for one reason"
    );
    assert_eq!(figures.connections, [[0; 4]; 2], "connections");
    assert_eq!((figures.people, figures.lost, figures.queue_bytes), (0, 0, 0), "people, and what waits");
    let page = figures.render();
    assert_eq!(series(&page), series(&Figures::default().render()), "{page}");
}

/// The lines about the room among what somebody has read.
fn room_lines(lines: &[String]) -> impl Iterator<Item = String> {
    let of_the_room = |line: &&String| {
        let said = line.split_once(": m").is_some_and(|(name, _)| !name.contains(' '));
        // Also what is no message of ours, under any name; the server's own words are questions and advice.
        let named = |(name, _): (&str, &str)| !name.contains(' ') && !["Contraseña", "Uso"].contains(&name);
        let odd = line.split_once(": ").is_some_and(named) && !line.contains("hace ");
        let elsewhere = line.contains("#sala") && !said;
        let all =
            line.starts_with("--- ") && (line.contains(" ahora es ") || line.starts_with("--- Servidor: "));
        !elsewhere
            && (said || odd || all || ["* ", ">>> ", "<<< ", "[…"].iter().any(|mark| line.starts_with(mark)))
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
        walk(person, &heard, witness, start).is_some_and(|(end, last)| end <= may_reach && last >= must_reach)
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

/// Follows `heard` along what the witness saw from `start` on; gives how far it reaches at least and at most, if it fits:
/// lines about themselves nobody hears.
fn walk(person: &Person, heard: &[String], witness: &[String], start: usize) -> Option<(usize, usize)> {
    let own = |line: &String| is_own(person, line);
    // How far it is past their own and so many others.
    let past = |at: usize, most: usize| {
        let mut others = (at..witness.len()).filter(|&at| !own(&witness[at]));
        others.nth(most).unwrap_or(witness.len())
    };
    let (mut at, mut passed, mut slack) = (start, None, 0);
    for line in heard {
        let skipped =
            line.strip_prefix("[… ").map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap());
        if skipped.is_some() && person.goes_elsewhere {
            passed = skipped;
            continue;
        }
        if let Some(most) = passed.take() {
            // Lines of the other room may be among those that were skipped; one's own are not.
            let found = witness[at..].iter().take(past(at, most) - at + 1).position(|next| next == line);
            at += found?;
        }
        // Of who came and left within a second #general is told nothing; those who met them in the other room are.
        if person.goes_elsewhere && line.starts_with("<<< ") && !witness.contains(line) {
            continue;
        }
        if let Some(lines) = skipped {
            let from = at;
            for _ in 0..lines {
                while witness.get(at).is_some_and(own) {
                    at += 1;
                }
                at += 1;
            }
            at = at.min(witness.len());
            // Some of those that look like their own may have been about somebody else of the name.
            slack = at.checked_sub(from + lines)?;
            continue;
        }
        let begun = at;
        // Of their name there may have been somebody else before, or behind them.
        while witness.get(at).is_some_and(|next| own(next) && next != line) {
            at += 1;
        }
        if witness.get(at) != Some(line) {
            at = (begun - slack..begun).rev().find(|&at| witness[at] == *line)?;
        }
        slack = 0;
        at += 1;
    }
    Some((at, past(at, passed.unwrap_or(0))))
}

/// What somebody sent before they began to leave has been heard by the witness, once and in order. Several pieces may be
/// one line.
fn was_heard(person: &Person, witness: &[String], world: &World) {
    let theirs = |number: &u64| person.begun.binary_search(number).is_ok();
    let called = |name: &str| person.names.iter().any(|own| own == name);
    for (name, number) in witness.iter().filter_map(|line| message(line)) {
        assert!(!theirs(&number) || called(name), "{name} said m{number}, which {:?} did", person.names);
    }
    let mut heard: Vec<u64> = witness
        .iter()
        .filter_map(|line| line.split_once(": ").or_else(|| line.strip_prefix("* ")?.split_once(' ')))
        .filter(|(name, _)| called(name))
        .flat_map(|(_, words)| words.split(' '))
        .filter_map(|word| word.strip_prefix('m')?.parse().ok())
        .filter(theirs)
        .collect();
    if person.pieces && person.fate == Fate::Reset {
        heard.pop(); // a reset may have destroyed a part of the last piece
    }
    assert!(heard.is_sorted_by(|a, b| a < b), "{}: out of order or twice: {heard:?}", person.name);
    // Whoever is put out is heard no more.
    let excused = person.fate == Fate::Reset || person.starved || was_put_out(person, world);
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
            let full =
                person.named.is_none() && (told("El chat está lleno") || told("Hay muchas conexiones"));
            let why = was_put_out(person, world);
            assert!(
                timeout || full || why || person.starved || person.lingered && person.named.is_none(),
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

/// Whether somebody was told that another connection, an operator or a registered person took their place.
fn was_put_out(person: &Person, world: &World) -> bool {
    // Words that were not read in time are lost with the connection.
    if world.has_accounts && person.dawdled && person.end.is_over() {
        return true;
    }
    let told =
        |words: &str| person.lines().iter().any(|line| line.starts_with("--- ") && line.contains(words));
    let decided = ["El servidor cierra tu conexión", "Estás expulsado"].iter().any(|words| told(words));
    assert!(!decided || person.put_out || person.named.is_none(), "nobody has put {} out", person.name);
    let others = [
        "esta conexión se cierra",
        "tu plaza es ahora de alguien con un nombre registrado",
        "El servidor se detiene",
    ];
    person.put_out || decided || others.iter().any(|words| told(words))
}

/// Whether a line is what somebody said, did, or was told of by their own arrival.
fn is_own(person: &Person, line: &str) -> bool {
    match message(line) {
        Some((_, number)) => person.begun.binary_search(&number).is_ok(),
        None => person.names.iter().any(|name| {
            line.starts_with(&format!("{name}: ")) || *line == format!(">>> {name} se unió al chat")
        }),
    }
}

/// The name and the number of a message that somebody said or did.
fn message(line: &str) -> Option<(&str, u64)> {
    let said = line.split_once(": m").filter(|(name, _)| !name.contains(' '));
    let (name, rest) = said.or_else(|| line.strip_prefix("* ")?.split_once(" m"))?;
    Some((name, rest.split(' ').next()?.parse().ok()?))
}

/// Lines as a person can read them.
fn short(lines: &[String]) -> String {
    lines.iter().map(|line| line.chars().take(48).collect::<String>() + "\n").collect()
}
