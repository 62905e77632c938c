//! The password of the server's operator: hashed by the thread, delayed like others, with and without a file.

use std::time::Duration;

use tertulia::chat::{AuthRequest, AuthResult};
use tertulia::limits::{FAILURE_DELAY, FREE_FAILURES, FREE_FAILURES_PER_NAME};
use tertulia::storage::hash;

use super::support::{Desk, Dir, password};

const PASSWORD: &str = "quien manda aquí";

fn operator(with: &str) -> AuthRequest {
    AuthRequest::Operator { password: password(with) }
}

#[test]
fn operator_password_is_checked_without_a_file() {
    let mut desk = Desk::operated(PASSWORD);
    assert!(desk.storage.has_operator());
    assert_eq!(desk.storage.accounts(), None, "nobody can have an account");
    assert_eq!(desk.authenticate("10.0.0.1", operator("otra contraseña")), AuthResult::Wrong);
    assert_eq!(desk.authenticate("10.0.0.1", operator(PASSWORD)), AuthResult::Operator);
    assert_eq!(desk.storage.hashed(), 2);
}

#[test]
fn operator_password_is_checked_beside_accounts() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    assert!(!desk.storage.has_operator());
    assert_eq!(desk.authenticate("10.0.0.1", operator(PASSWORD)), AuthResult::Wrong, "there is none");
    desk.storage = desk.storage.with_operator(hash(&password(PASSWORD)).expect("a hash"));
    let ana = desk.account("Ana", "otra contraseña");
    assert_eq!(desk.authenticate("10.0.0.1", operator("otra contraseña")), AuthResult::Wrong);
    assert_eq!(desk.authenticate("10.0.0.1", operator(PASSWORD)), AuthResult::Operator);
    assert_eq!(desk.login(Some(ana), PASSWORD), AuthResult::Wrong);
}

#[test]
fn operator_password_is_guessed_slowly_and_not_kept_from_its_owner() {
    let mut desk = Desk::operated(PASSWORD);
    assert_eq!(desk.authenticate("10.0.0.9", operator(PASSWORD)), AuthResult::Operator);
    for _ in 0..=FREE_FAILURES {
        assert_eq!(desk.authenticate("10.0.0.1", operator("adivinanza")), AuthResult::Wrong);
    }
    assert_eq!(
        desk.authenticate("10.0.0.1", operator(PASSWORD)),
        AuthResult::Wait(FAILURE_DELAY),
        "right or wrong"
    );
    for number in 0..FREE_FAILURES_PER_NAME {
        let address = format!("10.0.1.{number}");
        desk.authenticate(&address, operator("adivinanza"));
    }
    assert!(
        matches!(desk.authenticate("10.0.2.1", operator(PASSWORD)), AuthResult::Wait(_)),
        "from anywhere"
    );
    assert_eq!(
        desk.authenticate("10.0.0.9", operator(PASSWORD)),
        AuthResult::Operator,
        "but where they were before"
    );
    desk.now = desk.now + Duration::from_secs(3600);
    assert_eq!(desk.authenticate("10.0.0.1", operator(PASSWORD)), AuthResult::Operator, "an hour later");
}

#[test]
fn operator_password_that_was_guessed_at_is_in_the_log() {
    let mut desk = Desk::operated(PASSWORD);
    desk.authenticate("10.0.0.1", operator("adivinanza"));
    let guesses = desk.storage.guesses(desk.now);
    assert_eq!(guesses.len(), 1);
    assert_eq!(guesses[0].name.as_ref().map(|name| name.as_str()), Some("operador"));
}
