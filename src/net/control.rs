//! The control socket's connections: the administrator's commands, a few at a time and one to a connection.
//!
//! Invariants: nothing here waits; what a connection holds and how long it takes is bounded; an order is carried out only
//! while its client is there to hear of it.

use std::io::{self, ErrorKind, Read, Write};
use std::iter;
use std::mem;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::vec;

use log::{debug, info};
use mio::net::{TcpStream, UnixListener, UnixStream};
use mio::{Interest, Registry, Token};

use super::handover::{StoredControl, StoredSession};
use super::server::Server;
use crate::chat::{AdminOrder, Language, MonoTime};
use crate::control::{
    self, AccountOrder, AccountReply, ControlOrder, ControlRefusal, GREETING, OK, Registered, Socket, row,
};
use crate::limits::{
    ACCEPT_RETRY, CONTROL_ANSWER_PATIENCE, CONTROL_ANSWER_TIME, CONTROL_CONNECTIONS,
    CONTROL_CROWDED_PATIENCE, CONTROL_ORDER_MAX_BYTES, CONTROL_ORDER_PATIENCE, CONTROL_ORDERS_IN_HAND,
    CONTROL_ROWS_PER_TURN,
};
use crate::protocol::console;

/// Pieces of what one connection sends that are read in one turn, of [`PIECE_BYTES`] each.
const PIECES_PER_TURN: usize = 4;
const PIECE_BYTES: usize = 4096;

/// The token of the listener; those of the connections are below it.
const LISTENER: usize = u32::MAX as usize - 2;

/// The tokens here.
pub(super) const TOKENS: Range<usize> = LISTENER - CONTROL_CONNECTIONS..LISTENER + 1;

/// What clients want of the loop itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish {
    pub(super) stop: bool,
    pub(super) upgrade: bool,
}

/// The control socket.
#[derive(Debug)]
pub(super) struct Control {
    listener: UnixListener,
    /// None: we are about to end, and new clients shall find no server here.
    name: Option<Socket>,
    sessions: [Option<ControlSession>; CONTROL_CONNECTIONS],
    /// A client may be waiting to be let in.
    waiting: bool,
    /// Letting one in failed; not again before then.
    retry: Option<MonoTime>,
    next_ticket: u64,
    /// Orders about the accounts that are not settled: their clients may have gone meanwhile.
    in_hand: usize,
    language: Language,
}

#[derive(Debug)]
struct ControlSession {
    stream: UnixStream,
    /// It may be read and written to.
    ready: bool,
    input: Vec<u8>,
    output: Vec<u8>,
    /// How much of `output` has been taken.
    sent: usize,
    phase: Phase,
    /// When the client has been waited for long enough; never while it waits for us.
    until: Option<MonoTime>,
    /// When the answer has to be told, if it has begun.
    deadline: Option<MonoTime>,
}

#[derive(Debug)]
enum Phase {
    /// The order has not come yet.
    Asking,
    /// The history's thread is at it.
    Account(u64, AccountOrder),
    /// The rows of an answer are being told: the people from this slot on, or the accounts.
    People(usize),
    Accounts(vec::IntoIter<Registered>),
    /// The answer comes when the server has stopped.
    Stopping,
    /// It comes when another program has taken the server's place, or it is known why not; in that language.
    Upgrading(Language),
    /// All is said.
    Answered,
}

impl Control {
    /// Begins to take calls.
    pub(super) fn new(
        listener: std::os::unix::net::UnixListener,
        name: Socket,
        registry: &Registry,
        language: Language,
    ) -> io::Result<Control> {
        let mut listener = UnixListener::from_std(listener);
        registry.register(&mut listener, Token(LISTENER), Interest::READABLE)?;
        let sessions = [const { None }; CONTROL_CONNECTIONS];
        // A call that came before it was registered is told of by no edge.
        let waiting = true;
        let (name, retry, next_ticket, in_hand) = (Some(name), None, 0, 0);
        Ok(Control { listener, name, sessions, waiting, retry, next_ticket, in_hand, language })
    }

    /// Takes readiness, if it is about the control socket; says whether it is.
    pub(super) fn ready(&mut self, token: Token) -> bool {
        match LISTENER.checked_sub(token.0) {
            Some(0) => self.waiting = true,
            Some(number) if number <= CONTROL_CONNECTIONS => {
                if let Some(session) = &mut self.sessions[number - 1] {
                    session.ready = true;
                }
            }
            _ => return false,
        }
        true
    }

