//! All clients: who is here, what they are called, where they come from, and which of them have a place.
//!
//! Invariants: a client stands in the slot of its id; the index of names has the name of each client that has one, and no other;
//! a client without a name is among the newcomers or on trial, and none with one is.

use std::collections::BTreeSet;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

use super::client::Client;
use super::correspondent::Correspondent;
use super::holdings::{HolderId, Holding, Holdings};
use super::id::ClientId;
use super::mono_time::MonoTime;
use super::name::{Name, Skeleton};
use super::name_index::NameIndex;
use super::origin::Origin;
use super::snapshot_error::SnapshotError;

/// All clients. Indexed by the id of a client that is here; [`get`](Self::get) asks whether it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub(super) struct People {
    clients: Vec<Option<Client>>,
    /// How many there are.
    #[serde(skip_serializing)]
    here: usize,
    #[serde(skip_serializing)]
    names: NameIndex,
    /// Those without a name, oldest first.
    #[serde(skip_serializing)]
    newcomers: BTreeSet<(MonoTime, ClientId)>,
    /// Those without a place, oldest first.
    trials: Vec<Trial>,
    /// What each address has: their places, and the rooms that were made from there.
    holdings: Holdings,
}

/// A client without a place, who may get one by logging in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Trial {
    pub(super) id: ClientId,
    pub(super) since: MonoTime,
}

/// How a client comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// With a place.
    Placed,
    /// Without one, until it logs in.
    OnTrial,
}

/// What is stored of [`People`].
#[derive(Deserialize)]
struct Stored {
    clients: Vec<Option<Client>>,
    trials: Vec<Trial>,
    holdings: Holdings,
}

impl TryFrom<Stored> for People {
    type Error = SnapshotError;

    fn try_from(Stored { clients, trials, holdings }: Stored) -> Result<People, SnapshotError> {
        let mut people = People { clients, trials, holdings, ..People::default() };
        let on_trial: BTreeSet<ClientId> = people.trials.iter().map(|trial| trial.id).collect();
        if on_trial.len() < people.trials.len() {
            return Err(SnapshotError::Broken("who is on trial"));
        }
        let mut tried = 0;
        for (slot, client) in people.clients.iter().enumerate() {
            let Some(client) = client else { continue };
            if client.id.slot() != slot {
                return Err(SnapshotError::Broken("who is in which slot"));
            }
            people.here += 1;
            tried += usize::from(on_trial.contains(&client.id));
            match &client.name {
                Some(_) if on_trial.contains(&client.id) => {
                    return Err(SnapshotError::Broken("who is on trial"));
                }
                Some(name) => people.names.insert(&name.skeleton(), client.id.place()),
                None if on_trial.contains(&client.id) => {}
                None => drop(people.newcomers.insert((client.active, client.id))),
            }
        }
        let is_sound = tried == on_trial.len();
        if is_sound { Ok(people) } else { Err(SnapshotError::Broken("who is on trial")) }
    }
}

impl People {
    /// Whether what addresses have is what these clients have, and rooms with these holders.
    pub(super) fn agree_about_holdings(&self, rooms: impl Iterator<Item = HolderId>) -> bool {
        self.holdings.agree(self.iter().map(|client| client.holder), rooms)
    }

    /// Has those who wrote to each other share what is known of them, as they did.
    pub(super) fn correspondents(&mut self) -> impl Iterator<Item = &mut Correspondent> {
        self.clients.iter_mut().flatten().flat_map(Client::correspondents)
    }

    /// How many have a name.
    pub(super) fn named(&self) -> usize {
        self.here - self.newcomers.len() - self.trials.len()
    }

    /// A client has come, without a name yet.
    pub(super) fn add(&mut self, id: ClientId, origin: Origin, now: MonoTime, standing: Standing) {
        if self.clients.len() <= id.slot() {
            self.clients.resize_with(id.slot() + 1, || None);
        }
        let slot = &mut self.clients[id.slot()];
        assert!(slot.is_none(), "slot {} has a tenant", id.slot());
        *slot = Some(Client::new(id, self.holdings.take_place(origin), now));
        self.here += 1;
        match standing {
            Standing::Placed => drop(self.newcomers.insert((now, id))),
            Standing::OnTrial => self.trials.push(Trial { id, since: now }),
        }
    }

    /// A client has this name from now on, instead of the one before if it had one.
    pub(super) fn set_name(&mut self, id: ClientId, name: Name, now: MonoTime) {
        self.no_newcomer(id, now);
        let slot = id.slot() as u32;
        let client = &mut self[id];
        let old = client.name.replace(name.clone());
        client.update_contact();
        if let Some(old) = old {
            self.names.remove(&old.skeleton(), slot);
        }
        self.names.insert(&name.skeleton(), slot);
    }

    /// A client, which has no name yet, goes on as `old` was, which is gone then. Whether that was here.
    pub(super) fn take_over(&mut self, id: ClientId, old: ClientId, now: MonoTime) -> bool {
        self.become_other(id, old, now, Client::take_over)
    }

    /// The same, after their connection was lost: they did nothing meanwhile.
    pub(super) fn take_up(&mut self, id: ClientId, old: ClientId, now: MonoTime) -> bool {
        let active = self.get(old).map_or(now, |client| client.active);
        let is_up = self.become_other(id, old, now, Client::take_up);
        self[id].active = active;
        is_up
    }

