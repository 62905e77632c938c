//! The thread that hashes passwords, one at a time: a question to the history does not wait behind one.
//!
//! Law: a password is in memory until it is hashed and nowhere else; what is kept is its Argon2id PHC string.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use argon2::password_hash::{self, PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::chat::Password;
use crate::keep::worker::yield_to_the_loop;
use crate::limits::{PASSWORD_MEMORY_KIB, PASSWORD_MEMORY_MAX_KIB, PASSWORD_PASSES, PASSWORD_PASSES_MAX};

/// The longest PHC string that comes from outside: ours have a hundred bytes.
const HASH_MAX_BYTES: usize = 256;

/// What there is to hash.
#[derive(Debug)]
pub(in crate::keep) enum Work {
    /// Is this the password?
    Verify { password: Password, against: String },
    /// A new one.
    Make { password: Password },
    /// A new one, if the old one is right.
    Remake { old: Password, against: String, new: Password },
}

/// What came of it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::keep) enum Hashed {
    Right,
    Wrong,
    /// The PHC string of the new password.
    Made(String),
    /// It could not be computed.
    Failed(String),
}

/// The loop's end of the thread.
#[derive(Debug)]
pub(in crate::keep) struct Hasher {
    work: Sender<(u64, Work)>,
    done: Receiver<(u64, Hashed)>,
}

/// The other ends: what there is to hash, and what came of it.
pub(in crate::keep) type HasherEnds = (Receiver<(u64, Work)>, Sender<(u64, Hashed)>);

impl Hasher {
    /// Starts the thread, which calls `wake` when something is done.
    pub(in crate::keep) fn start(wake: impl Fn() + Send + 'static) -> io::Result<Hasher> {
        let (work, theirs) = mpsc::channel::<(u64, Work)>();
        let (ours, done) = mpsc::channel();
        thread::Builder::new().name("passwords".into()).spawn(move || {
            yield_to_the_loop();
            for (ticket, work) in theirs {
                if ours.send((ticket, perform(work))).is_err() {
                    break;
                }
                wake();
            }
        })?;
        Ok(Hasher { work, done })
    }

    /// Without a thread: whoever holds the other ends does the work.
    pub(in crate::keep) fn by_hand() -> (Hasher, HasherEnds) {
        let ((work, theirs), (ours, done)) = (mpsc::channel(), mpsc::channel());
        (Hasher { work, done }, (theirs, ours))
    }

    /// Hands over some work; whoever does so counts how much there is.
    pub(super) fn hand_over(&self, ticket: u64, work: Work) -> bool {
        self.work.send((ticket, work)).is_ok()
    }

    /// What is done.
    pub(super) fn done(&self) -> Option<(u64, Hashed)> {
        self.done.try_recv().ok()
    }
}

fn perform(work: Work) -> Hashed {
    let made = |password| match make(password) {
        Ok(made) => Hashed::Made(made),
        Err(error) => Hashed::Failed(error.to_string()),
    };
    match work {
        Work::Make { password } => made(&password),
        Work::Verify { password, against } => verify(&password, &against),
        Work::Remake { old, against, new } => match verify(&old, &against) {
            Hashed::Right => made(&new),
            other => other,
        },
    }
}

fn argon2() -> Result<Argon2<'static>, password_hash::Error> {
    let params = Params::new(PASSWORD_MEMORY_KIB, PASSWORD_PASSES, 1, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string of `password`, with a salt of its own.
pub(in crate::keep) fn make(password: &Password) -> Result<String, password_hash::Error> {
    Ok(argon2()?.hash_password(password.as_bytes())?.to_string())
}

/// Whether this can be what [`make`] makes.
pub(in crate::keep) fn is_hash(text: &str) -> bool {
    text.starts_with("$argon2id$")
        && text.len() <= HASH_MAX_BYTES
        && PasswordHash::new(text).is_ok_and(|hash| is_bearable(&hash))
}

/// Whether comparing with it takes no more memory and time than a password may: what it takes stands in it, whoever wrote it.
fn is_bearable(hash: &PasswordHash) -> bool {
    Params::try_from(hash).is_ok_and(|params| {
        params.m_cost() <= PASSWORD_MEMORY_MAX_KIB && params.t_cost() <= PASSWORD_PASSES_MAX
    })
}

/// Whether `password` is the one of the PHC string `against`, by the parameters that stand in there.
fn verify(password: &Password, against: &str) -> Hashed {
    let verified = PasswordHash::new(against).map_err(|error| error.to_string()).and_then(|hash| {
        if !is_bearable(&hash) {
            return Err("it takes too much to compare".to_owned());
        }
        Ok(argon2().map_err(|error| error.to_string())?.verify_password(password.as_bytes(), &hash))
    });
    match verified {
        Ok(Ok(())) => Hashed::Right,
        Ok(Err(password_hash::Error::PasswordInvalid)) => Hashed::Wrong,
        Ok(Err(error)) => Hashed::Failed(error.to_string()),
        Err(error) => Hashed::Failed(error),
    }
}

/// A PHC string that is nobody's: comparing with it takes the same work.
pub(super) fn decoy() -> String {
    // 16 bytes of salt and 32 of hash, as `make` has them, in Base64 without padding.
    format!(
        "$argon2id$v=19$m={PASSWORD_MEMORY_KIB},t={PASSWORD_PASSES},p=1$dGVydHVsaWEgZGVjb3khIQ${}",
        "c".repeat(42) + "A"
    )
}
