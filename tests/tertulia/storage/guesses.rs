//! Wrong passwords in the log: who, from where, how often; a flood is one line, and no password is in it.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use tertulia::auth::{GuessLog, Guesses};
use tertulia::chat::{AccountKey, AuthRequest, AuthResult, Language, MonoTime, Name, Origin};
use tertulia::limits::{FAILURES_FORGOTTEN, GUESSES_INTERVAL, GUESSES_REMEMBERED, GUESSES_TOLD};
use tertulia::protocol::console;

use super::support::{Desk, Dir, login, name, password};

fn from(last: u8) -> Origin {
    Origin::of(IpAddr::from([192, 0, 2, last]))
}

fn ana() -> Option<(AccountKey, Name)> {
    Some((AccountKey(NonZeroU32::MIN), name("Ana")))
}

fn alike(whose: &str, origin: Origin, times: u32) -> Guesses {
    Guesses { name: Some(name(whose)), origin, times, alike: true }
}

#[test]
fn guesses_are_told_at_once_with_how_often() {
    let (mut log, now) = (GuessLog::default(), MonoTime::from_micros(5));
    assert_eq!((log.take(now), log.next_due()), (vec![], None), "a server at rest does not wake up");
    log.note(ana(), from(1), now);
    log.note(ana(), from(1), now);
    log.note(None, from(2), now);
    assert_eq!(log.next_due(), Some(MonoTime::START), "at once");
    let nobodys = Guesses { name: None, origin: from(2), times: 1, alike: true };
    assert_eq!(log.take(now), [alike("Ana", from(1), 1), alike("Ana", from(1), 2), nobodys]);
    assert_eq!(log.next_due(), None);
    let later = now + FAILURES_FORGOTTEN;
    log.note(ana(), from(1), later);
    assert_eq!(log.take(later), [alike("Ana", from(1), 1)], "forgotten by then");
}

#[test]
fn guesses_of_a_flood_are_one_line() {
    let (mut log, mut now) = (GuessLog::default(), MonoTime::from_micros(5));
    for round in 0..3 {
        for guess in 0..1_000 {
            log.note(ana(), from((guess % 200) as u8), now + Duration::from_millis(guess));
        }
        let told = log.take(now + Duration::from_secs(1));
        assert_eq!(told.len(), GUESSES_TOLD as usize, "round {round}");
        assert_eq!(log.next_due(), Some(now + GUESSES_INTERVAL));
        now = now + GUESSES_INTERVAL;
        let (name, origin) = (Some(name("Ana")), from(199));
        assert_eq!(log.take(now), [Guesses { name, origin, times: 1_000 - GUESSES_TOLD, alike: false }]);
        assert_eq!(log.next_due(), None);
    }
}

#[test]
fn guesses_from_very_many_addresses_are_bounded() {
    let (mut log, now) = (GuessLog::default(), MonoTime::from_micros(5));
    for address in 0..2 * GUESSES_REMEMBERED as u32 {
        log.note(ana(), Origin::of(IpAddr::from(address.to_be_bytes())), now);
    }
    assert_eq!(log.remembered(), GUESSES_REMEMBERED);
}

#[test]
fn guesses_at_passwords_are_told_with_the_account_and_the_address() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    assert_eq!(desk.authenticate("192.0.2.1", login(Some(ana), "adivino")), AuthResult::Wrong);
    assert_eq!(desk.authenticate("192.0.2.2", login(None, "adivino")), AuthResult::Wrong);
    let change = AuthRequest::Change { account: ana, old: password("adivino"), new: password("mía") };
    assert_eq!(desk.authenticate("192.0.2.1", change), AuthResult::Wrong);
    assert_eq!(desk.login(Some(ana), "secreto"), AuthResult::Granted(ana));
    assert_eq!(desk.storage.next_due(), Some(MonoTime::START));
    let told = desk.storage.guesses(desk.now);
    let nobodys = Guesses { name: None, origin: from(2), times: 1, alike: true };
    assert_eq!(told, [alike("Ana", from(1), 1), nobodys, alike("Ana", from(1), 2)]);
    assert_eq!(desk.storage.guesses(desk.now), []);
}

#[test]
fn guesses_read_like_sentences() {
    for (guesses, spanish, english) in [
        (
            alike("Ana", from(1), 1),
            "Contraseña incorrecta para Ana desde 192.0.2.1",
            "Wrong password for Ana from 192.0.2.1",
        ),
        (
            alike("Ana", from(1), 3),
            "Contraseña incorrecta para Ana desde 192.0.2.1 (van 3)",
            "Wrong password for Ana from 192.0.2.1 (3 so far)",
        ),
        (
            Guesses { name: None, origin: from(2), times: 1, alike: true },
            "Contraseña incorrecta para un nombre sin registrar desde 192.0.2.2",
            "Wrong password for a name that is not registered from 192.0.2.2",
        ),
        (
            Guesses { alike: false, ..alike("Ana", from(1), 45) },
            "45 contraseñas incorrectas más en 10 s; la última, para Ana desde 192.0.2.1",
            "45 more wrong passwords in 10 s, the last one for Ana from 192.0.2.1",
        ),
        (
            Guesses { alike: false, ..alike("Ana", from(1), 1) },
            "1 contraseña incorrecta más en 10 s, para Ana desde 192.0.2.1",
            "1 more wrong password in 10 s, for Ana from 192.0.2.1",
        ),
    ] {
        let Guesses { name, origin, times, alike } = guesses;
        for (language, line) in [(Language::Spanish, spanish), (Language::English, english)] {
            assert_eq!(console::guesses(name.as_ref(), origin, times, alike, language), line);
        }
    }
}
