//! Registered names: asking for a password, and what follows when it is the right one.
//!
//! Invariant: the member with a registered name gave its password, or had the name before it was registered; and what is said of
//! a name that nobody has registered takes the same way, and the same words.

use super::asking::{Asking, PendingAuth, Step};
use super::then::Leaving;
use super::{
    AccountKey, Arrival, Change, ClientId, CloseReason, Done, Effect, Event, GENERAL, Hub, MemberId, Name,
    NameRefusal, Refusal, RoomId, Text, Then, Trouble, Verb,
};
use crate::chat::account::{
    Account, AuthRequest, AuthResult, Matter, Password, PasswordError, PasswordHash, Question,
};
use crate::chat::effect::LogEntry;
use crate::chat::event::{AccountNews, AccountRefusal};
use crate::chat::request::Request;
use crate::limits::PASSWORD_TRIES;

impl Hub {
    /// What a client that has just connected answers could be read on its way.
    pub(super) fn note_in_clear(&mut self, id: ClientId) {
        if self.sessions.newcomers.get(id).is_some() {
            self.sessions.in_clear.insert(id);
        }
    }

    fn is_in_clear(&self, id: ClientId) -> bool {
        self.sessions.in_clear.contains(&id)
    }

    /// Makes the name of a member theirs: asks for a password, twice.
    pub(super) fn register(&mut self, id: ClientId, member: MemberId) -> Done {
        let Some(name) = self.chat.name(member).cloned() else { return Ok(()) };
        let refusal = match self.chat.accounts() {
            None => AccountRefusal::NoAccounts,
            Some(_) if self.chat.account(member).is_some() => AccountRefusal::Yours(name),
            Some(accounts) if accounts.is_taken(&name.skeleton()) => AccountRefusal::Taken(name),
            Some(_) if self.chat.is_many(member) => AccountRefusal::ManyHere,
            Some(_) if self.is_in_clear(id) => AccountRefusal::InClear,
            Some(_) => {
                self.ask(id, Asking::Register(name, PASSWORD_TRIES - 1));
                return Ok(());
            }
        };
        self.refusing(id, refusal, Verb::Register.secrets())
    }

    /// A client wants a name that is its own. Whether it is registered is not told before they gave a password.
    pub(super) fn login(&mut self, id: ClientId, wanted: &Text) -> Done {
        if self.config.operator_password
            && Name::known(wanted.as_str().trim()).is_ok_and(|name| name.is_operators())
        {
            return self.login_as_operator(id);
        }
        let refusal: Refusal = match (self.chat.accounts(), Name::known(wanted.as_str().trim())) {
            (None, _) => AccountRefusal::NoAccounts.into(),
            (_, Err(error)) => NameRefusal::of(error, wanted.as_str()).into(),
            (Some(accounts), Ok(name)) => {
                let account = accounts.find(&name);
                if let Some(expelled) = self.chat.expelled_name(&name, account, self.chat_time().wall) {
                    return self.refusing(id, NameRefusal::Expelled(name, expelled), Verb::Login.secrets());
                }
                if account.is_none()
                    || account != self.member(id).and_then(|member| self.chat.account(member))
                {
                    return self.ask_to_log_in(id, account, name);
                }
                NameRefusal::Yours(name).into()
            }
        };
        self.refusing(id, refusal, Verb::Login.secrets())
    }

    /// A member wants to be an operator of the server by its password, under whatever name they have.
    fn login_as_operator(&mut self, id: ClientId) -> Done {
        match self.member(id) {
            None => return self.refusing(id, NameRefusal::Missing, Verb::Login.secrets()),
            Some(member) if self.chat.is_empowered(member) => {
                self.tell(id, Event::Account(AccountNews::Operator));
                self.effects.push(Effect::Disregard(id, Verb::Login.secrets()));
            }
            Some(_) if self.is_in_clear(id) => {
                return self.refusing(id, AccountRefusal::InClear, Verb::Login.secrets());
            }
            Some(_) => self.ask(id, Asking::Operator),
        }
        Ok(())
    }

    /// Changes the password of a member: asks for the one they have, and twice for another.
    pub(super) fn change_password(&mut self, id: ClientId, member: MemberId) -> Done {
        let Some(name) = self.chat.name(member).cloned() else { return Ok(()) };
        let refusal = match self.chat.account(member) {
            Some(_) if self.is_in_clear(id) => AccountRefusal::InClear,
            Some(account) => {
                self.ask(id, Asking::Change(account));
                return Ok(());
            }
            None if self.chat.accounts().is_none() => AccountRefusal::NoAccounts,
            None => AccountRefusal::NotYours(name),
        };
        self.refusing(id, refusal, Verb::Password.secrets())
    }

