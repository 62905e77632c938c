//! Three programs in one room of one server, all of them real: `nc`, `telnet` and `tertulia`, and the console beside.

use std::io::Write;
use std::process::{ChildStdin, Command, Stdio};

use crate::support::peer::{HELP, PROMPT, Peer, welcome_to};
use crate::support::process::{Process, has};
use crate::support::pty::Pty;
use crate::support::server::Server;

/// María, at `nc`, or at a plain socket where that is missing.
enum Maria {
    Nc(Process, ChildStdin),
    Socket(Peer),
}

impl Maria {
    fn connect(server: &Server) -> Maria {
        if !has("nc") {
            return Maria::Socket(Peer::connect(server));
        }
        let port = server.address.port().to_string();
        let mut nc = Process::start(Command::new("nc").args(["127.0.0.1", &port]).stdin(Stdio::piped()));
        let keyboard = nc.stdin();
        Maria::Nc(nc, keyboard)
    }

    #[track_caller]
    fn say(&mut self, line: &str) {
        match self {
            Maria::Nc(_, keyboard) => writeln!(keyboard, "{line}").expect("an open pipe"),
            Maria::Socket(peer) => peer.say(line),
        }
    }

    #[track_caller]
    fn expect_lines(&mut self, lines: &[&str]) {
        for line in lines {
            let heard = match self {
                Maria::Nc(nc, _) => nc.stdout.next().expect("more"),
                Maria::Socket(peer) => peer.line(),
            };
            assert_eq!(heard, *line);
        }
    }
}

/// Waits until the console says who came, from whatever port.
#[track_caller]
fn expect_arrival(server: &Server, name: &str) {
    let arrival = format!("[INFO] {name} se ha conectado desde 127.0.0.1:");
    let before = server.console_find(|line| {
        line.strip_prefix(&arrival).is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
    });
    assert_eq!(before, [""; 0]);
}

/// What whoever comes in sees on a screen.
fn greeting(name: &str, company: &str) -> String {
    format!("{PROMPT}{name}\n{}", welcome_to(name, company))
}

/// María at `nc`, Juan at `tertulia` and Luis at `telnet`, who came in that order.
fn gather(server: &Server) -> (Maria, Pty, Pty) {
    let mut maria = Maria::connect(server);
    maria.say("María");
    expect_arrival(server, "María");
    maria.expect_lines(&[PROMPT, "Bienvenido al chat, María!", "Escribe 'salir' para desconectarte.", ""]);
    maria.expect_lines(&["No hay nadie más por ahora.", HELP]);

    let mut juan = Command::new(env!("CARGO_BIN_EXE_tertulia"));
    juan.arg(server.address.to_string()).env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut juan = Pty::spawn(juan);
    juan.wait_for_line(PROMPT);
    juan.type_keys("Juan\r");
    juan.wait_for_line("Tú:");
    expect_arrival(server, "Juan");
    maria.expect_lines(&[">>> Juan se unió al chat"]);

    let mut luis = Command::new("telnet");
    luis.args(["127.0.0.1", &server.address.port().to_string()]).env("TERM", "xterm");
    let mut luis = Pty::spawn(luis);
    luis.wait_for_line(PROMPT);
    luis.type_keys("Luis\r");
    luis.wait_for_text(HELP);
    expect_arrival(server, "Luis");
    maria.expect_lines(&[">>> Luis se unió al chat"]);
    juan.wait_for_text(">>> Luis se unió al chat");
    (maria, juan, luis)
}

#[test]
fn conversation_of_the_readme() {
    if !has("telnet") {
        return;
    }
    let server = Server::start(&[]);
    server.expect_console(&format!("Servidor de chat multiusuario en {}", server.shown));
    let (mut maria, mut juan, mut luis) = gather(&server);

    juan.wait_for_line("Tú:");
    juan.type_keys("Hola a todos!\r");
    server.expect_console("Juan: Hola a todos!");
    maria.expect_lines(&["Juan: Hola a todos!"]);
    luis.wait_for_text("Juan: Hola a todos!");

    // He types on while the others talk.
    juan.wait_for_line("Tú:");
    juan.type_keys("/yo sal");
    juan.wait_for_line("Tú: /yo sal");
    maria.say("Hola Juan!");
    server.expect_console("María: Hola Juan!");
    juan.wait_for_text("María: Hola Juan!");
    juan.wait_for_line("Tú: /yo sal");
    luis.wait_for_text("María: Hola Juan!");
    luis.type_keys("Buenas\r");
    server.expect_console("Luis: Buenas");
    juan.wait_for_text("Luis: Buenas");
    juan.wait_for_line("Tú: /yo sal");
    juan.type_keys("uda\r");
    server.expect_console("* Juan saluda");
    maria.expect_lines(&["Luis: Buenas", "* Juan saluda"]);
    luis.wait_for_text("* Juan saluda");

    juan.wait_for_line("Tú:");
    juan.type_keys("salir\r");
    server.expect_console("Juan se desconectó");
    maria.expect_lines(&["<<< Juan salió del chat"]);
    luis.wait_for_text("<<< Juan salió del chat");
    luis.type_keys("salir\r");
    server.expect_console("Luis se desconectó");
    maria.expect_lines(&["<<< Luis salió del chat"]);
    maria.say("salir");
    server.expect_console("María se desconectó");

    let juan = juan.wait_end();
    let seen = ">>> Luis se unió al chat\nTú: Hola a todos!\nMaría: Hola Juan!\nLuis: Buenas\n\
                Tú: /yo saluda\nTú: salir";
    assert_eq!(juan.screen.trim_end(), greeting("Juan", "Aquí está María.") + seen);
    assert_eq!((juan.status.code(), juan.cooked, juan.column), (Some(0), true, 0));

    let luis = luis.wait_end();
    let seen = "Juan: Hola a todos!\nMaría: Hola Juan!\nBuenas\n* Juan saluda\n<<< Juan salió del chat\nsalir\n\
                Connection closed by foreign host.";
    let from = luis.screen.find("Ingresa").expect("a question");
    assert_eq!(luis.screen[from..].trim_end(), greeting("Luis", "Aquí están María y Juan.") + seen);
    assert!(luis.cooked);
}
