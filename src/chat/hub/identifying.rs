//! Registered names: asking for a password, and what follows when it is the right one.
//!
//! Invariant: whoever has a registered name gave its password, or had the name before it was registered; and what is said of
//! a name that nobody has registered takes the same way, and the same words.

use std::collections::BTreeSet;

use super::{Client, CloseReason, Done, Effect, Event, GENERAL, Hub, Name, NameRefusal, RoomId};
use crate::chat::account::{
    Account, AccountChange, AccountKey, AuthResult, Matter, Password, PasswordError, Question,
};
use crate::chat::asking::{Asking, Step, Waiting};
use crate::chat::client::Membership;
use crate::chat::command::{Trouble, Verb};
use crate::chat::effect::LogEntry;
use crate::chat::event::{AccountNews, AccountRefusal};
use crate::chat::id::ClientId;
use crate::chat::refusal::Refusal;
use crate::chat::request::Request;
use crate::chat::text::Text;
use crate::limits::PASSWORD_TRIES;

impl Hub {
    /// Makes the name of a member theirs: asks for a password, twice.
    pub(super) fn register(&mut self, id: ClientId, name: &Name) -> Done {
        let account = self.account(id);
        let refusal = match &self.account_index {
            None => AccountRefusal::NoAccounts,
            Some(_) if account.is_some() => AccountRefusal::Yours(name.clone()),
            Some(account_index) if account_index.is_taken(&name.skeleton()) => {
                AccountRefusal::Taken(name.clone())
            }
            Some(_) if self.is_many(id) => AccountRefusal::ManyHere,
            Some(_) => {
                self.ask(id, Asking::Register(name.clone(), PASSWORD_TRIES - 1));
                return Ok(());
            }
        };
        self.refusing(id, refusal, Verb::Register.secrets())
    }

    /// Somebody wants a name that is theirs. Whether it is registered is not told before they gave a password.
    pub(super) fn login(&mut self, id: ClientId, wanted: &Text) -> Done {
        if self.config.operator_password
            && Name::known(wanted.as_str().trim()).is_ok_and(|name| name.is_operators())
        {
            return self.login_as_operator(id);
        }
        let refusal: Refusal = match (&self.account_index, Name::known(wanted.as_str().trim())) {
            (None, _) => AccountRefusal::NoAccounts.into(),
            (_, Err(error)) => NameRefusal::of(error, wanted.as_str()).into(),
            (Some(account_index), Ok(name)) => {
                let account = account_index.find(&name);
                if let Some(expelled) = self.expelled_name(&name, account) {
                    return self.refusing(id, NameRefusal::Expelled(name, expelled), Verb::Login.secrets());
                }
                let client = &self.people[id];
                if account.is_none() || account != client.account {
                    return self.ask_to_log_in(id, account, name);
                }
                NameRefusal::Yours(name).into()
            }
        };
        self.refusing(id, refusal, Verb::Login.secrets())
    }

    /// A member wants to be an operator of the server by its password, under whatever name they have.
    fn login_as_operator(&mut self, id: ClientId) -> Done {
        match self.name(id) {
            None => return self.refusing(id, NameRefusal::Missing, Verb::Login.secrets()),
            Some(_) if self.sessions.operators().contains(&id) => {
                self.tell(id, Event::Account(AccountNews::Operator));
                self.effects.push(Effect::Disregard(id, Verb::Login.secrets()));
            }
            Some(_) => self.ask(id, Asking::Operator),
        }
        Ok(())
    }

    /// Changes the password of a member: asks for the one they have, and twice for another.
    pub(super) fn change_password(&mut self, id: ClientId, name: &Name) -> Done {
        let refusal = match self.account(id) {
            Some(account) => {
                self.ask(id, Asking::Change(account));
                return Ok(());
            }
            None if self.account_index.is_none() => AccountRefusal::NoAccounts,
            None => AccountRefusal::NotYours(name.clone()),
        };
        self.refusing(id, refusal, Verb::Password.secrets())
    }

    /// Asks for the password of a name, at the question for a name several times.
    pub(super) fn ask_to_log_in(&mut self, id: ClientId, account: Option<AccountKey>, name: Name) -> Done {
        if self.is_many(id) && account.is_none_or(|account| !self.sessions.accounts(id).contains(&account)) {
            return self.refusing(id, AccountRefusal::ManyHere, Verb::Login.secrets());
        }
        let tries = if self.is_nameless(id) { PASSWORD_TRIES } else { 1 };
        self.ask(id, Asking::Login(account, name, tries - 1));
        Ok(())
    }

