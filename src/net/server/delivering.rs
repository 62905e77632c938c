//! What the hub wants done: events become bytes that wait for their readers.

use log::{debug, error, info, log_enabled, warn};

use super::Server;
use super::metering::note_login;
use crate::auth::Guesses;
use crate::chat::{ClientId, Effect, Input, LogEntry, MonoTime, Origin, Request};
use crate::limits::{AUTH_PATIENCE, COST_SHARE, HISTORY_PATIENCE};
use crate::net::connection::Awaited;
use crate::net::stream::Stream;
use crate::protocol::console;
use crate::storage::{Complaint, FileNews, RequestId, StorageEvent};

impl<S: Stream> Server<S> {
    /// Hands something that happened to the hub, and does what the hub wants done.
    pub(super) fn apply(&mut self, input: Input, now: MonoTime) {
        self.hub.apply(self.clocks.at(now), input);
        self.perform(now);
    }

    /// Does what the hub asked for.
    pub(super) fn perform(&mut self, now: MonoTime) {
        let mut effects = std::mem::take(&mut self.effects);
        loop {
            self.hub.effects(&mut effects);
            if effects.is_empty() {
                break;
            }
            // Answers of the history may come back at once, and are done in their turn.
            effects.drain(..).for_each(|effect| self.perform_one(effect, now));
            self.end_anew();
        }
        self.effects = effects;
        self.take_proposed();
    }

    fn perform_one(&mut self, effect: Effect, now: MonoTime) {
        match effect {
            Effect::Deliver { to, event } => {
                self.egress.deliver(&mut self.connections, &self.hub, (&to, &event), now);
            }
            Effect::Speak(id, language) => {
                if let Some(conn) = self.connections.get_mut(id) {
                    conn.speak(language);
                }
            }
            Effect::Close(id, reason) => {
                debug!("{id:?}: {reason:?}");
                self.close(id, reason, now);
            }
            Effect::Log(note) => self.note(&note),
            Effect::Keep(line) => {
                self.said += 1;
                if self.log_end.as_mut().is_none_or(|log| log.keeps(line.id)) {
                    self.storage.keep(line);
                }
            }
            Effect::Forget(room) => self.storage.forget(room),
            Effect::Room(change) => self.storage.room_changed(&change),
            Effect::Expelled(expulsion) => self.storage.expelled(&expulsion),
            Effect::Readmitted(number) => self.storage.readmitted(number),
            Effect::Ask(id, question, whose) => {
                self.egress.ask(&mut self.connections, id, (question, whose), now);
            }
            Effect::EndQuestion(id) => self.egress.end_question(&mut self.connections, id, now),
            Effect::Disregard(id, lines) => {
                self.connections.with_input(id, |conn| conn.disregard(lines));
            }
            Effect::AdminReply(ticket, reply) => self.settle_order(ticket, reply),
            Effect::HandledAnew(id, number) => self.begin_anew((id, number)),
            Effect::AskNodeReports(id) => {
                let reports = self.log_end.as_ref().map(|log| log.node_reports()).unwrap_or_default();
                self.hub.apply(self.clocks.at(now), Input::NodeReports(id, reports));
            }
            Effect::Request(id, request) => self.request(id, request, now),
            Effect::Account(record) => self.storage.account(record),
            Effect::AccountGone(key) => self.storage.account_gone(key),
            Effect::RoomRecord(record) => self.storage.room(&record),
            Effect::Letter(letter) => self.storage.letter(letter),
            Effect::Retain(retained) => self.storage.retain(retained),
            Effect::Ack(account, up_to) => self.storage.ack(account, up_to),
        }
    }

    /// Asks the storage for something; until its reply comes, the client's next commands wait.
    fn request(&mut self, client: ClientId, request: Request, now: MonoTime) {
        self.requests += 1;
        let id = RequestId { client, number: self.requests };
        let patience = if let Request::Authenticate(_) = request { AUTH_PATIENCE } else { HISTORY_PATIENCE };
        let from = self.hub.origin(client).unwrap_or(Origin::UNKNOWN);
        self.asked.insert(id.number, (client, request.clone()));
        let events = self.storage.request(id, from, request, now);
        let replies = |event: &StorageEvent| matches!(event, StorageEvent::Reply { id: to, .. } if *to == id);
        if !events.iter().any(replies)
            && let Some(conn) = self.connections.get_mut(client)
        {
            conn.await_reply(Awaited { request: id.number, until: now + patience });
        }
        events.into_iter().for_each(|event| self.recall(event, now));
    }

    /// Hands what the storage says to the hub; a client that has left meanwhile gets nothing. A reply lets those commands go on
    /// that wait for it: one that comes late leaves the next question to its own.
    pub(super) fn recall(&mut self, event: StorageEvent, now: MonoTime) {
        let at = self.clocks.at(now);
        match event {
            StorageEvent::Reply { id: RequestId { client, number }, reply, cost } => {
                self.asked.remove(&number);
                if !cost.is_zero() {
                    self.connections.charge(client, cost, COST_SHARE, now);
                }
                note_login(&mut self.logins, &reply);
                self.hub.apply(at, Input::Reply(client, reply));
                if let Some(conn) = self.connections.get_mut(client)
                    && conn.take_awaited(|awaited| awaited.request == number)
                {
                    self.ingress.mark_ready(&mut self.connections, client);
                }
            }
            StorageEvent::Accounts(changes) => self.hub.apply(at, Input::AccountsChanged(changes)),
            StorageEvent::File(news) => self.note_file(&news),
            StorageEvent::Ordered(ticket, reply) => self.account_replies.push((ticket, reply)),
        }
    }

    /// Says on the console, now and then, what the history lacks, and which passwords were wrong.
    pub(super) fn complain(&mut self, now: MonoTime) {
        for Guesses { name, origin, times, alike } in self.storage.guesses(now) {
            warn!("{}", console::guesses(name.as_ref(), origin, times, alike, self.language));
        }
        let complaint = self.storage.complaint(now);
        complaint.into_iter().for_each(|complaint| self.note_complaint(complaint));
    }

    /// Says on the console what the history lacks.
    pub(super) fn note_complaint(&self, Complaint { lines, why }: Complaint) {
        let language = self.language;
        let why = why.map(|why| (why.reason(language), why.advice(language)));
        warn!("{}", console::history_lost(lines, why, language));
    }

    /// Says on the console what happened to the files of the history, at once.
    fn note_file(&self, news: &FileNews) {
        let language = self.language;
        match news {
            FileNews::Displaced(path) => error!("{}", console::file_displaced(path, language)),
            FileNews::Back(path) => warn!("{}", console::file_back(path, language)),
            FileNews::LockRestored(path) => warn!("{}", console::lock_restored(path, language)),
            FileNews::OldLinesStay => warn!("{}", console::old_lines_stay(language)),
        }
    }

    fn note(&mut self, note: &LogEntry) {
        let language = self.language;
        match note {
            LogEntry::Arrived(id, name) => {
                if let Some(source) = self.take_source(*id) {
                    info!("{}", console::arrived(name, source.address, language));
                }
            }
            LogEntry::Resumed(id, name) => {
                if let Some(source) = self.take_source(*id) {
                    info!("{}", console::resumed(name, source.address, language));
                }
            }
            _ if !log_enabled!(log::Level::Info) || self.is_catching_up() => {}
            note => info!("{}", console::note(note, language).unwrap_or_default()),
        }
    }
}
