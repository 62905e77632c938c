//! The conversation that the system before this one had, word for word, with the console beside it.

use crate::support::peer::{PROMPT, Peer, welcome, welcome_to};
use crate::support::server::Server;

#[test]
fn conversation_of_two_people_is_on_the_console() {
    let server = Server::start(&[]);
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));

    let mut juan = Peer::join(&server, "Juan");
    server.expect_console(&format!("Juan se ha conectado desde {}", juan.address()));
    let mut maria = Peer::join(&server, "María");
    server.expect_console(&format!("María se ha conectado desde {}", maria.address()));
    juan.expect_line(">>> María se unió al chat");

    juan.say("Hola a todos!");
    maria.expect_line("Juan: Hola a todos!");
    server.expect_console("Juan: Hola a todos!");
    maria.say("Hola Juan!");
    juan.expect_line("María: Hola Juan!");
    server.expect_console("María: Hola Juan!");

    juan.say("salir");
    juan.expect_end();
    maria.expect_line("<<< Juan salió del chat");
    server.expect_console("Juan se desconectó");
}

#[test]
fn conversation_in_english() {
    let server = Server::start(&["--lang", "en"]);
    server.expect_console(&format!("Multi-user chat server on {}", server.shown));

    let greet = |name: &str, company: &str| {
        let mut peer = Peer::connect(&server);
        peer.expect("Enter your name: ");
        peer.say(name);
        peer.expect(&format!("\nWelcome to the chat, {name}!\nType 'quit' to disconnect.\n\n{company}\n"));
        peer.expect_line("To see the commands: /help");
        server.expect_console(&format!("{name} connected from {}", peer.address()));
        peer
    };
    let mut juan = greet("Juan", "Nobody else is here yet.");
    let mut maria = greet("María", "Juan is here.");
    juan.expect_line(">>> María joined the chat");
    juan.say("Hello everybody!");
    maria.expect_line("Juan: Hello everybody!");
    server.expect_console("Juan: Hello everybody!");
    juan.say("quit");
    juan.expect_end();
    maria.expect_line("<<< Juan left the chat");
    server.expect_console("Juan disconnected");
}

#[test]
fn prompt_is_all_that_is_said_before_a_name_is_given() {
    let server = Server::start(&[]);
    let mut quiet = Peer::connect(&server);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    juan.expect_line(">>> María se unió al chat");
    maria.say("hola");
    juan.expect_line("María: hola");
    quiet.expect(PROMPT);
    quiet.say("Ana");
    quiet.expect(&welcome_to("Ana", "Aquí están Juan y María."));
    maria.expect_line(">>> Ana se unió al chat");
}

#[test]
fn lines_that_end_as_those_of_telnet_are_answered_so() {
    let server = Server::start(&[]);
    let mut juan = Peer::connect(&server);
    juan.expect(PROMPT);
    juan.send(b"Juan\r\n");
    juan.expect(&welcome("Juan").replace('\n', "\r\n"));
    let mut maria = Peer::join(&server, "María");
    juan.expect(">>> María se unió al chat\r\n");
    juan.send(b"hola\r\n");
    maria.expect_line("Juan: hola");
    maria.say("hola");
    juan.expect("María: hola\r\n");
}

#[test]
fn farewells_and_actions_are_told() {
    let server = Server::start(&[]);
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    juan.say("/yo saluda");
    juan.say("");
    juan.say("//ruta/a/algo");
    juan.say("/desconocida");
    juan.say("/salir me voy a cenar");
    for line in ["* Juan saluda", "Juan: /ruta/a/algo", "<<< Juan salió del chat (me voy a cenar)"] {
        maria.expect_line(line);
    }
    juan.expect(">>> María se unió al chat\nNo existe /desconocida. Prueba /ayuda.\n");
    juan.expect_end();
}
