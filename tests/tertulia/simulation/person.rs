//! One simulated person: what they do, what they have read, and what they may expect.

use std::collections::HashMap;
use std::time::Duration;

use super::dice::Dice;
use super::errand::{About, Errand, Next, unprompted, without_telnet};
use super::pipe::{ClientEnd, ServerEnd};
use super::places::Entry;
use super::web::{Own, Web};
use tertulia::chat::{ClientId, MonoTime};
use tertulia::limits;
use tertulia::net::Server;

/// How somebody's stay ended, as far as they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They have done nothing to end it.
    Here,
    /// They said "salir".
    Quit,
    /// They ended their side.
    Ended,
    /// They broke the connection.
    Reset,
}

/// Between which two numbers of bytes that the witness was to read something happened.
pub type Span = (usize, usize);

#[derive(Debug)]
pub struct Person {
    pub end: ClientEnd,
    pub id: Option<ClientId>,
    pub name: String,
    pub fate: Fate,
    pub connected: MonoTime,
    /// Where they come from, among few addresses.
    pub address: u8,
    /// How they were let in, and when.
    pub entry: Option<(Entry, MonoTime)>,
    /// All that they have been called, and what they are called now.
    pub names: Vec<String>,
    pub called: Option<String>,
    /// Since which turn they have that name.
    pub named_in_turn: usize,
    pub errand: Option<Errand>,
    /// In which turn they began it.
    pub errand_began: usize,
    /// Passwords that they have typed.
    pub typed: Vec<String>,
    /// By which passwords of which accounts they have come in.
    pub sessions: HashMap<usize, String>,
    /// They have been in another room as well.
    pub goes_elsewhere: bool,
    /// Somebody has put them out of the chat.
    pub put_out: bool,
    /// The account as whose owner they come.
    pub owner: Option<usize>,
    pub named: Option<Span>,
    pub left: Option<Span>,
    /// Since when they have taken no byte although some waited.
    choked_since: Option<MonoTime>,
    /// They took nothing for so long that they may have been given up.
    pub starved: bool,
    /// They left bytes unread for so long that a connection being closed may have been closed on them.
    pub dawdled: bool,
    /// They left bytes unread for as long as nobody is waited for who found no place.
    pub lingered: bool,
    unread_since: Option<MonoTime>,
    pub reads: bool,
    /// Their program sends no line ends: each time what was typed, in one piece.
    pub pieces: bool,
    /// They sit at a terminal that sends each key by itself, and paste now and then.
    pub keys: bool,
    /// They send all that is on its way at once, as who pastes it.
    pub pastes: bool,
    /// They have sent something, beside a request.
    pub has_sent: bool,
    /// They come as browsers do.
    pub web: Option<Box<Web>>,
    /// Bytes on their way, in parts.
    outgoing: Vec<u8>,
    pub received: Vec<u8>,
    /// The numbers of the messages they have finished sending.
    pub sent: Vec<u64>,
    /// The numbers of all messages that they have begun to send.
    pub begun: Vec<u64>,
    unfinished: Vec<(usize, u64)>,
}

impl Person {
    pub fn new(end: ClientEnd, name: String, connected: MonoTime, address: u8) -> Person {
        Person {
            address,
            entry: None,
            names: Vec::new(),
            called: None,
            named_in_turn: 0,
            errand: None,
            errand_began: 0,
            typed: Vec::new(),
            sessions: HashMap::new(),
            goes_elsewhere: false,
            put_out: false,
            owner: None,
            begun: Vec::new(),
            end,
            id: None,
            name,
            fate: Fate::Here,
            connected,
            named: None,
            left: None,
            choked_since: None,
            starved: false,
            dawdled: false,
            lingered: false,
            unread_since: None,
            reads: true,
            pieces: false,
            keys: false,
            pastes: false,
            has_sent: false,
            web: None,
            outgoing: Vec::new(),
            received: Vec::new(),
            sent: Vec::new(),
            unfinished: Vec::new(),
        }
    }

    /// From now on nothing that they say ends in a line end. The first thing that is read is never a single character,
    /// which a key would be.
    pub fn sends_pieces(&mut self) {
        self.pieces = true;
        self.end.0.borrow_mut().least = 2;
    }

    /// They come as browsers do, and have sent enough to be known by it, but not all of their request.
    pub fn comes_as_a_browser(&mut self, dice: &mut Dice) {
        self.web = Some(Box::new(Web::new(dice.next(), &mut self.outgoing)));
        self.send(4 + dice.below(self.outgoing.len() - 4));
    }

    /// Whether they have sent some of a request, and the rest is still to come.
    pub fn is_requesting(&self) -> bool {
        self.fate == Fate::Here && self.web.as_ref().is_some_and(|web| web.request > 0)
    }

    /// Sends the rest of the request, and perhaps some of what is behind it.
    pub fn send_request(&mut self, dice: &mut Dice) {
        let request = self.web.as_ref().map_or(0, |web| web.request);
        let behind = if dice.one_in(2) { dice.below(self.outgoing.len() - request + 1) } else { 0 };
        self.send(request + behind);
    }

    /// Puts the end of a WebSocket on its way, or what ends it, and something behind that.
    pub fn ends_the_websocket(&mut self) {
        if let Some(web) = &mut self.web {
            web.end(&mut self.outgoing);
            web.say(b"who is still listening?", true, &mut self.outgoing);
        }
    }

