//! Accounts as a test keeps them: passwords as they were typed, answers at once.

use std::num::NonZeroU32;

use tertulia::chat::{
    Account, AccountChange, AccountKey, Letter, Matter, Name, Password, Petition, Posted, Verdict,
};

/// The accounts, and the letters that wait.
#[derive(Default)]
pub struct Book {
    /// By number, from 1 on; none where one was removed.
    accounts: Vec<Option<(Name, Password)>>,
    letters: Vec<(AccountKey, u64, Letter)>,
    posted: u64,
    /// No letter fits any more.
    pub full: bool,
    /// The password of the server's operator.
    pub operator: Option<Password>,
}

impl Book {
    pub fn of(accounts: &[(&str, &str)]) -> Book {
        let mut book = Book::default();
        accounts.iter().for_each(|(name, password)| book.add(name, password));
        book
    }

    /// Another program adds an account.
    pub fn add(&mut self, name: &str, password: &str) {
        let name = Name::known(name).expect("a good name");
        self.accounts.push(Some((name, Password::new(password).expect("a good password"))));
    }

    /// Another program removes an account, and nothing else.
    pub fn remove(&mut self, name: &str) {
        let key = self.key(name);
        self.accounts[index(key)] = None;
    }

    pub fn has(&self, name: &str) -> bool {
        self.accounts().iter().any(|account| account.name.as_str() == name)
    }

    pub fn accounts(&self) -> Vec<Account> {
        let numbered = self.accounts.iter().enumerate();
        let account = |(index, entry): (usize, &Option<(Name, _)>)| {
            entry.as_ref().map(|(name, _)| Account { key: key(index), name: name.clone() })
        };
        numbered.filter_map(account).collect()
    }

    /// What is different since they were these: those first that are gone.
    pub fn changes_since(&self, before: &[Account]) -> Vec<AccountChange> {
        let now = self.accounts();
        let gone = before.iter().filter(|account| !now.contains(account));
        let new = now.iter().filter(|account| !before.contains(account));
        let gone = gone.map(|account| AccountChange::Removed(account.key));
        gone.chain(new.map(|account| AccountChange::Added(account.clone()))).collect()
    }

    /// The account of that name.
    pub fn key(&self, name: &str) -> AccountKey {
        let mut accounts = self.accounts().into_iter();
        accounts.find(|account| account.name.as_str() == name).expect("a registered name").key
    }

    pub fn settle(&mut self, petition: Petition) -> (Matter, Verdict) {
        let matter = petition.matter();
        let verdict = match petition {
            Petition::Login { account: None, .. } => Verdict::Wrong,
            Petition::Login { account: Some(account), password, .. } => {
                let right = self.entry(account).is_some_and(|(_, known)| *known == password);
                if right { Verdict::Granted(account) } else { Verdict::Wrong }
            }
            Petition::Register { name, password } => {
                self.accounts.push(Some((name, password)));
                Verdict::Granted(key(self.accounts.len() - 1))
            }
            Petition::Check { account, password } => match self.entry(account) {
                Some((_, known)) if *known == password => Verdict::Granted(account),
                _ => Verdict::Wrong,
            },
            Petition::Change { account, old, new } => match self.entry(account) {
                Some((_, known)) if *known == old => {
                    *known = new;
                    Verdict::Granted(account)
                }
                _ => Verdict::Wrong,
            },
            Petition::Operator { password } if self.operator.as_ref() == Some(&password) => Verdict::Operator,
            Petition::Operator { .. } => Verdict::Wrong,
        };
        (matter, verdict)
    }

    /// Lets a letter wait; gives its number.
    pub fn post(&mut self, to: AccountKey, letter: Letter) -> (Posted, Option<u64>) {
        if self.full {
            return (Posted::Full, None);
        }
        self.posted += 1;
        self.letters.push((to, self.posted, letter));
        (Posted::Kept, Some(self.posted))
    }

    pub fn collect(&self, account: AccountKey) -> (Vec<Letter>, u64) {
        let theirs = || self.letters.iter().filter(|(to, ..)| *to == account);
        let last = theirs().next_back().map_or(0, |&(_, number, _)| number);
        (theirs().map(|(.., letter)| letter.clone()).collect(), last)
    }

    pub fn handed_over(&mut self, account: AccountKey, up_to: u64) {
        self.letters.retain(|(to, number, _)| *to != account || *number > up_to);
    }

    fn entry(&mut self, account: AccountKey) -> Option<&mut (Name, Password)> {
        self.accounts[index(account)].as_mut()
    }
}

fn index(account: AccountKey) -> usize {
    account.0.get() as usize - 1
}

fn key(index: usize) -> AccountKey {
    AccountKey(NonZeroU32::new(index as u32 + 1).expect("not 0"))
}
