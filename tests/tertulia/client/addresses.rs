//! A list of addresses: the first that answers is taken, a lost one is followed by the next, and what was given to one server goes to
//! another only where it is asked for.

use std::io::Write;
use std::process::Command;

use super::{client, converses, ended, in_pipes, lost_after_login, with_input};
use crate::support::fake_server::{FakeServer, NAME};
use crate::support::owned::Owned;
use crate::support::port::free_port;
use crate::support::process::Lines;

/// The client, about to come in as `bot` at the first of these places that answers.
fn client_of(places: &[String], options: &[&str]) -> Command {
    let mut command = client(&places.join(","), options);
    command.args(["--name", "bot"]);
    command
}

/// The same between three pipes, told to come back; and what it tells besides.
fn returning(places: &[String]) -> (Owned, Lines) {
    let mut bot = in_pipes(client_of(places, &["--reconnect"]));
    let told = Lines::of(bot.stderr.take().unwrap());
    (bot, told)
}

/// A place where nobody listens.
fn nowhere() -> String {
    format!("127.0.0.1:{}", free_port())
}

#[track_caller]
fn expect_told(told: &Lines, lines: &[String]) {
    for line in lines {
        assert_eq!(told.next().as_ref(), Some(line));
    }
}

#[test]
fn first_address_that_answers_is_taken() {
    for (language, words) in [
        ("es", ["Sin conexión; probando con", "Conectado con"]),
        ("en", ["No connection; trying", "Connected to"]),
    ] {
        let [second, third] = [(); 2].map(|()| FakeServer::start());
        let place = second.place();
        let mut command = client_of(&[nowhere(), place.clone(), third.place()], &[]);
        command.env("LC_ALL", language);
        let mut bot = with_input(command, b"hola\nsalir\n");
        let told = Lines::of(bot.stderr.take().unwrap());
        converses(bot, second.accept_as("bot"));
        assert_eq!(told.rest(), words.map(|words| format!("--- {words} {place}")));
        third.expect_nobody();
    }
}

#[test]
fn first_address_is_no_news_if_it_answers() {
    let [first, second] = [(); 2].map(|()| FakeServer::start());
    let bot = with_input(client_of(&[first.place(), second.place()], &["--reconnect"]), b"hola\nsalir\n");
    converses(bot, first.accept_as("bot"));
    second.expect_nobody();
}

#[test]
fn each_address_is_told_where_none_answers() {
    let places = [nowhere(), nowhere()];
    for options in [&[][..], &["--say", "hola"]] {
        let (status, said, told) = ended(with_input(client_of(&places, options), b"hola\n"));
        assert_eq!((status, said.as_str()), (Some(1), ""));
        let told: Vec<&str> = told.lines().filter(|line| !line.starts_with("---")).collect();
        let why = |place: &String| {
            format!(
                "tertulia: no se puede conectar con {place}: nadie escucha ahí. ¿Está en marcha el servidor (tertulia-server)?"
            )
        };
        assert_eq!(told, places.each_ref().map(why), "{options:?}");
    }
}

#[test]
fn say_goes_to_the_first_address_that_answers() {
    let server = FakeServer::start();
    let bot = in_pipes(client_of(&[nowhere(), server.place()], &["--say", "hola"]));
    let mut peer = server.accept_as("bot");
    peer.expect("/entrar general\n/idioma\n");
    peer.send("Estás en #general, 1 persona. Ahora hablas aquí.\nTe hablo en español.\n");
    peer.expect("hola\n/idioma\n");
    peer.send("Te hablo en español.\n");
    peer.expect("/salir\n");
    peer.close();
    assert_eq!(ended(bot), (Some(0), String::new(), String::new()));
}

#[test]
fn lost_connection_goes_on_at_the_next_address_and_then_around() {
    let [first, second] = [(); 2].map(|()| FakeServer::start());
    let places = [first.place(), second.place()];
    let (mut bot, told) = returning(&places);
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all(b"uno\n").unwrap();
    let mut peer = first.accept_as("bot");
    peer.expect("uno\n");
    drop(first);
    peer.close();
    expect_told(&told, &[format!("--- Conexión perdida; probando con {}", places[1])]);
    keyboard.write_all(b"dos\n").unwrap();
    let mut peer = second.accept_as("bot");
    peer.expect("dos\n");
    expect_told(&told, &[format!("--- Conectado con {}", places[1])]);
    // Nobody is there any more: a round of each, a pause, and the next round.
    drop(second);
    peer.close();
    let next = |what: &str, place: &String| format!("--- {what}; probando con {place}");
    let again = |seconds| format!("--- Sin conexión; nuevo intento en {seconds} s");
    let lost = told.next().unwrap();
    // The second loss within a second of the first is followed by a pause.
    let soon = "--- Conexión perdida; nuevo intento en 1 s".to_string();
    if lost == soon {
        expect_told(&told, &[next("Sin conexión", &places[1]), again(2)]);
    } else {
        assert_eq!(lost, next("Conexión perdida", &places[0]));
        expect_told(&told, &[again(1), next("Sin conexión", &places[0]), again(2)]);
    }
    bot.kill().unwrap();
    bot.wait().unwrap();
}

