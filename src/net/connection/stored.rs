//! A connection as it is written down, for the program that goes on with its socket.
//!
//! Each field of [`Conn`] is named here in both directions, so none can be forgotten.

use serde::{Deserialize, Serialize};

use super::beside::{Awaited, Beside, ParkedCommand};
use super::outbox::{Outbox, StoredOutbox};
use super::phase::ConnPhase;
use super::{Conn, HubStanding};
use crate::chat::{ClientId, MonoTime};
use crate::net::broadcast::Broadcast;
use crate::net::stream::Stream;
use crate::protocol::{Answering, Protocol};

/// All of a connection but its socket.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::net) struct StoredConn {
    generation: u32,
    protocol: Protocol,
    outbox: StoredOutbox,
    phase: ConnPhase,
    awaiting: Option<Awaited>,
    awaits_log: bool,
    parked: Option<Box<ParkedCommand>>,
    at_prompt: bool,
    scheduled: Option<MonoTime>,
    paced: bool,
    standing: HubStanding,
    readable: bool,
    ended: bool,
    sealed: bool,
}

impl<S: Stream> Conn<S> {
    /// What there is to know of it at `now` beside its socket. Which of the server's lists it is on, the lists say.
    pub(in crate::net) fn store(&self, broadcast: &Broadcast, now: MonoTime) -> StoredConn {
        let Conn {
            stream: _,
            generation,
            protocol,
            outbox,
            phase,
            beside,
            at_prompt,
            scheduled,
            paced,
            standing,
            urgent: _,
            dirty: _,
            ready: _,
            readable,
            ended,
        } = self;
        StoredConn {
            generation: *generation,
            protocol: protocol.clone(),
            outbox: outbox.store(broadcast, now),
            phase: *phase,
            // Of those in TLS only that: their keys stay with the program that has them.
            sealed: self.ends_with_program(),
            awaiting: beside.as_ref().and_then(|beside| beside.awaited),
            awaits_log: self.awaits_log(),
            parked: beside.as_ref().and_then(|beside| beside.parked.clone()),
            at_prompt: *at_prompt,
            scheduled: *scheduled,
            paced: *paced,
            standing: *standing,
            readable: *readable,
            ended: *ended,
        }
    }

    /// Goes on with a socket.
    pub(in crate::net) fn restore(stored: StoredConn, stream: S) -> Conn<S> {
        let StoredConn {
            generation,
            protocol,
            outbox,
            phase,
            awaiting,
            awaits_log,
            parked,
            at_prompt,
            scheduled,
            paced,
            standing,
            readable,
            ended,
            sealed: _,
        } = stored;
        let beside = Beside { awaited: awaiting, awaits_log, parked, transport: None };
        Conn {
            stream,
            generation,
            protocol,
            outbox: Outbox::restore(outbox),
            phase,
            beside: (!beside.is_empty()).then(|| Box::new(beside)),
            at_prompt,
            scheduled,
            paced,
            standing,
            urgent: false,
            dirty: false,
            ready: false,
            readable,
            ended,
        }
    }
}

impl StoredConn {
    /// Whether this can have been a connection.
    pub(in crate::net) fn is_sound(&self) -> bool {
        let answering = self.parked.as_ref().and_then(|parked| parked.answering.as_ref());
        self.generation > 0 && self.protocol.is_sound() && answering.is_none_or(Answering::is_sound)
    }

    /// Whether it ends with the program that has made this.
    pub(in crate::net) fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Which connection it is, in its `slot`.
    pub(in crate::net) fn id(&self, slot: u32) -> ClientId {
        ClientId::new(slot, self.generation)
    }

    /// Whether the hub knows it.
    pub(in crate::net) fn is_in_chat(&self) -> bool {
        self.standing == HubStanding::InChat
    }
}
