//! Places of a node whose members were held for dead with it.

use tertulia::chat::{ClientId, CloseReason, Input, MonoTime};

use super::late::{A, Nodes, ana};

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
