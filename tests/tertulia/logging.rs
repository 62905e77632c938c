//! The log: what a line looks like, and that whoever does not take the lines stops nobody.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use log::{Level, LevelFilter, Record};
use simplelog::SharedLogger;
use tertulia::chat::Language;
use tertulia::clock::{Zone, wall_clock};
use tertulia::limits;
use tertulia::logging::{self, Color, LogClock, LogError, LogQueue, LogSettings};

use crate::support::server::after_time;

/// Longer than any healthy machine takes; a test that waits it out has failed.
const LONG: Duration = Duration::from_secs(60);

/// A place to write to that obeys a test: before every write it says that it is there and waits for its orders.
struct Gate {
    arrived: Sender<()>,
    orders: Receiver<Order>,
    written: Arc<Mutex<Vec<u8>>>,
}

enum Order {
    Take,
    TakeOnly(usize),
    Fail(ErrorKind),
}

/// The other side of a [`Gate`].
struct Keeper {
    arrivals: Receiver<()>,
    orders: Sender<Order>,
    written: Arc<Mutex<Vec<u8>>>,
}

fn gate() -> (Gate, Keeper) {
    let (arrived, arrivals) = mpsc::channel();
    let (orders, obeyed) = mpsc::channel();
    let written = Arc::default();
    let keeper = Keeper { arrivals, orders, written: Arc::clone(&written) };
    (Gate { arrived, orders: obeyed, written }, keeper)
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.arrived.send(());
        let size = match self.orders.recv() {
            Ok(Order::TakeOnly(size)) => size,
            Ok(Order::Fail(kind)) => return Err(kind.into()),
            // The keeper has gone: the test is over, or everything is free.
            Ok(Order::Take) | Err(_) => bytes.len(),
        };
        self.written.lock().unwrap().extend_from_slice(&bytes[..size]);
        Ok(size)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Keeper {
    /// Waits until a write has begun.
    fn meet(&self) {
        self.arrivals.recv_timeout(LONG).expect("a write");
    }

    fn order(&self, order: Order) {
        self.orders.send(order).expect("somebody to obey");
    }

    fn written(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).expect("text")
    }
}

fn queue(out: Gate, capacity: usize) -> LogQueue {
    LogQueue::start(out, capacity, |lost| format!("lost {lost}\n").into_bytes()).expect("a thread")
}

fn push(queue: &LogQueue, lines: impl IntoIterator<Item = usize>) {
    for line in lines {
        queue.push(format!("{line}\n").as_bytes());
    }
}

fn text(lines: impl IntoIterator<Item = usize>) -> String {
    lines.into_iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn stuck_reader_stops_nobody_and_what_was_lost_is_counted_and_told() {
    let (out, keeper) = gate();
    let queue = queue(out, 10);
    push(&queue, 0..1);
    keeper.meet();
    // The writer sits in its write. If handing in waited for it, this line would never be passed.
    push(&queue, 1..324);
    keeper.order(Order::Take);
    keeper.meet();
    // There is room again, though the second batch is not written yet.
    push(&queue, 324..326);
    keeper.order(Order::Take);
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), text(0..11) + "lost 313\n" + &text(324..326));
}

#[test]
fn lines_that_wait_are_one_write() {
    let (out, keeper) = gate();
    let queue = queue(out, 100);
    push(&queue, 0..1);
    keeper.meet();
    push(&queue, 1..100);
    keeper.order(Order::Take);
    keeper.meet();
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.arrivals.try_iter().count(), 0, "more than two writes");
    assert_eq!(keeper.written(), text(0..100));
}

