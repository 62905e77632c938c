//! Registered names: what follows when a client has given the password of one, and when accounts change.
//!
//! Invariant: the member with a registered name gave its password, or had the name before it was registered.

use std::collections::BTreeSet;

use super::{
    AccountKey, Chat, CloseReason, Done, Event, Fact, Farewell, MemberId, Name, NameRefusal, Origin, Refusal,
};
use crate::chat::account::{Account, AccountChange, Credential, PasswordHash};
use crate::chat::effect::LogEntry;
use crate::chat::event::{AccountNews, AccountRefusal};

impl Chat {
    /// A client that gave the password of an account comes in: it goes on as the member who is its owner, if that is here.
    pub(super) fn enter_by_account(&mut self, origin: Origin, credential: Credential) -> Done {
        let (key, name) = (credential.account, self.own_name(credential)?);
        let mut goes_on = false;
        for (other, account) in self.displaced_by(None, key, &name) {
            let own = account == Some(key);
            if own && !goes_on {
                goes_on = true;
                self.take_over(other, origin, &name);
            } else {
                self.give_way(other, own, &name);
            }
        }
        if !goes_on {
            self.enter(origin, name, Some(key));
        }
        Ok(())
    }

    /// A member gave the password of an account: its name is theirs, and the one who has it gives way. Nothing comes of it if they have
    /// left meanwhile.
    pub(super) fn identify(&mut self, id: MemberId, credential: Credential) -> Done {
        let (key, name) = (credential.account, self.own_name(credential)?);
        if self.member(id).is_none() {
            return Ok(());
        }
        self.bind_decisions(id, (key, &name));
        self.proven.open(key, id);
        for (other, account) in self.displaced_by(Some(id), key, &name) {
            self.give_way(other, account == Some(key), &name);
        }
        let Some(member) = self.member_mut(id) else { return Ok(()) };
        member.account = Some(key);
        member.update_contact(id);
        let old = member.name.clone();
        if old != name {
            self.change_name(id, &old, name.clone());
        }
        self.own_rooms(id);
        self.tell(id, Event::Account(AccountNews::Identified(name)));
        Ok(())
    }

    /// The name of an account whose password was given, and whose owner may be here.
    fn own_name(&self, credential: Credential) -> Result<Name, Refusal> {
        let key = credential.account;
        let accounts = self.account_index.as_ref().filter(|accounts| accounts.is_current(credential));
        let name = accounts.and_then(|accounts| accounts.name(key)).cloned().ok_or(AccountRefusal::Wrong)?;
        match self.expelled_name(&name, Some(key), self.at.wall) {
            Some(expelled) => Err(NameRefusal::Expelled(name, expelled).into()),
            None => Ok(name),
        }
    }

    /// A member goes on under another connection, from there: nobody else sees a difference.
    fn take_over(&mut self, id: MemberId, origin: Origin, name: &Name) {
        let now = self.now();
        self.attach(id, origin);
        let member = &mut self.people[id];
        member.active = now;
        member.set_away(None);
        let current = member.current;
        let entry = self.entry(id, name, current);
        self.facts.push(Fact::TakenOver(entry));
        self.facts.extend(current.map(|room| Fact::Replay(id, room)));
    }

    /// A member leaves for the owner of an account: it is their own, or has a name like it.
    fn give_way(&mut self, id: MemberId, own: bool, name: &Name) {
        let news = if own { AccountNews::Replaced } else { AccountNews::Reclaimed(name.clone()) };
        self.tell(id, Event::Account(news));
        self.depart(id, Farewell::Plain, CloseReason::Replaced);
    }

    /// The number of the next account, if there can be one. It is that of several that are being registered: the first of them to
    /// come into being has it, and the others are given theirs where they are written.
    pub(in crate::chat) fn next_account(&self) -> Option<AccountKey> {
        self.next_account
    }

    /// There is an account, and no later one has its number.
    fn note_account(&mut self, account: Account) {
        self.next_account = self.next_account.and_then(|next| Some(next.max(account.key.next()?)));
        self.account_index.get_or_insert_default().insert(account);
    }

    /// There is an account from now on. A member who has registered it and waits is told so, and is its owner.
    pub(super) fn register(&mut self, account: Account, id: Option<MemberId>) {
        let Account { key, name } = account.clone();
        self.note_account(account);
        let Some(id) = id.filter(|&id| self.member(id).is_some()) else { return };
        self.bind_decisions(id, (key, &name));
        self.proven.open(key, id);
        let member = &mut self.people[id];
        // With a name that they changed while they waited they are not the owner of the one they registered.
        if member.name == name {
            member.account = Some(key);
            member.update_contact(id);
            self.own_rooms(id);
        }
        self.facts.push(Fact::Log(LogEntry::Registered(name.clone())));
        self.tell(id, Event::Account(AccountNews::Registered(name)));
    }

