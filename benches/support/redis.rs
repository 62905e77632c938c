//! A Redis of a bench's own: on a free port, with its file in a directory of its own; gone with the bench.

use std::io::{BufRead, BufReader, ErrorKind, Lines, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::Pid;

use super::dir::Dir;
use super::procfs::{self, Processor};
use super::{Failure, process};

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What it says when it can be used.
const READY: &str = "eady to accept connections";

pub(crate) struct RedisServer {
    child: Child,
    /// Read by nobody behind the start: it is little, no more than fits into the pipe, which has to stay open.
    said: Lines<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
    /// In which its file is: behind it, so that it is gone when that is removed.
    _dir: Dir,
}

impl RedisServer {
    /// Starts one as the nodes want it: it keeps all that it is told, on the disk each second.
    pub(crate) fn start(bench: &str) -> Result<RedisServer, Failure> {
        let dir = Dir::new(bench)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &address.port().to_string(), "--dir"]).arg(dir.path());
        command.args(["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]);
        command.args(["--maxmemory-policy", "noeviction", "--logfile", ""]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|error| match error.kind() {
            ErrorKind::NotFound => "there is no redis-server here: it is in the package of that name".into(),
            _ => format!("redis-server: {error}"),
        })?;
        let stdout = child.stdout.take().ok_or("redis-server has no stdout")?;
        let mut server = RedisServer { child, said: BufReader::new(stdout).lines(), address, _dir: dir };
        loop {
            let line = server.said.next().ok_or("redis-server ended at once")??;
            if line.contains(READY) {
                break;
            }
        }
        Ok(server)
    }

    /// What nodes are told where it is.
    pub(crate) fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    /// Keeps it on the `nth` of our processors.
    pub(crate) fn pin(&self, nth: usize) -> Result<(), Failure> {
        process::pin(Some(Pid::from_child(&self.child)), nth)
    }

    /// Processor time it has taken so far.
    pub(crate) fn processor(&self) -> Result<Processor, Failure> {
        procfs::processor(self.child.id())
    }

    /// Bytes of what it has been given, without what connections and its file need.
    pub(crate) fn dataset(&self) -> Result<f64, Failure> {
        let info = self.ask("INFO memory")?;
        let bytes = info.lines().find_map(|line| line.strip_prefix("used_memory_dataset:"));
        Ok(bytes.ok_or("redis-server does not say what it holds")?.trim().parse()?)
    }

    /// How many entries a log has.
    pub(crate) fn entries(&self, prefix: &str) -> Result<f64, Failure> {
        let answer = self.ask(&format!("XLEN {prefix}:log"))?;
        let entries = answer.lines().next().and_then(|line| line.strip_prefix(':'));
        Ok(entries.ok_or("redis-server has no such log")?.parse()?)
    }

    /// What it answers to a command, as it stands on the wire.
    fn ask(&self, command: &str) -> Result<String, Failure> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // It ends the connection behind the answer.
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