    /// Asks for a password; the next line is the answer.
    pub(super) fn ask(&mut self, id: ClientId, asking: Asking) {
        if let Some(question) = asking.question() {
            let (account, name) = asking.about();
            let known = || self.account_index.as_ref()?.name(account?);
            let whose = name.or_else(known).cloned();
            self.effects.push(Effect::Ask(id, question, whose));
        }
        self.sessions.questions.ask(id, asking);
    }

    /// Somebody answered.
    pub(super) fn take_secret(&mut self, id: ClientId, typed: Result<Password, PasswordError>) -> Done {
        let Some(asking) = self.sessions.questions.take(id) else {
            self.ask_name_again(id);
            return Ok(());
        };
        let password = match typed.and_then(|password| asking.vet(password)) {
            Ok(password) => password,
            Err(error) => return self.refuse_unfit(id, &asking, error),
        };
        let typed = password.clone();
        match asking.answer(password) {
            None => self.ask_name_again(id),
            Some(Step::Differ) => {
                self.ask(id, Asking::Refused(typed));
                return self.refusing(id, AccountRefusal::Differ, 1);
            }
            Some(Step::Ask(next)) => self.ask(id, next),
            Some(Step::Submit(auth_request, next)) => {
                let waiting = Waiting { typed, matter: auth_request.matter(), next, spoken: false };
                self.ask(id, Asking::Waiting(waiting));
                self.effects.push(Effect::Request(id, Request::Authenticate(auth_request)));
            }
        }
        Ok(())
    }

    /// Something was typed that can be no password, or no new one.
    fn refuse_unfit(&mut self, id: ClientId, asking: &Asking, error: PasswordError) -> Done {
        let (blank, nameless) = (error == PasswordError::Blank, self.is_nameless(id));
        if blank && nameless {
            self.ask_name_again(id);
            return Ok(());
        }
        let Some(again) = asking.again().filter(|_| !blank) else {
            return self.refusing(id, AccountRefusal::Unfit(error), 1);
        };
        // Not the end of it: the question stays open.
        self.tell(id, Event::AccountRefused(AccountRefusal::Unfit(error)));
        if nameless {
            self.tell(id, Event::PasswordAgain);
        }
        let new = again.question() == Some(Question::New);
        self.ask(id, again);
        // Whoever has sent both at once has sent the same again.
        self.effects.extend(new.then_some(Effect::Disregard(id, 1)));
        Ok(())
    }

    /// Nothing comes of what a client wanted: so many passwords more are not asked for, and may have been sent.
    ///
    /// # Errors
    ///
    /// The refusal, always.
    fn refusing(&mut self, id: ClientId, refusal: impl Into<Refusal>, secrets: u8) -> Done {
        self.effects.push(Effect::Disregard(id, secrets));
        Err(refusal.into())
    }

    /// A line that made no command may have been meant for one that passwords follow.
    pub(super) fn disregard_behind(&mut self, id: ClientId, trouble: &Trouble) {
        let secrets = match trouble {
            Trouble::Incomplete => Verb::Password.secrets(),
            trouble => trouble.about().map_or(0, Verb::secrets),
        };
        if secrets > 0 && !self.sessions.questions.is_open(id) {
            self.effects.push(Effect::Disregard(id, secrets));
        }
    }

