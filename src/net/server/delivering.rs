//! What the hub wants done: events become bytes that wait for their readers.

use std::net::SocketAddr;

use log::{debug, error, info, log_enabled, warn};

use super::Server;
use crate::auth::Guesses;
use crate::chat::{
    Audience, ClientId, Effect, Event, Input, LogEntry, MonoTime, Origin, Question, Reply as HubReply,
};
use crate::limits::{AUTH_PATIENCE, BYTES_PER_STEP, COST_SHARE, HISTORY_PATIENCE};
use crate::net::conn::Awaited;
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
                self.deliver(&to, &event, now);
                self.relieve();
            }
            Effect::Speak(id, language) => {
                if let Some(conn) = self.conn_mut(id) {
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
            Effect::Ask(id, question) => self.ask(id, question, now),
            Effect::Disregard(id, lines) => drop(self.with_input(id, |conn| conn.disregard(lines))),
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
            && let Some(conn) = self.conn_mut(client)
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
            Answer::Posted(posted, number) => HubReply::Posted(client, posted, number),
            Answer::OfflineMessages(account, messages, up_to) => {
                HubReply::OfflineMessages(client, account, messages, up_to)
            }
            Answer::Found { found, cost } => {
                let rate = self.rate;
                if let Some(conn) = self.conn_mut(client) {
                    conn.charge_cost(rate, cost, COST_SHARE, now);
                }
                HubReply::Found(client, found)
            }
            Answer::Busy => HubReply::Busy(client),
            news => return self.take_news(news, now),
        };
        self.hub.apply(self.clocks.at(now), Input::Reply(told));
        if let Some(conn) = self.conn_mut(client)
            && conn.awaiting.take_if(|awaited| awaited.request == number).is_some()
        {
            self.later(client);
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
            warn!("{}", console::guesses(name.as_ref(), origin, times, alike, self.config.language));
        }
        let complaint = self.history.complaint(now);
        complaint.into_iter().for_each(|complaint| self.note_complaint(complaint));
    }

    /// Says on the console what the history lacks.
    pub(super) fn note_complaint(&self, Complaint { lines, why }: Complaint) {
        let language = self.config.language;
        let why = why.map(|why| (why.reason(language), why.advice(language)));
        warn!("{}", console::history_lost(lines, why, language));
    }

    /// Says on the console what happened to the files of the history, at once.
    fn note_file(&self, news: &FileNews) {
        let language = self.config.language;
        match news {
            FileNews::Displaced(path) => error!("{}", console::file_displaced(path, language)),
            FileNews::Back(path) => warn!("{}", console::file_back(path, language)),
            FileNews::LockRestored(path) => warn!("{}", console::lock_restored(path, language)),
            FileNews::OldLinesStay => warn!("{}", console::old_lines_stay(language)),
        }
    }

    /// Asks a client for a password.
    fn ask(&mut self, id: ClientId, question: Question, now: MonoTime) {
        let Server { conns, encode_cache, broadcast, queued, input, .. } = self;
        let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
        let prompt = encode_cache.once(&Event::PasswordPrompt(question), conn.format());
        // What was sent ahead is forgotten.
        let before = conn.input_held();
        conn.counted(queued, |conn| conn.ask(question, prompt, broadcast, now));
        *input = *input + conn.input_held() - before;
        self.mark_urgent(id);
    }

    /// Queues `event` for everyone it is for: encoded once per kind of reader.
    fn deliver(&mut self, to: &Audience, event: &Event, now: MonoTime) {
        let Server { hub, conns, encode_cache, broadcast, queued, dirty, urgent, steps, config, .. } = self;
        if let Audience::One(id) = to {
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(*id)) else { return };
            let bytes = encode_cache.once(event, conn.format());
            *steps += (bytes.len() / BYTES_PER_STEP) as u64;
            conn.counted(queued, |conn| conn.answer(bytes, broadcast, now));
            if !conn.urgent && conn.wants_flush() {
                conn.urgent = true;
                urgent.push_back(*id);
            }
            return;
        }
        encode_cache.clear();
        broadcast.begin_line();
        hub.audience(to, |id, here| {
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
            let format = conn.format();
            let line = broadcast.line(format.index(here), || encode_cache.of(event, format, here));
            // Else a line could cost each of thousands who do not read a copy, before any of them is let go.
            let may_grow = *queued <= config.queues_max_bytes;
            conn.counted(queued, |conn| conn.enqueue_line(line, may_grow, broadcast, now));
            if !conn.dirty && conn.wants_flush() {
                conn.dirty = true;
                dirty.push_back(id.slot() as u32);
            }
        });
    }

    fn note(&mut self, note: &LogEntry) {
        let language = self.config.language;
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
