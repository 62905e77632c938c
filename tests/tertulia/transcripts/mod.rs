//! What people type and what they read, through codec, hub and encoder: bytes in, bytes out, no sockets.

mod account_events;
mod accounts;
pub mod commands;
mod conversation;
pub mod every_event;
mod history;
mod line_ends;
mod nodes;
mod orders;
mod private;
mod rooms;
mod slips;
mod unsaid;

use std::time::Duration;

use tertulia::chat::{
    ChatConfig, ClientId, CloseReason, Command, Effect, Event, Hub, Input, Language, LogEntry, Message,
    MessageId, MessageKind, MonoTime, Name, Origin, Reply, Request, RoomKey, Text, Time, UnixMillis,
};
use tertulia::clock::Zone;
use tertulia::protocol::{Codec, Encoder};
use tertulia::storage::Memory;

use super::support::book::Book;
use super::support::shell::Shell;

/// One person's end of the wire.
struct End {
    codec: Codec,
    unread: Vec<u8>,
    open: bool,
}

/// A hub with the dialect around it.
pub struct Wire {
    hub: Hub,
    now: MonoTime,
    /// What both clocks said when the one on the wall was set last.
    clocks: Time,
    language: Language,
    ends: Vec<End>,
    encoder: Encoder,
    history: Memory,
    book: Book,
}

impl Wire {
    pub fn new(language: Language) -> Wire {
        Wire::with(ChatConfig::default(), language)
    }

    pub fn with(config: ChatConfig, language: Language) -> Wire {
        Wire::with_accounts(config, &[], language)
    }

    /// A chat with these names and passwords.
    pub fn with_accounts(mut config: ChatConfig, accounts: &[(&str, &str)], language: Language) -> Wire {
        let book = Book::of(accounts);
        if !accounts.is_empty() {
            config.accounts = Some(book.accounts());
        }
        Wire {
            hub: Hub::new(config),
            now: MonoTime::START,
            clocks: Time::default(),
            language,
            ends: Vec::new(),
            encoder: Encoder::default(),
            history: Memory::default(),
            book,
        }
    }

    /// These people in a quiet chat; they type with `ending`.
    pub fn of<const N: usize>(language: Language, ending: &str, names: [&str; N]) -> (Wire, [usize; N]) {
        let mut wire = Wire::new(language);
        let seats = names.map(|name| {
            let seat = wire.connects();
            wire.types(seat, &format!("{name}{ending}"));
            seat
        });
        wire.hush();
        (wire, seats)
    }

    /// The wall clock is set.
    pub fn clock_says(&mut self, wall: UnixMillis) {
        self.clocks = Time { mono: self.now, wall };
    }

    /// The clocks of those who read are those of this zone.
    pub fn in_zone(&mut self, name: &str) {
        self.encoder.set_zone(Zone::named(name).expect("a zone"));
    }

    /// Lets a while pass and throws away what was read.
    pub fn hush(&mut self) {
        self.waits(Duration::from_secs(2));
        self.ends.iter_mut().for_each(|end| end.unread.clear());
    }

    pub fn connects(&mut self) -> usize {
        let codec = Codec::new(self.language);
        self.ends.push(End { codec, unread: Vec::new(), open: true });
        let seat = self.ends.len() - 1;
        self.run(Input::Connected(id(seat), Origin::UNKNOWN));
        seat
    }

    pub fn types(&mut self, seat: usize, input: &str) {
        self.types_bytes(seat, input.as_bytes());
    }

    pub fn types_bytes(&mut self, seat: usize, input: &[u8]) {
        let mut answers = Vec::new();
        self.ends[seat].codec.push(input, &mut answers);
        assert!(answers.is_empty(), "nobody here speaks telnet");
        self.serve(seat);
    }

    /// The same in several pieces, all of them sent before any answer can be read.
    pub fn types_ahead(&mut self, seat: usize, pieces: &[&[u8]]) {
        for piece in pieces {
            self.ends[seat].codec.push(piece, &mut Vec::new());
            self.take_commands(seat);
        }
        self.ends[seat].codec.answer_written();
    }

