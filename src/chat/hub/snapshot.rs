//! The whole state of the hub as a value: written down and read back, the hub goes on as if nothing had happened.
//!
//! Invariant: for every history of inputs, a hub [restored](Hub::restore) from the [snapshot](Hub::snapshot) gives the same
//! effects for whatever follows. Each field of [`Hub`] is named here in both directions, so none can be forgotten.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::decided::Decided;
use super::offline_messages::Writer;
use super::sessions::Sessions;
use super::stopping::Stopped;
use super::{ChatConfig, ClientId, Effect, Hub, Work, expulsions};
use crate::chat::account_index::AccountIndex;
use crate::chat::client::Client;
use crate::chat::hiding::Hiding;
use crate::chat::lost_sessions::LostSessions;
use crate::chat::message::MessageId;
use crate::chat::people::People;
use crate::chat::rooms::Rooms;
use crate::chat::snapshot_error::{SNAPSHOT_VERSION, SnapshotError};
use crate::chat::time::Time;
use crate::limits::IGNORED_ALWAYS;

/// The state of a [`Hub`] at one moment. It is serialized as a number, its version, and behind that everything that the hub
/// knows, in whatever format of `serde` one likes.
///
/// It holds the passwords that clients have typed and that are not dealt with yet, the keys of rooms, and private words that the
/// shell has not taken yet, all of it in clear: keep it as safe as the server's memory. `Debug` shows none of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Snapshot {
    version: Version,
    state: State,
}

/// Refuses to be anything but [`SNAPSHOT_VERSION`]: what stands behind another version is not looked at.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = SnapshotError;

    fn try_from(version: u32) -> Result<Version, SnapshotError> {
        if version == SNAPSHOT_VERSION { Ok(Version) } else { Err(SnapshotError::Version(version)) }
    }
}

impl From<Version> for u32 {
    fn from(_: Version) -> u32 {
        SNAPSHOT_VERSION
    }
}

/// Everything in a [`Hub`]. What can be worked out from the rest (indexes, counts) is worked out when it is read.
#[derive(Clone, Serialize, Deserialize)]
struct State {
    at: Time,
    effects: Vec<Effect>,
    people: People,
    rooms: Rooms,
    account_index: Option<AccountIndex>,
    config: ChatConfig,
    next_message: MessageId,
    hiding: Hiding,
    hidden_beyond: usize,
    decided: Decided,
    sessions: Sessions,
    writers: VecDeque<Writer>,
    posting: Vec<(ClientId, Writer)>,
    work: Work,
    expulsions: Vec<expulsions::Entry>,
    last_expulsion: u64,
    expelling: BTreeSet<ClientId>,
    lost: LostSessions,
    stopped: Option<Box<Stopped>>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (clients, rooms) = (self.state.people.count(), self.state.rooms.count());
        write!(f, "Snapshot(version {SNAPSHOT_VERSION}: {clients} clients, {rooms} rooms)")
    }
}

impl Hub {
    /// The whole state, effects that were not taken included.
    pub fn snapshot(&self) -> Snapshot {
        let Hub {
            at,
            effects,
            people,
            rooms,
            account_index,
            config,
            next_message,
            hiding,
            hidden_beyond,
            decided,
            sessions,
            writers,
            posting,
            work,
            expulsions,
            last_expulsion,
            expelling,
            lost,
            stopped,
        } = self;
        let mut state = State {
            at: *at,
            effects: effects.clone(),
            people: people.clone(),
            rooms: rooms.clone(),
            account_index: account_index.clone(),
            config: config.clone(),
            next_message: *next_message,
            hiding: hiding.clone(),
            hidden_beyond: *hidden_beyond,
            decided: decided.clone(),
            sessions: sessions.clone(),
            writers: writers.clone(),
            posting: posting.clone(),
            work: work.get(),
            expulsions: expulsions.clone(),
            last_expulsion: *last_expulsion,
            expelling: expelling.clone(),
            lost: lost.clone(),
            stopped: stopped.clone(),
        };
        let agree = state.share_again();
        debug_assert!(agree, "what is one has one value");
        Snapshot { version: Version, state }
    }

