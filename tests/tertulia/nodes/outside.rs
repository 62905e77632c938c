//! Clients whose members were held for dead with their node: until these are back in they are outside.

use tertulia::chat::{
    AccountNews, AccountRefusal, AuthResult, ClientId, CloseReason, Command, Effect, Event, Input, Matter,
    MonoTime, NameRefusal, Reply, Text,
};

use super::late::{A, B, Nodes, ana};
use crate::hub::address;

const PLACES: usize = 5;

/// A node whose places are all taken, by Ana's and by other members.
fn full() -> (Nodes, Vec<ClientId>) {
    let mut nodes = Nodes::with_places(Some(PLACES));
    let clients: Vec<ClientId> = (0..PLACES as u32).map(|slot| ClientId::new(slot, 1)).collect();
    for (number, &id) in clients.iter().enumerate() {
        nodes.enters(A, id, &format!("p{number}"));
    }
    assert!(!nodes.hubs[A].has_room(MonoTime::START));
    (nodes, clients)
}

#[test]
fn members_who_are_outside_keep_their_places() {
    let (mut nodes, clients) = full();
    nodes.is_gone(A);
    assert!(!nodes.hubs[A].has_room(MonoTime::START), "they are connected");
    nodes.apply(A, Input::Disconnected(clients[1], CloseReason::Quit));
    assert!(nodes.hubs[A].has_room(MonoTime::START), "one has left");
    nodes.enters(A, clients[1], "otra");
    nodes.joins(A);
    assert_eq!(nodes.hubs[A].people(), PLACES);
    assert!(!nodes.hubs[A].has_room(MonoTime::START), "all of them have one again");
}

#[test]
fn session_without_a_connection_has_no_place_when_it_is_outside() {
    let (mut nodes, _) = full();
    nodes.does(A, Input::Disconnected(ana(), CloseReason::Lost));
    nodes.is_gone(A);
    assert!(nodes.hubs[A].has_room(MonoTime::START), "it waits for a connection");
    nodes.joins(A);
    assert!(nodes.hubs[A].has_room(MonoTime::START));
    assert_eq!(nodes.hubs[A].people(), PLACES, "and is there");
}

#[test]
fn state_of_a_node_whose_people_are_outside_is_sound() {
    for lost in [false, true] {
        let mut nodes = Nodes::new();
        nodes.enters(A, ana(), "Eva");
        if lost {
            nodes.does(A, Input::Disconnected(ana(), CloseReason::Lost));
        }
        nodes.is_gone(A);
        nodes.is_restored();
        nodes.joins(A);
        assert_eq!(nodes.hubs[B].people(), 1, "they are back");
    }
}

#[test]
fn session_that_is_outside_is_taken_up_by_nobody() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    let token = nodes.token();
    nodes.does(A, Input::Disconnected(ana(), CloseReason::Lost));
    nodes.is_gone(A);
    let other = ClientId::new(1, 2);
    nodes.comes(A, other);
    let resume = Command::Resume { token, after: None };
    nodes.does(A, Input::Command(other, resume.clone()));
    assert!(nodes.hubs[A].origin(other).is_some(), "they are asked for a name still");
    nodes.joins(A);
    nodes.does(A, Input::Command(other, resume));
    let resumed = matches!(nodes.told(other).next_back(), Some(Event::Resumed { .. }));
    assert!(resumed, "it goes on when it is back");
    assert_eq!(nodes.hubs[B].people(), 1);
}

#[test]
fn client_that_left_hears_of_no_password_when_the_node_is_back() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    nodes.does(A, Input::Command(ana(), Command::Login(Text::clean("Ana"))));
    nodes.types_password(A);
    assert_eq!(nodes.answers(A).len(), 1, "it never comes into the log");
    nodes.apply(A, Input::Disconnected(ana(), CloseReason::Quit));
    nodes.is_gone(A);
    nodes.joins(A);
    assert!(!nodes.told(ana()).any(|event| matches!(event, Event::AccountRefused(_))));
}

