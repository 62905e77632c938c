//! One sitting at the terminal: what each event does to the screen and to the line.
//!
//! Invariants: a line is only taken from the keyboard when it is clear where it goes; what was being typed when the server asks
//! something is put aside, so that no message becomes a password and no password a message.

use std::collections::VecDeque;
use std::env;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{SIGCONT, SIGWINCH};

use super::completion::Names;
use super::event::{Event, Outgoing};
use super::keys::{Key, Keyboard, PASTE_MAX_BYTES};
use super::line::{KeyAction, Line};
use super::paint;
use super::raw_mode::{self, RawMode};
use super::screen::{Below, Screen};
use crate::args::Options;
use crate::connection::{Connection, Stream, Turn};
use crate::notice;
use crate::prompt_parser::{Heard, Question};

/// Longest unfinished line that is kept waiting for its end, in bytes.
const LINE_MAX_BYTES: usize = 64 * 1024;

/// Events that are taken in before the screen is drawn.
const EVENTS_A_DRAW: usize = 128;

/// After so long without a line the next one is shown with its time.
const SILENCE: Duration = Duration::from_secs(60);

/// See the top of the file.
pub(super) struct Session {
    connection: Arc<Connection>,
    raw: RawMode,
    outgoing: Sender<(Arc<Stream>, Outgoing)>,
    screen: Screen,
    keyboard: Keyboard,
    line: Line,
    names: Names,
    /// Keys that came while it was not clear where a line would go.
    ahead: VecDeque<Key>,
    /// The unfinished line from the server.
    unfinished: String,
    /// The question that stands, in the server's words.
    question: Option<String>,
    /// What was being typed when it came.
    aside: Option<String>,
    /// Lines that were pasted, waiting for a yes.
    pasted: Option<String>,
    connecting: Option<String>,
    /// Where and under which name we speak, as the prompt shows it.
    room: Option<String>,
    name: Option<String>,
    english: bool,
    colours: bool,
    times: bool,
    bell: bool,
    last_line: Option<Instant>,
}

