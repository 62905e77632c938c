//! Programs that send no line end: what they send in one piece is a line, and nobody else's line is ever cut by time.

mod attacks;
mod clients;
mod server;

use std::time::Duration;

use tertulia::chat::{Command, Language, MonoTime, Question, Text, Trouble};
use tertulia::limits::{
    CUT_CHARACTER_QUIET, FIRST_PIECE_QUIET, KEY_QUIET, LINE_MAX_BYTES, PIECE_QUIET, READ_BYTES,
};
use tertulia::protocol::{Codec, ForeignProtocol};

/// Just not long enough.
const ALMOST: Duration = Duration::from_micros(1);

fn say(words: &str) -> Command {
    Command::Say { room: None, text: Text::clean(words) }
}

/// One connection, and the clock that its quiet is counted by.
struct Sender {
    codec: Codec,
    now: MonoTime,
}

impl Sender {
    fn new() -> Sender {
        Sender { codec: Codec::new(Language::Spanish), now: MonoTime::from_micros(1_000_000) }
    }

    /// One who has sent a first piece, so that pieces are expected.
    fn of_pieces() -> Sender {
        let mut sender = Sender::new();
        assert_eq!(sender.sends("Ana"), []);
        assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("Ana")]);
        sender
    }

    /// Something comes in one read, behind which the next finds nothing; gives what it asks for by then.
    fn sends(&mut self, read: impl AsRef<[u8]>) -> Vec<Command> {
        self.codec.push(read.as_ref(), &mut Vec::new());
        let commands = self.commands();
        self.codec.found_nothing(self.now);
        assert_eq!(self.codec.next_command(), None, "{:?}: without any quiet", commands);
        commands
    }

    /// Nothing comes for a while; the server looks when the codec is due, as often as that may be.
    fn waits(&mut self, span: Duration) -> Vec<Command> {
        let (end, mut commands) = (self.now + span, Vec::new());
        while let Some(due) = self.codec.piece_due().filter(|&due| due <= end) {
            assert!(due >= self.now, "it is not due twice");
            self.now = due;
            self.codec.found_nothing(self.now);
            commands.extend(self.commands());
        }
        self.now = end;
        commands
    }

    fn commands(&mut self) -> Vec<Command> {
        std::iter::from_fn(|| self.codec.next_command()).collect()
    }

    /// Whether the server has nothing to wait for.
    fn is_at_rest(&self) -> bool {
        self.codec.piece_due().is_none()
    }
}

#[test]
fn first_piece_is_a_line_after_some_quiet() {
    let mut sender = Sender::new();
    assert!(sender.is_at_rest());
    assert_eq!(sender.sends("María"), []);
    assert_eq!(sender.waits(FIRST_PIECE_QUIET - ALMOST), []);
    assert_eq!(sender.waits(ALMOST), [say("María")]);
    assert!(sender.is_at_rest());
    assert_eq!(sender.codec.held(), 0);
    assert_eq!(sender.codec.format().line_end(), b"\n");
}

#[test]
fn first_piece_may_come_in_several_reads() {
    let mut sender = Sender::new();
    for part in ["Ma", "r", "í", "a"] {
        assert_eq!(sender.sends(part), []);
        assert_eq!(sender.waits(FIRST_PIECE_QUIET - ALMOST), [], "each read begins the quiet anew");
    }
    assert_eq!(sender.waits(ALMOST), [say("María")]);
}

#[test]
fn later_pieces_need_less_quiet_and_a_single_character_more() {
    let mut sender = Sender::of_pieces();
    for (piece, quiet) in [
        ("hola a todos", PIECE_QUIET),
        ("no", PIECE_QUIET),
        ("y", KEY_QUIET),
        ("ñ", KEY_QUIET),
        ("太", KEY_QUIET),
        ("ñu", PIECE_QUIET),
        (" hola ", PIECE_QUIET),
    ] {
        assert_eq!(sender.sends(piece), []);
        assert_eq!(sender.waits(quiet - ALMOST), [], "{piece}");
        assert_eq!(sender.waits(ALMOST), [say(piece)], "{piece}");
        assert!(sender.is_at_rest());
    }
    // Joined to a single character before its time is over, more of it is a piece like others.
    assert_eq!(sender.sends("h"), []);
    assert_eq!(sender.waits(KEY_QUIET - ALMOST), []);
    assert_eq!(sender.sends("ola"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("hola")]);
    // What is cut off a piece and is a character by chance is no key.
    assert_eq!(sender.sends("hol"), []);
    assert_eq!(sender.sends("a"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("hola")]);
}

