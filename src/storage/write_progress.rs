//! What is on its way to the file, in numbers: so that a stop which cannot wait for the disk any longer can still say how many
//! lines are missing.
//!
//! Invariants: a line counts as missing, or is in the file, and never both; once the file is given up nothing more is written.
//! Whether the transaction that was under way then came to its end nobody can know before the next start: its lines are *in
//! doubt*, with the number of the last line before them.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::request::FileChange;
use super::row::{Gap, Gaps, widen};
use crate::chat::{RoomKey, UnixMillis};

/// What the writing thread is given at the end, when its queue takes nothing more.
#[derive(Debug)]
pub(super) struct FinalWork {
    /// When it has to be over.
    pub(super) until: Instant,
    /// What found no place in the queue.
    pub(super) changes: Vec<FileChange>,
    /// Lines that found none.
    pub(super) gaps: Gaps,
}

/// Lines that are missing when the server stops.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Missing {
    /// Those that certainly are.
    pub(super) certain: Gaps,
    /// Those that are if no line behind that number is in the file.
    pub(super) doubtful: Option<(i64, Gaps)>,
}

/// Shared by the loop, which hands lines over, and the thread that writes them.
#[derive(Debug, Default)]
pub(super) struct WriteProgress {
    /// Lines of those handed over that are written or, those that cannot be, among the gaps.
    settled: AtomicU64,
    /// Rooms with lines that could not be written and are not marked yet, and when the oldest of these was said. Beside the state, so that
    /// the loop can ask without a lock.
    gaps: AtomicU64,
    oldest: AtomicI64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    final_work: Option<FinalWork>,
    /// Lines that could not be written and are not marked yet.
    gaps: Gaps,
    under_way: Option<BatchUnderWay>,
    /// The thread itself marks what is missing, beside the file.
    marking: bool,
    given_up: bool,
}

/// A transaction that has begun and not ended.
#[derive(Debug)]
struct BatchUnderWay {
    /// Lines in it.
    rows: u64,
    /// Whether the gaps are in it.
    gaps: bool,
    /// The last line before them. None: nobody knows.
    last: Option<i64>,
}

/// What the loop finds when it gives up.
#[derive(Debug)]
pub(super) struct Left {
    /// Lines handed over that are settled.
    settled: u64,
    under_way: Option<BatchUnderWay>,
    gaps: Gaps,
}

impl WriteProgress {
    /// Lines of those handed over that the loop need not remember any more.
    pub(super) fn settled(&self) -> u64 {
        self.settled.load(Ordering::Acquire)
    }

    /// How many rooms have lines that could not be written and are not marked yet, and when the oldest of these was said.
    pub(super) fn gaps(&self) -> (u64, Option<UnixMillis>) {
        let gaps = self.gaps.load(Ordering::Relaxed);
        (gaps, (gaps > 0).then(|| UnixMillis(self.oldest.load(Ordering::Relaxed))))
    }

    /// Tells the thread that the server stops.
    pub(super) fn stop(&self, final_work: FinalWork) {
        self.lock().final_work = Some(final_work);
    }

    /// Until when the thread may work; for ever, if the server does not stop.
    pub(super) fn until(&self) -> Option<Instant> {
        self.lock().final_work.as_ref().map(|final_work| final_work.until)
    }

    /// The thread takes what found no place in the queue; the lines are among its gaps then, which it notes here.
    pub(super) fn take_rest(&self, add: impl FnOnce(Gaps) -> Gaps) -> Vec<FileChange> {
        let state = &mut *self.lock();
        let Some(final_work) = &mut state.final_work else { return Vec::new() };
        state.gaps = add(std::mem::take(&mut final_work.gaps));
        std::mem::take(&mut final_work.changes)
    }

    /// The thread begins a transaction of the next `rows` lines, perhaps with the `gaps`, behind the line `last`; false: nothing
    /// may be written any more.
    pub(super) fn begin(&self, rows: usize, gaps: bool, last: Option<i64>) -> bool {
        let mut state = self.lock();
        if !state.given_up {
            state.under_way = Some(BatchUnderWay { rows: rows as u64, gaps, last });
        }
        !state.given_up
    }

