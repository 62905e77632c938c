//! The program that is to go on: where it is, whether it can, and how it takes the place of this one.

use std::env;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf, absolute};
use std::process::{self, Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use super::refused::UpgradeRefused;
use crate::limits::UPGRADE_CHECK_PATIENCE;
use crate::threads;

/// The environment variable that tells a program that its standard input is what was handed over to the process of that id. Another process
/// that inherits it has another id.
pub(super) const VARIABLE: &str = "TERTULIA_HANDOVER";

/// What stands behind the command line of a program that is to look at a state on its standard input.
pub const CHECK_STATE: &str = "--check-state";

/// How often it is looked whether the program has looked at the state.
const AGAIN: Duration = Duration::from_millis(5);

/// What is kept of what a program says about a state that it does not take.
const WORDS_MAX_BYTES: usize = 4096;

/// As many of these are read at a time.
const PIECES: usize = 16;

/// This program as it was started: what stands in its place by now is what goes on.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    /// The command line, the name of the program first.
    words: Vec<OsString>,
}

/// The new program looks at a state, on a thread of its own.
#[derive(Debug)]
pub(in crate::net) struct Checking {
    answer: Receiver<Result<(), UpgradeRefused>>,
    file: ProgramFile,
}

/// The file of a program: another one in its place, or one that was written to, is not the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::net) struct ProgramFile {
    device: u64,
    number: u64,
    /// When anything about it changed: seconds, and nanoseconds beside.
    changed: (i64, i64),
}

impl ProgramFile {
    fn at(path: &Path) -> io::Result<ProgramFile> {
        let found = path.metadata()?;
        let changed = (found.ctime(), found.ctime_nsec());
        Ok(ProgramFile { device: found.dev(), number: found.ino(), changed })
    }
}

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
    ) -> Result<Checking, UpgradeRefused> {
        let file = self.file()?;
        let (told, answer) = mpsc::channel();
        let program = self.clone();
        threads::spawn("upgrade", move || {
            let (result, child) = match program.looks_at(state) {
                Ok(mut child) => (program.judge(&mut child), Some(child)),
                Err(why) => (Err(why), None),
            };
            let _ = told.send(result);
            wake();
            // Whatever came of it, it does not go on. Behind the answer: one that the system holds may take long to end.
            if let Some(mut child) = child {
                let _ = child.kill();
                let _ = child.wait();
            }
        })?;
        Ok(Checking { answer, file })
    }

    /// What is in its place by now.
    fn file(&self) -> Result<ProgramFile, UpgradeRefused> {
        ProgramFile::at(&self.path).map_err(|error| UpgradeRefused::Program(self.path.clone(), error))
    }

    /// Starts the program, to look at the state.
    fn looks_at(&self, mut state: File) -> Result<Child, UpgradeRefused> {
        state.rewind()?;
        let mut command = Command::new(&self.path);
        command.args(self.words.iter().skip(1)).arg(CHECK_STATE).env_remove(VARIABLE);
        command.stdin(Stdio::from(state)).stdout(Stdio::null()).stderr(Stdio::piped());
        threads::start_program(|| command.spawn())
            .map_err(|error| UpgradeRefused::Program(self.path.clone(), error))
    }

    /// Waits for the program's word.
    fn judge(&self, child: &mut Child) -> Result<(), UpgradeRefused> {
        let start = Instant::now();
        let (mut words, mut said) = (child.stderr.take(), Vec::new());
        if let Some(words) = &words {
            rustix::io::ioctl_fionbio(words, true).map_err(io::Error::from)?;
        }
        let status = loop {
            let status = child.try_wait()?;
            // Behind the end, too: what was said before it is there then. Programs that it has started may go on.
            hear(words.as_mut(), &mut said);
            if let Some(status) = status {
                break status;
            }
            if start.elapsed() >= UPGRADE_CHECK_PATIENCE {
                return Err(UpgradeRefused::Late(self.path.clone()));
            }
            thread::sleep(AGAIN);
        };
        if status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&said);
        let first = said.lines().find(|line| !line.trim().is_empty());
        Err(UpgradeRefused::State(self.path.clone(), first.map_or(status.to_string(), str::to_owned)))
    }

    /// Puts the program in the place of this one, if it is still the one that was `checked`, with what is handed over as its standard
    /// input. Comes back only if that fails; then nothing has changed but by `last`, which is done before the very call.
    pub(in crate::net) fn execute(
        &self,
        handed: OwnedFd,
        checked: ProgramFile,
        last: impl FnOnce(),
    ) -> UpgradeRefused {
        match self.file() {
            Ok(file) if file == checked => {}
            Ok(_) => return UpgradeRefused::Changed(self.path.clone()),
            Err(refused) => return refused,
        }
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
    /// What the program has said, if it has; the file of one that takes the state.
    pub(in crate::net) fn result(&self) -> Option<Result<ProgramFile, UpgradeRefused>> {
        match self.answer.try_recv() {
            Ok(result) => Some(result.map(|()| self.file)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(UpgradeRefused::Files(io::ErrorKind::BrokenPipe.into())))
            }
        }
    }
}

/// Takes what a program has said by now, and keeps the beginning of all of it: it shall not wait to be heard, nor fill the memory.
fn hear(mut words: Option<&mut ChildStderr>, said: &mut Vec<u8>) {
    let mut piece = [0; WORDS_MAX_BYTES];
    // As much as a pipe holds: one that says more and more has its time as well.
    for _ in 0..PIECES {
        let Some(Ok(length @ 1..)) = words.as_mut().map(|words| words.read(&mut piece)) else { break };
        said.extend(&piece[..length.min(WORDS_MAX_BYTES - said.len())]);
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
