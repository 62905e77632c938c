//! The accounts as the file has them, as far as they have not been taken in.

use std::collections::VecDeque;

use crate::chat::AccountKey;
use crate::storage::row::{AccountRow, account_key};

/// What the file has and has not been taken in.
#[derive(Debug)]
pub(super) struct Reload {
    /// In the order of their keys.
    pub(super) rows: VecDeque<AccountRow>,
    /// Accounts before this one are still there, or have gone. None: all have been looked at, and rows are taken out.
    pub(super) going: Option<AccountKey>,
}

impl Reload {
    pub(super) fn of(mut rows: Vec<AccountRow>) -> Reload {
        rows.sort_by_key(|row| row.key);
        Reload { rows: rows.into(), going: account_key(1) }
    }
}
