//! `--require-tls`: no password in the clear, and a reason.

use serde_json::{Value, json};
use tertulia::chat::{Language, Name};
use tertulia::config::{Config, Door, TlsConfig};
use tertulia::limits::{HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES};
use tertulia::net::Server;
use tertulia::storage::SimulatedHelpers;

use super::client::Client;
use crate::turns::house::House;
use crate::web::{UPGRADE, frame, hears};

const FAR: [u8; 4] = [203, 0, 113, 7];
const LOCAL: [u8; 4] = [127, 0, 0, 1];

const REFUSAL: &str = "Aquí no se admiten contraseñas sin cifrar: entra por https:// o con tertulia --tls.";

/// A house where Luis is registered, and operators have a password.
fn requiring() -> (House, SimulatedHelpers) {
    let accounts = vec![(Name::given("Luis").expect("a name"), SimulatedHelpers::hash("girasol1"))];
    let (storage, helpers) = SimulatedHelpers::new(accounts, HISTORY_QUEUE_JOBS, HISTORY_QUEUE_MAX_BYTES);
    let storage = storage.with_operator(SimulatedHelpers::hash("girasol2"));
    let tls = TlsConfig { required: true, ..TlsConfig::default() };
    let config = Config { language: Language::Spanish, rate_limit: 0, tls, ..Config::default() };
    let mut house = House::of(Server::remembering(config, storage));
    house.server.set_tls(super::identity());
    (house, helpers)
}

#[test]
fn password_in_the_clear_is_refused_with_a_reason_before_it_is_typed() {
    let (mut house, _helpers) = requiring();
    let who = house.connect_through(Door::Line, FAR);
    house.listen(who);
    house.settle();
    house.heard(who);
    house.says(who, "Luis\n");
    let heard = house.heard(who);
    assert!(heard.contains(REFUSAL) && heard.ends_with("Ingresa tu nombre: "), "{heard}");
    house.says(who, "Ana\n");
    house.heard(who);
    for command in ["/registrar", "/identificar Luis", "/identificar operador"] {
        house.says(who, format!("{command}\n"));
        let heard = house.heard(who);
        assert!(heard.contains(REFUSAL) && !heard.contains("ontraseña: "), "{command}: {heard}");
    }
    // One that was sent behind it is not said.
    house.says(who, "/registrar\namapolas8\namapolas8\n");
    assert!(!house.heard(who).contains("Ana: "));
    // Talking is free.
    let other = super::person(&mut house, "Eva");
    house.says(who, "hola\n");
    assert!(house.heard(other).contains("Ana: hola\n"));
}

#[test]
fn program_in_the_clear_is_told_so_by_a_code() {
    let (mut house, _helpers) = requiring();
    let who = house.connect_through(Door::Any, FAR);
    house.listen(who);
    house.says(who, UPGRADE);
    house.heard_bytes(who);
    for (message, code) in [
        (json!({"type": "name", "name": "Luis"}), Some("tls_required")),
        (json!({"type": "name", "name": "Ana"}), None),
        (json!({"type": "register"}), Some("tls_required")),
    ] {
        house.says(who, frame(0x81, message.to_string().as_bytes()));
        let heard = hears(&house, who);
        let told = heard.iter().find(|object| object["type"] == "error").map(|object| object["code"].clone());
        assert_eq!(told, code.map(Value::from), "{message}: {heard:?}");
    }
}

#[test]
fn password_is_asked_for_in_tls_and_on_this_machine() {
    let (mut house, _helpers) = requiring();
    let who = house.connect_through(Door::Line, LOCAL);
    house.listen(who);
    house.says(who, "Ana\n/registrar\n");
    assert!(house.heard(who).ends_with("Nueva contraseña: "));
    let who = house.connect_through(Door::Tls, FAR);
    house.listen(who);
    let mut client = Client::connected(&mut house, who);
    client.says(&mut house, "Eva\n/registrar\n");
    assert!(client.heard(&mut house).0.ends_with("Nueva contraseña: "));
}
