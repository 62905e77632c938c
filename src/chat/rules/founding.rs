//! The chat at its beginning: what is known of it from before.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};

use super::decision_rooms::DecisionRooms;
use super::listed_expulsion::ListedExpulsion;
use super::proofs::Proofs;
use super::{AccountKey, Chat, ChatOptions, GENERAL, Name, Origin};
use crate::chat::account::{Account, AccountRecord};
use crate::chat::account_index::AccountIndex;
use crate::chat::expulsion::Expulsion;
use crate::chat::hiding::Hiding;
use crate::chat::left_behind::LeftBehind;
use crate::chat::letters::Letter;
use crate::chat::message::MessageId;
use crate::chat::nodes::{LivingNodes, Stranded};
use crate::chat::people::People;
use crate::chat::record::RoomRecord;
use crate::chat::room_key::RoomKey;
use crate::chat::rooms::Rooms;
use crate::chat::slots::SlotSet;
use crate::chat::time::Time;

/// What was there before.
#[derive(Debug, Default)]
pub(in crate::chat) struct ChatFounding {
    /// The registered names; none: there are no accounts.
    pub(in crate::chat) accounts: Option<Vec<Account>>,
    /// From where accounts were registered, as far as it is known.
    pub(in crate::chat) account_addresses: BTreeMap<AccountKey, Origin>,
    pub(in crate::chat) rooms: Vec<RoomRecord>,
    /// The first key that a room may get.
    pub(in crate::chat) next_key: u64,
    /// The number of the first message.
    pub(in crate::chat) next_message: MessageId,
    /// The number of the first account that is made, if none of those that there are has it, nor a higher one.
    pub(in crate::chat) next_account: Option<AccountKey>,
    pub(in crate::chat) expulsions: Vec<Expulsion>,
    /// The passwords of the accounts, where they are in the log of several nodes.
    pub(in crate::chat) passwords: Vec<AccountRecord>,
    /// Private messages that wait for absent people: in the chat of several nodes.
    pub(in crate::chat) letters: Vec<Letter>,
    /// The last message of each room: of one that several nodes go on with.
    pub(in crate::chat) last_messages: BTreeMap<RoomKey, MessageId>,
}

impl Chat {
    /// A chat in which nobody is yet.
    pub(in crate::chat) fn new(options: ChatOptions, founding: ChatFounding) -> Chat {
        let ChatFounding { accounts, account_addresses, rooms, next_key, next_message, next_account, .. } =
            founding;
        let ChatFounding { expulsions, passwords, letters, last_messages, .. } = founding;
        let last = accounts.iter().flatten().map(|account| account.key).max();
        let next_account = match last {
            Some(last) => last.next().map(|next| next_account.unwrap_or(next).max(next)),
            None => Some(next_account.unwrap_or(AccountKey::MIN)),
        };
        let expulsions: Vec<_> = expulsions.into_iter().map(ListedExpulsion::new).collect();
        let mut chat = Chat {
            at: Time::default(),
            facts: Vec::new(),
            work: Cell::default(),
            people: People::default(),
            rooms: Rooms::default(),
            account_index: accounts.map(AccountIndex::new),
            options,
            next_message: next_message.max(MessageId::default().next()),
            next_account,
            hiding: Hiding::default(),
            hidden_beyond: 0,
            decided: DecisionRooms::default(),
            proven: Proofs::default(),
            detached: SlotSet::default(),
            writers: VecDeque::new(),
            posting: Vec::new(),
            letters: letters.into(),
            last_expulsion: expulsions.iter().map(ListedExpulsion::number).max().unwrap_or(0),
            expulsions,
            nodes: LivingNodes::default(),
            stranded: Stranded::default(),
            left_behind: LeftBehind::default(),
            by: None,
        };
        let general = chat.rooms.make(Name::general());
        assert_eq!(general, Some(GENERAL));
        for record in rooms {
            // Operators who came later did not make it.
            let made_from = record.owners.first().and_then(|owner| account_addresses.get(owner)).copied();
            chat.resume_room(record, made_from);
        }
        chat.rooms.reserve_keys(next_key);
        for AccountRecord { account, password, made_from, made_at } in passwords {
            let accounts = chat.account_index.as_mut();
            accounts.and_then(|accounts| accounts.set_password(account.key, password, (made_from, made_at)));
        }
        chat.rooms.note_last_messages(&last_messages);
        chat
    }

    /// Its people and rooms, whose memory is to be freed bit by bit. Nothing is asked of it any more.
    pub(in crate::chat) fn into_memory(self) -> (People, Rooms) {
        (self.people, self.rooms)
    }
}