impl Session {
    pub(super) fn new(
        connection: Arc<Connection>,
        options: &Options,
        raw: RawMode,
        outgoing: Sender<(Arc<Stream>, Outgoing)>,
    ) -> Session {
        Session {
            connection,
            raw,
            outgoing,
            screen: Screen::new(raw_mode::size()),
            keyboard: Keyboard::default(),
            line: Line::default(),
            names: Names::default(),
            ahead: VecDeque::new(),
            unfinished: String::new(),
            question: None,
            aside: None,
            pasted: None,
            connecting: None,
            room: None,
            name: None,
            english: options.english,
            colours: env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()), // https://no-color.org
            times: options.times,
            bell: options.bell,
            last_line: None,
        }
    }

    /// Until it is over; gives the exit status.
    pub(super) fn run(&mut self, events: &Receiver<Event>) -> u8 {
        while let Ok(first) = events.recv() {
            let waiting = std::iter::once(first).chain(events.try_iter()).take(EVENTS_A_DRAW);
            for event in waiting {
                if let Some(status) = self.take_in(event) {
                    return self.end(status);
                }
            }
            let below = self.below();
            self.screen.draw(below);
        }
        self.end(1)
    }

    /// Takes one event in; the exit status if it is the last one.
    fn take_in(&mut self, event: Event) -> Option<u8> {
        match event {
            Event::Keyboard(bytes) if bytes.is_empty() => return self.keyboard_ended(),
            Event::Keyboard(bytes) => {
                let keys = self.keyboard.feed(&bytes);
                self.ahead.extend(keys);
                return self.take_keys();
            }
            Event::Connecting(address) => {
                self.connecting = Some(notice::connecting(&address, self.english));
            }
            Event::Heard(heard) => self.hear(heard),
            Event::Answered(answer) => {
                let question = self.question.take().unwrap_or_default();
                self.add(format!("{question}{answer}"));
                self.line.set(self.aside.take().unwrap_or_default());
            }
            Event::Notice(notice) => {
                self.finish_line();
                self.connecting = None;
                self.add(notice);
            }
            Event::NotSent => self.add(self.connection.away_notice().to_string()),
            Event::Settled => return self.settle(),
            Event::Signal(SIGWINCH) => self.redraw(),
            Event::Signal(SIGCONT) => {
                let _ = self.raw.again();
                self.redraw();
            }
            Event::Signal(signal) => return Some(128 + signal as u8),
            Event::Over(status) => return Some(status),
        }
        None
    }

    fn hear(&mut self, heard: Heard) {
        self.connecting = None;
        match heard {
            Heard::Text(text) | Heard::Replayed(text) => {
                self.unfinished.push_str(text.trim_end_matches('\n'));
                if text.ends_with('\n') || self.unfinished.len() > LINE_MAX_BYTES {
                    let line = std::mem::take(&mut self.unfinished);
                    self.show(&line);
                }
            }
            Heard::Question(question) => {
                // What was pasted for the room is no answer.
                if let Some(pasted) = self.pasted.take() {
                    self.keep_pasted(&pasted);
                }
                self.question = Some(std::mem::take(&mut self.unfinished));
                if question == Question::Password || !self.line.text().is_empty() {
                    let typed = self.line.take();
                    self.aside.get_or_insert(typed);
                }
            }
            _ => {}
        }
    }

    /// Shows a whole line from the server.
    fn show(&mut self, line: &str) {
        self.names.note(line);
        let speaker = paint::speaker(line).map(|name| line[name].to_string());
        let own = self.name.clone();
        let named = own.as_deref().filter(|own| speaker.is_some() && speaker.as_deref() != Some(*own));
        let mark = named.and_then(|own| paint::mention(line, own));
        if self.bell && (mark.is_some() || paint::is_private(line)) {
            self.screen.ring();
        }
        let shown = if self.colours { paint::paint(line, mark) } else { line.to_string() };
        let silent = self.last_line.is_some_and(|last| last.elapsed() >= SILENCE);
        if speaker.is_some() {
            self.last_line = Some(Instant::now());
        }
        let timed = speaker.is_some() && (self.times || silent) && !line.starts_with('[');
        self.add(if timed { format!("{} {shown}", paint::clock(self.colours)) } else { shown });
    }

    /// All that was told counts by now.
    fn settle(&mut self) -> Option<u8> {
        (self.room, self.name) = self.connection.place();
        self.english = self.connection.english();
        match self.connection.turn_now() {
            // Its words were taken for those of another one, which was answered.
            Some(Turn::Ask(_)) if self.question.is_none() => {
                self.question = Some(String::new());
                let typed = self.line.take();
                self.aside.get_or_insert(typed);
            }
            Some(Turn::Ask(_) | Turn::Over(_)) => {}
            _ if self.question.is_some() => {
                // The network's thread has answered it, or it is void.
                self.question = None;
                self.line.set(self.aside.take().unwrap_or_default());
            }
            _ => {}
        }
        self.take_keys()
    }

    /// Takes the keys that wait, as long as it is clear where a line goes.
    fn take_keys(&mut self) -> Option<u8> {
        while let Some(key) = self.ahead.pop_front() {
            let turn = self.connection.turn_now();
            // The connection may know of a question that was not read here yet, or the other way round; the event that settles
            // it is on its way. A line sent now would be the answer, and what is typed behind the question then be said.
            let told = matches!(turn, Some(Turn::Ask(_))) == self.question.is_some();
            if !told || matches!(turn, None | Some(Turn::Over(_))) {
                if key == Key::Control('c') {
                    return Some(130);
                }
                self.ahead.push_front(key);
                // Impatience is heard at once, whatever was typed before it.
                return self.ahead.contains(&Key::Control('c')).then_some(130);
            }
            if let Some(status) = self.press(&key) {
                return Some(status);
            }
        }
        None
    }

    fn press(&mut self, key: &Key) -> Option<u8> {
        if let Some(pasted) = self.pasted.take() {
            let yes = matches!(key, Key::Enter | Key::Char('s' | 'S' | 'y' | 'Y'));
            return if yes { self.send_pasted(&pasted) } else { self.keep_pasted(&pasted) };
        }
        if let Key::Paste(text) = key {
            return self.paste(text);
        }
        let hidden = self.connection.turn_now() == Some(Turn::Ask(Question::Password));
        match if hidden { self.line.press_hidden(key) } else { self.line.press(key) } {
            KeyAction::Nothing => None,
            KeyAction::Send => self.send_line(),
            KeyAction::Complete => {
                self.complete();
                None
            }
            KeyAction::Interrupt => Some(130),
            KeyAction::End => self.keyboard_ended(),
            KeyAction::Redraw => {
                self.redraw();
                None
            }
            KeyAction::Suspend => {
                self.screen.leave();
                self.raw.leave();
                let _ = kill_process(getpid(), Signal::TSTP);
                // Back at once where no shell could wake us up: then the system does not let us sleep.
                let _ = self.raw.again();
                self.redraw();
                None
            }
        }
    }

    /// Sends the line; what stays on the screen is the prompt and, unless it is a password, the line.
    fn send_line(&mut self) -> Option<u8> {
        let prompt = self.prompt();
        let line = self.line.take();
        let question = match self.connection.turn_now() {
            Some(Turn::Ask(question)) => Some(question),
            _ => None,
        };
        match question {
            Some(Question::Password) => self.add(prompt.trim_end().to_string()),
            Some(Question::Name) => self.add(format!("{prompt}{line}")),
            None => {
                self.line.remember(&line);
                self.add(format!("{prompt}{line}"));
            }
        }
        if question.is_some() {
            self.question = None;
            self.line.set(self.aside.take().unwrap_or_default());
        }
        let bytes = format!("{line}\n").into_bytes();
        match self.connection.take_line(&bytes) {
            Some(stream) => drop(self.outgoing.send((stream, Outgoing::Line(bytes)))),
            None if self.connection.leaving() => return Some(0),
            None => self.add(self.connection.away_notice().to_string()),
        }
        None
    }

    /// A text was pasted: one line becomes part of the line being typed; of several it is asked once.
    fn paste(&mut self, text: &str) -> Option<u8> {
        if text.len() >= PASTE_MAX_BYTES {
            self.add(notice::pasted_too_long(self.english).to_string());
            return None;
        }
        let text: String = text.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text.chars().filter(|&c| c == '\n' || c == '\t' || !c.is_control()).collect();
        let lines = text.trim_end_matches('\n').lines().count();
        if lines <= 1 || self.question.is_some() {
            self.insert(text.lines().next().unwrap_or_default());
        } else {
            self.pasted = Some(text);
        }
        None
    }

    /// The pasted lines are sent; a last one without an end stays to be typed on.
    fn send_pasted(&mut self, pasted: &str) -> Option<u8> {
        let mut rest = pasted;
        for piece in pasted.split_inclusive('\n') {
            // A question may have come meanwhile, and the lines were not pasted for it.
            if self.connection.turn_now() != Some(Turn::Talk) {
                return self.keep_pasted(rest);
            }
            rest = &rest[piece.len()..];
            if self.insert(piece.trim_end_matches('\n'))
                && piece.ends_with('\n')
                && let Some(status) = self.send_line()
            {
                return Some(status);
            }
        }
        None
    }

    /// The pasted lines become one line to be changed or cleared.
    fn keep_pasted(&mut self, pasted: &str) -> Option<u8> {
        let joined: Vec<&str> = pasted.lines().collect();
        self.insert(&joined.join(" "));
        None
    }

    /// Puts pasted text into the line; says so where it cannot be done.
    fn insert(&mut self, text: &str) -> bool {
        let fits = self.line.insert(text);
        if !fits {
            self.add(notice::pasted_too_long(self.english).to_string());
        }
        fits
    }

    fn complete(&mut self) {
        if self.question.is_some() {
            return;
        }
        let (start, fitting) = self.names.complete(self.line.text(), self.line.cursor(), self.english);
        match fitting.as_slice() {
            [] => {}
            [only] => self.line.replace_before(start, only),
            several => {
                let common = super::completion::common(several);
                if common.len() > self.line.cursor() - start {
                    self.line.replace_before(start, &common);
                }
                let shown: Vec<&str> = several.iter().map(|word| word.trim_end_matches([' ', ':'])).collect();
                self.add(format!("  {}", shown.join("  ")));
            }
        }
    }

    /// No more keys will come: what is under way is heard to its end.
    fn keyboard_ended(&mut self) -> Option<u8> {
        match self.connection.end_input() {
            Some(stream) => {
                let _ = self.outgoing.send((stream, Outgoing::End));
                None
            }
            None => Some(0),
        }
    }

    fn prompt(&self) -> String {
        if let Some(question) = &self.question {
            return question.clone();
        }
        let you = if self.english { "You" } else { "Tú" };
        match self.room.as_deref().filter(|room| *room != "general") {
            Some(room) => format!("{you} #{room}: "),
            None => format!("{you}: "),
        }
    }

    /// What stands below the lines.
    fn below(&self) -> Option<Below> {
        if let Some(pasted) = &self.pasted {
            let lines = pasted.trim_end_matches('\n').lines().count();
            let prompt = match self.english {
                false => format!("¿Enviar {lines} líneas? [s/n] "),
                true => format!("Send {lines} lines? [y/n] "),
            };
            return Some(Below { prompt, ..Below::default() });
        }
        let turn = self.connection.turn_now();
        if turn.is_none() {
            return self.connecting.clone().map(|prompt| Below { prompt, ..Below::default() });
        }
        let prompt = self.line.search_prompt().unwrap_or_else(|| self.prompt());
        let (line, cursor) = (self.line.text().to_string(), self.line.cursor());
        let hidden = turn == Some(Turn::Ask(Question::Password));
        Some(Below { prompt, line, cursor, hidden })
    }

    fn redraw(&mut self) {
        let below = self.below();
        self.screen.redraw(raw_mode::size(), below);
    }

    fn add(&mut self, line: String) {
        self.screen.add(line);
    }

    /// Shows a line whose end never came.
    fn finish_line(&mut self) {
        if !self.unfinished.is_empty() {
            let line = std::mem::take(&mut self.unfinished);
            self.show(&line);
        }
    }

    /// The end: what was being typed stays on the screen, to be copied.
    fn end(&mut self, status: u8) -> u8 {
        self.finish_line();
        let hidden = self.question.is_some();
        let typed = if hidden { self.aside.take().unwrap_or_default() } else { self.line.take() };
        if !typed.is_empty() {
            self.question = None;
            self.add(format!("{}{typed}", self.prompt()));
        }
        self.screen.leave();
        self.raw.leave();
        status
    }
}