    /// Lets clients in, reads their orders, and answers; says what they want of the loop.
    pub(super) fn turn(
        &mut self,
        registry: &Registry,
        server: &mut Server<TcpStream>,
        stopping: bool,
        now: MonoTime,
    ) -> Wish {
        for (ticket, reply) in server.take_account_replies() {
            self.account_settled(ticket, reply, now);
        }
        self.admit(registry, now);
        let mut wish = Wish::default();
        for slot in 0..self.sessions.len() {
            let Some(session) = self.sessions[slot].take() else { continue };
            // Put back unless it is over.
            self.sessions[slot] = self.serve(session, server, stopping, now, &mut wish);
        }
        wish
    }

    /// Whether there is something to do now.
    pub(super) fn has_work(&self) -> bool {
        let may_admit = self.waiting && self.retry.is_none() && self.sessions.iter().any(Option::is_none);
        may_admit || self.sessions.iter().flatten().any(|session| session.ready)
    }

    /// When [`turn`](Self::turn) has something to do; never without a call.
    pub(super) fn due(&self) -> Option<MonoTime> {
        self.sessions.iter().flatten().filter_map(|session| session.until).chain(self.retry).min()
    }

    /// Whether a client waits for what the history's thread makes of an order.
    pub(super) fn awaits_history(&self) -> bool {
        self.sessions.iter().flatten().any(|session| matches!(session.phase, Phase::Account(..)))
    }

    /// Takes the name away: from here on the directory is no server's, or another one's.
    pub(super) fn leave(&mut self) {
        self.name = None;
    }

    /// Tells the clients that asked for the stop that it is done. Their connections end with the process.
    pub(super) fn stopped(&mut self, written: bool) {
        for session in self.sessions.iter_mut().flatten() {
            if matches!(session.phase, Phase::Stopping) {
                let line = if written { OK.to_owned() } else { ControlRefusal::Unfinished.encode() };
                // Nothing was written to it before but the greeting, so a line finds room; if not, its end says enough.
                let _ = session.stream.write(line.as_bytes());
            }
        }
    }

    /// Tells the clients that asked for an upgrade what came of it.
    pub(super) fn upgraded(&mut self, (made, words): (bool, impl Fn(Language) -> String), now: MonoTime) {
        for session in self.sessions.iter_mut().flatten() {
            if let Phase::Upgrading(language) = session.phase {
                let answer = match made {
                    true => row([words(language).as_str()]) + OK,
                    false => ControlRefusal::Explained(words(language)).encode(),
                };
                session.answer(&answer, now);
            }
        }
    }

    /// Tells what came of orders about the accounts, and takes no others.
    pub(super) fn tell_settled(&mut self, server: &mut Server<TcpStream>, now: MonoTime) {
        for (ticket, reply) in server.take_account_replies() {
            self.account_settled(ticket, reply, now);
        }
        for place in &mut self.sessions {
            let said = |session: &mut ControlSession| {
                matches!(session.phase, Phase::Answered) && session.write(server, now).is_none()
            };
            place.take_if(said);
        }
    }

    /// What another program has to know. Those whose answer is being told are not in it: they hear no end of it.
    pub(super) fn store(&self) -> StoredControl {
        let file = self.name.as_ref().map_or((0, 0), Socket::file);
        StoredControl { file, sessions: self.stored().map(|(stored, _)| stored).collect() }
    }

    /// The listener, and the connections that belong to what is [stored](Self::store).
    pub(super) fn files(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        iter::once(self.listener.as_fd()).chain(self.stored().map(|(_, stream)| stream.as_fd()))
    }

    fn stored(&self) -> impl Iterator<Item = (StoredSession, &UnixStream)> {
        let whole = |session: &&ControlSession| session.sent == session.output.len();
        self.sessions.iter().flatten().filter(whole).filter_map(|session| match session.phase {
            Phase::Asking => Some((StoredSession::Asking(session.input.clone()), &session.stream)),
            Phase::Upgrading(language) => Some((StoredSession::Upgrading(language), &session.stream)),
            _ => None,
        })
    }

