//! A copy of the chat that nobody is connected to: what a thread of the engine has, to bring a snapshot to a later place of the log.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::LogState;
use crate::chat::{ChatSnapshot, Hub, Input, MonoTime, Ordered, Proposal, Time, Turn, UnixMillis};
use crate::cluster::{Delivery, Happening};

/// The chat of a log, at one place of that.
pub struct ChatCopy(Box<Hub>);

impl ChatCopy {
    /// The chat with which a log begins.
    pub fn founding(hub: Hub) -> ChatCopy {
        ChatCopy(Box::new(hub))
    }

    /// The chat alone.
    pub fn into_chat(self) -> ChatSnapshot {
        self.0.chat_snapshot()
    }
}

impl LogState for ChatCopy {
    type Change = Proposal;

    fn apply(&mut self, delivery: Delivery<Proposal>) -> u64 {
        let at = UnixMillis(i64::try_from(delivery.id.millis).unwrap_or(i64::MAX));
        let mut effects = Vec::new();
        // Says whether members of a node that is gone have yet to leave.
        let mut take = |turn| {
            self.0.apply(Time { mono: MonoTime::START, wall: at }, Input::Ordered(Ordered { at, turn }));
            // They are for those who are connected.
            self.0.effects(&mut effects);
            effects.clear();
            self.0.has_stranded()
        };
        for happening in delivery.happenings {
            match happening {
                Happening::Joined(node) => drop(take(Turn::Joined(node))),
                Happening::Gone(node, _) => {
                    let mut has_stranded = take(Turn::Gone(node));
                    while has_stranded {
                        has_stranded = take(Turn::LeaveWithNode);
                    }
                }
                Happening::Changes(node, changes) => {
                    for proposal in changes {
                        take(Turn::Change { node: node.clone(), own: false, proposal });
                    }
                }
            }
        }
        self.0.take_digest()
    }
}

impl Serialize for ChatCopy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.chat_snapshot().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ChatCopy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ChatCopy, D::Error> {
        let hub = Hub::following(ChatSnapshot::deserialize(deserializer)?).map_err(de::Error::custom)?;
        Ok(ChatCopy(Box::new(hub)))
    }
}

impl fmt::Debug for ChatCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChatCopy({} people)", self.0.people())
    }
}
