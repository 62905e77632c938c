//! What an operator of the server is told of the nodes: who is where, and how each follows the log.

use std::time::Duration;

use super::{ClientId, Done, Effect, Event, Hub, MemberId};
use crate::chat::listing::NodeListing;
use crate::chat::node_report::NodeReport;
use crate::chat::time::UnixMillis;

impl Hub {
    /// A member asks for the nodes. How they stand is not the chat's: the shell is asked for it.
    pub(super) fn list_nodes(&mut self, id: ClientId, member: MemberId) -> Done {
        self.chat.decided_by(Some(member))?;
        if self.is_alone() {
            return self.answer(id, Event::Nodes(Vec::new()));
        }
        self.effects.push(Effect::AskNodeReports(id));
        Ok(())
    }

    /// Tells a client of the nodes, which stand so.
    pub(super) fn tell_nodes(&mut self, id: ClientId, reports: Vec<NodeReport>) {
        let now = self.chat_time().wall;
        let listed = reports.into_iter().map(|NodeReport { name, living, heard, reached, own }| {
            let people = self.people_by_node().find(|(node, _)| **node == name).map(|(_, people)| people);
            let people = living.then(|| people.unwrap_or(0));
            NodeListing { name, people, heard: since(heard, now), behind: since(reached, heard), own }
        });
        let listed = listed.collect();
        self.tell(id, Event::Nodes(listed));
    }
}

/// How long it is from one to the other; nothing, if they are the other way round.
fn since(earlier: UnixMillis, later: UnixMillis) -> Duration {
    Duration::from_millis(u64::try_from(later.0.saturating_sub(earlier.0)).unwrap_or(0))
}
