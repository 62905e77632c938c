//! Sessions of programs whose connections were lost, and that wait a while to be taken up again.
//!
//! Invariants: so many wait and no more, and all together hold so many bytes and no more, of which none is an address's that has as
//! many already as are left; no session has a connection.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{ClientId, MemberId, Origin};
use crate::chat::event::{Event, Farewell};
use crate::chat::message::MessageId;
use crate::chat::mono_time::MonoTime;
use crate::chat::slots::SlotSet;
use crate::limits::{LOST_SESSION_MAX_BYTES, LOST_SESSIONS_MAX, LOST_SESSIONS_MAX_BYTES};

/// What an event takes beside its words, roughly.
const EVENT_OVERHEAD_BYTES: usize = 192;

/// Which clients may take their sessions up again, and the sessions that wait for that, each by the client that it had.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(super) struct LostSessions {
    /// The slots of the clients who may: programs, which have a connection.
    programs: SlotSet,
    sessions: BTreeMap<ClientId, LostSession>,
    /// Connections that take one up, until it is known what was said meanwhile.
    returning: BTreeMap<ClientId, Returning>,
    /// Until when they wait.
    #[serde(skip_serializing)]
    due: BTreeSet<(MonoTime, ClientId)>,
    /// What each address has of them.
    #[serde(skip_serializing)]
    origins: BTreeMap<Origin, AddressShare>,
    /// What is kept for all of them.
    #[serde(skip_serializing)]
    bytes: usize,
}

/// What is stored of [`LostSessions`].
#[derive(Deserialize)]
struct Stored {
    programs: SlotSet,
    sessions: BTreeMap<ClientId, LostSession>,
    returning: BTreeMap<ClientId, Returning>,
}

impl From<Stored> for LostSessions {
    fn from(Stored { programs, sessions, returning }: Stored) -> LostSessions {
        let mut lost = LostSessions { programs, returning, ..LostSessions::default() };
        for (id, mut session) in sessions {
            session.bytes = session.events.iter().map(held).sum();
            lost.insert(id, session);
        }
        lost
    }
}

/// What an address has: sessions, and bytes that are kept for them.
#[derive(Clone, Copy, Debug, Default)]
struct AddressShare {
    sessions: usize,
    bytes: usize,
}

/// A session without a connection.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LostSession {
    /// Whose it is.
    pub(super) member: MemberId,
    /// Since when it waits, and until when.
    pub(super) since: MonoTime,
    pub(super) until: MonoTime,
    /// How it will be told that they left.
    pub(super) farewell: Farewell,
    pub(super) origin: Origin,
    /// What was told to them alone.
    pub(super) events: Vec<Event>,
    #[serde(skip)]
    bytes: usize,
    /// So much of that found no place.
    pub(super) skipped: u64,
}

/// A connection that takes a session up.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Returning {
    /// Which.
    pub(super) session: ClientId,
    /// The last message that it knows.
    pub(super) after: MessageId,
    /// The number of the next message when it was asked for what was said.
    pub(super) next: MessageId,
}

impl LostSession {
    /// It waits from that time on, so long.
    pub(super) fn new(
        member: MemberId,
        (since, wait): (MonoTime, Duration),
        farewell: Farewell,
        origin: Origin,
    ) -> LostSession {
        let (until, events) = (since + wait, Vec::new());
        LostSession { member, since, until, farewell, origin, events, bytes: 0, skipped: 0 }
    }
}

impl LostSessions {
    /// A client may take its session up again, once it has one.
    pub(super) fn add_program(&mut self, id: ClientId) {
        self.programs.insert(id.place());
    }

    /// Whether a client may. To be asked of one that has a connection.
    pub(super) fn is_program(&self, id: ClientId) -> bool {
        self.programs.contains(id.place())
    }

    pub(super) fn is_lost(&self, id: ClientId) -> bool {
        !self.sessions.is_empty() && self.sessions.contains_key(&id)
    }

    /// Whose session of that connection waits.
    pub(super) fn member(&self, id: ClientId) -> Option<MemberId> {
        self.sessions.get(&id).map(|session| session.member)
    }

    /// A session, if it waits, is that member's from now on.
    pub(super) fn is_of(&mut self, id: ClientId, member: MemberId) {
        self.sessions.get_mut(&id).into_iter().for_each(|session| session.member = member);
    }

    /// How it will be told that they left whose session waits.
    pub(super) fn farewell(&self, id: ClientId) -> Option<Farewell> {
        self.sessions.get(&id).map(|session| session.farewell.clone())
    }

    pub(super) fn count(&self) -> usize {
        self.sessions.len()
    }

