//! Options of the administrator, as far as they decide what becomes of a change.

use serde::{Deserialize, Serialize};

use crate::chat::account::AccountKey;

/// Options that decide: two chats that apply the same changes need the same. So do the limits of
/// [`limits`](crate::limits), which are those of the release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::chat) struct ChatOptions {
    /// Only registered names may be taken.
    pub(in crate::chat) accounts_only: bool,
    /// The accounts that may do everything everywhere.
    pub(in crate::chat) operators: Vec<AccountKey>,
}

impl ChatOptions {
    /// The first option in which these differ, as it is typed.
    pub(super) fn differs_from(&self, other: &ChatOptions) -> Option<&'static str> {
        let ChatOptions { accounts_only, operators } = self;
        let same = [
            ("--accounts-only", *accounts_only == other.accounts_only),
            ("--operator", *operators == other.operators),
        ];
        same.into_iter().find(|(_, same)| !same).map(|(name, _)| name)
    }
}
