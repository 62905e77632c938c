//! The file of known hosts: where it is, reading it, adding to it.
//!
//! Invariant: it is replaced as a whole, under a lock that all clients take: each reader sees one whole file, and nothing that
//! another client added is lost.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, OFlags, flock};

use super::known_hosts::{KnownHosts, Trust, Verdict};

/// A file with more in it is not one of ours.
const FILE_MAX_BYTES: u64 = 1024 * 1024;

/// How long other clients may take to add their lines, on a disk that is busy.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// Between two looks at the lock.
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// The file, which need not be there.
pub(super) struct Store {
    path: PathBuf,
}

impl Store {
    /// Where it is for this user (XDG Base Directory Specification: state); none without a home.
    pub(super) fn of_user() -> Option<Store> {
        let directory = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = directory("XDG_STATE_HOME").or_else(|| Some(directory("HOME")?.join(".local/state")))?;
        Some(Store { path: state.join("tertulia/known_hosts") })
    }

    /// All of it; nothing, if there is no such file, nor can be one.
    pub(super) fn read(&self) -> io::Result<KnownHosts> {
        let file = match open(OpenOptions::new().read(true), &self.path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(KnownHosts::default());
            }
            file => file?,
        };
        let mut bytes = Vec::new();
        file.take(FILE_MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_MAX_BYTES {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(KnownHosts::new(bytes))
    }

    /// Remembers that the server at `place` is trusted, unless another client has remembered something else meanwhile: a server that is
    /// new to this one, `fingerprint`, is judged again. [`Verdict::Known`] if all is well.
    pub(super) fn remember(
        &self,
        place: &str,
        trust: &Trust,
        fingerprint: Option<&str>,
        header: &str,
    ) -> io::Result<Verdict> {
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let _lock = lock(&self.path.with_extension("lock"))?;
        let known = self.read()?;
        if let Some(fingerprint) = fingerprint {
            match known.judge(place, fingerprint) {
                Verdict::First => {}
                verdict => return Ok(verdict),
            }
        }
        self.replace(&known.with(place, trust, header))?;
        Ok(Verdict::Known)
    }

    /// How the file is told to a person.
    pub(super) fn shown(&self) -> String {
        let home = env::var_os("HOME")
            .map(PathBuf::from)
            .filter(|home| home.is_absolute() && home != Path::new("/"));
        match home.as_ref().and_then(|home| self.path.strip_prefix(home).ok()) {
            Some(rest) => format!("~/{}", rest.display()),
            None => self.path.display().to_string(),
        }
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        // Where it is a link, what it leads to is replaced.
        let path = fs::canonicalize(&self.path).unwrap_or(self.path.clone());
        let new = path.with_extension(format!("{}.new", process::id()));
        let _ = fs::remove_file(&new); // of a client that had this number and did not come so far
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        let done = written.and_then(|()| fs::rename(&new, &path));
        if done.is_err() {
            let _ = fs::remove_file(&new);
        }
        done
    }
}

/// Opens a regular file: a pipe in its place would be waited for.
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32).open(path)?;
    let found = file.metadata()?.file_type();
    match (found.is_file(), found.is_dir()) {
        (true, _) => Ok(file),
        (_, true) => Err(ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::new(ErrorKind::Unsupported, "not a regular file")),
    }
}

/// Held until it is dropped.
fn lock(path: &Path) -> io::Result<File> {
    let file = open(OpenOptions::new().write(true).create(true).truncate(false).mode(0o600), path)?;
    let start = Instant::now();
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(rustix::io::Errno::WOULDBLOCK) if start.elapsed() < LOCK_TIMEOUT => thread::sleep(LOCK_PAUSE),
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(ErrorKind::TimedOut.into()),
            Err(error) => return Err(error.into()),
        }
    }
}
