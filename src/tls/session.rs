//! The TLS of one connection, over bytes.
//!
//! The unbuffered API of `rustls`: records are decrypted where the read has put them and encrypted into a buffer that all connections
//! share, so that a silent connection holds its keys and no buffer.

use std::fmt;
use std::sync::Arc;

use rustls::server::{NoServerSessionStorage, UnbufferedServerConnection};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};
use rustls::{Error, ServerConfig, SignatureAlgorithm, SignatureScheme};

use super::identity::{self, provider};
use super::{Exhausted, IdentitySource, TlsError, TlsReceived};
use crate::limits::{HANDSHAKE_STEPS, RSA_HANDSHAKE_STEPS, RSA_USUAL_BITS, TLS_RECORD_MAX_BYTES};

/// A key and a certificate, and what is spoken with them. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    fingerprint: String,
    key: Arc<dyn SigningKey>,
    rsa_bits: Option<u64>,
    /// Steps of the part of a handshake in which the key signs.
    handshake_steps: u64,
}

impl Tls {
    /// Reads the key and the certificate, or makes them.
    ///
    /// # Errors
    ///
    /// They cannot be had, or do not fit each other.
    pub fn open(source: &IdentitySource) -> Result<Tls, TlsError> {
        let certified = match source {
            IdentitySource::Files { cert, key } => identity::read(cert, key)?,
            IdentitySource::Own { dir, names } => identity::own(dir, names)?,
        };
        let (fingerprint, rsa_bits) = (identity::fingerprint(&certified), rsa_bits(&certified));
        let handshake_steps = rsa_bits.map_or(HANDSHAKE_STEPS, rsa_handshake_steps);
        let key = Arc::clone(&certified.key);
        let config = Arc::new(config(certified).map_err(TlsError::Refused)?);
        Ok(Tls { config, fingerprint, key, rsa_bits, handshake_steps })
    }

    /// The SHA-256 of the public key as `SHA256:` and base64, as OpenSSH shows it. Another certificate for the same key has the same.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// How many bits the key has, if it is one of RSA.
    pub fn rsa_bits(&self) -> Option<u64> {
        self.rsa_bits
    }

    /// Signs with an RSA key as a handshake does, to find out how long that takes; says whether it did.
    pub fn sign(&self) -> bool {
        let signer = self.key.choose_scheme(&[SignatureScheme::RSA_PSS_SHA256]);
        signer.is_some_and(|signer| signer.sign(b"as long as the hash of a handshake").is_ok())
    }

    /// The beginning of a connection. None: the system gives no randomness.
    pub fn session(&self) -> Option<Session> {
        let tls = UnbufferedServerConnection::new(Arc::clone(&self.config)).ok()?;
        let handshake_steps = self.handshake_steps;
        Some(Session { tls, incoming: Vec::new(), next: 0, handshake_steps, ended: false, failed: false })
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.fingerprint).finish()
    }
}

fn config(certified: CertifiedKey) -> Result<ServerConfig, Error> {
    let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(certified));
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A handshake costs 0.1 ms; memory of earlier ones would cost each connection more, and early data can be replayed.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(config)
}

fn rsa_bits(certified: &CertifiedKey) -> Option<u64> {
    if certified.key.algorithm() != SignatureAlgorithm::RSA {
        return None;
    }
    // Around the modulus are 38 bytes that say what it is.
    let bytes = certified.key.public_key().map_or(0, |public| public.len().saturating_sub(38));
    Some(8 * bytes as u64)
}

fn rsa_handshake_steps(bits: u64) -> u64 {
    HANDSHAKE_STEPS.max(RSA_HANDSHAKE_STEPS * bits.pow(3) / RSA_USUAL_BITS.pow(3))
}

/// The TLS of one connection.
pub struct Session {
    tls: UnbufferedServerConnection,
    /// Of a record that has not come whole.
    incoming: Vec<u8>,
    /// Where in that the next record begins of which not all has come.
    next: usize,
    handshake_steps: u64,
    /// The peer has ended its side.
    ended: bool,
    failed: bool,
}

