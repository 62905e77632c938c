//! A server that is one of several is written down and goes on as another program: nobody notices, here or at the other one.

use std::mem;

use serde_json::{Value, json};
use tertulia::cluster::{NodeInput, NodeName, NodeRefused};
use tertulia::config::{ClusterConfig, Config, EngineLocation};
use tertulia::net::{HandoverError, Server, ServerState};

use super::servers::{SECOND, World};
use super::turns::stranded;
use crate::turns::house::House;

/// How the server of that name is started again.
fn config(node: &str) -> Config {
    let cluster = ClusterConfig {
        engine: EngineLocation::File("nowhere".into()),
        prefix: "t".into(),
        key_file: None,
        unsafe_too: false,
    };
    let cluster = Some((node.parse().expect("a name"), cluster));
    Config { rate_limit: 0, cluster, ..Config::default() }
}

impl World {
    /// Another program goes on in the place of the first server, and has its connections to the log.
    pub(super) fn upgrades(&mut self) {
        let house = &mut self.houses[0];
        house.server.finish_entry(house.now);
        let server = mem::replace(&mut house.server, Server::new(Config::default()));
        let text = serde_json::to_string(&server.state()).expect("a state is a text");
        let (streams, storage) = server.into_parts();
        let state: ServerState = serde_json::from_str(&text).expect("a state");
        house.server = Server::restore(config("a"), storage, state, streams).expect("a sound state");
        self.read[0] = None;
        house.server.log_happened(NodeInput::Back, house.now);
    }

    /// Why another program does not go on in the place of the first server, if it does not.
    fn refusal(mut self, config: Config, change: impl FnOnce(&mut Value)) -> Option<HandoverError> {
        let server = mem::replace(&mut self.houses[0].server, Server::new(Config::default()));
        let mut value = serde_json::to_value(server.state()).expect("a state is a value");
        change(&mut value);
        let (streams, storage) = server.into_parts();
        let state: ServerState = serde_json::from_value(value).expect("a state");
        Server::restore(config, storage, state, streams).err()
    }
}

#[test]
fn server_goes_on_with_what_is_under_way_and_what_waits_behind_it() {
    let mut world = World::new();
    let (ana, luis) = (world.connects(0, "Ana"), world.connects(1, "Luis"));
    world.heard(ana);
    world.heard(luis);
    for is_sent in [false, true] {
        world.houses[0].send(ana.1, b"uno\ndos\n/quien\ntres\n");
        world.houses[0].turn();
        if is_sent {
            world.writes(0);
        }
        world.upgrades();
        world.settles();
        assert_eq!(world.heard(luis), "Ana: uno\nAna: dos\nAna: tres\n");
        world.says(luis, "cuatro\n");
        let heard = world.heard(ana);
        assert!(heard.contains("Luis") && heard.ends_with("Luis: cuatro\n"), "{heard}");
    }
}

#[test]
fn server_goes_on_in_the_middle_of_an_entry_and_with_lines_that_it_has_not_applied() {
    let (mut world, ana) = stranded();
    world.houses[0].send(ana.1, b"hola\n");
    world.upgrades();
    assert!(!world.houses[0].server.hub().has_stranded(), "the entry is applied before");
    world.passes(SECOND);
    assert_eq!(world.houses[0].server.hub().people(), 1);
    assert_eq!(world.heard(ana).matches("<<<").count(), 1, "they are told of once");
}

#[test]
fn server_that_is_held_for_dead_goes_on_with_its_people_outside() {
    let mut world = World::new();
    let (ana, luis) = (world.connects(0, "Ana"), world.connects(1, "Luis"));
    world.passes(3 * SECOND);
    world.asleep[0] = true;
    world.houses[0].send(ana.1, b"sigo aqu\xc3\xad\n");
    for _ in 0..12 {
        world.passes(SECOND);
    }
    assert_eq!(world.houses[1].server.hub().people(), 1, "she is gone for the others");
    world.heard(luis);
    // It reads so, and has not come in again.
    world.houses[0].turn();
    world.writes(0);
    world.reads(0);
    world.houses[0].settle();
    assert_eq!((world.houses[0].server.hub().people(), world.houses[0].server.is_there()), (1, false));
    world.asleep[0] = false;
    world.upgrades();
    world.settles();
    assert_eq!(world.houses[1].server.hub().people(), 2);
    assert_eq!(world.heard(luis).matches("Ana: sigo aquí\n").count(), 1);
}

#[test]
fn program_that_cannot_be_the_node_is_refused() {
    let world = || {
        let mut world = World::new();
        let ana = world.connects(0, "Ana");
        world.houses[0].send(ana.1, b"uno\n");
        world.houses[0].turn();
        world
    };
    assert_eq!(world().refusal(config("a"), |_| {}), None);
    let names: [NodeName; 2] = ["a", "b"].map(|name| name.parse().expect("a name"));
    let other = NodeRefused::Name(names[0].clone(), names[1].clone());
    assert_eq!(world().refusal(config("b"), |_| {}), Some(HandoverError::Node(other)));
    assert_eq!(world().refusal(Config::default(), |_| {}), Some(HandoverError::WasNode));
    let house = House::new(Config::default());
    let (state, (streams, storage)) = (house.server.state(), house.server.into_parts());
    let was_alone = Server::restore(config("a"), storage, state, streams);
    assert_eq!(was_alone.err(), Some(HandoverError::WasAlone));
    let broken = world().refusal(config("a"), |value| value["log_end"]["waiting"] = json!([]));
    assert_eq!(broken, Some(HandoverError::Broken("who waits for the log")));
    let broken = world().refusal(config("a"), |value| {
        (value["log_end"]["waiting"], value["log_end"]["entries"]) = (json!([]), json!([]));
    });
    assert_eq!(broken, Some(HandoverError::Broken("what is under way")));
}
