//! The accounts as they are written down for another program: what no file knows.

use serde::{Deserialize, Serialize};

use super::{Accounts, Known};
use crate::auth::LoginThrottle;
use crate::chat::{AccountKey, Matter, Origin};
use crate::storage::row::AccountRow;

/// What is known of accounts in memory only. Passwords that are being hashed are not in it: they are asked about again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::storage) struct StoredAccounts {
    throttle: LoginThrottle,
    operator: Option<StoredOperator>,
    hashed: u64,
    /// Several nodes have the same.
    shared: bool,
    /// All of them, where there is no file: those of several nodes.
    unfiled: Vec<AccountRow>,
}

/// The server's operator.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredOperator {
    /// A PHC string.
    password: String,
    trusted: Vec<Origin>,
}

impl Accounts {
    /// What no file knows; `is_filed` says whether there is one.
    pub(in crate::storage) fn store(&self, is_filed: bool) -> StoredAccounts {
        let mut throttle = self.throttle.clone();
        for under_way in self.under_way.values() {
            if let Matter::Register(_) = under_way.matter {
                throttle.takes_back_registration(under_way.origin);
            }
        }
        let operator = self.operator.as_ref().map(|operator| StoredOperator {
            password: operator.hash.clone(),
            trusted: operator.trusted.clone(),
        });
        let row = |(&key, known): (&AccountKey, &Known)| {
            let Known { name, hash, made_from, trusted } = known.clone();
            AccountRow { key, name, hash, made_from, trusted }
        };
        let unfiled = if is_filed { Vec::new() } else { self.known.iter().map(row).collect() };
        StoredAccounts { throttle, operator, hashed: self.hashed, shared: self.shared, unfiled }
    }

    /// Goes on with that.
    pub(in crate::storage) fn restore(&mut self, stored: StoredAccounts) {
        let StoredAccounts { throttle, operator, hashed, shared, unfiled } = stored;
        (self.throttle, self.hashed, self.shared) = (throttle, hashed, shared);
        unfiled.into_iter().for_each(|row| drop(self.take_in(row)));
        if let Some(StoredOperator { password, trusted }) = operator {
            self.set_operator(password);
            self.operator.iter_mut().for_each(|operator| operator.trusted.clone_from(&trusted));
        }
    }
}
