//! A server whose log does not answer: what newcomers and others at their connections see of it.

use tertulia::chat::{ChatConfig, ClientId, Command, Event, Input, LogNews, MessageId, MonoTime, Text};
use tertulia::config::{Config, Door};

use super::late::{A, B, Nodes, ana};
use super::servers::{SECOND, World};
use crate::hub::{LOGIN_TIMEOUT, address};

const AWAY: &str = "--- El chat espera a su registro. Lo que escribas espera también y se dirá después.\n";
const BACK: &str = "--- El chat sigue.\n";
const UNSAID: &str = "--- Puede que lo último que escribiste no se haya dicho.\n";
const STOPS: &str = "--- El servidor se detiene.\n";
const PROMPT: &str = "Ingresa tu nombre: ";

/// Two servers whose clients have a minute for a name.
fn with_deadline() -> World {
    let chat = ChatConfig { login_timeout: Some(LOGIN_TIMEOUT), ..ChatConfig::default() };
    World::of(Config { rate_limit: 0, chat, ..Config::default() })
}

/// The log has not answered the first server for so long that people know.
fn without_log() -> World {
    let mut world = with_deadline();
    world.loses(0);
    world.passes(3 * SECOND);
    world
}

/// Somebody connects to the first server.
fn comes(world: &mut World) -> (usize, usize) {
    let who = world.houses[0].connect();
    world.houses[0].listen(who);
    world.settles();
    (0, who)
}

#[test]
fn newcomer_is_told_that_the_log_is_away_and_has_its_name_when_it_is_back() {
    let mut world = without_log();
    let ana = comes(&mut world);
    assert_eq!(world.heard(ana), format!("{AWAY}{PROMPT}"));
    world.says(ana, "Ana\n");
    (0..9).for_each(|_| world.passes(10 * SECOND));
    assert_eq!(world.heard(ana), "", "nothing more is told, and its time for a name stands still");
    world.finds(0);
    world.passes(SECOND);
    let heard = world.heard(ana);
    assert!(heard.contains("Ana") && heard.matches(BACK).count() == 1, "{heard}");
    assert!(!world.houses[0].is_over(ana.1));
    let late = comes(&mut world);
    assert_eq!(world.heard(late), PROMPT, "who comes then hears nothing of it");
}

#[test]
fn newcomer_who_gives_no_name_is_let_go_also_while_the_log_is_away() {
    let mut world = without_log();
    let silent = comes(&mut world);
    world.passes(LOGIN_TIMEOUT);
    assert!(world.houses[0].is_over(silent.1));
}

#[test]
fn newcomer_whose_name_is_taken_has_the_time_left_that_it_had_when_it_gave_the_name() {
    let mut world = without_log();
    world.connects(1, "Ana");
    let other = comes(&mut world);
    world.passes(50 * SECOND);
    world.says(other, "Ana\n");
    world.passes(100 * SECOND);
    world.finds(0);
    let heard = world.heard(other);
    assert!(heard.contains("en uso") && heard.matches(PROMPT).count() == 2, "{heard}");
    world.passes(9 * SECOND);
    assert!(!world.houses[0].is_over(other.1));
    world.passes(SECOND);
    assert!(world.houses[0].is_over(other.1), "{}", world.heard(other));
}

#[test]
fn newcomer_is_let_in_while_the_node_is_held_for_dead() {
    let mut world = with_deadline();
    world.passes(3 * SECOND);
    world.loses(0);
    (0..12).for_each(|_| world.passes(SECOND));
    // It reads that it is held for dead, and the log is away again before it has come in.
    world.finds_for_a_moment(0);
    world.passes(3 * SECOND);
    assert!(!world.houses[0].server.is_there());
    let now = world.houses[0].now;
    assert!(world.houses[0].server.accepts(now), "who connects waits with the others, not at the door");
    let ana = comes(&mut world);
    assert_eq!(world.heard(ana), format!("{AWAY}{PROMPT}"));
    world.says(ana, "Ana\n");
    world.passes(2 * LOGIN_TIMEOUT);
    world.finds(0);
    world.passes(SECOND);
    assert!(world.heard(ana).contains("Ana"));
    assert_eq!(world.houses[1].server.hub().people(), 1);
}

fn takes_name(name: &str) -> Command {
    Command::Say { room: None, text: Text::clean(name) }
}

#[test]
fn newcomer_whose_name_is_under_way_gives_way_to_nobody() {
    let mut nodes = Nodes::with_places(Some(2));
    let (eva, luis) = (ana(), ClientId::new(1, 1));
    nodes.comes(A, eva);
    let evas = nodes.apply(A, Input::Command(eva, takes_name("Eva")));
    nodes.comes(A, luis);
    let luiss = nodes.apply(A, Input::Command(luis, takes_name("Luis")));
    nodes.waits(LOGIN_TIMEOUT);
    assert!(!nodes.hubs[A].has_room(nodes.now()), "both will have names");
    nodes.order(A, evas);
    nodes.order(A, luiss);
    assert_eq!(nodes.hubs[B].people(), 2);
}

#[test]
fn newcomer_whose_name_waits_for_room_is_not_let_go() {
    let mut nodes = Nodes::new();
    nodes.comes(A, ana());
    nodes.apply(A, Input::Held(ana()));
    nodes.waits(2 * LOGIN_TIMEOUT);
    assert_eq!(nodes.hubs[A].next_due(), None);
    nodes.does(A, Input::Command(ana(), Command::Help(None)));
    assert_eq!(nodes.hubs[A].next_due(), Some(nodes.now() + LOGIN_TIMEOUT), "it was no name");
    nodes.does(A, Input::Command(ana(), takes_name("Eva")));
    assert_eq!(nodes.hubs[B].people(), 1);
}