    /// No more input will come; the rest of it counts.
    pub fn ends_input(&mut self, seat: usize) {
        self.ends[seat].codec.finish();
        self.serve(seat);
    }

    pub fn is_lost(&mut self, seat: usize) {
        self.ends[seat].open = false;
        self.run(Input::Disconnected(id(seat), CloseReason::Lost));
    }

    pub fn waits(&mut self, span: Duration) {
        self.now = self.now + span;
        self.run(Input::Tick);
    }

    /// What has arrived at `seat` since the last look.
    pub fn reads(&mut self, seat: usize) -> String {
        let unread = std::mem::take(&mut self.ends[seat].unread);
        String::from_utf8(unread).expect("the server sends UTF-8")
    }

    pub fn is_open(&self, seat: usize) -> bool {
        self.ends[seat].open
    }

    fn serve(&mut self, seat: usize) {
        self.take_commands(seat);
        // All that was sent before has been taken.
        self.ends[seat].codec.answer_written();
    }

    fn take_commands(&mut self, seat: usize) {
        while self.ends[seat].open
            && let Some(command) = self.ends[seat].codec.next_command()
        {
            self.run(Input::Command(id(seat), command));
        }
    }
}

impl Shell for Wire {
    fn hub(&mut self) -> &mut Hub {
        &mut self.hub
    }

    fn book(&mut self) -> &mut Book {
        &mut self.book
    }

    fn time(&self) -> Time {
        self.clocks.at(self.now)
    }

    fn hears(&mut self, id: ClientId, event: &Event, here: bool) {
        let end = &mut self.ends[id.slot()];
        assert!(end.open, "{event:?} is for who has left");
        end.unread.extend_from_slice(self.encoder.encode(event, end.codec.format(), here).bytes);
    }

    fn carries_out(&mut self, effect: Effect) {
        match effect {
            Effect::Speak(id, language) => self.ends[id.slot()].codec.speak(language),
            Effect::Close(id, _) => self.ends[id.slot()].open = false,
            Effect::Log(_)
            | Effect::AdminReply(..)
            | Effect::Room(..)
            | Effect::Expelled(_)
            | Effect::Account(_)
            | Effect::Readmitted(_) => {}
            Effect::Keep(line) => self.history.keep(line),
            Effect::Forget(room) => self.history.forget(room),
            Effect::Ask(id, question, whose) => {
                let end = &mut self.ends[id.slot()];
                // What a telnet would be sent is no text.
                let _ = end.codec.expect_answer(question);
                let prompt = Event::PasswordPrompt(question, whose);
                let prompt = self.encoder.encode(&prompt, end.codec.format(), true);
                end.unread.extend_from_slice(prompt.bytes);
            }
            Effect::Disregard(id, lines) => self.ends[id.slot()].codec.disregard(lines),
            Effect::EndQuestion(id) => self.ends[id.slot()].codec.end_question(),
            other => unreachable!("{other:?} wants a reply"),
        }
    }

    fn asks(&mut self, effect: Effect) {
        match effect {
            Effect::Request(id, Request::Look(look)) => {
                let found = self.history.look(look);
                self.run(Input::Reply(id, Reply::Found(found)));
            }
            other => self.replies(other),
        }
    }
}

fn id(seat: usize) -> ClientId {
    ClientId::new(seat as u32, 1)
}

/// The command that `line` is to somebody who is spoken to in `language`.
pub fn command(line: &str, language: Language) -> Command {
    let mut codec = Codec::new(language);
    codec.push(line.as_bytes(), &mut Vec::new());
    codec.push(b"\n", &mut Vec::new());
    let command = codec.next_command().expect("a line is a command");
    assert_eq!(codec.next_command(), None, "{line:?}");
    command
}

/// What the log is told of a message in a room of that name.
fn logged(room: &Name, from: &Name, kind: MessageKind, words: &str) -> LogEntry {
    let (id, key, at) = (MessageId(1), RoomKey(0), UnixMillis(1));
    let message = Message { id, room: key, at, from: from.clone(), kind, text: Text::clean(words) };
    LogEntry::Message(room.clone(), message)
}
