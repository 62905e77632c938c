//! No TLS: the server was built without it.

use super::{Exhausted, IdentitySource, TlsError, TlsReceived};

/// None can be made.
#[derive(Clone, Debug)]
pub enum Tls {}

/// None can be made.
#[derive(Debug)]
pub enum Session {}

impl Tls {
    /// Never.
    ///
    /// # Errors
    ///
    /// The server was built without TLS.
    pub fn open(_: &IdentitySource) -> Result<Tls, TlsError> {
        Err(TlsError::NotBuilt)
    }

    /// Of no key.
    pub fn fingerprint(&self) -> &str {
        match *self {}
    }

    /// Of none.
    pub fn rsa_bits(&self) -> Option<u64> {
        match *self {}
    }

    /// Of none.
    pub fn sign(&self) -> bool {
        match *self {}
    }

    /// None.
    pub fn session(&self) -> Option<Session> {
        match *self {}
    }
}

impl Session {
    /// Nothing.
    pub fn receive(&mut self, _: &mut [u8], _: impl FnMut(&[u8]), _: &mut Vec<u8>) -> (usize, TlsReceived) {
        match *self {}
    }

    /// Nothing.
    ///
    /// # Errors
    ///
    /// None.
    pub fn seal(&mut self, _: &[u8], _: &mut Vec<u8>) -> Result<usize, Exhausted> {
        match *self {}
    }

    /// Nothing.
    pub fn seal_end(&mut self, _: &mut Vec<u8>) -> usize {
        match *self {}
    }

    /// Never.
    pub fn is_handshaking(&self) -> bool {
        match *self {}
    }

    /// None.
    pub fn handshake_steps(&self) -> u64 {
        match *self {}
    }

    /// Nothing.
    pub fn held(&self) -> usize {
        match *self {}
    }

    /// Nothing.
    pub fn forget(&mut self) {
        match *self {}
    }
}
