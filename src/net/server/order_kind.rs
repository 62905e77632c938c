//! What an order of the administrator is about.

use serde::{Deserialize, Serialize};

use crate::chat::Language;

/// What an order is about whose answer has not come.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum OrderKind {
    Account,
    /// The chat; in which language it is answered.
    Chat(Language),
}
