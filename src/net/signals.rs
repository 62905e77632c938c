//! The signals that the server hears, from its first moment on.
//!
//! Invariant: signals that are ignored when the server starts (`nohup`, a script's background) stay ignored, where they would ask for
//! something.

use std::fs::{self, File};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mio::{Interest, Registry, Token};
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ};
use signal_hook::{SigId, flag, low_level};
use signal_hook_mio::v1_0::Signals as Pending;

/// The signals, and what they ask for.
pub struct Signals {
    pending: Pending,
    /// While the server starts: these end it at the second signal.
    hasty: Vec<SigId>,
    /// A terminal that is gone is a reason to stop; without one the signal is free for something else.
    at_a_terminal: bool,
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignalRequest {
    /// To stop, and at once if it was asked before.
    Stop,
    /// To stop: the terminal is gone, which is often said more than once.
    HangUp,
    /// To let the program that is in this one's place by now go on.
    Upgrade,
    /// To read again what can be read again.
    Reread,
    /// Nothing: a signal of that name means nothing to the server.
    Nothing(&'static str),
}

impl Signals {
    /// Hears signals from now on. They wait until the loop runs; a second one to stop, before it does, ends the process
    /// as it would have without us, for the start may be stuck.
    ///
    /// # Errors
    ///
    /// The system has no descriptor left.
    pub fn listen() -> io::Result<Signals> {
        let ignored = ignored();
        // Where that cannot be known an interrupt is heard, and a hang-up left alone: it is what `nohup` is for.
        let is_ignored = |signal: i32| ignored.map(|ignored| ignored >> (signal - 1) & 1 == 1);
        let mut stops = vec![SIGTERM];
        if is_ignored(SIGINT) != Some(true) {
            stops.push(SIGINT);
        }
        // First: a signal that only set the flag below would not be seen.
        let hang_up = (is_ignored(SIGHUP) == Some(false)).then_some(SIGHUP);
        // Unheard they would end the process, and some programs send them to have a log opened again.
        let users = [SIGUSR1, SIGUSR2].into_iter().filter(|&signal| is_ignored(signal) != Some(true));
        let pending = Pending::new(stops.iter().copied().chain(hang_up).chain(users))?;
        // Unheard it would end the process where a file may not grow any more (`ulimit -f`): the write fails as well, and says so.
        flag::register(SIGXFSZ, Arc::default())?;
        // Ignored, as some who start programs have it, it would have the system forget how the child of an upgrade has ended.
        flag::register(SIGCHLD, Arc::default())?;
        let (asked, mut hasty) = (Arc::new(AtomicBool::new(false)), Vec::new());
        for &signal in &stops {
            // In this order: the first signal finds that none came before.
            hasty.push(flag::register_conditional_default(signal, Arc::clone(&asked))?);
            hasty.push(flag::register(signal, Arc::clone(&asked))?);
        }
        Ok(Signals { pending, hasty, at_a_terminal: File::open("/dev/tty").is_ok() })
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.pending, token, Interest::READABLE)
    }

    /// The loop runs: from now on a second signal is its own to see.
    pub(super) fn started(&mut self) {
        for id in self.hasty.drain(..) {
            low_level::unregister(id);
        }
    }

    /// What was asked since the last call.
    pub(super) fn asked(&mut self) -> Vec<SignalRequest> {
        let asked = |signal| match signal {
            SIGHUP if self.at_a_terminal => SignalRequest::HangUp,
            SIGHUP => SignalRequest::Reread,
            SIGUSR1 => SignalRequest::Nothing("SIGUSR1"),
            SIGUSR2 => SignalRequest::Upgrade,
            _ => SignalRequest::Stop,
        };
        self.pending.pending().map(asked).collect()
    }
}

/// Has SIGHUP come once more, to whom hears signals then. While they are held that is the program that goes on.
pub(super) fn hang_up_again() {
    // This process is there.
    let _ = kill_process(getpid(), Signal::HUP);
}

/// The signals that this process ignores, one bit each, that of the first one being the lowest; none: it cannot be known
/// here.
fn ignored() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}
