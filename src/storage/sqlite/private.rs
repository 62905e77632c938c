//! What lies in the directory of `--data` is for the user alone under which the server runs: passwords' hashes, rooms' keys and
//! private messages.
//!
//! Invariant: a file of ours is made with its final mode. Between a wider one and a `chmod` others could open it.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::chat::Language;

/// The mode of each file.
pub(super) const PRIVATE_FILE: u32 = 0o600;

/// The mode of a directory that we make.
pub(super) const PRIVATE_DIR: u32 = 0o700;

/// What anybody but the owner may do.
const OTHERS: u32 = 0o077;

/// What anybody may do who is not even in the group.
const ALL: u32 = 0o007;

/// Something that other users of the machine can, or could, read or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// The directory, or a file in it.
    pub path: PathBuf,
    /// Its permissions as they were found, as `chmod` takes them.
    pub mode: u32,
    /// The permissions that it should have, if it still has the others.
    pub advice: Option<u32>,
}

impl Exposed {
    /// The one line for the console.
    pub fn describe(&self, language: Language) -> String {
        let (path, mode) = (self.path.display(), self.mode);
        match (language, self.advice) {
            (Language::Spanish, None) => format!(
                "Otros usuarios de este equipo tenían acceso a {path} (permisos {mode:03o}); ya no lo tienen"
            ),
            (Language::Spanish, Some(advice)) => format!(
                "Otros usuarios de este equipo tienen acceso a {path} (permisos {mode:03o}). Para quitárselo: \
                 chmod {advice:o} {path}"
            ),
            (Language::English, None) => {
                format!("Other users of this machine had access to {path} (mode {mode:03o}); not any more")
            }
            (Language::English, Some(advice)) => format!(
                "Other users of this machine have access to {path} (mode {mode:03o}). To take it from them: \
                 chmod {advice:o} {path}"
            ),
        }
    }
}

/// Makes an empty file, which must not be there.
pub(super) fn create(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(PRIVATE_FILE).open(path)
}

/// Closes a file to others, if it is there and was not; the owner's rights stay. By its name: opening and closing a
/// database would let go of SQLite's locks on it.
pub fn close_to_others(path: &Path) -> Option<Exposed> {
    let mode = fs::metadata(path).ok()?.mode() & 0o777;
    if mode & OTHERS == 0 {
        return None;
    }
    // What a link leads to may be anything, and a file may be another user's.
    let closed =
        !path.is_symlink() && fs::set_permissions(path, Permissions::from_mode(mode & !OTHERS)).is_ok();
    Some(Exposed { path: path.to_owned(), mode, advice: (!closed).then_some(PRIVATE_FILE) })
}

/// Whether every user has access to a file that others look after. Its group may well be meant to, as `ssl-cert` is.
pub fn exposed_to_all(path: &Path) -> Option<Exposed> {
    let mode = fs::metadata(path).ok()?.mode() & 0o777;
    (mode & ALL != 0).then(|| Exposed { path: path.to_owned(), mode, advice: Some(mode & !ALL) })
}

/// Whether others have access to a directory. It may hold other things, so its mode is its owner's business.
pub(super) fn exposed_dir(dir: &Path) -> Option<Exposed> {
    let mode = fs::metadata(dir).ok()?.mode() & 0o777;
    (mode & OTHERS != 0).then(|| Exposed { path: dir.to_owned(), mode, advice: Some(PRIVATE_DIR) })
}

/// Whether only the owner can open this directory.
pub(super) fn is_unreadable_for_others(dir: &File) -> bool {
    dir.metadata().is_ok_and(|metadata| metadata.mode() & 0o044 == 0)
}