#[test]
fn held_lines_are_one_write_before_what_comes_behind_them() {
    let (out, keeper) = gate();
    let queue = queue(out, 100);
    for line in 0..50 {
        queue.hold(format!("{line}\n").as_bytes());
    }
    // The writer sleeps on; it would be here at once.
    let woken = keeper.arrivals.recv_timeout(Duration::from_millis(200));
    assert!(woken.is_err(), "a held line was handed over");
    // Another thread's.
    push(&queue, 50..51);
    keeper.meet();
    keeper.order(Order::Take);
    queue.hold(b"51\n");
    queue.hand_over();
    keeper.meet();
    keeper.order(Order::Take);
    // What is still held is not forgotten at the end.
    queue.hold(b"52\n");
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.arrivals.try_iter().count(), 1);
    assert_eq!(keeper.written(), text(0..53));
}

#[test]
fn held_lines_without_end_do_not_wait_for_the_end_of_the_turn() {
    let (out, keeper) = gate();
    let queue = queue(out, 1000);
    for line in 0..100 {
        queue.hold(format!("{line:1000}\n").as_bytes());
    }
    keeper.meet();
    drop(keeper);
    assert!(queue.flush(LONG));
}

#[test]
fn held_lines_beyond_the_capacity_are_counted_in_their_order() {
    let (out, keeper) = gate();
    let queue = queue(out, 10);
    push(&queue, 0..1);
    keeper.meet();
    push(&queue, 1..5);
    (5..30).for_each(|line| queue.hold(format!("{line}\n").as_bytes()));
    queue.hand_over();
    keeper.order(Order::Take);
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), text(0..11) + "lost 19\n");
}

#[test]
fn stuck_reader_costs_so_many_bytes_and_no_more() {
    let (out, keeper) = gate();
    let queue = queue(out, usize::MAX);
    push(&queue, 0..1);
    keeper.meet();
    let line = |number: usize| format!("{number:4095}\n");
    let fit = limits::LOG_QUEUE_MAX_BYTES / 4096;
    for number in 0..fit + 7 {
        queue.push(line(number).as_bytes());
    }
    // It would fit, but what is told as lost would stand before it.
    push(&queue, 0..1);
    keeper.order(Order::Take);
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    let expected: String = (0..fit).map(line).collect();
    assert_eq!(keeper.written(), text(0..1) + &expected + "lost 8\n");
}

#[test]
fn line_larger_than_the_queue_is_lost_and_told() {
    let (out, keeper) = gate();
    drop(keeper.orders.send(Order::Take));
    let queue = queue(out, 10);
    queue.push(format!("{}\n", "x".repeat(limits::LOG_QUEUE_MAX_BYTES)).as_bytes());
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), "lost 1\n");
}

#[test]
fn short_and_interrupted_writes_lose_nothing() {
    let (out, keeper) = gate();
    let queue = queue(out, 100);
    keeper.order(Order::TakeOnly(1));
    keeper.order(Order::Fail(ErrorKind::Interrupted));
    keeper.order(Order::TakeOnly(2));
    queue.push(b"abcdef\n");
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), "abcdef\n");
}

#[test]
fn full_disk_loses_lines_until_there_is_room_and_then_says_so() {
    let (out, keeper) = gate();
    let queue = queue(out, 100);
    for line in 0..3 {
        keeper.order(Order::Fail(ErrorKind::StorageFull));
        push(&queue, line..line + 1);
        assert!(queue.flush(LONG), "a failed write must not be waited for");
    }
    assert_eq!(keeper.written(), "");
    for line in 3..5 {
        keeper.order(Order::Take);
        push(&queue, line..line + 1);
        assert!(queue.flush(LONG));
    }
    assert_eq!(keeper.written(), "lost 3\n3\n4\n");
}

#[test]
fn line_cut_by_a_failure_is_ended_before_the_next() {
    let (out, keeper) = gate();
    let queue = queue(out, 100);
    keeper.order(Order::TakeOnly(4));
    keeper.order(Order::Fail(ErrorKind::StorageFull));
    queue.push(b"broken in two\n");
    assert!(queue.flush(LONG));
    keeper.order(Order::Take);
    queue.push(b"whole\n");
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), "brok\nlost 1\nwhole\n");
}

