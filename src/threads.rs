//! Threads beside the one of the chat.
//!
//! Invariant: signals are for the first thread alone. Those that come while another program takes the place of this one wait for it
//! (`execve(2)`), and would be lost if another thread took them.

use std::io;
use std::thread::{Builder, JoinHandle};

use nix::sys::signal::{SigSet, SigmaskHow, Signal};

/// Signals that a thread brings on itself: where they are blocked the process ends without a word.
const OWN: [Signal; 6] =
    [Signal::SIGSEGV, Signal::SIGBUS, Signal::SIGFPE, Signal::SIGILL, Signal::SIGTRAP, Signal::SIGSYS];

/// Starts a thread that hears no signals.
///
/// # Errors
///
/// The system has no room for one.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let mut signals = SigSet::all();
    OWN.iter().for_each(|&signal| signals.remove(signal));
    // A thread begins with the mask of the one that starts it: there is no moment in which it hears them.
    masked(signals, || Builder::new().name(name.into()).spawn(work))
}

/// Starts a program from a thread that hears no signals: the program does.
///
/// # Errors
///
/// What `start` gives.
pub fn start_program<T>(start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    masked(SigSet::empty(), start)
}

/// Does `work` while this thread hears no `signals`, and all others.
fn masked<T>(signals: SigSet, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = signals.thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
    let done = work();
    before.thread_set_mask()?;
    done
}

/// Lets the loop go first where it and this thread want the same processor: people wait for the loop, nobody waits for this.
pub(crate) fn yield_to_the_loop() {
    // Linux has a priority for each thread; elsewhere it would be that of the whole server.
    // Without it all is right as well, only less smooth.
    #[cfg(target_os = "linux")]
    let _ =
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), crate::limits::HISTORY_NICENESS);
}
