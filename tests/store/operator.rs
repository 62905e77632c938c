//! The password of the server's operator: hashed by the thread, delayed like others, with and without a file.

use std::time::Duration;

use tertulia::chat::{Petition, Verdict};
use tertulia::keep::hash;
use tertulia::limits::{FAILURE_DELAY, FREE_FAILURES, FREE_FAILURES_PER_NAME};

use crate::support::{Desk, Dir, password};

const PASSWORD: &str = "quien manda aquí";

fn operator(with: &str) -> Petition {
    Petition::Operator { password: password(with) }
}

#[test]
fn operator_password_is_checked_without_a_file() {
    let mut desk = Desk::operated(PASSWORD);
    assert!(desk.archive.has_operator());
    assert_eq!(desk.archive.accounts(), None, "nobody can have an account");
    assert_eq!(desk.petition("10.0.0.1", operator("otra contraseña")), Verdict::Wrong);
    assert_eq!(desk.petition("10.0.0.1", operator(PASSWORD)), Verdict::Operator);
    assert_eq!(desk.archive.hashed(), 2);
}

#[test]
fn operator_password_is_checked_beside_accounts() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    assert!(!desk.archive.has_operator());
    assert_eq!(desk.petition("10.0.0.1", operator(PASSWORD)), Verdict::Wrong, "there is none");
    desk.archive = desk.archive.with_operator(hash(&password(PASSWORD)).expect("a hash"));
    let ana = desk.account("Ana", "otra contraseña");
    assert_eq!(desk.petition("10.0.0.1", operator("otra contraseña")), Verdict::Wrong);
    assert_eq!(desk.petition("10.0.0.1", operator(PASSWORD)), Verdict::Operator);
    assert_eq!(desk.login(Some(ana), PASSWORD), Verdict::Wrong);
}

#[test]
fn operator_password_is_guessed_slowly_and_not_kept_from_its_owner() {
    let mut desk = Desk::operated(PASSWORD);
    assert_eq!(desk.petition("10.0.0.9", operator(PASSWORD)), Verdict::Operator);
    for _ in 0..=FREE_FAILURES {
        assert_eq!(desk.petition("10.0.0.1", operator("adivinanza")), Verdict::Wrong);
    }
    assert_eq!(desk.petition("10.0.0.1", operator(PASSWORD)), Verdict::Wait(FAILURE_DELAY), "right or wrong");
    for number in 0..FREE_FAILURES_PER_NAME {
        let address = format!("10.0.1.{number}");
        desk.petition(&address, operator("adivinanza"));
    }
    assert!(matches!(desk.petition("10.0.2.1", operator(PASSWORD)), Verdict::Wait(_)), "from anywhere");
    assert_eq!(
        desk.petition("10.0.0.9", operator(PASSWORD)),
        Verdict::Operator,
        "but where they were before"
    );
    desk.now = desk.now + Duration::from_secs(3600);
    assert_eq!(desk.petition("10.0.0.1", operator(PASSWORD)), Verdict::Operator, "an hour later");
}

#[test]
fn operator_password_that_was_guessed_at_is_in_the_log() {
    let mut desk = Desk::operated(PASSWORD);
    desk.petition("10.0.0.1", operator("adivinanza"));
    let guesses = desk.archive.guesses(desk.now);
    assert_eq!(guesses.len(), 1);
    assert_eq!(guesses[0].name.as_ref().map(|name| name.as_str()), Some("operador"));
}
