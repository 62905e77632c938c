//! The real server, on a port of its own, with what it says on its console.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, ExitStatus, Output, Stdio};

use rustix::process::Signal;

use super::dir::Dir;
use super::process::{Lines, Process};

/// A running server.
pub struct Server {
    process: Process,
    /// The address that it printed first, as it printed it.
    pub shown: String,
    /// Where to reach that.
    pub address: SocketAddr,
}

impl Server {
    /// Starts it with `options`, on a free port unless they say where.
    #[track_caller]
    pub fn start(options: &[&str]) -> Server {
        Server::start_with(options, Stdio::piped())
    }

    /// Starts it with a console of the test's choice.
    #[track_caller]
    pub fn start_with(options: &[&str], console: impl Into<Stdio>) -> Server {
        Server::from_command(command(options).stderr(console))
    }

    /// Starts `command`, which has to be the server on a free port.
    #[track_caller]
    pub fn from_command(command: &mut Command) -> Server {
        let process = Process::start(command);
        let Some(shown) = process.stdout.next() else {
            panic!("the server did not start: {:?}", process.stderr.rest());
        };
        let port = shown.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
        Server { process, shown, address: (Ipv4Addr::LOCALHOST, port).into() }
    }

    /// Starts it with a history in a directory, for people who may write as fast as they like.
    #[track_caller]
    pub fn keeping(dir: &Dir) -> Server {
        Server::start(&["--rate-limit", "0", "-q", "--data", dir.arg()])
    }

    /// Starts it at `address`, if that is free.
    pub fn start_at(address: SocketAddr) -> Option<Server> {
        let shown = address.to_string();
        let process = Process::start(command(&["--listen", &shown]).stderr(Stdio::piped()));
        let first = process.stderr.next()?;
        let listens = first.ends_with(&format!("Servidor de chat multiusuario en {shown}"));
        listens.then_some(Server { process, shown, address })
    }

    /// Waits until the console says `words` at level INFO; returns what it said before, without the times.
    #[track_caller]
    pub fn console_until(&self, words: &str) -> Vec<String> {
        let awaited = format!("[INFO] {words}");
        self.console_find(|line| line == awaited)
    }

    /// Waits for a line of the console, seen without its time; returns what it said before.
    #[track_caller]
    pub fn console_find(&self, is_it: impl Fn(&str) -> bool) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            let Some(line) = self.process.stderr.next() else {
                panic!("the console ended after {before:#?}");
            };
            let said = after_time(&line);
            if is_it(said) {
                return before;
            }
            before.push(said.to_owned());
        }
    }

    /// Waits until the console says `words`, and fails if it says anything else before.
    #[track_caller]
    pub fn expect_console(&self, words: &str) {
        assert_eq!(self.console_until(words), [""; 0], "before {words:?}");
    }

    /// The next line of the console, as it is.
    #[track_caller]
    pub fn console_line(&self) -> String {
        self.process.stderr.next().expect("a line of the console")
    }

    /// What its console still says, up to its end.
    #[track_caller]
    pub fn console_rest(&self) -> Vec<String> {
        self.process.stderr.rest()
    }

    /// What it prints beyond the first address.
    pub fn stdout(&self) -> &Lines {
        &self.process.stdout
    }

    pub fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait()
    }

    /// Asks it to stop and waits for its end.
    #[track_caller]
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Asks it to stop in good order; gives what its console still says, each line with its end.
    #[track_caller]
    pub fn complaints(mut self) -> String {
        let status = self.stop();
        assert!(status.success(), "{status}");
        self.console_rest().into_iter().map(|line| line + "\n").collect()
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

/// The server with `options`, on a free port unless they say where.
pub fn command(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    if !options.contains(&"--listen") {
        // Lines only: a client that says nothing is greeted at once.
        command.args(["--listen", "line://127.0.0.1:0"]);
    }
    // Whatever the language of who runs the tests.
    command.args(options).env("LC_ALL", "C.UTF-8");
    command
}

/// Gives one of the program's commands about a directory; what came of it.
#[track_caller]
pub fn order(dir: &Dir, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    command.args(words).arg("--data").arg(dir.path()).output().expect("it runs")
}

/// The server behind another program, which gets these arguments first.
pub fn behind(program: &str, arguments: &[&str], options: &[&str]) -> Command {
    let server = command(options);
    let mut wrapped = Command::new(program);
    wrapped.args(arguments).arg(server.get_program()).args(server.get_args());
    wrapped.env("LC_ALL", "C.UTF-8").stderr(Stdio::piped());
    wrapped
}

/// A line of the log without its date and time, which must look like them.
#[track_caller]
pub fn after_time(line: &str) -> &str {
    let (time, rest) = line.split_at_checked("2026-11-26 05:08:18 ".len()).expect("a time and more");
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert_eq!(shape, "9999-99-99 99:99:99 ", "{line}");
    rest
}