#[test]
fn pieces_that_come_in_one_read_are_one_line() {
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("hola¿qué tal?"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("hola¿qué tal?")]);
}

#[test]
fn word_that_leaves_needs_no_line_end_either() {
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("salir"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [Command::Quit(None)]);
    // Closing right behind it is the end of the piece.
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("salir"), []);
    sender.codec.finish();
    assert_eq!(sender.commands(), [Command::Quit(None)]);
    assert_eq!(sender.commands(), []);
}

#[test]
fn commands_come_in_pieces() {
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("/quien"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [Command::Who(None)]);
}

#[test]
fn quiet_inside_a_character_is_not_the_end() {
    let mut sender = Sender::new();
    for byte in ["Jos\u{e9}".as_bytes(), "太郎".as_bytes()].concat().chunks(2) {
        assert_eq!(sender.sends(byte), []);
    }
    assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("José太郎")]);
    let mut sender = Sender::new();
    assert_eq!(sender.sends(b"Jos\xc3"), []);
    assert_eq!(sender.waits(Duration::from_secs(50)), [], "a name is not taken without its last letter");
    assert!(sender.is_at_rest());
    assert_eq!(sender.sends(b"\xa9"), []);
    assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("José")]);
    for (before, after) in
        [(&b"caf\xc3"[..], &b"\xa9"[..]), (b"\xe5\xa4", b"\xaa!"), (b"jaja \xf0\x9f\x98", b"\x80")]
    {
        assert_eq!(sender.sends(before), []);
        assert_eq!(sender.waits(CUT_CHARACTER_QUIET - ALMOST), []);
        assert_eq!(sender.sends(after), []);
        let whole = String::from_utf8([before, after].concat()).expect("UTF-8");
        assert_eq!(sender.waits(PIECE_QUIET), [say(&whole)]);
    }
    // Half a character is no key of its own, wherever it is cut.
    for (before, after) in
        [(&b"\xc3"[..], &b"\xa9!"[..]), (b"a\xc3", b"\xa9"), (b"a", b"\xc3\xa9!"), (b"\xe5\xa4", b"\xaa")]
    {
        let mut sender = Sender::of_pieces();
        assert_eq!(sender.sends(before), []);
        assert_eq!(sender.sends(after), []);
        let whole = String::from_utf8([before, after].concat()).expect("UTF-8");
        assert_eq!(sender.waits(KEY_QUIET), [say(&whole)]);
    }
}

#[test]
fn latin_1_does_not_wait_for_the_rest_of_a_character_for_ever() {
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends(b"caf\xe9"), []);
    let told = Command::Unclear(Trouble::NotUtf8);
    assert_eq!(sender.waits(CUT_CHARACTER_QUIET), [told, say("caf\u{fffd}")]);
    // From then on it is known not to send UTF-8.
    assert_eq!(sender.sends(b"est\xe1"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("est\u{fffd}")]);
}

#[test]
fn nul_ends_a_piece() {
    let mut sender = Sender::new();
    assert_eq!(sender.sends("Ana\0"), [], "the first one shows only behind some quiet what it is");
    assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("Ana")]);
    assert_eq!(sender.sends("hola\0"), [say("hola")]);
    assert_eq!(sender.sends("y\0"), [say("y")]);
    assert_eq!(sender.sends("uno\0dos\0"), [say("uno"), say("dos")]);
    assert!(sender.is_at_rest());
    assert_eq!(sender.sends("tres\0cua"), [say("tres")]);
    assert_eq!(sender.sends("tro"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("cuatro")]);
    // The NUL may come later than the rest, and a buffer may be sent with all that is behind it.
    assert_eq!(sender.sends("h"), []);
    assert_eq!(sender.sends("\0"), [say("h")]);
    assert_eq!(sender.sends(format!("hola{}", "\0".repeat(1_020))), [say("hola")]);
    assert_eq!(sender.sends("\0"), []);
    assert!(sender.is_at_rest());
    assert_eq!(sender.codec.held(), 0);
    // From the first one on.
    let mut sender = Sender::new();
    assert_eq!(sender.sends("Ana\0hola\0y\0\0"), []);
    assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("Ana"), say("hola"), say("y")]);
}

