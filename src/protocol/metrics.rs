//! Numbers about the server, as Prometheus reads them: its text format, version 0.0.4.
//!
//! Invariants: every metric is there from the start, at 0 if nothing has happened; all labels are ours, so that there are as many
//! series as there are here, and nothing that people wrote is among them.
//!
//! Written by hand: the numbers have owners that count them, without a registry, atomics or locks, and the format is three kinds of
//! lines.

use std::fmt::{Display, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::spoken::Family;
use crate::chat::CloseReason;

/// What is sent by HTTP is this.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is spoken, each at its number, and its label.
pub const FAMILIES: [(Family, &str); 4] = [
    (Family::Undecided, "undecided"),
    (Family::Line, "line"),
    (Family::Http, "http"),
    (Family::WebSocket, "websocket"),
];

/// What carries what is spoken.
pub const TRANSPORTS: [&str; 2] = ["plain", "tls"];

/// Why connections end, each at its number, and its label.
pub const REASONS: [(CloseReason, &str); 13] = [
    (CloseReason::Quit, "quit"),
    (CloseReason::EndOfInput, "end_of_input"),
    (CloseReason::GoneAway, "gone_away"),
    (CloseReason::Lost, "lost"),
    (CloseReason::Stalled, "stalled"),
    (CloseReason::NameTimeout, "name_timeout"),
    (CloseReason::Full, "full"),
    (CloseReason::Foreign, "foreign"),
    (CloseReason::Replaced, "replaced"),
    (CloseReason::Expelled, "expelled"),
    (CloseReason::Kicked, "kicked"),
    (CloseReason::Revoked, "revoked"),
    (CloseReason::ServerStops, "server_stops"),
];

const _: () = {
    let mut at = 0;
    while at < REASONS.len() {
        assert!(REASONS[at].0 as usize == at, "a reason is missing, or not in its place");
        at += 1;
    }
    assert!(CloseReason::ServerStops as usize + 1 == at, "the last reason is missing");
};

/// Upper bounds of the time of turns, in microseconds: a turn of a quiet server takes some ten, and one of 15,000 is noticed.
const BOUNDS: [u64; 12] = [25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 1_000_000];

/// How long turns of the loop took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// How many took at most each of the bounds and more than the one before; the last: more than all.
    counts: [u64; BOUNDS.len() + 1],
    total: Duration,
}

/// What came of handshakes of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshakes {
    /// They came to their end.
    pub completed: u64,
    /// They did not.
    pub failed: u64,
}

/// What came of passwords that people gave to log in, or to become the server's operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logins {
    /// They were right.
    pub granted: u64,
    /// They were wrong.
    pub wrong: u64,
    /// There were too many wrong ones before, and they were not looked at.
    pub throttled: u64,
    /// Too many waited to be looked at.
    pub busy: u64,
    /// They could not be looked at.
    pub failed: u64,
}

/// What the history has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Lines handed over to its thread that are not on the disk yet.
    pub unwritten_lines: u64,
    /// Bytes that wait for the disk, roughly.
    pub queue_bytes: u64,
    /// Lines that found no place, or could not be written, since the start.
    pub missing_lines: u64,
    /// Rooms with lines missing that are not marked as missing yet.
    pub gaps: u64,
    /// How long ago the oldest of all these lines was said, by the wall clock.
    pub oldest: Duration,
    /// Whether the files have gone from their place, so that nothing is kept.
    pub displaced: bool,
}

/// What the system knows of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Process {
    /// Bytes of memory that it occupies.
    pub resident_bytes: u64,
    /// Processor time that it took, all threads together.
    pub cpu: Duration,
    /// When it was started, by the wall clock, in seconds since 1970.
    pub started: f64,
    /// Descriptors that it may have open.
    pub max_descriptors: u64,
}

