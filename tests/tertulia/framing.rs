//! Bytes to lines: the same lines however the bytes are cut, and no more memory than a line takes.
//!
//! Quiet is no byte: where it ends a piece of who sends no line ends is a matter of time, tried in `pieces`. Between two
//! quiet moments the law holds for pieces as well.

use proptest::prelude::*;
use tertulia::chat::{Command, Language, Trouble};
use tertulia::limits::{LINE_MAX_BYTES, READ_BYTES};
use tertulia::protocol::{Codec, Framed, LineBuffer, LineEnding};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Whole(Vec<u8>, LineEnding),
    TooLong,
}

fn lf(words: impl AsRef<[u8]>) -> Line {
    Line::Whole(words.as_ref().into(), LineEnding::Lf)
}

fn cr(words: impl AsRef<[u8]>) -> Line {
    Line::Whole(words.as_ref().into(), LineEnding::Cr)
}

fn take_all(buffer: &mut LineBuffer, lines: &mut Vec<Line>) {
    while let Some(framed) = buffer.next_line() {
        lines.push(match framed {
            Framed::Line(bytes, ending) => Line::Whole(bytes.into(), ending),
            Framed::TooLong(start) => {
                assert_eq!(start.len(), LINE_MAX_BYTES);
                Line::TooLong
            }
        });
    }
    assert!(!buffer.has_unseen(), "all was looked at");
}

/// The lines of what comes in these pieces, with its end.
fn lines(pieces: &[&[u8]]) -> Vec<Line> {
    let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
    for piece in pieces {
        buffer.push(piece);
        take_all(&mut buffer, &mut lines);
    }
    buffer.finish();
    take_all(&mut buffer, &mut lines);
    assert_eq!(buffer.capacity(), 0, "nothing is held when nothing waits");
    lines
}

/// A line of `length` bytes without its ending.
fn long(length: usize) -> Vec<u8> {
    (0..length).map(|i| b'a' + (i % 26) as u8).collect()
}

const SAMPLE: &[u8] =
    b"hola\nqu\xc3\xa9 tal\r\n\r\n\n\r\0x\r\0y\rz\0w\n\0\n\r\r\n\r\r\0uno\xff\r\n\r\n\0\rfin";

fn sample_lines() -> Vec<Line> {
    vec![
        lf("hola"),
        cr("qué tal"),
        cr(""),
        lf(""),
        cr(""),
        cr("x"),
        cr("y"),
        lf("z\0w"),
        lf("\0"),
        cr(""),
        cr(""),
        cr(""),
        cr(b"uno\xff"),
        cr(""),
        cr("\0"),
        lf("fin"),
    ]
}

#[test]
fn line_is_ended_by_every_ending_and_nothing_else() {
    assert_eq!(lines(&[SAMPLE]), sample_lines());
}

#[test]
fn lines_are_the_same_for_every_cut_in_two_and_three() {
    for first in 0..=SAMPLE.len() {
        for second in first..=SAMPLE.len() {
            let pieces = [&SAMPLE[..first], &SAMPLE[first..second], &SAMPLE[second..]];
            assert_eq!(lines(&pieces), sample_lines(), "cut at {first} and {second}");
        }
    }
    let bytes: Vec<&[u8]> = SAMPLE.chunks(1).collect();
    assert_eq!(lines(&bytes), sample_lines());
}

/// Lines that just fit and lines that just do not, under each ending.
fn long_sample() -> (Vec<u8>, Vec<Line>) {
    let (mut sample, mut expected) = (b"antes\n".to_vec(), vec![lf("antes")]);
    for (ending, line) in [
        (&b"\n"[..], lf as fn(Vec<u8>) -> Line),
        (b"\r", cr as fn(Vec<u8>) -> Line),
        (b"\r\n", cr),
        (b"\r\0", cr),
    ] {
        // What belongs to a CR is not counted: it may come after the line was taken.
        let fits = LINE_MAX_BYTES - 1;
        for length in [fits, fits + 1, fits + 2, 3 * LINE_MAX_BYTES, fits] {
            sample.extend(long(length));
            sample.extend(ending);
            expected.push(if length == fits { line(long(length)) } else { Line::TooLong });
        }
        sample.extend(b"entre\r\n");
        expected.push(cr("entre"));
    }
    (sample, expected)
}

#[test]
fn line_may_have_so_many_bytes_with_its_ending_and_not_one_more() {
    let (sample, expected) = long_sample();
    assert_eq!(lines(&[&sample]), expected);
    assert_eq!(lines(&sample.chunks(1).collect::<Vec<_>>()), expected);
    assert_eq!(lines(&sample.chunks(READ_BYTES).collect::<Vec<_>>()), expected);
}

