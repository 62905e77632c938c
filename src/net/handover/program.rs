//! The program that is to go on: where it is, whether it can, and how it takes the place of this one.

use std::env;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf, absolute};
use std::process::{self, Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use super::refused::UpgradeRefused;
use super::system::memory_file;
use crate::limits::UPGRADE_CHECK_PATIENCE;

/// The environment variable that tells a program that its standard input is what was handed over to the process of that id. Another process
/// that inherits it has another id.
pub(super) const VARIABLE: &str = "TERTULIA_HANDOVER";

/// What stands behind the command line of a program that is to look at a state on its standard input.
pub const CHECK_STATE: &str = "--check-state";

/// How often it is looked whether the program has looked at the state.
const AGAIN: Duration = Duration::from_millis(5);

/// What a program may say about a state that it does not take.
const WORDS_MAX_BYTES: u64 = 4096;

/// This program as it was started: what stands in its place by now is what goes on.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    /// The command line, the name of the program first.
    words: Vec<OsString>,
}

/// The new program looks at a state, on a thread of its own.
#[derive(Debug)]
pub(in crate::net) struct Checking(Receiver<Result<(), UpgradeRefused>>);

impl Program {
    /// The program that was started by these words. To be asked for at the start: later another one may be in its place.
    pub fn started(words: Vec<OsString>) -> Program {
        let running = env::current_exe().unwrap_or_default();
        // The name may lead to another version tomorrow, by way of a link; what the system calls the running program has no links left.
        let path =
            words.first().and_then(|name| found(Path::new(name))).filter(|path| is_same(path, &running));
        Program { path: path.unwrap_or(running), words }
    }

    /// Begins to have the program look at a state, which is in a file; `wake` is called when it has.
    pub(in crate::net) fn check(
        &self,
        state: File,
        wake: impl Fn() + Send + 'static,
    ) -> io::Result<Checking> {
        let (answer, result) = mpsc::channel();
        let program = self.clone();
        thread::Builder::new().name("upgrade".into()).spawn(move || {
            let _ = answer.send(program.looks_at(state));
            wake();
        })?;
        Ok(Checking(result))
    }

    fn looks_at(&self, mut state: File) -> Result<(), UpgradeRefused> {
        state.rewind()?;
        let words = memory_file()?;
        let child = Command::new(&self.path)
            .args(self.words.iter().skip(1))
            .arg(CHECK_STATE)
            .env_remove(VARIABLE)
            .stdin(Stdio::from(state))
            .stdout(Stdio::null())
            .stderr(Stdio::from(words.try_clone()?))
            .spawn()
            .map_err(|error| UpgradeRefused::Program(self.path.clone(), error))?;
        self.judge(child, words)
    }

    /// Waits for the program's word.
    fn judge(&self, mut child: Child, mut words: File) -> Result<(), UpgradeRefused> {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if start.elapsed() >= UPGRADE_CHECK_PATIENCE {
                let _ = child.kill();
                child.wait()?;
                return Err(UpgradeRefused::Late(self.path.clone()));
            }
            thread::sleep(AGAIN);
        };
        if status.success() {
            return Ok(());
        }
        let mut said = Vec::new();
        words.rewind()?;
        words.take(WORDS_MAX_BYTES).read_to_end(&mut said)?;
        let said = String::from_utf8_lossy(&said);
        let first = said.lines().find(|line| !line.trim().is_empty());
        Err(UpgradeRefused::State(self.path.clone(), first.map_or(status.to_string(), str::to_owned)))
    }

    /// Puts the program in the place of this one, with what is handed over as its standard input. Comes back only if that fails; then
    /// nothing has changed but by `last`, which is done before the very call.
    pub(in crate::net) fn execute(&self, handed: OwnedFd, last: impl FnOnce()) -> UpgradeRefused {
        let executed = || -> io::Result<()> {
            let own = io::stdin().as_fd().try_clone_to_owned()?;
            rustix::stdio::dup2_stdin(&handed)?;
            drop(handed);
            let error = self.replace(last);
            rustix::stdio::dup2_stdin(&own)?;
            Err(error)
        };
        UpgradeRefused::Program(
            self.path.clone(),
            executed().err().unwrap_or_else(|| io::ErrorKind::Other.into()),
        )
    }

    /// Not by `std`, which changes signals first, and leaves it at that when the call fails.
    fn replace(&self, last: impl FnOnce()) -> io::Error {
        let text = |bytes: Vec<u8>| CString::new(bytes).map_err(io::Error::from);
        let variable = format!("{VARIABLE}={}", process::id()).into_bytes();
        let others = env::vars_os()
            .filter(|(name, _)| name != VARIABLE)
            .map(|(name, value)| [name.into_vec(), value.into_vec()].join(&b'='));
        let environment: io::Result<Vec<CString>> = others.chain([variable]).map(text).collect();
        let words: io::Result<Vec<CString>> =
            self.words.iter().cloned().map(|word| text(word.into_vec())).collect();
        let execute = || -> io::Result<()> {
            let path = text(self.path.clone().into_os_string().into_vec())?;
            let (words, environment) = (words?, environment?);
            last();
            nix::unistd::execve(&path, &words, &environment)?;
            Ok(())
        };
        execute().err().unwrap_or_else(|| io::ErrorKind::Other.into())
    }
}

impl Checking {
    /// What the program has said, if it has.
    pub(in crate::net) fn result(&self) -> Option<Result<(), UpgradeRefused>> {
        match self.0.try_recv() {
            Ok(result) => Some(result),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(UpgradeRefused::Files(io::ErrorKind::BrokenPipe.into())))
            }
        }
    }
}

/// Where a program of that name is, as shells find it.
fn found(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 || name.is_absolute() {
        return absolute(name).ok();
    }
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file())
}

/// Whether both are the same file.
fn is_same(one: &Path, other: &Path) -> bool {
    let id = |path: &Path| path.metadata().map(|found| (found.dev(), found.ino())).ok();
    id(one).is_some() && id(one) == id(other)
}
