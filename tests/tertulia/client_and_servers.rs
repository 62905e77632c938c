//! The real client with a list of addresses, and two real servers: one of them is killed, and the client goes on at the other.

use std::io::Write;
use std::process::{ChildStdin, Command, Stdio};

use rustix::process::Signal;

use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::process::Process;
use crate::support::server::Server;

/// The client, about to come in as María at the first of these that answers, and to come back.
fn client(servers: [&Server; 2]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    command.arg(servers.map(|server| server.address.to_string()).join(","));
    command.args(["--name", "María", "--reconnect"]);
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color").env("LC_ALL", "es");
    command
}

/// It between three pipes.
fn in_pipes(servers: [&Server; 2]) -> (Process, ChildStdin) {
    let mut bot = Process::start(client(servers).stdin(Stdio::piped()).stderr(Stdio::piped()));
    let keyboard = bot.stdin();
    (bot, keyboard)
}

/// A server where María has registered her name.
fn server_that_knows_maria(dir: &Dir) -> Server {
    let server = Server::keeping(dir);
    let mut maria = Peer::join(&server, "María");
    maria.send("/registrar\ngirasoles\ngirasoles\nsalir\n".as_bytes());
    maria.expect("Nueva contraseña: Repite la contraseña: ");
    maria.expect("El nombre 'María' es tuyo desde ahora: para entrar con él hará falta la contraseña.\n");
    maria.expect_end();
    server
}

#[track_caller]
fn kill(server: &mut Server) {
    server.signal(Signal::KILL);
    assert!(!server.wait().success());
}

#[track_caller]
fn expect_told(bot: &Process, lines: &[String]) {
    for line in lines {
        assert_eq!(bot.stderr.next().as_ref(), Some(line));
    }
}

#[test]
fn account_comes_back_at_the_other_server_with_its_password_and_rooms() {
    let dirs = [(); 2].map(|()| Dir::new());
    let [mut first, second] = dirs.each_ref().map(server_that_knows_maria);
    let (mut bot, mut keyboard) = in_pipes([&first, &second]);
    let mut luis = Peer::join(&first, "Luis");
    keyboard
        .write_all("girasoles\n/entrar cocina\n/entrar patio\n/entrar cocina\n/yo está\n".as_bytes())
        .unwrap();
    luis.expect_line(">>> María se unió al chat");
    luis.say("/entrar cocina");
    luis.until("#cocina");
    keyboard.write_all("uno\n".as_bytes()).unwrap();
    luis.until("María: uno");
    luis.say("hola");
    while !bot.stdout.next().expect("an answer").ends_with("Luis: hola") {}

    let mut ana = Peer::join(&second, "Ana");
    ana.say("/entrar cocina");
    ana.until("#cocina");
    kill(&mut first);
    let place = second.address;
    expect_told(
        &bot,
        &[
            format!("--- Conexión perdida; probando con {place}"),
            format!("--- Conectado con {place}"),
            "--- De vuelta en #general, #patio, #cocina".to_owned(),
        ],
    );
    // What is said goes into the room that was the current one.
    writeln!(keyboard, "dos").unwrap();
    let before = ana.until("María: dos");
    assert_eq!(before.last().map(String::as_str), Some("María: dos"));
    assert!(!before.iter().any(|line| line.contains("girasoles")), "{before:#?}");
    writeln!(keyboard, "salir").unwrap();
    assert_eq!(bot.wait().code(), Some(0));
    let said = bot.stdout.rest();
    assert!(!said.iter().any(|line| line.contains("girasoles")), "{said:#?}");
    assert_eq!(bot.stderr.rest(), [""; 0]);
}

#[test]
fn guest_takes_its_name_at_the_other_server_when_it_is_free_again() {
    let [mut first, second] = [(); 2].map(|()| Server::start(&[]));
    // A member that is still held, as that of a node which is dead.
    let mut held = Peer::join(&second, "María");
    let mut luis = Peer::join(&second, "Luis");
    let (bot, mut keyboard) = in_pipes([&first, &second]);
    writeln!(keyboard, "uno").unwrap();
    first.console_until("María: uno");
    kill(&mut first);
    let place = second.address;
    expect_told(
        &bot,
        &[
            format!("--- Conexión perdida; probando con {place}"),
            format!("--- Conectado con {place}"),
            "--- Nombre ocupado; nuevo intento en 1 s".to_owned(),
        ],
    );
    held.say("salir");
    luis.expect_line("<<< María salió del chat");
    writeln!(keyboard, "dos").unwrap();
    luis.expect_line(">>> María se unió al chat");
    luis.expect_line("María: dos");
}