    /// Goes on with the connections of another program.
    pub(super) fn resumed(
        mut self,
        called: Vec<(StoredSession, std::os::unix::net::UnixStream)>,
        registry: &Registry,
        now: MonoTime,
    ) -> io::Result<Control> {
        for (slot, (stored, stream)) in called.into_iter().enumerate().take(CONTROL_CONNECTIONS) {
            let mut session = ControlSession::new(UnixStream::from_std(stream), now);
            let interest = Interest::READABLE | Interest::WRITABLE;
            registry.register(&mut session.stream, Token(LISTENER - 1 - slot), interest)?;
            match stored {
                StoredSession::Asking(input) => session.input = input,
                StoredSession::Upgrading(language) => {
                    (session.phase, session.until) = (Phase::Upgrading(language), None);
                }
            }
            self.sessions[slot] = Some(session);
        }
        Ok(self)
    }

    fn admit(&mut self, registry: &Registry, now: MonoTime) {
        if self.retry.is_some_and(|retry| now < retry) {
            return;
        }
        self.retry = None;
        while self.waiting
            && let Some(slot) = self.sessions.iter().position(Option::is_none)
        {
            let accepted = self.listener.accept().and_then(|(mut stream, _)| {
                let token = Token(LISTENER - 1 - slot);
                registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
                Ok(stream)
            });
            match accepted {
                Ok(stream) => {
                    let mut session = ControlSession::new(stream, now);
                    session.say(GREETING);
                    session.say("\n");
                    self.sessions[slot] = Some(session);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.waiting = false,
                Err(error) => {
                    debug!("{}: {error}", control::SOCKET);
                    self.retry = Some(now + ACCEPT_RETRY);
                    return;
                }
            }
        }
        if self.waiting {
            // All places are taken, and more clients may be waiting: who says nothing gives way sooner.
            let silent = self.sessions.iter_mut().flatten();
            let silent = silent.filter(|session| matches!(session.phase, Phase::Asking));
            let soon = now + CONTROL_CROWDED_PATIENCE;
            silent.for_each(|session| session.until = session.until.map(|until| until.min(soon)));
        }
    }

    /// Gives one connection its turn, and gives it back unless it is over. What has come is looked at before the patience is over.
    fn serve(
        &mut self,
        mut session: ControlSession,
        server: &mut Server<TcpStream>,
        stopping: bool,
        now: MonoTime,
        wish: &mut Wish,
    ) -> Option<ControlSession> {
        if mem::take(&mut session.ready) {
            session.read()?;
            if matches!(session.phase, Phase::Asking)
                && let Some(end) = session.input.iter().position(|&byte| byte == b'\n')
            {
                let input = mem::take(&mut session.input);
                let order = std::str::from_utf8(&input[..end]).ok().and_then(ControlOrder::decode);
                session.until = None;
                wish.stop |= order == Some(ControlOrder::Stop);
                wish.upgrade |= matches!(order, Some(ControlOrder::Upgrade(_))) && !stopping;
                self.begin(&mut session, order, server, stopping, now);
            }
            session.write(server, now)?;
        }
        session.until.is_none_or(|until| now < until).then_some(session)
    }

    fn begin(
        &mut self,
        session: &mut ControlSession,
        order: Option<ControlOrder>,
        server: &mut Server<TcpStream>,
        stopping: bool,
        now: MonoTime,
    ) {
        let refusal = match order {
            None => ControlRefusal::Unclear,
            Some(ControlOrder::Stop) => return session.phase = Phase::Stopping,
            Some(_) if stopping => ControlRefusal::Stopping,
            Some(ControlOrder::Upgrade(language)) => return session.phase = Phase::Upgrading(language),
            Some(ControlOrder::Who) => {
                session.phase = Phase::People(0);
                return session.wait_for_the_client(now);
            }
            Some(ControlOrder::Account(order)) => {
                let ticket = self.next_ticket;
                self.next_ticket += 1;
                if self.in_hand < CONTROL_ORDERS_IN_HAND && server.order_account(ticket, order.clone()) {
                    self.in_hand += 1;
                    session.phase = Phase::Account(ticket, order);
                    return;
                }
                ControlRefusal::Busy
            }
            Some(ControlOrder::Chat(AdminOrder::Say { text, .. }, _)) if text.is_blank() => {
                ControlRefusal::Unclear
            }
            Some(ControlOrder::Chat(order, language)) => match server.administer(order, language, now) {
                Ok(rows) => return session.answer(&(rows + OK), now),
                Err(refusal) => refusal,
            },
        };
        session.answer(&refusal.encode(), now);
    }

    /// Tells a client what came of their order.
    fn account_settled(&mut self, ticket: u64, reply: AccountReply, now: MonoTime) {
        self.in_hand -= 1;
        let waits = |session: &&mut ControlSession| matches!(session.phase, Phase::Account(mine, _) if mine == ticket);
        let session = self.sessions.iter_mut().flatten().find(waits);
        let Some(session) = session else { return };
        let order = match mem::replace(&mut session.phase, Phase::Answered) {
            Phase::Account(_, order) => order,
            _ => return,
        };
        match reply {
            AccountReply::Done => {
                match &order {
                    AccountOrder::Add { name, .. } => {
                        info!("{}", console::account_added(name, self.language))
                    }
                    AccountOrder::Change { name, .. } => {
                        info!("{}", console::account_changed(name, self.language));
                    }
                    AccountOrder::Remove { name } => {
                        info!("{}", console::account_removed(name, self.language))
                    }
                    AccountOrder::Find { .. } | AccountOrder::List => {}
                }
                session.answer(OK, now);
            }
            AccountReply::Found(name) => {
                let found = name.map(|name| row([name.as_str()])).unwrap_or_default();
                session.answer(&(found + OK), now);
            }
            AccountReply::Listed(all) => {
                session.phase = Phase::Accounts(all.into_iter());
                session.wait_for_the_client(now);
            }
            AccountReply::Refused(refusal) => session.answer(&refusal.encode(), now),
        }
    }
}

impl ControlSession {
    /// One that has not said anything.
    fn new(stream: UnixStream, now: MonoTime) -> ControlSession {
        ControlSession {
            stream,
            ready: true,
            input: Vec::new(),
            output: Vec::new(),
            sent: 0,
            phase: Phase::Asking,
            until: Some(now + CONTROL_ORDER_PATIENCE),
            deadline: None,
        }
    }