#[test]
fn nul_ends_no_line_of_who_sends_line_ends() {
    for begun in ["Ana\n", "A", "An\na\0b"] {
        let mut sender = Sender::new();
        sender.sends(begun);
        assert_eq!(sender.sends("x\0y\0"), []);
        assert_eq!(sender.waits(KEY_QUIET * 10), []);
    }
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("uno\0dos\ntres\0cuatro\n"), [say("uno"), say("dos"), say("trescuatro")]);
}

#[test]
fn line_end_means_line_ends_for_good() {
    for end in ["\n", "\r", "\r\n", "\r\0"] {
        let mut sender = Sender::of_pieces();
        assert_eq!(sender.sends("ho"), []);
        assert_eq!(sender.waits(PIECE_QUIET - ALMOST), []);
        assert_eq!(sender.sends(format!("la{end}qué")), [say("hola")], "what was begun stays whole");
        assert!(sender.is_at_rest());
        assert_eq!(sender.waits(KEY_QUIET * 10), []);
        assert_eq!(sender.sends(format!(" tal{end}")), [say("qué tal")]);
        assert_eq!(sender.codec.format().line_end() == b"\r\n", end != "\n");
    }
    // The first of which is the one of the name, which is not cut either.
    for end in ["\n", "\r\n"] {
        let mut sender = Sender::new();
        assert_eq!(sender.sends("Ju"), []);
        assert_eq!(sender.waits(FIRST_PIECE_QUIET - ALMOST), []);
        assert_eq!(sender.sends(format!("an{end}")), [say("Juan")]);
        assert_eq!(sender.sends("hola"), []);
        assert!(sender.is_at_rest());
    }
}

#[test]
fn line_whose_end_comes_in_a_write_of_its_own_is_a_line() {
    let mut sender = Sender::new();
    assert_eq!(sender.sends("Juan"), []);
    assert_eq!(sender.waits(Duration::from_millis(200)), [], "the other side has acknowledged late");
    assert_eq!(sender.sends("\n"), [say("Juan")]);
    assert!(sender.is_at_rest());
}

/// Far away, a program that writes a line and its end apart sends the end when what came before has been acknowledged; and
/// so does somebody who pastes a name at a terminal and then presses Enter.
#[test]
fn line_end_that_comes_late_and_alone_belongs_to_the_piece_before_it() {
    for end in ["\n", "\r\n", "\r\0", "\r"] {
        let mut sender = Sender::of_pieces();
        sender.codec.expect_answer(Question::Password);
        assert_eq!(sender.sends(end), [], "it is no empty password");
        assert_eq!(sender.codec.question(), Some(Question::Password));
        assert_eq!(sender.sends("gira"), []);
        assert!(sender.is_at_rest(), "and from now on only line ends count");
        assert!(matches!(&sender.sends(format!("sol{end}"))[..], [Command::Secret(Ok(_))]));
        assert_eq!(sender.codec.format().line_end() == b"\r\n", end != "\n");
        // The end of one that has just been said, with the next line behind it.
        let mut sender = Sender::of_pieces();
        assert_eq!(sender.sends("hola"), []);
        assert_eq!(sender.waits(PIECE_QUIET), [say("hola")]);
        assert_eq!(sender.sends(format!("{end}a todos{end}adiós{end}")), [say("a todos"), say("adiós")]);
    }
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("\n\n"), [say("")], "the next one is a line of its own");
}

#[test]
fn single_keys_are_joined_and_then_only_line_ends_count() {
    let mut sender = Sender::of_pieces();
    for key in ["h", "ó", "\x7f", "o", "l", "a"] {
        assert_eq!(sender.sends(key), []);
        assert_eq!(sender.waits(KEY_QUIET - ALMOST), []);
    }
    assert!(sender.is_at_rest());
    assert_eq!(sender.waits(KEY_QUIET * 100), []);
    assert_eq!(sender.sends(" a todos, pegado"), []);
    assert_eq!(sender.waits(KEY_QUIET * 100), [], "nor what is pasted behind them");
    assert_eq!(sender.sends("\r"), [say("hola a todos, pegado")]);
    assert_eq!(sender.sends("\0otra\r"), [say("otra")]);
    assert_eq!(sender.codec.format().line_end(), b"\r\n");
    // Behind them it is no first line any more.
    let mut sender = Sender::of_pieces();
    for key in ["G", "E", "T / HTTP/1.1\r"] {
        sender.sends(key);
    }
    assert_eq!(sender.codec.foreign(), None);
}

