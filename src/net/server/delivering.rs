//! What the hub wants done: events become bytes that wait for their readers.

use std::net::SocketAddr;
use std::time::Duration;

use log::{debug, error, info, log_enabled, warn};

use super::Server;
use crate::auth::Guesses;
use crate::chat::{Audience, ClientId, Effect, Event, Input, LogEntry, MonoTime, Origin, Question, Reply};
use crate::limits::{AUTH_PATIENCE, BYTES_PER_STEP, COST_SHARE, HISTORY_PATIENCE};
use crate::net::stream::Stream;
use crate::protocol::console;
use crate::storage::{Answer, Complaint, FileNews};

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
            Effect::Authenticate(id, auth_request) => {
                let origin = self.hub.origin(id).unwrap_or(Origin::UNKNOWN);
                let (answer, displaced) = self.history.authenticate(id, origin, auth_request, now);
                self.await_or_recall(id, answer, AUTH_PATIENCE, now);
                if let Some(displaced) = displaced {
                    self.recall(displaced, now);
                }
            }
            Effect::Post(id, account, offline_message) => {
                let answer = self.history.post(
                    id,
                    self.hub.origin(id).unwrap_or(Origin::UNKNOWN),
                    account,
                    &offline_message,
                );
                self.await_or_recall(id, answer, HISTORY_PATIENCE, now);
            }
            Effect::Fetch(id, account) => {
                let answer = self.history.fetch(id, account);
                self.await_or_recall(id, answer, HISTORY_PATIENCE, now);
            }
            Effect::AdminReply(reply) => self.admin_reply = Some(reply),
            Effect::Ack(account, up_to) => self.history.ack(account, up_to),
            Effect::Look(id, look) => {
                let origin = self.hub.origin(id).unwrap_or(Origin::UNKNOWN);
                let answers = self.history.look(id, origin, look, now);
                let theirs = |answer: &Answer| matches!(answer, Answer::Found { id: to, .. } | Answer::Busy(to) if *to == id);
                if !answers.iter().any(theirs) {
                    self.await_or_recall(id, None, HISTORY_PATIENCE, now);
                }
                answers.into_iter().for_each(|answer| self.recall(answer, now));
            }
        }
    }

    /// Hands an answer to the hub, or has the next commands of who asked wait for it.
    fn await_or_recall(&mut self, id: ClientId, answer: Option<Answer>, patience: Duration, now: MonoTime) {
        if let Some(answer) = answer {
            self.recall(answer, now);
        } else if let Some(conn) = self.conn_mut(id) {
            conn.awaiting = Some(now + patience);
        }
    }

    /// Hands what was looked for to the hub; who has left meanwhile gets nothing.
    pub(super) fn recall(&mut self, answer: Answer, now: MonoTime) {
        let at = self.clocks.at(now);
        let (id, reply) = match answer {
            Answer::AuthResult(id, matter, result) => (id, Reply::AuthResult(id, matter, result)),
            Answer::Posted(id, posted, number) => (id, Reply::Posted(id, posted, number)),
            Answer::OfflineMessages(id, account, messages, up_to) => {
                (id, Reply::OfflineMessages(id, account, messages, up_to))
            }
            Answer::File(news) => return self.note_file(&news),
            Answer::Ordered(ticket, reply) => return self.account_replies.push((ticket, reply)),
            Answer::Accounts(changes) => {
                return self.hub.apply(at, Input::Reply(Reply::AccountsChanged(changes)));
            }
            Answer::Found { id, found, cost } => {
                let rate = self.rate;
                if let Some(conn) = self.conn_mut(id) {
                    conn.charge_cost(rate, cost, COST_SHARE, now);
                }
                (id, Reply::Found(id, found))
            }
            Answer::Busy(id) => (id, Reply::Busy(id)),
        };
        self.hub.apply(at, Input::Reply(reply));
        if let Some(conn) = self.conn_mut(id)
            && conn.awaiting.take().is_some()
        {
            self.later(id);
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
