//! What one person sends together, to a whole server that is one of two over a log in memory.

use tertulia::chat::{AdminOrder, ChatConfig, Language, Text};
use tertulia::config::{Config, Door};
use tertulia::limits::{
    CHANGES_UNDER_WAY_MAX, LINE_MAX_BYTES, LINES_PIPELINED, LOG_ENTRY_BYTES, RATE_BURST,
    RATE_LIMIT_PER_SECOND,
};

use super::servers::{SECOND, World};
use crate::turns::house::House;

/// So many lines.
fn lines(count: usize) -> String {
    (1..=count).map(|nth| format!("l\u{ed}nea {nth}\n")).collect()
}

/// Ana at the first server and Luis at the second, who have heard all so far.
fn two(world: &mut World) -> [(usize, usize); 2] {
    let both = [world.connects(0, "Ana"), world.connects(1, "Luis")];
    both.into_iter().for_each(|who| drop(world.heard(who)));
    both
}

/// The same, as Luis hears them of Ana.
fn as_heard(count: usize) -> String {
    lines(count).lines().map(|line| format!("Ana: {line}\n")).collect()
}

#[test]
fn lines_of_one_person_take_one_way_through_the_log_together() {
    let mut world = World::new();
    let [ana, luis] = two(&mut world);
    let before = world.lines.len();
    world.says(ana, &lines(LINES_PIPELINED));
    assert_eq!(world.lines.len() - before, 1, "one entry holds all of them");
    assert_eq!(world.heard(luis), as_heard(LINES_PIPELINED));
    world.says(ana, &lines(3 * LINES_PIPELINED));
    assert_eq!(world.lines.len() - before, 4, "no more of one person are under way at once");
    assert_eq!(world.heard(luis), as_heard(3 * LINES_PIPELINED));
}

#[test]
fn entries_of_long_lines_hold_few_of_them() {
    const PEOPLE: usize = LINES_PIPELINED + 4;
    let mut world = World::new();
    let luis = world.connects(1, "Luis");
    let people: Vec<_> = (0..PEOPLE).map(|nth| world.connects(0, &format!("Ana{nth}"))).collect();
    world.heard(luis);
    let before = world.lines.len();
    let line = "x".repeat(LINE_MAX_BYTES - 1) + "\n";
    people.iter().for_each(|&(at, who)| world.houses[at].send(who, line.as_bytes()));
    world.settles();
    assert_eq!(world.heard(luis).matches(line.trim_end()).count(), PEOPLE);
    let entries: Vec<usize> = world.lines[before..].iter().map(|(_, bytes)| bytes.len()).collect();
    let [all, rest] = entries[..] else { panic!("{entries:?}") };
    assert!(
        (LINES_PIPELINED * LINE_MAX_BYTES..LOG_ENTRY_BYTES + LINE_MAX_BYTES / 16).contains(&all),
        "{all}"
    );
    assert!(rest < 5 * LINE_MAX_BYTES, "{rest}");
}

#[test]
fn what_is_typed_waits_while_too_much_is_under_way_and_is_said_when_there_is_room() {
    let chat = ChatConfig { login_timeout: Some(60 * SECOND), ..ChatConfig::default() };
    let mut world = World::of(Config { rate_limit: 0, chat, ..Config::default() });
    let [ana, luis] = two(&mut world);
    let eva = world.connects(0, "Eva");
    let newcomer = world.houses[0].connect();
    [ana, luis].into_iter().for_each(|who| drop(world.heard(who)));
    for ticket in 0..CHANGES_UNDER_WAY_MAX as u64 {
        let (house, nobody) = (&mut world.houses[0], AdminOrder::Readmit(Text::clean("nadie")));
        house.server.administer(ticket, nobody, Language::Spanish, house.now);
    }
    world.houses[0].send(ana.1, (lines(3) + "/quien\n").as_bytes());
    world.houses[0].send(eva.1, b"yo tambi\xc3\xa9n\n");
    world.houses[0].send(newcomer, b"Sara\n");
    world.houses[0].turn();
    assert_eq!(world.houses[0].server.hub().under_way(), Some(CHANGES_UNDER_WAY_MAX));
    let next = world.houses[0].server.hub().next_due();
    assert_eq!(next, None, "who has given a name that waits is not let go for giving none");
    assert_eq!(world.heard(ana), "", "nothing is answered before what stands in front of it");
    world.settles();
    let heard = world.heard(luis);
    assert!(heard.contains(&as_heard(3)) && heard.contains("Eva: yo tambi\u{e9}n\n"), "{heard}");
    assert!(world.heard(ana).contains("Luis"), "she is told who is here");
}

