//! Connections whose clients have given no name yet.
//!
//! Invariants: each of them has a place, or is on trial, without; no time passes for one whose name is under way in a log.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{ClientId, Origin};
use crate::chat::mono_time::MonoTime;
use crate::chat::snapshot_error::SnapshotError;

/// All of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct Newcomers {
    all: BTreeMap<ClientId, Newcomer>,
    /// Those without a place, oldest first.
    trials: Vec<ClientId>,
    /// Those whose name is under way in a log, and since when.
    naming: BTreeMap<ClientId, MonoTime>,
    /// Those with a place whose name is not, oldest first.
    #[serde(skip_serializing)]
    placed: BTreeSet<(MonoTime, ClientId)>,
    /// How many come from where.
    #[serde(skip_serializing)]
    origins: BTreeMap<Origin, usize>,
}

/// A client without a name.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Newcomer {
    pub(super) origin: Origin,
    /// Since when it could have given a name.
    pub(super) since: MonoTime,
}

/// How a client comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// With a place.
    Placed,
    /// Without one, until it logs in.
    OnTrial,
}

/// What is stored of [`Newcomers`].
#[derive(Deserialize)]
struct Stored {
    all: BTreeMap<ClientId, Newcomer>,
    trials: Vec<ClientId>,
    naming: BTreeMap<ClientId, MonoTime>,
}

impl TryFrom<Stored> for Newcomers {
    type Error = SnapshotError;

    fn try_from(Stored { all, trials, naming }: Stored) -> Result<Newcomers, SnapshotError> {
        let on_trial: BTreeSet<ClientId> = trials.iter().copied().collect();
        if on_trial.len() < trials.len() || !trials.iter().all(|id| all.contains_key(id)) {
            return Err(SnapshotError::Broken("who is on trial"));
        }
        if !naming.keys().all(|id| all.contains_key(id)) {
            return Err(SnapshotError::Broken("whose name is under way"));
        }
        let mut newcomers = Newcomers { trials, naming, ..Newcomers::default() };
        for (id, newcomer) in all {
            let admission = if on_trial.contains(&id) { Admission::OnTrial } else { Admission::Placed };
            newcomers.note(id, newcomer, admission);
        }
        Ok(newcomers)
    }
}

impl Newcomers {
    /// A client has come.
    pub(super) fn add(&mut self, id: ClientId, newcomer: Newcomer, admission: Admission) {
        if admission == Admission::OnTrial {
            self.trials.push(id);
        }
        self.note(id, newcomer, admission);
    }

    /// A client has left, or has a name from now on.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<Newcomer> {
        let newcomer = self.all.remove(&id)?;
        self.naming.remove(&id);
        if !self.placed.remove(&(newcomer.since, id)) {
            self.trials.retain(|&trial| trial != id);
        }
        if let Some(count) = self.origins.get_mut(&newcomer.origin) {
            *count -= 1;
            if *count == 0 {
                self.origins.remove(&newcomer.origin);
            }
        }
        Some(newcomer)
    }

    /// A client on trial has a place from now on.
    pub(super) fn end_trial(&mut self, id: ClientId) {
        if let Some(newcomer) = self.all.get(&id).filter(|_| self.is_on_trial(id)) {
            if !self.naming.contains_key(&id) {
                self.placed.insert((newcomer.since, id));
            }
            self.trials.retain(|&trial| trial != id);
        }
    }

    /// The name of a client goes into a log: its time stands still. Nothing of one that has a name.
    pub(super) fn name_goes_out(&mut self, id: ClientId, now: MonoTime) {
        if let Some(newcomer) = self.all.get(&id) {
            self.placed.remove(&(newcomer.since, id));
            self.naming.entry(id).or_insert(now);
        }
    }

    /// Nothing of a client is under way any more, and it has no name: its time goes on.
    pub(super) fn name_comes_back(&mut self, id: ClientId, now: MonoTime) {
        let (Some(newcomer), Some(out)) = (self.all.get_mut(&id), self.naming.remove(&id)) else { return };
        newcomer.since = newcomer.since + now.since(out);
        let since = newcomer.since;
        if !self.is_on_trial(id) {
            self.placed.insert((since, id));
        }
    }

    pub(super) fn get(&self, id: ClientId) -> Option<Newcomer> {
        self.all.get(&id).copied()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (ClientId, Newcomer)> {
        self.all.iter().map(|(&id, &newcomer)| (id, newcomer))
    }

    /// The client with a place that has had most time to give a name, and since when.
    pub(super) fn oldest(&self) -> Option<(ClientId, MonoTime)> {
        self.placed.first().map(|&(since, id)| (id, since))
    }

    /// Those without a place, oldest first.
    pub(super) fn trials(&self) -> &[ClientId] {
        &self.trials
    }

    /// The one that has had most time on trial, and since when.
    pub(super) fn oldest_trial(&self) -> Option<(ClientId, MonoTime)> {
        let trials = self.trials.iter().filter(|id| !self.naming.contains_key(id));
        trials.map(|&id| (id, self.all[&id].since)).min_by_key(|&(_, since)| since)
    }

    pub(super) fn is_on_trial(&self, id: ClientId) -> bool {
        self.trials.contains(&id)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// How many have a place.
    pub(super) fn placed(&self) -> usize {
        self.all.len() - self.trials.len()
    }

    /// How many come from there.
    pub(super) fn from(&self, origin: Origin) -> usize {
        self.origins.get(&origin).copied().unwrap_or(0)
    }

    /// The addresses from which they come, and how many from each.
    pub(super) fn origins(&self) -> impl ExactSizeIterator<Item = (Origin, usize)> {
        self.origins.iter().map(|(&origin, &count)| (origin, count))
    }

    /// How many of the clients from there have a place.
    pub(super) fn placed_from(&self, origin: Origin) -> usize {
        let tries = |id: &&ClientId| self.all[id].origin == origin;
        self.from(origin).saturating_sub(self.trials.iter().filter(tries).count())
    }

    pub(super) fn is_empty(&self) -> bool {
        let Newcomers { all, trials, naming, placed, origins } = self;
        all.is_empty() && trials.is_empty() && naming.is_empty() && placed.is_empty() && origins.is_empty()
    }

    fn note(&mut self, id: ClientId, newcomer: Newcomer, admission: Admission) {
        if admission == Admission::Placed && !self.naming.contains_key(&id) {
            self.placed.insert((newcomer.since, id));
        }
        *self.origins.entry(newcomer.origin).or_default() += 1;
        self.all.insert(id, newcomer);
    }
}