    /// How many come from there.
    pub(super) fn from(&self, origin: Origin) -> usize {
        self.held(origin).sessions
    }

    /// The one that has to be over first, and when.
    pub(super) fn first_due(&self) -> Option<(MonoTime, ClientId)> {
        self.due.first().copied()
    }

    /// One that has to be over now, where one more from `origin` begins to wait: of those whose address has most, this one among them,
    /// the first that would be over.
    pub(super) fn giving_way(&self, origin: Origin) -> Option<ClientId> {
        if self.count() < LOST_SESSIONS_MAX {
            return None;
        }
        let count = |of: Origin| self.from(of) + usize::from(of == origin);
        let counts = self.origins.iter().map(|(&of, held)| held.sessions + usize::from(of == origin));
        let most = counts.max()?;
        let mut first = self.due.iter().map(|&(_, id)| id);
        first.find(|id| count(self.sessions[id].origin) == most)
    }

    /// The connection of a session was lost: its slot may be another's from now on.
    pub(super) fn insert(&mut self, id: ClientId, session: LostSession) {
        self.due.insert((session.until, id));
        let share = self.origins.entry(session.origin).or_default();
        share.sessions += 1;
        share.bytes += session.bytes;
        self.bytes += session.bytes;
        self.sessions.insert(id, session);
    }

    /// A session waits no longer.
    pub(super) fn take(&mut self, id: ClientId) -> Option<LostSession> {
        let session = self.sessions.remove(&id)?;
        self.due.remove(&(session.until, id));
        self.bytes -= session.bytes;
        if let Some(share) = self.origins.get_mut(&session.origin) {
            share.sessions -= 1;
            share.bytes -= session.bytes;
            if share.sessions == 0 {
                self.origins.remove(&session.origin);
            }
        }
        Some(session)
    }

    /// A client has no connection any more.
    pub(super) fn disconnected(&mut self, id: ClientId) {
        self.programs.remove(id.place());
        self.returning.remove(&id);
    }

    /// Whether there is room for private words of so many bytes, with the name of their sender, to a client that waits.
    pub(super) fn has_room(&self, id: ClientId, words: usize) -> bool {
        self.fits(id, EVENT_OVERHEAD_BYTES + words)
    }

    /// Whether so many bytes more are within the bound of a session, and within that of its address: it holds no more than it leaves
    /// for all others. One alone can have half, two can have a third each: however few or many there are, each other one finds room.
    fn fits(&self, id: ClientId, bytes: usize) -> bool {
        let Some(session) = self.sessions.get(&id) else { return false };
        let left = LOST_SESSIONS_MAX_BYTES.saturating_sub(self.bytes + bytes);
        session.bytes + bytes <= LOST_SESSION_MAX_BYTES && self.held(session.origin).bytes + bytes <= left
    }

    fn held(&self, origin: Origin) -> AddressShare {
        self.origins.get(&origin).copied().unwrap_or_default()
    }

    /// Keeps what is told to one session alone that waits, if there is room for it; otherwise counts it.
    pub(super) fn keep(&mut self, id: ClientId, event: Event) {
        let bytes = held(&event);
        let fits = self.fits(id, bytes);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if !fits {
            session.skipped = session.skipped.saturating_add(1);
            return;
        }
        session.bytes += bytes;
        self.bytes += bytes;
        self.origins.entry(session.origin).or_default().bytes += bytes;
        session.events.push(event);
    }

    /// A connection takes up a session, as soon as it is known what was said meanwhile.
    pub(super) fn returns(&mut self, id: ClientId, returning: Returning) {
        self.returning.insert(id, returning);
    }

    /// It is known.
    pub(super) fn take_returning(&mut self, id: ClientId) -> Option<Returning> {
        self.returning.remove(&id)
    }

    /// All sessions that wait, each with whose it is.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ClientId, MemberId)> {
        self.sessions.iter().map(|(&id, session)| (id, session.member))
    }

    /// The same, with where they come from, and since when they wait.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (ClientId, Origin, MonoTime)> {
        self.sessions.iter().map(|(&id, session)| (id, session.origin, session.since))
    }

    /// All connections that take one up.
    pub(super) fn returning(&self) -> impl Iterator<Item = ClientId> {
        self.returning.keys().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.programs.is_empty() && self.sessions.is_empty() && self.returning.is_empty()
    }
}

/// Bytes that an event takes, roughly.
fn held(event: &Event) -> usize {
    let words = match event {
        Event::Private { from, text, .. } => from.as_str().len() + text.as_str().len(),
        _ => crate::limits::REASON_MAX_BYTES,
    };
    EVENT_OVERHEAD_BYTES + words
}
