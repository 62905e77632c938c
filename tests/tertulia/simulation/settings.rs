//! What a world begins with.

use super::accounts::Accounts;
use super::dice::Dice;
use super::disk::SimulatedDisk;
use tertulia::chat::Name;
use tertulia::config::Share;
use tertulia::storage::{SimulatedHelpers, Storage};

/// Those who have an account from the start: the witness, the host, and people who come and go.
pub const ACCOUNTS: [&str; 5] = ["testigo", "Marta", "Vera", "Nora", "Inés"];

/// Often far less than what the system would bear in a turn.
pub fn share(dice: &mut Dice) -> Share {
    let usual = Share::default();
    let few = |dice: &mut Dice, most: usize| [1, 2, 3, most][dice.below(4)];
    Share {
        lines: few(dice, usual.lines),
        steps: [1, 200, usual.steps][dice.below(3)],
        writes: few(dice, usual.writes),
        sweeps: few(dice, usual.sweeps),
        unwritten_bytes: [1, 100, usual.unwritten_bytes, usual.unwritten_bytes][dice.below(4)],
    }
}

/// The history of a world, in memory or on a disk; with accounts there is a disk.
pub fn keepers(has_accounts: bool, dice: &mut Dice) -> (Storage, Option<SimulatedDisk>, Accounts) {
    let mut accounts = Accounts::default();
    if !has_accounts {
        return (Storage::default(), None, accounts);
    }
    let rows = ACCOUNTS.into_iter().map(|name| {
        let secret = accounts.secret();
        accounts.add(name, &secret, Some(0));
        (Name::known(name).expect("a good name"), SimulatedHelpers::hash(&secret))
    });
    let (storage, disk) = SimulatedDisk::new(rows.collect(), dice);
    (storage, Some(disk), accounts)
}
