//! What the hub wants done: events become bytes that wait for their readers.

use std::net::SocketAddr;

use log::{debug, error, info, log_enabled, warn};

use super::Server;
use crate::auth::Guesses;
use crate::chat::{ClientId, Effect, Input, LogEntry, MonoTime, Origin, Reply as HubReply};
use crate::limits::{AUTH_PATIENCE, COST_SHARE, HISTORY_PATIENCE};
use crate::net::connection::Awaited;
use crate::net::stream::Stream;
use crate::protocol::console;
use crate::storage::{Answer, Complaint, FileNews, Reply, Request, RequestId, Wish};

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
        }
        self.effects = effects;
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
                self.close(id, now);
            }
            Effect::Log(note) => self.note(&note),
            Effect::Keep(line) => self.history.keep(line),
            Effect::Forget(room) => self.history.forget(room),
            Effect::Room(change) => self.history.room_changed(&change),
            Effect::Expelled(expulsion) => self.history.expelled(&expulsion),
            Effect::Readmitted(number) => self.history.readmitted(number),
            Effect::Ask(id, question) => self.egress.ask(&mut self.connections, id, question, now),
            Effect::Disregard(id, lines) => {
                self.connections.with_input(id, |conn| conn.disregard(lines));
            }
            Effect::AdminReply(reply) => self.admin_reply = Some(reply),
            Effect::Authenticate(id, auth_request) => self.request(id, Wish::Authenticate(auth_request), now),
            Effect::Post(id, account, message) => self.request(id, Wish::Post(account, message), now),
            Effect::Fetch(id, account) => self.request(id, Wish::Fetch(account), now),
            Effect::Look(id, look) => self.request(id, Wish::Look(look), now),
            Effect::Ack(account, up_to) => self.history.ack(account, up_to),
        }
    }

    /// Asks the storage for something; until its reply comes, the client's next commands wait.
    fn request(&mut self, client: ClientId, what: Wish, now: MonoTime) {
        self.requests += 1;
        let id = RequestId { client, number: self.requests };
        let patience = if let Wish::Authenticate(_) = what { AUTH_PATIENCE } else { HISTORY_PATIENCE };
        let from = self.hub.origin(client).unwrap_or(Origin::UNKNOWN);
        let replies = self.history.request(Request { id, from, what }, now);
        if !replies.iter().any(|reply| reply.id == Some(id))
            && let Some(conn) = self.connections.get_mut(client)
        {
            conn.awaiting = Some(Box::new(Awaited { request: id.number, until: now + patience }));
        }
        replies.into_iter().for_each(|reply| self.recall(reply, now));
    }

    /// Hands what the storage says to the hub; a client that has left meanwhile gets nothing. A reply lets those commands go on
    /// that wait for it: one that comes late leaves the next question to its own.
    pub(super) fn recall(&mut self, reply: Reply, now: MonoTime) {
        let Some(RequestId { client, number }) = reply.id else { return self.take_news(reply.what, now) };
        let told = match reply.what {
            Answer::AuthResult(matter, result) => HubReply::AuthResult(client, matter, result),
            Answer::Posted(posted) => HubReply::Posted(client, posted),
            Answer::OfflineMessages(account, messages) => {
                HubReply::OfflineMessages(client, account, messages)
            }
            Answer::Found { found, cost } => {
                self.connections.charge(client, cost, COST_SHARE, now);
                HubReply::Found(client, found)
            }
            Answer::Busy => HubReply::Busy(client),
            news => return self.take_news(news, now),
        };
        self.hub.apply(self.clocks.at(now), Input::Reply(told));
        if let Some(conn) = self.connections.get_mut(client)
            && conn.awaiting.take_if(|awaited| awaited.request == number).is_some()
        {
            self.ingress.mark_ready(&mut self.connections, client);
        }
    }

    /// Hears what nobody in the chat has asked for.
    fn take_news(&mut self, news: Answer, now: MonoTime) {
        match news {
            Answer::File(news) => self.note_file(&news),
            Answer::Ordered(ticket, reply) => self.account_replies.push((ticket, reply)),
            Answer::Accounts(changes) => {
                self.hub.apply(self.clocks.at(now), Input::Reply(HubReply::AccountsChanged(changes)));
            }
            _ => {} // a reply to somebody
        }
    }

    /// Says on the console, now and then, what the history lacks, and which passwords were wrong.
    pub(super) fn complain(&mut self, now: MonoTime) {
        for Guesses { name, origin, times, alike } in self.history.guesses(now) {
            warn!("{}", console::guesses(name.as_ref(), origin, times, alike, self.language));
        }
        let complaint = self.history.complaint(now);
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
                if let Some(peer) = self.take_origin(*id) {
                    let address = SocketAddr::new(peer.ip().to_canonical(), peer.port());
                    info!("{}", console::arrived(name, address, language));
                }
            }
            _ if !log_enabled!(log::Level::Info) => {}
            note => info!("{}", console::note(note, language).unwrap_or_default()),
        }
    }
}
