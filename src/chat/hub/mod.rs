//! All clients and rooms, and the rules: who is who, who hears what.
//!
//! Law: the same calls give the same outputs; time comes in as an argument, and nothing waits.

mod entering;
mod presence;
mod talking;

use std::collections::VecDeque;
use std::time::Duration;

use super::client::Client;
use super::command::{Command, Trouble};
use super::event::{Event, Farewell, NameRefusal};
use super::id::ClientId;
use super::moment::Moment;
use super::name::{Likeness, Name};
use super::output::{Audience, CloseReason, Output, RoomId};
use super::room::Room;
use super::roster::Roster;
use crate::limits;

/// The room that everybody enters.
pub const GENERAL: RoomId = RoomId(0);

/// The chat itself. [`connect`](Hub::connect), [`handle`](Hub::handle), [`disconnect`](Hub::disconnect),
/// [`tick`](Hub::tick) and [`stop`](Hub::stop) are its whole door; each adds what is to be done to `out`.
#[derive(Debug)]
pub struct Hub {
    clients: Vec<Option<Client>>,
    roster: Roster,
    rooms: [Room; 1],
    /// Those without a name, oldest first; entries of those who have one by now, or left, are passed over.
    newcomers: VecDeque<(ClientId, Moment)>,
    login_timeout: Option<Duration>,
    /// How many people hide somebody: while nobody does, delivering asks nobody.
    hiding: usize,
}

impl Hub {
    /// An empty chat; who gives no name within `login_timeout` has to go.
    pub fn new(login_timeout: Option<Duration>) -> Hub {
        Hub {
            clients: Vec::new(),
            roster: Roster::default(),
            rooms: [Room::default()],
            newcomers: VecDeque::new(),
            login_timeout,
            hiding: 0,
        }
    }

    /// Somebody connected; they are asked for a name.
    pub fn connect(&mut self, id: ClientId, now: Moment, out: &mut Vec<Output>) {
        if self.clients.len() <= id.slot() {
            self.clients.resize_with(id.slot() + 1, || None);
        }
        let place = &mut self.clients[id.slot()];
        assert!(place.is_none(), "slot {} has a tenant", id.slot());
        *place = Some(Client::new(id, now));
        if self.newcomers.len() > 2 * self.clients.len() {
            self.forget_passed_over();
        }
        self.newcomers.push_back((id, now));
        out.push(tell(id, Event::NamePrompt));
    }

    /// A client asked for something.
    pub fn handle(&mut self, id: ClientId, command: Command, now: Moment, out: &mut Vec<Output>) {
        let Some(client) = self.client_mut(id) else { return };
        client.active = now;
        match client.name.clone() {
            None => self.handle_newcomer(id, command, now, out),
            Some(name) => self.handle_member(id, &name, command, now, out),
        }
    }

    /// A connection ended without the hub's doing. The shell closes it; the others are told.
    pub fn disconnect(&mut self, id: ClientId, reason: CloseReason, now: Moment, out: &mut Vec<Output>) {
        let farewell = match reason {
            CloseReason::Lost | CloseReason::Stalled => Farewell::Lost,
            _ => Farewell::Plain,
        };
        self.depart(id, farewell, reason, now, out);
    }

    /// Does what has come due. Call at [`next_due`](Hub::next_due) or any time later.
    pub fn tick(&mut self, now: Moment, out: &mut Vec<Output>) {
        while let Some(timeout) = self.login_timeout
            && let Some((id, since)) = self.oldest_newcomer()
            && now >= since + timeout
        {
            out.push(tell(id, Event::NameTimeout));
            self.close(id, CloseReason::NameTimeout, now, out);
        }
        for room in 0..self.rooms.len() {
            if self.rooms[room].movements.due().is_some_and(|due| now >= due) {
                self.tell_movements(RoomId(room as u32), out);
            }
        }
    }

    /// Tells everybody that the server stops, and lets them all go.
    pub fn stop(&mut self, out: &mut Vec<Output>) {
        for id in self.everyone() {
            out.push(tell(id, Event::Stopping));
            out.push(Output::Close(id, CloseReason::ServerStops));
        }
        *self = Hub::new(self.login_timeout);
    }

    /// Lets the oldest client without a name go, if one has had time to give it; says whether a place became free.
    pub fn make_room(&mut self, now: Moment, out: &mut Vec<Output>) -> bool {
        match self.oldest_newcomer() {
            Some((id, since)) if now >= since + limits::NEWCOMER_GRACE => {
                out.push(tell(id, Event::MadeRoom));
                self.close(id, CloseReason::Full, now, out);
                true
            }
            _ => false,
        }
    }

    /// When [`tick`](Hub::tick) has something to do; never while nothing waits.
    pub fn next_due(&mut self) -> Option<Moment> {
        let newcomer = match self.login_timeout {
            Some(timeout) => self.oldest_newcomer().map(|(_, since)| since + timeout),
            None => None,
        };
        let movements = self.rooms.iter().filter_map(|room| room.movements.due()).min();
        [newcomer, movements].into_iter().flatten().min()
    }

