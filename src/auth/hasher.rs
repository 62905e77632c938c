//! The thread that hashes passwords, one at a time: a question to the history does not wait behind one.
//!
//! Invariants: a password is dropped here when it is hashed, and stands in no file; what is kept is its Argon2id PHC string. All passwords are
//! hashed in the same memory, which goes back to the system when none has come for a while.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{self, try_generate_salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

use crate::chat::{AuthRequest, Password};
use crate::limits::{
    PASSWORD_MEMORY_KIB, PASSWORD_MEMORY_MAX_KIB, PASSWORD_MEMORY_REST, PASSWORD_PASSES, PASSWORD_PASSES_MAX,
};
use crate::threads;

/// The longest PHC string that comes from outside: ours have a hundred bytes.
const HASH_MAX_BYTES: usize = 256;

/// What there is to hash.
#[derive(Debug)]
pub(crate) struct HashJob {
    /// The request's number, which comes back with what came of it.
    pub(crate) number: u64,
    /// With the passwords that were typed.
    pub(crate) request: AuthRequest,
    /// The PHC string that the password is compared with; a [`decoy`] where there is none.
    pub(crate) against: String,
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Hashed {
    Right,
    Wrong,
    /// The PHC string of the new password.
    Made(String),
    /// It could not be computed.
    Failed(String),
}

/// The loop's end of the thread.
#[derive(Debug)]
pub(crate) struct Hasher {
    work: Sender<HashJob>,
    done: Receiver<(u64, Hashed)>,
}

/// The other ends: what there is to hash, and what came of it.
pub(crate) type HasherEnds = (Receiver<HashJob>, Sender<(u64, Hashed)>);

impl Hasher {
    /// Starts the thread, which calls `wake` when something is done.
    pub(crate) fn start(wake: impl Fn() + Send + 'static) -> io::Result<Hasher> {
        let (work, theirs) = mpsc::channel::<HashJob>();
        let (ours, done) = mpsc::channel();
        threads::spawn("passwords", move || {
            threads::yield_to_the_loop();
            let mut memory = HashMemory::default();
            while let Some(HashJob { number, request, against }) = next(&theirs, &mut memory) {
                if ours.send((number, perform(request, &against, &mut memory))).is_err() {
                    break;
                }
                wake();
            }
        })?;
        Ok(Hasher { work, done })
    }

    /// Without a thread: the holder of the other ends does the work.
    pub(crate) fn by_hand() -> (Hasher, HasherEnds) {
        let ((work, theirs), (ours, done)) = (mpsc::channel(), mpsc::channel());
        (Hasher { work, done }, (theirs, ours))
    }

    /// Hands over some work; the caller counts how much there is.
    pub(crate) fn hand_over(&self, work: HashJob) -> bool {
        self.work.send(work).is_ok()
    }

    /// What is done.
    pub(crate) fn done(&self) -> Option<(u64, Hashed)> {
        self.done.try_recv().ok()
    }
}

/// The blocks that Argon2 fills, 1 KiB each; none before the first password. They are used again: glibc would take those for
/// the next password from elsewhere, and keep all of them.
#[derive(Default)]
struct HashMemory(Vec<Block>);

/// An allocation of this size goes back to the system when it is dropped, and changes nothing about later ones: above 32 MiB
/// glibc always maps a piece of memory of its own (mallopt(3), `M_MMAP_THRESHOLD`). What is not used of it takes no memory.
const MAPPED_BLOCKS: usize = 33 * 1024;

impl HashMemory {
    /// The hash of `password`, as long as the parameters say.
    fn hash(
        &mut self,
        argon2: &Argon2,
        password: &Password,
        salt: &[u8],
    ) -> Result<Output, password_hash::Error> {
        let (blocks, length) = (argon2.params().block_count(), argon2.params().output_len());
        if self.0.capacity() < blocks {
            self.0 = Vec::new();
            let allocated = self.0.try_reserve_exact(blocks.max(MAPPED_BLOCKS));
            allocated.map_err(|_| password_hash::Error::OutOfMemory)?;
        }
        if self.0.len() < blocks {
            self.0.resize(blocks, Block::new());
        }
        let mut hash = [0; Output::MAX_LENGTH];
        let length = length.unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let hash = hash.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, hash, &mut self.0[..blocks])?;
        Ok(Output::new(hash)?)
    }
}