#[test]
fn newcomer_of_whose_name_nobody_knows_what_became_is_asked_again() {
    let mut nodes = Nodes::new();
    nodes.comes(A, ana());
    nodes.apply(A, Input::Command(ana(), takes_name("Eva")));
    nodes.apply(A, Input::Unknown(1));
    assert!(matches!(nodes.told(ana()).next_back(), Some(Event::NamePrompt)));
    nodes.does(A, Input::Command(ana(), takes_name("Eva")));
    assert_eq!(nodes.hubs[B].people(), 1);
}

#[test]
fn state_of_a_node_with_names_under_way_is_sound_and_their_time_stands_still() {
    let mut nodes = Nodes::new();
    nodes.does(A, Input::Connected(ana(), address(1)));
    let name = nodes.apply(A, Input::Command(ana(), takes_name("Eva")));
    nodes.is_restored();
    assert_eq!(nodes.hubs[A].next_due(), None::<MonoTime>);
    nodes.order(A, name);
    assert_eq!(nodes.hubs[B].people(), 1);
}

/// The first server stops without its log.
fn stops(world: &mut World) {
    let house = &mut world.houses[0];
    house.server.stop(house.now);
    house.settle();
}

#[test]
fn who_has_typed_something_that_has_not_come_back_is_told_so_when_the_server_stops() {
    let mut world = with_deadline();
    let [ana, luis, bea] = ["Ana", "Luis", "Bea"].map(|name| world.connects(0, name));
    [ana, luis, bea].into_iter().for_each(|who| drop(world.heard(who)));
    world.says(luis, "dicho\n");
    world.loses(0);
    world.passes(3 * SECOND);
    let [eva, silent] = [comes(&mut world), comes(&mut world)];
    world.says(ana, "uno\ndos\n");
    world.says(bea, "/nick Carmen\n/quien\n");
    world.says(eva, "Eva\n");
    let all = [ana, luis, bea, eva, silent];
    all.into_iter().for_each(|who| drop(world.heard(who)));
    stops(&mut world);
    let told = all.map(|who| world.heard(who).replacen('\n', "", usize::from(who == silent)));
    let unsaid = format!("{UNSAID}{STOPS}");
    assert_eq!(told, [&unsaid, STOPS, &unsaid, &unsaid, STOPS]);
}

/// What the first server says at `/health`.
fn health(world: &mut World) -> String {
    let house = &mut world.houses[0];
    let who = house.connect_through(Door::Http, [10, 0, 0, 9]);
    house.listen(who);
    house.says(who, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = house.heard(who);
    let (head, word) = answer.split_once("\r\n\r\n").expect("an answer");
    format!("{} {}", head.split(' ').nth(1).expect("a status"), word.trim_end())
}

#[test]
fn health_says_that_the_log_is_away_and_that_the_node_is_held_for_dead() {
    let mut world = with_deadline();
    world.passes(3 * SECOND);
    assert_eq!(health(&mut world), "200 ok");
    world.loses(0);
    world.passes(2 * SECOND);
    assert_eq!(health(&mut world), "200 ok", "an engine that is started again takes a second");
    world.passes(SECOND);
    assert_eq!(health(&mut world), "503 away");
    assert!(world.houses[0].server.figures().log_away);
    (0..12).for_each(|_| world.passes(SECOND));
    world.finds_for_a_moment(0);
    assert_eq!(health(&mut world), "503 outside");
    assert!(world.houses[0].server.figures().log_away);
    world.finds(0);
    world.passes(SECOND);
    assert_eq!(health(&mut world), "200 ok");
    assert!(!world.houses[0].server.figures().log_away);
}

#[test]
fn server_knows_whether_all_that_was_typed_has_come_back() {
    let mut world = with_deadline();
    let ana = world.connects(0, "Ana");
    let luis = world.connects(1, "Luis");
    assert!(world.houses[0].server.is_all_said());
    // Each name has to come back before the line behind it goes out.
    world.houses[0].send(ana.1, b"/nick Bea\nuno\n/nick Carmen\ndos\n");
    let mut turns = 0;
    while !world.houses[0].server.is_all_said() {
        world.houses[0].turn();
        world.writes(0);
        world.reads(0);
        turns += 1;
        assert!(turns < 100, "it comes to no end");
    }
    world.settles();
    let heard = world.heard(luis);
    assert!(heard.contains("Bea: uno") && heard.contains("Carmen: dos"), "{heard}");
    world.loses(0);
    world.says(ana, "tres\n");
    assert!(!world.houses[0].server.is_all_said());
}

#[test]
fn what_the_hub_has_not_been_handed_counts_as_unsaid_and_what_nobody_typed_does_not() {
    let mut nodes = Nodes::new();
    let luis = ClientId::new(1, 1);
    nodes.enters(A, ana(), "Eva");
    nodes.enters(A, luis, "Luis");
    nodes.is_gone(A);
    nodes.apply(A, Input::Living(MessageId::default()));
    assert_eq!(nodes.hubs[A].under_way(), Some(2), "both come back in");
    nodes.apply(A, Input::Stop(vec![luis]));
    let unsaid = |id| nodes.told(id).filter(|event| **event == Event::Log(LogNews::Unsaid)).count();
    assert_eq!([unsaid(ana()), unsaid(luis)], [0, 1]);
}
