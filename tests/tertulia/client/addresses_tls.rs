//! A list of addresses through TLS: keys are remembered for each, a fingerprint counts for all, and a password that was given through TLS
//! is not sent in the clear.

use std::fs;
use std::io::Write;
use std::process::Command;

use super::{client, converses, ended, in_pipes, lost_after_login, with_input};
use crate::support::dir::Dir;
use crate::support::fake_server::FakeServer;
use crate::support::owned::Owned;
use crate::support::port::free_port;
use crate::support::process::Lines;
use crate::support::tls_front::{Identity, Manner, TlsFront};

/// A server behind TLS.
struct Sealed {
    server: FakeServer,
    front: TlsFront,
}

impl Sealed {
    fn start(identity: &Identity) -> Sealed {
        let server = FakeServer::start();
        let front = TlsFront::start(server.addr(), identity, Manner::default());
        Sealed { server, front }
    }

    fn place(&self) -> String {
        format!("tls://{}", self.front.place())
    }
}

/// The client, about to come in as `bot` at the first of these places that answers, on a machine that knows no authority.
fn client_at(home: &Dir, places: &[String], options: &[&str]) -> Command {
    let mut command = client(&places.join(","), options);
    command.args(["--name", "bot"]).env("XDG_STATE_HOME", home.path());
    command.env("SSL_CERT_FILE", "/dev/null").env_remove("SSL_CERT_DIR");
    command
}

/// Starts it between three pipes, and gives what it tells besides.
fn told_by(command: Command) -> (Owned, Lines) {
    let mut bot = in_pipes(command);
    let told = Lines::of(bot.stderr.take().unwrap());
    (bot, told)
}

/// Reads up to a line that begins so.
#[track_caller]
fn until(told: &Lines, start: &str) -> Vec<String> {
    let mut before = Vec::new();
    loop {
        let line = told.next().expect(start);
        if line.starts_with(start) {
            return before;
        }
        before.push(line);
    }
}

#[test]
fn each_address_has_its_own_known_key() {
    let home = Dir::new();
    let identities = [(); 2].map(|()| Identity::of_its_own());
    let sealed = identities.each_ref().map(Sealed::start);
    let places = sealed.each_ref().map(Sealed::place);
    let (mut bot, told) = told_by(client_at(&home, &places, &["--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all(b"uno\n").unwrap();
    let mut peer = sealed[0].server.accept_as("bot");
    peer.expect("uno\n");
    peer.close();
    let place = sealed[1].front.place();
    let before = until(&told, &format!("--- Conexión perdida; probando con {place}"));
    keyboard.write_all(b"dos\n").unwrap();
    let mut peer = sealed[1].server.accept_as("bot");
    peer.expect("dos\n");
    drop(keyboard);
    peer.expect_end();
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
    let first = |index: usize| {
        let (place, key) = (sealed[index].front.place(), identities[index].fingerprint());
        format!("--- Primera vez con {place}. Su clave: {key}")
    };
    assert_eq!((before.len(), &before[0]), (2, &first(0)));
    let told = told.rest();
    assert_eq!((&told[0], &told[2..]), (&first(1), &[format!("--- Conectado con {place}")][..]));
    let noted = fs::read_to_string(home.path().join("tertulia/known_hosts")).unwrap();
    for (sealed, identity) in sealed.iter().zip(&identities) {
        assert!(noted.contains(&format!("{} {}\n", sealed.front.place(), identity.fingerprint())), "{noted}");
    }
}

#[test]
fn fingerprint_counts_for_all_addresses() {
    let (home, identity) = (Dir::new(), Identity::of_its_own());
    let nowhere = format!("tls://127.0.0.1:{}", free_port());
    let [good, other] = [&identity, &Identity::of_its_own()].map(Sealed::start);
    let pin = identity.fingerprint();
    let options = ["--tls-fingerprint", &pin];
    let mut bot = with_input(client_at(&home, &[nowhere.clone(), good.place()], &options), b"hola\nsalir\n");
    let told = Lines::of(bot.stderr.take().unwrap());
    converses(bot, good.server.accept_as("bot"));
    let place = good.front.place();
    assert_eq!(
        told.rest(),
        ["Sin conexión; probando con", "Conectado con"].map(|words| format!("--- {words} {place}"))
    );
    // One that has another key is the end, wherever it stands: somebody has to look at it.
    let places = [nowhere, other.place(), good.place()];
    for more in [&[][..], &["--reconnect"], &["--say", "hola"]] {
        let command = client_at(&home, &places, &[&options[..], more].concat());
        let (status, said, told) = ended(with_input(command, b"hola\n"));
        assert_eq!((status, said.as_str()), (Some(1), ""), "{told}");
        assert!(told.contains("NO ES LA QUE SE PIDE") && told.contains(&other.front.place()), "{told}");
        other.server.expect_nobody();
        good.server.expect_nobody();
    }
}

#[test]
fn password_given_through_tls_is_not_sent_in_the_clear() {
    for (language, words) in [
        (
            "es",
            [
                "--- Conexión perdida; probando con",
                "--- Conectado con PLACE, sin TLS: lo que se dice se puede leer en la red",
                "--- La contraseña no se envía sin TLS; nuevo intento en 1 s",
            ],
        ),
        (
            "en",
            [
                "--- Connection lost; trying",
                "--- Connected to PLACE, without TLS: what is said can be read on the network",
                "--- The password is not sent without TLS; trying again in 1 s",
            ],
        ),
    ] {
        let home = Dir::new();
        let (sealed, clear) = (Sealed::start(&Identity::of_its_own()), FakeServer::start());
        let name = if language == "es" { "Ingresa tu nombre: " } else { "Enter your name: " };
        let password = if language == "es" { "Contraseña: " } else { "Password: " };
        let mut command = client_at(&home, &[sealed.place(), clear.place()], &["--reconnect"]);
        command.env("LC_ALL", language);
        let (mut bot, told) = told_by(command);
        let mut keyboard = bot.stdin.take().unwrap();
        keyboard.write_all("girasol\nuno\n".as_bytes()).unwrap();
        let asks = |server: &FakeServer| {
            let mut peer = server.accept();
            peer.send(name);
            peer.expect("bot\n");
            peer.send(password);
            peer
        };
        lost_after_login(asks(&sealed.server));
        until(&told, words[0]);
        keyboard.write_all(b"dos\n").unwrap();
        // Neither the password nor what comes next in the pipe.
        asks(&clear).expect_end();
        until(&told, &words[1].replace("PLACE", &clear.place()));
        assert_eq!(told.next().as_deref(), Some(words[2]));
        let mut peer = asks(&sealed.server);
        peer.expect("girasol\n");
        peer.send("\nBienvenido al chat, bot!\n\n");
        peer.expect("dos\n");
        drop(keyboard);
        peer.expect_end();
        peer.close();
        assert_eq!(ended(bot).0, Some(0));
    }
}

#[test]
fn password_given_in_the_clear_may_go_through_tls() {
    let home = Dir::new();
    let (sealed, clear) = (Sealed::start(&Identity::of_its_own()), FakeServer::start());
    let (mut bot, told) = told_by(client_at(&home, &[clear.place(), sealed.place()], &["--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all("girasol\nuno\n".as_bytes()).unwrap();
    lost_after_login(clear.accept_registered("bot"));
    let mut peer = sealed.server.accept_registered("bot");
    peer.expect("girasol\n");
    until(&told, &format!("--- Conectado con {}", sealed.front.place()));
    bot.kill().unwrap();
    bot.wait().unwrap();
}
