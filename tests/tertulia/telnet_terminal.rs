//! People at `telnet`, the real one, at a terminal: what they type arrives and what they see is in order.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::thread;

use crate::support::peer::{HELP, PROMPT, Peer};
use crate::support::process::has;
use crate::support::pty::{Pty, cursor_row};
use crate::support::server::Server;

/// The key that makes telnet listen to commands of its own.
const ESCAPE: &str = "\x1d";

/// `telnet` to `port`, at a terminal that is its own, so that Ctrl-C is a signal there.
fn telnet(port: u16) -> Pty {
    let mut command = Command::new("setsid");
    command.args(["--ctty", "telnet", "127.0.0.1", &port.to_string()]).env("TERM", "xterm");
    Pty::spawn(command)
}

/// Somebody who came into the chat of `server` as Juan.
fn juan(server: &Server) -> Pty {
    let mut juan = telnet(server.address.port());
    juan.wait_for_line(PROMPT);
    juan.type_keys("Juan\r");
    juan.wait_for("the greeting", |screen| screen.contents().contains(HELP) && cursor_row(screen).is_empty());
    juan
}

/// Gives telnet a command of its own.
fn tell_telnet(screen: &mut Pty, command: &str) {
    let asked = |screen: &str| screen.matches("telnet>").count();
    let before = asked(&screen.screen());
    screen.type_keys(ESCAPE);
    screen.wait_for("telnet's own prompt", |screen| asked(&screen.contents()) > before);
    screen.type_keys(&format!("{command}\r"));
}

/// The screen from the question for the name on.
fn talk(screen: &str) -> &str {
    let start = screen.find("Ingresa").unwrap_or_else(|| panic!("no question:\n{screen}"));
    screen[start..].trim_end()
}

/// Whether this machine has all that these tests are about.
fn has_telnet() -> bool {
    has("telnet") && has("setsid")
}

#[test]
fn conversation_in_lines() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut screen = juan(&server);
    let mut maria = Peer::join(&server, "María");
    screen.wait_for_text(">>> María se unió al chat");
    screen.type_keys("Hola a tods\x7fos!\r"); // the terminal itself erases
    maria.expect_line("Juan: Hola a todos!");
    maria.say("Hola Juan!");
    maria.say("¿qué tal?");
    screen.wait_for_text("María: ¿qué tal?");
    screen.type_keys("/quien\r");
    screen.wait_for_text("  María (");
    maria.say("/yo saluda");
    screen.wait_for_text("* María saluda");
    screen.type_keys("salir\r");
    let end = screen.wait_end();
    maria.expect_line("<<< Juan salió del chat");
    // Every line begins at the left: neither a staircase nor one line on top of another.
    let expected = "Ingresa tu nombre: Juan\n\nBienvenido al chat, Juan!\nEscribe 'salir' para desconectarte.\n\n\
                    No hay nadie más por ahora.\nPara ver los comandos: /ayuda\n>>> María se unió al chat\nHola a todos!\nMaría: Hola Juan!\nMaría: ¿qué tal?\n/quien\n\
                    En #general, 2 personas:\n";
    let (before, after) = talk(&end.screen).split_once("  Juan (").expect("a list of people");
    assert_eq!(before, expected);
    let lines: Vec<&str> = after.lines().skip(2).collect();
    assert_eq!(lines, ["* María saluda", "salir", "Connection closed by foreign host."]);
    assert!(end.cooked);
}

#[test]
fn are_you_there_is_answered() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut screen = juan(&server);
    tell_telnet(&mut screen, "send ayt");
    screen.wait_for_text("\n[tertulia]");
    let mut maria = Peer::join(&server, "María");
    screen.type_keys("sigo aquí\r");
    maria.expect_line("Juan: sigo aquí");
}

