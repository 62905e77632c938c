//! What comes of sealed bytes, and of what is to be sealed.

/// What came of bytes from the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsReceived {
    /// More may come.
    More,
    /// The peer has ended its side in order: nothing more comes.
    End,
    /// It is no TLS, or not what the peer sent: nothing more can be read or written.
    Failed,
}

/// The session can seal nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;
