//! Many people in one line: a few are spelled out, the rest are counted, and whoever hides somebody is spared the name.

use std::collections::BTreeMap;

use super::{Audience, ClientId, Effect, Event, Hub, Name, RoomId};
use crate::chat::event::{Crowd, NameList};
use crate::chat::join_part_batch::Moved;
use crate::limits::NAMES_SPELLED;

impl Hub {
    /// Tells `to` of these people. Of somebody alone nobody hears who hides them: that is in `to` already.
    ///
    /// Only the first of them can be spelled out, and only of these it is asked who hides them: so members differ in
    /// which of a few they hide, and there are as many lines as there are such differences, not as there are members.
    pub(super) fn tell_crowd(&mut self, to: Audience, moved: &Moved, event: impl Fn(Crowd) -> Event) {
        let Some(common) = crowd(moved.first().iter(), moved.count()) else { return };
        let hiders: Vec<_> = moved.first().iter().map(|name| self.hiding.hiders(name)).collect();
        if moved.count() == 1 || hiders.iter().all(Option::is_none) {
            return self.effects.push(Effect::Deliver { to, event: event(common) });
        }
        // Which of the first ones somebody hides, as bits; and who that is.
        let mut by_hidden: BTreeMap<u32, Vec<ClientId>> = BTreeMap::new();
        let asked = self.each_of(&to, |id, _| {
            let hides = |nth: usize| hiders[nth].is_some_and(|hiders| hiders.contains(id.place()));
            let hidden = (0..hiders.len()).fold(0, |bits, nth| bits | u32::from(hides(nth)) << nth);
            by_hidden.entry(hidden).or_default().push(id);
        });
        self.spend(asked);
        for (hidden, clients) in by_hidden {
            let first = moved.first().iter().enumerate();
            let shown = first.filter(|(nth, _)| hidden >> nth & 1 == 0).map(|(_, name)| name);
            if let Some(crowd) = crowd(shown, moved.count() - hidden.count_ones() as usize) {
                // Nobody hides the server, so all of them hear it.
                let to = Audience::Several { clients, from: Name::server() };
                self.effects.push(Effect::Deliver { to, event: event(crowd) });
            }
        }
    }
}

impl Hub {
    /// Who else is in a room, as a newcomer is told: a few by name, but for those whom they hide. Of thousands no more are
    /// looked at.
    pub(super) fn others_in(&self, id: ClientId, number: RoomId) -> NameList {
        let Some(room) = self.room(number) else { return NameList::default() };
        let hidden = self.client(id).map_or(0, |client| client.hidden().len());
        let hides = |name: &Name| {
            hidden > 0 && self.hiding.hiders(name).is_some_and(|hiders| hiders.contains(id.place()))
        };
        let total = room.members.len() - usize::from(self.sits_in(id, number));
        let others = room.members.iter().filter(|&&other| other != id).take(NAMES_SPELLED + 1 + hidden);
        let names = others.filter_map(|&other| self.name(other)).filter(|name| !hides(name));
        let crowd = crowd(names, total);
        NameList { names: crowd.map_or(Vec::new(), |crowd| crowd.names), total }
    }
}

/// `total` people as one line tells of them, of whom these come first: one more than is spelled out is spelled out too.
fn crowd<'a>(names: impl Iterator<Item = &'a Name>, total: usize) -> Option<Crowd> {
    let spelled = if total > NAMES_SPELLED + 1 { NAMES_SPELLED } else { total };
    let names: Vec<Name> = names.take(spelled).cloned().collect();
    (total > 0).then(|| Crowd { more: total - names.len(), names })
}
