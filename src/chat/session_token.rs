//! What a program takes its session up with again, after its connection was lost, and what it is told then.
//!
//! Invariant: a token says whose session is meant and that this server gave it, and nothing is kept for it: it is of no use when
//! that session is over, or has gone on under another connection.

use std::fmt;

use blake2::Blake2sMac;
use blake2::digest::consts::U16;
use blake2::digest::{KeyInit, Mac};
use serde::{Deserialize, Serialize};

use super::id::ClientId;
use super::name::Name;
use super::text::Text;

/// Bytes of a token: which connection, and 128 bits that only the server can work out.
pub const TOKEN_BYTES: usize = ID_BYTES + TAG_BYTES;

const ID_BYTES: usize = size_of::<u64>();
const TAG_BYTES: usize = 16;

/// What a program has to show. `Debug` does not.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token(pub [u8; TOKEN_BYTES]);

/// By what the server knows its tokens: made at its start from the system's randomness, and never kept. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKey(pub [u8; 32]);

/// A room in which a member is still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumedRoom {
    /// Its name.
    pub room: Name,
    /// What it is about.
    pub topic: Option<Text>,
    /// How many are there.
    pub people: usize,
    /// Who is there, but for members whom they hide: of very many, the first.
    pub names: Vec<Name>,
}

impl TokenKey {
    /// The token of the session that goes on under this connection.
    pub(super) fn token(&self, id: ClientId) -> Token {
        let mut token = [0; TOKEN_BYTES];
        let (named, tag) = token.split_at_mut(ID_BYTES);
        named.copy_from_slice(&id.to_bits().to_be_bytes());
        tag.copy_from_slice(&self.mac(named).finalize().into_bytes());
        Token(token)
    }

    /// Whose token this is; none: it is no token of this server. Compared in constant time.
    pub(super) fn open(&self, Token(token): &Token) -> Option<ClientId> {
        let (named, tag) = token.split_at(ID_BYTES);
        self.mac(named).verify_slice(tag).ok()?;
        let bits = named.try_into().expect("as many bytes as a number has");
        Some(ClientId::from_bits(u64::from_be_bytes(bits)))
    }

    fn mac(&self, named: &[u8]) -> Blake2sMac<U16> {
        let mac = Blake2sMac::<U16>::new_from_slice(&self.0).expect("the key is as long as it may be");
        mac.chain_update(named)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}