impl Session {
    /// Takes in what came in one read, and gives each record's words to `said`. What TLS itself wants to have sent is added to `reply`, sealed
    /// already. Says how many records came whole by it, and what came of them.
    pub fn receive(
        &mut self,
        input: &mut [u8],
        mut said: impl FnMut(&[u8]),
        reply: &mut Vec<u8>,
    ) -> (usize, TlsReceived) {
        if self.ended || self.failed {
            return (0, if self.failed { TlsReceived::Failed } else { TlsReceived::End });
        }
        let has_begun = !self.incoming.is_empty();
        if has_begun {
            self.incoming.extend_from_slice(input);
        }
        let bytes = if has_begun { &mut self.incoming[..] } else { &mut *input };
        // What the library has looked at it may have changed.
        let records = pass_whole_records(bytes, &mut self.next);
        let mut taken = 0;
        let mut received = loop {
            let UnbufferedStatus { mut discard, state } = self.tls.process_tls_records(&mut bytes[taken..]);
            let received = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => loop {
                    match traffic.next_record() {
                        Some(Ok(record)) => {
                            discard += record.discard;
                            said(record.payload);
                        }
                        Some(Err(_)) => break Some(TlsReceived::Failed),
                        None => break None,
                    }
                },
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(reply, |free| data.encode(free));
                    None
                }
                Ok(ConnectionState::TransmitTlsData(data)) => {
                    data.done();
                    None
                }
                Ok(ConnectionState::WriteTraffic(_) | ConnectionState::BlockedHandshake) => {
                    Some(TlsReceived::More)
                }
                Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                    self.ended = true;
                    Some(TlsReceived::End)
                }
                // Early data is off, and there is no other state.
                Ok(_) | Err(_) => Some(TlsReceived::Failed),
            };
            taken += discard;
            if let Some(received) = received {
                break received;
            }
        };
        if received == TlsReceived::More && bytes.len() - taken > TLS_RECORD_MAX_BYTES {
            received = TlsReceived::Failed;
        }
        if received == TlsReceived::Failed {
            self.failed = true;
            take_alert(&mut self.tls, &mut bytes[taken..], reply);
        }
        match received {
            TlsReceived::More if has_begun => drop(self.incoming.drain(..taken)),
            TlsReceived::More => self.incoming.extend_from_slice(&input[taken..]),
            TlsReceived::End | TlsReceived::Failed => self.incoming.clear(),
        }
        self.incoming.shrink_to_fit();
        self.next = self.next.saturating_sub(taken);
        (records, received)
    }

    /// Seals what is to be said into the front of `sealed`, which grows as it has to; gives how many bytes of it that are.
    ///
    /// # Errors
    ///
    /// The session has failed, or is used up.
    pub fn seal(&mut self, words: &[u8], sealed: &mut Vec<u8>) -> Result<usize, Exhausted> {
        self.seal_with(sealed, |traffic, free| traffic.encrypt(words, free))
    }

    /// Seals the end of our side in the same way. Nothing, where there was no beginning.
    pub fn seal_end(&mut self, sealed: &mut Vec<u8>) -> usize {
        if self.is_handshaking() {
            return 0;
        }
        self.seal_with(sealed, |traffic, free| traffic.queue_close_notify(free)).unwrap_or(0)
    }

    /// Whether nothing can be said yet.
    pub fn is_handshaking(&self) -> bool {
        self.tls.is_handshaking()
    }

    /// Steps of the part of a handshake that is answered: the key signs.
    pub fn handshake_steps(&self) -> u64 {
        self.handshake_steps
    }

    /// Bytes of memory that are held by a record that has not come whole.
    pub fn held(&self) -> usize {
        self.incoming.capacity()
    }

    /// Forgets that record: what comes next makes no sense.
    pub fn forget(&mut self) {
        (self.incoming, self.next) = (Vec::new(), 0);
    }

    fn seal_with(
        &mut self,
        sealed: &mut Vec<u8>,
        mut seal: impl FnMut(&mut Writing<'_>, &mut [u8]) -> Result<usize, EncryptError>,
    ) -> Result<usize, Exhausted> {
        let mut length = 0;
        if self.failed {
            return Err(Exhausted);
        }
        loop {
            let UnbufferedStatus { discard, state } = self.tls.process_tls_records(&mut self.incoming);
            match state {
                Ok(ConnectionState::WriteTraffic(mut traffic)) => {
                    debug_assert_eq!(discard, 0, "what came whole was taken when it came");
                    return loop {
                        match seal(&mut traffic, &mut sealed[length..]) {
                            Ok(more) => break Ok(length + more),
                            Err(EncryptError::InsufficientSize(size)) => {
                                sealed.resize(length + size.required_size, 0);
                            }
                            Err(EncryptError::EncryptExhausted) => break Err(Exhausted),
                        }
                    };
                }
                // An answer to new keys of the peer, which goes before what they seal.
                Ok(ConnectionState::EncodeTlsData(mut data)) => loop {
                    match data.encode(&mut sealed[length..]) {
                        Ok(more) => break length += more,
                        Err(EncodeError::InsufficientSize(size)) => {
                            sealed.resize(length + size.required_size, 0);
                        }
                        Err(EncodeError::AlreadyEncoded) => return Err(Exhausted),
                    }
                },
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => self.ended = true,
                _ => return Err(Exhausted),
            }
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("handshaking", &self.is_handshaking()).finish_non_exhaustive()
    }
}

type Writing<'c> = rustls::unbuffered::WriteTraffic<'c, rustls::server::ServerConnectionData>;

/// Bytes in front of what is in a record: its type, a version, and how long that is.
const HEAD_BYTES: usize = 5;

/// Moves `next` behind the records that are there whole (RFC 8446 §5.1), and says how many those are.
fn pass_whole_records(bytes: &[u8], next: &mut usize) -> usize {
    let mut count = 0;
    while let Some([_, _, _, high, low, body @ ..]) = bytes.get(*next..)
        && let length = usize::from(u16::from_be_bytes([*high, *low]))
        && length <= body.len()
    {
        *next += HEAD_BYTES + length;
        count += 1;
    }
    count
}

/// Adds the alert that tells the peer what is wrong, if there is one. `left`: what has not been taken, which the library has looked at.
fn take_alert(tls: &mut UnbufferedServerConnection, left: &mut [u8], reply: &mut Vec<u8>) {
    // Once: it is not made for being asked again behind an error.
    if let Ok(ConnectionState::EncodeTlsData(mut data)) = tls.process_tls_records(left).state {
        append(reply, |free| data.encode(free));
    }
}

/// Adds to `bytes` what `encode` writes.
fn append(bytes: &mut Vec<u8>, mut encode: impl FnMut(&mut [u8]) -> Result<usize, EncodeError>) {
    let length = bytes.len();
    loop {
        match encode(&mut bytes[length..]) {
            Ok(written) => return bytes.truncate(length + written),
            Err(EncodeError::InsufficientSize(size)) => bytes.resize(length + size.required_size, 0),
            Err(EncodeError::AlreadyEncoded) => return bytes.truncate(length),
        }
    }
}
