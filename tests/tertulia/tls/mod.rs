//! TLS on the same port: what is spoken in it is what is spoken without, and nothing that is not sealed gets through.
//!
//! The client is that of `rustls`, over streams in memory; `real` has the real server and other clients.

mod client;
mod handshakes;
mod identity;
mod real;
mod records;
mod required;
mod storms;
mod upgraded;
mod words;

use std::path::PathBuf;
use std::process::Command;

use tertulia::config::{Config, Door};
use tertulia::tls::{IdentitySource, Tls};

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
    let source = IdentitySource::Own { dir: dir.path().into(), names: vec!["localhost".into()] };
    Tls::open(&source).expect("a key and a certificate")
}

/// A certificate and its RSA key of so many bits, as files that openssl makes.
fn rsa(dir: &Dir, bits: usize) -> (PathBuf, PathBuf) {
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    let words = format!("req -x509 -newkey rsa:{bits} -nodes -subj /CN=localhost -days 2 -keyout");
    let made = Command::new("openssl").args(words.split(' ')).arg(&key).arg("-out").arg(&cert).output();
    assert!(made.expect("openssl").status.success());
    (cert, key)
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
