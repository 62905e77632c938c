//! `--operator-password-file`: keeping order without accounts.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::server::{Server, command};

const PASSWORD: &str = "quien manda aquí";

/// A file of this mode that holds these bytes.
fn file(dir: &Dir, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).expect("a file");
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a file of ours");
    path
}

#[test]
fn operator_password_file_lets_its_owner_keep_order_without_data() {
    let dir = Dir::new();
    // As an editor on another system saves it.
    let path = file(&dir, "clave", format!("\u{FEFF}{PASSWORD}\r\nmás\n").as_bytes(), 0o600);
    let server = Server::start(&["--operator-password-file", path.to_str().expect("a plain path")]);
    let (mut luis, mut ana) = (Peer::join(&server, "Luis"), Peer::join(&server, "Ana"));
    luis.expect_line(">>> Ana se unió al chat");
    ana.say("/identificar operador");
    ana.expect("Contraseña: ");
    ana.say("adivinanza");
    ana.expect_line("Esa no es la contraseña del operador.");
    ana.say("/login operator");
    ana.expect("Contraseña: ");
    ana.say(PASSWORD);
    ana.expect_line("Eres operador del servidor hasta que te desconectes.");
    server.console_find(|line| line == "[WARN] Contraseña incorrecta para operador desde 127.0.0.1");
    server.console_find(|line| line == "[INFO] Ana es ahora operador del servidor");
    ana.say("/expulsar Luis 10 insultos");
    luis.expect_line("--- Estás expulsado de este chat durante 10 min: insultos");
    luis.expect_end();
    ana.lines_until("<<< Luis salió del chat (expulsado: insultos)");
}

#[test]
fn operator_password_file_that_everybody_can_read_is_told() {
    let dir = Dir::new();
    for (mode, told) in [(0o644, true), (0o640, false)] {
        let path = file(&dir, &format!("{mode:o}"), PASSWORD.as_bytes(), mode);
        let server = Server::start(&["--operator-password-file", path.to_str().expect("a plain path")]);
        let before = server.console_until(&format!("Servidor de chat multiusuario en {}", server.shown));
        let words = "cualquier usuario de este equipo puede leer la contraseña (permisos 644)";
        let expected = told.then(|| format!("[WARN] {}: {words}", path.display()));
        assert_eq!(before, Vec::from_iter(expected));
    }
}

#[test]
fn operator_password_file_without_a_password_is_refused_in_one_line() {
    let dir = Dir::new();
    for (bytes, why) in [
        (&b"\n"[..], "La contraseña no puede estar vacía."),
        (
            b"\xff\xfes\0e\0c\0r\0e\0t\0o\0\n\0",
            "El archivo de la contraseña está en UTF-16: guárdalo en UTF-8.",
        ),
        (b"sec\treto secreto\n", "La contraseña no puede llevar caracteres de control."),
    ] {
        let path = file(&dir, "clave", bytes, 0o600);
        let output = command(&["--operator-password-file", path.to_str().expect("a plain path")]).output();
        let output = output.expect("it runs");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(said, format!("tertulia-server: --operator-password-file: {why}\n"));
        assert_eq!(output.status.code(), Some(1));
    }
    let output =
        command(&["--lang", "en", "--operator-password-file", "/nonexistent"]).output().expect("it runs");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(said, "tertulia-server: --operator-password-file: /nonexistent: No such file or directory.\n");
}
