//! The changes of a node that have to come back from the log before they are made, and what follows from each.
//!
//! Invariant: they come back in the order in which they were handed out, each once, or are refused.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{ClientId, Command, MemberId, Origin, Proposed, Reentry, Then};
use crate::chat::admin::AdminOrder;
use crate::chat::digest::Digest;
use crate::chat::mono_time::MonoTime;
use crate::chat::node_name::NodeName;
use crate::chat::time::{Time, UnixMillis};

/// How changes reach the chat.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) enum Route {
    /// They are made at once: no other node makes any.
    #[default]
    Direct,
    /// They go into a log, and are made when they are read there.
    Log(Box<UnderWay>),
}

impl Route {
    /// Whether nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Route::Direct => true,
            Route::Log(it) => {
                it.proposed.is_empty()
                    && it.pending.is_empty()
                    && it.waited_for.is_empty()
                    && it.outside.is_empty()
                    && it.again.is_empty()
                    && it.origins.is_empty()
                    && it.seated.is_empty()
            }
        }
    }
}

/// What a node keeps because its changes take a while.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct UnderWay {
    /// Its own name.
    pub(super) node: NodeName,
    /// Those that the shell has not taken yet.
    pub(super) proposed: Vec<Proposed>,
    /// What follows from each that has not come back, oldest first.
    pending: VecDeque<Pending>,
    /// How many of them each client waits for.
    waited_for: BTreeMap<ClientId, u32>,
    /// The clients of members whom the node has taken with it, until they have come back in.
    pub(super) outside: BTreeMap<ClientId, Box<Reentry>>,
    /// Commands of which nothing came because the node was held for dead, oldest first.
    pub(super) again: BTreeMap<ClientId, Vec<Command>>,
    /// What is being handled, until a change comes of it.
    #[serde(skip)]
    pub(super) handling: Option<Attempt>,
    /// The time of the last entry, and when it was read.
    last: (UnixMillis, MonoTime),
    /// From where its own members are.
    origins: BTreeMap<MemberId, Origin>,
    seated: BTreeMap<Origin, usize>,
    /// The hash of what came of the changes of the entry that is being applied.
    #[serde(skip)]
    pub(super) digest: Digest,
}

/// What follows from a change that is under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pending {
    then: Then,
    /// What it came of, if it can be tried again.
    attempt: Option<Attempt>,
}

/// What a change came of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Attempt {
    /// What a client asked for.
    Command(ClientId, Command),
    /// What the administrator ordered.
    Order(AdminOrder),
}

impl UnderWay {
    pub(super) fn new(node: NodeName) -> UnderWay {
        UnderWay {
            node,
            proposed: Vec::new(),
            pending: VecDeque::new(),
            waited_for: BTreeMap::new(),
            outside: BTreeMap::new(),
            again: BTreeMap::new(),
            handling: None,
            last: (UnixMillis(0), MonoTime::START),
            origins: BTreeMap::new(),
            seated: BTreeMap::new(),
            digest: Digest::default(),
        }
    }

    /// A change is on its way, and this follows from it.
    pub(super) fn send(&mut self, then: Then, proposed: Proposed) {
        if let Some(client) = proposed.client {
            *self.waited_for.entry(client).or_default() += 1;
        }
        self.proposed.push(proposed);
        let attempt = if then == Then::Nothing { None } else { self.handling.take() };
        self.pending.push_back(Pending { then, attempt });
    }

    /// The oldest one has come back, or is refused: what follows, and what it came of.
    pub(super) fn take(&mut self) -> Option<(Then, Option<Attempt>)> {
        let Pending { then, attempt } = self.pending.pop_front()?;
        if let Some(client) = then.client()
            && let Some(count) = self.waited_for.get_mut(&client)
        {
            *count -= 1;
            if *count == 0 {
                self.waited_for.remove(&client);
            }
        }
        Some((then, attempt))
    }

    /// None of them will come back: what would have followed from each, and what it came of.
    pub(super) fn give_up(&mut self) -> Vec<(Then, Option<Attempt>)> {
        self.proposed.clear();
        self.waited_for.clear();
        std::mem::take(&mut self.pending)
            .into_iter()
            .map(|Pending { then, attempt }| (then, attempt))
            .collect()
    }

    /// Whether a client's next command has to wait.
    pub(super) fn is_awaited(&self, client: ClientId) -> bool {
        self.waited_for.contains_key(&client) || self.outside.contains_key(&client)
    }

    /// An entry of that time is being applied, which was read now.
    pub(super) fn read_at(&mut self, entry: UnixMillis, now: MonoTime) -> Time {
        self.last = (entry, now);
        time_of(entry)
    }

    /// What the log's clock says now, as far as it is known: the last entry's time, and what has passed here since.
    pub(super) fn time(&self, now: MonoTime) -> Time {
        let (entry, read) = self.last;
        let time = time_of(entry);
        time.at(time.mono + now.since(read))
    }

    /// A member goes on under a connection of this node, from there.
    pub(super) fn sit(&mut self, member: MemberId, origin: Origin) {
        self.rise(member);
        self.origins.insert(member, origin);
        *self.seated.entry(origin).or_default() += 1;
    }

    /// A member has no connection of this node any more.
    pub(super) fn rise(&mut self, member: MemberId) {
        let Some(origin) = self.origins.remove(&member) else { return };
        if let Some(count) = self.seated.get_mut(&origin) {
            *count -= 1;
            if *count == 0 {
                self.seated.remove(&origin);
            }
        }
    }

    /// How many of the node's own members come from there.
    pub(super) fn seated_from(&self, origin: Origin) -> usize {
        self.seated.get(&origin).copied().unwrap_or(0)
    }
}

/// The time of an entry. The clock that is never set is the log's own here: the same on every node.
fn time_of(entry: UnixMillis) -> Time {
    let micros = u64::try_from(entry.0).unwrap_or(0).saturating_mul(1000);
    Time { mono: MonoTime::from_micros(micros), wall: entry }
}
