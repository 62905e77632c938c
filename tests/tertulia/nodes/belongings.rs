//! What members have again who come back in behind the death of their node: who can answer them, whom they can answer, and invitations.

use tertulia::chat::{ClientId, Command, Event, Input, Text};
use tertulia::limits::EMPTIED_ROOM_WAIT;

use super::late::{A, B, Nodes, ana};

/// Eva is at the first node.
fn eva() -> ClientId {
    ana()
}

/// Luis is at the second one.
fn luis() -> ClientId {
    ClientId::new(1, 2)
}

fn eva_and_luis() -> Nodes {
    let mut nodes = Nodes::new();
    nodes.enters(A, eva(), "Eva");
    nodes.enters(B, luis(), "Luis");
    nodes
}

fn types(nodes: &mut Nodes, node: usize, id: ClientId, command: Command) {
    nodes.does(node, Input::Command(id, command));
}

fn writes(nodes: &mut Nodes, node: usize, id: ClientId, to: &str) {
    types(nodes, node, id, Command::Message { to: Text::clean(to), text: Text::clean("hola") });
}

/// To whom the answer of a client goes; none: to nobody.
fn answer(nodes: &mut Nodes, node: usize, id: ClientId) -> Option<String> {
    nodes.effects[node].clear();
    types(nodes, node, id, Command::Reply(Text::clean("sí")));
    nodes.told_at(node, id).find_map(|event| match event {
        Event::PrivateSent { to, .. } => Some(to.to_string()),
        _ => None,
    })
}

/// The first node is held for dead and comes in again; meanwhile this happens.
fn is_back(nodes: &mut Nodes, meanwhile: impl FnOnce(&mut Nodes)) {
    nodes.is_gone(A);
    meanwhile(nodes);
    nodes.joins(A);
}

#[test]
fn answer_goes_on_to_who_wrote_last_behind_the_death_of_a_node() {
    for is_restored in [false, true] {
        let mut nodes = eva_and_luis();
        writes(&mut nodes, A, eva(), "Luis");
        writes(&mut nodes, B, luis(), "Eva");
        is_back(&mut nodes, |nodes| {
            if is_restored {
                nodes.is_restored();
            }
            assert_eq!(answer(nodes, B, luis()), None, "she is not there");
            types(nodes, B, luis(), Command::Nick(Text::clean("Lucho")));
        });
        assert_eq!(answer(&mut nodes, A, eva()).as_deref(), Some("Lucho"), "whatever he is called by then");
        assert_eq!(answer(&mut nodes, B, luis()).as_deref(), Some("Eva"));
        is_back(&mut nodes, |_| {});
        types(&mut nodes, A, eva(), Command::Nick(Text::clean("Evita")));
        assert_eq!(answer(&mut nodes, B, luis()).as_deref(), Some("Evita"));
        nodes.is_sound();
    }
}

#[test]
fn two_people_of_a_node_that_was_held_for_dead_go_on_answering_each_other() {
    let mut nodes = eva_and_luis();
    let rosa = ClientId::new(2, 1);
    nodes.enters(A, rosa, "Rosa");
    writes(&mut nodes, A, eva(), "Rosa");
    writes(&mut nodes, A, rosa, "Eva");
    is_back(&mut nodes, |_| {});
    assert_eq!(answer(&mut nodes, A, eva()).as_deref(), Some("Rosa"));
    assert_eq!(answer(&mut nodes, A, rosa).as_deref(), Some("Eva"));
    nodes.is_sound();
}

#[test]
fn answer_goes_to_nobody_else_who_has_the_name_by_then() {
    let mut nodes = eva_and_luis();
    writes(&mut nodes, A, eva(), "Luis");
    is_back(&mut nodes, |nodes| nodes.enters(B, ClientId::new(3, 2), "Eva"));
    assert_eq!(answer(&mut nodes, B, luis()), None);
    nodes.is_sound();
}

#[test]
fn what_a_member_left_behind_is_kept_as_long_as_its_rooms() {
    let mut nodes = eva_and_luis();
    writes(&mut nodes, B, luis(), "Eva");
    is_back(&mut nodes, |nodes| {
        nodes.waits(EMPTIED_ROOM_WAIT);
        nodes.elapses();
        assert_eq!(nodes.state()["chat"]["left_behind"], serde_json::json!({}));
    });
    assert_eq!(answer(&mut nodes, A, eva()), None);
}

#[test]
fn invitation_is_good_behind_the_death_of_a_node_unless_they_were_banned_since() {
    for is_banned in [false, true] {
        let mut nodes = eva_and_luis();
        let room = Text::clean("cocina");
        types(&mut nodes, B, luis(), Command::Join { room: room.clone(), key: None });
        types(&mut nodes, B, luis(), Command::Key { room: None, key: Some(Text::clean("sal")) });
        types(&mut nodes, B, luis(), Command::Invite { room: None, whom: Text::clean("Eva") });
        is_back(&mut nodes, |nodes| {
            if is_banned {
                types(nodes, B, luis(), Command::Ban { room: None, whom: Text::clean("Eva") });
            }
        });
        nodes.effects[A].clear();
        types(&mut nodes, A, eva(), Command::Join { room: room.clone(), key: None });
        let entered = nodes.told(eva()).any(|event| matches!(event, Event::Entered { .. }));
        assert_eq!(entered, !is_banned, "{:?}", nodes.effects[A]);
        // It is for once.
        types(&mut nodes, A, eva(), Command::Leave(Some(room.clone())));
        nodes.effects[A].clear();
        types(&mut nodes, A, eva(), Command::Join { room, key: None });
        assert!(!nodes.told(eva()).any(|event| matches!(event, Event::Entered { .. })));
        nodes.is_sound();
    }
}

#[test]
fn what_people_had_is_theirs_again_behind_another_state_of_the_chat() {
    let mut nodes = eva_and_luis();
    writes(&mut nodes, A, eva(), "Luis");
    writes(&mut nodes, B, luis(), "Eva");
    nodes.goes_on_anew();
    is_back(&mut nodes, |_| {});
    assert_eq!(answer(&mut nodes, A, eva()).as_deref(), Some("Luis"));
    assert_eq!(answer(&mut nodes, B, luis()).as_deref(), Some("Eva"));
    nodes.is_sound();
}