#[test]
fn long_lines_are_the_same_wherever_they_are_cut() {
    let (sample, expected) = long_sample();
    for at in 0..=sample.len() {
        // In the middle of a line one cut is like another.
        if at % 97 == 0 || is_near_an_end(&sample, at) {
            assert!(lines(&[&sample[..at], &sample[at..]]) == expected, "cut at {at}");
        }
    }
}

/// Whether a line ends, or becomes too long, within a few bytes of `at`.
fn is_near_an_end(sample: &[u8], at: usize) -> bool {
    let window = &sample[at.saturating_sub(4)..sample.len().min(at + 4)];
    let start =
        sample[..at].iter().rposition(|byte| matches!(byte, b'\n' | b'\r' | 0)).map_or(0, |end| end + 1);
    window.iter().any(|byte| matches!(byte, b'\n' | b'\r' | 0)) || (at - start).abs_diff(LINE_MAX_BYTES) < 6
}

#[test]
fn long_line_ends_as_any_does() {
    for ending in [&b"\n"[..], b"\r", b"\r\n", b"\r\0"] {
        for length in LINE_MAX_BYTES..LINE_MAX_BYTES + 3 {
            let mut sample = long(length);
            sample.extend(b"x\0y\0");
            sample.extend(ending);
            sample.extend(b"hola\n");
            let found = lines(&sample.chunks(1).collect::<Vec<_>>());
            assert_eq!(found, [Line::TooLong, lf("hola")], "{length} {ending:?}");
            assert_eq!(found, lines(&[&sample]));
        }
    }
}

#[test]
fn line_that_the_end_cuts_short_is_a_line() {
    for (input, expected) in [
        ("", vec![]),
        ("hola\n", vec![lf("hola")]),
        ("hola\r", vec![cr("hola")]),
        ("hola\r\n", vec![cr("hola")]),
        ("hola\r\0", vec![cr("hola")]),
        ("hola\r\0\0", vec![cr("hola"), lf("\0")]),
        ("hola\nadiós", vec![lf("hola"), lf("adiós")]),
        ("\n", vec![lf("")]),
    ] {
        assert_eq!(lines(&[input.as_bytes()]), expected, "{input:?}");
    }
    assert_eq!(lines(&[&long(LINE_MAX_BYTES - 1)]), [lf(long(LINE_MAX_BYTES - 1))]);
    assert_eq!(lines(&[&long(LINE_MAX_BYTES)]), [Line::TooLong]);
    assert_eq!(
        lines(&[&long(5 * LINE_MAX_BYTES)]),
        [Line::TooLong],
        "a long line is no line at its end either"
    );
}

/// The end may be known before the lines in front of it were taken.
#[test]
fn end_ends_the_last_line_whenever_it_is_told() {
    let long_then_short = [long(2 * LINE_MAX_BYTES), b"\nhola".to_vec()].concat();
    for (input, expected) in [
        (&b"hola\n"[..], vec![lf("hola")]),
        (b"hola\r\0", vec![cr("hola")]),
        (b"hola\r", vec![cr("hola")]),
        (b"hola\nfin", vec![lf("hola"), lf("fin")]),
        (b"\n\n", vec![lf(""), lf("")]),
        (b"", vec![]),
        (&long_then_short, vec![Line::TooLong, lf("hola")]),
    ] {
        let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
        buffer.push(input);
        buffer.finish();
        buffer.finish();
        take_all(&mut buffer, &mut lines);
        assert_eq!(lines, expected, "{:?}", String::from_utf8_lossy(&input[..input.len().min(20)]));
        assert_eq!(buffer.capacity(), 0);
    }
}

#[test]
fn cr_ends_its_line_at_once_and_what_belongs_to_it_may_come_later() {
    for second in [&b"\n"[..], b"\0"] {
        let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
        buffer.push(b"Pedro\r");
        take_all(&mut buffer, &mut lines);
        assert_eq!(lines, [cr("Pedro")], "without anything behind it");
        assert_eq!(buffer.capacity(), 0);
        assert!(!buffer.is_idle(), "it has to be kept, for it remembers the CR");
        buffer.push(second);
        take_all(&mut buffer, &mut lines);
        assert_eq!(buffer.is_idle(), second == b"\n", "behind CR NUL there may be CR LF still");
        // A second one is no part of it any more.
        buffer.push(&[second, b"hola\n"].concat());
        take_all(&mut buffer, &mut lines);
        let rest: &[Line] = if second == b"\n" { &[lf(""), lf("hola")] } else { &[lf("\0hola")] };
        assert_eq!(&lines[1..], rest);
    }
}

