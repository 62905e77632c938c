//! A server in a process of its own, on a processor of its own where there are two.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::Failure;
use super::fanout::Manner;
use super::procfs::{self, Memory, Processor};

/// Descriptors a process needs beside one for each client.
pub(crate) const BESIDE: usize = 64;

/// How long a server may take to stop when asked.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// A server under load. Ends with its owner.
pub(crate) struct Server {
    child: Child,
    /// What stands in front of it, if anything does: its work counts as well.
    front: Option<Child>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts the chat on any free port, quiet, with `options` as well, for people who talk to it in that manner.
    pub(crate) fn chat(manner: Manner, options: &[&str]) -> Result<Server, Failure> {
        match manner {
            Manner::Web | Manner::Half => Server::listening("127.0.0.1:0", None, options),
            Manner::Tls => Server::listening("tls://127.0.0.1:0", Some(&KeyDir::new()), options),
            // Nobody is waited for who could be a browser.
            _ => Server::listening("line://127.0.0.1:0", None, options),
        }
    }

    /// The same for people who talk to it in TLS or not, as they like.
    pub(crate) fn chat_for_all(options: &[&str]) -> Result<Server, Failure> {
        Server::listening("127.0.0.1:0", Some(&KeyDir::new()), options)
    }

    /// Starts the chat as one of several servers, on any free port, and on that one of our processors, or where the system puts it.
    pub(crate) fn one_of_several(options: &[&str], processor: Option<usize>) -> Result<Server, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
        Server::begin(command.args(["--listen", "line://127.0.0.1:0", "-q"]).args(options), processor)
    }

    fn listening(listen: &str, keys: Option<&KeyDir>, options: &[&str]) -> Result<Server, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
        command.args(["--listen", listen, "-q"]).args(options);
        if let Some(keys) = keys {
            command.arg("--tls-dir").arg(&keys.0);
        }
        Server::start(&mut command)
    }

    /// Starts stunnel on any free port, in front of a chat without TLS.
    pub(crate) fn stunnel(options: &[&str]) -> Result<Server, Failure> {
        // The chat makes the key, and does not use it at its door.
        let keys = KeyDir::new();
        let mut server = Server::listening("line://127.0.0.1:0", Some(&keys), options)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let file = keys.0.join("stunnel.conf");
        let settings = format!(
            "foreground = yes\npid =\nsyslog = no\ndebug = 3\n[chat]\naccept = {address}\nconnect = {}\n\
             cert = {dir}/tls-cert.pem\nkey = {dir}/tls-key.pem\n",
            server.address,
            dir = keys.0.display()
        );
        std::fs::write(&file, settings)?;
        let child = quiet(Command::new("stunnel").arg(&file))
            .map_err(|error| format!("stunnel, from the package stunnel4: {error}"))?;
        pin(Some(Pid::from_child(&child)), 0)?;
        (server.front, server.address) = (Some(child), address);
        await_listener(address, "stunnel")?;
        Ok(server)
    }

    /// Starts nats-server with a WebSocket on any free port.
    pub(crate) fn nats() -> Result<Server, Failure> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let settings = format!(
            "listen: \"127.0.0.1:-1\"\nwebsocket {{ host: \"127.0.0.1\", port: {}, no_tls: true, compression: false }}\n",
            address.port()
        );
        let file = std::env::temp_dir().join(format!("tertulia-bench-nats-{}.conf", address.port()));
        std::fs::write(&file, settings)?;
        let child = quiet(Command::new("nats-server").arg("-c").arg(&file))
            .map_err(|error| format!("nats-server, from the package of that name: {error}"))?;
        let server = Server { child, front: None, address };
        pin(Some(server.pid()), 0)?;
        await_listener(address, "nats-server")?;
        std::fs::remove_file(file)?;
        Ok(server)
    }

    /// Starts the floor, which is this program again.
    pub(crate) fn floor() -> Result<Server, Failure> {
        Server::start(Command::new(std::env::current_exe()?).arg("--floor"))
    }

    /// Starts `command`, which prints its address as its first line, on the first of our processors.
    pub(crate) fn start(command: &mut Command) -> Result<Server, Failure> {
        Server::begin(command, Some(0))
    }

    /// The same on that one of our processors, if there is to be one.
    fn begin(command: &mut Command, processor: Option<usize>) -> Result<Server, Failure> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no stdout")?;
        // In its owner's hands first, so that a server that says nothing is ended as well.
        let mut server = Server { child, front: None, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        processor.map_or(Ok(()), |nth| pin(Some(server.pid()), nth))?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        server.address =
            line.trim().parse().map_err(|_| format!("the server printed no address: {line:?}"))?;
        Ok(server)
    }

    /// Memory it holds now.
    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        procfs::memory(self.child.id())
    }

    /// Processor time it has taken so far.
    pub(crate) fn processor(&self) -> Result<Processor, Failure> {
        let own = procfs::processor(self.child.id())?;
        let front = self.front.as_ref().map(|front| procfs::processor(front.id())).transpose()?;
        Ok(front.map_or(own, |front| own + front))
    }

    /// The most memory it ever held, in bytes.
    pub(crate) fn peak(&self) -> Result<f64, Failure> {
        procfs::peak(self.child.id())
    }

    /// How often it has been put on a processor after it slept, so far.
    pub(crate) fn wakeups(&self) -> Result<u64, Failure> {
        procfs::wakeups(self.child.id())
    }

    /// Asks it to stop, and waits until it has; an error unless it went well.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        kill_process(self.pid(), Signal::TERM)?;
        let asked = Instant::now();
        while asked.elapsed() < STOP_TIMEOUT {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the server ended with {status}").into()),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
        Err("the server did not stop".into())
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for child in self.front.iter_mut().chain([&mut self.child]) {
            // It may have ended already; there is nobody to tell.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Where a server makes its key; gone when it is not needed any more.
struct KeyDir(PathBuf);

impl KeyDir {
    fn new() -> KeyDir {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        KeyDir(std::env::temp_dir().join(format!("tertulia-bench-tls-{}-{nth}", std::process::id())))
    }
}

impl Drop for KeyDir {
    fn drop(&mut self) {
        // The server may never have made it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts a server that says nothing we need.
fn quiet(command: &mut Command) -> std::io::Result<Child> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// Waits until somebody listens there.
fn await_listener(address: SocketAddr, who: &str) -> Result<(), Failure> {
    let begun = Instant::now();
    while let Err(error) = TcpStream::connect(address) {
        if begun.elapsed() > STOP_TIMEOUT {
            return Err(format!("{who} does not listen: {error}").into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Keeps this process, which makes the load, off the servers' processor.
pub(crate) fn pin_load() -> Result<(), Failure> {
    pin(None, 1)
}

/// Keeps a process on the `nth` of our processors. With one processor only there is nothing to choose.
pub(crate) fn pin(process: Option<Pid>, nth: usize) -> Result<(), Failure> {
    // Ours as they were at the start: pinned ourselves we would have one left to give.
    static OURS: std::sync::OnceLock<Option<CpuSet>> = std::sync::OnceLock::new();
    let Some(ours) = OURS.get_or_init(|| sched_getaffinity(None).ok()) else { return Ok(()) };
    let mut numbers = (0..CpuSet::MAX_CPU).filter(|&number| ours.is_set(number));
    if ours.count() < 2 {
        return Ok(());
    }
    let mut one = CpuSet::new();
    one.set(numbers.nth(nth).ok_or("no such processor")?);
    Ok(sched_setaffinity(process, &one)?)
}

/// Raises the limit of open files as far as it goes, and says how many may be open.
pub(crate) fn raise_descriptor_limit() -> Result<u64, Failure> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}
