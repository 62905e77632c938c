//! The changes of a node that have to come back from the log before they are made, and what follows from each.
//!
//! Invariant: they come back in the order in which they were handed out, each once, or are refused.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::departures::Departures;
use super::{Change, ClientId, Command, MemberId, MessageId, Origin, Proposal, Proposed, Reentry, Then};
use crate::chat::admin::{AccountEdit, AdminOrder};
use crate::chat::digest::Digest;
use crate::chat::mono_time::MonoTime;
use crate::chat::time::{Time, UnixMillis};
use crate::limits::{LINES_PIPELINED, LINES_PIPELINED_OF_ALL};

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
    /// What is under way, where changes go into a log.
    pub(super) fn log(&self) -> Option<&UnderWay> {
        match self {
            Route::Direct => None,
            Route::Log(under_way) => Some(under_way),
        }
    }
}

/// What a node keeps because its changes take a while.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct UnderWay {
    /// Those that the shell has not taken yet.
    pub(super) proposed: Vec<Proposed>,
    /// What follows from each that has not come back, oldest first.
    pending: VecDeque<PendingChange>,
    /// How many of them each client waits for.
    waited_for: BTreeMap<ClientId, OwnChanges>,
    /// The clients of members whom the node has taken with it, until they have come back in.
    pub(super) outside: BTreeMap<ClientId, Box<Outside>>,
    /// Commands of which nothing came because the node was held for dead, each with its number, oldest first.
    pub(super) again: BTreeMap<ClientId, Vec<(u64, Command)>>,
    /// Clients that take leave.
    pub(super) departures: Departures,
    /// How many commands there have been: the last one has that number.
    commands: u64,
    /// What is being handled, until a change comes of it.
    #[serde(skip)]
    pub(super) handling: Option<Attempt>,
    /// The time of the last entry, and when it was read.
    last: (UnixMillis, MonoTime),
    /// From where its own members are, and how many from each address: those who are outside are counted, and keep their places.
    origins: BTreeMap<MemberId, Origin>,
    seated: BTreeMap<Origin, usize>,
    /// The hash of what came of the changes of the entry that is being applied.
    #[serde(skip)]
    pub(super) digest: Digest,
}

/// A client whose member is gone with the node.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outside {
    /// What the member was.
    pub(super) reentry: Reentry,
    /// The last message that the client can have heard.
    pub(super) heard: MessageId,
}

/// How much a client has under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OwnChanges {
    /// What it only said.
    said: usize,
    /// All else.
    other: usize,
}

impl OwnChanges {
    /// Those of the kind that `then` follows from.
    fn alike(&mut self, then: &Then) -> &mut usize {
        if let Then::Said(_) = then { &mut self.said } else { &mut self.other }
    }
}

/// What follows from a change that is under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PendingChange {
    pub(super) then: Then,
    /// What it came of, if it can be tried again.
    pub(super) attempt: Option<Attempt>,
}

/// What a change came of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Attempt {
    /// What a client asked for, by the number that the command has however often it is handled.
    Command(ClientId, u64, Command),
    /// What the administrator ordered.
    Order(u64, AdminOrder),
    /// What the administrator ordered about the accounts.
    Edit(u64, AccountEdit),
}

impl UnderWay {
    /// Whether nothing is, nor anybody here.
    pub(super) fn is_empty(&self) -> bool {
        self.proposed.is_empty()
            && self.pending.is_empty()
            && self.waited_for.is_empty()
            && self.outside.is_empty()
            && self.again.is_empty()
            && self.departures.is_empty()
            && self.origins.is_empty()
            && self.seated.is_empty()
    }

    /// The number of the next command.
    pub(super) fn next_command(&mut self) -> u64 {
        self.commands += 1;
        self.commands
    }

    /// A change is on its way, and this follows from it.
    pub(super) fn send(&mut self, then: Then, change: Change) {
        let client = then.client();
        if let Some(client) = client {
            *self.waited_for.entry(client).or_default().alike(&then) += 1;
        }
        let attempt = if then == Then::Nothing { None } else { self.handling.take() };
        let command = match attempt {
            Some(Attempt::Command(id, number, _)) if client == Some(id) => Some(number),
            _ => None,
        };
        self.proposed.push(Proposed { client, command, proposal: Proposal(change) });
        self.pending.push_back(PendingChange { then, attempt });
    }