#[test]
fn password_and_rooms_go_to_the_next_address_where_they_are_asked_for() {
    let [first, second] = [(); 2].map(|()| FakeServer::start());
    let (mut bot, told) = returning(&[first.place(), second.place()]);
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all("girasol\n/entrar cocina\n".as_bytes()).unwrap();
    let mut peer = first.accept_registered("bot");
    peer.expect("girasol\n");
    peer.send("\nBienvenido al chat, bot!\n\n");
    peer.expect("/entrar cocina\n");
    peer.send("Has creado #cocina y eres su operador. Ahora hablas aquí.\n");
    peer.close();
    expect_told(&told, &[format!("--- Conexión perdida; probando con {}", second.place())]);

    let mut peer = second.accept_registered("bot");
    peer.expect("girasol\n");
    peer.send("\nBienvenido al chat, bot!\n\n");
    peer.expect("/entrar cocina\n/idioma\n");
    peer.send("Estás en #cocina, 2 personas. Ahora hablas aquí.\nTe hablo en español.\n");
    let back = "--- De vuelta en #general, #cocina".to_string();
    expect_told(&told, &[format!("--- Conectado con {}", second.place()), back]);
    drop(keyboard);
    peer.expect_end();
    peer.close();
    let (status, said, _) = ended(bot);
    assert!(status == Some(0) && !said.contains("girasol"), "{said}");
    assert_eq!(told.rest(), [""; 0]);
}

#[test]
fn password_is_kept_where_the_name_alone_is_refused() {
    let [first, second] = [(); 2].map(|()| FakeServer::start());
    let (mut bot, told) = returning(&[first.place(), second.place()]);
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all("girasol\nuno\n".as_bytes()).unwrap();
    lost_after_login(first.accept_registered("bot"));
    let mut peer = second.accept();
    peer.send(NAME);
    peer.expect("bot\n");
    peer.send(format!("El nombre 'bot' ya está en uso.\n{NAME}"));
    peer.expect_gone();
    let mut peer = second.accept_registered("bot");
    peer.expect("girasol\n");
    // Refused, it is wrong by now, and is not given again.
    peer.send("Nombre o contraseña incorrectos.\nContraseña: ");
    peer.expect_gone();
    let mut peer = second.accept_registered("bot");
    keyboard.write_all(b"margarita\n").unwrap();
    peer.expect("margarita\n");
    bot.kill().unwrap();
    bot.wait().unwrap();
    drop(told);
}

#[test]
fn password_is_never_sent_to_a_server_that_does_not_ask() {
    let [first, second] = [(); 2].map(|()| FakeServer::start());
    let (mut bot, told) = returning(&[first.place(), second.place()]);
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all("girasol\nuno\n".as_bytes()).unwrap();
    lost_after_login(first.accept_registered("bot"));
    // Nobody has registered the name there; what only looks like the question is none.
    let mut peer = second.accept_as("bot");
    peer.send("Ana: Contraseña: \nContraseña: \nContraseña actual: ");
    expect_told(
        &told,
        &[
            format!("--- Conexión perdida; probando con {}", second.place()),
            format!("--- Conectado con {}", second.place()),
        ],
    );
    keyboard.write_all(b"dos\n").unwrap();
    peer.expect("dos\n");
    drop(keyboard);
    peer.expect_end();
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}

#[test]
fn name_that_is_taken_at_the_next_address_is_tried_there_again() {
    let [first, second] = [(); 2].map(|()| FakeServer::start());
    let (mut bot, told) = returning(&[first.place(), second.place()]);
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all(b"uno\n").unwrap();
    let mut peer = first.accept_as("bot");
    peer.expect("uno\n");
    peer.close();
    expect_told(&told, &[format!("--- Conexión perdida; probando con {}", second.place())]);
    let mut peer = second.accept();
    peer.send(NAME);
    peer.expect("bot\n");
    peer.send(format!("El nombre 'bot' ya está en uso.\n{NAME}"));
    peer.expect_gone();
    let busy = "--- Nombre ocupado; nuevo intento en 1 s".to_string();
    expect_told(&told, &[format!("--- Conectado con {}", second.place()), busy]);
    keyboard.write_all(b"dos\n").unwrap();
    let mut peer = second.accept_as("bot");
    peer.expect("dos\n");
    first.expect_nobody();
    drop(keyboard);
    peer.expect_end();
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}
