//! Any bytes at all, from anybody: nothing breaks, nothing unsafe reaches another person or the console.

use crate::support::peer::{PROMPT, Peer};
use crate::support::server::Server;

/// Whether `c` may stand in what is written to a screen; said in other words than the server says it.
fn is_safe(c: char) -> bool {
    let control = c.is_control() && c != '\t';
    let reorders =
        matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let hides = matches!(
        c,
        '\u{AD}' | '\u{200B}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}'
    );
    !control && !reorders && !hides
}

#[track_caller]
fn assert_safe(lines: &[String]) {
    for line in lines {
        assert!(line.chars().all(is_safe), "{line:?}");
    }
}

/// Two who behave: one reads everything, the other says when it is enough.
struct Witness {
    reader: Peer,
    speaker: Peer,
    marks: usize,
}

impl Witness {
    fn to(server: &Server) -> Witness {
        let mut reader = Peer::join(server, "Testigo");
        let speaker = Peer::join(server, "Marca");
        reader.expect_line(">>> Marca se unió al chat");
        Witness { reader, speaker, marks: 0 }
    }

    /// All that was said since the last time, on a person's screen and on the console.
    #[track_caller]
    fn account(&mut self, server: &Server) -> (Vec<String>, Vec<String>) {
        self.marks += 1;
        let mark = format!("Marca: hasta aquí {}", self.marks);
        self.speaker.say(mark.strip_prefix("Marca: ").expect("a name"));
        let (heard, logged) = (self.reader.lines_until(&mark), server.console_until(&mark));
        assert_safe(&heard);
        assert_safe(&logged);
        (heard, logged)
    }
}

/// Bytes without rhyme, the same in every run (xorshift, Marsaglia 2003).
fn junk(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn random_bytes_harm_nobody() {
    let server = Server::start(&["--rate-limit", "0"]);
    let mut witness = Witness::to(&server);
    let mut said = 0;
    for seed in 0..60 {
        let mut bytes = junk(seed, 16_000);
        // Some without the byte that commands to telnet begin with, two of which would end it all.
        if seed % 3 > 0 {
            bytes.retain(|&byte| byte != 0xFF);
        }
        let mut noise = Peer::connect(&server);
        if seed % 2 == 0 {
            noise.say(&format!("Ruido{seed}"));
        }
        noise.send(&bytes);
        noise.end_input();
        // What they are told themselves quotes them; telnet's refusals in between are no text.
        let told = noise.rest_bytes();
        if !told.contains(&0xFF) {
            let told = String::from_utf8(told).expect("UTF-8").replace("\r\n", "\n");
            assert_safe(&told.lines().map(str::to_owned).collect::<Vec<_>>());
        }
        let (heard, _) = witness.account(&server);
        said += heard.iter().filter(|line| line.starts_with("Ruido")).count();
    }
    assert!(said > 1_000, "{said} lines of noise were heard");
}

/// What somebody may send, and how it is to be seen.
const TRICKS: [(&str, &str); 8] = [
    ("\x1b[31mrojo\x1b[0m", "rojo"),
    ("\x1b]0;título\x07tras el título", "tras el título"),
    ("\x1bPq#0;2;0;0;0\x1b\\tras la imagen", "tras la imagen"),
    ("\u{9b}2Jborrado", "borrado"),
    ("cam\x07pana\0", "campana"),
    ("de\u{202e}recha\u{2066}aparte", "derechaaparte"),
    ("in\u{200b}vi\u{ad}si\u{feff}ble\u{e0041}", "invisible"),
    ("una\u{2028}dos\u{85}tres\x0bcuatro\x0ccinco", "una dos tres cuatro cinco"),
];

#[test]
fn tricks_show_as_plain_words_wherever_words_are_taken() {
    for (sent, seen) in TRICKS {
        // A server each, for of many who come and go in a second not everyone is told of alone.
        let server = Server::start(&["--rate-limit", "0"]);
        let mut witness = Witness::to(&server);
        let mut trickster = Peer::join(&server, "Pilla");
        for before in ["", "/yo ", "/ausente ", "/nadie", "/ignorar ", "/ayuda ", "/nombre "] {
            trickster.say(&format!("{before}{sent}"));
        }
        trickster.say("/idioma");
        assert_safe(&trickster.lines_until("Te hablo en español. For English: /lang en"));
        let (heard, _) = witness.account(&server);
        let mut expected =
            vec![">>> Pilla se unió al chat".into(), format!("Pilla: {seen}"), format!("* Pilla {seen}")];
        if seen.chars().all(char::is_alphabetic) {
            expected.push(format!("--- Pilla ahora es {seen}"));
        }
        assert_eq!(heard, expected);

        witness.reader.say("/quien");
        let (listed, _) = witness.account(&server);
        assert!(listed.iter().any(|line| line.ends_with(&format!("; ausente: {seen})"))), "{listed:?}");
        trickster.say(&format!("/salir {sent}"));
        assert_safe(&trickster.rest().lines().map(str::to_owned).collect::<Vec<_>>());
        let (farewell, _) = witness.account(&server);
        assert!(farewell[0].ends_with(&format!(" salió del chat ({seen})")), "{farewell:?}");
    }
}

#[test]
fn names_are_no_way_around() {
    let server = Server::start(&["--rate-limit", "0"]);
    let mut witness = Witness::to(&server);
    let mut trickster = Peer::connect(&server);
    for (sent, _) in TRICKS.into_iter().filter(|(_, seen)| !seen.chars().all(char::is_alphabetic)) {
        trickster.expect(PROMPT);
        trickster.say(sent);
        let told = trickster.line();
        let refused = ["Nombre no válido: ", "Un nombre no lleva espacios: "];
        assert!(refused.iter().any(|words| told.starts_with(words)), "{told:?}");
    }
    trickster.expect(PROMPT);
    trickster.say("\x1b[1mNe\u{200b}gri\u{202e}ta\0\x1b[0m");
    assert_eq!(trickster.line(), "");
    assert_eq!(trickster.line(), "Bienvenido al chat, Negrita!");
    let (heard, logged) = witness.account(&server);
    assert_eq!(heard, [">>> Negrita se unió al chat"]);
    assert!(logged.iter().any(|line| line.starts_with("[INFO] Negrita se ha conectado desde 127.0.0.1:")));
}

#[test]
fn names_that_look_like_one_in_use_are_refused() {
    let server = Server::start(&[]);
    let _carmen = Peer::join(&server, "Carmen");
    let mut double = Peer::connect(&server);
    // A capital, `rn` for `m`, and a Cyrillic `а`, which is another script's.
    for name in ["CARMEN", "carmen", "Carrnen"] {
        double.expect(PROMPT);
        double.say(name);
        double.expect_line(&format!("El nombre '{name}' ya está en uso."));
    }
    for name in ["Tú", "servidor"] {
        double.expect(PROMPT);
        double.say(name);
        double.expect_line(&format!("El nombre '{name}' está reservado."));
    }
    double.expect(PROMPT);
    double.say("C\u{430}rmen");
    double.expect_line(
        "El nombre 'C\u{430}rmen' mezcla letras de dos alfabetos: escríbelo con las de uno solo.",
    );
    double.named("Casilda");
}

#[test]
fn line_of_4096_bytes_is_heard_and_one_of_4097_is_not() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    let longest = "x".repeat(4095);
    for ending in ["\n", "x\n", "x".repeat(100_000).as_str(), "\n"] {
        juan.send(longest.as_bytes());
        juan.send(ending.as_bytes());
    }
    juan.say("sigo");
    maria.expect_line(&format!("Juan: {longest}"));
    maria.expect_line("Juan: sigo");
    juan.expect_line("Línea demasiado larga: caben 4096 bytes. No se envió.");
    juan.expect_line("Línea demasiado larga: caben 4096 bytes. No se envió.");
    maria.say("fin");
    juan.expect_line("María: fin");
}