    /// What came of a request; whoever has left meanwhile, or asked for something else, hears nothing of it.
    pub(super) fn auth_result(&mut self, id: ClientId, matter: Matter, auth_result: AuthResult) {
        let id = self.sessions.questions.heir(id);
        if let (Matter::Register(name), AuthResult::Granted(key), Some(account_index)) =
            (&matter, auth_result, &mut self.account_index)
        {
            account_index.insert(Account { key, name: name.clone() });
        }
        // Also where nobody waits for it any more.
        if let (Matter::Change(_), AuthResult::Granted(key)) = (&matter, auth_result) {
            self.revoke_old_password(key, Some(id));
            self.end_revoked();
        }
        self.end_if_decided(id);
        let Some(waiting) = self.sessions.questions.take_waiting(id, &matter) else {
            return;
        };
        let refusal = match (matter, auth_result) {
            (Matter::Login(_), AuthResult::Granted(key)) => {
                if let Err(refusal) = self.identify(id, key) {
                    self.refuse(id, refusal);
                }
                return;
            }
            (Matter::Register(name), AuthResult::Granted(key)) => return self.registered(id, name, key),
            (Matter::Change(_), AuthResult::Granted(_)) => {
                return self.tell(id, Event::Account(AccountNews::PasswordChanged));
            }
            (Matter::Check(_), AuthResult::Granted(_)) => {
                return waiting.next.into_iter().for_each(|next| self.ask(id, *next));
            }
            (Matter::Operator, AuthResult::Operator) => {
                self.sessions.make_operator(id);
                self.effects
                    .extend(self.name(id).map(|name| Effect::Log(LogEntry::BecameOperator(name.clone()))));
                return self.tell(id, Event::Account(AccountNews::Operator));
            }
            // Somebody was faster, or whoever runs the server was.
            (Matter::Register(name), AuthResult::Wrong) => AccountRefusal::Taken(name),
            (Matter::Check(_) | Matter::Change(_), AuthResult::Wrong) => AccountRefusal::WrongCurrent,
            (Matter::Operator, AuthResult::Wrong | AuthResult::Granted(_)) => AccountRefusal::NotOperators,
            (_, AuthResult::Wrong | AuthResult::Operator) => AccountRefusal::Wrong,
            (_, AuthResult::Busy) => AccountRefusal::Busy,
            (Matter::Register(_), AuthResult::Wait(rest)) => AccountRefusal::RegisteredMany(rest),
            (_, AuthResult::Wait(rest)) => AccountRefusal::Wait(rest),
            (_, AuthResult::OverShare) => AccountRefusal::OverShare,
            (_, AuthResult::NoneLeft) => AccountRefusal::NoneLeft,
            (_, AuthResult::Displaced) => AccountRefusal::Displaced,
            (_, AuthResult::Failed) => AccountRefusal::Failed,
        };
        match waiting.next {
            Some(again) if again.question() == Some(Question::Password) => {
                self.tell(id, Event::AccountRefused(refusal));
                self.tell(id, Event::PasswordAgain);
                self.ask(id, *again);
            }
            // Who was to be asked for another one, twice, may have sent it.
            next => {
                self.ask(id, Asking::Refused(waiting.typed));
                if !self.lost.is_lost(id) {
                    self.effects.push(Effect::Disregard(id, 1 + u8::from(next.is_some())));
                }
                self.refuse(id, refusal.into());
            }
        }
    }

    /// This is different about the accounts: whoever runs the server changed them. Connections that gave a password which
    /// is none any more end.
    pub(super) fn accounts_changed(&mut self, changes: Vec<AccountChange>) {
        let mut disowned = BTreeSet::new();
        for change in changes {
            let account_index = self.account_index.get_or_insert_default();
            match change {
                AccountChange::Added(account) => account_index.insert(account),
                AccountChange::Renewed(key) => self.revoke_old_password(key, None),
                AccountChange::Removed(key) => {
                    let name = account_index.remove(key);
                    name.into_iter().for_each(|name| self.revoke(key, None, &AccountNews::Removed(name)));
                    disowned.extend((self.rooms.owned_by(key) > 0).then_some(key));
                }
            }
        }
        self.end_revoked();
        if !disowned.is_empty() {
            self.disown(&disowned);
        }
    }

    /// These accounts decide nowhere any more.
    fn disown(&mut self, accounts: &BTreeSet<AccountKey>) {
        self.spend(self.rooms.numbers());
        let left = self.rooms.disown_everywhere(accounts);
        // What was nobody's but theirs is nobody's now.
        left.into_iter().for_each(|room| self.remove_if_empty(room));
    }

    /// An account has another password: the connections that gave the one before have to end, all but that one.
    fn revoke_old_password(&mut self, key: AccountKey, except: Option<ClientId>) {
        let name = self.account_index.as_ref().and_then(|account_index| account_index.name(key)).cloned();
        if let Some(name) = name {
            self.revoke(key, except, &AccountNews::Renewed(name));
        }
    }

    /// Whose password a client gave.
    pub(super) fn account(&self, id: ClientId) -> Option<AccountKey> {
        self.client(id)?.account
    }

    /// Whether a client may do everything everywhere.
    pub(super) fn is_admin(&self, id: ClientId) -> bool {
        self.account(id).is_some_and(|key| self.config.operators.contains(&key))
            || self.sessions.operators().contains(&id)
    }

    /// Whose name `name` is for good.
    pub(super) fn owner_of(&self, name: &Name) -> Option<AccountKey> {
        self.account_index.as_ref()?.find(name)
    }

    fn registered(&mut self, id: ClientId, name: Name, key: AccountKey) {
        self.bind_decisions(id, (key, &name));
        self.sessions.open(key, id);
        let client = &mut self.people[id];
        // With a name that they changed while they waited they are not the owner of the one they registered.
        if client.name.as_ref() == Some(&name) {
            client.account = Some(key);
            client.update_contact();
            self.own_rooms(id);
        }
        self.effects.push(Effect::Log(LogEntry::Registered(name.clone())));
        self.tell(id, Event::Account(AccountNews::Registered(name)));
    }

