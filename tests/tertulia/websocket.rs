//! WebSocket frames: a table of cases, whose numbers are those of Autobahn's sections, and every way of cutting each.

use proptest::prelude::*;
use tertulia::protocol::websocket::{CloseCode, Decoder, Incoming, accept_key, close, head, pong, text};

/// Bytes of a message, at most.
const MAX: usize = 1 << 17;

const FIN: u8 = 0x80;
const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// A frame of a client. `first`: opcode, FIN and reserved bits.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(FIN | short as u8),
        long @ 126..=0xffff => {
            bytes.push(FIN | 126);
            bytes.extend((long as u16).to_be_bytes());
        }
        longest => {
            bytes.push(FIN | 127);
            bytes.extend((longest as u64).to_be_bytes());
        }
    }
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

fn frames(parts: &[(u8, &[u8])]) -> Vec<u8> {
    parts.iter().flat_map(|(first, payload)| frame(*first, payload)).collect()
}

/// What comes of `input` when it is cut into these pieces.
fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Result<Incoming, CloseCode>> {
    let mut decoder = Decoder::new(MAX);
    let mut incoming = Vec::new();
    for mut piece in pieces {
        while let Some(next) = decoder.next(&mut piece) {
            incoming.push(next);
        }
        assert!(piece.is_empty(), "all of it is taken");
    }
    incoming
}

fn said(text: &str) -> Result<Incoming, CloseCode> {
    Ok(Incoming::Text(text.into()))
}

fn closed(code: u16) -> Result<Incoming, CloseCode> {
    let mut answer = Vec::new();
    close(CloseCode::Peer(code), "", &mut answer);
    Ok(Incoming::Close { code: Some(code), answer })
}

