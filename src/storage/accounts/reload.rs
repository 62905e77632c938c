//! The accounts as the file has them, as far as they have not been taken in.

use crate::chat::AccountKey;
use crate::storage::row::{AccountRow, account_key};

/// What the file has, and how much of it has been taken in.
#[derive(Debug)]
pub(super) struct Reload {
    /// In the order of their keys.
    pub(super) rows: Vec<AccountRow>,
    /// Accounts before this one are still there, or have gone. None: all have been looked at.
    pub(super) going: Option<AccountKey>,
    /// So many rows have been compared behind that.
    pub(super) come: usize,
}

impl Reload {
    pub(super) fn of(mut rows: Vec<AccountRow>) -> Reload {
        rows.sort_by_key(|row| row.key);
        Reload { rows, going: account_key(1), come: 0 }
    }
}
