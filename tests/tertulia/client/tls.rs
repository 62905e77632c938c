//! Through TLS: all as in the clear, and clear words where there is no TLS.

use std::io::{BufRead, BufReader, Write};
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use rustls::SupportedProtocolVersion;

use super::{carries_a_megabyte_each_way, client, converses, ended, in_pipes, with_input};
use crate::support::dir::Dir;
use crate::support::fake_server::{FakeServer, NAME, welcome};
use crate::support::tls_front::{Identity, Manner, TlsFront};

/// A server behind TLS, and the key that the client is to expect.
struct Secure {
    server: FakeServer,
    front: TlsFront,
    key: String,
}

impl Secure {
    fn start(manner: Manner) -> Secure {
        Secure::before(FakeServer::start(), manner)
    }

    fn before(server: FakeServer, manner: Manner) -> Secure {
        let identity = Identity::of_its_own();
        let front = TlsFront::start(server.addr(), &identity, manner);
        Secure { server, front, key: identity.fingerprint() }
    }

    fn client(&self, options: &[&str]) -> Command {
        let mut command = client(&self.front.place(), options);
        command.args(["--tls-fingerprint", &self.key]);
        command
    }
}

/// The older of the two that there are.
static TLS12: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS12];

/// All kinds of TLS that there are.
fn manners() -> [Manner; 3] {
    [
        Manner::default(),
        Manner { versions: &TLS12, ..Manner::default() },
        Manner { changes_keys: true, ..Manner::default() },
    ]
}

#[test]
fn tls_carries_a_conversation_to_its_end_in_both_directions() {
    for manner in manners() {
        let secure = Secure::start(manner);
        let bot = with_input(secure.client(&["--name", "bot"]), b"hola\nsalir\n");
        let peer = secure.server.accept_as("bot");
        converses(bot, peer);
    }
}

#[test]
fn tls_carries_a_megabyte_each_way() {
    for manner in manners() {
        let secure = Secure::start(manner);
        carries_a_megabyte_each_way(secure.client(&["--name", "bot"]), &secure.server);
    }
}

#[test]
fn tls_says_something_and_leaves() {
    let secure = Secure::start(Manner::default());
    let running = with_input(secure.client(&["--say", "hola"]), b"");
    let mut peer = secure.server.accept_as("bot");
    peer.expect("/entrar general\n/idioma\n");
    peer.send(
        "Estás en #general, 1 persona. Ahora hablas aquí.\nTe hablo en español. For English: /lang en\n",
    );
    peer.expect("hola\n/idioma\n");
    peer.send("Te hablo en español. For English: /lang en\n");
    peer.expect("/salir\n");
    peer.close();
    assert_eq!(ended(running), (Some(0), String::new(), String::new()));
}

#[test]
fn tls_announces_itself_to_a_server_that_waits() {
    let secure = Secure::start(Manner::default());
    let bot = with_input(secure.client(&["--name", "bot"]), b"");
    let mut peer = secure.server.accept();
    peer.expect_announcement();
    peer.send(NAME);
    peer.expect("bot\n");
    peer.send(welcome("bot"));
    peer.expect_end();
    peer.close();
    assert_eq!(ended(bot).0, Some(0));
}

/// A record that never becomes whole is no answer, however often a byte of it comes.
#[test]
fn tls_announces_itself_to_a_server_that_drips() {
    let secure = Secure::start(Manner { drips: true, ..Manner::default() });
    let _bot = in_pipes(secure.client(&["--say", "hola"]));
    let mut peer = secure.server.accept();
    // A record that takes longer than the test waits for the first byte of the client.
    peer.send("x".repeat(16 * 1024));
    peer.expect_announcement();
}

#[test]
fn tls_that_breaks_off_without_leave_is_told() {
    let secure = Secure::start(Manner { takes_leave: false, ..Manner::default() });
    for (language, words) in [("es", "puede faltar algo"), ("en", "something may be missing")] {
        let mut command = secure.client(&["--name", "bot"]);
        command.env("LC_ALL", language);
        let bot = with_input(command, b"hola\n");
        let mut peer = secure.server.accept();
        peer.send(if language == "es" { "Ingresa tu nombre: " } else { "Enter your name: " });
        peer.expect("bot\n");
        peer.send(welcome("bot"));
        peer.expect("hola\n");
        peer.expect_end();
        peer.close();
        let (status, said, told) = ended(bot);
        assert_eq!(status, Some(1));
        assert!(said.ends_with(&welcome("bot")) && told.contains(words), "{told}");
    }
    // Who has said goodbye has heard all that they wanted.
    let bot = with_input(secure.client(&["--name", "bot"]), b"salir\n");
    let mut peer = secure.server.accept_as("bot");
    peer.expect("salir\n");
    peer.close();
    let (status, _, told) = ended(bot);
    assert_eq!((status, told.as_str()), (Some(0), ""));
}

#[test]
fn tls_comes_back_after_a_loss() {
    let secure = Secure::start(Manner::default());
    let mut bot = in_pipes(secure.client(&["--name", "bot", "--reconnect"]));
    let mut keyboard = bot.stdin.take().unwrap();
    keyboard.write_all(b"uno\n").unwrap();
    let mut peer = secure.server.accept_as("bot");
    peer.expect("uno\n");
    peer.close();
    let mut peer = secure.server.accept_as("bot");
    keyboard.write_all(b"dos\nsalir\n").unwrap();
    peer.expect("dos\nsalir\n");
    peer.close();
    assert_eq!(
        ended(bot),
        (
            Some(0),
            format!("{NAME}{0}{NAME}{0}", welcome("bot")),
            "--- Conexión perdida; nuevo intento en 1 s\n".into()
        )
    );
}

