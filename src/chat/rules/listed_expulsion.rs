//! One expulsion, as it is looked for.

use serde::{Deserialize, Serialize};

use crate::chat::account::AccountKey;
use crate::chat::account_index::AccountIndex;
use crate::chat::expulsion::Expulsion;

/// An expulsion, and what its name looks like, in hashes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Expulsion", into = "Expulsion")]
pub(super) struct ListedExpulsion {
    pub(super) expulsion: Expulsion,
    pub(super) skeleton: Option<[u64; 2]>,
}

impl From<Expulsion> for ListedExpulsion {
    fn from(expulsion: Expulsion) -> ListedExpulsion {
        ListedExpulsion::new(expulsion)
    }
}

impl From<ListedExpulsion> for Expulsion {
    fn from(entry: ListedExpulsion) -> Expulsion {
        entry.expulsion
    }
}

impl ListedExpulsion {
    pub(super) fn new(expulsion: Expulsion) -> ListedExpulsion {
        let skeleton = expulsion.name.as_ref().map(|name| name.skeleton().hashes());
        ListedExpulsion { expulsion, skeleton }
    }

    pub(super) fn number(&self) -> u64 {
        self.expulsion.number
    }

    /// Whether it is about a person of that name, which `skeleton` is of, or of that account. One that is about an account is
    /// about no other that there is, though their names look alike.
    pub(super) fn names(
        &self,
        skeleton: [u64; 2],
        account: Option<AccountKey>,
        account_index: Option<&AccountIndex>,
    ) -> bool {
        let there = |key| account_index.is_some_and(|account_index| account_index.name(key).is_some());
        match (self.expulsion.account, account) {
            (Some(own), Some(other)) if own == other => return true,
            (Some(own), Some(_)) if there(own) => return false,
            _ => {}
        }
        self.skeleton.is_some_and(|own| own[0] == skeleton[0] || own[1] == skeleton[1])
    }
}
