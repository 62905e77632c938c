//! What an order about the accounts does to the file: in a server's hands or, while none runs, in those of the program that
//! was given it.

use std::path::{Path, PathBuf};

use rusqlite::Result;

use super::database::Database;
use super::error::StoreCause;
use super::lock::{Lock, make_dir};
use super::private::Exposed;
use super::{FILE, StoreError, close_files, create_if_missing, open};
use crate::auth::{is_hash, make};
use crate::chat::{AuthResult, Name, Password};
use crate::control::{AccountOrder, AccountReply, ControlRefusal};
use crate::storage::steady::now;

/// The accounts of a directory that no server works with, and none can before this is dropped.
#[derive(Debug)]
pub struct AccountFile {
    path: PathBuf,
    writer: Database,
    exposed: Option<Exposed>,
}

impl AccountFile {
    /// Whether there is a history in `dir` that can be opened, or that cannot.
    pub fn is_there(dir: &Path) -> bool {
        AccountFile::path(dir).exists()
    }

    /// Where it is.
    pub fn path(dir: &Path) -> PathBuf {
        dir.join(FILE)
    }

    /// Whether another program has the directory. Nothing is made there.
    pub fn is_held(dir: &Path) -> bool {
        Lock::is_held(dir)
    }

    /// Opens the accounts in `dir`; `make`s a directory and a file without any if need be. None: another program works
    /// with them now.
    ///
    /// # Errors
    ///
    /// There is no history there, or none that can be used.
    pub fn try_open(dir: &Path, make: bool) -> std::result::Result<Option<AccountFile>, StoreError> {
        let path = AccountFile::path(dir);
        let failed = |cause| StoreError { path: path.clone(), cause };
        if make {
            make_dir(dir).map_err(|cause| StoreError { path: dir.to_owned(), cause })?;
        } else if !path.try_exists().map_err(|error| failed(StoreCause::Unwritable(error)))? {
            return Err(failed(StoreCause::Missing));
        }
        let Some(lock) = Lock::try_take(dir).map_err(failed)? else { return Ok(None) };
        if make {
            create_if_missing(&path).map_err(failed)?;
        }
        let exposed = close_files(&path);
        let writer = open(&path, None, lock).map_err(failed)?;
        Ok(Some(AccountFile { path, writer, exposed }))
    }

    /// The database, if other users of the machine had access to it until now.
    pub fn exposed(&self) -> Option<&Exposed> {
        self.exposed.as_ref()
    }

    /// Carries an order out.
    ///
    /// # Errors
    ///
    /// The file cannot be read or written; nothing was done.
    pub fn order(&mut self, order: &AccountOrder) -> std::result::Result<AccountReply, StoreError> {
        let is_of_log = self.writer.membership().map(|membership| membership.log.is_some());
        let done = match order.only_reads() {
            // The other servers would not know of it.
            false if matches!(is_of_log, Ok(true)) => {
                return Err(StoreError { path: self.path.clone(), cause: StoreCause::OfLog });
            }
            true => self.writer.order(order, now()),
            false => self.writer.transaction(|file| file.order(order, now())),
        };
        done.map_err(|error| StoreError { path: self.path.clone(), cause: error.into() })
    }
}

impl Database {
    /// Carries an order out, at `at`; inside a transaction, if it is one that writes.
    pub(in crate::storage) fn order(&self, order: &AccountOrder, at: i64) -> Result<AccountReply> {
        let refused = |refusal| Ok(AccountReply::Refused(refusal));
        let done = |done: bool| match done {
            true => AccountReply::Done,
            false => AccountReply::Refused(ControlRefusal::Unknown),
        };
        let (AccountOrder::Find { name }
        | AccountOrder::Add { name, .. }
        | AccountOrder::Change { name, .. }
        | AccountOrder::Remove { name }) = order
        else {
            return Ok(AccountReply::Listed(self.registered()?));
        };
        let name = if let AccountOrder::Add { .. } = order { Name::given(name) } else { Name::known(name) };
        let Ok(name) = name else { return refused(ControlRefusal::Unclear) };
        match order {
            AccountOrder::Add { hash, .. } | AccountOrder::Change { hash, .. } if !is_hash(hash) => {
                refused(ControlRefusal::Unclear)
            }
            AccountOrder::Add { hash, .. } => {
                match self.register(self.next_account()?, (&name, hash), None, at)? {
                    AuthResult::Granted(_) => Ok(AccountReply::Done),
                    AuthResult::Wrong => {
                        refused(ControlRefusal::Taken(self.account_named_like(&name)?.unwrap_or_default()))
                    }
                    _ => refused(ControlRefusal::NoneLeft),
                }
            }
            AccountOrder::Change { hash, .. } => match self.account_called(&name)? {
                Some(key) => Ok(done(self.change_password(key, hash, None)?)),
                None => Ok(done(false)),
            },
            AccountOrder::Remove { .. } => match self.account_called(&name)? {
                Some(key) => self.remove_account(key).map(|()| AccountReply::Done),
                None => Ok(done(false)),
            },
            AccountOrder::Find { .. } | AccountOrder::List => {
                Ok(AccountReply::Found(self.account_named_like(&name)?))
            }
        }
    }
}

/// The hash of a password, as an order about an account takes it.
///
/// # Errors
///
/// It cannot be computed; why.
pub fn hash(password: &Password) -> std::result::Result<String, String> {
    make(password).map_err(|error| error.to_string())
}
