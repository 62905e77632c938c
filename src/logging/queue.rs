//! Lines on their way to somewhere slow.
//!
//! Law: handing in a line never waits for whoever takes the lines. What finds no place is counted, and told later.

use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What the buffers may keep while nothing is logged; a burst grows them and gives it back.
const KEPT_BYTES: usize = 64 * 1024;

/// A bounded queue of lines in front of one thread that writes them. Clones share the queue.
#[derive(Clone)]
pub struct LogQueue {
    shared: Arc<Shared>,
}

/// Not `sync_channel`: here the writer takes all that waits in one swap, so that every lost line belongs behind the
/// batch it takes, and "nothing waits and nothing is being written" is a question with an answer.
struct Shared {
    state: Mutex<State>,
    work: Condvar,
    rest: Condvar,
    capacity: usize,
}

struct State {
    waiting: Vec<u8>,
    lines: usize,
    /// Lines refused since the writer last took what waited. They all came after what waits now.
    lost: u64,
    /// Whether everything that was handed in has been written or lost.
    at_rest: bool,
}

impl LogQueue {
    /// Starts a thread that writes to `out`; at most `capacity` lines wait for it. `notice` makes the line that tells
    /// how many were lost. The thread ends with the process: one that is stuck in a write cannot be ended otherwise.
    pub fn start<W, N>(out: W, capacity: usize, notice: N) -> io::Result<LogQueue>
    where
        W: Write + Send + 'static,
        N: FnMut(u64) -> Vec<u8> + Send + 'static,
    {
        let state = State { waiting: Vec::new(), lines: 0, lost: 0, at_rest: true };
        let (work, rest) = (Condvar::new(), Condvar::new());
        let shared = Arc::new(Shared { state: Mutex::new(state), work, rest, capacity });
        let writer = Writer { out, notice, untold: 0, torn: false };
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("log".into()).spawn(move || writer.run(&theirs))?;
        Ok(LogQueue { shared })
    }

    /// Hands in one line, its newline included. If as many as may wait are waiting, it is lost.
    pub fn push(&self, line: &[u8]) {
        debug_assert_eq!(line.iter().position(|&byte| byte == b'\n'), line.len().checked_sub(1));
        let mut state = self.shared.lock();
        if state.lines == self.shared.capacity {
            state.lost += 1;
            return;
        }
        state.waiting.extend_from_slice(line);
        state.lines += 1;
        // Waking a thread is a system call: only for one that sleeps.
        if mem::take(&mut state.at_rest) {
            self.shared.work.notify_one();
        }
    }

    /// Waits until everything handed in has been written or lost, at most for `patience`. Says whether it has.
    pub fn flush(&self, patience: Duration) -> bool {
        let state = self.shared.lock();
        let waited = self.shared.rest.wait_timeout_while(state, patience, |state| !state.at_rest);
        waited.unwrap_or_else(PoisonError::into_inner).0.at_rest
    }
}

impl Shared {
    /// Waits for lines, swaps them into the empty `batch`, and returns how many were lost behind them.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut state = self.lock();
        while state.lines == 0 {
            state.at_rest = true;
            self.rest.notify_all();
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut state.waiting, batch);
        state.lines = 0;
        mem::take(&mut state.lost)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Writer<W, N> {
    out: W,
    notice: N,
    /// Lines lost to failed writes and not told yet. They came before whatever is written next.
    untold: u64,
    /// Whether the last write ended in the middle of a line.
    torn: bool,
}

impl<W: Write, N: FnMut(u64) -> Vec<u8>> Writer<W, N> {
    fn run(mut self, shared: &Shared) {
        let mut batch = Vec::new();
        loop {
            let lost = shared.take(&mut batch);
            self.write(&batch, lost);
            batch.clear();
            batch.shrink_to(KEPT_BYTES);
        }
    }

    /// Writes a batch between what has to be told before and behind it, in one write if `out` takes it at once. A
    /// failure is not repeated here: the next line tries again, so a full disk costs nothing while nobody talks.
    fn write(&mut self, batch: &[u8], lost: u64) {
        let mut all = Vec::new();
        if self.torn {
            all.push(b'\n');
        }
        if self.untold > 0 {
            all.extend((self.notice)(self.untold));
        }
        let head = all.len();
        all.extend_from_slice(batch);
        if lost > 0 {
            all.extend((self.notice)(lost));
        }
        let written = self.write_some(&all);

        if written > 0 {
            self.torn = all[written - 1] != b'\n';
        }
        if written >= head {
            self.untold = 0;
        }
        if written < all.len() {
            let unwritten = &batch[written.saturating_sub(head).min(batch.len())..];
            self.untold += unwritten.iter().filter(|&&byte| byte == b'\n').count() as u64 + lost;
        }
    }

    /// Writes as much as can be written and returns how much that was.
    fn write_some(&mut self, bytes: &[u8]) -> usize {
        let mut written = 0;
        while written < bytes.len() {
            match self.out.write(&bytes[written..]) {
                Ok(0) => break,
                Ok(more) => written += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        written
    }
}
