//! Many people in one thread: they connect, give their names, read everything, and speak when told to.

use std::io::{self, ErrorKind, IoSliceMut, Write};
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use rustix::io::Errno;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use socket2::{Domain, Protocol, Socket, Type};

use super::Failure;
use super::fanout::Manner;
use super::progress::Progress;
use super::pub_sub;
use super::tls::Sealed;
use super::web::Web;

/// How a server greets who is in.
pub(crate) const WELCOME: &[u8] = b"Bienvenido\n";

/// How the chat asks for a name, and no line end behind it.
const PROMPT: &[u8] = "Ingresa tu nombre: ".as_bytes();

/// Of a crowd that arrives, those who are not in yet, at most: half of the listener's backlog.
const UNDER_WAY: usize = 2048;

/// The same where the server waits for what they speak, or for handshakes: half of those that it waits for.
const SPEECHLESS: usize = tertulia::limits::OPENING_MAX / 2;

/// How long nothing may move before a run is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Turns of the load's loop are at most this long, so that what it waits for is looked at.
const TURN: Duration = Duration::from_millis(20);

/// People who share one address.
const PEOPLE_PER_ADDRESS: usize = 1000;

const READ_BYTES: usize = 64 * 1024;
const EVENTS: usize = 4096;

/// Above all people.
const ALARM: Token = Token(usize::MAX);

/// One of them.
struct Person {
    stream: TcpStream,
    name: String,
    /// How they talk, if not in lines.
    web: Option<Web>,
    /// In what they talk, if not in the clear.
    sealed: Option<Box<Sealed>>,
    /// What they say when the connection is there.
    begin: Vec<u8>,
    /// How the server greets those who are in.
    welcome: &'static [u8],
    /// Whether it has.
    inside: bool,
    /// A line that has begun.
    begun: Vec<u8>,
}

/// What the crowd has read so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) bytes: u64,
    /// Lines about who came and who left.
    pub(crate) notices: u64,
    pub(crate) notice_bytes: u64,
}

/// People connected to one server, or in turns to several that are one chat.
pub(crate) struct Crowd {
    servers: Vec<SocketAddr>,
    /// The number in the first one's name.
    first: usize,
    manner: Manner,
    poll: Poll,
    events: Events,
    people: Vec<Person>,
    inside: usize,
    /// Of the people, the last so many do not read.
    deaf: usize,
    pub(crate) heard: Heard,
    chunk: Vec<u8>,
    /// Ends a turn at a time that a poll, which counts in milliseconds, cannot.
    alarm: Option<OwnedFd>,
}

impl Crowd {
    /// Nobody yet, who talk in that manner; names will count from `first`.
    pub(crate) fn new(server: SocketAddr, first: usize, manner: Manner) -> Result<Crowd, Failure> {
        Crowd::spread(vec![server], first, manner)
    }

    /// The same, of whom the first comes to the first of these servers, the next one to the next, and so on.
    pub(crate) fn spread(servers: Vec<SocketAddr>, first: usize, manner: Manner) -> Result<Crowd, Failure> {
        Ok(Crowd {
            servers,
            first,
            manner,
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            people: Vec::new(),
            inside: 0,
            deaf: 0,
            heard: Heard::default(),
            chunk: vec![0; READ_BYTES],
            alarm: None,
        })
    }

    /// Lets the crowd grow to `size`, as fast as the server lets them in.
    pub(crate) fn arrive(&mut self, size: usize, progress: &mut Progress) -> Result<(), Failure> {
        let mut moved = Instant::now();
        self.people.reserve_exact(size);
        let most = match self.manner {
            Manner::Web | Manner::Half | Manner::Tls => SPEECHLESS,
            Manner::Chat | Manner::Floor | Manner::LongFloor | Manner::Nats | Manner::PubSub => UNDER_WAY,
        };
        while self.inside < size {
            while self.people.len() < size && self.people.len() - self.inside < most {
                self.connect()?;
            }
            let before = self.inside;
            self.turn(TURN, &mut |_, _| {})?;
            if self.inside > before {
                moved = Instant::now();
            } else if moved.elapsed() > PATIENCE {
                return Err(format!("{} of {size} came in, and then nobody", self.inside).into());
            }
            progress.at(self.inside, size);
        }
        Ok(())
    }