#[test]
fn what_reads_is_answered_behind_all_lines_before_it() {
    let mut world = World::new();
    let [ana, _] = two(&mut world);
    world.says(ana, "uno\n/yo saluda\n/msg Luis dos\n/buscar uno\n/msg Nadie tres\ncuatro\n/historial 4\n");
    let told = world.heard(ana);
    let places = ["dos", "uno", "Nadie", "cuatro"].map(|words| told.find(words));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{told}");
}

#[test]
fn lines_right_before_the_end_are_said() {
    for (end, told) in [("/salir hasta luego\n", "(hasta luego)"), ("", "<<< Ana sali\u{f3} del chat")] {
        let mut world = World::new();
        let [ana, luis] = two(&mut world);
        world.houses[0].send(ana.1, (lines(5) + end).as_bytes());
        world.houses[0].ends(ana.1);
        world.settles();
        let heard = world.heard(luis);
        assert!(heard.starts_with(&as_heard(5)) && heard.contains(told), "{heard}");
    }
}

#[test]
fn lines_right_before_the_end_are_said_though_the_server_is_held_for_dead() {
    for end in ["/salir hasta luego\n", ""] {
        let mut world = World::new();
        let [ana, luis] = two(&mut world);
        world.passes(3 * SECOND);
        world.asleep[0] = true;
        world.houses[0].send(ana.1, (lines(5) + end).as_bytes());
        world.houses[0].ends(ana.1);
        is_held_for_dead(&mut world);
        let heard = world.heard(luis);
        assert!(heard.contains(&as_heard(5)), "{heard}");
        assert_eq!(heard.matches("Ana: l\u{ed}nea 1\n").count(), 1, "{heard}");
        assert_eq!(world.houses[1].server.hub().people(), 1, "she has left");
    }
}

/// The first server stands still until its people are gone for the others, and goes on then.
fn is_held_for_dead(world: &mut World) {
    world.asleep[0] = true;
    for _ in 0..12 {
        world.passes(SECOND);
    }
    world.asleep[0] = false;
    world.passes(SECOND);
    world.passes(3 * SECOND);
}

#[test]
fn lines_that_were_under_way_when_the_server_was_held_for_dead_are_said_in_their_order() {
    let mut world = World::new();
    let [ana, luis] = two(&mut world);
    world.passes(3 * SECOND);
    world.asleep[0] = true;
    world.houses[0].send(ana.1, (lines(5) + "/tema pan\n" + "l\u{ed}nea 6\n").as_bytes());
    is_held_for_dead(&mut world);
    let heard = world.heard(luis);
    let said: String =
        heard.lines().filter(|line| line.contains("nea ")).map(|line| format!("{line}\n")).collect();
    assert_eq!(said, as_heard(6), "{heard}");
    let (five, topic, six) = (heard.find("nea 5"), heard.find("pan"), heard.find("nea 6"));
    assert!(five < topic && topic < six && topic.is_some(), "{heard}");
}