#[test]
fn connection_that_begins_with_a_single_key_sends_no_pieces() {
    for begun in ["J", "ñ", "太", "\x1b[A", "\x1bOP", "\x1b", "\x7f", "\r", "\0", "\t"] {
        let mut sender = Sender::new();
        sender.sends(begun);
        assert!(sender.is_at_rest(), "{begun:?}");
        assert_eq!(sender.waits(KEY_QUIET * 10), []);
        assert_eq!(sender.sends("uan"), []);
        assert_eq!(sender.waits(KEY_QUIET * 10), [], "{begun:?}");
        assert!(sender.is_at_rest());
    }
    // A telnet that takes each key by itself.
    let mut sender = Sender::new();
    for key in ["J", "u", "a", "n", "n", "\x7f"] {
        assert_eq!(sender.sends(key), []);
        assert_eq!(sender.waits(KEY_QUIET), []);
    }
    assert_eq!(sender.sends("\r\0"), [say("Juan")]);
}

#[test]
fn arrow_keys_are_keys() {
    // With nothing else, as from an arrow key in front of Enter: it says nothing.
    for sequence in ["\x1b[A", "\x1b[1;5C", "\x1bOP", "\x1b"] {
        let mut sender = Sender::of_pieces();
        assert_eq!(sender.sends(sequence), []);
        assert_eq!(sender.waits(KEY_QUIET - ALMOST), []);
        assert_eq!(sender.waits(ALMOST), [say(sequence)]);
        // Behind another key it tells that keys are being pressed.
        assert_eq!(sender.sends("h"), []);
        assert_eq!(sender.sends(sequence), []);
        assert!(sender.is_at_rest(), "{sequence:?}");
        assert_eq!(sender.sends("ola\r"), [say(&format!("h{sequence}ola"))]);
    }
    // In a line that somebody has typed into a program that sends pieces.
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("\x1b[Ahola"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("hola")]);
    // Nobody's name begins with one.
    for read in ["\x1b[AJuan", "Ju\x1b[Dan", "Juan\x07", "Juan\t"] {
        let mut sender = Sender::new();
        assert_eq!(sender.sends(read), []);
        assert_eq!(sender.waits(KEY_QUIET * 10), [], "{read:?}");
        assert!(sender.is_at_rest());
    }
    // Nor does one follow: only line ends count then.
    let mut sender = Sender::new();
    assert_eq!(sender.sends("Ju"), []);
    assert_eq!(sender.sends("\x1b[D"), []);
    assert_eq!(sender.waits(KEY_QUIET * 10), []);
    assert_eq!(sender.sends("an"), []);
    assert!(sender.is_at_rest());
}

#[test]
fn paste_at_a_terminal_stays_whole_behind_a_key_and_a_line() {
    for (first, commands) in [("J\r", vec![say("J")]), ("J", vec![])] {
        let mut sender = Sender::new();
        assert_eq!(sender.sends(first), commands);
        assert_eq!(sender.sends("un texto pegado"), []);
        assert_eq!(sender.waits(KEY_QUIET * 10), []);
        assert!(sender.is_at_rest());
    }
}

/// What nobody can tell from a name that is a first piece is taken for one.
#[test]
fn line_that_is_cut_before_its_sender_has_shown_a_line_end_is_two() {
    let mut sender = Sender::new();
    assert_eq!(sender.sends("Ju"), []);
    assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("Ju")]);
    assert_eq!(sender.sends("an\n"), [say("an")]);
    // And never again.
    assert_eq!(sender.sends("ho"), []);
    assert_eq!(sender.waits(KEY_QUIET * 10), []);
    assert_eq!(sender.sends("la\n"), [say("hola")]);
}

