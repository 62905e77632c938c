//! `tertulia-server account` at a terminal: the password is asked twice and never shown.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::process::has;
use crate::support::pty::Pty;

/// `account add NAME` on a terminal that is its own, in a directory that belongs to `test`.
fn add(test: &str, name: &str) -> (Pty, PathBuf) {
    let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    if data.exists() {
        fs::remove_dir_all(&data).expect("an old directory of our own");
    }
    let mut command = Command::new("setsid");
    command.args([
        "--ctty",
        "--wait",
        env!("CARGO_BIN_EXE_tertulia-server"),
        "account",
        "add",
        name,
        "--data",
    ]);
    command.arg(&data);
    (Pty::spawn(command), data)
}

#[test]
fn password_is_asked_twice_without_being_shown() {
    if !has("setsid") {
        return;
    }
    let (mut screen, data) = add("clerk-asks", "Ana");
    screen.wait_for_text("Contraseña: ");
    screen.wait_for_keys();
    screen.type_keys("sésamo ábrete\r");
    screen.wait_for_text("Otra vez: ");
    screen.wait_for_keys();
    screen.type_keys("sésamo ábrete\r");
    let end = screen.wait_end();
    assert!(end.status.success() && end.cooked);
    assert_eq!(end.screen.trim_end(), "Contraseña: \nOtra vez: \nCuenta creada: Ana.");
    assert!(data.join("tertulia.db").exists());
}

#[test]
fn passwords_that_differ_make_no_account() {
    if !has("setsid") {
        return;
    }
    let (mut screen, data) = add("clerk-differs", "Ana");
    screen.wait_for_text("Contraseña: ");
    screen.wait_for_keys();
    screen.type_keys("secreto\r");
    screen.wait_for_text("Otra vez: ");
    screen.wait_for_keys();
    screen.type_keys("secretp\r");
    let end = screen.wait_end();
    assert_eq!((end.status.code(), end.cooked), (Some(1), true));
    assert!(end.screen.contains("Las dos contraseñas no son iguales."), "{}", end.screen);
    assert!(!data.exists());
}
