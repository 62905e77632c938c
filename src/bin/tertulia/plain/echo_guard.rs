//! Keeps a password from being shown by the terminal itself, without an editor: `stty` does what std cannot.
//!
//! Invariant: what the terminal was like before comes back, also behind Ctrl-C, which is a character meanwhile.

use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What Ctrl-C types while echo is off; it ends a line like the end of a line does.
pub(crate) const INTERRUPT: u8 = 3;

/// Between what is typed and the screen. Without `stty` it stays open.
#[derive(Default)]
pub(crate) struct EchoGuard(Mutex<Option<String>>);

impl EchoGuard {
    /// Hides what is typed from now on.
    pub(crate) fn draw(&self) {
        let mut before = self.lock();
        if before.is_none() {
            *before = stty(&["-g"]).filter(|_| stty(&["-echo", "-isig", "eol", "^C"]).is_some());
        }
    }

    /// Whether what is typed is hidden.
    pub(crate) fn is_drawn(&self) -> bool {
        self.lock().is_some()
    }

    /// Shows again what is typed; says whether it was hidden.
    pub(crate) fn lift(&self) -> bool {
        let before = self.lock().take();
        before.inspect(|before| drop(stty(&[before]))).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What `stty` says about the terminal at our input, or does to it.
fn stty(arguments: &[&str]) -> Option<String> {
    let output = Command::new("stty").args(arguments).stdin(Stdio::inherit()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