/// All numbers. Those called a total are since the start of the server.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// People in the chat, those included who have lost their connection and are waited for.
    pub people: usize,
    /// Of these, members that are waited for.
    pub lost: usize,
    /// Rooms.
    pub rooms: usize,
    /// Connections that are open, for each of [`TRANSPORTS`] and [`FAMILIES`].
    pub connections: [[u64; FAMILIES.len()]; TRANSPORTS.len()],
    /// As many as may be.
    pub connections_max: usize,
    /// Total of connections that came.
    pub accepted: u64,
    /// Total of those that ended, for each of [`REASONS`].
    pub ended: [u64; REASONS.len()],
    /// Total of those that ended because their request was answered.
    pub answered: u64,
    /// Totals of handshakes of TLS.
    pub handshakes: Handshakes,
    /// Total of lines and messages of programs.
    pub received_messages: u64,
    /// Total of bytes read.
    pub received_bytes: u64,
    /// Total of what was said in rooms.
    pub said: u64,
    /// Total of events queued, once for each reader.
    pub sent_messages: u64,
    /// Total of bytes written.
    pub sent_bytes: u64,
    /// Total of lines that passed by readers who were behind.
    pub skipped_lines: u64,
    /// Bytes of memory that hold what waits for readers.
    pub queue_bytes: usize,
    /// Bytes of memory that hold input which is no command yet.
    pub input_bytes: usize,
    /// Totals of passwords.
    pub logins: Logins,
    /// Of one of several servers: whether all that people type waits, for the log does not answer or this one is not in it.
    pub log_away: bool,
    /// The same: changes that have not come back from the log.
    pub log_under_way: usize,
    /// What the history has to do.
    pub history: History,
    /// How long turns took.
    pub turns: Turns,
    /// What the system knows. None: it does not tell.
    pub process: Option<Process>,
}

impl Turns {
    /// Notes how long one took.
    pub fn note(&mut self, took: Duration) {
        let micros = took.as_micros();
        self.counts[BOUNDS.iter().take_while(|&&bound| micros > u128::from(bound)).count()] += 1;
        self.total += took;
    }
}

