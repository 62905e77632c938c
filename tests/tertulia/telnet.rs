//! Telnet's commands and a terminal's keys between the words: taken out however the bytes are cut.

use proptest::prelude::*;
use tertulia::chat::{Command, Language, Password, PasswordError, Question, Text, Trouble};
use tertulia::limits::SUBNEGOTIATION_MAX_BYTES;
use tertulia::protocol::{Codec, Format};

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const GO_AHEAD: u8 = 249;
const ERASE_LINE: u8 = 248;
const ERASE_CHARACTER: u8 = 247;
const ARE_YOU_THERE: u8 = 246;
const INTERRUPT: u8 = 244;
const DATA_MARK: u8 = 242;
const NOP: u8 = 241;
const SE: u8 = 240;

/// Asks a codec for all it has, up to a wish to leave, as the server does.
fn take_all(codec: &mut Codec, commands: &mut Vec<Command>) {
    while !matches!(commands.last(), Some(Command::Quit(_)))
        && let Some(command) = codec.next_command()
    {
        commands.push(command);
    }
}

/// What is asked for in these pieces and with their end, and what telnet is answered. Who turns out to speak another protocol
/// is refused, so it does not matter what of theirs was taken for telnet in the read that told.
fn hears(pieces: &[&[u8]]) -> (Vec<Command>, Vec<u8>) {
    let mut codec = Codec::new(Language::Spanish);
    let (mut commands, mut answers) = (Vec::new(), Vec::new());
    for piece in pieces {
        codec.push(piece, &mut answers);
        take_all(&mut codec, &mut commands);
    }
    codec.finish();
    take_all(&mut codec, &mut commands);
    if codec.foreign().is_some() {
        answers.clear();
    }
    (commands, answers)
}

fn commands(input: &[u8]) -> Vec<Command> {
    hears(&[input]).0
}

fn answers(input: &[u8]) -> Vec<u8> {
    hears(&[input]).1
}

fn say(words: &str) -> Command {
    Command::Say { room: None, text: Text::clean(words) }
}

const NOT_UTF8: Command = Command::Unclear(Trouble::NotUtf8);

const INCOMPLETE: Command = Command::Unclear(Trouble::Incomplete);

/// Asserts that every cut of `input` into three gives the same.
fn however_cut(input: &[u8], expected: &(Vec<Command>, Vec<u8>)) {
    for first in 0..=input.len() {
        for second in first..=input.len() {
            let found = hears(&[&input[..first], &input[first..second], &input[second..]]);
            assert_eq!(found, *expected, "cut at {first} and {second}");
        }
    }
    assert_eq!(hears(&input.chunks(1).collect::<Vec<_>>()), *expected, "byte by byte");
}

#[test]
fn interrupt_behind_another_protocol_is_none_of_ours() {
    for foreign in [&b"GET / HTTP/1.1\r\n"[..], b"\0\r"] {
        however_cut(&[foreign, &[IAC, INTERRUPT]].concat(), &(vec![], vec![]));
    }
}

#[test]
fn commands_are_taken_out_however_they_are_cut() {
    let input = [
        &[IAC, WILL, 1, IAC, DO, 24][..],
        b"ho",
        &[IAC, NOP],
        b"la",
        &[IAC, SB, 24, 0, b'x', IAC, IAC, b'\n', SE, IAC, DO, b'\r', IAC, SE],
        &[IAC, DONT, 1, IAC, WONT, b'\n'],
        &[0xC3, IAC, GO_AHEAD, 0xA9, b'\r', IAC, DATA_MARK, b'\n'],
        &[b'x', IAC, IAC, b'y', b'\n'],
        &[b'a', b'b', IAC, ERASE_CHARACTER, b'c', b'\r', 0],
    ]
    .concat();
    let expected = vec![say("holaé"), NOT_UTF8, say("x\u{FFFD}y"), say("ac")];
    however_cut(&input, &(expected, vec![IAC, DONT, 1, IAC, WONT, 24]));
}

#[test]
fn offers_and_requests_are_declined_and_no_refusal_answered() {
    for option in 0..=255 {
        assert_eq!(answers(&[IAC, DO, option]), [IAC, WONT, option]);
        assert_eq!(answers(&[IAC, WILL, option]), [IAC, DONT, option]);
        assert!(answers(&[IAC, DONT, option]).is_empty());
        assert!(answers(&[IAC, WONT, option]).is_empty());
    }
    let ours = answers(&[IAC, DO, 1, IAC, WILL, 3, IAC, WILL, 1]);
    assert!(answers(&ours).is_empty(), "two such servers would have nothing more to say to each other");
    assert!(answers(&[IAC, SB, 24, 1, IAC, SE, IAC, NOP, IAC, ERASE_LINE, IAC, IAC]).is_empty());
}

#[test]
fn are_you_there_is_answered_where_one_can_see_it() {
    let (commands, answer) = hears(&[&[b'h', b'o', IAC, ARE_YOU_THERE, b'l', b'a', b'\n']]);
    assert_eq!(commands, [say("hola")]);
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.ends_with("\r\n") && !answer.trim().is_empty(), "{answer:?}");
}

