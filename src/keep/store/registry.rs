//! The accounts for another program than the server: it writes to the same file, also while a server uses it, and tells
//! that server.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use super::error::Cause;
use super::lock::{AGAIN, Lock, make_dir, tell_server};
use super::writer::Writer;
use super::{FILE, StoreError, create_if_missing, open};
use crate::chat::{Name, Password, Stamp};
use crate::keep::accounts::make;
use crate::keep::affair::Registration;
use crate::keep::worker::now;
use crate::limits::HISTORY_BUSY_TIMEOUT;

/// The accounts of a directory.
#[derive(Debug)]
pub struct Registry {
    dir: PathBuf,
    writer: Writer,
}

/// An account as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Whose it is. Not a [`Name`]: it is what the file says.
    pub name: String,
    /// When it was made.
    pub made_at: Stamp,
    /// When its password was last given, if ever.
    pub seen_at: Option<Stamp>,
}

/// Why something cannot be done to an account.
#[derive(Debug)]
pub enum RegistryError {
    /// The file cannot be used.
    Store(StoreError),
    /// This name is registered, and the one that was wanted looks like it.
    Taken(String),
    /// Nobody has registered that name.
    Unknown,
    /// There are as many as there may be.
    NoneLeft,
    /// The password could not be hashed, for this reason.
    Hash(String),
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> RegistryError {
        RegistryError::Store(error)
    }
}

impl Registry {
    /// Whether there is a history in `dir` that can be opened, or that cannot.
    pub fn is_there(dir: &Path) -> bool {
        dir.join(FILE).exists()
    }

    /// Opens the accounts in `dir`.
    ///
    /// # Errors
    ///
    /// There is no history there, or none that can be used.
    pub fn open(dir: &Path) -> Result<Registry, StoreError> {
        let path = dir.join(FILE);
        let opened = match path.try_exists() {
            Ok(true) => open(&path, None, None),
            Ok(false) => Err(Cause::Missing),
            Err(error) => Err(Cause::Unwritable(error)),
        };
        let writer = opened.map_err(|cause| StoreError { path, cause })?;
        Ok(Registry { dir: dir.to_owned(), writer })
    }

    /// Opens the accounts in `dir`, or makes a directory and a file without any.
    ///
    /// # Errors
    ///
    /// The directory cannot be written, or what is in it cannot be used.
    pub fn open_or_make(dir: &Path) -> Result<Registry, StoreError> {
        make_file(dir).map_err(|cause| StoreError { path: dir.to_owned(), cause })?;
        Registry::open(dir)
    }

    /// Whose name `name` is taken for, as it is registered.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn find(&self, name: &Name) -> Result<Option<String>, RegistryError> {
        Ok(self.writer.account_like(name).map_err(|error| self.failed(error))?.map(|(_, name)| name))
    }

    /// Registers `name`.
    ///
    /// # Errors
    ///
    /// It is registered, or looks like one that is; or it could not be written.
    pub fn add(&mut self, name: &Name, password: &Password) -> Result<(), RegistryError> {
        let password = hash(password)?;
        let made = self.writer.transaction(|file| file.register(name.as_str(), &password, now()));
        match made.map_err(|error| self.failed(error))? {
            Registration::Made(_) => Ok(()),
            Registration::Taken => Err(RegistryError::Taken(self.find(name)?.unwrap_or_default())),
            Registration::NoneLeft | Registration::Failed => Err(RegistryError::NoneLeft),
        }
    }

    /// Gives `name` another password.
    ///
    /// # Errors
    ///
    /// Nobody has registered it, or it could not be written.
    pub fn change(&mut self, name: &Name, password: &Password) -> Result<(), RegistryError> {
        let password = hash(password)?;
        let changed = self.writer.transaction(|file| match file.account_called(name)? {
            Some(key) => file.change_password(key, &password),
            None => Ok(false),
        });
        changed.map_err(|error| self.failed(error))?.then_some(()).ok_or(RegistryError::Unknown)
    }

    /// Lets everybody have `name` again. Its letters are gone, and so are its rooms, at the next start.
    ///
    /// # Errors
    ///
    /// Nobody has registered it, or it could not be written.
    pub fn remove(&mut self, name: &Name) -> Result<(), RegistryError> {
        let removed = self.writer.transaction(|file| match file.account_called(name)? {
            Some(key) => file.remove_account(key).map(|()| true),
            None => Ok(false),
        });
        removed.map_err(|error| self.failed(error))?.then_some(()).ok_or(RegistryError::Unknown)
    }

    /// All accounts, by name.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn list(&self) -> Result<Vec<Registered>, RegistryError> {
        self.writer.registered().map_err(|error| self.failed(error))
    }

    /// Tells the server that uses the directory, if there is one, to look at the accounts again.
    ///
    /// # Errors
    ///
    /// There is one, and it cannot be told.
    pub fn tell_server(&self) -> io::Result<()> {
        tell_server(&self.dir)
    }

    fn failed(&self, error: rusqlite::Error) -> RegistryError {
        RegistryError::Store(StoreError { path: self.dir.join(FILE), cause: error.into() })
    }
}

/// Makes the file, unless a server that is just starting does so.
fn make_file(dir: &Path) -> Result<(), Cause> {
    make_dir(dir)?;
    let (path, start) = (dir.join(FILE), Instant::now());
    while !path.try_exists().map_err(Cause::Unwritable)? {
        match Lock::take(dir) {
            Ok(_lock) => create_if_missing(&path)?,
            Err(Cause::InUse) if start.elapsed() < HISTORY_BUSY_TIMEOUT => {
                thread::sleep(AGAIN);
            }
            Err(cause) => return Err(cause),
        }
    }
    Ok(())
}

fn hash(password: &Password) -> Result<String, RegistryError> {
    make(password).map_err(|error| RegistryError::Hash(error.to_string()))
}
