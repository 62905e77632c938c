//! What the server's text means to the client: where it asks something, and whether it took the name.
//!
//! Law: pure, and the text is passed on whole: joining every [`Heard::Text`] gives back what came.

use std::mem;

/// Longest line that can still be a question, in bytes. More of a line than this is never kept.
const QUESTION_MAX_BYTES: usize = 100;

/// What the server says to whoever came in from somewhere else. Nobody in the chat can begin a line so.
const REPLACED: [&str; 2] = ["--- Has entrado desde otro sitio", "--- You came in from somewhere else"];

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// A name to enter with.
    Name,
    /// A password.
    Secret,
}

/// What a piece of text from the server turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// Text to show.
    Text(String),
    /// The unfinished line that now stands at the end of the text is a question.
    Question(Kind),
    /// The name was accepted: we are in the chat.
    Accepted,
    /// The name (or its password) was refused; the line just told has the reason.
    Refused,
    /// The same name came in from somewhere else, and this connection ends.
    Replaced,
}

/// Follows one connection from its first byte.
#[derive(Default)]
pub(crate) struct PromptParser {
    /// The current line since its beginning or its last question, as far as a question could reach.
    line: String,
    /// The question that the current line began with, not yet decided.
    asked: Option<Kind>,
    /// Lines sent that no question or verdict has used up.
    answers: u64,
    inside: bool,
    english: bool,
}

impl PromptParser {
    /// Takes the next text from the server.
    pub(crate) fn hear(&mut self, text: &str) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut run = String::new();
        for c in text.chars() {
            run.push(c);
            if c == '\n' {
                heard.push(Heard::Text(mem::take(&mut run)));
                self.end_line(&mut heard);
            } else {
                if self.line.len() < QUESTION_MAX_BYTES {
                    self.line.push(c);
                }
                if c == ' ' && !self.inside {
                    self.ask(&mut run, &mut heard);
                }
            }
        }
        // In the chat anybody can write ": ", so there only the very end of what came can be a question.
        if self.inside {
            self.ask(&mut run, &mut heard);
        }
        if !run.is_empty() {
            heard.push(Heard::Text(run));
        }
        heard
    }

    /// A line was sent.
    pub(crate) fn answered(&mut self) {
        self.answers += 1;
    }

    /// The server speaks English to us.
    pub(crate) fn english(&self) -> bool {
        self.english
    }

    fn ask(&mut self, run: &mut String, heard: &mut Vec<Heard>) {
        let Some(kind) = question(&self.line).filter(|kind| !self.inside || *kind == Kind::Secret) else {
            return;
        };
        if !self.inside {
            self.english = is_english(&self.line);
        }
        if self.asked.replace(kind).is_some() {
            self.answers = self.answers.saturating_sub(1); // it asks on: the answer before was used
        }
        self.line.clear();
        heard.push(Heard::Text(mem::take(run)));
        heard.push(Heard::Question(kind));
    }

    fn end_line(&mut self, heard: &mut Vec<Heard>) {
        let rest = mem::take(&mut self.line);
        if self.inside {
            self.asked = None;
            if REPLACED.iter().any(|words| rest.starts_with(words)) {
                heard.push(Heard::Replaced);
            }
        } else if self.answers > 0 && self.asked.take().is_some() {
            self.answers -= 1;
            self.inside = rest.is_empty();
            heard.push(if self.inside { Heard::Accepted } else { Heard::Refused });
        }
    }
}

/// Is this unfinished line a question? What stands before its only `: ` tells.
fn question(line: &str) -> Option<Kind> {
    let before = line.strip_suffix(": ")?;
    if before.contains(": ") || before.starts_with(['*', '#', '[', '<', '>', '-']) {
        return None;
    }
    let before = before.to_lowercase();
    if before.contains("contraseña") || before.contains("password") {
        Some(Kind::Secret)
    } else if before.ends_with("nombre") || before.ends_with("name") {
        Some(Kind::Name)
    } else {
        None
    }
}

/// The language of a question.
pub(crate) fn is_english(question: &str) -> bool {
    let question = question.to_lowercase();
    question.contains("name") || question.contains("password")
}

/// Does this line say goodbye?
pub(crate) fn leaves(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line == "salir" || matches!(line.split_whitespace().next(), Some("/salir" | "/quit"))
}
