//! A Redis of a test's own: on a Unix socket in a directory of its own, with its file there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use redis::FromRedisValue;
use rustix::process::Signal;
use tertulia::cluster::EntryId;
use tertulia::engine::EngineConfig;

use crate::cluster::founded::VERSION;
use crate::support::dir::Dir;
use crate::support::file;
use crate::support::process::{self, Process};

/// The server.
pub struct RedisServer {
    process: Option<Process>,
    options: Vec<String>,
    dir: Dir,
}

impl RedisServer {
    /// None where there is no Redis on this machine, and a test may do without.
    pub fn start() -> Option<RedisServer> {
        RedisServer::with(&["--appendonly", "yes"])
    }

    /// One whose file has all that it has answered to, also where its disk is slow to sync.
    pub fn steady() -> Option<RedisServer> {
        RedisServer::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    /// With these options beside those that say where it is.
    pub fn with(options: &[&str]) -> Option<RedisServer> {
        if !process::has("redis-server") {
            return None;
        }
        let options = options.iter().map(|&option| option.into()).collect();
        let mut server = RedisServer { process: None, options, dir: Dir::new() };
        server.begin();
        Some(server)
    }

    /// Starts it, once it has ended, with what it has in its file; waits until it answers. Valkey says so in other words.
    pub fn begin(&mut self) {
        let mut command = Command::new("redis-server");
        command
            .args(["--port", "0", "--save", "", "--dir", self.dir.arg(), "--unixsocket"])
            .arg(self.socket());
        let process = Process::start(command.args(&self.options));
        while !process.stdout.next().expect("it starts").contains("eady to accept connections") {}
        self.process = Some(process);
    }

    /// Ends it as a failing machine would.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.process.take().expect("it runs").wait();
    }

    pub fn signal(&self, signal: Signal) {
        self.process.as_ref().expect("it runs").signal(signal);
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("redis.sock")
    }

    pub fn url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Its address, for that user.
    pub fn url_of(&self, user: &str, password: &str) -> String {
        format!("{}?user={user}&pass={password}", self.url())
    }

    pub fn config(&self) -> EngineConfig {
        config(&self.url())
    }

    /// Has a command carried out, given as it is typed.
    #[track_caller]
    pub fn ask<T: FromRedisValue>(&self, typed: &str) -> T {
        let mut words = typed.split(' ');
        let mut command = redis::cmd(words.next().expect("a command"));
        for word in words {
            command.arg(word);
        }
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_connection().expect("it answers");
        command.query(&mut connection).unwrap_or_else(|error| panic!("{typed}: {error}"))
    }

    /// The same, where nothing is to be known of the answer.
    #[track_caller]
    pub fn run(&self, typed: &str) {
        let _: redis::Value = self.ask(typed);
    }

    /// Adds an entry with this one field to a stream. Gives its id.
    #[track_caller]
    pub fn add(&self, stream: &str, id: &str, field: &str, value: &[u8]) -> EntryId {
        let client = redis::Client::open(self.url()).expect("an address");
        let mut connection = client.get_connection().expect("it answers");
        let mut command = redis::cmd("XADD");
        command.arg(stream).arg(id).arg(field).arg(value);
        let id: String = command.query(&mut connection).expect("it is added");
        id.parse().expect("an id")
    }

    /// Makes a user who may do what the docs say.
    pub fn allow_documented(&self, user: &str, password: &str) {
        let rules = documented_rules().replace("PASSWORD", password);
        self.run(&format!("ACL SETUSER {user} {rules}"));
    }

    /// Keeps a copy of its file.
    pub fn back_up(&self) -> Dir {
        let backup = Dir::new();
        copy(&self.dir.path().join("appendonlydir"), backup.path());
        backup
    }

    /// Puts that copy in the place of its file. It must not run.
    pub fn restore(&self, backup: &Dir) {
        assert!(self.process.is_none(), "it runs");
        let place = self.dir.path().join("appendonlydir");
        fs::remove_dir_all(&place).expect("its file is there");
        fs::create_dir(&place).expect("a directory");
        copy(backup.path(), &place);
    }
}

/// What the docs say that a user may do.
pub fn documented_rules() -> String {
    let docs = file("docs/nodes.md");
    let (_, rest) = docs.split_once("ACL SETUSER tertulia ").expect("the docs say how");
    rest.split_once('\n').expect("a line").0.into()
}

/// Entries of a stream: the id, and names and values in turn.
pub type StreamEntries = Vec<(String, Vec<String>)>;

/// The same where values need not be text.
pub type RawEntries = Vec<(String, Vec<Vec<u8>>)>;

/// What is asked of an engine there.
pub fn config(url: &str) -> EngineConfig {
    EngineConfig {
        address: url.parse().expect("an address"),
        prefix: "t".into(),
        key: None,
        unsafe_too: false,
        newest: VERSION,
    }
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("a directory") {
        let file = file.expect("a file");
        fs::copy(file.path(), to.join(file.file_name())).expect("it can be copied");
    }
}
