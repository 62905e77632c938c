//! Who gets a place when few or none are left.
//!
//! Invariants: while there is room nobody is refused; an address that has more than its share gets no further place while few are
//! left; and a registered person gets in whenever one without a registered name is there, who gives way to them. An account
//! earns one place: its own earlier connection gives way first, under whatever name that goes on. To show who they are, a few
//! come in on trial, without a place: each address in its turn.

use super::then::Leaving;
use super::{AccountKey, Admission, ClientId, CloseReason, Effect, Event, Hub, MemberId, MonoTime, Origin};
use crate::chat::event::{AccountNews, PlaceNews};
use crate::limits::{NEWCOMER_GRACE, SHARED_PLACES_MIN, TRIAL_TIMEOUT, TRIALS, is_over_share};

/// Nobody has to give way to a registered person, for all are registered.
#[derive(Debug)]
pub(super) struct NoPlace;

/// Why a client gets no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// There is none.
    Full,
    /// Few are left, and their address has more than its share.
    Crowded,
}

impl Hub {
    /// Whether a client from `origin` gets a place, or may try to earn one; if not, they are told why.
    pub(super) fn admit(&mut self, id: ClientId, origin: Origin) -> Option<Admission> {
        let Some(lack) = self.lack(origin) else {
            return Some(Admission::Placed);
        };
        if self.is_open_to_registered() && self.make_trial(origin) {
            self.tell(id, Event::Place(PlaceNews::OnlyRegistered { crowded: lack == Lack::Crowded }));
            return Some(Admission::OnTrial);
        }
        let news = match lack {
            Lack::Full => self.full(),
            Lack::Crowded => PlaceNews::Crowded,
        };
        self.tell(id, Event::Place(news));
        self.effects.push(Effect::Close(id, CloseReason::Full));
        None
    }

    /// Why a client from `origin` gets no place. If there is none, one without a name may have to go first.
    fn lack(&mut self, origin: Origin) -> Option<Lack> {
        let places = self.config.places?;
        let (held, free) = (self.placed_from(origin), places.saturating_sub(self.placed()));
        // Asked first: nobody gives way to an address that gets no place.
        if places >= SHARED_PLACES_MIN && is_over_share(held, free, places) {
            return Some(Lack::Crowded);
        }
        (free == 0 && !self.make_room()).then_some(Lack::Full)
    }

    /// Whether a client whose address has no more than its share could be given a place now.
    pub fn has_room(&self, now: MonoTime) -> bool {
        self.config.places.is_none_or(|places| self.placed() < places) || self.giving_way(now).is_some()
    }

    /// Whether a client that gets no place may show that it has a registered name.
    pub fn is_open_to_registered(&self) -> bool {
        self.chat.accounts().is_some_and(|accounts| !accounts.is_empty())
    }

    /// Lets the oldest client without a name go, if one has had time to give it; says whether a place became free.
    fn make_room(&mut self) -> bool {
        let now = self.now();
        let giving_way = self.giving_way(now);
        if let Some(id) = giving_way {
            self.give_way(id);
        }
        giving_way.is_some()
    }

    fn giving_way(&self, now: MonoTime) -> Option<ClientId> {
        let (id, since) = self.sessions.newcomers.oldest()?;
        (now >= since + NEWCOMER_GRACE).then_some(id)
    }

    /// Whether one more may come in on trial. When as many do as may, the address with most of them loses its newest.
    fn make_trial(&mut self, origin: Origin) -> bool {
        if self.sessions.newcomers.trials().len() < TRIALS {
            return true;
        }
        let origins: Vec<Option<Origin>> =
            self.sessions.newcomers.trials().iter().map(|&id| self.origin(id)).collect();
        let held = |origin| origins.iter().filter(|&&other| other == origin).count();
        let largest = (0..origins.len()).max_by_key(|&at| (held(origins[at]), at));
        let Some(newest) = largest.filter(|&at| held(origins[at]) > held(Some(origin)) + 1) else {
            return false;
        };
        self.end_trial(self.sessions.newcomers.trials()[newest]);
        true
    }

    /// Lets those go who have not shown in time who they are.
    pub(super) fn end_trials(&mut self) {
        let now = self.now();
        while let Some((id, since)) = self.sessions.newcomers.oldest_trial()
            && now >= since + TRIAL_TIMEOUT
        {
            self.end_trial(id);
        }
    }

    /// When [`end_trials`](Self::end_trials) has something to do.
    pub(super) fn trials_due(&self) -> Option<MonoTime> {
        self.sessions.newcomers.oldest_trial().map(|(_, since)| since + TRIAL_TIMEOUT)
    }

    pub(super) fn end_trial(&mut self, id: ClientId) {
        self.tell(id, Event::Place(self.full()));
        self.close(id, CloseReason::Full);
    }

