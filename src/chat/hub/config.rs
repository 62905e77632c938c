//! What the hub is told at its start.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::chat::account::{Account, AccountKey, AccountRecord};
use crate::chat::expulsion::Expulsion;
use crate::chat::letters::Letter;
use crate::chat::message::MessageId;
use crate::chat::origin::Origin;
use crate::chat::record::RoomRecord;
use crate::chat::room_key::RoomKey;
use crate::chat::rules::{ChatFounding, ChatOptions};
use crate::chat::session_token::TokenKey;
use crate::chat::text::Text;

/// What the administrator decided about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatConfig {
    /// Who gives no name for so long has to go.
    pub login_timeout: Option<Duration>,
    /// Clients who may be here at once; none: as many as come.
    pub places: Option<usize>,
    /// Lines of a room that are told again to who enters it.
    pub replay: usize,
    /// What each member is told on entering.
    pub motd: Vec<Text>,
    /// The first [`RoomKey`](crate::chat::RoomKey) that may be given: those before are of rooms that are no more. That of the
    /// first room is always 0, for its history goes on.
    pub next_key: u64,
    /// The number of the first message: those before were given.
    pub next_message: MessageId,
    /// The number of the first account that is made: those before were given. None: it is behind those that there are.
    pub next_account: Option<AccountKey>,
    /// The registered names; none: there are no accounts here.
    pub accounts: Option<Vec<Account>>,
    /// From which addresses accounts were registered, as far as it is known: the rooms that there are already count for those
    /// of the accounts that own them.
    pub account_addresses: BTreeMap<AccountKey, Origin>,
    /// Only registered names may be taken.
    pub accounts_only: bool,
    /// The accounts that may do everything everywhere.
    pub operators: Vec<AccountKey>,
    /// Whether there is a password by which any member becomes one of them.
    pub operator_password: bool,
    /// Who is expelled already.
    pub expulsions: Vec<Expulsion>,
    /// By what programs take their sessions up again after their connections were lost; none: they cannot.
    pub token_key: Option<TokenKey>,
    /// The rooms that there are already; the first room is there without.
    pub rooms: Vec<RoomRecord>,
    /// The passwords of the accounts, for the log of several nodes: alone, a server has them in its file only.
    pub passwords: Vec<AccountRecord>,
    /// Private messages that wait for absent people: the same.
    pub letters: Vec<Letter>,
    /// The last message of each room, so that a node which joins knows what its history lacks.
    pub last_messages: BTreeMap<RoomKey, MessageId>,
}

impl ChatConfig {
    /// Takes out what is the chat's: the options that decide, and what was there before. The rest is the sessions'.
    pub(super) fn take_chat(&mut self) -> (ChatOptions, ChatFounding) {
        let operators = std::mem::take(&mut self.operators);
        let options = ChatOptions { accounts_only: self.accounts_only, operators };
        let founding = ChatFounding {
            accounts: self.accounts.take(),
            account_addresses: std::mem::take(&mut self.account_addresses),
            rooms: std::mem::take(&mut self.rooms),
            next_key: self.next_key,
            next_message: self.next_message,
            next_account: self.next_account,
            expulsions: std::mem::take(&mut self.expulsions),
            passwords: std::mem::take(&mut self.passwords),
            letters: std::mem::take(&mut self.letters),
            last_messages: std::mem::take(&mut self.last_messages),
        };
        (options, founding)
    }
}
