//! The storage's part for accounts and letters: what is asked, and what is heard of it later.

use super::accounts::Accounts;
use super::handle::{HistoryFile, Storage};
use super::reply::{DiskReply, StorageEvent};
use super::request::{DiskRequest, FileChange, Job, RequestId};
use crate::auth::Guesses;
use crate::chat::{
    Account, AccountKey, AuthResult, MessageId, MonoTime, OfflineMessage, Origin, Posted, Reply, Request,
};
use crate::control::AccountOrder;
use crate::limits::MAILBOXES_IN_HAND;
use crate::locale::FileFault;

impl Storage {
    /// The accounts. None: there are none to be had, for nothing outlives the server.
    pub fn accounts(&self) -> Option<Vec<Account>> {
        // Without a file they may be there for the server's operator alone.
        self.accounts.as_ref().filter(|_| self.file.is_some()).map(Accounts::all)
    }

    /// Lets a member become the server's operator by the password that has this PHC string.
    pub fn with_operator(mut self, password: String) -> Storage {
        if let Some(accounts) = &mut self.accounts {
            accounts.set_operator(password);
        }
        self
    }

    /// Whether there is a password by which a member becomes the server's operator.
    pub fn has_operator(&self) -> bool {
        self.accounts.as_ref().is_some_and(Accounts::has_operator)
    }

    /// Takes a request. The reply to it comes at once or [later](Self::replies); with it may come that to another one, which
    /// has lost its place to it.
    pub fn request(
        &mut self,
        id: RequestId,
        from: Origin,
        request: Request,
        now: MonoTime,
    ) -> Vec<StorageEvent> {
        match request {
            Request::Look(look) => self.look(id, from, look, now),
            Request::Authenticate(auth_request) => match &mut self.accounts {
                Some(accounts) => accounts.authenticate(id, from, auth_request, now),
                None => {
                    vec![StorageEvent::to(id, Reply::AuthResult(auth_request.matter(), AuthResult::Failed))]
                }
            },
            Request::Post(to, offline_message) => {
                self.post(id, from, to, offline_message).into_iter().collect()
            }
            Request::Fetch(account) => match &mut self.file {
                Some(file) => file.fetch(id, account).into_iter().collect(),
                None => vec![StorageEvent::to(id, Reply::OfflineMessages(account, Vec::new()))],
            },
        }
    }

    /// Lets a message wait for an account; the reply comes when it is on the disk.
    fn post(
        &mut self,
        id: RequestId,
        from: Origin,
        to: AccountKey,
        offline_message: OfflineMessage,
    ) -> Option<StorageEvent> {
        let request = DiskRequest::Post { id, to, offline_message, from };
        (!self.send(request)).then_some(StorageEvent::to(id, Reply::Posted(Posted::Failed)))
    }

    /// Forgets the letters of an account up to the one of that number.
    pub fn ack(&mut self, account: AccountKey, up_to: MessageId) {
        if let Some(file) = &mut self.file {
            file.owe(FileChange::Ack { account, up_to });
        }
    }

    /// Looks at the accounts again, for another program has changed them; they come [later](Self::replies).
    pub fn reload_accounts(&mut self) {
        // Those of several nodes come from their log alone.
        if let Some(file) = self.file.as_mut().filter(|_| self.membership.log.is_none()) {
            file.reload_some_time();
        }
    }

    /// Has an order about the accounts carried out; what came of it comes [later](Self::replies), behind the accounts as they
    /// are then. False: too much waits for the file, or there is none.
    pub fn order(&mut self, ticket: u64, order: AccountOrder) -> bool {
        self.send(DiskRequest::Order { ticket, order })
    }

    /// What has to be said on the console now of wrong passwords.
    pub fn guesses(&mut self, now: MonoTime) -> Vec<Guesses> {
        self.accounts.as_mut().map(|accounts| accounts.guesses().take(now)).unwrap_or_default()
    }