    /// Puts a line on its way; `number` if it is a message that the room must hear.
    pub fn say(&mut self, line: &[u8], number: Option<u64>) {
        match &mut self.web {
            Some(web) => web.say(line, self.named.is_some(), &mut self.outgoing),
            None => self.outgoing.extend_from_slice(line),
        }
        if self.keys && number.is_some() && line.ends_with(b"\n") {
            // An arrow key before Enter.
            self.outgoing.pop();
            self.outgoing.extend_from_slice(b"\x1b[C\n");
        }
        if self.pieces {
            // What is read together is one line, of which the words can be told apart.
            self.outgoing.pop_if(|end| *end == b'\n');
            self.outgoing.push(b' ');
        }
        if let Some(number) = number {
            self.begun.push(number);
            self.unfinished.push((self.outgoing.len(), number));
        }
    }

    /// Sends a part of what is on its way, or all of it.
    pub fn push(&mut self, dice: &mut Dice, all: bool) {
        if self.fate != Fate::Here && self.fate != Fate::Quit || self.outgoing.is_empty() {
            return;
        }
        // Nobody could tell a part of the first line, with no more for a while, from a name.
        // Two first keys that are read together could be a name.
        if self.keys && !all && self.end.has_untaken() {
            return;
        }
        // The last byte of a request is sent when it is known what has to become of it.
        let most = match &self.web {
            Some(web) if web.request > 0 => web.request - 1,
            _ => self.outgoing.len(),
        };
        if most == 0 {
            return;
        }
        let first = !self.has_sent && self.web.is_none();
        let whole = all
            || std::mem::take(&mut self.pastes)
            || !self.keys && first
            || self.pieces
            || dice.one_in(2) && !first;
        let length = match whole {
            true => most,
            false if self.keys => 1,
            false => 1 + dice.below(most),
        };
        self.send(length);
    }

    fn send(&mut self, length: usize) {
        let part: Vec<u8> = self.outgoing.drain(..length).collect();
        match &mut self.web {
            Some(web) => {
                self.has_sent |= length > web.request;
                web.request = web.request.saturating_sub(length);
            }
            None => self.has_sent = true,
        }
        // Answered with a reset, as everywhere.
        self.lingered |= self.end.is_closed();
        self.end.send(&part);
        for (end, number) in std::mem::take(&mut self.unfinished) {
            match end.checked_sub(length) {
                None | Some(0) if self.fate == Fate::Here => self.sent.push(number),
                None | Some(0) => {}
                Some(rest) => self.unfinished.push((rest, number)),
            }
        }
    }

    /// Notes what time does to those who do not read.
    pub fn age(&mut self, now: MonoTime) {
        let since = |begun: &mut Option<MonoTime>, holds: bool, connected: MonoTime| {
            *begun = holds.then(|| begun.unwrap_or(connected));
            begun.map_or(Duration::ZERO, |since| now.since(since))
        };
        let choked = since(&mut self.choked_since, self.end.is_choked(), self.connected);
        self.starved |= choked >= limits::DRAIN_TIMEOUT;
        let unread = since(&mut self.unread_since, self.end.has_unread(), self.connected);
        self.dawdled |= unread >= limits::LINGER_TIMEOUT;
        self.lingered |= unread >= limits::REFUSED_LINGER;
    }

    pub fn receive(&mut self, most: usize) {
        if self.fate == Fate::Reset {
            return;
        }
        let read = self.end.receive(most);
        match &mut self.web {
            Some(web) => {
                web.take(&read, Own { begun: &self.begun, names: &self.names }, &mut self.received);
            }
            None => self.received.extend(read),
        }
    }

    /// The lines read so far, whole ones only, without the prompts in front of them.
    pub fn lines(&self) -> Vec<String> {
        let text = without_telnet(&self.received);
        let end = text.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
        let whole = std::str::from_utf8(&text[..end]).expect("the server sends UTF-8");
        // Who speaks in another room hears this one under its name.
        let bare = |line: String| line.strip_prefix("#general ").map(str::to_owned).unwrap_or(line);
        whole.split('\n').map(unprompted).map(bare).collect()
    }

    /// Whether they are there without a place.
    pub fn is_on_trial(&self, server: &Server<ServerEnd>) -> bool {
        let tries = self.entry.is_some_and(|(entry, _)| entry == Entry::Trial);
        let here =
            self.id.is_some_and(|id| server.hub().origin(id).is_some() && server.hub().name(id).is_none());
        tries && here
    }

    /// Goes on with what they are busy with: says whether they typed something, or what came of it.
    pub fn heed(&mut self) -> Option<Result<(), (About, String)>> {
        if self.fate != Fate::Here {
            self.errand = None;
        }
        match self.errand.as_mut()?.next(&self.received) {
            Next::Nothing => {
                self.errand.take_if(|_| self.end.is_over());
                None
            }
            Next::Line(line) => {
                self.typed.push(line.trim_end().to_owned());
                self.pastes |= line.trim_end().contains('\n');
                self.say(line.as_bytes(), None);
                Some(Ok(()))
            }
            Next::Over(told) => self.errand.take().map(|errand| Err((errand.about, told))),
        }
    }
}