impl Figures {
    /// The text.
    pub fn render(&self) -> String {
        let mut page = Page(String::with_capacity(16 * 1024));
        self.render_people(&mut page);
        self.render_traffic(&mut page);
        self.render_history(&mut page);
        page.histogram(
            "tertulia_turn_duration_seconds",
            "How long turns of the server's loop took, without sleep.",
            &self.turns,
        );
        page.family("tertulia_build_info", "gauge", "The server's version, as a label; always 1.");
        page.sample("tertulia_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
        if let Some(process) = &self.process {
            process.render(&mut page);
        }
        page.0
    }

    fn render_people(&self, page: &mut Page) {
        page.gauge(
            "tertulia_people",
            "People in the chat, with those who have lost their connection and are waited for.",
            self.people,
        );
        page.gauge(
            "tertulia_lost_sessions",
            "People who have lost their connection and are waited for.",
            self.lost,
        );
        page.gauge("tertulia_rooms", "Rooms.", self.rooms);
        let name = "tertulia_connections";
        page.family(name, "gauge", "Open connections, by what they speak and what that is carried by.");
        for (transport, connections) in TRANSPORTS.iter().zip(self.connections) {
            for (family, label) in FAMILIES {
                let labels = [("protocol", label), ("transport", transport)];
                page.sample(name, &labels, connections[family as usize]);
            }
        }
        page.gauge(
            "tertulia_connections_max",
            "Connections that may be open at once, as far as descriptors go.",
            self.connections_max,
        );
        page.counter("tertulia_connections_accepted_total", "Connections that were accepted.", self.accepted);
        let name = "tertulia_connections_closed_total";
        page.family(name, "counter", "Connections that were closed, by the reason.");
        page.sample(name, &[("reason", "answered")], self.answered);
        for (reason, label) in REASONS {
            page.sample(name, &[("reason", label)], self.ended[reason as usize]);
        }
        let Handshakes { completed, failed } = self.handshakes;
        let name = "tertulia_tls_handshakes_total";
        page.family(name, "counter", "Handshakes of TLS that are over, by what came of them.");
        page.sample(name, &[("result", "completed")], completed);
        page.sample(name, &[("result", "failed")], failed);
        let Logins { granted, wrong, throttled, busy, failed } = self.logins;
        let name = "tertulia_logins_total";
        page.family(name, "counter", "Passwords that were given to log in, by what came of it.");
        for (label, count) in [
            ("granted", granted),
            ("wrong", wrong),
            ("throttled", throttled),
            ("busy", busy),
            ("failed", failed),
        ] {
            page.sample(name, &[("result", label)], count);
        }
    }

    fn render_traffic(&self, page: &mut Page) {
        page.counter(
            "tertulia_received_messages_total",
            "Lines of people and messages of programs that were taken.",
            self.received_messages,
        );
        page.counter(
            "tertulia_received_bytes_total",
            "Bytes that were read from connections.",
            self.received_bytes,
        );
        page.counter("tertulia_room_messages_total", "Messages that were said in rooms.", self.said);
        page.counter(
            "tertulia_sent_messages_total",
            "Messages and answers that were queued for their readers, once for each.",
            self.sent_messages,
        );
        page.counter("tertulia_sent_bytes_total", "Bytes that were written to connections.", self.sent_bytes);
        page.counter(
            "tertulia_skipped_lines_total",
            "Lines of rooms that passed by readers who were behind.",
            self.skipped_lines,
        );
        page.gauge(
            "tertulia_queue_bytes",
            "Memory that holds what waits for readers who are behind.",
            self.queue_bytes,
        );
        page.gauge("tertulia_input_bytes", "Memory that holds input that is no line yet.", self.input_bytes);
        page.gauge(
            "tertulia_log_away",
            "Of one of several servers: 1 while Redis does not answer it, or it is not in the chat.",
            u8::from(self.log_away),
        );
        page.gauge(
            "tertulia_log_under_way",
            "Of one of several servers: changes that have not come back from Redis.",
            self.log_under_way,
        );
    }

    fn render_history(&self, page: &mut Page) {
        let History { unwritten_lines, queue_bytes, missing_lines, gaps, oldest, displaced } = self.history;
        page.gauge(
            "tertulia_history_unwritten_lines",
            "Lines that were said and are not on the disk yet.",
            unwritten_lines,
        );
        page.gauge(
            "tertulia_history_queue_bytes",
            "What waits for the disk: lines, changes, questions.",
            queue_bytes,
        );
        page.counter(
            "tertulia_history_missing_lines_total",
            "Lines that are missing in the history: the disk was full, broken or too slow.",
            missing_lines,
        );
        page.gauge(
            "tertulia_history_gaps",
            "Rooms with missing lines that are not marked in the history yet.",
            gaps,
        );
        page.gauge(
            "tertulia_history_oldest_unwritten_seconds",
            "Age of the oldest line or gap that is not on the disk yet; 0 without one.",
            oldest.as_secs_f64(),
        );
        page.gauge(
            "tertulia_history_displaced",
            "1 while the files have gone from their place, and nothing is kept.",
            u8::from(displaced),
        );
    }
}

impl Process {
    /// By the names that all programs give them.
    fn render(&self, page: &mut Page) {
        page.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", self.resident_bytes);
        page.counter(
            "process_cpu_seconds_total",
            "Total user and system CPU time spent in seconds.",
            self.cpu.as_secs_f64(),
        );
        page.gauge(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds.",
            self.started,
        );
        page.gauge("process_max_fds", "Maximum number of open file descriptors.", self.max_descriptors);
    }
}

/// The text while it is written.
struct Page(String);

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help);
        self.sample(name, &[], value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    fn histogram(&mut self, name: &str, help: &str, Turns { counts, total }: &Turns) {
        self.family(name, "histogram", help);
        let mut sum = 0;
        let bounds = BOUNDS.iter().map(|&bound| Duration::from_micros(bound).as_secs_f64().to_string());
        for (count, bound) in counts.iter().zip(bounds.chain(["+Inf".to_owned()])) {
            sum += count;
            self.sample(&format!("{name}_bucket"), &[("le", &bound)], sum);
        }
        self.sample(&format!("{name}_sum"), &[], total.as_secs_f64());
        self.sample(&format!("{name}_count"), &[], sum);
    }

    /// What the next samples are. There is nothing to be escaped in our own words.
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}").expect("memory takes it");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (index, (label, value)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            write!(self.0, "{before}{label}=\"{value}\"").expect("memory takes it");
        }
        let end = if labels.is_empty() { "" } else { "}" };
        writeln!(self.0, "{end} {value}").expect("memory takes it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_stand_at_their_numbers() {
        assert!(FAMILIES.iter().enumerate().all(|(at, (family, _))| *family as usize == at));
    }

    #[test]
    fn turn_counts_below_its_bound_and_all_above() {
        let mut turns = Turns::default();
        for micros in [25, 26, 1_000_000, 1_000_001] {
            turns.note(Duration::from_micros(micros));
        }
        let text = Figures { turns, ..Figures::default() }.render();
        for (bound, count) in [("0.000025", 1), ("0.00005", 2), ("0.1", 2), ("1", 3), ("+Inf", 4)] {
            let line = format!("tertulia_turn_duration_seconds_bucket{{le=\"{bound}\"}} {count}\n");
            assert!(text.contains(&line), "{line} in {text}");
        }
        assert!(text.contains("_seconds_sum 2.000052\ntertulia_turn_duration_seconds_count 4\n"), "{text}");
    }
}