#[test]
fn interrupt_quits_behind_the_lines_before_it() {
    let input = [&b"uno\ndos\r\nmedia l"[..], &[IAC, INTERRUPT], b"inea\ntres\n", &[IAC, DO, 1]].concat();
    however_cut(&input, &(vec![say("uno"), say("dos"), Command::Quit(None)], vec![]));
    assert_eq!(commands(&[IAC, INTERRUPT]), [Command::Quit(None)]);
    assert_eq!(commands(&[IAC, INTERRUPT, IAC, DATA_MARK, b'x']), [Command::Quit(None)]);
    assert_eq!(commands(&[IAC, SB, 1, INTERRUPT, b'\n', IAC, SE, b'x', b'\n']), [say("x")]);
}

#[test]
fn interrupt_is_noticed_without_more_input() {
    let mut codec = Codec::new(Language::Spanish);
    codec.push(&[b'x', IAC, INTERRUPT], &mut Vec::new());
    assert!(codec.has_unseen());
}

#[test]
fn subnegotiation_without_end_holds_nothing() {
    let mut codec = Codec::new(Language::Spanish);
    let mut answers = Vec::new();
    codec.push(&[IAC, SB, 24], &mut answers);
    for _ in 0..1000 {
        codec.push(&[b'x'; 1000], &mut answers);
        assert_eq!(codec.next_command(), None);
        assert_eq!(codec.held(), 0);
    }
    assert!(answers.is_empty());
}

#[test]
fn subnegotiation_ends_at_se_or_when_too_long_at_the_end_of_its_line() {
    const MAX: usize = SUBNEGOTIATION_MAX_BYTES as usize;
    let with = |length: usize, end: &[u8]| {
        [&[b'u', b'n', IAC, SB][..], &vec![b'\n'; length], b"x", end, b"o\ndos\n"].concat()
    };
    for (input, expected) in [
        // Whole, however long: it ends where it says.
        (with(0, &[IAC, SE]), vec![say("uno"), say("dos")]),
        (with(MAX - 1, &[IAC, SE]), vec![say("uno"), say("dos")]),
        // Left open: what fits is swallowed, and the rest of the line in which it became too long.
        // The rest is not said either.
        (with(0, b""), vec![INCOMPLETE]),
        (with(MAX - 1, b""), vec![INCOMPLETE, say("dos")]),
        // As many bytes as it may have: the end of a line behind them counts again.
        (with(MAX, b""), vec![INCOMPLETE, say("dos")]),
    ] {
        however_cut(&input, &(expected, vec![]));
    }
    // Doubled IACs in it are its bytes.
    let doubled = [&[IAC, SB][..], &[IAC, IAC].repeat(MAX), b"a\runo\n"].concat();
    however_cut(&doubled, &(vec![INCOMPLETE, say("uno")], vec![]));
    // Beyond the limit it may still end where it says.
    let long = [&[IAC, SB][..], &vec![b'x'; 2 * MAX], &[IAC, SE], b"uno\n"].concat();
    assert_eq!(commands(&long), [say("uno")]);
    assert!(commands(&[IAC, SB, b'x', IAC]).is_empty(), "left open by somebody who is gone");
}

#[test]
fn erasing_takes_the_character_before() {
    for (typed, words) in [
        ("hoña\u{8}\u{8}la", "hola"),
        ("hola\u{7f}", "hol"),
        ("日本\u{8}", "日"),
        ("😀\u{7f}ja", "ja"),
        ("ab\u{8}\u{8}\u{8}\u{8}cd", "cd"),
        ("\u{8}\u{7f}x", "x"),
    ] {
        let line = format!("{typed}\n");
        assert_eq!(commands(line.as_bytes()), [say(words)], "{typed:?}");
        however_cut(line.as_bytes(), &(vec![say(words)], vec![]));
    }
    assert_eq!(commands(b"uno\n\x08\x08dos\n"), [say("uno"), say("dos")], "never of the line before");
    assert_eq!(commands(b"salur\x08\x08ir\n"), [Command::Quit(None)], "what is left is what counts");
    assert_eq!(commands(b"x\x08/quien\n"), [Command::Who(None)]);
    let emptied = ["ñ".as_bytes(), &[IAC, ERASE_CHARACTER, b'\n']].concat();
    assert_eq!(commands(&emptied), [say("")]);
}

#[test]
fn sender_of_another_encoding_is_told_once_and_loses_nothing() {
    let input = b"caf\xe9 solo\nt\xe9\r\n\xf1 \xc3\xb1\n/yo \xa1salta!\n";
    let expected = vec![
        NOT_UTF8,
        say("caf\u{FFFD} solo"),
        say("t\u{FFFD}"),
        say("\u{FFFD} ñ"),
        Command::Act { room: None, text: Text::clean("\u{FFFD}salta!") },
    ];
    however_cut(input, &(expected, vec![]));
    assert_eq!(commands("a\u{FFFD}b\n".as_bytes()), [say("a\u{FFFD}b")], "who types the sign sends UTF-8");
    assert_eq!(
        commands(b"ni\xc3\n"),
        [NOT_UTF8, say("ni\u{FFFD}")],
        "a letter cut short by the end of its line"
    );
    assert_eq!(commands(b"\x80salir\n"), [NOT_UTF8, say("\u{FFFD}salir")]);
}

