//! `--say`: said once, under whatever name is free, or a reason and status 1.

use super::{client, ended, with_input};
use crate::support::fake_server::{FakeServer, NAME, welcome};
use crate::support::peer::Peer;
use crate::support::server::Server;

#[test]
fn say_says_its_lines_and_prints_nothing() {
    let server = Server::start(&[]);
    let mut ana = Peer::join(&server, "Ana");
    let _bot = Peer::join(&server, "bot");
    ana.expect_line(">>> bot se unió al chat");
    let place = server.address.to_string();
    let said = with_input(
        client(&place, &["--say", "uno\n/dos\n  /salir\n\u{feff}/salir\nx\u{8}/salir\n\u{1b}/salir"]),
        b"",
    );
    assert_eq!(ended(said), (Some(0), String::new(), String::new()));
    for line in [
        ">>> bot2 se unió al chat",
        "bot2: uno",
        "bot2: /dos",
        "bot2: /salir",
        "bot2: /salir",
        "bot2: x/salir",
        "bot2: /salir",
        "<<< bot2 salió del chat",
    ] {
        ana.expect_line(line);
    }
}

#[test]
fn say_in_a_room_is_said_there_or_nowhere() {
    let server = Server::start(&[]);
    let mut ana = Peer::join(&server, "Ana");
    ana.say("/entrar cocina");
    ana.lines_until("Has creado #cocina y eres su operador. Ahora hablas aquí.");
    let place = server.address.to_string();
    let say = || with_input(client(&place, &["--say", "hola", "--room", "cocina", "--name", "aviso"]), b"");
    assert_eq!(ended(say()), (Some(0), String::new(), String::new()));
    ana.lines_until("aviso: hola");
    ana.say("/llave secreta");
    ana.lines_until("--- Ana ha cerrado #cocina con llave");
    let (status, said, reason) = ended(say());
    assert_eq!((status, said.as_str()), (Some(1), ""));
    assert!(reason.starts_with("tertulia: #cocina "), "{reason}");
    ana.say("/silenciar");
    ana.lines_until("--- Ana: en #cocina solo hablan los operadores");
    ana.say("/llave");
    ana.lines_until("--- Ana ha abierto #cocina: ya no hace falta llave");
    let (status, said, reason) = ended(say());
    assert_eq!((status, said.as_str()), (Some(1), ""));
    assert!(reason.ends_with("No se envió.\n"), "{reason}");
}

#[test]
fn say_gives_up_a_name_that_asks_for_a_password() {
    let server = FakeServer::start();
    let said = with_input(client(&server.place(), &["--say", "hola"]), b"");
    let mut peer = server.accept_registered("bot");
    peer.expect("\n");
    peer.send(format!("Contraseña no válida: está vacía.\n{NAME}"));
    peer.expect("bot2\n");
    peer.send("El chat se cierra.\n");
    peer.close();
    let (status, said, reason) = ended(said);
    assert_eq!((status, said.as_str(), reason.as_str()), (Some(1), "", "tertulia: El chat se cierra.\n"));
}

#[test]
fn say_refuses_a_line_by_which_one_leaves() {
    let server = FakeServer::start();
    for text in ["salir", "hola\n  SALIR \nadiós", "sa\u{8}lir"] {
        let (status, said, reason) = ended(with_input(client(&server.place(), &["--say", text]), b""));
        assert_eq!((status, said.as_str()), (Some(2), ""), "{text:?}");
        let expected = "tertulia: una línea con la que se sale del chat no se puede decir: añádele algo\n";
        assert_eq!(reason, expected, "{text:?}");
    }
}

#[test]
fn say_in_a_first_room_that_keeps_out_is_said_nowhere() {
    let server = FakeServer::start();
    let said = with_input(client(&server.place(), &["--say", "hola"]), b"");
    let mut peer = server.accept();
    peer.send(NAME);
    peer.expect("bot\n");
    peer.send(welcome("bot"));
    peer.expect("/entrar general\n/idioma\n");
    peer.send("No puedes entrar en #general: te lo han prohibido.\nTe hablo en español.\n");
    let reason = "tertulia: No puedes entrar en #general: te lo han prohibido.\n";
    assert_eq!(ended(said), (Some(1), String::new(), reason.to_owned()));
}

#[test]
fn say_tells_why_no_name_could_be_had() {
    let server = FakeServer::start();
    let said = with_input(client(&server.place(), &["--say", "hola", "--name", "Ana"]), b"");
    let mut peer = server.accept();
    peer.send(NAME);
    for number in 1..=20 {
        let name = if number == 1 { "Ana".to_string() } else { format!("Ana{number}") };
        peer.expect(format!("{name}\n"));
        peer.send(format!("El nombre '{name}' ya está en uso.\n{NAME}"));
    }
    peer.expect_gone();
    let reason = "tertulia: El nombre 'Ana20' ya está en uso.\n";
    assert_eq!(ended(said), (Some(1), String::new(), reason.to_owned()));
}
