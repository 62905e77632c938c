//! The screen that the two threads share: text that arrives, and the line being typed below it.
//!
//! Law: while a line is being edited only the editor's thread writes, at its own repaints; the other one leaves its
//! text here and asks for a repaint. So the line stays whole and no text is lost or told twice.

use std::io::{self, Write};
use std::mem;
use std::process;
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::termios::{self, OptionalActions, Termios};

use super::completion::Names;
use crate::prompt_parser::{self, Kind};

/// Text that may wait for a repaint. Past it the network is not read: the server knows how to treat a slow reader.
const PENDING_MAX_BYTES: usize = 256 * 1024;

/// How long the editor may take to notice the end (it does not while it searches the history).
const END_GRACE: Duration = Duration::from_millis(300);

/// Who may write to the terminal.
#[derive(Default, PartialEq)]
enum Mode {
    /// No line is being edited: text is written at once.
    #[default]
    Direct,
    /// The editor is starting or has just taken a line: text waits.
    Held,
    /// The editor waits for keys: text waits for the repaint that was asked for.
    Editing,
}

#[derive(Default)]
struct State {
    mode: Mode,
    pending: String,
    question: Option<(String, Kind)>,
    prompt: String,
    secret: bool,
    english: bool,
    ended: Option<u8>,
    departing: bool,
    names: Names,
}

/// See the top of the file.
pub(crate) struct SharedScreen {
    state: Mutex<State>,
    emptied: Condvar,
    repaint: SyncSender<()>,
    /// The terminal as it was found, and as it will be left.
    modes: Termios,
}

impl SharedScreen {
    /// `repaint` makes the editor draw itself again, once for each message or more rarely.
    pub(crate) fn new(repaint: SyncSender<()>) -> io::Result<SharedScreen> {
        let modes = termios::tcgetattr(io::stdin())?;
        Ok(SharedScreen { state: Mutex::default(), emptied: Condvar::new(), repaint, modes })
    }

    /// Shows text that ends its line.
    pub(crate) fn show(&self, text: &str) {
        let state = self.lock();
        let full = |state: &mut State| state.mode != Mode::Direct && state.pending.len() > PENDING_MAX_BYTES;
        let mut state = self.emptied.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        if state.mode == Mode::Direct {
            write(text);
        } else {
            state.pending.push_str(text);
            self.ask_repaint(&state);
        }
    }

    /// The server asks, in an unfinished line.
    pub(crate) fn ask(&self, text: String, kind: Kind) {
        let mut state = self.lock();
        state.english = prompt_parser::is_english(&text);
        state.question = Some((text, kind));
        self.ask_repaint(&state);
    }

    /// Takes the question out: somebody else answers it.
    pub(crate) fn take_question(&self) -> String {
        self.lock().question.take().map(|(text, _)| text).unwrap_or_default()
    }

    /// No line is being edited from here on; what waited is written.
    pub(crate) fn direct(&self) {
        let mut state = self.lock();
        state.mode = Mode::Direct;
        write(&mem::take(&mut state.pending));
        self.emptied.notify_all();
    }

    /// A line will be edited: gives its prompt, which is the server's question if it is `asked`.
    pub(crate) fn begin(&self, asked: bool) -> String {
        let mut state = self.lock();
        state.mode = Mode::Held;
        let own = if state.english { "You: " } else { "Tú: " }.to_string();
        (state.prompt, state.secret) = match state.question.take() {
            Some((text, kind)) if asked => (text, kind == Kind::Secret),
            question => {
                state.question = question;
                (own, false)
            }
        };
        state.prompt.clone()
    }

    /// The line was taken: what comes now waits until the editor has left the terminal.
    pub(crate) fn hold(&self) {
        self.lock().mode = Mode::Held;
    }

    /// A repaint begins: the text to be drawn above the prompt.
    pub(crate) fn above(&self) -> String {
        let mut state = self.lock();
        state.mode = Mode::Editing;
        self.emptied.notify_all();
        if state.ended.is_some() {
            state.departing = true; // `below` writes what is pending
            return String::new();
        }
        let mut above = mem::take(&mut state.pending);
        // A question that comes while a line is being typed cannot become its prompt any more.
        let prompt = mem::take(&mut state.prompt);
        if let Some((text, kind)) = state.question.take_if(|(text, _)| *text != prompt) {
            state.secret |= kind == Kind::Secret;
            above.push_str(text.trim_end());
            above.push('\n');
        }
        state.prompt = prompt;
        above
    }

    /// The second half of a repaint, with the line being typed. If it is over, the program ends here, and the line
    /// stays on the screen for whoever wants to keep it.
    pub(crate) fn below(&self, line: &str) {
        let state = self.lock();
        if let Some(status) = state.ended.filter(|_| state.departing) {
            let kept =
                if line.is_empty() || state.secret { "" } else { &format!("{}{line}\n", state.prompt) };
            self.leave(&format!("\r\x1b[J{}{kept}", state.pending), status);
        }
    }

    /// It is over: ends the program, from whichever thread can.
    pub(crate) fn end(&self, status: u8) {
        let mut state = self.lock();
        state.ended = Some(status);
        self.ask_repaint(&state);
        drop(state);
        thread::sleep(END_GRACE);
        let state = self.lock();
        if state.mode != Mode::Direct {
            self.leave(&format!("\n{}", state.pending), status);
        }
    }

    /// What is being typed must not be shown or remembered.
    pub(crate) fn secret(&self) -> bool {
        self.lock().secret
    }

    /// Remembers the names in a line.
    pub(crate) fn note_names(&self, line: &str) {
        self.lock().names.note(line);
    }

    /// See [`Names::complete`].
    pub(crate) fn complete(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let state = self.lock();
        if state.secret { (at, Vec::new()) } else { state.names.complete(line, at) }
    }

    /// A repaint that was asked for already will do, so a full channel is fine.
    fn ask_repaint(&self, state: &State) {
        if state.mode == Mode::Editing {
            let _ = self.repaint.try_send(());
        }
    }

    /// Ends the program, with the terminal as it was found.
    pub(crate) fn leave(&self, last_words: &str, status: u8) -> ! {
        write(last_words);
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Drain, &self.modes);
        process::exit(i32::from(status));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A terminal that is gone takes nothing any more, and the editor will notice it soon.
fn write(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