#[test]
fn words_behind_the_warning_are_not_forgotten() {
    let mut codec = Codec::new(Language::Spanish);
    codec.push(b"\xe9\n", &mut Vec::new());
    assert_eq!(codec.next_command(), Some(NOT_UTF8));
    assert!(codec.has_unseen(), "more can be had without more input");
    codec.finish();
    assert_eq!(codec.next_command(), Some(say("\u{FFFD}")));
    assert_eq!(codec.next_command(), None);
    assert!(!codec.has_unseen());
    assert_eq!(codec.held(), 0);
}

#[test]
fn first_ending_tells_how_to_answer() {
    for (input, crlf) in [
        (&b""[..], false),
        (b"unfinished", false),
        (b"uno\n", false),
        (b"uno\r\n", true),
        (b"uno\r\0", true),
        (b"uno\r", true),
        (b"\r\n", true),
        (b"uno\ndos\r\n", false),
        (b"uno\r\ndos\n", true),
    ] {
        let mut codec = Codec::new(Language::English);
        codec.push(input, &mut Vec::new());
        take_all(&mut codec, &mut Vec::new());
        assert_eq!(codec.format(), Format::Line { language: Language::English, crlf }, "{input:?}");
    }
}

/// `Ana CR`, and the LF when a password has been asked for: it is no empty password, and no empty line behind one.
#[test]
fn byte_that_belongs_to_a_cr_answers_no_question() {
    for second in [&b"\n"[..], b"\0"] {
        let (mut codec, mut answers) = (Codec::new(Language::Spanish), Vec::new());
        codec.push(b"/clave\r", &mut answers);
        assert_eq!(codec.next_command(), Some(Command::ChangePassword));
        for _ in 0..3 {
            codec.expect_answer(Question::New);
            codec.push(second, &mut answers);
            assert_eq!(codec.next_command(), None);
            assert_eq!(codec.question(), Some(Question::New));
            codec.push(b"girasol\r", &mut answers);
            assert!(matches!(codec.next_command(), Some(Command::Secret(Ok(_)))));
        }
        codec.push(second, &mut answers);
        assert_eq!(codec.next_command(), None);
    }
}

/// `Ana CR CR LF`, as some send: no empty password comes of it, and none of `Ana LF CR`.
#[test]
fn doubled_ends_of_lines_answer_no_question() {
    for end in ["\r\r\n", "\r\0\r\n", "\r\0\n", "\n\r"] {
        let input = ["/clave", "girasoles", "amapola 1", "amapola 1", ""].join(end);
        for first in 0..=input.len() {
            let (mut codec, mut answers) = (Codec::new(Language::Spanish), Vec::new());
            let mut taken = Vec::new();
            for piece in [&input[..first], &input[first..]] {
                codec.push(piece.as_bytes(), &mut answers);
                while let Some(command) = codec.next_command() {
                    if command != say("") {
                        taken.push(command);
                    }
                    if taken.len() < 4 {
                        codec.expect_answer(Question::New);
                    }
                }
            }
            let secret = |words| Command::Secret(Password::new(words));
            let expected =
                [Command::ChangePassword, secret("girasoles"), secret("amapola 1"), secret("amapola 1")];
            assert_eq!(taken, expected, "{end:?} cut at {first}");
        }
    }
    // An empty line of one's own still is one.
    for end in ["\n", "\r\n", "\r\0", "\r"] {
        let (mut codec, mut answers) = (Codec::new(Language::Spanish), Vec::new());
        codec.push(format!("/clave{end}").as_bytes(), &mut answers);
        assert_eq!(codec.next_command(), Some(Command::ChangePassword));
        codec.expect_answer(Question::Current);
        // Where lines end in CR alone, the key that is pressed next tells.
        codec.push(format!("{end}x").as_bytes(), &mut answers);
        assert_eq!(codec.next_command(), Some(Command::Secret(Err(PasswordError::Blank))), "{end:?}");
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let special =
        vec![IAC, IAC, DO, WILL, DONT, SB, SE, INTERRUPT, ERASE_CHARACTER, b'\r', b'\n', 0, 8, 0xC3];
    let byte = prop_oneof![2 => prop::sample::select(special), 1 => any::<u8>(), 1 => b'a'..=b'z'];
    prop::collection::vec(byte, 0..60)
}

proptest! {
    #[test]
    fn bytes_mean_the_same_however_cut(input in bytes(), cuts in prop::collection::vec(0..60_usize, 0..6)) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (input.len() + 1)).collect();
        cuts.extend([0, input.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &input[ends[0]..ends[1]]).collect();
        prop_assert_eq!(hears(&pieces), hears(&[&input]));
    }

    #[test]
    fn client_that_sends_no_iac_is_sent_none(input in prop::collection::vec(0..IAC, 0..200)) {
        prop_assert!(answers(&input).is_empty());
    }
}
