//! Registered names in that chat: passwords, letters, and a server that goes on with what was kept.

use tertulia::chat::{ChatConfig, ClientId, Command, Input, Password, RoomKey, RoomRecord};

use super::world::World;
use crate::hub::text;
use crate::support::book::Book;
use crate::support::shell::Shell;

/// The password of whoever registered that name first.
pub fn password(name: &str) -> String {
    format!("me llamo {name}")
}

/// The password of whoever registered a name that was somebody else's before.
pub const ANOTHER: &str = "la otra";

impl World {
    /// Rosa may do everything everywhere; Dora and Marta have a name of their own.
    pub(super) fn first_book() -> Book {
        let mut book = Book::default();
        ["Rosa", "Dora", "Marta"].into_iter().for_each(|name| book.add(name, &password(name)));
        book
    }

    /// What a server finds when it starts.
    pub(super) fn kept(&self) -> ChatConfig {
        let lines = self.said.iter().map(|line| line.room);
        let last = self.records.keys().copied().chain(lines).max();
        let rooms = self.records.values().filter(|record| self.goes_on(record)).cloned().collect();
        let operators = self.book.has("Rosa").then(|| self.book.key("Rosa"));
        ChatConfig {
            accounts: Some(self.book.accounts()),
            operators: operators.into_iter().collect(),
            rooms,
            next_account: Some(self.book.next_account()),
            next_key: last.map_or(0, |RoomKey(last)| last + 1),
            next_message: self
                .said
                .iter()
                .map(|line| line.id.next())
                .chain([self.book.next_message()])
                .max()
                .unwrap_or_default(),
            ..ChatConfig::default()
        }
    }

    /// Whether a room is somebody's and has something to go on with; as the history in a file decides it.
    fn goes_on(&self, record: &RoomRecord) -> bool {
        let owned = self.book.accounts().iter().any(|account| record.owners.contains(&account.key));
        let decided = record.lock.is_some() || !record.banned.is_empty() || !record.muted.is_empty();
        let said = self.said.iter().any(|line| line.room == record.key);
        owned && (record.topic.is_some() || decided || said)
    }

    /// The server stops and another one starts; the reader is not here.
    pub fn restarts(&mut self) {
        self.slots.free_all();
        self.waiting = None;
        self.reader = None;
        self.spoken_in = false;
        self.begins_to_serve();
    }

    /// Another program changed the accounts.
    pub fn changes_accounts(&mut self, change: impl FnOnce(&mut Book)) {
        let before = self.book.accounts();
        change(&mut self.book);
        let changes = self.book.changes_since(&before);
        self.apply(None, Input::AccountsChanged(changes));
    }

    pub fn types(&mut self, id: ClientId, password: &str) {
        self.does(id, Command::Secret(Password::new(password)));
    }

    pub fn reader_types(&mut self, password: &str) {
        self.types(self.reader.expect("the reader is here"), password);
    }

    /// Somebody who is in the chat registers their name.
    pub fn registers(&mut self, id: ClientId, name: &str) {
        self.does(id, Command::Register);
        for _ in 0..2 {
            self.types(id, &password(name));
        }
    }

    /// The reader, who is in the chat, gives the password of a name.
    pub fn reader_logs_in(&mut self, name: &'static str, password: &str) {
        self.reader_does(Command::Login(text(name)));
        self.reader_types(password);
    }

    /// From now on the accounts take their time.
    pub fn slows_down(&mut self) {
        self.waiting = Some(Vec::new());
    }

    /// What was wanted of the accounts is seen to.
    pub fn settles(&mut self) {
        for effect in self.waiting.take().unwrap_or_default() {
            self.replies(effect);
        }
    }

    /// What was wanted of the accounts is seen to, and what is wanted then takes its time again.
    pub fn settles_so_far(&mut self) {
        for effect in self.waiting.replace(Vec::new()).unwrap_or_default() {
            self.replies(effect);
        }
    }
}
