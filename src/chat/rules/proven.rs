//! What members have shown by passwords, until they leave, under whatever name they go on: whose accounts are theirs, and who is an
//! operator of the server by its password.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{AccountKey, Chat, Fact, MemberId, Name};
use crate::chat::account::Credential;
use crate::chat::event::AccountNews;
use crate::limits::ACCOUNTS_PER_CONNECTION;

/// Members, by account and the other way round; one may be there for several accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(in crate::chat) struct Proven {
    by_account: BTreeSet<(AccountKey, MemberId)>,
    #[serde(skip_serializing)]
    by_member: BTreeSet<(MemberId, AccountKey)>,
    /// Those that gave the password of the server's operator.
    operators: BTreeSet<MemberId>,
}

/// What is stored of [`Proven`].
#[derive(Deserialize)]
struct Stored {
    by_account: BTreeSet<(AccountKey, MemberId)>,
    operators: BTreeSet<MemberId>,
}

impl From<Stored> for Proven {
    fn from(Stored { by_account, operators }: Stored) -> Proven {
        let by_member = by_account.iter().map(|&(account, member)| (member, account)).collect();
        Proven { by_account, by_member, operators }
    }
}

impl Proven {
    /// All members of whom anything is known here.
    pub(super) fn all(&self) -> impl Iterator<Item = MemberId> {
        let opened = self.by_member.iter().map(|&(member, _)| member);
        opened.chain(self.operators.iter().copied())
    }

    /// A member has given the password of an account.
    pub(super) fn open(&mut self, account: AccountKey, member: MemberId) {
        self.by_account.insert((account, member));
        self.by_member.insert((member, account));
    }

    /// A member has given the password of the server's operator.
    pub(super) fn make_operator(&mut self, member: MemberId) {
        self.operators.insert(member);
    }

    /// Members who gave the password of the server's operator.
    pub(in crate::chat) fn operators(&self) -> &BTreeSet<MemberId> {
        &self.operators
    }

    /// A member has left.
    pub(super) fn close(&mut self, member: MemberId) {
        self.operators.remove(&member);
        for account in self.accounts(member) {
            self.by_account.remove(&(account, member));
            self.by_member.remove(&(member, account));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_member.is_empty() && self.operators.is_empty()
    }

    /// The accounts whose passwords a member has given: at most [`ACCOUNTS_PER_CONNECTION`].
    pub(in crate::chat) fn accounts(&self, member: MemberId) -> Vec<AccountKey> {
        let all = (member, AccountKey::MIN)..=(member, AccountKey::MAX);
        self.by_member.range(all).map(|&(_, account)| account).collect()
    }

    /// The members who gave the password of an account.
    pub(in crate::chat) fn members(&self, account: AccountKey) -> Vec<MemberId> {
        let all = (account, MemberId::MIN)..=(account, MemberId::MAX);
        self.by_account.range(all).map(|&(_, member)| member).collect()
    }
}

impl Chat {
    /// The registered names of which a member has given the passwords, and whose each is: what is decided about the member is
    /// about these too, whatever they are called now.
    pub(in crate::chat) fn proven_names(&self, member: MemberId) -> Vec<(AccountKey, Name)> {
        let Some(account_index) = &self.account_index else { return Vec::new() };
        let accounts = self.proven.accounts(member).into_iter();
        accounts.filter_map(|key| Some((key, account_index.name(key)?.clone()))).collect()
    }

    /// The passwords of accounts that a member has given. Who gave one that is none any more has to leave, so they are those of now.
    pub(super) fn credentials(&self, member: MemberId) -> Vec<Credential> {
        let Some(account_index) = &self.account_index else { return Vec::new() };
        self.proven.accounts(member).into_iter().map(|key| account_index.credential(key)).collect()
    }

    /// Whether a member has given the passwords of as many accounts as may be.
    pub(in crate::chat) fn is_many(&self, member: MemberId) -> bool {
        self.proven.accounts(member).len() >= ACCOUNTS_PER_CONNECTION
    }

    /// The password of an account is none any more: who gave it has to leave, all but that one.
    pub(super) fn revoke(&mut self, account: AccountKey, except: Option<MemberId>, why: &AccountNews) {
        let members = self.proven.members(account).into_iter().filter(|&member| Some(member) != except);
        self.facts.extend(members.map(|member| Fact::Revoked(member, why.clone())));
    }
}
