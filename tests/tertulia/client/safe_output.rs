//! The client's safe-output rule: one text however it is cut, and nothing forbidden in it.

#[path = "../../../src/bin/tertulia/safe.rs"]
mod safe;

use safe::Safe;

/// Every kind of thing that can be cut in two.
const SAMPLE: &[u8] =
    b"Mar\xc3\xada: \x1b[1;31mhola\x1b[0m\t\xf0\x9f\x99\x82\x1b(B\x1b]0;t\xc3\xadtulo\x1b\\!\x1bP1$r\x07?\r\n\
      \xc2\x9b5mfin\xc2\x9dx\xc2\x9c \xe2\x80\xaefdp\xe2\x81\xa9 \xff\xe2\x82 \xed\xa0\x80\x1b\x1bMz\x7f\x1b[3\x18y\
      \x1b]sin final\nok\x1b[31\nfin\xf0\x9f";

const EXPECTED: &str =
    "María: hola\t🙂!?\nfin fdp \u{fffd}\u{fffd} \u{fffd}\u{fffd}\u{fffd}zy\nok\nfin\u{fffd}";

fn in_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut safe = Safe::default();
    let mut text: String = pieces.into_iter().map(|piece| safe.feed(piece)).collect();
    text += &safe.finish();
    text
}

#[test]
fn whole() {
    assert_eq!(in_pieces([SAMPLE]), EXPECTED);
}

#[test]
fn however_it_is_cut() {
    for size in 1..=SAMPLE.len() {
        assert_eq!(in_pieces(SAMPLE.chunks(size)), EXPECTED, "pieces of {size}");
    }
    for first in 0..=SAMPLE.len() {
        for second in first..=SAMPLE.len() {
            let pieces = [&SAMPLE[..first], &SAMPLE[first..second], &SAMPLE[second..]];
            assert_eq!(in_pieces(pieces), EXPECTED, "cut at {first} and {second}");
        }
    }
}

#[test]
fn characters_that_should_not_pass_do_not() {
    for c in '\0'..=char::MAX {
        let forbidden = (c.is_control() && c != '\t' && c != '\n')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let text = in_pieces([c.to_string().as_bytes()]);
        assert_eq!(text, if forbidden { String::new() } else { c.to_string() }, "{c:?}");
    }
}

#[test]
fn unfinished_sequence_cannot_swallow_the_next_line() {
    for opening in ["\x1b]", "\x1bP", "\x1b[", "\x1b", "\u{9d}", "\x1b]x\x1b"] {
        assert_eq!(in_pieces([opening.as_bytes(), b"\nsigue"]), "\nsigue", "{opening:?}");
    }
}
