//! Many people told of at once; a recipient who hides one of them is spared the name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Audience, Chat, Event, Fact, MemberId, Name, RoomId};
use crate::chat::event::{Crowd, NameList};
use crate::chat::join_part_batch::Moved;
use crate::limits::{NAMES_ASKED, NAMES_TOLD_MAX};

/// The members of a room, but perhaps one, and but members of the room `beyond`.
pub(super) struct Hearers {
    pub(super) room: RoomId,
    pub(super) except: Option<MemberId>,
    pub(super) beyond: Option<RoomId>,
}

impl Chat {
    /// Tells members of a room of these people, and whose doing it is where it is one alone: who hides that one does not hear it.
    ///
    /// Only the first of them can be named in words, and only of these it is asked who hides them: so members differ in
    /// which of a few they hide, and there are as many events as there are such differences, not as there are members.
    pub(super) fn tell_crowd(
        &mut self,
        Hearers { room, except, beyond }: Hearers,
        Moved(names): Moved,
        event: impl Fn(Crowd) -> Event,
    ) {
        let Some(first) = names.first().cloned() else { return };
        let from = (names.len() == 1).then_some(first);
        let names: Arc<[Name]> = names.into();
        let crowd = |hidden| Crowd { names: Arc::clone(&names), hidden };
        let hiders: Vec<_> = names.iter().take(NAMES_ASKED).map(|name| self.hiding.hiders(name)).collect();
        if from.is_some() || hiders.iter().all(Option::is_none) {
            let to = Audience::Room { room, except, from, beyond };
            return self.facts.push(Fact::Deliver { to, event: event(crowd(0)) });
        }
        // Which of the first ones a member hides, as bits; and who that is.
        let mut by_hidden: BTreeMap<u32, Vec<MemberId>> = BTreeMap::new();
        let asked = self.each_in(
            room,
            except,
            (None, beyond),
            |_| false,
            |id, _| {
                let hides = |nth: usize| hiders[nth].is_some_and(|hiders| hiders.contains(id.place()));
                let hidden = (0..hiders.len()).fold(0, |bits, nth| bits | u32::from(hides(nth)) << nth);
                by_hidden.entry(hidden).or_default().push(id);
            },
        );
        self.spend(asked);
        for (hidden, recipients) in by_hidden {
            let crowd = crowd(hidden);
            if crowd.count() > 0 {
                // Nobody hides the server, so all of them hear it.
                let to = Audience::Several { recipients, from: Name::server() };
                self.facts.push(Fact::Deliver { to, event: event(crowd) });
            }
        }
    }
}

impl Chat {
    /// Who else is in a room, as a newcomer is told: by name, but for people whom they hide. Of thousands only the first are
    /// looked at, for each newcomer would look at all of them.
    pub(super) fn others_in(&self, id: MemberId, number: RoomId) -> NameList {
        self.others_up_to(id, number, NAMES_TOLD_MAX)
    }

    /// All in a room of a member, itself last, as it is told them: at most `most` others, or the first of them.
    pub(in crate::chat) fn all_in(&self, id: MemberId, number: RoomId, most: usize) -> NameList {
        let mut people = self.others_up_to(id, number, most);
        people.names.extend(self.name(id).cloned());
        people.total += 1;
        people
    }

    fn others_up_to(&self, id: MemberId, number: RoomId, most: usize) -> NameList {
        let Some(room) = self.room(number) else { return NameList::default() };
        let hidden = self.member(id).map_or(0, |member| member.hidden().len());
        let hides = |name: &Name| {
            hidden > 0 && self.hiding.hiders(name).is_some_and(|hiders| hiders.contains(id.place()))
        };
        let total = room.members.len() - usize::from(self.sits_in(id, number));
        let most = if total <= most { total } else { NAMES_ASKED };
        self.spend(most.saturating_sub(NAMES_ASKED));
        let others = room.members.iter().filter(|&&other| other != id).take(most + hidden);
        let names = others.filter_map(|&other| self.name(other)).filter(|name| !hides(name));
        NameList { names: names.take(most).cloned().collect(), total }
    }
}
