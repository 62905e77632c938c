//! What the log is about here: people with unique names, and what they say. As strict as the chat, and small.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tertulia::cluster::{Delivery, Digest, Happening, NodeName};

/// One change, which has a number of its own in the whole world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub token: u64,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Somebody comes in under that name, if it is free.
    Enter(String),
    /// Somebody who is there, by that node, says something.
    Say(String),
    /// Somebody leaves.
    Leave(String),
}

/// Who is there, by which node, and which changes there were, in order, with what came of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    pub people: BTreeMap<String, NodeName>,
    pub deeds: Vec<(u64, bool)>,
}

impl Room {
    /// Does what follows from an entry. Gives the hash of what came of it, and what came of each change.
    pub fn apply(&mut self, delivery: &Delivery<Deed>) -> (u64, Vec<(Deed, bool)>) {
        let mut done = Vec::new();
        let mut effects = Digest::default();
        for happening in &delivery.happenings {
            match happening {
                Happening::Joined(node) => {
                    assert!(!self.people.values().any(|by| by == node), "{node} comes in with nobody");
                }
                Happening::Gone(node, _) => self.people.retain(|_, by| by != node),
                Happening::Changes(node, deeds) => {
                    for deed in deeds {
                        let so = self.change(node, &deed.what);
                        self.deeds.push((deed.token, so));
                        done.push((deed.clone(), so));
                        effects = effects.number(deed.token).number(u64::from(so));
                    }
                }
            }
        }
        for (name, by) in &self.people {
            effects = effects.text(name).text(by.as_str());
        }
        (effects.finish(), done)
    }

    fn change(&mut self, node: &NodeName, what: &What) -> bool {
        match what {
            What::Enter(name) if self.people.contains_key(name) => false,
            What::Enter(name) => self.people.insert(name.clone(), node.clone()).is_none(),
            What::Say(name) => self.people.get(name) == Some(node),
            What::Leave(name) if self.people.get(name) == Some(node) => self.people.remove(name).is_some(),
            What::Leave(_) => false,
        }
    }
}