#[test]
fn losses_of_both_kinds_add_up() {
    let (out, keeper) = gate();
    let queue = queue(out, 2);
    push(&queue, 0..1);
    keeper.meet();
    push(&queue, 1..6); // two wait, three are lost behind them
    keeper.order(Order::Fail(ErrorKind::BrokenPipe)); // the first
    keeper.meet();
    keeper.order(Order::Fail(ErrorKind::BrokenPipe)); // the two and the notice of three; the first was not told either
    assert!(queue.flush(LONG));
    keeper.order(Order::Take);
    push(&queue, 6..7);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), "lost 6\n6\n");
}

#[test]
fn waiting_for_a_stuck_log_ends_at_its_deadline() {
    let (out, keeper) = gate();
    let queue = queue(out, 10);
    push(&queue, 0..1);
    keeper.meet();
    let patience = Duration::from_millis(50);
    let before = Instant::now();
    assert!(!queue.flush(patience), "nothing has been written yet");
    assert!(before.elapsed() >= patience);
    assert!(before.elapsed() < LONG);
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    assert_eq!(keeper.written(), text(0..1));
}

#[test]
fn queue_without_lines_is_not_waited_for() {
    let (out, _keeper) = gate();
    assert!(queue(out, 10).flush(Duration::ZERO));
}

/// What a logger of `level` leaves behind after `records`.
fn logged(level: LevelFilter, painted: bool, records: &[(Level, &str)]) -> String {
    let (out, keeper) = gate();
    let clock = LogClock::new(Zone::default(), wall_clock);
    let queue = logging::queue(out, &clock, Language::Spanish, painted).expect("a thread");
    let logger = logging::recorder(&queue, &clock, level, painted);
    let written = Arc::clone(&keeper.written);
    drop(keeper);
    for &(level, words) in records {
        record(&*logger, level, words);
    }
    assert!(queue.flush(LONG));
    String::from_utf8(written.lock().unwrap().clone()).expect("text")
}

fn record(logger: &dyn SharedLogger, level: Level, words: &str) {
    let mut record = Record::builder();
    record.level(level).target("tertulia::net").file(Some("src/net/server.rs")).line(Some(7));
    logger.log(&record.args(format_args!("{words}")).build());
}

#[test]
fn line_has_time_level_and_words() {
    let records = [(Level::Info, "Juan se ha conectado"), (Level::Error, "no")];
    let written = logged(LevelFilter::Info, false, &records);
    let lines: Vec<_> = written.lines().map(after_time).collect();
    assert_eq!(lines, ["[INFO] Juan se ha conectado", "[ERROR] no"]);
}

#[test]
fn debugging_adds_the_module_and_tracing_the_line_of_code() {
    let records = [(Level::Warn, "w"), (Level::Debug, "d"), (Level::Trace, "t")];
    let written = logged(LevelFilter::Trace, false, &records);
    let lines: Vec<_> = written.lines().map(after_time).collect();
    let expected = ["[WARN] w", "[DEBUG] tertulia::net: d", "[TRACE] tertulia::net: [src/net/server.rs:7] t"];
    assert_eq!(lines, expected);
}

#[test]
fn line_below_the_level_is_not_logged() {
    let records = [(Level::Info, "i"), (Level::Warn, "w"), (Level::Debug, "d"), (Level::Error, "e")];
    let written = logged(LevelFilter::Warn, false, &records);
    let lines: Vec<_> = written.lines().map(after_time).collect();
    assert_eq!(lines, ["[WARN] w", "[ERROR] e"]);
    assert_eq!(logged(LevelFilter::Off, false, &records), "");
}

#[test]
fn colour_is_for_the_level_alone() {
    let records = [(Level::Info, "[WARN] i"), (Level::Warn, "w")];
    let plain = logged(LevelFilter::Info, false, &records);
    assert!(!plain.contains('\x1b'));
    let painted = logged(LevelFilter::Info, true, &records);
    let lines: Vec<_> = painted.lines().map(after_time).collect();
    assert_eq!(lines, ["\x1b[32m[INFO]\x1b[0m [WARN] i", "\x1b[33m[WARN]\x1b[0m w"]);
}