#[test]
fn second_cr_waits_for_what_follows_to_end_an_empty_line() {
    for (input, waiting, behind, expected) in [
        ("x\r\r", 1, "\n", vec![cr("x")]),
        ("x\r\r", 1, "\0", vec![cr("x"), cr("")]),
        ("x\r\r", 1, "y\n", vec![cr("x"), cr(""), lf("y")]),
        ("x\r\r\r", 2, "\n", vec![cr("x"), cr("")]),
        ("x\r\0\r", 1, "\n", vec![cr("x")]),
        ("x\r\0\r", 1, "\0y\n", vec![cr("x"), cr(""), lf("y")]),
        ("x\r\n\r", 2, "\n", vec![cr("x"), cr("")]),
        ("x\n\r", 2, "\n", vec![lf("x"), cr("")]),
    ] {
        let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
        buffer.push(input.as_bytes());
        take_all(&mut buffer, &mut lines);
        assert_eq!(lines.len(), waiting, "{input:?}");
        buffer.push(behind.as_bytes());
        take_all(&mut buffer, &mut lines);
        assert_eq!(lines, expected, "{input:?} and {behind:?}");
    }
    assert_eq!(lines(&[b"x\r\r"]), [cr("x"), cr("")], "nothing follows");
}

#[test]
fn line_of_which_bytes_were_lost_is_known() {
    for (before, behind, expected) in [
        ("ho", "la\ntodo\n", vec![("hola", true), ("todo", false)]),
        ("", "hola\ntodo\n", vec![("hola", true), ("todo", false)]),
        ("hola", "\ntodo\n", vec![("hola", true), ("todo", false)]),
        ("uno\nho", "la\ntodo\n", vec![("uno", false), ("hola", true), ("todo", false)]),
        // Between a CR and this LF there was something.
        ("hola\r", "\ntodo\n", vec![("hola", false), ("", true), ("todo", false)]),
        ("hola\r\r", "\ntodo\n", vec![("hola", false), ("", false), ("", true), ("todo", false)]),
    ] {
        for at_once in [true, false] {
            let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
            let take = |buffer: &mut LineBuffer, lines: &mut Vec<(String, bool)>| {
                while let Some(Framed::Line(bytes, _)) = buffer.next_line() {
                    let line = String::from_utf8(bytes.into()).unwrap();
                    lines.push((line, buffer.is_incomplete()));
                }
            };
            buffer.push(before.as_bytes());
            if !at_once {
                take(&mut buffer, &mut lines);
            }
            buffer.lose();
            buffer.push(behind.as_bytes());
            take(&mut buffer, &mut lines);
            let expected: Vec<(String, bool)> =
                expected.iter().map(|(line, lost)| (line.to_string(), *lost)).collect();
            assert_eq!(lines, expected, "{before:?}");
            assert!(buffer.is_idle());
        }
    }
}

#[test]
fn unfinished_line_is_forgotten_on_request() {
    let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
    buffer.push(b"hola\nadi");
    take_all(&mut buffer, &mut lines);
    buffer.discard();
    assert_eq!(buffer.capacity(), 0);
    buffer.push(b"uno\n");
    take_all(&mut buffer, &mut lines);
    assert_eq!(lines, [lf("hola"), lf("uno")]);
}

#[test]
fn line_without_end_holds_no_more_than_a_line() {
    let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
    for sent in 0..10 * LINE_MAX_BYTES {
        buffer.push(b"x");
        take_all(&mut buffer, &mut lines);
        assert!(buffer.capacity() <= LINE_MAX_BYTES, "{} bytes held after {sent}", buffer.capacity());
    }
    assert_eq!(buffer.capacity(), 0, "what is dropped is not held");
    for _ in 0..100 {
        buffer.push(&[b'x'; READ_BYTES]);
        take_all(&mut buffer, &mut lines);
        assert_eq!(buffer.capacity(), 0);
    }
    assert_eq!(lines, [Line::TooLong], "and it is said once");
}

#[test]
fn unfinished_line_behind_many_holds_little() {
    let (mut buffer, mut lines) = (LineBuffer::default(), Vec::new());
    let mut input = b"hola\n".repeat(READ_BYTES / 5);
    input.extend(b"fi");
    buffer.push(&input);
    take_all(&mut buffer, &mut lines);
    assert_eq!(lines.len(), READ_BYTES / 5);
    assert!(buffer.capacity() <= 64, "{} bytes held for two", buffer.capacity());
}