/// A program comes in at a server under a name.
fn program(world: &mut World, at: usize, name: &str) -> (usize, usize) {
    let who = world.houses[at].connect_through(Door::Http, [10, 200, 0, 1]);
    world.houses[at].says(
        who,
        "GET /chat HTTP/1.1\r\nHost: 10.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    world.houses[at].listen(who);
    says(world, (at, who), &[format!("{{\"type\":\"name\",\"name\":\"{name}\"}}")]);
    (at, who)
}

/// Messages masked with zeros, which come together.
fn frames(messages: &[String]) -> Vec<u8> {
    let frame = |json: &String| {
        let length = u8::try_from(json.len()).ok().filter(|&length| length < 126).expect("it is short");
        [&[0x81, 0x80 | length, 0, 0, 0, 0], json.as_bytes()].concat()
    };
    messages.iter().flat_map(frame).collect()
}

fn says(world: &mut World, (at, who): (usize, usize), messages: &[String]) {
    world.houses[at].send(who, &frames(messages));
    world.settles();
}

/// The types of the answers that a program was given, each with its reference.
fn answers(world: &mut World, (at, who): (usize, usize)) -> Vec<(String, u64)> {
    let told = String::from_utf8_lossy(&world.houses[at].heard_bytes(who)).into_owned();
    let objects = told.split("{\"type\":\"").skip(1);
    let answer = |object: &str| {
        let reference = object.split_once("\"ref\":")?.1.split('}').next()?.parse().ok()?;
        Some((object.split('"').next()?.to_owned(), reference))
    };
    objects.filter_map(answer).collect()
}

/// Commands of a program and, of each, the type of its answer.
const ANSWERED: [(&str, &str); 7] = [
    ("\"type\":\"say\",\"text\":\"uno\"", "said"),
    ("\"type\":\"message\",\"to\":\"Luis\",\"text\":\"dos\"", "private"),
    ("\"type\":\"message\",\"to\":\"Nadie\",\"text\":\"tres\"", "error"),
    ("\"type\":\"say\",\"room\":\"ninguna\",\"text\":\"cuatro\"", "error"),
    ("\"type\":\"say\",\"text\":\"cinco\"", "said"),
    ("\"type\":\"ping\"", "ok"),
    ("\"type\":\"who\"", "people"),
];

fn commands() -> Vec<String> {
    (1..).zip(ANSWERED).map(|(nth, (fields, _))| format!("{{{fields},\"ref\":{nth}}}")).collect()
}

fn answered() -> Vec<(String, u64)> {
    (1..).zip(ANSWERED).map(|(nth, (_, answer))| (answer.to_owned(), nth)).collect()
}

#[test]
fn commands_that_come_together_are_answered_each_by_its_reference() {
    let mut world = World::new();
    world.connects(1, "Luis");
    let ana = program(&mut world, 0, "Ana");
    world.houses[0].heard_bytes(ana.1);
    says(&mut world, ana, &commands());
    assert_eq!(answers(&mut world, ana), answered());
}

#[test]
fn commands_that_are_handled_anew_are_answered_each_by_its_reference() {
    let mut world = World::new();
    world.connects(1, "Luis");
    let ana = program(&mut world, 0, "Ana");
    world.passes(3 * SECOND);
    world.houses[0].heard_bytes(ana.1);
    world.asleep[0] = true;
    world.houses[0].send(ana.1, &frames(&commands()));
    is_held_for_dead(&mut world);
    assert_eq!(answers(&mut world, ana), answered());
}

#[test]
fn lines_of_a_connection_that_breaks_are_said() {
    let mut world = World::new();
    let [ana, luis] = two(&mut world);
    world.asleep[0] = true;
    world.houses[0].send(ana.1, lines(5).as_bytes());
    world.houses[0].turn();
    world.houses[0].breaks(ana.1);
    world.asleep[0] = false;
    world.settles();
    let heard = world.heard(luis);
    assert!(heard.starts_with(&as_heard(5)), "{heard}");
    assert!(heard.contains("Ana") && heard.lines().count() == 6, "{heard}");
}

#[test]
fn commands_that_come_together_are_answered_each_by_its_reference_by_another_program() {
    let mut world = World::new();
    world.connects(1, "Luis");
    let ana = program(&mut world, 0, "Ana");
    world.houses[0].heard_bytes(ana.1);
    world.houses[0].send(ana.1, &frames(&commands()));
    world.houses[0].turn();
    world.upgrades();
    world.settles();
    assert_eq!(answers(&mut world, ana), answered());
}

#[test]
fn flood_is_paced_as_by_a_server_alone() {
    let (flood, rest) = (lines(2 * RATE_BURST as usize), 30 * SECOND);
    let said = |heard: String| heard.matches("nea ").count();
    let mut world = World::of(Config::default());
    let [ana, luis] = two(&mut world);
    world.passes(rest);
    world.says(ana, &flood);
    let several = [0, 1, 2].map(|seconds| {
        world.passes(seconds * SECOND);
        said(world.heard(luis))
    });
    let mut alone = House::new(Config::default());
    let [ana, luis] = ["Ana", "Luis"].map(|name| {
        let who = alone.connect();
        alone.says(who, format!("{name}\n"));
        who
    });
    alone.waits(rest);
    alone.listen(luis);
    alone.says(ana, &flood);
    let one = [0, 1, 2].map(|seconds| {
        alone.waits(seconds * SECOND);
        said(alone.heard(luis))
    });
    assert_eq!(several, one);
    let per_second = RATE_LIMIT_PER_SECOND as usize;
    assert_eq!(one, [RATE_BURST as usize, per_second, 2 * per_second]);
}
