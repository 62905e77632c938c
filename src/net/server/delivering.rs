//! What the hub wants done: events become bytes that wait for their readers.

use std::net::SocketAddr;

use log::{debug, info, log_enabled};

use super::Server;
use crate::chat::{Audience, Event, Moment, Note, Output};
use crate::net::stream::Stream;
use crate::proto::console;

impl<S: Stream> Server<S> {
    /// Does what the hub asked for.
    pub(super) fn perform(&mut self, now: Moment) {
        let mut outputs = std::mem::take(&mut self.outputs);
        for output in outputs.drain(..) {
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
            }
        }
        self.outputs = outputs;
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
        hub.audience(to, |id| {
            let Some(conn) = conns.get_mut(id.slot()).filter(|conn| conn.is(id)) else { return };
            let kind = conn.kind();
            let line = broadcast.line(kind.index(), || encodings.of(event, kind));
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
