//! Connections that the hub does not know yet: what each waits for, whose handshake has its turn, and who gives way.
//!
//! Invariants: each waits for one thing; addresses take turns, whatever waits from each; and one address has others give way
//! only while they have as many as it has.

use std::collections::VecDeque;

use super::by_origin::{ByOrigin, GivesWay};
use crate::chat::{ClientId, Origin};
use crate::limits::{HANDSHAKES_MAX, OPENING_MAX};

/// Connections that have not shown what they speak, or whose request has not come.
#[derive(Debug)]
pub(super) struct OpeningConnections {
    /// They are to show it next, or send it, in TLS or not.
    openings: ByOrigin,
    /// They shake hands, and we have the next word: something has come, or may have.
    in_line: ByOrigin,
    /// Where those come from: the first has its turn next. Each once.
    turns: VecDeque<Origin>,
    /// They shake hands, and have the next word.
    awaited: ByOrigin,
}

impl Default for OpeningConnections {
    fn default() -> OpeningConnections {
        OpeningConnections {
            openings: ByOrigin::new(GivesWay::Oldest),
            // Those who came before are worked at: where more come than that, to let the oldest go would be to finish none.
            in_line: ByOrigin::new(GivesWay::Newest),
            turns: VecDeque::new(),
            // Who wants to finish has done so by the time that others have waited as long.
            awaited: ByOrigin::new(GivesWay::Oldest),
        }
    }
}

impl OpeningConnections {
    /// One comes from `origin`.
    pub(super) fn opens(&mut self, id: ClientId, origin: Origin) {
        self.openings.insert(id, origin);
    }

    /// One comes from `origin`, as a proxy tells. It is the newest there.
    pub(super) fn moves(&mut self, id: ClientId, origin: Origin) {
        if self.openings.remove(id).is_some() {
            self.openings.insert(id, origin);
        }
    }

    /// One that comes from there is to shake hands.
    pub(super) fn begins_handshake(&mut self, id: ClientId, origin: Origin) {
        self.leave(id);
        self.awaited.insert(id, origin);
    }

    /// One may have said something; says whether it waits for its turn now, as those do that shake hands.
    pub(super) fn joins_line(&mut self, id: ClientId) -> bool {
        let Some(origin) = self.awaited.remove(id) else { return false };
        if !self.in_line.has_any_of(origin) {
            self.turns.push_back(origin);
        }
        self.in_line.insert(id, origin);
        true
    }

    /// The handshake that has its turn. What it waits for then is its client.
    pub(super) fn next_in_line(&mut self) -> Option<ClientId> {
        let origin = self.turns.pop_front()?;
        let id = self.in_line.oldest_of(origin)?;
        self.in_line.remove(id);
        self.awaited.insert(id, origin);
        if self.in_line.has_any_of(origin) {
            self.turns.push_back(origin);
        }
        Some(id)
    }

    /// One has shaken hands, and is to show what it speaks.
    pub(super) fn ends_handshake(&mut self, id: ClientId) {
        if let Some(origin) = self.awaited.remove(id).or_else(|| self.leave_line(id)) {
            self.openings.insert(id, origin);
        }
    }

    /// One has shown it, or has ended.
    pub(super) fn leave(&mut self, id: ClientId) {
        if self.openings.remove(id).is_none() && self.awaited.remove(id).is_none() {
            self.leave_line(id);
        }
    }

    fn leave_line(&mut self, id: ClientId) -> Option<Origin> {
        let origin = self.in_line.remove(id)?;
        if !self.in_line.has_any_of(origin) {
            self.turns.retain(|&other| other != origin);
        }
        Some(origin)
    }

    /// The opening that is waited for no longer, if there are too many.
    pub(super) fn opening_beyond_max(&self) -> Option<ClientId> {
        self.openings.giving_way().filter(|_| self.openings.len() > OPENING_MAX)
    }

    /// The handshake that is given up, if there are too many.
    pub(super) fn handshake_beyond_max(&self) -> Option<ClientId> {
        let handshakes = self.in_line.len() + self.awaited.len();
        self.more_handshakes().giving_way().filter(|_| handshakes > HANDSHAKES_MAX)
    }

    /// The handshake that is given up where descriptors are short. None: no address has several.
    pub(super) fn handshake_giving_way(&self) -> Option<ClientId> {
        let lists = [&self.in_line, &self.awaited].into_iter();
        lists.max_by_key(|list| list.most_of_one()).filter(|list| list.most_of_one() > 1)?.giving_way()
    }

    /// Those in line or those that are waited for, whichever are more.
    fn more_handshakes(&self) -> &ByOrigin {
        if self.in_line.len() > self.awaited.len() { &self.in_line } else { &self.awaited }
    }

    /// Whether a handshake waits for its turn.
    pub(super) fn has_line(&self) -> bool {
        !self.turns.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.openings.len() + self.in_line.len() + self.awaited.len()
    }

    /// Those that do not shake hands, in the order in which they came.
    pub(super) fn openings(&self) -> Vec<ClientId> {
        self.openings.in_order()
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = ClientId> {
        [&self.openings, &self.in_line, &self.awaited].into_iter().flat_map(ByOrigin::in_order)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn origin(number: u8) -> Origin {
        Origin::of(Ipv4Addr::new(192, 0, 2, number).into())
    }

    #[test]
    fn handshakes_of_one_address_give_way_however_many_addresses_have_one() {
        let mut connections = OpeningConnections::default();
        let ids: Vec<ClientId> = (0..12).map(|slot| ClientId::new(slot, 1)).collect();
        assert_eq!(connections.handshake_giving_way(), None);
        ids[..3].iter().for_each(|&id| connections.begins_handshake(id, origin(0)));
        for (number, &id) in (1..).zip(&ids[3..]) {
            connections.begins_handshake(id, origin(number));
            assert!(connections.joins_line(id));
        }
        assert_eq!(
            connections.handshake_giving_way(),
            Some(ids[0]),
            "more stand in line, each of another address"
        );
        ids[..2].iter().for_each(|&id| connections.leave(id));
        assert_eq!(connections.handshake_giving_way(), None, "no address has several");
    }
}
