//! What it costs to turn bytes into lines, lines into safe text, find who hears it, and an event into bytes.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use tertulia::chat::{
    ChatConfig, ClientId, Command, Effect, Event, Hub, Input, Language, Message, MessageId, MessageKind,
    Name, Origin, RoomKey, Text, Time, UnixMillis,
};
use tertulia::limits::{LINE_MAX_BYTES, READ_BYTES};
use tertulia::protocol::{Encoder, Format, LineBuffer};

/// A line as people type them.
const SHORT: &str = "y entonces dijo que no venía, que ya nos veríamos mañana\n";

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    framing(&mut criterion);
    cleaning(&mut criterion);
    encoding(&mut criterion);
    hub(&mut criterion);
    criterion.final_summary();
}

fn framing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lines");
    // As a flooder sends them: each read is full.
    let chunk = SHORT.repeat(READ_BYTES / SHORT.len());
    group.throughput(Throughput::Bytes(chunk.len() as u64));
    group.bench_function("short lines in full reads", |bencher| {
        let mut lines = LineBuffer::default();
        bencher.iter(|| {
            lines.push(black_box(chunk.as_bytes()));
            while let Some(line) = lines.next_line() {
                black_box(line);
            }
        });
    });
    // Twice the length may take twice the time and no more: no byte is looked at twice.
    for length in [LINE_MAX_BYTES / 4, LINE_MAX_BYTES / 2, LINE_MAX_BYTES] {
        let mut line = vec![b'x'; length];
        line[length - 1] = b'\n';
        group.throughput(Throughput::Bytes(length as u64));
        group.bench_with_input(BenchmarkId::new("byte by byte", length), &line, |bencher, line| {
            bencher.iter_batched_ref(
                LineBuffer::default,
                |lines| {
                    for byte in line {
                        lines.push(std::slice::from_ref(byte));
                        black_box(lines.next_line());
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn cleaning(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clean");
    let texts = [
        ("plain ASCII", "the quick brown fox jumps over the lazy dog, ".repeat(20)),
        ("Spanish", "el pingüino Wenceslao hizo kilómetros bajo exhaustiva lluvia y añoraba, ".repeat(12)),
        ("hostile", "\x1b[31mno\x1b[0m \u{202E}\u{200B}\x1b]0;title\x07\x08\u{9B}2J\u{FE0F}".repeat(25)),
        // Each opens a sequence that never ends: to look for its end each time would be quadratic.
        ("never ended", "\x1b]".repeat(450)),
    ];
    for (name, text) in &texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(*name, |bencher| bencher.iter(|| Text::clean(black_box(text))));
    }
    group.finish();
}

/// A line on its way through the rules: who hears it.
fn hub(criterion: &mut Criterion) {
    const MEMBERS: u32 = 1_000;
    let (mut hub, mut effects) = (Hub::new(ChatConfig::default()), Vec::new());
    for slot in 0..MEMBERS {
        let (id, name) =
            (ClientId::new(slot, 1), Command::Say { room: None, text: Text::clean(&format!("p{slot}")) });
        hub.apply(Time::default(), Input::Connected(id, Origin::UNKNOWN));
        hub.apply(Time::default(), Input::Command(id, name));
    }
    hub.effects(&mut effects);
    let mut group = criterion.benchmark_group("hub");
    group.throughput(Throughput::Elements(u64::from(MEMBERS) - 1));
    group.bench_function("a line to a room of 1,000", |bencher| {
        bencher.iter(|| {
            effects.clear();
            let line = Command::Say { room: None, text: Text::clean(black_box(SHORT.trim_end())) };
            hub.apply(Time::default(), Input::Command(ClientId::new(7, 1), line));
            hub.effects(&mut effects);
            let mut heard = 0;
            for effect in &effects {
                if let Effect::Deliver { to, .. } = effect {
                    hub.audience(to, |id, _| heard += id.slot());
                }
            }
            heard
        });
    });
    group.finish();
}

fn encoding(criterion: &mut Criterion) {
    let (from, text) = (Name::new("María").expect("a name"), Text::clean(SHORT.trim_end()));
    let (id, at, kind) = (MessageId(1), UnixMillis(1), MessageKind::Said);
    let message = Message { id, room: RoomKey(0), at, from, kind, text };
    let said = Event::Message { room: Name::new("general").expect("a name"), message };
    let format = |crlf| Format::Line { language: Language::Spanish, crlf };
    let mut group = criterion.benchmark_group("encode said");
    let mut encoder = Encoder::default();
    group.bench_function("for readers of LF", |bencher| {
        bencher.iter(|| encoder.encode(black_box(&said), format(false), true).bytes.len());
    });
    group.bench_function("for readers of CR LF", |bencher| {
        bencher.iter(|| encoder.encode(black_box(&said), format(true), true).bytes.len());
    });
    group.finish();
}
