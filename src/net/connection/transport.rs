//! What stands between the socket and the protocol of a connection in TLS.

use std::time::Duration;

use crate::chat::MonoTime;
use crate::tls::Session;

/// What a connection in TLS has beside its socket.
#[derive(Debug)]
pub(super) struct Transport {
    pub(super) session: Session,
    /// What came before there was a session.
    pub(super) begun: Vec<u8>,
    /// What TLS itself has to say, sealed.
    pub(super) replies: Vec<u8>,
    /// Then the handshake has to be over.
    pub(super) until: MonoTime,
    /// When that began to come of which not all is there.
    pub(super) held_since: MonoTime,
    /// Steps of work that it took, until somebody is charged for them.
    pub(super) work: u64,
    /// For so long it is waited behind it for the client to show what it speaks.
    pub(super) opening_wait: Duration,
    /// Nothing can be read any more, or said.
    pub(super) failed: bool,
    /// The end of our side has been sealed.
    pub(super) ended: bool,
}

impl Transport {
    /// Bytes of memory held by what has come and cannot be read yet.
    pub(super) fn held(&self) -> usize {
        self.session.held() + self.begun.capacity()
    }

    /// Forgets that.
    pub(super) fn forget(&mut self) {
        self.begun = Vec::new();
        self.session.forget();
    }
}