#[test]
fn password_is_told_to_nobody_where_the_account_is_not_known() {
    let dir = Dir::new();
    let (mut first, second) = (server_that_knows_maria(&dir), Server::start(&[]));
    let mut luis = Peer::join(&second, "Luis");
    let mut ana = Peer::join(&first, "Ana");
    let (bot, mut keyboard) = in_pipes([&first, &second]);
    keyboard.write_all("girasoles\nuno\n".as_bytes()).unwrap();
    ana.until("María: uno");
    kill(&mut first);
    expect_told(&bot, &[format!("--- Conexión perdida; probando con {}", second.address)]);
    writeln!(keyboard, "dos").unwrap();
    // The next thing that is said there is the next line.
    luis.expect_line(">>> María se unió al chat");
    luis.expect_line("María: dos");
    drop(keyboard);
    luis.expect_line("<<< María salió del chat");
    assert!(!bot.stdout.rest().iter().any(|line| line.contains("girasoles")));
}

/// Passwords that are typed in the chat are known behind it, too.
#[cfg(feature = "prompt")]
mod at_a_terminal {
    use super::*;
    use crate::support::pty::Pty;

    /// A server where María has registered her name with this password.
    fn server_that_knows_maria_by(dir: &Dir, password: &str, language: &str) -> Server {
        let server = Server::start(&["--data", dir.arg(), "--lang", language]);
        let mut maria = Peer::connect(&server);
        let words = format!("María\n/registrar\n{password}\n{password}\nsalir\n");
        maria.send(words.as_bytes());
        maria.rest();
        server
    }

    /// Types each of these behind the question in front of it until the password is `taken`, loses the first server, and comes back as María at the second.
    fn comes_back_as_maria(first: &mut Server, second: &Server, typed: &[(&str, &str)], taken: &str) {
        let mut luis = Peer::connect(second);
        luis.send("Luis\n/idioma es\n".as_bytes());
        luis.until("hablo en español");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia"));
        command.arg([&*first, second].map(|server| server.address.to_string()).join(","));
        command.arg("--reconnect").env_remove("NO_COLOR").env("TERM", "xterm-256color").env("LC_ALL", "es");
        let mut screen = Pty::spawn(command);
        for (question, answer) in typed {
            screen.wait_for_line(question);
            screen.type_keys(&format!("{answer}\r"));
        }
        screen.wait_for_text(taken);
        kill(first);
        luis.expect_line(">>> María se unió al chat");
        screen.wait_for_text(&format!("{}", second.address));
        assert!(!screen.screen().contains("girasoles"), "{}", screen.screen());
    }

    #[test]
    fn name_registered_in_the_chat_comes_back_with_its_password() {
        for (language, [name, new, again, you, taken]) in [
            (
                "es",
                [
                    "Ingresa tu nombre:",
                    "Nueva contraseña:",
                    "Repite la contraseña:",
                    "Tú:",
                    "es tuyo desde ahora",
                ],
            ),
            (
                "en",
                ["Enter your name:", "New password:", "Repeat the password:", "You:", "is yours from now on"],
            ),
        ] {
            let dirs = [(); 2].map(|()| Dir::new());
            let mut first = Server::start(&["--data", dirs[0].arg(), "--lang", language]);
            let second = server_that_knows_maria_by(&dirs[1], "girasoles", language);
            let typed = [(name, "María"), (you, "/registrar"), (new, "girasoles"), (again, "girasoles")];
            comes_back_as_maria(&mut first, &second, &typed, taken);
        }
    }

    #[test]
    fn login_in_the_chat_comes_back_with_its_password() {
        for (language, [name, password, you, taken]) in [
            ("es", ["Ingresa tu nombre:", "Contraseña:", "Tú:", "Te has identificado como María."]),
            ("en", ["Enter your name:", "Password:", "You:", "You are logged in as María."]),
        ] {
            let dirs = [(); 2].map(|()| Dir::new());
            let [mut first, second] =
                dirs.each_ref().map(|dir| server_that_knows_maria_by(dir, "girasoles", language));
            let typed = [(name, "Pedro"), (you, "/identificar María"), (password, "girasoles")];
            comes_back_as_maria(&mut first, &second, &typed, taken);
        }
    }

    #[test]
    fn new_password_is_the_one_to_come_back_with() {
        for (language, [name, password, current, new, again, you, taken]) in [
            (
                "es",
                [
                    "Ingresa tu nombre:",
                    "Contraseña:",
                    "Contraseña actual:",
                    "Nueva contraseña:",
                    "Repite la contraseña:",
                    "Tú:",
                    "Contraseña cambiada.",
                ],
            ),
            (
                "en",
                [
                    "Enter your name:",
                    "Password:",
                    "Current password:",
                    "New password:",
                    "Repeat the password:",
                    "You:",
                    "You have another password",
                ],
            ),
        ] {
            let dirs = [(); 2].map(|()| Dir::new());
            let mut first = server_that_knows_maria_by(&dirs[0], "margarita", language);
            let second = server_that_knows_maria_by(&dirs[1], "girasoles", language);
            let typed = [
                (name, "María"),
                (password, "margarita"),
                (you, "/clave"),
                (current, "margarita"),
                (new, "girasoles"),
                (again, "girasoles"),
            ];
            comes_back_as_maria(&mut first, &second, &typed, taken);
        }
    }
}
