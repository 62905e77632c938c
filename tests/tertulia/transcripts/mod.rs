//! What people type and what they read, through codec, hub and encoder: bytes in, bytes out, no sockets.

mod account_events;
mod accounts;
mod commands;
mod conversation;
mod every_event;
mod history;
mod line_ends;
mod orders;
mod private;
mod rooms;
mod slips;
mod unsaid;

use std::collections::VecDeque;
use std::time::Duration;

use tertulia::chat::{
    ClientId, CloseReason, Command, Event, Hub, Language, Moment, Origin, Output, Rules, Stamp,
};
use tertulia::clock::Zone;
use tertulia::keep::Memory;
use tertulia::proto::{Codec, Encodings};

use super::support::book::Book;

/// One person's end of the wire.
struct End {
    codec: Codec,
    unread: Vec<u8>,
    open: bool,
}

/// A hub with the dialect around it.
pub struct Wire {
    hub: Hub,
    now: Moment,
    language: Language,
    ends: Vec<End>,
    encodings: Encodings,
    history: Memory,
    book: Book,
}

impl Wire {
    pub fn new(language: Language) -> Wire {
        Wire::with(Rules::default(), language)
    }

    pub fn with(rules: Rules, language: Language) -> Wire {
        Wire::with_accounts(rules, &[], language)
    }

    /// A chat with these names and passwords.
    pub fn with_accounts(mut rules: Rules, accounts: &[(&str, &str)], language: Language) -> Wire {
        let book = Book::of(accounts);
        if !accounts.is_empty() {
            rules.accounts = Some(book.accounts());
        }
        Wire {
            hub: Hub::new(rules),
            now: Moment::START,
            language,
            ends: Vec::new(),
            encodings: Encodings::default(),
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
    pub fn clock_says(&mut self, wall: Stamp) {
        self.hub.set_wall_clock(wall, self.now);
    }

    /// The clocks of those who read are those of this zone.
    pub fn in_zone(&mut self, name: &str) {
        self.encodings.set_zone(Zone::named(name).expect("a zone"));
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
        self.perform(|hub, now, out| assert!(hub.connect(id(seat), Origin::UNKNOWN, now, out)));
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
        self.perform(|hub, now, out| hub.disconnect(id(seat), CloseReason::Lost, now, out));
    }

    pub fn waits(&mut self, span: Duration) {
        self.now = self.now + span;
        self.perform(Hub::tick);
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
            self.perform(|hub, now, out| hub.handle(id(seat), command, now, out));
        }
    }

    fn perform(&mut self, call: impl FnOnce(&mut Hub, Moment, &mut Vec<Output>)) {
        let mut outputs = Vec::new();
        call(&mut self.hub, self.now, &mut outputs);
        let mut outputs = VecDeque::from(outputs);
        let mut answers = Vec::new();
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Deliver { to, event } => {
                    self.encodings.clear();
                    self.hub.audience(&to, |id, here| {
                        let end = &mut self.ends[id.slot()];
                        assert!(end.open, "{event:?} is for who has left");
                        end.unread.extend_from_slice(self.encodings.of(&event, end.codec.kind(), here));
                    });
                }
                Output::Speak(id, language) => self.ends[id.slot()].codec.speak(language),
                Output::Close(id, _) => self.ends[id.slot()].open = false,
                Output::Note(_) | Output::Room(..) | Output::Expelled(_) | Output::Readmitted(_) => {}
                Output::Keep(line) => self.history.keep(line),
                Output::Forget(room) => self.history.forget(room),
                Output::Look(id, look) => {
                    self.hub.found(id, self.history.look(look), self.now, &mut answers);
                }
                Output::Ask(id, question) => {
                    let end = &mut self.ends[id.slot()];
                    // What a telnet would be sent is no text.
                    let _ = end.codec.expect_answer(question);
                    let prompt = self.encodings.once(&Event::PasswordPrompt(question), end.codec.kind());
                    end.unread.extend_from_slice(prompt);
                }
                Output::Disregard(id, lines) => self.ends[id.slot()].codec.disregard(lines),
                Output::Petition(id, petition) => {
                    let (matter, verdict) = self.book.settle(petition);
                    self.hub.verdict(id, matter, verdict, self.now, &mut answers);
                }
                Output::Post(id, account, letter) => {
                    let (posted, number) = self.book.post(account, letter);
                    self.hub.posted(id, posted, number, &mut answers);
                }
                Output::Collect(id, account) => {
                    let (letters, up_to) = self.book.collect(account);
                    self.hub.letters(id, account, letters, up_to, self.now, &mut answers);
                }
                Output::HandedOver(account, up_to) => self.book.handed_over(account, up_to),
            }
            outputs.extend(answers.drain(..));
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
