//! What the hub wants done: events become bytes in write buffers, and once a turn the buffers are written.

use std::net::SocketAddr;

use log::{debug, info, log_enabled, warn};

use super::Server;
use crate::chat::{Audience, Event, Moment, Note, Output};
use crate::keep::{Answer, Complaint};
use crate::limits::HISTORY_PATIENCE;
use crate::net::conn::Conn;
use crate::net::stream::Stream;
use crate::proto::{Encodings, console};

/// Tells a reader how many lines passed them by, when it is time to; says whether it did.
pub(super) fn own_up<S: Stream>(
    encodings: &mut Encodings,
    conn: &mut Conn<S>,
    last: bool,
    now: Moment,
) -> bool {
    let skipped = conn.take_skipped(last);
    if let Some(lines) = skipped {
        conn.answer(encodings.once(&Event::Skipped(lines.into()), conn.kind()), now);
    }
    skipped.is_some()
}

impl<S: Stream> Server<S> {
    /// Does what the hub asked for.
    pub(super) fn perform(&mut self, now: Moment) {
        // Answers of the history may come back at once, and are done in their turn.
        while !self.outputs.is_empty() {
            let mut outputs = std::mem::take(&mut self.outputs);
            outputs.drain(..).for_each(|output| self.perform_one(output, now));
            if self.outputs.is_empty() {
                self.outputs = outputs;
                return;
            }
        }
    }

    fn perform_one(&mut self, output: Output, now: Moment) {
        match output {
            Output::Deliver { to, event } => self.deliver(&to, &event, now),
            Output::Speak(id, language) => {
                if let Some(conn) = self.conn_mut(id) {
                    conn.speak(language);
                }
            }
            Output::Close(id, reason) => {
                debug!("{id:?}: {reason:?}");
                self.close(id, now);
            }
            Output::Note(note) => self.note(&note),
            Output::Keep(line) => self.history.keep(line),
            Output::Forget(room) => self.history.forget(room),
            Output::Room(key, name, topic) => self.history.room(key, &name, topic.as_ref()),
            Output::Look(id, look) => {
                if let Some(answer) = self.history.look(id, look) {
                    self.recall(answer, now);
                } else if let Some(conn) = self.conn_mut(id) {
                    conn.awaiting = Some(now + HISTORY_PATIENCE);
                }
            }
        }
    }

    /// Hands what was looked for to the hub; who has left meanwhile gets nothing.
    pub(super) fn recall(&mut self, answer: Answer, now: Moment) {
        let id = match answer {
            Answer::Found(id, found) => {
                self.hub.found(id, found, now, &mut self.outputs);
                id
            }
            Answer::Busy(id) => {
                self.hub.not_found_now(id, &mut self.outputs);
                id
            }
        };
        if let Some(conn) = self.conn_mut(id)
            && conn.awaiting.take().is_some()
        {
            self.later(id);
        }
    }

    /// Says on the console, now and then, what the history lacks.
    pub(super) fn complain(&mut self, now: Moment) {
        if let Some(Complaint { lines, why }) = self.history.complaint(now) {
            warn!("{}", console::history_lost(lines, why.as_deref(), self.settings.language));
        }
    }

    /// Queues `event` for everyone it is for: encoded once per kind of reader.
    fn deliver(&mut self, to: &Audience, event: &Event, now: Moment) {
        let Server { hub, conns, encodings, dirty, .. } = self;
        encodings.clear();
        hub.audience(to, |id, here| {
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.id == id) else { return };
            let bytes = encodings.of(event, conn.kind(), here);
            match to {
                Audience::One(_) => conn.answer(bytes, now),
                Audience::Room { .. } | Audience::Several { .. } => conn.hear(bytes, now),
            }
            if !conn.dirty && conn.wants_flush() {
                conn.dirty = true;
                dirty.push(id);
            }
        });
    }

    /// Writes to everyone who has something to write this turn.
    pub(super) fn flush(&mut self, now: Moment) {
        let mut dirty = std::mem::take(&mut self.dirty);
        for id in dirty.drain(..) {
            let Some(conn) = self.conns.get_mut(id.slot()).filter(|conn| conn.id == id) else { continue };
            conn.dirty = false;
            conn.flush(now);
            if own_up(&mut self.encodings, conn, false, now) {
                conn.flush(now);
            }
            let (dead, release) = (conn.is_dead(), conn.take_release());
            if dead {
                self.dead.push(id);
            } else if release {
                self.later(id);
            }
            self.reschedule(id);
        }
        debug_assert!(self.dirty.is_empty(), "writing makes nobody dirty");
        self.dirty = dirty;
    }

    fn note(&self, note: &Note) {
        if !log_enabled!(log::Level::Info) {
            return;
        }
        let language = self.settings.language;
        match note {
            Note::Arrived(id, name) => {
                if let Some(conn) = self.conns.get(id.slot()) {
                    let address = SocketAddr::new(conn.peer.ip().to_canonical(), conn.peer.port());
                    info!("{}", console::arrived(name, address, language));
                }
            }
            note => info!("{}", console::note(note, language).unwrap_or_default()),
        }
    }
}