#[test]
fn line_of_who_has_sent_a_line_end_is_never_cut_by_time() {
    for first in ["Juan\n", "Juan\r", "J\nu", "\n", "\r\n"] {
        let mut sender = Sender::new();
        sender.sends(first);
        for part in ["ho", "la a", " ", "t", "odos"] {
            assert!(sender.is_at_rest());
            assert_eq!(sender.sends(part), []);
            assert_eq!(sender.waits(KEY_QUIET * 10), []);
        }
        assert_eq!(sender.sends("\n").len(), 1, "{first:?}");
    }
}

#[test]
fn password_is_not_cut_short() {
    let mut sender = Sender::of_pieces();
    sender.codec.expect_answer(Question::Password);
    for part in ["gira", "sol"] {
        assert_eq!(sender.sends(part), []);
        assert_eq!(sender.waits(KEY_QUIET - ALMOST), []);
    }
    let answered = sender.waits(ALMOST);
    assert!(matches!(&answered[..], [Command::Secret(Ok(_))]), "{answered:?}");
    assert_eq!(sender.sends("hola"), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("hola")], "behind it there is no more to wait for");
    // One that comes while a piece is waiting holds for that as well.
    assert_eq!(sender.sends("gira"), []);
    sender.codec.expect_answer(Question::Password);
    assert_eq!(sender.waits(KEY_QUIET - ALMOST), []);
    assert_eq!(sender.waits(ALMOST).len(), 1);
}

#[test]
fn quiet_ends_a_piece_that_is_too_long() {
    let too_long = || Command::Unclear(Trouble::TooLong);
    let long = "ñ".repeat(LINE_MAX_BYTES);
    let mut sender = Sender::of_pieces();
    for end in ["", "\0"] {
        assert_eq!(sender.sends(format!("{long}{end}")), [too_long()]);
        assert_eq!(sender.waits(PIECE_QUIET), []);
        assert_eq!(sender.sends("hola"), []);
        assert_eq!(sender.waits(PIECE_QUIET), [say("hola")], "the next one is heard again");
    }
    // What fits is one byte less than a line, as its end is counted.
    let fits = "x".repeat(LINE_MAX_BYTES - 1);
    assert_eq!(sender.sends(&fits), []);
    assert!(sender.codec.held() <= LINE_MAX_BYTES + 128);
    assert_eq!(sender.waits(PIECE_QUIET), [say(&fits)]);
    assert_eq!(sender.sends(format!("{fits}x")), [too_long()]);
    assert_eq!(sender.waits(PIECE_QUIET), []);
    assert_eq!(sender.codec.held(), 0);
    // A line end in there counts.
    assert_eq!(sender.sends(format!("{long}\nho")), [too_long()]);
    assert!(sender.is_at_rest());
    assert_eq!(sender.sends("la\n"), [say("hola")]);
    // Nobody's name is that long: a first piece that is too long is none.
    let mut sender = Sender::new();
    assert_eq!(sender.sends(&long), [too_long()]);
    assert_eq!(sender.waits(KEY_QUIET), []);
    assert_eq!(sender.sends("hola"), []);
    assert!(sender.is_at_rest());
    assert_eq!(sender.sends("\nhola\n"), [say("hola")]);
}

#[test]
fn piece_that_is_no_words_is_one_all_the_same() {
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends(b"\xe9\xa1"), []);
    assert_eq!(sender.waits(CUT_CHARACTER_QUIET).len(), 2, "what is not UTF-8 is told once, and shown");
    assert_eq!(sender.sends("   "), []);
    assert_eq!(sender.waits(PIECE_QUIET), [say("   ")]);
}

#[test]
fn telnet_is_never_one_who_sends_pieces() {
    const IAC: u8 = 255;
    for first in
        [&[IAC, 253, 3][..], &[IAC, 251, 31, IAC, 250, 31, 0, 80, 0, 24, IAC, 240], &[IAC], &[IAC, 241]]
    {
        let mut sender = Sender::new();
        sender.sends(first);
        if first == [IAC] {
            sender.sends([241]);
        }
        assert_eq!(sender.sends("Juan"), []);
        assert!(sender.is_at_rest(), "{first:?}");
        assert_eq!(sender.waits(KEY_QUIET * 10), []);
        assert_eq!(sender.sends("\r\n"), [say("Juan")]);
    }
    // Wherever it comes.
    for read in [&[b'J', b'u', IAC, 241][..], &[IAC, 241, b'J', b'u']] {
        let mut sender = Sender::new();
        sender.sends(read);
        assert!(sender.is_at_rest());
        assert_eq!(sender.sends("an\r"), [say("Juan")]);
    }
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("ho"), []);
    assert_eq!(sender.sends([IAC, 241, b'l']), []);
    assert!(sender.is_at_rest());
    assert_eq!(sender.sends("a\0\r"), [say("hola")]);
}

