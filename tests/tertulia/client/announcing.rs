//! A client that is not asked anything says that it is there; one that is asked says nothing but the answer.

use super::{client, ended, with_input};
use crate::support::fake_server::{FakeServer, NAME, welcome};

#[test]
fn silent_server_is_told_that_somebody_is_there_and_nothing_else_before_it_asks() {
    let server = FakeServer::start();
    for options in [&["--name", "Ana"][..], &["--name", "Ana", "--say", "hola"]] {
        let running = with_input(client(&server.place(), options), b"");
        let mut peer = server.accept();
        peer.expect_announcement();
        peer.expect_nothing_yet();
        peer.send(NAME);
        peer.expect("Ana\n");
        peer.close();
        ended(running);
    }
}

#[test]
fn pipe_is_announced_in_front_of_its_lines_or_not_at_all() {
    let server = FakeServer::start();
    let bot = with_input(client(&server.place(), &[]), b"bot\nsalir\n");
    let mut peer = server.accept();
    peer.expect("bot\nsalir\n");
    peer.send(format!("{NAME}{}", welcome("bot")));
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}