/// What the log says when `lost` lines found no place.
fn told(lost: usize, language: Language) -> String {
    let (out, keeper) = gate();
    let clock = LogClock::new(Zone::default(), wall_clock);
    let queue = logging::queue(out, &clock, language, false).expect("a thread");
    // A log of errors only says it too.
    let logger = logging::recorder(&queue, &clock, LevelFilter::Error, false);
    record(&*logger, Level::Error, "first");
    keeper.meet();
    for _ in 0..limits::LOG_QUEUE_LINES + lost {
        record(&*logger, Level::Error, "more");
    }
    keeper.order(Order::Take);
    keeper.order(Order::Take);
    assert!(queue.flush(LONG));
    let written = keeper.written();
    assert_eq!(written.lines().count(), 1 + limits::LOG_QUEUE_LINES + 1);
    after_time(written.lines().last().expect("lines")).to_owned()
}

#[test]
fn losses_are_told_in_the_language_of_the_server() {
    assert_eq!(told(312, Language::Spanish), "[WARN] Se perdieron 312 líneas del registro.");
    assert_eq!(told(1, Language::Spanish), "[WARN] Se perdió 1 línea del registro.");
    assert_eq!(told(312, Language::English), "[WARN] 312 log lines were lost.");
    assert_eq!(told(1, Language::English), "[WARN] 1 log line was lost.");
}

#[test]
fn full_pipe_gets_every_line_or_its_place_in_a_count() {
    const LINES: u64 = 200_000; // some MB; a pipe holds 64 KiB, the queue 4096 lines
    let (reader, out) = io::pipe().expect("a pipe");
    let notice = |lost| format!("lost {lost}\n").into_bytes();
    let queue = LogQueue::start(out, limits::LOG_QUEUE_LINES, notice).expect("a thread");
    for line in 0..LINES {
        queue.push(format!("{line}\n").as_bytes());
    }
    assert!(!queue.flush(Duration::ZERO), "nobody has read yet");

    let (found, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(reader).lines().map_while(Result::ok).try_for_each(|line| found.send(line))
    });
    let (mut expected, mut lost_in_all) = (0, 0);
    while expected < LINES {
        let line = lines.recv_timeout(LONG).expect("a line or a count for each line handed in");
        if let Some(lost) = line.strip_prefix("lost ") {
            let lost: u64 = lost.parse().expect("a number");
            (expected, lost_in_all) = (expected + lost, lost_in_all + lost);
        } else {
            assert_eq!(line, expected.to_string());
            expected += 1;
        }
    }
    assert_eq!(expected, LINES);
    assert!(lost_in_all > 0, "the pipe was never full");
    assert!(queue.flush(LONG));
}

#[cfg(target_os = "linux")]
#[test]
fn disk_that_is_really_full_stops_nobody() {
    let full = OpenOptions::new().append(true).open("/dev/full").expect("/dev/full");
    let queue = LogQueue::start(full, 10, |_| b"lost\n".to_vec()).expect("a thread");
    for line in 0..100 {
        push(&queue, line..line + 1);
        assert!(queue.flush(LONG));
    }
}

#[test]
fn file_that_cannot_be_opened_is_named() {
    let file = PathBuf::from("/nowhere/to/be/found/chat.log");
    let settings = LogSettings { level: LevelFilter::Off, file: Some(file.clone()), color: Color::Never };
    let error =
        logging::start(&settings, Language::Spanish, Zone::default()).err().expect("no such directory");
    assert!(matches!(&error, LogError::File(named, _) if *named == file), "{error}");
    let line = error.describe(Language::Spanish);
    assert!(line.starts_with(file.to_str().expect("text")) && !line.contains('\n'), "{line}");
}
