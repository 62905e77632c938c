//! Does what the hub wants done, as the server would: one place for all tests that have a hub and no server.

use std::collections::VecDeque;

use tertulia::chat::{ClientId, Effect, Event, Hub, Input, Proposed, Reply, Request, Time};

use super::book::Book;
use super::log;
use super::twin::Twin;

/// A hub with a test around it.
pub trait Shell {
    fn hub(&mut self) -> &mut Hub;
    fn book(&mut self) -> &mut Book;
    /// What both clocks say.
    fn time(&self) -> Time;

    /// The hub that is given the same, in tests that have one.
    fn twin(&mut self) -> Option<&mut Twin> {
        None
    }

    /// A client hears this; `here` as in [`Hub::audience`].
    fn hears(&mut self, id: ClientId, event: &Event, here: bool);

    /// What wants no reply.
    fn carries_out(&mut self, effect: Effect);

    /// What wants a reply. It is the test's to let it wait.
    fn asks(&mut self, effect: Effect) {
        self.replies(effect);
    }

    /// Changes that are on their way to the log, in tests whose hub may be one of several.
    fn log(&mut self) -> Option<&mut VecDeque<Proposed>> {
        None
    }

    /// Hands something to the hub, and does what it wants done, until nothing is under way.
    fn run(&mut self, input: Input) {
        let effects = self.decides(input);
        self.perform(effects);
        while let Some(proposed) = self.log().and_then(VecDeque::pop_front) {
            let ordered = log::comes_back(proposed, self.time());
            let effects = self.decides(ordered);
            self.perform(effects);
        }
    }

    /// Hands something to the hub; gives what it wants done.
    fn decides(&mut self, input: Input) -> Vec<Effect> {
        let (at, mut effects) = (self.time(), Vec::new());
        let mut twin = self.twin().map(std::mem::take);
        let followed = twin.as_ref().map(|_| input.clone());
        self.hub().apply(at, input);
        self.hub().effects(&mut effects);
        let mut proposed = Vec::new();
        self.hub().proposed(&mut proposed);
        if let (Some(twin), Some(input)) = (&mut twin, followed) {
            twin.follows(self.hub(), (at, input), (&effects, &proposed));
        }
        self.log().into_iter().for_each(|log| log.extend(proposed.drain(..)));
        assert!(proposed.is_empty(), "this hub is alone");
        if let (Some(place), Some(twin)) = (self.twin(), twin) {
            *place = twin;
        }
        effects
    }

    /// Does what the hub wants done: an audience is who is here now, so nothing comes into the hub before all have heard.
    fn perform(&mut self, effects: Vec<Effect>) {
        let mut asked = Vec::new();
        for effect in effects {
            match effect {
                Effect::Deliver { to, event } => {
                    let mut ears = Vec::new();
                    self.hub().audience(&to, |id, here| ears.push((id, here)));
                    ears.sort_unstable();
                    assert!(ears.is_sorted_by(|a, b| a.0 < b.0), "a client hears {event:?} twice");
                    ears.into_iter().for_each(|(id, here)| self.hears(id, &event, here));
                }
                Effect::Request(..) | Effect::Ack(..) => asked.push(effect),
                other => self.carries_out(other),
            }
        }
        asked.into_iter().for_each(|effect| self.asks(effect));
    }

    /// Gives the hub what it wants of the accounts.
    fn replies(&mut self, effect: Effect) {
        let (id, reply) = match effect {
            Effect::Request(id, Request::Authenticate(auth_request)) => {
                let (matter, auth_result) = self.book().settle(auth_request);
                (id, Reply::AuthResult(matter, auth_result))
            }
            Effect::Request(id, Request::Post(account, message)) => {
                (id, Reply::Posted(self.book().post(account, message)))
            }
            Effect::Request(id, Request::Fetch(account)) => {
                (id, Reply::OfflineMessages(account, self.book().fetch(account)))
            }
            Effect::Ack(account, up_to) => return self.book().ack(account, up_to),
            other => unreachable!("{other:?} is not for the accounts"),
        };
        self.run(Input::Reply(id, reply));
    }
}

/// The places of connections: a free one is given again, to a client that nobody was before.
#[derive(Default)]
pub struct Slots {
    /// The tenant of each.
    tenants: Vec<Option<ClientId>>,
    generation: u32,
}

impl Slots {
    pub fn take(&mut self) -> ClientId {
        let free = self.tenants.iter().position(Option::is_none);
        let slot = free.unwrap_or_else(|| {
            self.tenants.push(None);
            self.tenants.len() - 1
        });
        self.generation += 1;
        let id = ClientId::new(slot as u32, self.generation);
        self.tenants[slot] = Some(id);
        id
    }

    pub fn free(&mut self, id: ClientId) {
        self.tenants[id.slot()] = None;
    }

    pub fn free_all(&mut self) {
        self.tenants.fill(None);
    }

    pub fn holds(&self, id: ClientId) -> bool {
        self.tenants.get(id.slot()) == Some(&Some(id))
    }

    pub fn tenants(&self) -> impl Iterator<Item = ClientId> {
        self.tenants.iter().flatten().copied()
    }

    /// How many there are, taken or free.
    pub fn len(&self) -> usize {
        self.tenants.len()
    }
}
