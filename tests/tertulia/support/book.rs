//! Accounts as a test keeps them: passwords as they were typed, answers at once.

use std::num::NonZeroU32;

use tertulia::chat::{Account, AccountKey, Letter, Matter, Name, Password, Petition, Posted, Verdict};

/// The accounts, and the letters that wait.
#[derive(Default)]
pub struct Book {
    accounts: Vec<(Name, Password)>,
    letters: Vec<(AccountKey, u64, Letter)>,
    posted: u64,
}

impl Book {
    pub fn of(accounts: &[(&str, &str)]) -> Book {
        let entry = |(name, password): &(&str, &str)| {
            (Name::new(name).expect("a good name"), Password::new(password).expect("a good password"))
        };
        Book { accounts: accounts.iter().map(entry).collect(), ..Book::default() }
    }

    pub fn accounts(&self) -> Vec<Account> {
        let numbered = self.accounts.iter().enumerate();
        numbered.map(|(index, (name, _))| Account { key: key(index), name: name.clone() }).collect()
    }

    /// The account of that name.
    pub fn key(&self, name: &str) -> AccountKey {
        key(self.accounts.iter().position(|(known, _)| known.as_str() == name).expect("a registered name"))
    }

    pub fn settle(&mut self, petition: Petition) -> (Matter, Verdict) {
        let matter = petition.matter();
        let verdict = match petition {
            Petition::Login { account: None, .. } => Verdict::Wrong,
            Petition::Login { account: Some(account), password } => {
                let right = self.entry(account).1 == password;
                if right { Verdict::Granted(account) } else { Verdict::Wrong }
            }
            Petition::Register { name, password } => {
                self.accounts.push((name, password));
                Verdict::Granted(key(self.accounts.len() - 1))
            }
            Petition::Change { account, old, new } => {
                let right = self.entry(account).1 == old;
                if right {
                    self.entry(account).1 = new;
                }
                if right { Verdict::Granted(account) } else { Verdict::Wrong }
            }
        };
        (matter, verdict)
    }

    pub fn post(&mut self, to: AccountKey, letter: Letter) -> Posted {
        self.posted += 1;
        self.letters.push((to, self.posted, letter));
        Posted::Kept
    }

    pub fn collect(&self, account: AccountKey) -> (Vec<Letter>, u64) {
        let theirs = self.letters.iter().filter(|(to, ..)| *to == account);
        (theirs.map(|(.., letter)| letter.clone()).collect(), self.posted)
    }

    pub fn handed_over(&mut self, account: AccountKey, up_to: u64) {
        self.letters.retain(|(to, number, _)| *to != account || *number > up_to);
    }

    fn entry(&mut self, account: AccountKey) -> &mut (Name, Password) {
        &mut self.accounts[account.0.get() as usize - 1]
    }
}

fn key(index: usize) -> AccountKey {
    AccountKey(NonZeroU32::new(index as u32 + 1).expect("not 0"))
}