#[test]
fn control_c_ends_it_through_tls_too() {
    let secure = Secure::start(Manner::default());
    let bot = in_pipes(secure.client(&["--name", "bot"]));
    let mut peer = secure.server.accept_as("bot");
    kill_process(Pid::from_child(&bot), Signal::INT).unwrap();
    peer.expect_gone();
}

/// What a server in the clear does with the first bytes of TLS.
#[test]
fn server_without_tls_is_told_from_one_that_is_not_there() {
    for (answer, words, in_short) in [
        ("Ingresa tu nombre: ".as_bytes(), "ahí no se habla TLS", "Ahí no se habla TLS"),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", "ahí no se habla TLS", "Ahí no se habla TLS"),
        (
            &[0x15, 3, 1, 0, 2, 2, 40],
            "no acepta TLS (HandshakeFailure)",
            "El servidor no acepta TLS (HandshakeFailure)",
        ),
        (&[0x16, 3, 3, 0, 4, 14, 0, 0, 0], "su TLS no es válido", "Su TLS no es válido ("),
        (b"", "ha cortado al empezar con TLS", "Sin conexión;"),
        (&[0x16, 3, 3], "ha cortado al empezar con TLS", "Sin conexión;"),
    ] {
        let server = FakeServer::start();
        let home = Dir::new();
        let start = |options: &[&str]| {
            let mut command = client(&server.place(), &["--tls", "--name", "bot"]);
            command.args(options).env("XDG_STATE_HOME", home.path());
            let bot = with_input(command, b"hola\n");
            let mut peer = server.accept();
            peer.send(answer);
            peer.close();
            bot
        };
        let (status, said, told) = ended(start(&[]));
        assert_eq!((status, said.as_str()), (Some(1), ""), "{told}");
        assert!(told.contains(words) && told.lines().count() == 1, "{told}");
        // It may be one that starts, or a proxy in front of it: that is no end of `--reconnect`.
        let mut bot = start(&["--reconnect"]);
        let mut errors = BufReader::new(bot.stderr.take().unwrap());
        let mut told = String::new();
        errors.read_line(&mut told).unwrap();
        assert!(told.starts_with(&format!("--- {in_short}")), "{told}");
        assert!(told.ends_with("; nuevo intento en 1 s\n"), "{told}");
    }
}

#[cfg(feature = "prompt")]
mod at_a_terminal {
    use super::*;
    use crate::client::terminal::fill;
    use crate::support::pty::Pty;

    #[test]
    fn line_being_typed_stays_whole_through_tls() {
        let secure = Secure::start(Manner { changes_keys: true, ..Manner::default() });
        let mut screen = Pty::spawn(secure.client(&["--name", "Juan"]));
        let mut peer = secure.server.accept_as("Juan");
        screen.wait_for_line("Tú:");
        let words = "uno dos tres cuatro cinco seis siete ocho nueve diez";
        for (number, word) in words.split_inclusive(' ').enumerate() {
            screen.type_keys(word);
            peer.send(format!("Ana: mensaje {number}\n"));
        }
        screen.wait_for_text("Ana: mensaje 9");
        screen.wait_for_line(&format!("Tú: {words}"));
        screen.type_keys("\r");
        peer.expect(format!("{words}\n"));
        screen.type_keys("salir\r");
        peer.expect("salir\n");
        peer.close();
        assert_eq!(screen.wait_end().status.code(), Some(0));
    }

    #[test]
    fn server_that_does_not_read_holds_up_no_key_through_tls() {
        let manner = Manner { narrow: true, ..Manner::default() };
        let secure = Secure::before(FakeServer::narrow(), manner);
        let mut screen = Pty::spawn(secure.client(&["--name", "Juan"]));
        let mut peer = secure.server.accept_as("Juan");
        screen.wait_for_line("Tú:");
        let lines = fill(&mut screen);
        peer.send("Ana: ¿me oyes?\n");
        screen.wait_for_text("Ana: ¿me oyes?");
        screen.type_keys("sí\r\x04");
        screen.wait_for_text("Tú: sí");
        // The line comes before the end of it all, however long it takes.
        peer.expect(format!("{lines}sí\n"));
        peer.expect_end();
        peer.close();
        assert_eq!(screen.wait_end().status.code(), Some(0));
    }

    /// A server that is upgraded cannot hand TLS over: it takes leave, without a word.
    #[test]
    fn person_comes_back_unasked_to_a_server_that_left_without_a_reason() {
        let secure = Secure::start(Manner::default());
        let mut screen = Pty::spawn(secure.client(&["--name", "Juan"]));
        secure.server.accept_as("Juan").close();
        screen.wait_for_text("--- Conexión perdida; nuevo intento en 1 s");
        let mut peer = secure.server.accept_as("Juan");
        // What is shown counts when the next thing is shown.
        for word in ["uno", "dos"] {
            peer.send(format!("Ana: {word}\n"));
            screen.wait_for_text(&format!("Ana: {word}"));
        }
        screen.type_keys("hola\r");
        peer.expect("hola\n");
        // With a reason they do not.
        peer.send("--- El servidor se detiene.\n");
        peer.close();
        assert_eq!(screen.wait_end().status.code(), Some(1));
    }
}