    /// Somebody gave the password of an account: its name is theirs, and whoever has it gives way.
    fn identify(&mut self, id: ClientId, key: AccountKey) -> Done {
        let Some(name) =
            self.account_index.as_ref().and_then(|account_index| account_index.name(key)).cloned()
        else {
            return self.refusing(id, AccountRefusal::Wrong, 1);
        };
        if let Some(expelled) = self.expelled_name(&name, Some(key)) {
            return self.refusing(id, NameRefusal::Expelled(name, expelled), 1);
        }
        let Ok(leaving) = self.earn_place(id, key) else {
            self.end_trial(id);
            return Ok(());
        };
        self.bind_decisions(id, (key, &name));
        self.sessions.open(key, id);
        let displaced = self.displaced_by(id, key, &name);
        let newcomer = self.client(id).is_some_and(|client| client.name.is_none());
        let mut resumed = false;
        for (other, account) in displaced {
            let own = account == Some(key);
            if self.end_if_decided(other) {
                continue;
            }
            if newcomer && own {
                resumed = true;
                self.resume(id, other, &name);
            } else {
                let news = if own { AccountNews::Replaced } else { AccountNews::Reclaimed(name.clone()) };
                self.tell(other, Event::Account(news));
                self.close(other, CloseReason::Replaced);
            }
        }
        if !resumed {
            self.take_registered(id, name, key);
        }
        if let Some(leaving) = leaving {
            self.leave_place_to(leaving);
        }
        self.effects.push(Effect::Request(id, Request::Fetch(key)));
        Ok(())
    }

    /// Those who have to leave when `id` comes in by the account of `name`: guests whose names look like it, and another
    /// connection of its owner. Whoever gave the password of another account keeps its name, though it looks like this
    /// one.
    pub(super) fn displaced_by(
        &self,
        id: ClientId,
        key: AccountKey,
        name: &Name,
    ) -> BTreeSet<(ClientId, Option<AccountKey>)> {
        let skeleton = name.skeleton();
        let others = self.people.alike(&skeleton).map(|(other, _)| (other.id, other.account));
        others.filter(|&(other, own)| other != id && own.is_none_or(|own| own == key)).collect()
    }

    /// Gives somebody a registered name that nobody has now, or that they have already.
    fn take_registered(&mut self, id: ClientId, name: Name, key: AccountKey) {
        let client = &mut self.people[id];
        if client.account != Some(key) {
            // What they do next says nothing of the letters of this account.
            client.take_offline_messages();
        }
        client.account = Some(key);
        client.update_contact();
        let Some(old) = client.name.clone() else { return self.enter_chat(id, name) };
        if old != name {
            self.change_name(id, &old, name.clone());
        }
        self.own_rooms(id);
        self.tell(id, Event::Account(AccountNews::Identified(name)));
    }

    /// A newcomer goes on where `old`, another connection of theirs, was: nobody else sees a difference.
    fn resume(&mut self, id: ClientId, old: ClientId, name: &Name) {
        let now = self.now();
        if !self.people.take_over(id, old, now) {
            return;
        }
        self.follow(old, id);
        let client = &self.people[id];
        let (current, memberships): (_, Vec<Membership>) = (client.current, client.memberships().collect());
        let rooms: Vec<RoomId> = memberships.into_iter().map(|membership| membership.room).collect();
        let lost = self.lost.forget(old);
        if lost.is_none() {
            self.tell(old, Event::Account(AccountNews::Replaced));
            self.effects.push(Effect::Close(old, CloseReason::Replaced));
        }
        self.effects.push(Effect::Log(LogEntry::Left(name.clone(), CloseReason::Replaced)));
        self.welcome(id, name, current);
        if rooms != [GENERAL] {
            let named = |room| self.room(room).map(|room| room.name.clone());
            let news = AccountNews::Resumed {
                rooms: rooms.iter().filter_map(|&room| named(room)).collect(),
                current: current.and_then(named),
            };
            self.tell(id, Event::Account(news));
        }
        if let Some(current) = current {
            self.replay(id, current);
        }
        if let Some(lost) = lost {
            self.hand_over(id, lost);
        }
    }

    /// Whoever decides in a room because they made it does so for good when their name is registered.
    fn own_rooms(&mut self, id: ClientId) {
        let memberships = self.client(id).into_iter().flat_map(Client::memberships);
        let rooms: Vec<_> = memberships.map(|membership| membership.room).collect();
        for room in rooms {
            if self.room(room).is_some_and(|room| room.modes.operators.contains(&id)) {
                self.own(id, room);
            }
        }
    }

    /// Who has no name yet is asked for one again.
    pub(super) fn ask_name_again(&mut self, id: ClientId) {
        if self.is_nameless(id) {
            self.tell(id, Event::NamePrompt);
        }
    }

    fn is_nameless(&self, id: ClientId) -> bool {
        self.client(id).is_some_and(|client| client.name.is_none())
    }
}
