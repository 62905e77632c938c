//! Accounts: registered names, and the passwords that say whose they are.
//!
//! Invariant: a [`Password`] is never shown: not by `Debug`, and no event, note or line of history can hold one.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::message::MessageId;
use super::name::Name;
use super::origin::Origin;
use super::text::Text;
use super::time::UnixMillis;
use crate::limits::{PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};

/// Names one account for ever: no other gets this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountKey(pub NonZeroU32);

impl AccountKey {
    /// The least of all that there may be.
    pub(super) const MIN: AccountKey = AccountKey(NonZeroU32::MIN);
    /// The greatest of all that there may be.
    pub(super) const MAX: AccountKey = AccountKey(NonZeroU32::MAX);

    /// The number behind this one; none: it is the last.
    pub fn next(self) -> Option<AccountKey> {
        self.0.checked_add(1).map(AccountKey)
    }
}

/// Which of the passwords that an account has had one after the other: how often it was given another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct CredentialVersion(u32);

impl CredentialVersion {
    /// That of the next password.
    pub(super) fn next(self) -> CredentialVersion {
        CredentialVersion(self.0.saturating_add(1))
    }
}

/// What a client has shown by giving a password: which account's it is, and which of the passwords of that account. Where changes take
/// a while until they are made, the account may have another one then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Credential {
    pub(super) account: AccountKey,
    pub(super) version: CredentialVersion,
}

/// A registered name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Which account.
    pub key: AccountKey,
    /// The name that is its owner's.
    pub name: Name,
}

/// The hash of a password, as a PHC string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash(Box<str>);

impl PasswordHash {
    /// This PHC string.
    pub fn new(phc: String) -> PasswordHash {
        PasswordHash(phc.into())
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// An account as each of several nodes keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// Which account, and its name.
    pub account: Account,
    /// Its password.
    pub password: PasswordHash,
    /// From where it was registered, if that is known.
    pub made_from: Option<Origin>,
    /// When.
    pub made_at: UnixMillis,
}

/// What is different about an account, since another program or the administrator changed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountChange {
    /// It is there from now on.
    Added(Account),
    /// It has another password.
    Renewed(AccountKey),
    /// It is no more, or no more under the name that it had.
    Removed(AccountKey),
}

/// What a client typed for a password, in NFC: keyboards differ in how they send an `é`.
///
/// Serialized as it is: a list of inputs and a snapshot hold passwords in clear.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(Box<str>);

/// Why something cannot be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordError {
    /// Nothing, or nothing but spaces.
    Blank,
    /// More than [`PASSWORD_MAX_BYTES`].
    TooLong,
    /// Fewer than [`PASSWORD_MIN_CHARS`]: one that is there already may be so short, a new one may not.
    TooShort,
    /// It holds a control character, which another keyboard could not repeat.
    Control,
    /// It is not UTF-8, so another terminal would send it differently.
    NotUtf8,
}

/// What is asked when a password is needed; each is a prompt of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Question {
    /// The password of a registered name.
    Password,
    /// The password of the server's operator.
    Operator,
    /// The password that will be changed.
    Current,
    /// A new password.
    New,
    /// The new password once more.
    Again,
}

/// Something that only the keeper of the accounts can do, and not at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthRequest {
    /// Is this the password? Without an account: of a name that nobody has registered, which takes as long.
    Login {
        /// Whose.
        account: Option<AccountKey>,
        /// The name that they gave.
        name: Name,
        /// What they typed.
        password: Password,
    },
    /// A new account.
    Register {
        /// Which account it will be: the chat gives out the numbers.
        key: AccountKey,
        /// The name.
        name: Name,
        /// Its password from now on.
        password: Password,
    },
    /// Is this the password of a member who is logged in already, and wants another one?
    Check {
        /// Whose.
        account: AccountKey,
        /// What they typed.
        password: Password,
    },
    /// Another password.
    Change {
        /// Whose.
        account: AccountKey,
        /// The one until now.
        old: Password,
        /// The one from now on.
        new: Password,
    },
    /// Is this the password of the server's operator?
    Operator {
        /// What they typed.
        password: Password,
    },
}