#[test]
fn clients_who_are_outside_are_counted_and_come_from_where_they_came_from() {
    let mut nodes = Nodes::new();
    let luis = ClientId::new(1, 1);
    nodes.enters(A, ana(), "Eva");
    nodes.enters(A, luis, "Luis");
    nodes.does(A, Input::Disconnected(luis, CloseReason::Lost));
    assert_eq!(nodes.hubs[A].clients(), 1, "one waits for a connection");
    nodes.is_gone(A);
    assert_eq!(nodes.hubs[A].people(), 0);
    assert_eq!(nodes.hubs[A].clients(), 1);
    assert_eq!(nodes.hubs[A].origin(ana()), Some(address(1)));
}

/// Eva gives a password; gives the reply that her node has of it, which nobody has been told.
fn gives_a_password(nodes: &mut Nodes, whose: &str) -> Vec<Input> {
    nodes.enters(A, ana(), "Eva");
    nodes.does(A, Input::Command(ana(), Command::Login(Text::clean(whose))));
    nodes.types_password(A);
    let matter = if whose == "Ana" { Matter::Login(Some(nodes.key())) } else { Matter::Operator };
    let result = if whose == "Ana" { AuthResult::Granted(nodes.key()) } else { AuthResult::Operator };
    vec![Input::Reply(ana(), Reply::AuthResult(matter, result))]
}

#[test]
fn password_of_which_nothing_comes_because_the_node_was_held_for_dead_is_answered() {
    // The reply is there before the death of the node, and what comes of it is under way; or it comes when she is outside.
    for (whose, early) in [("Ana", true), ("Ana", false), ("operador", true), ("operador", false)] {
        let mut nodes = Nodes::new();
        let mut reply = gives_a_password(&mut nodes, whose);
        if early {
            assert_eq!(nodes.apply(A, reply.remove(0)).len(), 1, "it never comes into the log");
        }
        nodes.is_gone(A);
        reply.into_iter().for_each(|reply| nodes.does(A, reply));
        nodes.joins(A);
        let failed = Event::AccountRefused(AccountRefusal::Failed);
        assert_eq!(nodes.told(ana()).filter(|event| **event == failed).count(), 1, "{whose}, {early}");
    }
}

#[test]
fn new_password_that_is_hashed_while_its_client_is_outside_is_answered() {
    let mut nodes = Nodes::new();
    nodes.enters(A, ana(), "Eva");
    nodes.is_hashing(A, ana());
    nodes.is_gone(A);
    let hashed = nodes.is_hashed(A, ana(), "Eva");
    assert_eq!(hashed.len(), 0);
    let failed = Event::AccountRefused(AccountRefusal::Failed);
    assert_eq!(nodes.told(ana()).filter(|event| **event == failed).count(), 1);
}

#[test]
fn what_can_be_no_name_never_comes_into_the_log() {
    let mut nodes = Nodes::new();
    let long = Text::clean(&"a".repeat(4_000));
    nodes.comes(A, ana());
    let proposed = nodes.apply(A, Input::Command(ana(), Command::Say { room: None, text: long.clone() }));
    assert_eq!(proposed.len(), 0);
    let refused = Event::NameRefused(NameRefusal::Malformed);
    assert_eq!(nodes.told(ana()).filter(|event| **event == refused).count(), 1);
    nodes.enters(A, ana(), "Eva");
    let proposed = nodes.apply(A, Input::Command(ana(), Command::Nick(long)));
    assert_eq!(proposed.len(), 0);
    assert_eq!(nodes.told(ana()).filter(|event| **event == refused).count(), 2);
}

#[test]
fn owner_who_has_come_in_elsewhere_meanwhile_replaces_the_connection_that_was_outside() {
    let mut nodes = Nodes::new();
    nodes.ana_enters_through(A);
    nodes.is_gone(A);
    nodes.ana_enters_through(B);
    nodes.effects[A].clear();
    nodes.joins(A);
    let replaced = Event::Account(AccountNews::Replaced);
    assert_eq!(nodes.told(ana()).collect::<Vec<_>>(), [&replaced]);
    assert!(nodes.effects[A].contains(&Effect::Close(ana(), CloseReason::Replaced)));
    assert_eq!((nodes.hubs[A].clients(), nodes.hubs[A].people()), (0, 1));
}
