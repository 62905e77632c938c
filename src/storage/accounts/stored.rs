//! The accounts as they are written down for another program: what no file knows.

use serde::{Deserialize, Serialize};

use super::Accounts;
use crate::auth::LoginThrottle;
use crate::chat::{Matter, Origin};

/// What is known of accounts in memory only. Passwords that are being hashed are not in it: they are asked about again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::storage) struct StoredAccounts {
    throttle: LoginThrottle,
    operator: Option<StoredOperator>,
    hashed: u64,
}

/// The server's operator.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredOperator {
    /// A PHC string.
    password: String,
    trusted: Vec<Origin>,
}

impl Accounts {
    /// What no file knows.
    pub(in crate::storage) fn store(&self) -> StoredAccounts {
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
        StoredAccounts { throttle, operator, hashed: self.hashed }
    }

    /// Goes on with that.
    pub(in crate::storage) fn restore(&mut self, stored: StoredAccounts) {
        let StoredAccounts { throttle, operator, hashed } = stored;
        (self.throttle, self.hashed) = (throttle, hashed);
        if let Some(StoredOperator { password, trusted }) = operator {
            self.set_operator(password);
            self.operator.iter_mut().for_each(|operator| operator.trusted.clone_from(&trusted));
        }
    }
}
