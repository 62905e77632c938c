//! Commands wait for the reply to what was asked before them, and for no other one.

use tertulia::chat::{MonoTime, Name};
use tertulia::config::Config;
use tertulia::limits::{AUTH_PATIENCE, HISTORY_PATIENCE, HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES};
use tertulia::net::Server;
use tertulia::storage::SimulatedHelpers;

use crate::turns::house::House;

/// Luis, listening, in a chat where Ana has an account and is absent; and the helpers of its storage, which rest.
fn house() -> (House, usize, SimulatedHelpers) {
    let accounts = vec![(Name::given("Ana").expect("a name"), SimulatedHelpers::hash("secreto"))];
    let (storage, helpers) = SimulatedHelpers::new(accounts, HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
    let config = Config { rate_limit: 0, ..Config::default() };
    let mut house = House::of(Server::remembering(config, storage));
    let luis = house.connect();
    house.says(luis, "Luis\n");
    house.listen(luis);
    (house, luis, helpers)
}

/// The server hears what the helpers have to say.
fn replies_come(house: &mut House) {
    let now: MonoTime = house.now;
    house.server.storage_ready(now);
    house.settle();
}

#[test]
fn late_reply_releases_no_command_behind_another_question() {
    let (mut house, luis, mut helpers) = house();
    house.says(luis, "/privado Ana hola\n");
    house.waits(HISTORY_PATIENCE);
    assert_eq!(house.heard(luis), "[privado a Ana] hola\n");
    house.says(luis, "/buscar nada\n/tema\n");
    helpers.write();
    replies_come(&mut house);
    assert_eq!(house.heard(luis), "No está ahora: lo leerá cuando vuelva.\n", "the first reply, late");
    assert!(helpers.answer());
    replies_come(&mut house);
    let heard = house.heard(luis);
    let lines: Vec<&str> = heard.lines().collect();
    assert!(
        matches!(lines[..], [found, topic] if found.contains("nada") && topic.contains("tema")),
        "{heard}"
    );
}

#[test]
fn late_login_releases_no_command_behind_a_search() {
    let (mut house, luis, mut helpers) = house();
    house.says(luis, "/identificar Ana\n");
    house.says(luis, "errado\n");
    house.waits(AUTH_PATIENCE);
    house.heard(luis);
    house.says(luis, "/buscar nada\n/tema\n");
    helpers.write();
    assert!(helpers.compute());
    replies_come(&mut house);
    assert!(!house.heard(luis).contains("tema"), "the search has not been answered");
    assert!(helpers.answer());
    replies_come(&mut house);
    assert!(house.heard(luis).contains("tema"));
}