    /// A member, who is here, has the next account, of its name. Nothing comes of it if they have left, or changed their name meanwhile.
    pub(super) fn make_account(&mut self, id: MemberId, name: Name, password: PasswordHash) -> Done {
        if self.name(id) != Some(&name) {
            return Ok(());
        }
        let key = self.free_account(&name).map_err(|refusal| match refusal {
            AccountRefusal::Taken(_) => AccountRefusal::Taken(name.clone()),
            refusal => refusal,
        })?;
        self.register(Account { key, name }, Some(id));
        self.share_password(key, password, self.origin(id));
        Ok(())
    }

    /// An account has another password, if the one that the member gave is still its own.
    pub(super) fn change_password(
        &mut self,
        id: MemberId,
        credential: Credential,
        password: PasswordHash,
    ) -> Done {
        if !self.account_index.as_ref().is_some_and(|accounts| accounts.is_current(credential)) {
            return Err(AccountRefusal::WrongCurrent.into());
        }
        self.renew(credential.account, Some(id));
        self.share_password(credential.account, password, None);
        if self.member(id).is_some() {
            self.tell(id, Event::Account(AccountNews::PasswordChanged));
        }
        Ok(())
    }

    /// Each node keeps the password that an account has now.
    pub(super) fn share_password(
        &mut self,
        key: AccountKey,
        password: PasswordHash,
        made_from: Option<Origin>,
    ) {
        let accounts = self.account_index.as_mut();
        let made = (made_from, self.at.wall);
        let record = accounts.and_then(|accounts| accounts.set_password(key, password, made));
        self.facts.extend(record.map(|record| Fact::Account(Box::new(record))));
    }

    /// A member gave the password of the server's operator.
    pub(super) fn empower(&mut self, id: MemberId) {
        if let Some(name) = self.name(id).cloned() {
            self.proven.make_operator(id);
            self.facts.push(Fact::Log(LogEntry::BecameOperator(name)));
            self.tell(id, Event::Account(AccountNews::Operator));
        }
    }

    /// This is different about the accounts: the administrator changed them. Who gave a password which is none any more
    /// has to leave.
    pub(super) fn accounts_changed(&mut self, changes: Vec<AccountChange>) {
        let mut disowned = BTreeSet::new();
        for change in changes {
            match change {
                AccountChange::Added(account) => self.note_account(account),
                AccountChange::Renewed(key) => {
                    self.renew(key, None);
                    self.account_index.iter_mut().for_each(|accounts| accounts.forget_password(key));
                }
                AccountChange::Removed(key) => {
                    let name = self.account_index.as_mut().and_then(|accounts| accounts.remove(key));
                    name.into_iter().for_each(|name| self.revoke(key, None, &AccountNews::Removed(name)));
                    disowned.extend((self.rooms.owned_by(key) > 0).then_some(key));
                }
            }
        }
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

    /// An account has another password: members who gave the one before have to leave, all but that one.
    pub(super) fn renew(&mut self, key: AccountKey, except: Option<MemberId>) {
        let name = self.account_index.as_ref().and_then(|account_index| account_index.name(key)).cloned();
        if let Some(name) = name {
            self.account_index.iter_mut().for_each(|accounts| accounts.renew(key));
            self.revoke(key, except, &AccountNews::Renewed(name));
        }
    }

    /// Whose password a member gave.
    pub(in crate::chat) fn account(&self, id: MemberId) -> Option<AccountKey> {
        self.member(id)?.account
    }

    /// Whether a member may do everything everywhere.
    pub(in crate::chat) fn is_admin(&self, id: MemberId) -> bool {
        self.account(id).is_some_and(|key| self.options.operators.contains(&key)) || self.is_empowered(id)
    }

    /// Whether a member has given the password of the server's operator.
    pub(in crate::chat) fn is_empowered(&self, id: MemberId) -> bool {
        self.proven.operators().contains(&id)
    }

    /// Whose name `name` is for good.
    pub(in crate::chat) fn owner_of(&self, name: &Name) -> Option<AccountKey> {
        self.account_index.as_ref()?.find(name)
    }

    /// The members who gave the password of an account.
    pub(in crate::chat) fn members_by(&self, account: AccountKey) -> Vec<MemberId> {
        self.proven.members(account)
    }

    /// Members who have to leave when `id`, or a client that is no member yet, comes in by the account of `name`: guests whose
    /// names look like it, and another member who is its owner. A member who gave the password of another account keeps its name,
    /// though it looks like this one.
    pub(in crate::chat) fn displaced_by(
        &self,
        id: Option<MemberId>,
        key: AccountKey,
        name: &Name,
    ) -> BTreeSet<(MemberId, Option<AccountKey>)> {
        let skeleton = name.skeleton();
        let others = self.people.alike(&skeleton).map(|(other, _)| (other, self.account(other)));
        others.filter(|&(other, own)| Some(other) != id && own.is_none_or(|own| own == key)).collect()
    }

    /// A member who decides in a room because they made it does so for good when their name is registered.
    fn own_rooms(&mut self, id: MemberId) {
        let rooms: Vec<_> = self.rooms_of(id).collect();
        for room in rooms {
            if self.room(room).is_some_and(|room| room.modes.operators.contains(&id)) {
                self.own(id, room);
            }
        }
    }
}
