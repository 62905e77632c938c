//! The conversation at a terminal, with rustyline.

mod completion;
mod helper;
mod paint;
mod shared_screen;

use std::env;
use std::io::ErrorKind;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor, ExternalPrinter};
use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use crate::connection::{Connection, News, Sent, Turn};
use crate::prompt_parser::{Heard, Kind};
use helper::Helper;
use shared_screen::SharedScreen;

/// What the editor's printer is given when only a repaint is wanted. It adds a line end to whatever does not have
/// one, so this goes up a row first; on the top row of the screen, where there is no up, it costs an empty row.
const REPAINT: &str = "\x1b[A\n";

/// How long the answer to a command that usually asks for a password is waited for, so that the question is there
/// before the next prompt is drawn.
const QUESTION_PATIENCE: Duration = Duration::from_secs(1);

/// Longest unfinished line that is kept waiting for its end, in bytes.
const LINE_MAX_BYTES: usize = 64 * 1024;

type Keyboard = Editor<Helper, MemHistory>;

/// Talks until it is over; gives the exit status, or nothing if the terminal is not up to it.
pub(crate) fn run(connection: &Arc<Connection>) -> Option<u8> {
    let (repaint, repaints) = mpsc::sync_channel(1);
    let screen = Arc::new(SharedScreen::new(repaint).ok()?);
    let mut keyboard = keyboard(&screen).ok()?;
    let mut printer = keyboard.create_external_printer().ok()?;
    // The printer blocks while the editor is busy: a thread of its own, so that the network's never does.
    thread::spawn(move || while repaints.recv().is_ok() && printer.print(REPAINT.to_string()).is_ok() {});
    // Whoever ends us from outside gets the terminal back too.
    let (mut ends, left) = (Signals::new([SIGTERM]).ok()?, screen.clone());
    thread::spawn(move || {
        if let Some(signal) = ends.forever().next() {
            left.leave("\n", 128 + signal as u8)
        }
    });
    let (reader, shown) = (connection.clone(), screen.clone());
    thread::spawn(move || {
        let mut face = Face { screen: &shown, colours: colours(), line: String::new() };
        let status = reader.run(&mut |news| face.show(&news));
        face.end_line();
        shown.end(status);
    });
    let status = converse(connection, &screen, &mut keyboard);
    drop(keyboard); // the terminal is its own again; what the server still says is written as it comes
    screen.direct();
    Some(status.unwrap_or_else(|| connection.wait_over()))
}

/// Reads lines and sends them. None if the server still has the last word.
fn converse(connection: &Connection, screen: &SharedScreen, keyboard: &mut Keyboard) -> Option<u8> {
    let mut patience = Duration::ZERO;
    loop {
        screen.direct();
        let asked = match connection.turn(patience) {
            Turn::Over(status) => return Some(status),
            Turn::Ask => true,
            Turn::Talk => false,
        };
        let prompt = screen.begin(asked);
        match keyboard.readline(&prompt) {
            Ok(line) => {
                let secret = screen.secret();
                if !asked && !secret && !line.trim().is_empty() {
                    let _ = keyboard.add_history_entry(&line);
                }
                patience = if secret || is_asked_back(&line) { QUESTION_PATIENCE } else { Duration::ZERO };
                let sent = connection.send(format!("{line}\n").as_bytes());
                if connection.leaving() {
                    return (sent == Sent::Away).then_some(0);
                }
                if sent == Sent::Away {
                    screen.show(&format!("{}\n", connection.away_notice()));
                }
            }
            Err(ReadlineError::Interrupted) => return Some(130),
            // A key that is not UTF-8: the line is lost, the conversation is not.
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {}
            Err(_) => return if connection.finish() { None } else { Some(0) },
        }
    }
}

fn keyboard(screen: &Arc<SharedScreen>) -> rustyline::Result<Keyboard> {
    let config = Config::builder()
        // The helper draws what arrives, and it is only called where colours are on.
        .color_mode(ColorMode::Forced)
        // A pasted text becomes lines, each sent when its end is read.
        .bracketed_paste(false)
        // Listed at once: while it waits for a second Tab the editor shows nothing that arrives.
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .build();
    let mut keyboard = Editor::with_history(config.clone(), MemHistory::with_config(&config))?;
    keyboard.set_helper(Some(Helper::new(screen.clone())));
    Ok(keyboard)
}

/// Commands that the server answers by asking for a password.
fn is_asked_back(line: &str) -> bool {
    const COMMANDS: [&str; 6] = ["/registrar", "/register", "/identificar", "/login", "/clave", "/password"];
    line.split_whitespace().next().is_some_and(|word| COMMANDS.contains(&word.to_lowercase().as_str()))
}

/// <https://no-color.org>: set and not empty means none.
fn colours() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Makes lines of what is heard, and gives them their looks.
struct Face<'a> {
    screen: &'a SharedScreen,
    colours: bool,
    /// The unfinished line.
    line: String,
}

impl Face<'_> {
    fn show(&mut self, news: &News) {
        match news {
            News::Heard(Heard::Text(text)) => {
                self.line.push_str(text.trim_end_matches('\n'));
                if text.ends_with('\n') || self.line.len() > LINE_MAX_BYTES {
                    self.screen.note_names(&self.line);
                    self.show_line();
                }
            }
            News::Heard(Heard::Question(kind)) => self.ask(*kind),
            News::Heard(Heard::Accepted | Heard::Refused | Heard::Replaced) => {}
            News::Answered(name) => {
                let question = self.screen.take_question();
                self.screen.show(&format!("{question}{name}\n"));
            }
            News::Notice(notice) => {
                self.end_line();
                self.line.push_str(notice);
                self.show_line();
            }
        }
    }

    fn ask(&mut self, kind: Kind) {
        self.screen.ask(std::mem::take(&mut self.line), kind);
    }

    /// Shows a line whose end never came.
    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.show_line();
        }
    }

    fn show_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = if self.colours { paint::paint(&line) } else { line };
        self.screen.show(&format!("{line}\n"));
    }
}