    /// Goes on from a snapshot. The clock of its inputs goes on, too: [`MonoTime`](crate::chat::MonoTime)s in it count from the
    /// start of the server that made it.
    ///
    /// # Errors
    ///
    /// The snapshot contradicts itself.
    pub fn restore(Snapshot { version: Version, mut state }: Snapshot) -> Result<Hub, SnapshotError> {
        state.check()?;
        if !state.share_again() {
            return Err(SnapshotError::Broken("who wrote to whom"));
        }
        let State {
            at,
            effects,
            people,
            rooms,
            account_index,
            config,
            next_message,
            hiding,
            hidden_beyond,
            decided,
            sessions,
            writers,
            posting,
            work,
            expulsions,
            last_expulsion,
            expelling,
            lost,
            stopped,
        } = state;
        Ok(Hub {
            at,
            effects,
            people,
            rooms,
            account_index,
            config,
            next_message,
            hiding,
            hidden_beyond,
            decided,
            sessions,
            writers,
            posting,
            work: work.into(),
            expulsions,
            last_expulsion,
            expelling,
            lost,
            stopped,
        })
    }
}

impl State {
    /// Has all who can answer the same sender share what is known of them, and nobody outside of this state. Says whether they
    /// know the same.
    fn share_again(&mut self) -> bool {
        let mut known = BTreeMap::new();
        let written = self.writers.iter_mut().map(Writer::correspondent);
        let posting = self.posting.iter_mut().map(|(_, writer)| writer.correspondent());
        let all = self.people.correspondents().chain(written).chain(posting);
        let mut agree = true;
        for correspondent in all {
            agree &= correspondent.share_again(&mut known);
        }
        agree
    }

    /// Whether what the parts say of each other is so.
    fn check(&self) -> Result<(), SnapshotError> {
        let lists = || self.people.iter().map(|client| (client.id.place(), client.hidden()));
        let beyond = |list: usize| list.saturating_sub(IGNORED_ALWAYS);
        let hidden_beyond: usize = lists().map(|(_, list)| beyond(list.len())).sum();
        let holders = self.rooms.iter().filter_map(|(_, room)| room.holder);
        let numbers = self.expulsions.iter().map(expulsions::Entry::number).max();
        let checks = [
            (self.people.iter().all(|client| self.sits_where_it_says(client)), "who is in which room"),
            (self.members() == self.memberships(), "who is in which room"),
            (self.movements_are_sound(), "who has come and is not told of"),
            (self.people.agree_about_holdings(holders), "what addresses have"),
            (self.hiding.agrees(lists()), "who hides whom"),
            (hidden_beyond == self.hidden_beyond, "how many are hidden"),
            (self.sessions.all().all(|id| self.people.get(id).is_some()), "who gave a password"),
            (self.lost.all().all(|id| self.people.get(id).is_some()), "whose connection was lost"),
            (self.lost.fit(self.people.slots()), "which slots are unused"),
            (numbers.is_none_or(|last| last <= self.last_expulsion), "the numbers of expulsions"),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(SnapshotError::Broken(what)),
            None => Ok(()),
        }
    }

    /// Whether a client stands in its rooms where it says, and its words go to one of them, or nowhere if it is in none.
    fn sits_where_it_says(&self, client: &Client) -> bool {
        let stands = |room, place: u32| self.rooms.get(room)?.members.get(place as usize).copied();
        let mut memberships = client.memberships();
        memberships.all(|membership| stands(membership.room, membership.place) == Some(client.id))
            && client.current.is_none_or(|room| client.membership(room).is_some())
            && (client.name.is_some() || client.memberships().next().is_none())
    }

    fn members(&self) -> usize {
        self.rooms.iter().map(|(_, room)| room.members.len()).sum()
    }

    fn memberships(&self) -> usize {
        self.people.iter().map(|client| client.memberships().count()).sum()
    }

    /// Whether those who are to be told of in a room are its members who were not.
    fn movements_are_sound(&self) -> bool {
        self.rooms.iter().all(|(id, room)| {
            let untold = room.members.iter().copied().filter(|&member| {
                let membership = self.people.get(member).and_then(|client| client.membership(id));
                membership.is_some_and(|membership| !membership.announced)
            });
            room.movements.is_sound(untold.collect())
        })
    }
}
