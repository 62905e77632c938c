//! The terminal that gives each key at once: set up, and put back as it was found.

use std::io;

use rustix::termios::{self, OptionalActions, Termios};

/// Asks for pastes to be marked (bracketed paste), and takes that back.
const PASTES_ON: &str = "\x1b[?2004h";
const PASTES_OFF: &str = "\x1b[?2004l";

/// The terminal as it was found.
pub(crate) struct RawMode {
    found: Termios,
}

impl RawMode {
    /// Takes the terminal.
    ///
    /// # Errors
    ///
    /// The input is no terminal, or one that cannot do this.
    pub(crate) fn enter() -> io::Result<RawMode> {
        let raw = RawMode { found: termios::tcgetattr(io::stdin())? };
        raw.again()?;
        Ok(raw)
    }

    /// Takes the terminal again, after the program was stopped.
    pub(crate) fn again(&self) -> io::Result<()> {
        let mut modes = self.found.clone();
        modes.make_raw();
        // Ends of lines on the screen stay the terminal's business: other programs may write there too.
        modes.output_modes = self.found.output_modes;
        termios::tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
        say(PASTES_ON);
        Ok(())
    }

    /// Gives the terminal back.
    pub(crate) fn leave(&self) {
        say(PASTES_OFF);
        let _ = termios::tcsetattr(io::stdin(), OptionalActions::Drain, &self.found);
    }
}

/// Columns and rows.
pub(crate) fn size() -> (usize, usize) {
    match termios::tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => (80, 24),
    }
}

fn say(sequence: &str) {
    use io::Write;
    let mut out = io::stdout().lock();
    let _ = out.write_all(sequence.as_bytes()).and_then(|()| out.flush());
}