/// Waits for the next work, for a while with the memory of the last.
fn next(work: &Receiver<HashJob>, memory: &mut HashMemory) -> Option<HashJob> {
    if !memory.0.is_empty() {
        match work.recv_timeout(PASSWORD_MEMORY_REST) {
            Ok(next) => return Some(next),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => *memory = HashMemory::default(),
        }
    }
    work.recv().ok()
}

fn perform(request: AuthRequest, against: &str, memory: &mut HashMemory) -> Hashed {
    let made = |password, memory: &mut HashMemory| match make_in(password, memory) {
        Ok(made) => Hashed::Made(made),
        Err(error) => Hashed::Failed(error.to_string()),
    };
    match request {
        AuthRequest::Login { password, .. }
        | AuthRequest::Check { password, .. }
        | AuthRequest::Operator { password } => verify(&password, against, memory),
        AuthRequest::Register { password, .. } => made(&password, memory),
        AuthRequest::Change { old, new, .. } => match verify(&old, against, memory) {
            Hashed::Right => made(&new, memory),
            other => other,
        },
    }
}

/// Bytes that nobody can guess, from the system.
///
/// # Errors
///
/// The system has none.
pub fn random_key() -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    for half in key.chunks_exact_mut(16) {
        half.copy_from_slice(&try_generate_salt().map_err(io::Error::other)?);
    }
    Ok(key)
}

/// A number that no other process has.
///
/// # Errors
///
/// As of [`random_key`].
pub fn random_number() -> io::Result<u64> {
    Ok(random_key()?.into_iter().take(8).fold(0, |number, byte| number << 8 | u64::from(byte)))
}

/// The PHC string of `password`, with a salt of its own.
pub(crate) fn make(password: &Password) -> Result<String, password_hash::Error> {
    make_in(password, &mut HashMemory::default())
}

fn make_in(password: &Password, memory: &mut HashMemory) -> Result<String, password_hash::Error> {
    let params = Params::new(PASSWORD_MEMORY_KIB, PASSWORD_PASSES, 1, None)?;
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    let (written, salt) = (ParamsString::try_from(&params)?, Salt::new(&try_generate_salt()?)?);
    let hash = memory.hash(&Argon2::new(algorithm, version, params), password, &salt)?;
    let (version, params) = (Some(version.into()), written);
    let made =
        PasswordHash { algorithm: algorithm.ident(), version, params, salt: Some(salt), hash: Some(hash) };
    Ok(made.to_string())
}

/// Whether this can be what [`make`] makes.
pub(crate) fn is_hash(text: &str) -> bool {
    text.starts_with("$argon2id$")
        && text.len() <= HASH_MAX_BYTES
        && PasswordHash::new(text).is_ok_and(|hash| is_bearable(&hash))
}

/// Whether comparing with it takes no more memory and time than a password may: what it takes stands in it.
fn is_bearable(hash: &PasswordHash) -> bool {
    Params::try_from(hash).is_ok_and(|params| {
        params.m_cost() <= PASSWORD_MEMORY_MAX_KIB && params.t_cost() <= PASSWORD_PASSES_MAX
    })
}

/// Whether `password` is the one of the PHC string `against`, by the parameters that stand in there.
fn verify(password: &Password, against: &str, memory: &mut HashMemory) -> Hashed {
    let verified = PasswordHash::new(against).map_err(|error| error.to_string()).and_then(|hash| {
        if !is_bearable(&hash) {
            return Err("it takes too much to compare".to_owned());
        }
        is_of(password, &hash, memory).map_err(|error| error.to_string())
    });
    match verified {
        Ok(true) => Hashed::Right,
        Ok(false) => Hashed::Wrong,
        Err(error) => Hashed::Failed(error),
    }
}

/// Whether a hash is that of `password`. The comparison takes the same time wherever they differ.
fn is_of(
    password: &Password,
    hash: &PasswordHash,
    memory: &mut HashMemory,
) -> Result<bool, password_hash::Error> {
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str())?;
    let version = hash.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(hash)?);
    Ok(memory.hash(&argon2, password, salt)? == *expected)
}

/// A PHC string that is nobody's: comparing with it takes the same work.
pub(crate) fn decoy() -> String {
    // 16 bytes of salt and 32 of hash, as `make` has them, in Base64 without padding.
    format!(
        "$argon2id$v=19$m={PASSWORD_MEMORY_KIB},t={PASSWORD_PASSES},p=1$dGVydHVsaWEgZGVjb3khIQ${}",
        "c".repeat(42) + "A"
    )
}
