//! What members had who left with their node, for as long as they may come back in: who can answer them, whom they can answer, and where they
//! are invited.
//!
//! Invariant: it is so many members' at most, each for so long at most, and it goes to nobody but them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::correspondent::Correspondent;
use super::effect::RoomId;
use super::member_id::MemberId;
use super::mono_time::MonoTime;
use super::name::Name;
use super::room_key::RoomKey;
use crate::limits::LEFT_BEHIND_MAX;

/// That of each of them, by the member that they were.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<MemberId, (MonoTime, Belongings)>",
    into = "BTreeMap<MemberId, (MonoTime, Belongings)>"
)]
pub(super) struct LeftBehind {
    /// Each with the time at which it is given up.
    members: BTreeMap<MemberId, (MonoTime, Belongings)>,
    due: BTreeSet<(MonoTime, MemberId)>,
}

/// What one member had.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Belongings {
    /// What they were called.
    pub(super) name: Name,
    /// What they are to the recipients of their private messages.
    pub(super) contact: Option<Correspondent>,
    /// Who wrote to them last.
    pub(super) correspondent: Option<Correspondent>,
    /// Where they may enter once without the key.
    pub(super) invited: Vec<(RoomId, RoomKey)>,
}

impl From<BTreeMap<MemberId, (MonoTime, Belongings)>> for LeftBehind {
    fn from(members: BTreeMap<MemberId, (MonoTime, Belongings)>) -> LeftBehind {
        let due = members.iter().map(|(&id, &(until, _))| (until, id)).collect();
        LeftBehind { members, due }
    }
}

impl From<LeftBehind> for BTreeMap<MemberId, (MonoTime, Belongings)> {
    fn from(left: LeftBehind) -> Self {
        left.members
    }
}

impl LeftBehind {
    /// A member has left, who had anything; of too many, what would be given up first is.
    pub(super) fn keep(&mut self, id: MemberId, until: MonoTime, belongings: Belongings) {
        if self.due.len() >= LEFT_BEHIND_MAX
            && let Some((_, first)) = self.due.pop_first()
        {
            self.members.remove(&first);
        }
        self.members.insert(id, (until, belongings));
        self.due.insert((until, id));
    }

    /// What a member had who was called so; it is theirs again.
    pub(super) fn take(&mut self, id: MemberId, name: &Name) -> Option<Belongings> {
        // Behind another state of the chat that number may be another person's.
        self.members.get(&id).filter(|(_, belongings)| belongings.name == *name)?;
        let (until, belongings) = self.members.remove(&id)?;
        self.due.remove(&(until, id));
        Some(belongings)
    }

    /// Gives up what was kept for longest, if that was long enough by `now`; says whether it did.
    pub(super) fn give_up_one(&mut self, now: MonoTime) -> bool {
        let Some(first) = self.due.first().copied().filter(|(until, _)| now >= *until) else { return false };
        self.due.remove(&first);
        self.members.remove(&first.1);
        true
    }

    /// Every [`Correspondent`] that is known here.
    pub(super) fn correspondents(&mut self) -> impl Iterator<Item = &mut Correspondent> {
        let all = self.members.values_mut();
        all.flat_map(|(_, belongings)| belongings.correspondent.iter_mut().chain(&mut belongings.contact))
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;
    use std::time::Duration;

    use super::*;
    use crate::limits::{BELONGINGS_MAX_BYTES, DECISIONS_PER_CLIENT};

    fn name() -> Name {
        Name::known("Ana").expect("a name")
    }

    /// What a member leaves behind who was invited to so many rooms.
    fn belongings(rooms: usize) -> Belongings {
        let invited = (0..rooms).map(|room| (RoomId::FIRST, RoomKey(room as u64))).collect();
        Belongings { name: name(), contact: None, correspondent: None, invited }
    }

    #[test]
    fn so_many_are_kept_and_of_more_the_first_are_given_up() {
        let mut left = LeftBehind::default();
        let more = 10;
        for slot in 0..(LEFT_BEHIND_MAX + more) as u32 {
            let until = MonoTime::START + Duration::from_secs(slot.into());
            left.keep(MemberId::new(slot, 1), until, belongings(0));
        }
        assert_eq!((left.members.len(), left.due.len()), (LEFT_BEHIND_MAX, LEFT_BEHIND_MAX));
        assert!(left.take(MemberId::new(more as u32 - 1, 1), &name()).is_none());
        assert!(left.take(MemberId::new(more as u32, 1), &name()).is_some());
        assert_eq!(left.members.len(), left.due.len());
    }

    #[test]
    fn each_takes_no_more_than_is_counted_for_it() {
        let most = belongings(DECISIONS_PER_CLIENT);
        let parts = size_of::<(MemberId, MonoTime, Belongings)>() + size_of::<(MonoTime, MemberId)>();
        let invited = most.invited.capacity() * size_of::<(RoomId, RoomKey)>();
        // Nodes of a tree are half empty at the worst.
        assert!(2 * parts + invited <= BELONGINGS_MAX_BYTES, "{}", 2 * parts + invited);
    }
}
