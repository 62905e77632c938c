//! Expulsions in the file: they are there after a stop.

use tertulia::chat::{Expulsion, Name, Origin, Text, UnixMillis};

use super::support::{DEADLINE, Desk, Dir, name};

/// One that is not over, of that number.
pub(crate) fn expulsion(number: u64) -> Expulsion {
    Expulsion {
        number,
        account: None,
        name: Some(name("Pepe")),
        origin: Origin::parse("2001:db8:0:7::/64"),
        until: Some(UnixMillis(90_000)),
        reason: Some(Text::clean("insultos")),
        by: name("María"),
        at: UnixMillis(30_000),
    }
}

#[test]
fn expulsions_are_there_after_a_stop_and_gone_when_readmitted() {
    let dir = Dir::new();
    let mut desk = Desk::open(&dir);
    let ana = desk.account("Ana", "secreto");
    let whole = expulsion(1);
    let account = Expulsion { account: Some(ana), origin: None, until: None, reason: None, ..expulsion(2) };
    let address =
        Expulsion { name: None, origin: Origin::parse("203.0.113.7"), by: Name::server(), ..expulsion(3) };
    for expulsion in [&whole, &account, &address] {
        desk.storage.expelled(expulsion);
    }
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.take_expulsions(), [whole.clone(), account, address.clone()]);
    assert_eq!(desk.storage.take_expulsions(), [], "they are handed over once");
    desk.storage.readmitted(2);
    desk.storage.expelled(&expulsion(4));
    desk.storage.readmitted(4);
    assert!(desk.storage.close(DEADLINE));

    let mut desk = Desk::open(&dir);
    assert_eq!(desk.storage.take_expulsions(), [whole, address]);
    dir.sql()
        .execute_batch(
            "INSERT INTO expulsion (number, operator, at) VALUES (7, 'Ana', 0);
             INSERT INTO expulsion (number, name, address, operator, at) VALUES (8, 'no name', '10.0.0.0/8', 'x', 0);",
        )
        .unwrap();
    assert!(desk.storage.close(DEADLINE));
    assert_eq!(Desk::open(&dir).storage.take_expulsions().len(), 2, "what is about nobody is passed over");
}