    /// The thread has ended it: that many lines are settled, and these are the gaps now.
    pub(super) fn end(&self, rows: usize, gaps: &Gaps) {
        let mut state = self.lock();
        state.under_way = None;
        if state.gaps != *gaps {
            state.gaps.clone_from(gaps);
            self.gaps.store(gaps.len() as u64, Ordering::Relaxed);
            let oldest = gaps.values().map(|gap| gap.at.0).min();
            self.oldest.store(oldest.unwrap_or(i64::MAX), Ordering::Relaxed);
        }
        self.settled.fetch_add(rows as u64, Ordering::Release);
    }

    /// The thread is about to mark what is missing beside the file; false: the loop has done so.
    pub(super) fn begin_marking(&self) -> bool {
        let mut state = self.lock();
        state.marking = !state.given_up;
        state.marking
    }

    /// The loop waits no longer. None: the thread marks what is missing itself.
    pub(super) fn give_up(&self) -> Option<Left> {
        let mut state = self.lock();
        if state.marking {
            return None;
        }
        state.given_up = true;
        let mut gaps = std::mem::take(&mut state.gaps);
        // Unless the thread has taken them.
        for (room, gap) in state.final_work.take().map(|final_work| final_work.gaps).unwrap_or_default() {
            widen(&mut gaps, room, gap);
        }
        Some(Left { settled: self.settled(), under_way: state.under_way.take(), gaps })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Left {
    /// The lines that are missing, of those `sent`, the first of which is the one with the number `first` of all that ever
    /// were: the room, and what is missing without it.
    pub(super) fn missing(self, first: u64, sent: impl Iterator<Item = (RoomKey, Gap)>) -> Missing {
        let Left { settled, under_way, gaps } = self;
        let in_doubt = under_way.as_ref().map_or(0, |under_way| under_way.rows);
        let (mut certain, mut doubtful) = (Gaps::new(), Gaps::new());
        match &under_way {
            Some(BatchUnderWay { gaps: true, .. }) => doubtful = gaps,
            _ => certain = gaps,
        }
        for (number, (room, gap)) in (first..).zip(sent).filter(|(number, _)| *number >= settled) {
            let gaps = if number < settled + in_doubt { &mut doubtful } else { &mut certain };
            widen(gaps, room, gap);
        }
        match under_way.and_then(|under_way| under_way.last) {
            Some(last) if !doubtful.is_empty() => Missing { certain, doubtful: Some((last, doubtful)) },
            _ => {
                doubtful.into_iter().for_each(|(room, gap)| widen(&mut certain, room, gap));
                Missing { certain, doubtful: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::fs;
    use std::path::Path;
    use std::process;
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use rusqlite::Connection;

    use super::*;
    use crate::chat::{Message, MessageId, MessageKind, Name, Text};
    use crate::storage::{Storage, Store};

    /// A room, how many are missing, when the first was said, and the number of the last.
    fn gap((room, count, at, last): (u64, u64, i64, u64)) -> (RoomKey, Gap) {
        (RoomKey(room), Gap { count, at: UnixMillis(at), last: MessageId(last) })
    }

    fn gaps(rooms: &[(u64, u64, i64, u64)]) -> Gaps {
        rooms.iter().copied().map(gap).collect()
    }

    fn final_work(gaps: Gaps) -> FinalWork {
        FinalWork { until: Instant::now(), changes: Vec::new(), gaps }
    }

    #[test]
    fn progress_tells_written_lines_from_those_that_are_missing_and_those_in_doubt() {
        let sent = [(1, 1, 10, 1), (2, 1, 20, 2), (1, 1, 30, 3), (1, 7, 40, 10), (2, 1, 50, 11)];
        let progress = WriteProgress::default();
        assert!(progress.begin(1, false, Some(100)));
        progress.end(1, &gaps(&[]));
        assert!(progress.begin(2, false, Some(101)));
        progress.stop(final_work(gaps(&[(3, 4, 60, 15)])));
        let missing = progress.give_up().unwrap().missing(0, sent.into_iter().map(gap));
        assert_eq!(missing.certain, gaps(&[(1, 7, 40, 10), (2, 1, 50, 11), (3, 4, 60, 15)]));
        assert_eq!(missing.doubtful, Some((101, gaps(&[(1, 1, 30, 3), (2, 1, 20, 2)]))));
        assert!(!progress.begin(1, false, None), "nothing is written any more");
    }

    #[test]
    fn progress_counts_gaps_that_were_being_written_as_in_doubt() {
        let progress = WriteProgress::default();
        assert!(progress.begin(1, false, Some(100)));
        progress.end(1, &gaps(&[(1, 1, 10, 1)]));
        assert!(progress.begin(0, true, Some(100)));
        let missing = progress.give_up().unwrap().missing(1, std::iter::once(gap((1, 1, 20, 2))));
        assert_eq!(missing.certain, gaps(&[(1, 1, 20, 2)]));
        assert_eq!(missing.doubtful, Some((100, gaps(&[(1, 1, 10, 1)]))));
    }

    #[test]
    fn progress_leaves_it_to_the_thread_that_marks() {
        let progress = WriteProgress::default();
        assert!(progress.begin_marking());
        assert!(progress.give_up().is_none());
    }

    /// The message of that number, said at that time.
    fn line(text: &str, number: u64) -> Message {
        let (id, at, from) = (MessageId(number), UnixMillis(number as i64), Name::new("Juan").unwrap());
        Message { id, room: RoomKey(0), at, from, kind: MessageKind::Said, text: Text::clean(text) }
    }

    /// Hands a line over, and waits until it is written.
    fn write(storage: &mut Storage, text: &str, number: u64) {
        storage.keep(line(text, number));
        while storage.unwritten_bytes() != (0, 0) {
            std::thread::yield_now();
        }
    }

    /// The lines in the file, and how many are missing where.
    fn lines(dir: &Path) -> Vec<String> {
        let file = Connection::open(dir.join("tertulia.db")).unwrap();
        let mut lines =
            file.prepare("SELECT iif(kind = 2, 'missing ', '') || text FROM line ORDER BY id").unwrap();
        let lines = lines.query_map([], |row| row.get(0)).unwrap();
        lines.collect::<Result<_, _>>().unwrap()
    }

    /// A stop while the disk hangs in a transaction, which then comes to its end or not; what the next start finds.
    fn behind_a_disk_that_hangs(undone: bool) -> Vec<String> {
        let dir = env::temp_dir().join(format!("tertulia-hangs-{}-{undone}", process::id()));
        let store = Store::open(&dir, None).unwrap();
        let hangs = Arc::new(AtomicBool::new(false));
        let (reached, commits) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let theirs = Arc::clone(&hangs);
        store.before_commits(move || {
            theirs.load(Ordering::SeqCst) && {
                let _ = reached.send(());
                released.recv().unwrap_or(true)
            }
        });
        let mut storage = Storage::in_file(store, || ()).unwrap();
        // Behind the first one the thread has done all else that it does at a start.
        write(&mut storage, "a", 1);
        write(&mut storage, "b", 2);
        hangs.store(true, Ordering::SeqCst);
        storage.keep(line("c", 3));
        commits.recv_timeout(Duration::from_secs(30)).expect("it is being written");
        storage.keep(line("d", 4));
        storage.keep(line("e", 5));
        assert!(!storage.close(Duration::from_millis(500)), "it is not written");
        release.send(undone).unwrap();
        drop(release);
        // Waits for the thread, which has the directory.
        drop(Store::open(&dir, None).unwrap());
        let found = lines(&dir);
        fs::remove_dir_all(&dir).unwrap();
        found
    }

    #[test]
    fn disk_that_hangs_when_the_server_stops_leaves_a_mark_of_what_is_missing() {
        assert_eq!(behind_a_disk_that_hangs(false), ["a", "b", "c", "missing 2"]);
        assert_eq!(behind_a_disk_that_hangs(true), ["a", "b", "missing 3"]);
    }
}
