//! Whose passwords members have given.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::chat::account::AccountKey;
use crate::chat::member_id::MemberId;
#[cfg(doc)]
use crate::limits::ACCOUNTS_PER_CONNECTION;

/// Members, by account and the other way round; one may be there for several accounts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(in crate::chat) struct Proofs {
    by_account: BTreeSet<(AccountKey, MemberId)>,
    #[serde(skip_serializing)]
    by_member: BTreeSet<(MemberId, AccountKey)>,
    /// Those that gave the password of the server's operator.
    operators: BTreeSet<MemberId>,
}

/// What is stored of [`Proofs`].
#[derive(Deserialize)]
struct Stored {
    by_account: BTreeSet<(AccountKey, MemberId)>,
    operators: BTreeSet<MemberId>,
}

impl From<Stored> for Proofs {
    fn from(Stored { by_account, operators }: Stored) -> Proofs {
        let by_member = by_account.iter().map(|&(account, member)| (member, account)).collect();
        Proofs { by_account, by_member, operators }
    }
}

impl Proofs {
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
