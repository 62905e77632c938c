//! The whole state of the hub as a value: written down and read back, the hub goes on as if nothing had happened.
//!
//! Invariant: for every history of inputs, a hub [restored](Hub::restore) from the [snapshot](Hub::snapshot) gives the same
//! effects for whatever follows. Each field of [`Hub`] is named here in both directions, so none can be forgotten.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::sessions::Sessions;
use super::stopped::Stopped;
use super::under_way::Route;
use super::{Chat, ChatConfig, ClientId, Effect, Hub, Work};
use crate::chat::rules::COUNTS_MAX;
use crate::chat::snapshot_error::{SNAPSHOT_VERSION, SnapshotError};
use crate::chat::time::Time;
use crate::chat::version::Version;

/// The state of a [`Hub`] at one moment: its version, the chat, and the sessions in front of it; in whatever format of `serde` one
/// likes. The chat is the same wherever the same was decided, and knows of no connection.
///
/// It holds the passwords that clients have typed and that are not dealt with yet, the keys of rooms, and private words that the
/// shell has not taken yet, all of it in clear: keep it as safe as the server's memory. `Debug` shows none of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct HubSnapshot {
    version: Version<SNAPSHOT_VERSION>,
    chat: Chat,
    sessions: SessionsState,
}

/// Everything in a [`Hub`] beside the chat. What can be worked out from the rest (indexes, counts) is worked out when it is read.
#[derive(Clone, Serialize, Deserialize)]
struct SessionsState {
    at: Time,
    effects: Vec<Effect>,
    work: Work,
    config: ChatConfig,
    sessions: Sessions,
    route: Route,
    stopped: Option<Box<Stopped>>,
}

/// The part of a [`HubSnapshot`] that is the chat's: people, rooms and decisions, without a connection.
#[derive(Clone, Serialize, Deserialize)]
pub struct ChatSnapshot {
    version: Version<SNAPSHOT_VERSION>,
    chat: Chat,
}

impl fmt::Debug for HubSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (members, rooms) = self.chat.size();
        let newcomers = self.sessions.sessions.newcomers.count();
        write!(
            f,
            "HubSnapshot(version {SNAPSHOT_VERSION}: {members} members, {newcomers} newcomers, {rooms} rooms)"
        )
    }
}

impl fmt::Debug for ChatSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (members, rooms) = self.chat.size();
        write!(f, "ChatSnapshot(version {SNAPSHOT_VERSION}: {members} members, {rooms} rooms)")
    }
}

impl From<HubSnapshot> for ChatSnapshot {
    fn from(HubSnapshot { version, chat, sessions: _ }: HubSnapshot) -> ChatSnapshot {
        ChatSnapshot { version, chat }
    }
}

impl ChatSnapshot {
    /// The chat that was written down.
    ///
    /// # Errors
    ///
    /// It contradicts itself.
    pub(super) fn into_chat(self) -> Result<Chat, SnapshotError> {
        self.chat.checked()
    }
}

impl Hub {
    /// The whole state, effects that were not taken included.
    pub fn snapshot(&self) -> HubSnapshot {
        self.spend(0);
        let Hub { at, effects, work, config, chat, sessions, route, stopped } = self;
        let sessions = SessionsState {
            at: *at,
            effects: effects.clone(),
            work: work.get(),
            config: config.clone(),
            sessions: sessions.clone(),
            route: route.clone(),
            stopped: stopped.clone(),
        };
        HubSnapshot { version: Version, chat: chat.snapshot(), sessions }
    }

    /// The chat alone, as it is at every node.
    pub fn chat_snapshot(&self) -> ChatSnapshot {
        ChatSnapshot { version: Version, chat: self.chat.snapshot() }
    }

    /// Goes on from a snapshot. The clock of its inputs goes on, too: [`MonoTime`](crate::chat::MonoTime)s in it count from the
    /// start of the server that made it.
    ///
    /// # Errors
    ///
    /// The snapshot contradicts itself.
    pub fn restore(
        HubSnapshot { version: Version, chat, sessions }: HubSnapshot,
    ) -> Result<Hub, SnapshotError> {
        let chat = chat.checked()?;
        let SessionsState { at, effects, work, config, sessions, route, stopped } = sessions;
        let hub = Hub { at, effects, work: work.into(), config, chat, sessions, route, stopped };
        hub.check()?;
        Ok(hub)
    }

    /// A hub of its own, without a client, in front of the same chat: its people are there, and are heard of, under connections that
    /// are somewhere else.
    ///
    /// # Errors
    ///
    /// The snapshot contradicts itself, or an option that decides is another one here.
    pub fn beside(
        ChatSnapshot { version: Version, chat }: ChatSnapshot,
        mut config: ChatConfig,
    ) -> Result<Hub, SnapshotError> {
        let chat = chat.checked()?;
        let (options, _) = config.take_chat();
        match chat.differs_in(&options) {
            Some(option) => Err(SnapshotError::Option(option)),
            None => Ok(Hub { chat, ..Hub::new(config) }),
        }
    }

    /// Whether what the sessions say of the chat is so.
    fn check(&self) -> Result<(), SnapshotError> {
        let (sessions, Work { steps, heard }) = (&self.sessions, self.work.get());
        let seated = |(slot, _): (u32, ClientId)| self.chat.in_slot(slot).is_some();
        let lost: BTreeSet<u32> = sessions.lost.iter().map(|(_, member)| member.place()).collect();
        let waits = |(id, member)| {
            sessions.seats.client(member) == Some(id) && self.chat.member(member).is_some()
                || self.is_outside(id)
        };
        let checks = [
            (sessions.seats.is_sound() && sessions.seats.iter().all(seated), "which connection is whose"),
            (sessions.newcomers.iter().all(|(id, _)| self.member(id).is_none()), "who has a name"),
            (self.slots_are_sound(), "who is in which slot"),
            // Those of other nodes are detached as well, and one's own are when that has come back.
            (
                sessions.lost.iter().all(waits) && (!self.is_alone() || self.chat.are_detached(&lost)),
                "whose connection was lost",
            ),
            (sessions.known().all(|id| self.is_here(id)), "who is asked or told something"),
            (steps.max(heard) < COUNTS_MAX, "how much there was"),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(SnapshotError::Broken(what)),
            None => Ok(()),
        }
    }

    /// Whether no two connections have one slot.
    fn slots_are_sound(&self) -> bool {
        let sessions = &self.sessions;
        let seated = sessions.seats.iter().map(|(_, id)| id).filter(|&id| !sessions.lost.is_lost(id));
        let mut slots = BTreeSet::new();
        let mut connected = seated.chain(sessions.newcomers.iter().map(|(id, _)| id));
        connected.all(|id| slots.insert(id.slot()))
    }
}
