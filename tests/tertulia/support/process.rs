//! Programs that a test starts: their output line by line with a deadline, and their end with the test's.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::DEADLINE;
use super::owned::Owned;

/// The lines that a program writes.
pub struct Lines(Receiver<Vec<u8>>);

impl Lines {
    /// Reads `source` from now on, so that whoever writes there never waits.
    pub fn of(source: impl Read + Send + 'static) -> Lines {
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(source).split(b'\n').map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Lines(lines)
    }

    /// The next line, which has to be UTF-8; `None` at the end.
    #[track_caller]
    pub fn next(&self) -> Option<String> {
        match self.0.recv_timeout(DEADLINE) {
            Ok(line) => Some(String::from_utf8(line).expect("UTF-8")),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("no line came and no end"),
        }
    }

    /// All lines up to the end.
    #[track_caller]
    pub fn rest(&self) -> Vec<String> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

/// A child of the test, which ends with it.
pub struct Process {
    child: Owned,
    pub stdout: Lines,
    /// Without lines if it was sent elsewhere.
    pub stderr: Lines,
}

impl Process {
    pub fn start(command: &mut Command) -> Process {
        let mut child = Owned::start(command.stdout(Stdio::piped()));
        let stdout = Lines::of(child.stdout.take().expect("a pipe"));
        let stderr = child.stderr.take().map_or_else(|| Lines::of(std::io::empty()), Lines::of);
        Process { child, stdout, stderr }
    }

    /// The other end of its input, if that is a pipe.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().expect("a pipe that was not taken before")
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a child that is still ours");
    }

    /// Waits for its end: nobody but the child itself holds its standard output open.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.stdout.rest();
        self.child.wait().expect("a child that is still ours")
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

/// Whether this process ignores a signal, and with it the programs that it starts.
pub fn ignores(signal: Signal) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or("0");
    u64::from_str_radix(mask.trim(), 16).expect("a mask") >> (signal.as_raw() - 1) & 1 == 1
}

/// Whether this machine has `program`; says so if a test has to do without, and fails where none may.
pub fn has(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    // Where Debian has what is started as a service, which not every user has on their path.
    let services = PathBuf::from("/usr/sbin");
    let found = env::split_paths(&path).chain([services]).any(|directory| directory.join(program).is_file());
    found || skip(&format!("{program} is not installed"))
}

/// A Python that has this module: the one that is found first, or the system's, whose modules are packages of the system. Says so if
/// a test has to do without.
pub fn python_with(module: &str) -> Option<&'static str> {
    let imports = |python: &&'static str| {
        let mut command = Command::new(python);
        command.args(["-c", &format!("import {module}")]).stdin(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(imports);
    if found.is_none() {
        skip(&format!("no python3 has the module {module}"));
    }
    found
}

/// Says why a test is skipped, and fails where none may be. Always false.
pub fn skip(why: &str) -> bool {
    assert!(env::var_os("TERTULIA_NO_SKIP").is_none(), "not to be skipped: {why}");
    eprintln!("skipped: {why}");
    false
}
