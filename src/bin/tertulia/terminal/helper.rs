//! Where rustyline asks the client: completions, what to draw, and when a line is taken.
//!
//! Law: the text that arrived is drawn as a part of the prompt, in the same write, so nothing can come between.

use std::borrow::Cow;
use std::sync::Arc;

use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Result};

use super::shared_screen::SharedScreen;

/// The editor's view of the screen.
pub(crate) struct Helper {
    screen: Arc<SharedScreen>,
}

impl Helper {
    pub(crate) fn new(screen: Arc<SharedScreen>) -> Helper {
        Helper { screen }
    }
}

impl Highlighter for Helper {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _default: bool) -> Cow<'b, str> {
        Cow::Owned(self.screen.above() + prompt)
    }

    fn highlight<'l>(&self, line: &'l str, _pos: usize) -> Cow<'l, str> {
        self.screen.below(line);
        if self.screen.secret() { Cow::Owned(" ".repeat(line.chars().count())) } else { Cow::Borrowed(line) }
    }

    /// True makes every key a whole repaint, without which a key is echoed as it is.
    fn highlight_char(&self, _line: &str, _pos: usize, _kind: CmdKind) -> bool {
        self.screen.secret()
    }
}

impl Validator for Helper {
    fn validate(&self, _ctx: &mut ValidationContext) -> Result<ValidationResult> {
        self.screen.hold();
        Ok(ValidationResult::Valid(None))
    }
}

impl Completer for Helper {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _ctx: &Context<'_>) -> Result<(usize, Vec<String>)> {
        Ok(self.screen.complete(line, pos))
    }
}

impl Hinter for Helper {
    type Hint = String;
}

impl rustyline::Helper for Helper {}
