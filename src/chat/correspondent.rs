//! The other side of private messages: a person, whatever they are called by now and wherever they went.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account::AccountKey;
use super::member_id::MemberId;
use super::name::Name;

/// A sender of private messages, shared by all who could answer: a new name is written down once, however many they are.
///
/// A chat is one thread's at a time, so the lock is always free; it is there so that a chat can be handed to another thread.
///
/// Serialized as a whole wherever it is shared; [`share_again`](Self::share_again) finds out what was one.
#[derive(Clone, Debug)]
pub(super) struct Correspondent(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// The member who is the sender, who made no other; none: the sender was not here, and nobody shares it.
    made_by: Option<MemberId>,
    contact: Mutex<Contact>,
}

/// How a sender can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contact {
    /// Who they are, while they are here.
    pub(super) member: Option<MemberId>,
    /// The account whose name they have, or had when they left.
    pub(super) account: Option<AccountKey>,
    /// What they are called, or were when they left.
    pub(super) name: Name,
}

impl Correspondent {
    pub(super) fn new(member: Option<MemberId>, account: Option<AccountKey>, name: Name) -> Correspondent {
        let contact = Mutex::new(Contact { member, account, name });
        Correspondent(Arc::new(Shared { made_by: member, contact }))
    }

    pub(super) fn update(&self, member: Option<MemberId>, account: Option<AccountKey>, name: Name) {
        *self.0.contact.lock().unwrap_or_else(PoisonError::into_inner) = Contact { member, account, name };
    }

    /// How they can be reached now.
    pub(super) fn contact(&self) -> Contact {
        self.0.contact.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes this one with those of the same sender in `known`, to which it is added otherwise. Says whether they agree.
    pub(super) fn share_again(&mut self, known: &mut BTreeMap<MemberId, Correspondent>) -> bool {
        let alone = || {
            Correspondent(Arc::new(Shared { made_by: self.0.made_by, contact: Mutex::new(self.contact()) }))
        };
        let shared = match self.0.made_by {
            Some(id) => known.entry(id).or_insert_with(alone).clone(),
            None => alone(),
        };
        let agrees = shared.contact() == self.contact();
        *self = shared;
        agrees
    }
}

impl Serialize for Correspondent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0.made_by, self.contact()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Correspondent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Correspondent, D::Error> {
        let (made_by, contact) = Deserialize::deserialize(deserializer)?;
        Ok(Correspondent(Arc::new(Shared { made_by, contact: Mutex::new(contact) })))
    }
}
