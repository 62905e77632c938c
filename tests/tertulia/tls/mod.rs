//! TLS on the same port: what is spoken in it is what is spoken without, and nothing that is not sealed gets through.
//!
//! The client is that of `rustls`, over streams in memory; `real` has the real server and other clients.

mod client;
mod handshakes;
mod identity;
mod real;
mod records;
mod required;
mod upgraded;
mod words;

use tertulia::config::{Config, Door};
use tertulia::tls::{Source, Tls};

use crate::support::dir::Dir;
use crate::turns::house::House;

/// A house with TLS, of whose clients none is held up.
fn house() -> House {
    house_with(Config { rate_limit: 0, ..Config::default() })
}

fn house_with(config: Config) -> House {
    let mut house = House::new(config);
    house.server.set_tls(identity());
    house
}

/// A key and a certificate, made anew.
fn identity() -> Tls {
    let dir = Dir::new();
    let source = Source::Own { dir: dir.path().into(), names: vec!["localhost".into()] };
    Tls::open(&source).expect("a key and a certificate")
}

const NEAR: [u8; 4] = [192, 168, 1, 20];

/// A client that has shown nothing yet.
fn comes(house: &mut House, door: Door) -> usize {
    let who = house.connect_through(door, NEAR);
    house.listen(who);
    house.settle();
    who
}

/// A person with `nc`, in the chat.
fn person(house: &mut House, name: &str) -> usize {
    let who = comes(house, Door::Any);
    house.says(who, format!("{name}\n"));
    assert!(house.heard(who).contains("Bienvenido"), "{name}");
    who
}