/// What a [`AuthRequest`] is about, without its secrets: an answer that comes late must not be taken for another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Matter {
    /// Taking a registered name.
    Login(Option<AccountKey>),
    /// Registering a name.
    Register(Name),
    /// Showing that one knows the password that is to be changed.
    Check(AccountKey),
    /// Changing a password.
    Change(AccountKey),
    /// Becoming an operator of the server by its password.
    Operator,
}

impl Matter {
    /// Whether it makes another password, or an account, of what was typed: no question follows.
    pub(super) fn decides(&self) -> bool {
        matches!(self, Matter::Register(_) | Matter::Change(_))
    }
}

/// What came of a [`AuthRequest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthResult {
    /// It is so, or it has been done and is on the disk; the account.
    Granted(AccountKey),
    /// It is the password of the server's operator.
    Operator,
    /// The password is another one, or nobody has that name; to be registered: it is taken.
    Wrong,
    /// Too many wait already.
    Busy,
    /// Too many wrong passwords, or names registered from the same address; not again for so long.
    Wait(Duration),
    /// There are as many accounts as there may be.
    NoneLeft,
    /// Few more may be made, and their address has made more than its share.
    OverShare,
    /// The server's files have gone from their place: nothing can be kept.
    Displaced,
    /// It could not be written, or not be computed.
    Failed,
}

/// A private message for the owner of an account who was not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfflineMessage {
    /// Its number, out of one row with those of all that is said in rooms.
    pub id: MessageId,
    /// From whom, as they were called then.
    pub from: Name,
    /// Their account, if the name was registered and theirs.
    pub sender: Option<AccountKey>,
    /// When.
    pub at: UnixMillis,
    /// What.
    pub text: Text,
}

/// What came of posting a [`OfflineMessage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Posted {
    /// It is on the disk, and will be handed over.
    Kept,
    /// As much waits for that person as may.
    Full,
    /// Little more may wait for that person, and their address has filled more than its share.
    OverShare,
    /// As much waits for all persons together as may.
    NoneLeft,
    /// Little more may wait for all persons together, and the sender's address has filled more than its share.
    OverShareOfAll,
    /// It could not be written, or not now.
    Failed,
    /// The server's files have gone from their place: nothing can be kept.
    Displaced,
}

impl AuthRequest {
    /// What it is about.
    pub fn matter(&self) -> Matter {
        match self {
            AuthRequest::Login { account, .. } => Matter::Login(*account),
            AuthRequest::Register { name, .. } => Matter::Register(name.clone()),
            AuthRequest::Check { account, .. } => Matter::Check(*account),
            AuthRequest::Change { account, .. } => Matter::Change(*account),
            AuthRequest::Operator { .. } => Matter::Operator,
        }
    }
}

impl Password {
    /// Takes `raw`, a line without its ending, for a password.
    ///
    /// # Errors
    ///
    /// It is blank, longer than [`PASSWORD_MAX_BYTES`], or holds a control character.
    pub fn new(raw: &str) -> Result<Password, PasswordError> {
        if raw.trim().is_empty() {
            return Err(PasswordError::Blank);
        }
        if raw.contains(char::is_control) {
            return Err(PasswordError::Control);
        }
        // Composed it has at least a third of its bytes (UAX 15), and marks are sorted, however many follow one another.
        if raw.len() > 3 * PASSWORD_MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        let composed: String = raw.nfc().collect();
        if composed.len() > PASSWORD_MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        Ok(Password(composed.into()))
    }

    /// Whether nobody can choose it any more.
    ///
    /// # Errors
    ///
    /// It has fewer than [`PASSWORD_MIN_CHARS`].
    pub fn vet_new(self) -> Result<Password, PasswordError> {
        if self.0.chars().nth(PASSWORD_MIN_CHARS - 1).is_none() {
            Err(PasswordError::TooShort)
        } else {
            Ok(self)
        }
    }

    /// Whether `text` is this password, but for blanks around it.
    pub(super) fn is_said_by(&self, text: &Text) -> bool {
        let said = Text::clean(&self.0);
        text.as_str().trim().nfc().eq(said.as_str().trim().nfc())
    }

    /// What is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl TryFrom<String> for Password {
    type Error = &'static str;

    fn try_from(raw: String) -> Result<Password, &'static str> {
        Password::new(&raw).map_err(|_| "no password")
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