    fn say(&mut self, words: &str) {
        self.output.extend_from_slice(words.as_bytes());
    }

    /// Says how it ended.
    fn answer(&mut self, words: &str, now: MonoTime) {
        self.say(words);
        self.phase = Phase::Answered;
        self.wait_for_the_client(now);
    }

    /// The client has to read now, and go on reading.
    fn wait_for_the_client(&mut self, now: MonoTime) {
        self.ready = true;
        let deadline = *self.deadline.get_or_insert(now + CONTROL_ANSWER_TIME);
        self.until = Some(deadline.min(now + CONTROL_ANSWER_PATIENCE));
    }

    /// Takes what the client sent, as much as one turn bears. None: it has gone, or sends what is no order.
    fn read(&mut self) -> Option<()> {
        let mut piece = [0; PIECE_BYTES];
        for _ in 0..PIECES_PER_TURN {
            match self.stream.read(&mut piece) {
                Ok(0) => return None,
                Ok(bytes) => {
                    // Behind the order there is nothing to say.
                    if matches!(self.phase, Phase::Asking) {
                        self.input.extend_from_slice(&piece[..bytes]);
                    }
                    if self.input.len() > CONTROL_ORDER_MAX_BYTES {
                        return None;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        self.ready = true;
        Some(())
    }

    /// Writes what there is to say, as much as one turn bears. None: it is said, or the client has gone.
    fn write(&mut self, server: &Server<TcpStream>, now: MonoTime) -> Option<()> {
        let mut may_gather = true;
        loop {
            if self.sent == self.output.len() {
                self.output.clear();
                self.sent = 0;
                match self.phase {
                    Phase::Answered => return None,
                    Phase::Asking | Phase::Account(..) | Phase::Stopping | Phase::Upgrading(_) => {
                        return Some(());
                    }
                    Phase::People(_) | Phase::Accounts(_) if !may_gather => {
                        self.ready = true;
                        return Some(());
                    }
                    Phase::People(_) | Phase::Accounts(_) => self.gather(server, now),
                }
                may_gather = false;
            }
            match self.stream.write(&self.output[self.sent..]) {
                Ok(0) => return None,
                Ok(bytes) => {
                    self.sent += bytes;
                    // Taking the greeting is not giving an order.
                    if let Some(deadline) = self.deadline {
                        self.until = Some(deadline.min(now + CONTROL_ANSWER_PATIENCE));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }

    /// Gathers some more rows of the answer, and its last line behind the last row.
    fn gather(&mut self, server: &Server<TcpStream>, now: MonoTime) {
        let mut rows = String::new();
        let over = match &mut self.phase {
            Phase::People(from) => {
                let next = server.list_people(*from, CONTROL_ROWS_PER_TURN, now, &mut rows);
                *from = next.unwrap_or(*from);
                next.is_none()
            }
            Phase::Accounts(all) => {
                rows.extend(all.take(CONTROL_ROWS_PER_TURN).map(|account| account.encode()));
                all.len() == 0
            }
            _ => return,
        };
        self.say(&rows);
        if over {
            self.say(OK);
            self.phase = Phase::Answered;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;
    use std::{env, fs, process};

    use super::*;
    use crate::config::Config;

    /// The control socket with one client, who has been greeted.
    struct House {
        poll: mio::Poll,
        control: Control,
        server: Server<TcpStream>,
        client: std::os::unix::net::UnixStream,
    }

    impl House {
        fn new(name: &str) -> House {
            let path = env::temp_dir().join(format!("tertulia-control-{name}-{}", process::id()));
            let listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
            listener.set_nonblocking(true).expect("a socket");
            let client = std::os::unix::net::UnixStream::connect(&path).expect("us");
            fs::remove_file(&path).expect("our own");
            let poll = mio::Poll::new().expect("a poll");
            let name = Socket::of(&env::temp_dir(), (0, 0));
            let control = Control::new(listener, name, poll.registry(), Language::English);
            let (control, server) = (control.expect("a socket"), Server::new(Config::default()));
            let mut house = House { poll, control, server, client };
            house.turn(Duration::ZERO);
            house
        }

        /// One turn, so long after the start, in which the client's connection is looked at; gives whether it is still there.
        fn turn(&mut self, after: Duration) -> bool {
            self.control.ready(Token(LISTENER - 1));
            self.control.turn(self.poll.registry(), &mut self.server, false, MonoTime::START + after);
            self.control.sessions.iter().flatten().count() == 1
        }

        /// The server begins an answer that finds no room in the socket.
        fn answer(&mut self) {
            let session = self.control.sessions[0].as_mut().expect("a client");
            session.answer(&"x".repeat(4 * 1024 * 1024), MonoTime::START);
        }
    }

    const MOMENT: Duration = Duration::from_micros(1);

    #[test]
    fn session_that_never_stops_sending_is_over_when_its_time_is() {
        let mut house = House::new("sends");
        for (after, open) in
            [(Duration::ZERO, true), (CONTROL_ORDER_PATIENCE - MOMENT, true), (CONTROL_ORDER_PATIENCE, false)]
        {
            house.client.write_all(b"w").expect("a connection");
            assert_eq!(house.turn(after), open, "after {after:?}");
        }
    }

    #[test]
    fn session_that_never_reads_its_answer_is_over_when_its_time_is() {
        let mut house = House::new("deaf");
        house.answer();
        for (after, open) in [
            (Duration::ZERO, true),
            (CONTROL_ANSWER_PATIENCE - MOMENT, true),
            (CONTROL_ANSWER_PATIENCE, false),
        ] {
            assert_eq!(house.turn(after), open, "after {after:?}");
        }
    }

    #[test]
    fn session_that_reads_a_little_again_and_again_is_over_when_its_time_is() {
        let mut house = House::new("slow");
        house.answer();
        let (mut after, step) = (Duration::ZERO, CONTROL_ANSWER_PATIENCE - Duration::from_secs(1));
        while after + step < CONTROL_ANSWER_TIME {
            assert!(house.turn(after), "after {after:?}");
            // More than a piece of what the system keeps for it, so that there is room for another, and less than all of it.
            house.client.read_exact(&mut [0; 64 * 1024]).expect("the answer");
            after += step;
        }
        assert!(house.turn(CONTROL_ANSWER_TIME - MOMENT), "it still reads");
        assert!(!house.turn(CONTROL_ANSWER_TIME));
    }
}