    /// Reads until nothing has come for `quiet`; gives how long ago the last came.
    pub(crate) fn settle(&mut self, quiet: Duration) -> Result<Duration, Failure> {
        let (begun, mut last) = (Instant::now(), Instant::now());
        while last.elapsed() < quiet {
            let before = self.heard.bytes;
            self.turn(TURN, &mut |_, _| {})?;
            if self.heard.bytes > before {
                last = Instant::now();
            }
            if begun.elapsed() > PATIENCE {
                return Err("the room does not become quiet".into());
            }
        }
        Ok(last.elapsed())
    }

    /// What somebody has to write so that `line`, with their name, is heard.
    pub(crate) fn words(&self, who: usize, manner: Manner, line: &str) -> Vec<u8> {
        match &self.people[who].web {
            Some(web) => web.said(line),
            None if manner == Manner::PubSub => pub_sub::published(&self.people[who].name, line),
            None => manner.said(line.as_bytes()).to_vec(),
        }
    }

    /// Lets one person say a line; it has to leave at once.
    pub(crate) fn say(&mut self, who: usize, line: &[u8]) -> Result<(), Failure> {
        self.people[who].say(line)
    }

    /// Lets one person say as much of `bytes` as leaves at once, or in TLS by and by; gives how much that was.
    pub(crate) fn offer(&mut self, who: usize, bytes: &[u8]) -> Result<usize, Failure> {
        let Person { stream, sealed, .. } = &mut self.people[who];
        if let Some(sealed) = sealed {
            let taken = sealed.seal(bytes)?;
            sealed.send(stream)?;
            return Ok(taken);
        }
        match stream.write(bytes) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            result => Ok(result?),
        }
    }

    /// Lets the system say when it had what is read from now on.
    pub(crate) fn stamp(&mut self) -> Result<(), Failure> {
        for person in &self.people {
            setsockopt(&person.stream, sockopt::ReceiveTimestampns, &true)?;
        }
        Ok(())
    }

    /// Has the turn that is next end after `span` at the latest, to the microsecond, and asleep until then.
    pub(crate) fn wake_after(&mut self, span: Duration) -> Result<(), Failure> {
        if self.alarm.is_none() {
            let alarm = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK)?;
            self.poll.registry().register(&mut SourceFd(&alarm.as_raw_fd()), ALARM, Interest::READABLE)?;
            self.alarm = Some(alarm);
        }
        let Some(alarm) = &self.alarm else { return Ok(()) };
        // Nothing would be never.
        let value = Timespec::try_from(span.max(Duration::from_nanos(1)))?;
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: value };
        timerfd_settime(alarm, TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }

    /// The last `count` read nothing any more.
    pub(crate) fn deafen(&mut self, count: usize) -> Result<(), Failure> {
        let first = self.people.len() - count;
        for person in &mut self.people[first..] {
            self.poll.registry().deregister(&mut person.stream)?;
        }
        self.deaf = count;
        Ok(())
    }

    /// Lets `size` connect and say nothing, not even a name; they never read.
    pub(crate) fn loiter(&mut self, size: usize) -> Result<(), Failure> {
        let begun = Instant::now();
        while self.people.len() < size {
            self.connect()?;
            // As many as the backlog takes, and the next when the server has had time for them.
            if self.people.len().is_multiple_of(UNDER_WAY) {
                std::thread::sleep(TURN * 5);
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{} of {size} came in half a minute", self.people.len()).into());
            }
        }
        self.deafen(size)
    }

    /// Takes what comes within `patience`, at least once; `hear` gets each line and who it was for.
    pub(crate) fn turn(
        &mut self,
        patience: Duration,
        hear: &mut impl FnMut(usize, &[u8]),
    ) -> Result<(), Failure> {
        self.turn_stamped(patience, &mut |who, line, _| hear(who, line))
    }

    /// The same; `hear` also gets when the system had the line, by the wall clock, if it was [asked to say
    /// so](Self::stamp).
    pub(crate) fn turn_stamped(
        &mut self,
        patience: Duration,
        hear: &mut impl FnMut(usize, &[u8], Option<Duration>),
    ) -> Result<(), Failure> {
        match self.poll.poll(&mut self.events, Some(patience)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        let Crowd { events, people, inside, heard, chunk, poll, .. } = self;
        for event in events.iter() {
            let Token(index) = event.token();
            // Nothing is read of the alarm: to be set anew ends it.
            let Some(person) = people.get_mut(index) else { continue };
            if let Some(error) = person.stream.take_error()? {
                return Err(format!("{}: {error}", person.name).into());
            }
            if event.is_writable()
                && let Some(request) = person.web.as_mut().and_then(Web::request)
            {
                person.stream.write_all(request.as_bytes())?;
                poll.registry().reregister(&mut person.stream, Token(index), Interest::READABLE)?;
            }
            if event.is_writable() && !person.begin.is_empty() {
                let begin = std::mem::take(&mut person.begin);
                person.say(&begin)?;
                poll.registry().reregister(&mut person.stream, Token(index), Interest::READABLE)?;
            }
            if !event.is_readable() {
                person.send_sealed()?;
                continue;
            }
            let was_inside = person.inside;
            loop {
                match read_stamped(&person.stream, chunk) {
                    Ok((0, _)) => {
                        return Err(format!("the server has let {} go", person.name).into());
                    }
                    Ok((length, had)) => {
                        heard.bytes += length as u64;
                        person.take(&chunk[..length], |line| {
                            if line.starts_with(b">>> ") || line.starts_with(b"<<< ") {
                                heard.notices += 1;
                                heard.notice_bytes += line.len() as u64;
                            }
                            hear(index, line, had);
                        })?;
                        // epoll(7): a read that was not filled has emptied the socket.
                        if length < chunk.len() {
                            break;
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(format!("{}: {error}", person.name).into()),
                }
            }
            if person.begun == PROMPT {
                person.begun = Vec::new();
                person.say(format!("{}\n", person.name).as_bytes())?;
            }
            let reply = person.web.as_mut().map(Web::take_reply).unwrap_or_default();
            if !reply.is_empty() {
                person.say(&reply)?;
            }
            person.send_sealed()?;
            *inside += usize::from(person.inside && !was_inside);
        }
        Ok(())
    }

    /// Lets the last `count` go, without a word. Programs say that they do: otherwise they would be waited for.
    pub(crate) fn leave(&mut self, count: usize) {
        for mut person in self.people.drain(self.people.len().saturating_sub(count)..) {
            if let Some(web) = &person.web {
                // Who is gone already needs no word.
                let _ = person.stream.write(web.farewell());
            }
            if let Some(sealed) = &mut person.sealed {
                sealed.end(&mut person.stream);
            }
        }
        self.inside = self.inside.min(self.people.len());
    }

    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        self.people.len()
    }

    /// How many of them read.
    pub(crate) fn readers(&self) -> usize {
        self.people.len() - self.deaf
    }

    fn connect(&mut self) -> Result<(), Failure> {
        let index = self.people.len();
        let server = self.servers[index % self.servers.len()];
        let mut stream = connect_from(self.first + index, server)?;
        let web = self.manner.peer(index).map(Web::new);
        let sealed = match self.manner {
            Manner::Tls => Some(Box::new(Sealed::new()?)),
            _ => None,
        };
        // A request is sent when the connection is there, and what TLS has to say whenever it can be.
        let speaks_first = web.is_some() || sealed.is_some() || self.manner == Manner::PubSub;
        let interest = match speaks_first {
            true => Interest::READABLE | Interest::WRITABLE,
            false => Interest::READABLE,
        };
        self.poll.registry().register(&mut stream, Token(index), interest)?;
        let name = name(self.first + index);
        let (welcome, begin) = match self.manner {
            Manner::PubSub => (pub_sub::WELCOME, pub_sub::begin(&name_of_partner(self.first + index))),
            _ => (WELCOME, Vec::new()),
        };
        let person = Person { stream, name, web, sealed, begin, welcome, inside: false, begun: Vec::new() };
        self.people.push(person);
        Ok(())
    }
}

impl Person {
    /// Says something that leaves at once.
    fn say(&mut self, words: &[u8]) -> Result<(), Failure> {
        let Some(sealed) = &mut self.sealed else { return Ok(self.stream.write_all(words)?) };
        if sealed.seal(words)? < words.len() {
            return Err("it does not leave at once".into());
        }
        Ok(self.send_sealed()?)
    }

    /// Sends what TLS has to say.
    fn send_sealed(&mut self) -> io::Result<()> {
        self.sealed.as_mut().map_or(Ok(()), |sealed| sealed.send(&mut self.stream))
    }

    /// Takes in what came.
    fn take(&mut self, input: &[u8], mut hear: impl FnMut(&[u8])) -> Result<(), Failure> {
        let Some(mut sealed) = self.sealed.take() else { return self.take_words(input, &mut hear) };
        sealed.open(input, |words| self.take_words(words, &mut hear))?;
        self.sealed = Some(sealed);
        Ok(())
    }

    /// Cuts `input` into lines, and keeps what has no end yet.
    fn take_words(&mut self, input: &[u8], hear: &mut impl FnMut(&[u8])) -> Result<(), Failure> {
        let welcome = self.welcome.trim_ascii_end();
        if let Some(web) = &mut self.web {
            return web.take(input, &self.name, |line| {
                self.inside = self.inside || line.starts_with(welcome);
                hear(line);
            });
        }
        let mut rest = input;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (piece, next) = rest.split_at(end + 1);
            rest = next;
            let mut line = piece;
            let whole;
            if !self.begun.is_empty() {
                whole = [&std::mem::take(&mut self.begun), piece].concat();
                line = &whole;
            }
            self.inside = self.inside || line.starts_with(welcome);
            hear(line);
        }
        self.begun.extend_from_slice(rest);
        Ok(())
    }
}

