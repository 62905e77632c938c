//! What members have shown by passwords, until they leave, under whatever name they go on: whose accounts are theirs, and who is an
//! operator of the server by its password.

use super::{AccountKey, Chat, Fact, MemberId, Name};
use crate::chat::account::Credential;
use crate::chat::event::AccountNews;
use crate::limits::ACCOUNTS_PER_CONNECTION;

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