    /// Asks for the password of a name, at the question for a name several times.
    pub(super) fn ask_to_log_in(&mut self, id: ClientId, account: Option<AccountKey>, name: Name) -> Done {
        if self.is_in_clear(id) {
            return self.refusing(id, AccountRefusal::InClear, Verb::Login.secrets());
        }
        if let Some(member) = self.member(id)
            && self.chat.is_many(member)
            && account.is_none_or(|account| !self.chat.members_by(account).contains(&member))
        {
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
            let known = || self.chat.accounts()?.name(account?);
            let whose = name.or_else(known).cloned();
            self.effects.push(Effect::Ask(id, question, whose));
        }
        self.sessions.questions.ask(id, asking);
    }

    /// A client answered.
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
            Some(Step::Register(name, password)) => {
                let key = self.chat.next_account().ok_or(AccountRefusal::NoneLeft)?;
                self.submit(id, typed, AuthRequest::Register { key, name, password }, None);
            }
            Some(Step::Submit(auth_request, next)) => self.submit(id, typed, auth_request, next),
        }
        Ok(())
    }

    /// Asks a client no more for a password, if it is asked for one: what it was for is not to be had now. What it has sent already may be
    /// that password.
    pub(super) fn end_question(&mut self, id: ClientId) {
        if self.sessions.questions.is_open(id) {
            self.sessions.questions.take(id);
            self.effects.extend([Effect::EndQuestion(id), Effect::Disregard(id, Verb::Password.secrets())]);
        }
    }

    /// Asks for what the accounts say; `typed` is what the client typed last, `next` what it is asked behind it.
    fn submit(
        &mut self,
        id: ClientId,
        typed: Password,
        auth_request: AuthRequest,
        next: Option<Box<Asking>>,
    ) {
        let waiting = PendingAuth { typed, matter: auth_request.matter(), typed_on: id, next, spoken: false };
        self.ask(id, Asking::Waiting(waiting));
        self.effects.push(Effect::Request(id, Request::Authenticate(auth_request)));
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
        // A client that has sent both at once has sent the same again.
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

    /// What came of a request; a client that has left meanwhile, or asked for something else, hears nothing of it.
    pub(super) fn auth_result(&mut self, id: ClientId, matter: Matter, auth_result: AuthResult) {
        let id = self.sessions.questions.heir(id);
        // Also where nobody waits for it any more.
        if let (Matter::Change(_), AuthResult::Granted(key)) = (&matter, auth_result) {
            self.change(Change::Renew(key, self.member(id)), Then::EndRevoked);
        }
        self.end_if_decided(id);
        let waiting = self.sessions.questions.take_waiting(id, &matter);
        if let (Matter::Register(name), AuthResult::Granted(key)) = (&matter, auth_result) {
            let member = self.member(id).filter(|_| waiting.is_some());
            let account = Account { key, name: name.clone() };
            return self.change(Change::Register(account, member), Then::GoOn(id));
        }
        let Some(waiting) = waiting else { return };
        let refusal = match (matter, auth_result) {
            // There is no member now whom it could be for.
            (Matter::Login(_), AuthResult::Granted(_)) | (Matter::Operator, AuthResult::Operator)
                if self.is_outside(id) =>
            {
                AccountRefusal::Failed
            }
            (Matter::Login(_), AuthResult::Granted(key)) => {
                if let Err(refusal) = self.identify(id, key) {
                    self.refuse(id, refusal);
                }
                return;
            }
            (Matter::Register(_), AuthResult::Granted(_)) => return,
            (Matter::Change(_), AuthResult::Granted(_)) => {
                return self.tell(id, Event::Account(AccountNews::PasswordChanged));
            }
            (Matter::Check(_), AuthResult::Granted(_)) => {
                return waiting.next.into_iter().for_each(|next| self.ask(id, *next));
            }
            (Matter::Operator, AuthResult::Operator) => {
                let member = self.member(id);
                return member
                    .into_iter()
                    .for_each(|member| self.change(Change::Empower(member), Then::Password(id)));
            }
            // Another client was faster, or the administrator was.
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
            next => self.refuse_typed(id, waiting.typed, 1 + u8::from(next.is_some()), refusal),
        }
    }

    /// Nothing comes of a password, which may be typed again although nobody asks; so many may have been sent already.
    fn refuse_typed(&mut self, id: ClientId, typed: Password, secrets: u8, refusal: AccountRefusal) {
        self.ask(id, Asking::Refused(typed));
        if !self.sessions.lost.is_lost(id) {
            self.effects.push(Effect::Disregard(id, secrets));
        }
        self.refuse(id, refusal.into());
    }

    /// A password was hashed, which the chat is to take for an account's. Nothing comes of it if nobody waits for it any more.
    pub(super) fn hashed(&mut self, id: ClientId, matter: &Matter, password: PasswordHash) {
        let id = self.sessions.questions.heir(id);
        self.end_if_decided(id);
        let Some(waiting) = self.sessions.questions.take_waiting(id, matter) else { return };
        let Some(member) = self.member(id) else {
            if self.is_outside(id) {
                self.refuse_typed(id, waiting.typed, 1, AccountRefusal::Failed);
            }
            return;
        };
        let change = match matter {
            Matter::Register(name) => Change::MakeAccount(member, name.clone(), password),
            Matter::Change(key) => {
                let Some(accounts) = self.chat.accounts() else { return };
                Change::SetPassword(member, accounts.credential(*key), password)
            }
            Matter::Login(_) | Matter::Check(_) | Matter::Operator => return,
        };
        self.change(change, Then::Password(id));
    }

    /// A client gave the password of an account: its name is theirs, and the one who has it gives way.
    fn identify(&mut self, id: ClientId, key: AccountKey) -> Done {
        let Some(name) = self.chat.accounts().and_then(|accounts| accounts.name(key)).cloned() else {
            return self.refusing(id, AccountRefusal::Wrong, 1);
        };
        if let Some(expelled) = self.chat.expelled_name(&name, Some(key), self.chat_time().wall) {
            return self.refusing(id, NameRefusal::Expelled(name, expelled), 1);
        }
        let Ok(leaving) = self.earn_place(id, key) else {
            self.end_trial(id);
            return Ok(());
        };
        let member = self.member(id);
        if self.sessions.any_has_to_end() {
            for (other, _) in self.chat.displaced_by(member, key, &name) {
                self.end_member_if_decided(other);
            }
        }
        let Some(credential) = self.chat.accounts().map(|accounts| accounts.credential(key)) else {
            return Ok(());
        };
        let then = Then::Identify(id, key, leaving);
        match (member, self.sessions.newcomers.get(id)) {
            (Some(member), _) => {
                if self.chat.account(member) != Some(key) {
                    // What they do next says nothing of the letters of this account.
                    self.sessions.handed.remove(&id);
                }
                self.change(Change::Identify(member, credential), then);
            }
            (None, Some(newcomer)) => {
                self.change(Change::EnterByAccount(newcomer.origin, credential), then);
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// A client goes on as the owner of an account: the one whose place it has earned leaves, and letters are fetched.
    pub(super) fn identified(&mut self, id: ClientId, account: AccountKey, leaving: Option<Leaving>) {
        if let Some(leaving) = leaving {
            self.leave_place_to(leaving);
        }
        self.fetch_letters(id, account);
    }

    /// A newcomer goes on as a member, whose client, if there is one, gives way: nobody else sees a difference.
    pub(super) fn take_over(&mut self, id: ClientId, entry: Arrival) {
        let member = entry.member;
        let mut lost = None;
        if let Some(old) = self.sessions.seats.client(member) {
            self.unseat(member);
            lost = self.sessions.forget(old);
            if lost.is_none() {
                self.tell(old, Event::Account(AccountNews::Replaced));
                self.effects.push(Effect::Close(old, CloseReason::Replaced));
            }
        }
        self.seat(id, member);
        self.effects.push(Effect::Log(LogEntry::Left(entry.name.clone(), CloseReason::Replaced)));
        let current = entry.room.clone();
        self.welcome(id, entry);
        let rooms: Vec<RoomId> = self.chat.rooms_of(member).collect();
        if rooms != [GENERAL] {
            let rooms = rooms.into_iter().map(|room| self.chat.room_name(room)).collect();
            self.tell(id, Event::Account(AccountNews::Resumed { rooms, current }));
        }
        if let Some(lost) = lost {
            self.hand_over(id, lost);
        }
    }

    /// Who has no name yet is asked for one again.
    pub(super) fn ask_name_again(&mut self, id: ClientId) {
        if self.is_nameless(id) {
            self.tell(id, Event::NamePrompt);
        }
    }

    fn is_nameless(&self, id: ClientId) -> bool {
        self.sessions.newcomers.get(id).is_some()
    }
}