/// The lines of `input`, read one byte after the other in the plainest way.
fn plainly(input: &[u8]) -> Vec<Line> {
    let (mut found, mut line, mut at) = (Vec::new(), Vec::new(), 0);
    let mut end = |line: &mut Vec<u8>, ending| {
        let line = std::mem::take(line);
        found.push(if line.len() < LINE_MAX_BYTES { Line::Whole(line, ending) } else { Line::TooLong });
    };
    while at < input.len() {
        let endings = [&b"\r\0\r\n"[..], b"\r\r\n", b"\r\0\n", b"\r\n", b"\r\0", b"\r"];
        if let Some(ending) = endings.iter().find(|ending| input[at..].starts_with(ending)) {
            end(&mut line, LineEnding::Cr);
            at += ending.len();
            continue;
        }
        if input[at] == b'\n' {
            end(&mut line, LineEnding::Lf)
        } else {
            line.push(input[at])
        }
        at += 1;
    }
    if !line.is_empty() {
        end(&mut line, LineEnding::Lf);
    }
    found
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\r\0", b"\r", b"\0", b"ab", "ñ".as_bytes()])
            .prop_map(<[u8]>::to_vec),
        1 => (LINE_MAX_BYTES - 4..LINE_MAX_BYTES + 3).prop_map(long),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn bytes_cut_anyhow_give_the_plain_lines(input in bytes(), cuts in prop::collection::vec(0..30_000_usize, 0..9)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (input.len() + 1)).collect();
        cuts.extend([0, input.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &input[ends[0]..ends[1]]).collect();
        prop_assert_eq!(lines(&pieces), plainly(&input));
    }
}

/// The lines of who has sent a piece before, in such reads; each `None` is a quiet moment.
fn lines_in_pieces(reads: &[Option<&[u8]>]) -> Vec<Line> {
    let (mut buffer, mut lines) = (LineBuffer::of_pieces(), Vec::new());
    for read in reads {
        match read {
            Some(bytes) => buffer.push(bytes),
            None if buffer.takes_pieces() && buffer.has_begun() => buffer.end_piece(),
            None => {}
        }
        take_all(&mut buffer, &mut lines);
    }
    lines
}

fn piece(words: impl AsRef<[u8]>) -> Line {
    Line::Whole(words.as_ref().into(), LineEnding::Quiet)
}

#[test]
fn pieces_are_the_same_however_they_are_cut_between_two_quiet_moments() {
    let long = [long(LINE_MAX_BYTES + 3), b"\0uno".to_vec()].concat();
    for (input, expected) in [
        (&b"hola"[..], vec![piece("hola")]),
        (b"uno\0\0\0dos\0", vec![piece("uno"), piece("dos")]),
        (b"\0", vec![]),
        (b"uno\0dos\ntres\0cuatro", vec![piece("uno"), lf("dos")]),
        (b"uno\r\0\0dos\r", vec![cr("uno"), cr("\0dos")]),
        (b"uno\0\ndos\n\n", vec![piece("uno"), lf("dos"), lf("")]),
        (b"\r\ndos\r\n", vec![cr("dos")]),
        (&long, vec![Line::TooLong, piece("uno")]),
    ] {
        for at in (0..=input.len()).filter(|at| input.len() < 100 || at % 97 == 0 || input.len() - at < 9) {
            let found = lines_in_pieces(&[Some(&input[..at]), Some(&input[at..]), None, None]);
            assert!(found == expected, "{input:?} cut at {at}: {found:?}");
        }
        let bytes: Vec<_> = input.chunks(1).map(Some).chain([None]).collect();
        assert!(lines_in_pieces(&bytes) == expected, "{input:?} byte by byte");
    }
    // And the quiet moments are where they end.
    let found = lines_in_pieces(&[Some(b"uno"), None, Some(b"dos"), Some(b"tres"), None]);
    assert_eq!(found, [piece("uno"), piece("dostres")]);
}

#[test]
fn unfinished_line_holds_little_more_than_its_bytes() {
    for (lines, unfinished) in [(0, 1), (0, 4_000), (8_000, 10), (7_000, 2_000), (6_150, 4_000), (1, 100)] {
        for piece in [1, 100, READ_BYTES] {
            let input = ["\n".repeat(lines), "x".repeat(unfinished)].concat();
            let mut buffer = LineBuffer::default();
            for piece in input.as_bytes().chunks(piece) {
                buffer.push(piece);
                while buffer.next_line().is_some() {}
            }
            let held = buffer.capacity();
            assert!(
                held <= (2 * unfinished).clamp(128, LINE_MAX_BYTES.max(unfinished)),
                "{held} for {unfinished}"
            );
        }
    }
}

#[test]
fn words_sent_ahead_count_as_input_while_they_are_kept() {
    let mut codec = Codec::new(Language::Spanish);
    codec.disregard(1);
    codec.push(format!("{}\n", "x".repeat(4_000)).as_bytes(), &mut Vec::new());
    assert_eq!(codec.next_command(), Some(Command::Unclear(Trouble::TypedAhead)));
    assert_eq!(codec.next_command(), None);
    assert!(codec.held() >= 4_000, "{} bytes", codec.held());
    codec.answer_written();
    assert_eq!(codec.held(), 0);
}