    /// Whether a client has a place, or one is free for it.
    pub(super) fn has_place(&self, id: ClientId) -> bool {
        let Some(places) = self.config.places.filter(|_| self.sessions.newcomers.is_on_trial(id)) else {
            return true;
        };
        let free = places.saturating_sub(self.placed());
        // Where their address has more than its share, it still has when there is room.
        let held = self.origin(id).map_or(0, |origin| self.placed_from(origin));
        free > 0 && !(places >= SHARED_PLACES_MIN && is_over_share(held, free, places))
    }

    /// The same; if one is free, it is taken.
    pub(super) fn take_place(&mut self, id: ClientId) -> bool {
        let has_place = self.has_place(id);
        if has_place {
            self.sessions.newcomers.end_trial(id);
        }
        has_place
    }

    /// Gives the owner of an account, who has just given its password, a place: their own of before, a free one, or that of
    /// a client without a registered name. That client has to [leave](Self::leave_place_to) then.
    ///
    /// # Errors
    ///
    /// There is nobody who would have to.
    pub(super) fn earn_place(&mut self, id: ClientId, key: AccountKey) -> Result<Option<Leaving>, NoPlace> {
        let now = self.now();
        // Who needs no password to get in earns nothing by it.
        if self.take_place(id) {
            return Ok(None);
        }
        let member = self.member(id);
        let name = self.chat.accounts().and_then(|accounts| accounts.name(key));
        let displaces = name.is_some_and(|name| {
            let displaced = self.chat.displaced_by(member, key, name);
            displaced.into_iter().any(|(other, _)| self.connected(other).is_some())
        });
        let full = self.config.places.is_some_and(|places| self.placed() >= places);
        let mut leaving = None;
        if !displaces {
            leaving = self.renamed_session(id, key).map(Leaving::Own);
            if full && leaving.is_none() {
                let other = self.giving_way(now).or_else(|| self.guest_giving_way());
                leaving = Some(Leaving::Other(other.ok_or(NoPlace)?));
            }
        }
        self.sessions.newcomers.end_trial(id);
        Ok(leaving)
    }

    /// Lets a client go whose place the owner of an account has earned.
    pub(super) fn leave_place_to(&mut self, leaving: Leaving) {
        match leaving {
            Leaving::Other(id) => self.give_way(id),
            Leaving::Own(id) => {
                self.tell(id, Event::Account(AccountNews::Replaced));
                self.close(id, CloseReason::Replaced);
            }
        }
    }

    fn give_way(&mut self, id: ClientId) {
        let named = self.name(id).is_some();
        self.tell(id, Event::Place(if named { PlaceNews::GaveWay } else { PlaceNews::MadeRoom }));
        self.close(id, CloseReason::Full);
    }

    /// Of the connections that gave the password of an account and go on without any, the one that has been silent longest.
    fn renamed_session(&self, id: ClientId, key: AccountKey) -> Option<ClientId> {
        let sessions = self.chat.members_by(key).into_iter().filter_map(|other| {
            let (client, member) = (self.connected(other)?, self.chat.member(other)?);
            (client != id && member.account.is_none()).then_some((member.active, client))
        });
        sessions.min().map(|(_, client)| client)
    }

    /// Of the clients without a registered name, at the address that has most places, the one that has been silent longest.
    fn guest_giving_way(&self) -> Option<ClientId> {
        let guests = self.chat.guests(self.sessions.newcomers.origins());
        let clients = guests.filter_map(|(member, places, active)| {
            Some((std::cmp::Reverse(places), active, self.sessions.seats.client(member)?))
        });
        clients.min().map(|(.., client)| client)
    }

    /// The client of a member that has a connection.
    fn connected(&self, member: MemberId) -> Option<ClientId> {
        self.sessions.seats.client(member).filter(|&id| !self.sessions.lost.is_lost(id))
    }

    /// How many have a place: all who have a connection, but for those on trial. Whose session waits has a seat or is outside, and no place.
    fn placed(&self) -> usize {
        let outside = self.route.log().map_or(0, |under_way| under_way.outside.len());
        self.sessions.newcomers.placed() + self.sessions.seats.count() + outside - self.sessions.lost.count()
    }

    /// How many of the clients from there have a place.
    fn placed_from(&self, origin: Origin) -> usize {
        let members = self.members_from(origin).saturating_sub(self.sessions.lost.from(origin));
        members + self.sessions.newcomers.placed_from(origin)
    }

    /// How many come from there who are members through this node, or outside.
    fn members_from(&self, origin: Origin) -> usize {
        match self.route.log() {
            None => self.chat.count_from(origin),
            Some(under_way) => under_way.seated_from(origin),
        }
    }

    fn full(&self) -> PlaceNews {
        PlaceNews::Full(self.config.places.unwrap_or(0))
    }
}
