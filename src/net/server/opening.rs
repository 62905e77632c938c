//! From the first byte to the chat: who is waited for, whose request is answered, and when the hub hears of a connection.
//!
//! Invariants: the hub knows no connection that has not shown what it speaks; so many of them wait and no more.

use log::{debug, warn};

use super::Server;
use super::admitting::opening_deadlines;
use super::source::ConnectionSource;
use crate::chat::{ClientId, CloseReason, Input, Language, MonoTime, Origin};
use crate::net::connection::{Conn, HubStanding};
use crate::net::stream::Stream;
use crate::protocol::http::{Answer, Method, Parsed, Readiness, Status, page};
use crate::protocol::{Front, Granted, console};

impl<S: Stream> Server<S> {
    /// Lets a connection in that has shown what it speaks. One that gets no place is told so and closed.
    pub(super) fn arrive(&mut self, id: ClientId, now: MonoTime) {
        let Some(&source) = self.sources.get(&id) else { return };
        let ConnectionSource { address, .. } = source;
        let (origin, has_room) = (Origin::of(address.ip()), self.hub.has_room(now));
        self.hub.apply(self.clocks.at(now), Input::Connected(id, origin));
        let is_in = self.hub.origin(id).is_some();
        let standing = if is_in { HubStanding::InChat } else { HubStanding::Refused };
        self.connections.set_standing(id, standing);
        let Some(conn) = self.connections.get(id) else { return };
        if is_in {
            debug!("{address} -> {id:?}");
            let sealed = conn.is_sealed();
            if conn.is_program() {
                self.hub.apply(self.clocks.at(now), Input::Program(id));
            }
            if self.tls_required && !sealed && !source.is_guarded() {
                self.hub.apply(self.clocks.at(now), Input::InClear(id));
            }
        } else if !has_room {
            self.connections.refused(id, origin);
        }
        self.perform(now);
    }

    /// Goes on behind what a proxy has put in front of a connection: from now on it comes from where the proxy says.
    pub(super) fn take_front(&mut self, id: ClientId, front: Front, now: MonoTime) {
        let Some(source) = self.sources.get_mut(&id) else { return };
        let deadlines = match front {
            Front::Malformed => {
                warn!("{}", console::bad_proxy_header(source.address, self.language));
                return self.close(id, CloseReason::Foreign, now);
            }
            Front::Source(told) => {
                source.address = told.unwrap_or(source.address);
                let address = source.address.ip();
                self.connections.move_opening(id, Origin::of(address));
                Some(opening_deadlines(address, now))
            }
            Front::Bare => None,
        };
        self.egress.take_front(&mut self.connections, id, deadlines, now);
    }

    /// Answers what a connection has sent in place of words.
    pub(super) fn answer_request(&mut self, id: ClientId, parsed: Parsed, now: MonoTime) {
        let (request, length) = match parsed {
            Parsed::Incomplete => return,
            Parsed::Refused(status) => return self.answer_and_close(id, &page(status).to_bytes(false), now),
            Parsed::Request(request, length) => (request, length),
        };
        debug!("{id:?}: {:?} {:?}", request.method, request.path);
        if let Some(source) = self.sources.get_mut(&id) {
            source.address = self.proxies.client(source.address, &request.forwarded_for);
        }
        let tries = request.path == "/chat" && self.hub.is_open_to_registered();
        match self.site.answer(&request, self.readiness(tries, now)) {
            Answer::Respond(response) => {
                let bytes = response.to_bytes(request.method == Method::Head);
                self.answer_and_close(id, &bytes, now);
            }
            Answer::WebSocket(response, query) => {
                let language = language_asked(query.as_deref()).unwrap_or(self.language);
                let answer = response.to_bytes(false);
                let proxied = self.sources.get(&id).is_some_and(|source| source.behind_proxy).then_some(now);
                let granted = Granted { length, language, proxied };
                self.egress.upgrade(&mut self.connections, id, granted, &answer, now);
                self.arrive(id, now);
            }
        }
    }

    /// What becomes of newcomers. Who `tries` may come in without a place.
    fn readiness(&self, tries: bool, now: MonoTime) -> Readiness {
        if !tries && !self.hub.has_room(now) {
            Readiness::Full
        } else if self.hub.is_log_away() {
            Readiness::Away
        } else if !self.is_there() {
            Readiness::Outside
        } else {
            Readiness::Ready
        }
    }

    /// Waits no longer for the oldest that have not shown what they speak, of the address with most of them, while they are too many.
    pub(super) fn hurry_openings(&mut self, now: MonoTime) {
        while let Some(id) = self.connections.take_opening_beyond_max() {
            // What has come counts, though nobody has looked at it yet.
            let Server { connections, ingress, egress, .. } = self;
            ingress.read(connections, egress, id, now);
            if let Some(front) = self.connections.get(id).and_then(Conn::front) {
                self.take_front(id, front, now);
            }
            if self.connections.get(id).is_some_and(Conn::wants_seal) {
                self.begin_seal(id, now);
                continue;
            }
            match self.connections.with_input(id, Conn::stop_waiting) {
                Some(true) => self.ingress.mark_ready(&mut self.connections, id),
                Some(false) => self.answer_and_close(id, &page(Status::RequestTimeout).to_bytes(false), now),
                None => {}
            }
        }
    }

    /// Ends those that the hub does not know yet: the server stops.
    pub(super) fn close_openings(&mut self, now: MonoTime) {
        let opening = |standing| standing == HubStanding::Opening;
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
