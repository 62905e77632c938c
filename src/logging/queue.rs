//! Lines on their way to somewhere slow.
//!
//! Invariant: handing in a line never waits for the thread that takes the lines. What finds no place is counted, and told later.

use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::LOG_QUEUE_MAX_BYTES;
use crate::threads;

/// What the buffers may keep while nothing is logged; a burst grows them and gives it back. Held lines of so many bytes
/// are handed over at once.
const KEPT_BYTES: usize = 64 * 1024;

/// A bounded queue of lines in front of one thread that writes them. Clones share the queue.
#[derive(Clone)]
pub struct LogQueue {
    shared: Arc<Shared>,
}

/// Not `sync_channel`: here the writer takes all that waits in one swap, so that every lost line belongs behind the
/// batch it takes, and "nothing waits and nothing is being written" is a question with an answer.
struct Shared {
    /// Locked before `state` where both are, and never by the writer: who holds a line does not meet it.
    held: Mutex<Held>,
    state: Mutex<State>,
    work: Condvar,
    rest: Condvar,
    /// In lines; there is a limit in bytes as well.
    capacity: usize,
}

/// Lines that the writer has not been told of.
#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    lines: usize,
}

struct State {
    waiting: Vec<u8>,
    lines: usize,
    /// Lines refused since the writer last took what waited. They all came after what waits now.
    lost: u64,
    /// The writer is wanted although nothing waits.
    called: bool,
    /// Whether everything that was handed over has been written or lost.
    at_rest: bool,
}

impl LogQueue {
    /// Starts a thread that writes to `out`, and flushes it before each batch of lines; at most `capacity` lines and
    /// [`LOG_QUEUE_MAX_BYTES`] wait for it. `notice` makes the line that tells how many were lost. The thread ends with
    /// the process: one that is stuck in a write cannot be ended otherwise.
    pub fn start<W, N>(out: W, capacity: usize, notice: N) -> io::Result<LogQueue>
    where
        W: Write + Send + 'static,
        N: FnMut(u64) -> Vec<u8> + Send + 'static,
    {
        let state = State { waiting: Vec::new(), lines: 0, lost: 0, called: false, at_rest: true };
        let (work, rest) = (Condvar::new(), Condvar::new());
        let (held, state) = (Mutex::default(), Mutex::new(state));
        let shared = Arc::new(Shared { held, state, work, rest, capacity });
        let writer = Writer { out, notice, untold: 0, torn: false };
        let theirs = Arc::clone(&shared);
        threads::spawn("log", move || writer.run(&theirs))?;
        Ok(LogQueue { shared })
    }

    /// Hands in one line, its newline included, behind those that are held. If as many as may wait are waiting, it is
    /// lost.
    pub fn push(&self, line: &[u8]) {
        let mut held = lock(&self.shared.held);
        held.add(line);
        self.shared.take_over(&mut held);
    }

    /// Holds one line, its newline included, until [`hand_over`](Self::hand_over): many lines are then one lock of
    /// what the writer uses as well, and wake it once.
    pub fn hold(&self, line: &[u8]) {
        let mut held = lock(&self.shared.held);
        held.add(line);
        if held.bytes.len() >= KEPT_BYTES {
            self.shared.take_over(&mut held);
        }
    }

    /// Hands over what is held.
    pub fn hand_over(&self) {
        self.shared.take_over(&mut lock(&self.shared.held));
    }

    /// Has what the lines are written to flushed, though nothing may wait.
    pub fn call(&self) {
        let mut state = lock(&self.shared.state);
        (state.called, state.at_rest) = (true, false);
        self.shared.work.notify_one();
    }

    /// Waits until everything handed in has been written or lost, at most for `patience`. Says whether it has.
    pub fn flush(&self, patience: Duration) -> bool {
        self.hand_over();
        let state = lock(&self.shared.state);
        let waited = self.shared.rest.wait_timeout_while(state, patience, |state| !state.at_rest);
        waited.unwrap_or_else(PoisonError::into_inner).0.at_rest
    }
}

impl Held {
    fn add(&mut self, line: &[u8]) {
        debug_assert_eq!(line.iter().position(|&byte| byte == b'\n'), line.len().checked_sub(1));
        self.bytes.extend_from_slice(line);
        self.lines += 1;
    }
}

impl Shared {
    /// Lets what is held wait for the writer, as far as there is a place for it.
    fn take_over(&self, held: &mut Held) {
        if held.lines == 0 {
            return;
        }
        let mut state = lock(&self.state);
        let all_fit = state.lost == 0
            && state.lines + held.lines <= self.capacity
            && state.waiting.len() + held.bytes.len() <= LOG_QUEUE_MAX_BYTES;
        if all_fit && state.waiting.is_empty() {
            mem::swap(&mut state.waiting, &mut held.bytes);
            state.lines = held.lines;
        } else if all_fit {
            state.waiting.extend_from_slice(&held.bytes);
            state.lines += held.lines;
        } else {
            held.bytes.split_inclusive(|&byte| byte == b'\n').for_each(|line| state.add(line, self.capacity));
        }
        held.bytes.clear();
        held.bytes.shrink_to(KEPT_BYTES);
        held.lines = 0;
        // Waking a thread is a system call: only for one that sleeps, and not to have it wait for this lock.
        let asleep = mem::take(&mut state.at_rest);
        drop(state);
        if asleep {
            self.work.notify_one();
        }
    }

    /// Waits for lines, swaps them into the empty `batch`, and returns how many were lost behind them.
    fn take(&self, batch: &mut Vec<u8>) -> u64 {
        let mut state = lock(&self.state);
        while state.lines == 0 && state.lost == 0 && !state.called {
            state.at_rest = true;
            self.rest.notify_all();
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        mem::swap(&mut state.waiting, batch);
        (state.lines, state.called) = (0, false);
        mem::take(&mut state.lost)
    }
}

impl State {
    /// Lets one line wait. Once one is lost, so are all behind it until the writer comes.
    fn add(&mut self, line: &[u8], capacity: usize) {
        let fits = self.lines < capacity && self.waiting.len() + line.len() <= LOG_QUEUE_MAX_BYTES;
        if self.lost > 0 || !fits {
            self.lost += 1;
            return;
        }
        self.waiting.extend_from_slice(line);
        self.lines += 1;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
            self.write(&mut batch, lost);
            batch.clear();
            batch.shrink_to(KEPT_BYTES);
        }
    }

    /// Writes a batch between what has to be told before and behind it, in one write if `out` takes it at once. A
    /// failure is not repeated here: the next line tries again, so a full disk costs nothing while nobody talks.
    fn write(&mut self, batch: &mut Vec<u8>, lost: u64) {
        // A file that is opened again is so between two lines.
        let _ = self.out.flush();
        let mut head = Vec::new();
        if self.torn {
            head.push(b'\n');
        }
        if self.untold > 0 {
            head.extend((self.notice)(self.untold));
        }
        let tail = if lost > 0 { (self.notice)(lost) } else { Vec::new() };
        // As much as is needed and no more: the batch may be large, and it is when there is something to tell.
        batch.reserve_exact(head.len() + tail.len());
        let start = head.len();
        drop(batch.splice(..0, head));
        let end = batch.len();
        batch.extend_from_slice(&tail);
        let written = self.write_some(batch);

        if written > 0 {
            self.torn = batch[written - 1] != b'\n';
        }
        if written >= start {
            self.untold = 0;
        }
        if written < batch.len() {
            let unwritten = &batch[written.clamp(start, end)..end];
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