/// Name, input, what comes of it.
type Case = (&'static str, Vec<u8>, Vec<Result<Incoming, CloseCode>>);

fn protocol() -> Vec<Result<Incoming, CloseCode>> {
    vec![Err(CloseCode::Protocol)]
}

fn not_utf8() -> Vec<Result<Incoming, CloseCode>> {
    vec![Err(CloseCode::NotUtf8)]
}

fn ping(payload: &[u8]) -> Result<Incoming, CloseCode> {
    Ok(Incoming::Ping(payload.to_vec()))
}

fn messages_and_pings() -> Vec<Case> {
    let long = "ñ".repeat(32_768);
    vec![
        ("1.1.1 empty text", frame(FIN | TEXT, b""), vec![said("")]),
        ("1.1.2 125 bytes", frame(FIN | TEXT, &[b'*'; 125]), vec![said(&"*".repeat(125))]),
        ("1.1.3 126 bytes", frame(FIN | TEXT, &[b'*'; 126]), vec![said(&"*".repeat(126))]),
        ("1.1.6 65535 bytes", frame(FIN | TEXT, &[b'*'; 65_535]), vec![said(&"*".repeat(65_535))]),
        ("1.1.7 65536 bytes", frame(FIN | TEXT, long.as_bytes()), vec![said(&long)]),
        ("1.2 binary", frame(FIN | BINARY, b"x"), vec![Err(CloseCode::Unsupported)]),
        ("2.1 ping without payload", frame(FIN | PING, b""), vec![ping(b"")]),
        ("2.3 ping with payload that is no text", frame(FIN | PING, b"\0\xff"), vec![ping(b"\0\xff")]),
        ("2.4 ping of 125 bytes", frame(FIN | PING, &[0xfe; 125]), vec![ping(&[0xfe; 125])]),
        ("2.5 ping of 126 bytes", frame(FIN | PING, &[0xfe; 126]), protocol()),
        ("2.7 pong that nobody asked for", frame(FIN | PONG, b"x"), vec![Ok(Incoming::Pong)]),
        ("2.10 pings in a row", frame(FIN | PING, b"a").repeat(10), vec![ping(b"a"); 10]),
        (
            "4.1 reserved opcode behind text",
            [frame(FIN | TEXT, b"a"), frame(FIN | 0x5, b"b")].concat(),
            vec![said("a"), Err(CloseCode::Protocol)],
        ),
    ]
}

fn fragments() -> Vec<Case> {
    vec![
        ("5.1 ping in fragments", frames(&[(PING, b"a"), (FIN | CONTINUATION, b"b")]), protocol()),
        ("5.2 pong in fragments", frames(&[(PONG, b"a"), (FIN | CONTINUATION, b"b")]), protocol()),
        ("5.3 two fragments", frames(&[(TEXT, b"a"), (FIN | CONTINUATION, b"b")]), vec![said("ab")]),
        (
            "5.6 ping between fragments",
            frames(&[(TEXT, b"a"), (FIN | PING, b"p"), (FIN | CONTINUATION, b"b")]),
            vec![ping(b"p"), said("ab")],
        ),
        ("5.9 continuation of nothing", frame(FIN | CONTINUATION, b"a"), protocol()),
        (
            "5.12 continuation of nothing, and more",
            frames(&[(CONTINUATION, b"a"), (FIN | TEXT, b"b")]),
            protocol(),
        ),
        (
            "5.15 a message that is over goes on",
            frames(&[(TEXT, b"a"), (FIN | CONTINUATION, b"b"), (CONTINUATION, b"c")]),
            vec![said("ab"), Err(CloseCode::Protocol)],
        ),
        ("5.18 text between fragments", frames(&[(TEXT, b"a"), (FIN | TEXT, b"b")]), protocol()),
        (
            "5.19 five fragments and two pings",
            frames(&[
                (TEXT, b"1"),
                (CONTINUATION, b"2"),
                (FIN | PING, b"x"),
                (CONTINUATION, b"3"),
                (FIN | PING, b"y"),
                (CONTINUATION, b""),
                (FIN | CONTINUATION, b"5"),
            ]),
            vec![ping(b"x"), ping(b"y"), said("1235")],
        ),
    ]
}

fn utf_8() -> Vec<Case> {
    vec![
        (
            "6.1 empty fragments",
            frames(&[(TEXT, b""), (CONTINUATION, b""), (FIN | CONTINUATION, b"")]),
            vec![said("")],
        ),
        ("6.2 UTF-8", frame(FIN | TEXT, "κόσμε – ñandú 😀".as_bytes()), vec![said("κόσμε – ñandú 😀")]),
        ("6.3 not UTF-8", frame(FIN | TEXT, b"\xce\xba\xed\xa0\x80edited"), not_utf8()),
        ("6.4 not UTF-8 in a fragment, before the end", frame(TEXT, b"a\xf4\x90\x80\x80"), not_utf8()),
        (
            "6.5 a character over two fragments",
            frames(&[(TEXT, b"\xc3"), (FIN | CONTINUATION, b"\xb1")]),
            vec![said("ñ")],
        ),
        ("6.6 a cut character at the end", frame(FIN | TEXT, b"a\xc3"), not_utf8()),
        ("6.12 overlong", frame(FIN | TEXT, b"\xc0\xaf"), not_utf8()),
        ("6.23 the last character", frame(FIN | TEXT, "\u{10ffff}".as_bytes()), vec![said("\u{10ffff}")]),
    ]
}

fn closes() -> Vec<Case> {
    vec![
        ("7.1.1 close", frame(FIN | CLOSE, b"\x03\xe8"), vec![closed(1000)]),
        ("7.1.2 a second close", frame(FIN | CLOSE, b"\x03\xe8").repeat(2), vec![closed(1000)]),
        (
            "7.1.3 ping behind close",
            frames(&[(FIN | CLOSE, b"\x03\xe8"), (FIN | PING, b"")]),
            vec![closed(1000)],
        ),
        (
            "7.1.5 close between fragments",
            frames(&[(TEXT, b"a"), (FIN | CLOSE, b"\x03\xe8"), (FIN | CONTINUATION, b"b")]),
            vec![closed(1000)],
        ),
        (
            "7.3.1 close without a code",
            frame(FIN | CLOSE, b""),
            vec![Ok(Incoming::Close { code: None, answer: vec![FIN | CLOSE, 0] })],
        ),
        ("7.3.2 half a code", frame(FIN | CLOSE, b"\x03"), protocol()),
        (
            "7.3.4 a reason",
            frame(FIN | CLOSE, &[&b"\x03\xe8"[..], "adiós".as_bytes()].concat()),
            vec![closed(1000)],
        ),
        (
            "7.3.5 the longest reason",
            frame(FIN | CLOSE, &[&b"\x03\xe8"[..], &[b'*'; 123]].concat()),
            vec![closed(1000)],
        ),
        (
            "7.3.6 close of 126 bytes",
            frame(FIN | CLOSE, &[&b"\x03\xe8"[..], &[b'*'; 124]].concat()),
            protocol(),
        ),
        ("7.5.1 a reason that is not UTF-8", frame(FIN | CLOSE, b"\x03\xe8\xff"), not_utf8()),
        ("7.13 the end of the codes", frame(FIN | CLOSE, b"\x13\x88"), protocol()),
    ]
}

fn lengths() -> Vec<Case> {
    vec![
        ("9.1 too long", frame(FIN | TEXT, &[b'*'; MAX + 1]), vec![Err(CloseCode::TooLong)]),
        (
            "9.3 too long in fragments",
            frames(&[(TEXT, &[b'*'; MAX]), (FIN | CONTINUATION, b"*")]),
            vec![Err(CloseCode::TooLong)],
        ),
        ("not masked", vec![FIN | TEXT, 1, b'a'], protocol()),
        (
            "a short length in a long form",
            [&[FIN | TEXT, FIN | 126, 0, 125][..], &[0; 4]].concat(),
            protocol(),
        ),
        (
            "a length of 65535 in the longest form",
            [&[FIN | TEXT, FIN | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff][..], &[0; 4]].concat(),
            protocol(),
        ),
        ("a negative length", [&[FIN | TEXT, FIN | 127, 0x80][..], &[0; 11]].concat(), protocol()),
        (
            "a length beyond all memory",
            [&[FIN | TEXT, FIN | 127, 0x7f][..], &[0xff; 11]].concat(),
            vec![Err(CloseCode::TooLong)],
        ),
    ]
}

fn cases() -> Vec<Case> {
    let mut cases = [messages_and_pings(), fragments(), utf_8(), closes(), lengths()].concat();
    for reserved in [0x10, 0x20, 0x40, 0x70] {
        cases.push(("3.x reserved bits", frame(FIN | reserved | TEXT, b"a"), protocol()));
        cases.push(("3.x reserved bits of a ping", frame(FIN | reserved | PING, b"a"), protocol()));
    }
    for opcode in (0x3..=0x7).chain(0xb..=0xf) {
        cases.push(("4.x reserved opcodes", frame(FIN | opcode, b""), protocol()));
    }
    for code in
        [1000u16, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
    {
        cases.push(("7.7 codes", frame(FIN | CLOSE, &code.to_be_bytes()), vec![closed(code)]));
    }
    for code in [0u16, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        cases.push(("7.9 codes that may not be sent", frame(FIN | CLOSE, &code.to_be_bytes()), protocol()));
    }
    cases
}

#[test]
fn frames_are_read_as_the_table_says_however_they_are_cut() {
    for (name, input, expected) in cases() {
        assert_eq!(decode([&input[..]]), expected, "{name}: in one piece");
        assert_eq!(decode(input.chunks(1)), expected, "{name}: byte by byte");
        // Once at each place of its beginning and its end.
        let near = (1..input.len()).filter(|&at| at < 140 || at > input.len() - 10);
        for (before, after) in near.map(|at| input.split_at(at)) {
            assert_eq!(decode([before, after]), expected, "{name}: cut at {}", before.len());
        }
    }
}

#[test]
fn error_is_told_with_the_byte_that_shows_it() {
    let shows = |input: &[u8]| {
        (1..=input.len()).find(|&at| decode([&input[..at]]).last().is_some_and(Result::is_err))
    };
    assert_eq!(shows(&frame(FIN | 0x40 | TEXT, b"hola")), Some(1), "reserved bits");
    assert_eq!(shows(&frame(PING, b"hola")), Some(1), "a control frame in fragments");
    assert_eq!(shows(&[FIN | TEXT, 4, 0, 0, 0, 0]), Some(2), "no mask");
    assert_eq!(shows(&frame(TEXT, b"ab\xffcd")), Some(2 + 4 + 3), "no UTF-8, in the middle of a fragment");
    assert_eq!(
        shows(&frame(FIN | TEXT, &[b'*'; MAX + 1])),
        Some(2 + 8 + 4),
        "too long, before any of it has come"
    );
}

#[test]
fn what_a_head_promises_holds_no_memory_before_it_comes() {
    let mut decoder = Decoder::new(MAX);
    let input = frame(FIN | TEXT, &[b'*'; MAX]);
    assert!(decoder.next(&mut &input[..100]).is_none());
    assert!(decoder.held() < 1024, "{} bytes", decoder.held());
    assert!(!decoder.is_idle());
}

#[test]
fn decoder_without_a_begun_message_is_idle() {
    let mut decoder = Decoder::new(MAX);
    let input = frames(&[(TEXT, b"a"), (FIN | PING, b"x"), (FIN | CONTINUATION, b"b")]);
    let mut rest = &input[..];
    while decoder.next(&mut rest).is_some() {}
    assert!(decoder.is_idle());
    assert_eq!(decoder.held(), 0);
}

#[test]
fn accept_key_is_that_of_the_standard() {
    // RFC 6455 §1.3.
    assert_eq!(accept_key("dGhlIHNhbXBsZSBub25jZQ==").as_deref(), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    for key in [
        "",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ=",
        "c2hvcnQ=",
        "ñ",
        "dGhlIHNhbXBsZSBub25jZSE5OTk5OTk5OTk=",
    ] {
        assert_eq!(accept_key(key), None, "{key:?}");
    }
}

#[test]
fn sent_frames_have_the_shortest_head() {
    for (length, expected) in [
        (0, &[0x81, 0][..]),
        (125, &[0x81, 125]),
        (126, &[0x81, 126, 0, 126]),
        (65_535, &[0x81, 126, 0xff, 0xff]),
        (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let (bytes, taken) = head(length);
        assert_eq!(&bytes[..taken], expected, "{length}");
    }
    let mut out = Vec::new();
    text("ñ", &mut out);
    pong(b"x", &mut out);
    close(CloseCode::Restart, &"ñ".repeat(100), &mut out);
    let (reason, rest) = out.split_at(4 + 3);
    assert_eq!(reason, [0x81, 2, 0xc3, 0xb1, 0x8a, 1, b'x']);
    // 61 characters of two bytes: a half is not sent.
    assert_eq!(rest[..4], [0x88, 124, 0x03, 0xf4]);
    assert_eq!(std::str::from_utf8(&rest[4..]), Ok("ñ".repeat(61).as_str()));
}

/// A client that others have written reads what is sent, and is read.
#[test]
fn other_implementation_understands_and_is_understood() {
    use tungstenite::protocol::{Message, Role, WebSocket};

    let mut sent = Vec::new();
    for words in ["", "hola", &"ñ".repeat(100), &"x".repeat(70_000)] {
        text(words, &mut sent);
    }
    close(CloseCode::Normal, "adiós", &mut sent);
    let mut client = WebSocket::from_raw_socket(std::io::Cursor::new(sent), Role::Client, None);
    for length in [0, 4, 200, 70_000] {
        let read = client.read().expect("a message");
        assert!(matches!(&read, Message::Text(text) if text.len() == length), "{length}: {read:?}");
    }
    assert!(matches!(client.read(), Ok(Message::Close(Some(why))) if why.reason.as_str() == "adiós"));

    let mut client = WebSocket::from_raw_socket(std::io::Cursor::new(Vec::new()), Role::Client, None);
    client.write(Message::text("hola")).expect("it is written");
    client.write(Message::Ping(vec![1, 2].into())).expect("it is written");
    client.write(Message::text("ñ".repeat(40_000))).expect("it is written");
    client.flush().expect("it is written");
    let written = client.get_ref().get_ref();
    let expected = [said("hola"), Ok(Incoming::Ping(vec![1, 2])), said(&"ñ".repeat(40_000))];
    assert_eq!(decode(written.chunks(999)), expected);
}

proptest! {
    /// Any bytes: never a panic, never more than is allowed, and the cuts do not matter.
    #[test]
    fn any_bytes_give_the_same_however_they_are_cut(
        mut input in proptest::collection::vec(any::<u8>(), 0..200),
        likely in any::<bool>(),
        cuts in proptest::collection::vec(0..200usize, 0..6),
    ) {
        if likely {
            // A frame that is well formed as far as its first two bytes go, or all would end there.
            if let [first, second, ..] = &mut input[..] {
                *first = [0x81, 0x01, 0x80, 0x89, 0x8a, 0x88][*first as usize % 6];
                *second |= 0x80;
            }
        }
        let whole = decode([&input[..]]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(input.len())).collect();
        cuts.extend([0, input.len()]);
        cuts.sort_unstable();
        prop_assert_eq!(decode(cuts.windows(2).map(|pair| &input[pair[0]..pair[1]])), whole);
    }

    /// Messages, in any fragments, with pings in between, come as they were sent.
    #[test]
    fn messages_come_as_they_were_sent(
        messages in proptest::collection::vec((".{0,40}", proptest::collection::vec(0..41usize, 0..4)), 1..5),
    ) {
        let mut input = Vec::new();
        let mut expected = Vec::new();
        for (message, cuts) in &messages {
            let bytes = message.as_bytes();
            let mut cuts: Vec<usize> = cuts.iter().map(|&cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let last = cuts.len() - 2;
            for (nth, pair) in cuts.windows(2).enumerate() {
                let opcode = if nth == 0 { TEXT } else { CONTINUATION };
                let fin = if nth == last { FIN } else { 0 };
                input.extend(frame(fin | opcode, &bytes[pair[0]..pair[1]]));
                if nth < last {
                    input.extend(frame(FIN | PING, b"."));
                    expected.push(Ok(Incoming::Ping(b".".to_vec())));
                }
            }
            expected.push(said(message));
        }
        prop_assert_eq!(decode(input.chunks(7)), expected);
    }
}
