//! Letters of a chat of several nodes: private messages that wait for the owners of accounts. Alone, a server has them in its file.
//!
//! Invariants: what waits for an account, and for all together, is bounded by what was posted here; and no address takes what is left for the
//! others.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::account::{AccountKey, OfflineMessage, Posted};
use super::mailbox::Mailbox;
use super::message::MessageId;
use super::origin::Origin;
use crate::limits::{LETTERS_MAX_BYTES, OFFLINE_MESSAGES_MAX, is_over_share};

/// A private message that waits for the owner of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// For whom.
    pub to: AccountKey,
    /// The message.
    pub message: OfflineMessage,
    /// From where it was sent, if that is known.
    pub from: Option<Origin>,
}

impl Letter {
    /// Bytes of its words.
    fn bytes(&self) -> usize {
        self.message.text.as_str().len()
    }

    /// Bytes of memory that it takes, roughly.
    fn weight(&self) -> usize {
        size_of::<Letter>() + self.message.from.as_str().len() + self.bytes()
    }
}

/// All letters, by account, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Letter>", into = "Vec<Letter>")]
pub(super) struct Letters {
    waiting: BTreeMap<AccountKey, VecDeque<Letter>>,
    /// Bytes of memory that all of them take, roughly.
    weight: usize,
    /// And those from each address.
    weights: BTreeMap<Option<Origin>, usize>,
}

impl From<Vec<Letter>> for Letters {
    fn from(all: Vec<Letter>) -> Letters {
        let mut letters = Letters::default();
        all.into_iter().for_each(|letter| letters.insert(letter));
        letters
    }
}

impl From<Letters> for Vec<Letter> {
    fn from(letters: Letters) -> Vec<Letter> {
        letters.waiting.into_values().flatten().collect()
    }
}

impl Letters {
    /// Lets a letter wait, if there is [room](Mailbox::takes) for it.
    pub(super) fn post(&mut self, letter: Letter) -> Posted {
        let mut mailbox = Mailbox::default();
        for other in self.waiting.get(&letter.to).into_iter().flatten() {
            (mailbox.messages, mailbox.bytes) = (mailbox.messages + 1, mailbox.bytes + other.bytes());
            if other.from == letter.from {
                (mailbox.own, mailbox.own_bytes) = (mailbox.own + 1, mailbox.own_bytes + other.bytes());
            }
        }
        let posted = mailbox.takes(letter.bytes());
        if posted != Posted::Kept {
            return posted;
        }
        let (own, weight) =
            (self.weights.get(&letter.from).copied().unwrap_or(0), self.weight + letter.weight());
        if weight > LETTERS_MAX_BYTES {
            return Posted::NoneLeft;
        }
        if is_over_share(own, LETTERS_MAX_BYTES - weight, LETTERS_MAX_BYTES) {
            return Posted::OverShareOfAll;
        }
        self.insert(letter);
        Posted::Kept
    }

    fn insert(&mut self, letter: Letter) {
        self.weight += letter.weight();
        *self.weights.entry(letter.from).or_default() += letter.weight();
        self.waiting.entry(letter.to).or_default().push_back(letter);
    }

    /// What waits for an account, the oldest first: as much as may. Of more, which was there when the log was founded, the rest is for later.
    pub(super) fn of(&self, account: AccountKey) -> Vec<OfflineMessage> {
        let waiting = self.waiting.get(&account).into_iter().flatten();
        waiting.take(OFFLINE_MESSAGES_MAX).map(|letter| letter.message.clone()).collect()
    }

    /// Forgets those of an account up to the one of that number.
    pub(super) fn forget(&mut self, account: AccountKey, up_to: MessageId) {
        let Some(waiting) = self.waiting.get_mut(&account) else { return };
        let mut read = Vec::new();
        while waiting.front().is_some_and(|letter| letter.message.id <= up_to) {
            read.extend(waiting.pop_front());
        }
        if waiting.is_empty() {
            self.waiting.remove(&account);
        }
        read.iter().for_each(|letter| self.weigh_less(letter));
    }

    /// Forgets those of an account that is no more.
    pub(super) fn forget_all(&mut self, account: AccountKey) {
        let gone = self.waiting.remove(&account).into_iter().flatten();
        gone.collect::<Vec<Letter>>().iter().for_each(|letter| self.weigh_less(letter));
    }