    /// Calls `hear` with everyone whom `to` means, each once.
    pub fn audience(&self, to: &Audience, mut hear: impl FnMut(ClientId)) {
        match to {
            Audience::One(id) => hear(*id),
            Audience::Room { room, except, from } => {
                let members = self.rooms[room.0 as usize].members.iter().copied();
                let members = members.filter(|&id| Some(id) != *except);
                match from.as_ref().filter(|_| self.hiding > 0) {
                    None => members.for_each(hear),
                    Some(name) => {
                        let likeness = name.likeness();
                        let hears = |id: &ClientId| self.client(*id).is_none_or(|c| !c.hides(&likeness));
                        members.filter(hears).for_each(hear);
                    }
                }
            }
        }
    }

    /// How many people are in the chat, which takes a name.
    pub fn people(&self) -> usize {
        self.rooms[GENERAL.0 as usize].members.len()
    }

    /// The name of a client who has one.
    pub fn name(&self, id: ClientId) -> Option<&Name> {
        self.client(id)?.name.as_ref()
    }

    /// Whether nothing is left of anybody.
    pub fn is_empty(&self) -> bool {
        let waits = |room: &Room| !room.members.is_empty() || room.movements.due().is_some();
        self.clients.iter().all(Option::is_none)
            && self.roster.is_empty()
            && !self.rooms.iter().any(waits)
            && self.hiding == 0
    }

    fn handle_newcomer(&mut self, id: ClientId, command: Command, now: Moment, out: &mut Vec<Output>) {
        match command {
            Command::Say(text) | Command::Nick(text) => return self.take_name(id, &text, now, out),
            Command::Quit(_) => return self.close(id, CloseReason::Quit, now, out),
            // Said beside the line that it is about, which asks again itself.
            Command::Unclear(Trouble::NotUtf8) => {
                return out.push(tell(id, Event::Trouble(Trouble::NotUtf8)));
            }
            Command::Unclear(trouble) => out.push(tell(id, Event::Trouble(trouble))),
            Command::Language(language) => speak(id, language, out),
            Command::Help(verb) => out.push(tell(id, Event::Help(verb))),
            Command::Act(_) | Command::Who | Command::Away(_) | Command::Ignore(_) => {
                out.push(tell(id, Event::NameRefused(NameRefusal::Missing)));
            }
        }
        out.push(tell(id, Event::NamePrompt));
    }

    fn handle_member(
        &mut self,
        id: ClientId,
        name: &Name,
        command: Command,
        now: Moment,
        out: &mut Vec<Output>,
    ) {
        match command {
            Command::Say(text) => self.say(id, name, text, out),
            Command::Act(text) => self.act(id, name, text, out),
            Command::Nick(text) => self.rename(id, name, &text, out),
            Command::Who => self.who(id, now, out),
            Command::Away(reason) => self.away(id, reason, out),
            Command::Ignore(whom) => self.ignore(id, name, whom, out),
            Command::Language(language) => speak(id, language, out),
            Command::Help(verb) => out.push(tell(id, Event::Help(verb))),
            Command::Unclear(trouble) => out.push(tell(id, Event::Trouble(trouble))),
            Command::Quit(words) => {
                let farewell = words.map_or(Farewell::Plain, Farewell::Words);
                self.depart(id, farewell, CloseReason::Quit, now, out);
                out.push(Output::Close(id, CloseReason::Quit));
            }
        }
    }

    /// Ends a client by the hub's own will.
    fn close(&mut self, id: ClientId, reason: CloseReason, now: Moment, out: &mut Vec<Output>) {
        self.disconnect(id, reason, now, out);
        out.push(Output::Close(id, reason));
    }

    /// The client without a name who has waited longest, and since when.
    fn oldest_newcomer(&mut self) -> Option<(ClientId, Moment)> {
        while let Some(&(id, since)) = self.newcomers.front() {
            if self.client(id).is_some_and(|client| client.name.is_none()) {
                return Some((id, since));
            }
            self.newcomers.pop_front();
        }
        self.newcomers = VecDeque::new();
        None
    }

    /// Shortens the list of newcomers to what it says: one who stays silent would keep all who came after in it.
    fn forget_passed_over(&mut self) {
        let mut newcomers = std::mem::take(&mut self.newcomers);
        newcomers.retain(|&(id, _)| self.client(id).is_some_and(|client| client.name.is_none()));
        self.newcomers = newcomers;
    }

    /// Whose name `likeness` is, or looks like.
    fn holder(&self, likeness: &Likeness) -> Option<&Client> {
        let mut clients = self.roster.candidates(likeness).filter_map(|slot| self.clients[slot].as_ref());
        clients.find(|client| client.name.as_ref().is_some_and(|name| name.likeness().clashes(likeness)))
    }

    fn everyone(&self) -> Vec<ClientId> {
        self.clients.iter().flatten().map(|client| client.id).collect()
    }

    fn client(&self, id: ClientId) -> Option<&Client> {
        self.clients.get(id.slot())?.as_ref().filter(|client| client.id == id)
    }

    fn client_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.clients.get_mut(id.slot())?.as_mut().filter(|client| client.id == id)
    }
}

/// An answer to one client.
fn tell(id: ClientId, event: Event) -> Output {
    Output::Deliver { to: Audience::One(id), event }
}

/// Changes the language that a client hears, or says which it is.
fn speak(id: ClientId, language: Option<super::Language>, out: &mut Vec<Output>) {
    match language {
        Some(language) => {
            out.push(Output::Speak(id, language));
            out.push(tell(id, Event::LanguageSet));
        }
        None => out.push(tell(id, Event::LanguageIs)),
    }
}
