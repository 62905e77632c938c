//! What the tests of the history stand on: a storage to wait for, a server to kill, a person to talk with.

use std::fs::DirBuilder;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use std::{env, fs, process};

use rusqlite::Connection;
use tertulia::chat::{
    AccountKey, AuthRequest, AuthResult, ClientId, Found, Line, Look, MonoTime, Name, Origin, Password,
    RoomKey, RoomRecord, Text, UnixMillis,
};
use tertulia::storage::{Answer, Reply, Request, RequestId, Storage, Store, Wish, hash};

use crate::support::owned::Owned;

/// How long anything may take that should happen at once, on a machine that is busy with something else.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// Where somebody comes from.
pub(crate) const HOME: Origin = Origin::of(IpAddr::V4(Ipv4Addr::LOCALHOST));

/// The room of everybody.
pub(crate) const GENERAL: RoomKey = RoomKey(0);

/// A directory of its own, gone with the test.
pub(crate) struct Dir(PathBuf);

impl Dir {
    pub(crate) fn new() -> Dir {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("tertulia-store-{}-{number}", process::id()));
        DirBuilder::new().mode(0o700).create(&path).unwrap();
        Dir(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("tertulia.db")
    }

    /// The file as another program sees it.
    pub(crate) fn sql(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A storage whose helper thread can be waited for.
pub(crate) struct Desk {
    pub(crate) storage: Storage,
    woken: Receiver<()>,
    /// What the storage takes for the time.
    pub(crate) now: MonoTime,
    /// How many were made.
    requests: u64,
}

impl Desk {
    pub(crate) fn open(dir: &Dir) -> Desk {
        Desk::of(Store::open(dir.path(), None).unwrap())
    }

    pub(crate) fn of(store: Store) -> Desk {
        let (wake, woken) = mpsc::channel();
        Desk {
            storage: Storage::in_file(store, move || {
                let _ = wake.send(());
            })
            .unwrap(),
            woken,
            now: MonoTime::START,
            requests: 0,
        }
    }

    /// A storage without a file, whose server's operator has this password.
    pub(crate) fn operated(with: &str) -> Desk {
        let (wake, woken) = mpsc::channel();
        let storage = Storage::in_memory(move || {
            let _ = wake.send(());
        });
        let storage = storage.unwrap().with_operator(hash(&password(with)).unwrap());
        Desk { storage, woken, now: MonoTime::START, requests: 0 }
    }

    /// Waits for the thread to have something to say.
    pub(crate) fn wait(&mut self) -> Vec<Reply> {
        self.woken.recv_timeout(DEADLINE).expect("the thread says something");
        self.storage.replies(self.now)
    }

    /// Asks for something on behalf of a client; gives what comes of it at once.
    pub(crate) fn request(&mut self, client: ClientId, from: Origin, what: Wish) -> Vec<Reply> {
        self.requests += 1;
        let id = RequestId { client, number: self.requests };
        self.storage.request(Request { id, from, what }, self.now)
    }

    /// Waits for the only reply, if it is not there yet.
    pub(crate) fn answer(&mut self, mut replies: Vec<Reply>) -> Answer {
        while replies.is_empty() {
            replies = self.wait();
        }
        assert_eq!(replies.len(), 1, "{replies:?}");
        replies.pop().unwrap().what
    }

    /// Waits for what comes of a request from `from`.
    pub(crate) fn authenticate(&mut self, from: &str, auth_request: AuthRequest) -> AuthResult {
        let matter = auth_request.matter();
        let replies = self.request(ClientId::new(1, 1), origin(from), Wish::Authenticate(auth_request));
        match self.answer(replies) {
            Answer::AuthResult(about, auth_result) if about == matter => auth_result,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn register(&mut self, who: &str, with: &str) -> AuthResult {
        let auth_request = AuthRequest::Register { name: name(who), password: password(with) };
        self.authenticate("127.0.0.1", auth_request)
    }

    pub(crate) fn login(&mut self, account: Option<AccountKey>, with: &str) -> AuthResult {
        self.authenticate("127.0.0.1", login(account, with))
    }

    /// A name that is registered from now on.
    pub(crate) fn account(&mut self, who: &str, with: &str) -> AccountKey {
        match self.register(who, with) {
            AuthResult::Granted(key) => key,
            other => panic!("{other:?}"),
        }
    }

    /// Looks for somebody at home; gives what comes of it at once.
    pub(crate) fn look(&mut self, id: ClientId, look: Look) -> Option<Answer> {
        let mut replies = self.request(id, HOME, Wish::Look(look));
        assert!(replies.len() <= 1, "nobody else asks: {replies:?}");
        replies.pop().map(|reply| reply.what)
    }

    /// Looks, and waits for what is found.
    pub(crate) fn find(&mut self, look: Look) -> Vec<Line> {
        let id = ClientId::new(1, 1);
        let mut answer = self.look(id, look);
        loop {
            match answer {
                Some(Answer::Found { found: Found { lines, .. }, .. }) => return lines,
                Some(Answer::Busy) => panic!("busy"),
                None => answer = self.wait().pop().map(|reply| reply.what),
                Some(other) => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn last(&mut self, room: RoomKey, lines: usize) -> Vec<String> {
        texts(&self.find(Look::Last(room, lines)))
    }

    pub(crate) fn search(&mut self, rooms: &[RoomKey], words: &str) -> Vec<String> {
        texts(&self.find(Look::Search(rooms.to_vec(), Text::clean(words), 20)))
    }
}

pub(crate) fn origin(address: &str) -> Origin {
    Origin::of(address.parse().unwrap())
}

/// A try at an account, or at a name that nobody has registered.
pub(crate) fn login(account: Option<AccountKey>, with: &str) -> AuthRequest {
    AuthRequest::Login { account, name: name("Nadie"), password: password(with) }
}

pub(crate) fn name(name: &str) -> Name {
    Name::new(name).unwrap()
}

pub(crate) fn password(password: &str) -> Password {
    Password::new(password).unwrap()
}

/// A room about which nothing is known but its name.
pub(crate) fn room(key: u64, called: &str) -> RoomRecord {
    let (owners, banned, muted) = (Vec::new(), Vec::new(), Vec::new());
    RoomRecord {
        key: RoomKey(key),
        name: name(called),
        topic: None,
        lock: None,
        moderated: false,
        owners,
        banned,
        muted,
    }
}

pub(crate) fn texts(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.text.as_str().to_owned()).collect()
}

pub(crate) fn line(room: RoomKey, at: i64, text: &str) -> Line {
    Line { room, at: UnixMillis(at), from: Name::new("Juan").unwrap(), acted: false, text: Text::clean(text) }
}

/// The real server; killed without mercy when dropped.
pub(crate) struct Server {
    pub(crate) child: Owned,
    pub(crate) address: String,
}

pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    command.args(["--listen", "127.0.0.1:0", "--rate-limit", "0", "-q", "--data"]).arg(dir);
    command
}

impl Server {
    pub(crate) fn start(dir: &Dir) -> Server {
        Server::spawn(&mut command(dir.path()))
    }

    pub(crate) fn spawn(command: &mut Command) -> Server {
        let mut child = Owned::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "it does not start: {}", errors(&mut child));
        Server { child, address: address.trim().to_owned() }
    }

    pub(crate) fn person(&self, name: &str) -> Person {
        let mut person = self.connect();
        person.say(name);
        person.until("Escribe 'salir'");
        person
    }

    /// Somebody who has said nothing yet.
    pub(crate) fn connect(&self) -> Person {
        Person::at(TcpStream::connect(&self.address).unwrap())
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it in an orderly way and gives what it complained of.
    pub(crate) fn stop(mut self) -> String {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        errors(&mut self.child)
    }
}

pub(crate) fn errors(child: &mut Child) -> String {
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    errors
}

/// Somebody with a socket.
pub(crate) struct Person {
    pub(crate) stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Person {
    pub(crate) fn at(stream: TcpStream) -> Person {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Person { reader: BufReader::new(stream.try_clone().unwrap()), stream }
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Reads lines up to one that holds `mark`, that one included.
    pub(crate) fn until(&mut self, mark: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            let read = self.reader.read_line(&mut line);
            assert!(matches!(read, Ok(1..)), "{read:?} before {mark:?}, after {lines:?}");
            lines.push(line.trim_end().to_owned());
            if line.contains(mark) {
                return lines;
            }
        }
    }

    /// Reads one more line, if the server still says any.
    pub(crate) fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(1..) if line.ends_with('\n') => Some(line.trim_end().to_owned()),
            _ => None,
        }
    }
}