/// Reads, and gives when the last of that came to the socket, if the system says so.
fn read_stamped(stream: &TcpStream, chunk: &mut [u8]) -> io::Result<(usize, Option<Duration>)> {
    let mut space = nix::cmsg_space!(nix::sys::time::TimeSpec);
    let mut whole = [IoSliceMut::new(chunk)];
    let message = recvmsg::<()>(stream.as_raw_fd(), &mut whole, Some(&mut space), MsgFlags::empty())?;
    let had = message.cmsgs()?.find_map(|said| match said {
        ControlMessageOwned::ScmTimestampns(time) => Some(Duration::from(time)),
        _ => None,
    });
    Ok((message.bytes, had))
}

/// Bytes of a name.
pub(crate) const NAME_BYTES: usize = 6;

/// What the person at `index` is called; all names are equally long.
pub(crate) fn name(index: usize) -> String {
    format!("p{index:05}")
}

/// Who the person at `index` talks with where two and two talk.
pub(crate) fn name_of_partner(index: usize) -> String {
    name(index ^ 1)
}

/// Connects the person at `index`. A thousand to each address of this machine: one address has some 28,000 ports, and
/// long before they are used up each connect searches through thousands of them.
pub(crate) fn connect_from(index: usize, server: SocketAddr) -> io::Result<TcpStream> {
    let home = u8::try_from(1 + index / PEOPLE_PER_ADDRESS).map_err(io::Error::other)?;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, home], 0)).into())?;
    match socket.connect(&server.into()) {
        Err(error) if error.raw_os_error() != Some(Errno::INPROGRESS.raw_os_error()) => Err(error),
        _ => Ok(TcpStream::from_std(socket.into())),
    }
}