    /// A client has another slot from now on, in which nobody is.
    pub(super) fn change_slot(&mut self, old: ClientId, new: ClientId) {
        if self.clients.len() <= new.slot() {
            self.clients.resize_with(new.slot() + 1, || None);
        }
        let Some(mut client) = self.clients[old.slot()].take_if(|client| client.id == old) else { return };
        if let Some(skeleton) = client.name.as_ref().map(Name::skeleton) {
            self.names.remove(&skeleton, old.place());
            self.names.insert(&skeleton, new.place());
        }
        client.id = new;
        client.update_contact();
        self.clients[new.slot()] = Some(client);
    }

    fn become_other(
        &mut self,
        id: ClientId,
        old: ClientId,
        now: MonoTime,
        take: fn(&mut Client, Client),
    ) -> bool {
        self.no_newcomer(id, now);
        let Some(leaving) = self.remove(old) else { return false };
        take(&mut self[id], leaving);
        if let Some(name) = &self[id].name {
            self.names.insert(&name.skeleton(), id.slot() as u32);
        }
        true
    }

    /// A client has left.
    pub(super) fn remove(&mut self, id: ClientId) -> Option<Client> {
        let client = self.clients.get_mut(id.slot())?.take_if(|client| client.id == id)?;
        self.here -= 1;
        self.holdings.leave_place(client.holder);
        self.trials.retain(|trial| trial.id != id);
        match &client.name {
            Some(name) => self.names.remove(&name.skeleton(), id.slot() as u32),
            None => drop(self.newcomers.remove(&(client.active, id))),
        }
        Some(client)
    }

    /// Frees the memory of a client. To be called when the chat has stopped, and nothing more is asked of the others.
    pub(super) fn free(&mut self, id: ClientId) {
        self.clients[id.slot()] = None;
    }

    /// A client on trial has a place from now on.
    pub(super) fn end_trial(&mut self, id: ClientId) {
        self.trials.retain(|trial| trial.id != id);
    }

    /// Notes that a room was made from an address.
    pub(super) fn take_room(&mut self, origin: Origin) -> HolderId {
        self.holdings.take_room(origin)
    }

    /// Notes that a room that was made from there is no more.
    pub(super) fn leave_room(&mut self, holder: HolderId) {
        self.holdings.leave_room(holder);
    }

    pub(super) fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.clients.get_mut(id.slot())?.as_mut().filter(|client| client.id == id)
    }

    pub(super) fn get(&self, id: ClientId) -> Option<&Client> {
        self.clients.get(id.slot())?.as_ref().filter(|client| client.id == id)
    }

    /// The client in that slot.
    pub(super) fn in_slot(&self, slot: u32) -> Option<&Client> {
        self.clients.get(slot as usize)?.as_ref()
    }

    /// All clients, by slot.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Client> {
        self.clients.iter().flatten()
    }

    /// How many slots there are, taken or not.
    pub(super) fn slots(&self) -> usize {
        self.clients.len()
    }

    /// How many clients there are, with a name or without.
    pub(super) fn count(&self) -> usize {
        self.here
    }

    /// The client that has waited longest for a name, and since when.
    pub(super) fn oldest_newcomer(&self) -> Option<(ClientId, MonoTime)> {
        self.newcomers.first().map(|&(since, id)| (id, since))
    }

    /// Those whose names clash with a name that looks like this: one, but where names were registered before their
    /// likes clashed. Each perhaps twice.
    pub(super) fn alike(&self, skeleton: &Skeleton) -> impl Iterator<Item = (&Client, &Name)> {
        let clients = self.names.candidates(skeleton).filter_map(|slot| self.in_slot(slot));
        let named = clients.filter_map(|client| Some((client, client.name.as_ref()?)));
        named.filter(move |(_, name)| name.skeleton().clashes(skeleton))
    }

    /// Where a client comes from.
    pub(super) fn origin(&self, id: ClientId) -> Option<Origin> {
        self.get(id).map(|client| self.holding(client).origin)
    }

    /// What the address has that a client comes from.
    pub(super) fn holding(&self, client: &Client) -> Holding {
        self.holdings.of(client.holder)
    }

    /// How many clients come from there.
    pub(super) fn count_from(&self, origin: Origin) -> usize {
        self.holdings.places(origin) as usize
    }

    /// Those without a place, oldest first.
    pub(super) fn trials(&self) -> &[Trial] {
        &self.trials
    }

    pub(super) fn is_on_trial(&self, id: ClientId) -> bool {
        self.trials.iter().any(|trial| trial.id == id)
    }

    /// How many have a place.
    pub(super) fn placed(&self) -> usize {
        self.here - self.trials.len()
    }

    /// How many of those who come from there have a place.
    pub(super) fn placed_from(&self, origin: Origin) -> usize {
        let tries = |trial: &&Trial| self.origin(trial.id) == Some(origin);
        self.count_from(origin).saturating_sub(self.trials.iter().filter(tries).count())
    }

    /// Whether nothing is left of anybody.
    pub(super) fn is_empty(&self) -> bool {
        self.clients.iter().all(Option::is_none)
            && self.here == 0
            && self.names.is_empty()
            && self.newcomers.is_empty()
            && self.trials.is_empty()
            && self.holdings.is_empty()
    }

    /// A client is no newcomer any more.
    fn no_newcomer(&mut self, id: ClientId, now: MonoTime) {
        if let Some(client) = self.get_mut(id).filter(|client| client.name.is_none()) {
            let since = std::mem::replace(&mut client.active, now);
            self.newcomers.remove(&(since, id));
        }
    }
}

impl Index<ClientId> for People {
    type Output = Client;

    fn index(&self, id: ClientId) -> &Client {
        self.get(id).expect("a client that is here")
    }
}

impl IndexMut<ClientId> for People {
    fn index_mut(&mut self, id: ClientId) -> &mut Client {
        self.get_mut(id).expect("a client that is here")
    }
}
