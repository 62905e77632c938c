//! What the hub wants done: events become bytes that wait for their readers.

use std::net::SocketAddr;

use log::{debug, info, log_enabled, warn};

use super::Server;
use crate::chat::{Audience, Event, Moment, Note, Output, RoomRecord};
use crate::keep::{Answer, Complaint};
use crate::limits::HISTORY_PATIENCE;
use crate::net::stream::Stream;
use crate::proto::console;

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
            Output::Deliver { to, event } => {
                self.deliver(&to, &event, now);
                self.relieve();
            }
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
            Output::Room(key, name, topic) => {
                let (owners, banned, muted) = (Vec::new(), Vec::new(), Vec::new());
                let record =
                    RoomRecord { key, name, topic, lock: None, hushed: false, owners, banned, muted };
                self.history.room(&record);
            }
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
            // Nobody asks for these yet.
            _ => return,
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
        let Server { hub, conns, encodings, broadcast, queued, dirty, urgent, .. } = self;
        if let Audience::One(id) = to {
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(*id)) else { return };
            let bytes = encodings.once(event, conn.kind());
            conn.counted(queued, |conn| conn.answer(bytes, broadcast, now));
            if !conn.urgent && conn.wants_flush() {
                conn.urgent = true;
                urgent.push_back(*id);
            }
            return;
        }
        encodings.clear();
        broadcast.begin_line();
        hub.audience(to, |id, here| {
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
            let kind = conn.kind();
            let line = broadcast.line(kind.index(here), || encodings.of(event, kind, here));
            conn.counted(queued, |conn| conn.hear(line, broadcast, now));
            if !conn.dirty && conn.wants_flush() {
                conn.dirty = true;
                dirty.push_back(id.slot() as u32);
            }
        });
    }

    fn note(&mut self, note: &Note) {
        let language = self.settings.language;
        match note {
            Note::Arrived(id, name) => {
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
