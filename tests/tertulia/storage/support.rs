//! What the tests of the storage stand on: one that can be waited for, and what it is given.

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};

use tertulia::chat::{
    AccountKey, AuthRequest, AuthResult, ClientId, Found, Look, Message, MessageId, MessageKind, MonoTime,
    Name, Origin, Password, Reply, Request, RoomKey, RoomRecord, Text, UnixMillis,
};
use tertulia::storage::{RequestId, Storage, StorageEvent, Store, hash};

pub(crate) use crate::support::DEADLINE;
pub(crate) use crate::support::dir::Dir;
pub(crate) use crate::support::peer::Peer;
use crate::support::server;
pub(crate) use crate::support::server::Server;

/// Where somebody comes from.
pub(crate) const HOME: Origin = Origin::of(IpAddr::V4(Ipv4Addr::LOCALHOST));

/// The room of everybody.
pub(crate) const GENERAL: RoomKey = RoomKey(0);

/// A storage whose helper thread can be waited for.
pub(crate) struct Desk {
    pub(crate) storage: Storage,
    woken: Receiver<()>,
    /// What the storage takes for the time.
    pub(crate) now: MonoTime,
    /// How many were made.
    requests: u64,
    /// The number of the next message.
    pub(crate) next_message: MessageId,
    next_account: AccountKey,
}

impl Desk {
    pub(crate) fn open(dir: &Dir) -> Desk {
        Desk::of(Store::open(dir.path(), None).unwrap())
    }

    pub(crate) fn of(store: Store) -> Desk {
        let (wake, woken) = mpsc::channel();
        let storage = Storage::in_file(store, move || {
            let _ = wake.send(());
        });
        Desk::with(storage.unwrap(), woken)
    }

    fn with(storage: Storage, woken: Receiver<()>) -> Desk {
        let next_message = storage.next_message();
        let next_account = storage.next_account().unwrap_or(AccountKey(std::num::NonZeroU32::MIN));
        Desk { storage, woken, now: MonoTime::START, requests: 0, next_message, next_account }
    }

    /// Has a message kept under the next number.
    pub(crate) fn keep(&mut self, line: Message) {
        self.storage.keep(Message { id: self.next_message, ..line });
        self.next_message = self.next_message.next();
    }

    /// A storage without a file, whose server's operator has this password.
    pub(crate) fn operated(with: &str) -> Desk {
        let (wake, woken) = mpsc::channel();
        let storage = Storage::in_memory(move || {
            let _ = wake.send(());
        });
        let storage = storage.unwrap().with_operator(hash(&password(with)).unwrap());
        Desk::with(storage, woken)
    }

    /// Waits for the thread to have something to say.
    pub(crate) fn wait(&mut self) -> Vec<StorageEvent> {
        self.woken.recv_timeout(DEADLINE).expect("the thread says something");
        self.storage.replies(self.now)
    }

    /// Asks for something on behalf of a client; gives what comes of it at once.
    pub(crate) fn request(&mut self, client: ClientId, from: Origin, request: Request) -> Vec<StorageEvent> {
        self.requests += 1;
        let id = RequestId { client, number: self.requests };
        self.storage.request(id, from, request, self.now)
    }

    /// Waits for the only reply, if it is not there yet.
    pub(crate) fn answer(&mut self, mut replies: Vec<StorageEvent>) -> StorageEvent {
        while replies.is_empty() {
            replies = self.wait();
        }
        assert_eq!(replies.len(), 1, "{replies:?}");
        replies.pop().unwrap()
    }

    /// Waits for what comes of a request from `from`.
    pub(crate) fn authenticate(&mut self, from: &str, auth_request: AuthRequest) -> AuthResult {
        let matter = auth_request.matter();
        let replies = self.request(ClientId::new(1, 1), origin(from), Request::Authenticate(auth_request));
        match self.answer(replies) {
            StorageEvent::Reply { reply: Reply::AuthResult(about, auth_result), .. } if about == matter => {
                auth_result
            }
            other => panic!("{other:?}"),
        }
    }

    /// The number of another account, as the chat gives them out.
    pub(crate) fn number(&mut self) -> AccountKey {
        let next = self.next_account;
        self.next_account = next.next().expect("few accounts");
        next
    }

    pub(crate) fn register(&mut self, who: &str, with: &str) -> AuthResult {
        let key = self.number();
        self.register_as(key, who, with)
    }

    /// The same, under that number.
    pub(crate) fn register_as(&mut self, key: AccountKey, who: &str, with: &str) -> AuthResult {
        let auth_request = AuthRequest::Register { key, name: name(who), password: password(with) };
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
    pub(crate) fn look(&mut self, id: ClientId, look: Look) -> Option<StorageEvent> {
        let mut replies = self.request(id, HOME, Request::Look(look));
        assert!(replies.len() <= 1, "nobody else asks: {replies:?}");
        replies.pop()
    }

    /// Looks, and waits for what is found.
    pub(crate) fn find(&mut self, look: Look) -> Vec<Message> {
        self.found(look).lines
    }

    /// The same, with all that there is to know of it.
    pub(crate) fn found(&mut self, look: Look) -> Found {
        let id = ClientId::new(1, 1);
        let mut answer = self.look(id, look);
        loop {
            match answer {
                Some(StorageEvent::Reply { reply: Reply::Found(found), .. }) => return found,
                Some(StorageEvent::Reply { reply: Reply::Busy, .. }) => panic!("busy"),
                None => answer = self.wait().pop(),
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

/// The words of each, and of a mark how many are missing.
pub(crate) fn texts(lines: &[Message]) -> Vec<String> {
    let text = |line: &Message| line.missing().map_or(line.text.to_string(), |count| count.to_string());
    lines.iter().map(text).collect()
}

/// A message without a number, which [`Desk::keep`] gives it.
pub(crate) fn line(room: RoomKey, at: i64, text: &str) -> Message {
    let (id, at, from) = (MessageId::default(), UnixMillis(at), Name::new("Juan").unwrap());
    Message { id, room, at, from, kind: MessageKind::Said, text: Text::clean(text) }
}

/// The program, with a history in that directory.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = server::command(&["--rate-limit", "0", "-q", "--data"]);
    command.arg(dir).stderr(Stdio::piped());
    command
}

/// What a program that has ended complained of.
pub(crate) fn errors(child: &mut Child) -> String {
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    errors
}
