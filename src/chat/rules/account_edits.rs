//! What the administrator does to the accounts of several nodes. Alone, a server does it in its file, and hears of it from there.

use super::{Chat, Done, Fact, Name};
use crate::chat::account::{Account, AccountChange, AccountKey};
use crate::chat::admin::AccountEdit;
use crate::chat::event::AccountRefusal;
use crate::limits::ACCOUNTS_MAX;

impl Chat {
    /// Does what the administrator wants done to the accounts.
    pub(super) fn edit_account(&mut self, edit: AccountEdit) -> Done {
        match edit {
            AccountEdit::Add(name, password) => {
                let key = self.free_account(&name)?;
                self.register(Account { key, name }, None);
                self.share_password(key, password, None);
            }
            AccountEdit::Change(name, password) => {
                let key = self.account_of_exactly(name)?;
                self.renew(key, None);
                self.share_password(key, password, None);
            }
            AccountEdit::Remove(name) => {
                let key = self.account_of_exactly(name)?;
                self.accounts_changed(vec![AccountChange::Removed(key)]);
                self.letters.forget_all(key);
                self.facts.push(Fact::AccountGone(key));
            }
        }
        Ok(())
    }

    /// The number of an account of that name, if there can be one.
    pub(super) fn free_account(&self, name: &Name) -> Result<AccountKey, AccountRefusal> {
        let accounts = self.account_index.as_ref();
        if let Some(taken) = accounts.and_then(|accounts| accounts.alike_name(name)) {
            return Err(AccountRefusal::Taken(taken.clone()));
        }
        let has_room = accounts.is_none_or(|accounts| accounts.count() < ACCOUNTS_MAX);
        self.next_account.filter(|_| has_room).ok_or(AccountRefusal::NoneLeft)
    }

    fn account_of_exactly(&self, name: Name) -> Result<AccountKey, AccountRefusal> {
        let accounts = self.account_index.as_ref();
        accounts.and_then(|accounts| accounts.called(&name)).ok_or(AccountRefusal::NotYours(name))
    }
}
