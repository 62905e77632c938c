//! What a member was whose node is held for dead.

use serde::{Deserialize, Serialize};

use crate::chat::account::{AccountKey, Credential};
use crate::chat::effect::RoomId;
use crate::chat::member_id::MemberId;
use crate::chat::name::Name;
use crate::chat::origin::Origin;
use crate::chat::room_key::RoomKey;
use crate::chat::text::Text;

/// What a member was, to come back in with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::chat) struct Reentry {
    pub(in crate::chat) name: Name,
    pub(in crate::chat) origin: Origin,
    /// Whose name it is, and all passwords of accounts that they gave.
    pub(in crate::chat) account: Option<AccountKey>,
    pub(super) credentials: Vec<Credential>,
    /// Whether they gave the password of the server's operator.
    pub(super) operator: bool,
    /// Where they were, in the order in which they came; each with the key of its history, and whether they were an operator there.
    pub(super) rooms: Vec<(Name, RoomKey, bool)>,
    /// Which member they were, and where something was decided about it: that is still about them, whatever they are called by now.
    pub(super) member: MemberId,
    pub(super) decided: Vec<(RoomId, RoomKey)>,
    /// Where their words went.
    pub(super) current: Option<RoomKey>,
    pub(super) away: Option<Text>,
    /// Whom they hide.
    pub(super) hidden: Vec<Name>,
}

impl Reentry {
    /// Whether they gave the password of an account.
    pub(in crate::chat) fn has_proven(&self, account: AccountKey) -> bool {
        self.credentials.iter().any(|credential| credential.account == account)
    }
}
