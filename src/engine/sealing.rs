//! How entries and snapshots are sealed with a key that the nodes alone have: who has the engine can then neither read nor make one.
//!
//! Invariants: no key seals two values with the same nonce; what was sealed as an entry does not open as a snapshot, nor the other way
//! round, nor under another prefix.
//!
//! ```text
//! 1 | salt, 16 bytes | number, 8 bytes | ciphertext | tag, 16 bytes          (ChaCha20-Poly1305)
//! ```
//!
//! Each process seals with a key of its own, which follows from that of the log and from a salt that is drawn at its start (HKDF-SHA256). Its
//! nonces are numbers that are counted, so that no count of entries is too large for one key. With nonces that are drawn, one key would
//! be good for 2^32 values: at 20,000 entries a second those are written in 60 hours.
//!
//! What can be done without the key: to read when and how much is said; to delete, to hold up, to put the log back to what it was. What is
//! written once more does not count, for entries have numbers.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;

use crate::limits::NODES_MAX;

/// Bytes of the key.
const KEY_BYTES: usize = 32;
/// Bytes of what each process draws.
const SALT_BYTES: usize = 16;
/// What each sealed value begins with. What is not sealed is JSON, which never does.
const SEALED: u8 = 1;
/// Where the number and the ciphertext of a sealed value begin.
const NUMBER: usize = 1 + SALT_BYTES;
const CIPHERTEXT: usize = NUMBER + size_of::<u64>();
/// What else the keys of processes are for: nothing.
const PURPOSE: &[u8] = b"tertulia log";
/// What is signed with the key for it to be known again.
const FINGERPRINT: &[u8] = b"tertulia log key";

/// The key with which a log is sealed: 64 hexadecimal digits.
#[derive(Clone)]
pub struct LogKey([u8; KEY_BYTES]);

/// A text is no key. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no key: it has {} hexadecimal digits", 2 * KEY_BYTES)]
pub struct LogKeyError;

impl FromStr for LogKey {
    type Err = LogKeyError;

    fn from_str(typed: &str) -> Result<LogKey, LogKeyError> {
        let digits: Option<Vec<u8>> =
            typed.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
        let digits = digits.filter(|digits| digits.len() == 2 * KEY_BYTES).ok_or(LogKeyError)?;
        let mut key = [0; KEY_BYTES];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(LogKey(key))
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey")
    }
}

/// Why a value does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealingError {
    /// It is sealed, and no key was given.
    #[error("sealed, and no key was given")]
    NoKey,
    /// A key was given, and it is not sealed.
    #[error("not sealed, and a key was given")]
    NotSealed,
    /// It was sealed with another key, as something else, or is damaged.
    #[error("sealed with another key")]
    OtherKey,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SealedKind {
    Entry,
    /// Of which place it is stands in it.
    Snapshot,
}

/// How a process seals, or that it does not.
pub(super) struct Sealing(Option<Sealer>);

struct Sealer {
    log_key: LogKey,
    /// What the keys of the log in the engine begin with.
    prefix: String,
    salt: [u8; SALT_BYTES],
    key: LessSafeKey,
    /// The number of the next value.
    next: AtomicU64,
}

impl Sealing {
    /// With that key, under that prefix; none: nothing is sealed.
    ///
    /// # Errors
    ///
    /// The system has no random numbers.
    pub(super) fn new(log_key: Option<&LogKey>, prefix: &str) -> std::io::Result<Sealing> {
        let Some(log_key) = log_key else { return Ok(Sealing(None)) };
        let mut salt = [0; SALT_BYTES];
        SystemRandom::new().fill(&mut salt).map_err(|_| std::io::Error::other("no random numbers"))?;
        Ok(Sealing(Some(Sealer {
            log_key: log_key.clone(),
            prefix: prefix.to_owned(),
            salt,
            key: log_key.of_process(&salt),
            next: AtomicU64::new(0),
        })))
    }

    /// The value as it is to stand in the engine.
    pub(super) fn seal<'a>(&self, kind: SealedKind, value: &'a [u8]) -> Cow<'a, [u8]> {
        let Some(sealer) = &self.0 else { return Cow::Borrowed(value) };
        let number = sealer.next.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut sealed = [&[SEALED], sealer.salt.as_slice(), &number, value].concat();
        let (nonce, aad) = (nonce(number), Aad::from(sealer.context(kind)));
        let tag = sealer.key.seal_in_place_separate_tag(nonce, aad, &mut sealed[CIPHERTEXT..]);
        sealed.extend(tag.expect("a value is far shorter than the cipher permits").as_ref());
        Cow::Owned(sealed)
    }
}

impl Sealer {
    /// What a value is sealed as.
    fn context(&self, kind: SealedKind) -> String {
        let kind = match kind {
            SealedKind::Entry => "entry",
            SealedKind::Snapshot => "snapshot",
        };
        format!("{kind} {}", self.prefix)
    }
}

impl LogKey {
    /// By what it is known again; nothing of the key follows from it.
    pub fn fingerprint(&self) -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), FINGERPRINT);
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key with which the process of that salt seals.
    fn of_process(&self, salt: &[u8; SALT_BYTES]) -> LessSafeKey {
        let derived = Salt::new(HKDF_SHA256, salt).extract(&self.0);
        let key = derived.expand(&[PURPOSE], &CHACHA20_POLY1305);
        LessSafeKey::new(UnboundKey::from(key.expect("its length is that of one hash")))
    }
}

/// The nonce of the value of that number.
fn nonce(number: [u8; 8]) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[NONCE_LEN - number.len()..].copy_from_slice(&number);
    Nonce::assume_unique_for_key(nonce)
}

/// Opens what processes of the same log have sealed. Each thread has one.
pub(super) struct Opener {
    sealing: Arc<Sealing>,
    /// The keys of processes by their salts, those of whom something was opened; the one that was met first goes first.
    keys: Vec<([u8; SALT_BYTES], LessSafeKey)>,
}

impl Opener {
    pub(super) fn new(sealing: &Arc<Sealing>) -> Opener {
        Opener { sealing: Arc::clone(sealing), keys: Vec::new() }
    }

    /// The value that stands so in the engine.
    pub(super) fn open(&mut self, kind: SealedKind, mut bytes: Vec<u8>) -> Result<Vec<u8>, SealingError> {
        let is_sealed = bytes.first() == Some(&SEALED);
        let Some(sealer) = &self.sealing.0 else {
            return if is_sealed { Err(SealingError::NoKey) } else { Ok(bytes) };
        };
        if !is_sealed {
            return Err(SealingError::NotSealed);
        }
        let header = bytes.get(1..CIPHERTEXT).and_then(|header| header.split_first_chunk::<SALT_BYTES>());
        let Some((&salt, number)) = header else { return Err(SealingError::OtherKey) };
        let nonce = nonce(number.try_into().expect("what follows the salt is the number"));
        let aad = Aad::from(sealer.context(kind));
        let known = self.keys.iter().find(|(known, _)| *known == salt);
        let fresh = known.is_none().then(|| sealer.log_key.of_process(&salt));
        let key = fresh.as_ref().or(known.map(|(_, key)| key)).expect("one of both is there");
        let opened = key.open_within(nonce, aad, &mut bytes, CIPHERTEXT..);
        let length = opened.map_err(|_| SealingError::OtherKey)?.len();
        bytes.truncate(length);
        // Only behind that: by salts that nobody has sealed with nobody is forgotten.
        if let Some(key) = fresh {
            if self.keys.len() == NODES_MAX {
                self.keys.remove(0);
            }
            self.keys.push((salt, key));
        }
        Ok(bytes)
    }
}
