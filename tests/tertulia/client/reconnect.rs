//! `--reconnect`: losses are told and overcome, the name is kept, and lines from a pipe wait.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::{client, ended, in_pipes};
use crate::support::fake_server::{FakeServer, NAME};

#[test]
fn bot_comes_back_with_its_name_and_its_next_line() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--name", "bot", "--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    let mut errors = BufReader::new(bot.stderr.take().unwrap());
    keyboard.write_all(b"uno\n").unwrap();
    let mut peer = server.accept_as("bot");
    peer.expect("uno\n");
    peer.close();

    let mut told = String::new();
    errors.read_line(&mut told).unwrap();
    assert_eq!(told, "--- Conexión perdida; nuevo intento en 1 s\n");
    keyboard.write_all(b"dos\n").unwrap();

    // The old session may still hold the name: refused on return is no end.
    let mut peer = server.accept();
    peer.send(NAME);
    peer.expect("bot\n");
    peer.send(format!("El nombre 'bot' ya está en uso.\n{NAME}"));
    peer.expect_gone();
    told.clear();
    errors.read_line(&mut told).unwrap();
    assert_eq!(told, "--- Nombre ocupado; nuevo intento en 2 s\n");

    let mut peer = server.accept_as("bot");
    peer.expect("dos\n");
    keyboard.write_all(b"salir\n").unwrap();
    peer.expect("salir\n");
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}

#[test]
fn bot_without_a_name_keeps_the_first_line_as_its_name() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all(b"bot\nuno\n").unwrap();
    let mut peer = server.accept_as("bot");
    peer.expect("uno\n");
    peer.close();
    let mut peer = server.accept_as("bot");
    drop(keyboard);
    peer.expect_end();
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}

#[test]
fn first_connection_is_tried_again_too() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = taken.local_addr().unwrap();
    drop(taken);
    let mut bot = in_pipes(client(&place.to_string(), &["--name", "bot", "--reconnect"]));
    let mut told = String::new();
    let mut errors = BufReader::new(bot.stderr.take().unwrap());
    errors.read_line(&mut told).unwrap();
    assert_eq!(told, "--- Sin conexión; nuevo intento en 1 s\n");
    told.clear();
    errors.read_line(&mut told).unwrap();
    assert_eq!(told, "--- Sin conexión; nuevo intento en 2 s\n");
    drop(bot.stdin.take());
    bot.kill().unwrap();
    bot.wait().unwrap();
}

#[test]
fn bot_comes_back_with_its_password_too() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--name", "bot", "--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    let mut errors = BufReader::new(bot.stderr.take().unwrap());
    let mut told = String::new();
    keyboard.write_all("girasol\nuno\n".as_bytes()).unwrap();
    for said in ["uno\n", "dos\n"] {
        let mut peer = server.accept_registered("bot");
        peer.expect("girasol\n");
        peer.send("\nBienvenido al chat, bot!\n\n");
        peer.expect(said);
        peer.close();
        // What is typed before the loss is known goes with it.
        errors.read_line(&mut told).unwrap();
        keyboard.write_all(b"dos\n").unwrap();
    }
    // Refused, it is wrong by now: the next one comes from the pipe.
    let mut peer = server.accept_registered("bot");
    peer.expect("girasol\n");
    peer.send("Nombre o contraseña incorrectos.\nCon una línea vacía vuelves al nombre.\nContraseña: ");
    peer.expect_gone();
    let mut peer = server.accept_registered("bot");
    peer.expect("dos\n");
    bot.kill().unwrap();
    bot.wait().unwrap();
}

/// Two of the same name that both come back would throw each other out for ever.
#[test]
fn client_that_was_replaced_does_not_come_back_by_itself() {
    for words in ["Has entrado desde otro sitio: esta", "You came in from somewhere else: this"] {
        let server = FakeServer::start();
        let mut bot = in_pipes(client(&server.place(), &["--name", "bot", "--reconnect"]));
        let _keyboard = bot.stdin.take().unwrap();
        let mut peer = server.accept_as("bot");
        peer.send(format!("Ana: --- {words}\n--- {words} ...\n"));
        peer.close();
        assert_eq!(ended(bot).0, Some(1), "{words}");
    }
}

#[test]
fn reconnect_goes_back_into_its_rooms_before_anything_is_sent() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--name", "bot", "--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    let mut errors = BufReader::new(bot.stderr.take().unwrap());
    let mut told = String::new();
    keyboard.write_all(b"/entrar patio\n/entrar #cocina abracadabra\n").unwrap();
    let mut peer = server.accept_as("bot");
    peer.expect("/entrar patio\n/entrar #cocina abracadabra\n");
    peer.send("Has creado #patio y eres su operador. Ahora hablas aquí.\n");
    peer.send("Estás en #cocina, 2 personas. Ahora hablas aquí.\n");
    peer.close();
    errors.read_line(&mut told).unwrap();
    keyboard.write_all(b"para la cocina\n").unwrap();

    let mut peer = server.accept_as("bot");
    peer.expect("/entrar patio\n/entrar cocina abracadabra\n/idioma\n");
    peer.expect_nothing_yet(); // it is not back yet
    peer.send(
        "Estás en #patio, 1 persona. Ahora hablas aquí.\nEstás en #cocina, 2 personas. Ahora hablas aquí.\n",
    );
    peer.expect_nothing_yet();
    peer.send("Te hablo en español. For English: /lang en\n");
    peer.expect("para la cocina\n");
    told.clear();
    errors.read_line(&mut told).unwrap();
    assert_eq!(told, "--- De vuelta en #general, #patio, #cocina\n");
    keyboard.write_all(b"salir\n").unwrap();
    peer.expect("salir\n");
    peer.close();
    let (status, said, _) = ended(bot);
    assert_eq!(status, Some(0));
    assert!(!said.contains("Te hablo en"), "nobody asked for the language: {said}");
}

#[test]
fn password_is_kept_for_the_name_that_it_was_given_for() {
    let server = FakeServer::start();
    let mut bot = in_pipes(client(&server.place(), &["--name", "bot", "--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    let mut errors = BufReader::new(bot.stderr.take().unwrap());
    keyboard.write_all("girasol\n/nombre otro\n".as_bytes()).unwrap();
    let mut peer = server.accept_registered("bot");
    peer.expect("girasol\n");
    peer.send("\nBienvenido al chat, bot!\n\n");
    peer.expect("/nombre otro\n");
    peer.send("--- bot ahora es otro\n");
    peer.close();
    errors.read_line(&mut String::new()).unwrap();
    // Somebody has registered the other name meanwhile: this server asks where it did not ask before.
    let mut peer = server.accept_registered("otro");
    peer.expect_nothing_yet();
    keyboard.write_all(b"margarita\n").unwrap();
    peer.expect("margarita\n");
    bot.kill().unwrap();
    bot.wait().unwrap();
}