#[test]
fn read_that_finds_nothing_again_does_not_begin_the_quiet_anew() {
    let mut sender = Sender::of_pieces();
    assert_eq!(sender.sends("hola"), []);
    for _ in 0..9 {
        sender.now = sender.now + PIECE_QUIET / 10;
        sender.codec.found_nothing(sender.now);
        assert_eq!(sender.commands(), []);
    }
    sender.now = sender.now + PIECE_QUIET / 10;
    sender.codec.found_nothing(sender.now);
    assert_eq!(sender.commands(), [say("hola")]);
}

#[test]
fn time_alone_ends_nothing() {
    let mut sender = Sender::new();
    sender.codec.push(b"Juan", &mut Vec::new());
    assert_eq!(sender.commands(), []);
    assert_eq!(sender.codec.piece_due(), None, "there may be more to be read");
    sender.codec.push(&[b'x'; READ_BYTES], &mut Vec::new());
    assert_eq!(sender.commands().len(), 1);
    assert_eq!(sender.codec.piece_due(), None);
}

/// HTTP and TLS whose first bytes come with any pauses between them.
#[test]
fn foreign_protocol_that_is_cut_is_still_known_and_is_no_name() {
    for (input, protocol) in [
        (&b"GET / HTTP/1.1\r\nHost: x\r\n\r\nMala\nhola\n"[..], ForeignProtocol::Http),
        (b"POST /chat HTTP/1.1\nHost: x\n\nMala\nhola\n", ForeignProtocol::Http),
        (b"OPTIONS * HTTP/1.1\r\n\r\n", ForeignProtocol::Http),
        (b"HEAD http://ejemplo.es/ HTTP/1.0\r\n\r\n", ForeignProtocol::Http),
        (b"CONNECT ejemplo.es:443 HTTP/1.1\r\n\r\n", ForeignProtocol::Http),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nMala\n", ForeignProtocol::Http),
        (b"DELETE /x HTTP/1.1\r\n\r\n", ForeignProtocol::Http),
        (b"PATCH /x HTTP/1.1\r\n\r\n", ForeignProtocol::Http),
        (b"PUT /x HTTP/1.1\r\n\r\n", ForeignProtocol::Http),
        (b"TRACE / HTTP/1.1\r\n\r\n", ForeignProtocol::Http),
        (b"\x16\x03\x01\x00\x0aMala\nhola\n\n", ForeignProtocol::Tls),
    ] {
        let name = String::from_utf8_lossy(input);
        for first in 1..input.len() {
            for second in first..input.len() {
                let mut sender = Sender::new();
                for read in [&input[..first], &input[first..second], &input[second..]] {
                    assert_eq!(sender.sends(read), [], "{name:?} cut at {first} and {second}");
                    assert_eq!(sender.waits(KEY_QUIET * 10), [], "{name:?} cut at {first} and {second}");
                }
                assert_eq!(sender.codec.foreign(), Some(protocol), "{name:?} cut at {first} and {second}");
            }
        }
    }
}

#[test]
fn name_that_looks_a_little_like_a_request_is_a_name() {
    for name in ["Pat", "GETA", "Juan Pérez", "get", "Host", "GET well soon", "http", "PUTxx", "a b"] {
        let mut sender = Sender::new();
        assert_eq!(sender.sends(name), []);
        assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say(name)], "{name}");
    }
    // What may be the beginning of a method waits; what is sent behind it is answered.
    let mut sender = Sender::new();
    assert_eq!(sender.sends("PAT"), []);
    assert_eq!(sender.waits(KEY_QUIET * 10), []);
    assert_eq!(sender.sends("¿hola?"), []);
    assert_eq!(sender.waits(FIRST_PIECE_QUIET), [say("PAT¿hola?")]);
}
