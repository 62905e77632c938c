//! What a node tells its people and its administrator without being asked.

use serde::Serialize;

use super::{EntryId, LOG_PATIENCE, MonoTime, News, Node, NodeOutput, NodePhase};

impl<C: Serialize> Node<C> {
    /// Tells people that the log does not answer, when they would notice, and that it does again.
    pub(super) fn heed_silence(&mut self) {
        let silent = self.silent_since().is_some_and(|since| self.now.mono.since(since) >= LOG_PATIENCE);
        if silent && !self.away {
            self.away = true;
            self.outputs.push(NodeOutput::Tell(News::Away));
        } else if self.away && !silent && self.epoch().is_some() {
            self.away = false;
            self.outputs.push(NodeOutput::Tell(News::Back));
        }
    }

    /// Since when nothing has come of what was sent.
    pub(super) fn silent_since(&self) -> Option<MonoTime> {
        let greeting = match self.phase {
            NodePhase::Over => return None,
            NodePhase::Greeting(_, since) => Some(since),
            _ => None,
        };
        self.lost.into_iter().chain(greeting).chain(self.under_way.since()).min()
    }

    /// Tells the administrator of an entry that no node has written.
    pub(super) fn tell_garbage(&mut self, id: EntryId) {
        if self.garbage.count(self.now.mono) {
            self.outputs.push(NodeOutput::Tell(News::Garbage(id)));
        }
    }

    /// Tells the administrator how many more there were, if that is due.
    pub(super) fn tell_more_garbage(&mut self) {
        let more = self.garbage.more(self.now.mono);
        self.outputs.extend(more.map(|more| NodeOutput::Tell(News::MoreGarbage(more))));
    }
}