    /// The oldest one has come back, or nobody can know what has become of it.
    pub(super) fn take(&mut self) -> Option<PendingChange> {
        let oldest = self.pending.pop_front()?;
        if let Some(client) = oldest.then.client()
            && let Some(own) = self.waited_for.get_mut(&client)
        {
            *own.alike(&oldest.then) -= 1;
            if *own == OwnChanges::default() {
                self.waited_for.remove(&client);
            }
        }
        Some(oldest)
    }

    /// A session goes on under another client: what it said and did is that one's.
    pub(super) fn follow(&mut self, session: ClientId, client: ClientId) {
        // Mostly: many sessions may go on while much of others is under way.
        if !self.waited_for.contains_key(&session) {
            return;
        }
        for PendingChange { then, attempt } in &mut self.pending {
            let (Then::Said(of) | Then::TellRefusal(of)) = then else { continue };
            if *of != session {
                continue;
            }
            *of = client;
            if let Some(Attempt::Command(of, ..)) = attempt {
                *of = client;
            }
            if let Some(own) = self.waited_for.get_mut(&session) {
                *own.alike(then) -= 1;
            }
            *self.waited_for.entry(client).or_default().alike(then) += 1;
        }
        if self.waited_for.get(&session) == Some(&OwnChanges::default()) {
            self.waited_for.remove(&session);
        }
    }

    /// None of them will come back.
    pub(super) fn give_up(&mut self) -> VecDeque<PendingChange> {
        self.proposed.clear();
        self.waited_for.clear();
        std::mem::take(&mut self.pending)
    }

    /// The clients that have typed something that has not come back.
    pub(super) fn typed(&self) -> impl Iterator<Item = ClientId> {
        let pending = self.pending.iter().filter_map(|pending| pending.then.typed_by());
        pending.chain(self.again.keys().copied())
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.pending.len()
    }

    /// Whether a client has anything under way, or is outside.
    pub(super) fn is_awaited(&self, client: ClientId) -> bool {
        self.waited_for.contains_key(&client) || self.outside.contains_key(&client)
    }

    /// Whether what a client has under way is only said, and so little that more may be said behind it.
    pub(super) fn may_say_more(&self, client: ClientId) -> bool {
        let own = self.waited_for.get(&client).copied().unwrap_or_default();
        let fits = own.said < LINES_PIPELINED && self.pending.len() < LINES_PIPELINED_OF_ALL;
        own.other == 0 && fits && !self.outside.contains_key(&client)
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
        self.count_one(origin);
    }

    /// A member has no connection of this node any more.
    pub(super) fn rise(&mut self, member: MemberId) {
        if let Some(origin) = self.origins.remove(&member) {
            self.count_one_less(origin);
        }
    }

    /// The member of a client of this node is gone with the node.
    pub(super) fn go_outside(&mut self, client: ClientId, outside: Outside) {
        self.count_one(outside.reentry.origin);
        let before = self.outside.insert(client, Box::new(outside));
        debug_assert!(before.is_none(), "{client:?} is outside already");
    }

    /// A client is not outside any more, if it was.
    pub(super) fn end_outside(&mut self, client: ClientId) -> Option<Box<Outside>> {
        let outside = self.outside.remove(&client)?;
        self.count_one_less(outside.reentry.origin);
        Some(outside)
    }

    fn count_one(&mut self, origin: Origin) {
        *self.seated.entry(origin).or_default() += 1;
    }

    fn count_one_less(&mut self, origin: Origin) {
        if let Some(count) = self.seated.get_mut(&origin) {
            *count -= 1;
            if *count == 0 {
                self.seated.remove(&origin);
            }
        }
    }

    /// Where a client comes from that is outside.
    pub(super) fn origin_outside(&self, client: ClientId) -> Option<Origin> {
        self.outside.get(&client).map(|outside| outside.reentry.origin)
    }

    /// How many clients come from there who are members, or outside.
    pub(super) fn seated_from(&self, origin: Origin) -> usize {
        self.seated.get(&origin).copied().unwrap_or(0)
    }
}

/// The time of an entry. The clock that is never set is the log's own here: the same on every node.
fn time_of(entry: UnixMillis) -> Time {
    let micros = u64::try_from(entry.0).unwrap_or(0).saturating_mul(1000);
    Time { mono: MonoTime::from_micros(micros), wall: entry }
}
