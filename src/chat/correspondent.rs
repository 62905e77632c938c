//! The other side of private messages: a person, whatever they are called by now and wherever they went.

use std::cell::RefCell;
use std::rc::Rc;

use super::account::AccountKey;
use super::id::ClientId;
use super::name::Name;

/// A sender of private messages, shared by all who could answer: a new name is written down once, however many they are.
#[derive(Clone, Debug)]
pub(super) struct Correspondent(Rc<RefCell<Contact>>);

/// How a sender can be reached.
#[derive(Clone, Debug)]
pub(super) struct Contact {
    /// Their connection, while there is one.
    pub(super) client: Option<ClientId>,
    /// The account whose name they have, or had when they left.
    pub(super) account: Option<AccountKey>,
    /// What they are called, or were when they left.
    pub(super) name: Name,
}

impl Correspondent {
    pub(super) fn new(client: Option<ClientId>, account: Option<AccountKey>, name: Name) -> Correspondent {
        Correspondent(Rc::new(RefCell::new(Contact { client, account, name })))
    }

    pub(super) fn update(&self, client: Option<ClientId>, account: Option<AccountKey>, name: Name) {
        *self.0.borrow_mut() = Contact { client, account, name };
    }

    /// How they can be reached now.
    pub(super) fn contact(&self) -> Contact {
        self.0.borrow().clone()
    }
}