    /// How many requests have been worked at. Each costs the same, whatever came of it.
    pub fn hashed(&self) -> u64 {
        self.accounts.as_ref().map_or(0, Accounts::hashed)
    }

    pub(super) fn receive_hashes(&mut self, now: MonoTime) -> Vec<StorageEvent> {
        let Storage { file, accounts: Some(accounts), .. } = self else { return Vec::new() };
        let mut send = |request| file.as_mut().is_some_and(|file| file.push(Job::Request(request)).is_ok());
        let answers = accounts.receive(now, &mut send);
        if let (true, Some(file)) = (accounts.take_failure(), file) {
            file.complain(FileFault::Password);
        }
        answers
    }

    /// Hears what came of a request; behind accounts that are being taken in it waits.
    pub(super) fn receive_disk_reply(&mut self, reply: DiskReply) -> Option<StorageEvent> {
        let accounts = self.accounts.as_mut()?;
        if accounts.is_reloading() {
            self.behind_reload.push_back(reply);
            return None;
        }
        match reply {
            DiskReply::AuthResult(id, auth_result) => accounts.written(id, auth_result),
            DiskReply::Posted(id, posted) => Some(StorageEvent::to(id, Reply::Posted(posted))),
            DiskReply::OfflineMessages(id, account, offline_messages) => {
                self.file.iter_mut().for_each(|file| file.fetching -= 1);
                Some(StorageEvent::to(id, Reply::OfflineMessages(account, offline_messages)))
            }
            DiskReply::Ordered(ticket, reply) => Some(StorageEvent::Ordered(ticket, reply)),
            DiskReply::Accounts(rows) => {
                accounts.begin_reload(rows);
                self.reload_some()
            }
        }
    }

    /// Whether [`take_accounts_in`](Self::take_accounts_in) has something to do.
    pub(super) fn is_reloading(&self) -> bool {
        self.accounts.as_ref().is_some_and(Accounts::is_reloading)
    }

    /// Goes on with the accounts that have been changed by another hand, and hears what came of requests behind that. Call
    /// once a turn.
    pub fn take_accounts_in(&mut self) -> Vec<StorageEvent> {
        let mut answers: Vec<StorageEvent> = self.reload_some().into_iter().collect();
        while !self.is_reloading()
            && let Some(reply) = self.behind_reload.pop_front()
        {
            answers.extend(self.receive_disk_reply(reply));
        }
        self.say_displaced(&mut answers);
        answers
    }

    /// Takes some accounts in; at the end there is an answer, whether or not something is different.
    fn reload_some(&mut self) -> Option<StorageEvent> {
        let (changes, all) = self.accounts.as_mut()?.go_on()?;
        (all || !changes.is_empty()).then_some(StorageEvent::Accounts(changes))
    }

    fn send(&mut self, request: DiskRequest) -> bool {
        self.file.as_mut().is_some_and(|file| file.push(Job::Request(request)).is_ok())
    }
}

impl HistoryFile {
    /// Has the messages of an account read now or, while many others are, later. Letters that cannot be read now are not lost,
    /// but the reply at once has none of them.
    fn fetch(&mut self, id: RequestId, account: AccountKey) -> Option<StorageEvent> {
        if self.fetching >= MAILBOXES_IN_HAND {
            self.fetchers.push_back((id, account));
            return None;
        }
        if self.push(Job::Request(DiskRequest::Fetch { id, account })).is_err() {
            return Some(StorageEvent::to(id, Reply::OfflineMessages(account, Vec::new())));
        }
        self.fetching += 1;
        None
    }

    /// Has the messages read for the accounts that wait for it, as many as may be at the same time; gives the replies where that
    /// cannot be done.
    pub(super) fn fetch_more(&mut self) -> Vec<StorageEvent> {
        let mut answers = Vec::new();
        while self.fetching < MAILBOXES_IN_HAND
            && let Some((id, account)) = self.fetchers.pop_front()
        {
            answers.extend(self.fetch(id, account));
        }
        answers
    }
}