#[test]
fn line_without_end_byte_by_byte_is_one_error() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    for _ in 0..10_000 {
        juan.send(b"x");
    }
    juan.say("");
    juan.say("ya");
    maria.expect_line("Juan: ya");
    juan.expect_line("Línea demasiado larga: caben 4096 bytes. No se envió.");
    maria.say("fin");
    juan.expect_line("María: fin");
}

#[test]
fn commands_to_telnet_are_taken_out_wherever_they_stand() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    for _ in 0..50 {
        juan.send(b"ho\xff\xfd\x01\xff\xfa\x18\x00xterm\xff\xf0la\xff\xf1\n");
        maria.expect_line("Juan: hola");
        // A request is declined, once.
        juan.expect_bytes(b"\xff\xfc\x01");
    }
    juan.send(b"\xff\xfa nunca acabado ");
    juan.send(&b"\xff\xff\xff\xfb".repeat(10_000));
    juan.send(b"\xff\xf0\n");
    maria.say("fin");
    juan.lines_until("María: fin");
}

#[test]
fn synch_is_taken_out_where_it_stands() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    for _ in 0..3 {
        juan.send(b"ho");
        juan.send_urgent(b"\xff\xf2"); // IAC DM, the mark as urgent data
        juan.send(b"la\n");
        maria.expect_line("Juan: hola");
    }
    // As telnet sends it: IAC by itself, the mark urgent, the rest behind it; and twice in a row.
    juan.send(b"\xff");
    juan.send_urgent(b"\xf2");
    juan.send(b"\xff");
    juan.send_urgent(b"\xf2");
    juan.send("¿qué tal?\n".as_bytes());
    maria.expect_line("Juan: ¿qué tal?");
    maria.say("fin");
    juan.expect_line("María: fin");
}

#[test]
fn subnegotiation_left_open_swallows_only_so_much() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    juan.send(b"\xff\xfa");
    for number in 0..100 {
        juan.say(&format!("{number} y sigo hablando"));
    }
    juan.say("fin");
    let heard = maria.lines_until("Juan: fin");
    let swallowed = 100 - heard.len();
    // Behind what was swallowed may have been a password, if it was sent before that could be read: three lines at most.
    assert!((1..=240 / 18 + 4).contains(&swallowed), "{swallowed} lines were not heard");
    assert_eq!(heard[0], format!("Juan: {swallowed} y sigo hablando"), "whole lines, from one of them on");
}

#[test]
fn input_that_is_not_utf_8_is_told_once_and_loses_nothing() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let mut juan = Peer::join(&server, "Juan");
    maria.expect_line(">>> Juan se unió al chat");
    for _ in 0..3 {
        juan.send(b"a\xf1o nuevo\n");
        maria.expect_line("Juan: a\u{FFFD}o nuevo");
    }
    maria.say("fin");
    juan.expect_line("Tu terminal no envía UTF-8: lo que no se entiende aparece como \u{FFFD}.");
    juan.expect_line("María: fin");
}