    /// A letter is gone.
    fn weigh_less(&mut self, letter: &Letter) {
        self.weight -= letter.weight();
        if let Some(own) = self.weights.get_mut(&letter.from) {
            *own -= letter.weight();
            if *own == 0 {
                self.weights.remove(&letter.from);
            }
        }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Letter> {
        self.waiting.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{Name, Text, UnixMillis};
    use crate::limits::OFFLINE_MESSAGES_MAX_BYTES;

    fn letter(id: u64, to: u32, bytes: usize, from: u8) -> Letter {
        let text = Text::clean(&"x".repeat(bytes));
        let (from_name, at) = (Name::new("Ana").unwrap(), UnixMillis(0));
        let message = OfflineMessage { id: MessageId(id), from: from_name, sender: None, at, text };
        let from = Some(Origin::of(std::net::Ipv4Addr::new(10, 0, 0, from).into()));
        Letter { to: AccountKey(to.try_into().unwrap()), message, from }
    }

    #[test]
    fn letters_of_an_account_are_bounded_in_number_and_bytes_and_an_address_has_a_share() {
        let mut letters = Letters::default();
        let posted: Vec<Posted> = (0..100).map(|id| letters.post(letter(id, 1, 1, 1))).collect();
        assert_eq!(posted.iter().filter(|posted| **posted == Posted::Kept).count(), 91, "{posted:?}");
        assert_eq!(posted[99], Posted::OverShare);
        assert!((0..9).all(|id| letters.post(letter(100 + id, 1, 1, 2)) == Posted::Kept));
        assert_eq!(letters.post(letter(200, 1, 1, 3)), Posted::Full);
        assert_eq!(letters.post(letter(201, 2, OFFLINE_MESSAGES_MAX_BYTES + 1, 3)), Posted::Full);
        assert_eq!(letters.post(letter(202, 2, OFFLINE_MESSAGES_MAX_BYTES, 3)), Posted::Kept);
    }

    #[test]
    fn letters_of_all_accounts_are_bounded_and_what_was_read_makes_room() {
        let mut letters = Letters::default();
        // Each from another address, of which none has more than its share.
        let fill = |letters: &mut Letters, to: u64| {
            letters.post(letter(to, to as u32, OFFLINE_MESSAGES_MAX_BYTES, (to % 250) as u8))
        };
        let most = (1..).take_while(|&to| fill(&mut letters, to) == Posted::Kept).count() as u64;
        assert!(most * OFFLINE_MESSAGES_MAX_BYTES as u64 <= LETTERS_MAX_BYTES as u64, "{most}");
        assert!(letters.weight > LETTERS_MAX_BYTES - 2 * OFFLINE_MESSAGES_MAX_BYTES, "{}", letters.weight);
        letters.forget(AccountKey(1.try_into().unwrap()), MessageId(1));
        assert_eq!(fill(&mut letters, most + 1), Posted::Kept);
        letters.forget_all(AccountKey(2.try_into().unwrap()));
        assert_eq!(fill(&mut letters, most + 2), Posted::Kept);
        assert_eq!(letters.iter().count() as u64, most);
    }

    #[test]
    fn address_that_fills_the_mailboxes_of_many_leaves_something_for_others() {
        let mut letters = Letters::default();
        let mut fill =
            |to: u64, from| letters.post(letter(to, to as u32, OFFLINE_MESSAGES_MAX_BYTES / 3, from));
        let most = (1..).take_while(|&to| fill(to, 1) == Posted::Kept).count() as u64;
        assert_eq!(fill(most + 1, 1), Posted::OverShareOfAll);
        let others = (1..).take_while(|&to| fill(most + to, 2) == Posted::Kept).count() as u64;
        assert!((others + 1) * 10 >= most, "a tenth was left: {others} beside {most}");
        assert_eq!(fill(most + others + 1, 2), Posted::NoneLeft);
        letters.forget(AccountKey(1.try_into().unwrap()), MessageId(1));
        assert_eq!(letters.weights.values().sum::<usize>(), letters.weight);
    }

    #[test]
    fn letters_that_were_written_down_are_the_same_letters() {
        let mut letters = Letters::default();
        for id in 0..6 {
            letters.post(letter(id, 1 + u32::try_from(id % 2).unwrap(), 10, 1));
        }
        let written = serde_json::to_string(&letters).unwrap();
        let read: Letters = serde_json::from_str(&written).unwrap();
        assert_eq!((read.weight, serde_json::to_string(&read).unwrap()), (letters.weight, written));
    }

    #[test]
    fn letters_beyond_what_may_wait_are_handed_over_in_parts() {
        let most = OFFLINE_MESSAGES_MAX as u64;
        let mut letters = Letters::from((1..=most + 3).map(|id| letter(id, 1, 1, 1)).collect::<Vec<_>>());
        let key = AccountKey(1.try_into().unwrap());
        assert_eq!(letters.of(key).last().map(|last| last.id), Some(MessageId(most)));
        letters.forget(key, MessageId(most));
        assert_eq!(letters.of(key).len(), 3);
    }
}
