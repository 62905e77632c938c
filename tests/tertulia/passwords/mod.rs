//! Passwords with the real server: nobody sees them, and whoever types one is answered.

mod client;
mod echo;
mod operator;
mod sessions;

use crate::support::dir::Dir;
use crate::support::peer::{PROMPT, Peer, welcome, welcome_to};
use crate::support::server::Server;

/// What registers the name of whoever types it, and what comes back.
const REGISTERED: &str = "Nueva contraseña: Repite la contraseña: El nombre 'María' es tuyo desde ahora: \
                          para entrar con él hará falta la contraseña.\n";

/// A server where María has registered her name with `girasoles`.
fn server(dir: &Dir, options: &[&str]) -> Server {
    let server = Server::start(&[&["--data", dir.arg()], options].concat());
    let mut maria = Peer::join(&server, "María");
    maria.send("/registrar\ngirasoles\ngirasoles\nsalir\n".as_bytes());
    maria.expect(REGISTERED);
    maria.expect_end();
    server
}

/// Somebody who comes in under María's name, by her password.
fn maria(server: &Server) -> Peer {
    let mut maria = Peer::connect(server);
    maria.expect(PROMPT);
    maria.say("María");
    maria.expect("Contraseña: ");
    maria.say("girasoles");
    maria.expect_welcome("María");
    maria
}

#[test]
fn whole_script_at_once_is_answered_in_its_order() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut luis = Peer::join(&server, "Luis");
    let mut script = Peer::connect(&server);
    script.send("María\nmargarita\ngirasoles\nhola a todos\n/quien".as_bytes());
    script.end_input();
    let heard = script.rest();
    let start = format!(
        "{PROMPT}Contraseña: Nombre o contraseña incorrectos.\nCon una línea vacía vuelves al nombre.\n\
         Contraseña: {}",
        welcome_to("María", "Aquí está Luis.")
    );
    assert!(heard.starts_with(&start), "{heard}");
    assert!(heard.contains("En #general, 2 personas:"), "{heard}");
    luis.expect_line(">>> María se unió al chat");
    luis.expect_line("María: hola a todos");
    luis.expect_line("<<< María salió del chat");
}

/// What was sent before the answer was written is not said, wherever it was then; what was sent behind it is.
#[test]
fn password_sent_ahead_of_an_answer_is_not_said() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut luis = Peer::join(&server, "Luis");
    let mut ana = Peer::join(&server, "Ana");
    luis.expect_line(">>> Ana se unió al chat");
    const NOT_SAID: &str =
        "Escribiste eso antes de poder leer la respuesta, y podría ser una contraseña. No se envió.";
    for (lines, refused) in [
        ("/identificar María\nmargarita\nmargarita", "Contraseña: Nombre o contraseña incorrectos."),
        ("/identificar Nadie\nmargarita\nmargarita", "Contraseña: Nombre o contraseña incorrectos."),
        ("/identificar\nmargarita", "Se usa así: /identificar nombre"),
    ] {
        ana.say(lines);
        ana.expect_line(refused);
        ana.expect_line(NOT_SAID);
        ana.say("ya");
        luis.expect_line("Ana: ya");
        ana.say(lines.split('\n').next().expect("a command"));
        if lines.matches('\n').count() > 1 {
            ana.expect("Contraseña: ");
            ana.say("clavel");
            ana.expect_line("Nombre o contraseña incorrectos.");
        } else {
            ana.expect_line(refused);
        }
        ana.say("sigo aquí");
        luis.expect_line("Ana: sigo aquí");
    }
}

#[test]
fn password_of_a_megabyte_costs_its_sender_one_line() {
    let dir = Dir::new();
    let server = server(&dir, &[]);
    let mut peer = Peer::connect(&server);
    peer.expect(PROMPT);
    for long in [513, 4_000, 5_000, 1_000_000] {
        peer.say("María");
        peer.expect("Contraseña: ");
        peer.say(&"x".repeat(long));
        peer.expect(
            "Contraseña no válida: caben 512 bytes.\nCon una línea vacía vuelves al nombre.\nContraseña: ",
        );
        peer.say("");
        peer.expect(PROMPT);
    }
    peer.say("María");
    peer.expect("Contraseña: ");
    peer.say("girasoles");
    peer.expect(&welcome("María"));
}

#[test]
fn question_is_repeated_behind_what_is_said_meanwhile() {
    let dir = Dir::new();
    let server = Server::start(&["--data", dir.arg()]);
    let mut ana = Peer::join(&server, "Ana");
    let mut luis = Peer::join(&server, "Luis");
    ana.expect_line(">>> Luis se unió al chat");
    for ending in ["\n", "\r\n"] {
        ana.send(format!("/registrar{ending}").as_bytes());
        ana.expect("Nueva contraseña: ");
        luis.say("¿Ana?");
        ana.expect("\nLuis: ¿Ana?\nNueva contraseña: ");
        luis.say("/privado Ana ¿estás?");
        ana.expect("\n[privado] Luis: ¿estás?\nNueva contraseña: ");
        ana.send(format!("uno o más{ending}").as_bytes());
        ana.expect("Repite la contraseña: ");
        luis.say("bueno");
        ana.expect("\nLuis: bueno\nRepite la contraseña: ");
        ana.send(format!("dos o más{ending}").as_bytes());
        ana.expect("Las dos contraseñas no son iguales. No ha cambiado nada.\n");
        luis.say("ya");
        ana.expect("Luis: ya\n");
    }
}

#[test]
fn password_reaches_neither_console_nor_history_nor_another_client() {
    let dir = Dir::new();
    let mut server = server(&dir, &["--log-level", "trace"]);
    let mut luis = Peer::join(&server, "Luis");
    let mut maria = maria(&server);
    maria.send("/clave\ngirasoles\nmargarita\nmargarita\n/registrar margarita\n".as_bytes());
    let mut told = maria.lines_until("Se usa así: /registrar").join("\n");
    maria.say("hola");
    luis.lines_until("María: hola");
    luis.send("/historial\n/buscar girasoles\n/buscar margarita\n".as_bytes());
    luis.end_input();
    let heard = luis.rest();
    maria.end_input();
    told += &maria.rest();
    server.stop();
    let console = server.console_rest().join("\n");
    for secret in ["girasoles", "margarita"] {
        for (whose, words) in [("Luis", &heard), ("María", &told), ("the console", &console)] {
            assert!(!words.contains(secret), "{secret} is shown to {whose}: {words}");
        }
    }
    assert!(console.contains("María ha registrado su nombre"), "{console}");
    for file in std::fs::read_dir(dir.path()).expect("a directory") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("it can be read");
        for secret in [&b"girasoles"[..], b"margarita"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "it is in the file");
        }
    }
}
