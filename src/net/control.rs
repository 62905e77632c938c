//! The control socket's connections: the administrator's commands, a few at a time and one to a connection.
//!
//! Invariants: nothing here waits; what a connection holds and how long it takes is bounded; an order is carried out only
//! while its client is there to hear of it.

mod session;

use std::io::{self, ErrorKind, Write};
use std::iter;
use std::mem;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};

use log::{debug, info};
use mio::net::{TcpStream, UnixListener, UnixStream};
use mio::{Interest, Registry, Token};

use session::{ControlSession, SessionPhase};

use super::handover::{StoredControl, StoredSession};
use super::server::Server;
use crate::chat::{AdminOrder, Language, MonoTime};
use crate::control::{
    self, AccountOrder, AccountReply, ControlOrder, ControlRefusal, GREETING, OK, Socket, row,
};
use crate::limits::{ACCEPT_RETRY, CONTROL_CONNECTIONS, CONTROL_CROWDED_PATIENCE, CONTROL_ORDERS_IN_HAND};
use crate::protocol::console;

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
    /// Orders that are not settled: their clients may have gone meanwhile.
    in_hand: usize,
    language: Language,
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
        self.take_replies(server, now);
        self.admit(registry, now);
        let mut wish = Wish::default();
        for slot in 0..self.sessions.len() {
            let Some(session) = self.sessions[slot].take() else { continue };
            // Put back unless it is over.
            self.sessions[slot] = self.serve(session, server, stopping, now, &mut wish);
        }
        // Alone, a server has answered at once.
        self.take_replies(server, now);
        wish
    }

    /// Tells what came of orders.
    fn take_replies(&mut self, server: &mut Server<TcpStream>, now: MonoTime) {
        for (ticket, reply) in server.take_account_replies() {
            self.account_settled(ticket, reply, now);
        }
        for (ticket, reply) in server.take_chat_replies() {
            self.in_hand -= 1;
            let waits = |session: &&mut ControlSession| matches!(session.phase, SessionPhase::Chat(mine) if mine == ticket);
            let Some(session) = self.sessions.iter_mut().flatten().find(waits) else { continue };
            match reply {
                Ok(rows) => session.answer(&(rows + OK), now),
                Err(refusal) => session.answer(&refusal.encode(), now),
            }
        }
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
        self.sessions.iter().flatten().any(|session| matches!(session.phase, SessionPhase::Account(..)))
    }

    /// Takes the name away: from here on the directory is no server's, or another one's.
    pub(super) fn leave(&mut self) {
        self.name = None;
    }

    /// Tells the clients that asked for the stop that it is done. Their connections end with the process.
    pub(super) fn stopped(&mut self, written: bool) {
        for session in self.sessions.iter_mut().flatten() {
            if matches!(session.phase, SessionPhase::Stopping) {
                let line = if written { OK.to_owned() } else { ControlRefusal::Unfinished.encode() };
                // Nothing was written to it before but the greeting, so a line finds room; if not, its end says enough.
                let _ = session.stream.write(line.as_bytes());
            }
        }
    }

    /// Tells the clients that asked for an upgrade what came of it.
    pub(super) fn upgraded(&mut self, (made, words): (bool, impl Fn(Language) -> String), now: MonoTime) {
        for session in self.sessions.iter_mut().flatten() {
            if let SessionPhase::Upgrading(language) = session.phase {
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
        self.take_replies(server, now);
        for place in &mut self.sessions {
            let said = |session: &mut ControlSession| {
                matches!(session.phase, SessionPhase::Answered) && session.write(server, now).is_none()
            };
            place.take_if(said);
        }
    }

    /// What another program has to know. Those whose answer is being told are not in it: they hear no end of it.
    pub(super) fn store(&self) -> StoredControl {
        let file = self.name.as_ref().map_or((0, 0), Socket::file);
        let sessions = self.stored().map(|(stored, _)| stored).collect();
        StoredControl { file, sessions, orders: (self.next_ticket, self.in_hand) }
    }

    /// The listener, and the connections that belong to what is [stored](Self::store).
    pub(super) fn files(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        iter::once(self.listener.as_fd()).chain(self.stored().map(|(_, stream)| stream.as_fd()))
    }

    fn stored(&self) -> impl Iterator<Item = (StoredSession, &UnixStream)> {
        let whole = |session: &&ControlSession| session.sent == session.output.len();
        self.sessions.iter().flatten().filter(whole).filter_map(|session| match &session.phase {
            SessionPhase::Asking => Some((StoredSession::Asking(session.input.clone()), &session.stream)),
            SessionPhase::Upgrading(language) => Some((StoredSession::Upgrading(*language), &session.stream)),
            // The history has answered what it was asked: what is left waits for the log.
            SessionPhase::Account(ticket, order) => {
                Some((StoredSession::Account(*ticket, order.clone()), &session.stream))
            }
            SessionPhase::Chat(ticket) => Some((StoredSession::Chat(*ticket), &session.stream)),
            _ => None,
        })
    }

    /// Goes on with the connections of another program, and with its `orders`.
    pub(super) fn resumed(
        mut self,
        called: Vec<(StoredSession, std::os::unix::net::UnixStream)>,
        orders: (u64, usize),
        registry: &Registry,
        now: MonoTime,
    ) -> io::Result<Control> {
        (self.next_ticket, self.in_hand) = orders;
        for (slot, (stored, stream)) in called.into_iter().enumerate().take(CONTROL_CONNECTIONS) {
            let mut session = ControlSession::new(UnixStream::from_std(stream), now);
            let interest = Interest::READABLE | Interest::WRITABLE;
            registry.register(&mut session.stream, Token(LISTENER - 1 - slot), interest)?;
            match stored {
                StoredSession::Asking(input) => session.input = input,
                StoredSession::Upgrading(language) => session.waits(SessionPhase::Upgrading(language)),
                StoredSession::Account(ticket, order) => session.waits(SessionPhase::Account(ticket, order)),
                StoredSession::Chat(ticket) => session.waits(SessionPhase::Chat(ticket)),
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
            let silent = silent.filter(|session| matches!(session.phase, SessionPhase::Asking));
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
            if matches!(session.phase, SessionPhase::Asking)
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
            Some(ControlOrder::Stop) => return session.phase = SessionPhase::Stopping,
            Some(_) if stopping => ControlRefusal::Stopping,
            Some(ControlOrder::Upgrade(language)) => {
                return session.phase = SessionPhase::Upgrading(language);
            }
            Some(ControlOrder::Who) => {
                session.phase = SessionPhase::People(0);
                return session.wait_for_the_client(now);
            }
            Some(ControlOrder::Account(_) | ControlOrder::Chat(..))
                if self.in_hand >= CONTROL_ORDERS_IN_HAND =>
            {
                ControlRefusal::Busy
            }
            Some(ControlOrder::Account(order)) => {
                let ticket = self.take_ticket();
                if server.order_account(ticket, order.clone(), now) {
                    self.in_hand += 1;
                    session.phase = SessionPhase::Account(ticket, order);
                    return;
                }
                ControlRefusal::Busy
            }
            Some(ControlOrder::Chat(AdminOrder::Say { text, .. }, _)) if text.is_blank() => {
                ControlRefusal::Unclear
            }
            Some(ControlOrder::Chat(order, language)) => {
                let ticket = self.take_ticket();
                self.in_hand += 1;
                session.phase = SessionPhase::Chat(ticket);
                return server.administer(ticket, order, language, now);
            }
        };
        session.answer(&refusal.encode(), now);
    }

    fn take_ticket(&mut self) -> u64 {
        self.next_ticket += 1;
        self.next_ticket
    }

    /// Tells a client what came of their order.
    fn account_settled(&mut self, ticket: u64, reply: AccountReply, now: MonoTime) {
        self.in_hand -= 1;
        let waits = |session: &&mut ControlSession| matches!(session.phase, SessionPhase::Account(mine, _) if mine == ticket);
        let session = self.sessions.iter_mut().flatten().find(waits);
        let Some(session) = session else { return };
        let order = match mem::replace(&mut session.phase, SessionPhase::Answered) {
            SessionPhase::Account(_, order) => order,
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
                session.phase = SessionPhase::Accounts(all.into_iter());
                session.wait_for_the_client(now);
            }
            AccountReply::Refused(refusal) => session.answer(&refusal.encode(), now),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::time::Duration;
    use std::{env, fs, process};

    use super::*;
    use crate::config::Config;
    use crate::limits::{CONTROL_ANSWER_PATIENCE, CONTROL_ANSWER_TIME, CONTROL_ORDER_PATIENCE};

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
