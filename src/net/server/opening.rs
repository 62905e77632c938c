//! From the first byte to the chat: who is waited for, whose request is answered, and when the hub hears of a connection.
//!
//! Invariants: the hub knows no connection that has not shown what it speaks; so many of them wait and no more.

use log::debug;

use super::Server;
use crate::chat::{ClientId, CloseReason, Input, Language, MonoTime, Origin};
use crate::net::connection::{Conn, Standing};
use crate::net::stream::Stream;
use crate::protocol::http::{Answer, Method, Parsed, Status, page};

impl<S: Stream> Server<S> {
    /// Lets a connection in that has shown what it speaks. One that gets no place is told so and closed.
    pub(super) fn arrive(&mut self, id: ClientId, now: MonoTime) {
        let Some(&peer) = self.pending_addrs.get(&id) else { return };
        let (origin, has_room) = (Origin::of(peer.ip()), self.hub.has_room(now));
        self.hub.apply(self.clocks.at(now), Input::Connected(id, origin));
        let is_in = self.hub.origin(id).is_some();
        let Some(conn) = self.connections.get_mut(id) else { return };
        if is_in {
            debug!("{peer} -> {id:?}");
            conn.standing = Standing::InChat;
        } else {
            conn.standing = Standing::Refused;
            if !has_room {
                self.connections.refused(id, origin);
            }
        }
        self.perform(now);
    }

    /// Answers what a connection has sent in place of words.
    pub(super) fn answer_request(&mut self, id: ClientId, parsed: Parsed, now: MonoTime) {
        let (request, length) = match parsed {
            Parsed::Incomplete => return,
            Parsed::Refused(status) => return self.answer_and_close(id, &page(status).to_bytes(false), now),
            Parsed::Request(request, length) => (request, length),
        };
        debug!("{id:?}: {:?} {:?}", request.method, request.path);
        match self.site.answer(&request, self.hub.has_room(now)) {
            Answer::Respond(response) => {
                let bytes = response.to_bytes(request.method == Method::Head);
                self.answer_and_close(id, &bytes, now);
            }
            Answer::WebSocket(response, query) => {
                let language = language_asked(query.as_deref()).unwrap_or(self.language);
                let answer = response.to_bytes(false);
                self.egress.upgrade(&mut self.connections, id, length, &answer, language, now);
                self.arrive(id, now);
            }
        }
    }

    /// Waits no longer for the oldest of those that have not shown what they speak, while they are too many.
    pub(super) fn hurry_openings(&mut self, now: MonoTime) {
        while let Some(id) = self.connections.opening_beyond_max() {
            match self.connections.with_input(id, Conn::stop_waiting) {
                Some(true) => self.ingress.mark_ready(&mut self.connections, id),
                Some(false) => self.answer_and_close(id, &page(Status::RequestTimeout).to_bytes(false), now),
                None => {}
            }
        }
    }

    /// Ends those that the hub does not know yet: the server stops.
    pub(super) fn close_openings(&mut self, now: MonoTime) {
        let opening = |standing| standing == Standing::Opening;
        let ids: Vec<ClientId> =
            self.connections.iter().filter(|(_, conn)| opening(conn.standing)).map(|(id, _)| id).collect();
        for id in ids {
            self.close(id, CloseReason::ServerStops, now);
        }
    }

    fn answer_and_close(&mut self, id: ClientId, bytes: &[u8], now: MonoTime) {
        self.connections.with_input(id, Conn::forget_request);
        self.egress.signal(&mut self.connections, id, bytes, now);
        self.close(id, CloseReason::Quit, now);
    }
}

/// The language that a request asks for: `lang=en` in its query.
fn language_asked(query: Option<&str>) -> Option<Language> {
    query?.split('&').find_map(|field| match field.strip_prefix("lang=")? {
        "es" => Some(Language::Spanish),
        "en" => Some(Language::English),
        _ => None,
    })
}
