//! Accounts as a test keeps them: passwords as they were typed, answers at once.

use std::num::NonZeroU32;

use tertulia::chat::{
    Account, AccountChange, AccountKey, AuthRequest, AuthResult, Letter, Matter, MessageId, Name,
    OfflineMessage, Password, Posted,
};

/// The accounts, and the letters that wait.
#[derive(Default)]
pub struct Book {
    /// By number, from 1 on; none where one was removed.
    accounts: Vec<Option<(Name, Password)>>,
    messages: Vec<(AccountKey, OfflineMessage)>,
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

    /// The number of the next account: none had it.
    pub fn next_account(&self) -> AccountKey {
        key(self.accounts.len())
    }

    pub fn settle(&mut self, auth_request: AuthRequest) -> (Matter, AuthResult) {
        let matter = auth_request.matter();
        let auth_result = match auth_request {
            AuthRequest::Login { account: None, .. } => AuthResult::Wrong,
            AuthRequest::Login { account: Some(account), password, .. } => {
                let right = self.entry(account).is_some_and(|(_, known)| *known == password);
                if right { AuthResult::Granted(account) } else { AuthResult::Wrong }
            }
            AuthRequest::Register { key: number, name, password } => {
                // Another's, it is replaced by the next one.
                let at = self.accounts.len().max(number.0.get() as usize - 1);
                self.accounts.resize(at, None);
                self.accounts.push(Some((name, password)));
                AuthResult::Granted(key(at))
            }
            AuthRequest::Check { account, password } => match self.entry(account) {
                Some((_, known)) if *known == password => AuthResult::Granted(account),
                _ => AuthResult::Wrong,
            },
            AuthRequest::Change { account, old, new } => match self.entry(account) {
                Some((_, known)) if *known == old => {
                    *known = new;
                    AuthResult::Granted(account)
                }
                _ => AuthResult::Wrong,
            },
            AuthRequest::Operator { password } if self.operator.as_ref() == Some(&password) => {
                AuthResult::Operator
            }
            AuthRequest::Operator { .. } => AuthResult::Wrong,
        };
        (matter, auth_result)
    }

    /// Lets a letter wait.
    pub fn post(&mut self, to: AccountKey, letter: OfflineMessage) -> Posted {
        if self.full {
            return Posted::Full;
        }
        self.messages.push((to, letter));
        Posted::Kept
    }

    pub fn fetch(&self, account: AccountKey) -> Vec<OfflineMessage> {
        let theirs = self.messages.iter().filter(|(to, _)| *to == account);
        theirs.map(|(_, letter)| letter.clone()).collect()
    }

    /// All letters, as a chat of several nodes has them.
    pub fn letters(&self) -> Vec<Letter> {
        let letter = |(to, message): &(AccountKey, OfflineMessage)| Letter {
            to: *to,
            message: message.clone(),
            from: None,
        };
        self.messages.iter().map(letter).collect()
    }

    pub fn ack(&mut self, account: AccountKey, up_to: MessageId) {
        self.messages.retain(|(to, letter)| *to != account || letter.id > up_to);
    }

    /// The number that the next message may have, if the server goes on with these letters.
    pub fn next_message(&self) -> MessageId {
        self.messages.iter().map(|(_, letter)| letter.id.next()).max().unwrap_or_default()
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