#[test]
fn telnet_answers_are_no_text() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    for request in ["synch", "ao", "brk", "nop", "ga", "eor", "ec", "el"] {
        let mut screen = juan(&server);
        maria.expect_line(">>> Juan se unió al chat");
        tell_telnet(&mut screen, &format!("send {request}"));
        screen.type_keys(&format!("{request} ñ\r"));
        maria.expect_line(&format!("Juan: {request} ñ"));
        maria.say(&format!("tras {request}"));
        screen.wait_for_text(&format!("María: tras {request}"));
        screen.type_keys("salir\r");
        maria.expect_line("<<< Juan salió del chat");
    }
}

#[test]
fn interrupt_leaves() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    for by_key in [false, true] {
        let mut screen = juan(&server);
        maria.expect_line(">>> Juan se unió al chat");
        if by_key {
            screen.type_keys("\x03"); // in lines, telnet makes an interrupt of it
        } else {
            tell_telnet(&mut screen, "send ip");
        }
        let end = screen.wait_end();
        assert!(end.screen.contains("Connection closed by foreign host."), "{}", end.screen);
        maria.expect_line("<<< Juan salió del chat");
    }
}

#[test]
fn telnet_hangs_up() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut screen = juan(&server);
    maria.expect_line(">>> Juan se unió al chat");
    tell_telnet(&mut screen, "quit");
    let end = screen.wait_end();
    assert!(end.screen.trim_end().ends_with("Connection closed."), "{}", end.screen);
    maria.expect_line("<<< Juan salió del chat");
}

#[test]
fn keys_one_by_one_are_declined_and_lines_go_on() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut screen = juan(&server);
    maria.expect_line(">>> Juan se unió al chat");
    tell_telnet(&mut screen, "mode character");
    // By keys or by then in a line again, this arrives; what María says to it comes behind the server's refusals.
    screen.type_keys("listo\r");
    maria.expect_line("Juan: listo");
    maria.say("adelante");
    screen.wait_for_text("María: adelante");
    screen.type_keys("holas\x7f\r");
    maria.expect_line("Juan: hola");
    screen.wait_for_text("María: adelante\nhola");
}

/// Passes everything on between telnet and `server`, but for the server's refusals: telnet then believes in what it
/// asked for, as with the many programs that never negotiate. Returns the port to connect to.
fn without_refusals(server: &Server) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let address = server.address;
    thread::spawn(move || {
        let (telnet, _) = listener.accept().expect("a telnet");
        let server = TcpStream::connect(address).expect("a server that listens");
        let clone = |stream: &TcpStream| stream.try_clone().expect("a descriptor");
        let (keys, words) = (clone(&telnet), clone(&server));
        thread::spawn(move || pass_on(keys, words, false));
        pass_on(server, telnet, true);
    });
    port
}

/// Passes bytes on to the end; `cleaned` of telnet's three-byte commands, which the server sends whole.
fn pass_on(mut from: TcpStream, mut to: TcpStream, cleaned: bool) {
    let mut byte = [0; 1];
    while let Ok(1) = from.read(&mut byte) {
        let passed =
            if cleaned && byte[0] == 255 { from.read_exact(&mut [0; 2]) } else { to.write_all(&byte) };
        if passed.is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write); // it may be gone
}

#[test]
fn keys_one_by_one_are_understood() {
    if !has_telnet() {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut screen = telnet(without_refusals(&server));
    screen.wait_for_line(PROMPT);
    tell_telnet(&mut screen, "mode character");
    tell_telnet(&mut screen, "status");
    screen.wait_for_text("Operating in single character mode");
    screen.wait_for_keys();
    // Every line ends in CR NUL now, and nobody but the server erases anything.
    screen.type_keys("Juann\x7f\r");
    maria.expect_line(">>> Juan se unió al chat");
    screen.type_keys("ñas\x7f\x7f\x08hola\r");
    maria.expect_line("Juan: hola");
    maria.say("uno");
    maria.say("dos");
    screen.wait_for_text(": /ayuda\nMaría: uno\nMaría: dos");
    screen.type_keys("salir\r");
    maria.expect_line("<<< Juan salió del chat");
    screen.wait_end();
}
