//! Programs that take the chat for a web server: nothing of what they send is a name or words.

use tertulia::chat::{Command, Language};
use tertulia::limits::LINE_MAX_BYTES;
use tertulia::protocol::{Codec, ForeignProtocol};

use crate::support::peer::{PROMPT, Peer};
use crate::support::server::Server;

/// What is spoken in these pieces instead of our protocol, and how many commands came before that was known.
fn spoken(pieces: &[&[u8]]) -> (Option<ForeignProtocol>, usize) {
    let (mut codec, mut commands) = (Codec::new(Language::Spanish), 0);
    for piece in pieces {
        codec.push(piece, &mut Vec::new());
        while let Some(command) = codec.next_command() {
            commands += 1;
            if let Command::Quit(_) = command {
                break; // it asks for that again and again
            }
        }
        assert!(codec.foreign().is_none() || codec.has_unseen(), "the server has something to do");
    }
    (codec.foreign(), commands)
}

#[track_caller]
fn assert_spoken(input: &[u8], expected: (Option<ForeignProtocol>, usize)) {
    let name = String::from_utf8_lossy(&input[..input.len().min(60)]).into_owned();
    assert_eq!(spoken(&[input]), expected, "{name}");
    assert_eq!(spoken(&input.chunks(1).collect::<Vec<_>>()), expected, "{name}, byte by byte");
    for at in 0..=input.len().min(100) {
        assert_eq!(spoken(&[&input[..at], &input[at..]]), expected, "{name}, cut at {at}");
    }
}

#[test]
fn empty_line_behind_the_byte_with_which_our_client_comes_is_no_proxy_header() {
    assert_spoken(b"\0\nAna\nhola\n", (None, 3));
    assert_spoken(b"\r\n\r\n\0\r\nQUIT\n", (Some(ForeignProtocol::Proxy), 2));
}

#[test]
fn request_is_known_by_its_line() {
    for line in [
        "GET / HTTP/1.1",
        "POST /Ana?hola HTTP/1.0",
        "OPTIONS * HTTP/1.1",
        "PRI * HTTP/2.0",
        "CONNECT ejemplo.es:443 HTTP/1.1",
        "GET http://ejemplo.es/ HTTP/1.1",
        "get / http/1.1",
        "M-SEARCH * HTTP/1.1",
        "Ana_!#$%&'*+.^`|~ / HTTP/1.1",
        "GET  /con  espacios  HTTP/1.1 ",
        "GET\t/\tHTTP/1.1",
        "GET / HTTP/3",
        "Host: ejemplo.es",
        "HOST:ejemplo.es",
    ] {
        for ending in ["\r\n", "\n", "\r"] {
            let input = format!("{line}{ending}Host: ejemplo.es{ending}{ending}Ana\nhola\n");
            assert_spoken(input.as_bytes(), (Some(ForeignProtocol::Http), 0));
        }
    }
    assert_spoken(b"GET /caf\xe9 HTTP/1.1\r\n\r\nAna\n", (Some(ForeignProtocol::Http), 0));
}

#[test]
fn request_behind_empty_lines_is_known() {
    for line in ["GET / HTTP/1.1", "get http://ejemplo.es/ http/1.1", "PRI * HTTP/2.0", "Host: ejemplo.es"] {
        for (empty, count) in
            [("\r\n", 1), ("\n", 1), ("\r", 1), ("\r\n\r\n", 2), (" \t\r\n", 1), ("\n\n\n", 3)]
        {
            let ending = empty.trim_start_matches([' ', '\t']);
            let input = format!("{empty}{line}{ending}Host: ejemplo.es\r\n\r\nAna\nhola\n");
            assert_spoken(input.as_bytes(), (Some(ForeignProtocol::Http), count));
        }
    }
    let long = format!("\r\nGET /{} HTTP/1.1\r\nHost: x\r\n\r\nAna\n", "a".repeat(LINE_MAX_BYTES));
    assert_spoken(long.as_bytes(), (Some(ForeignProtocol::Http), 1));
    assert_spoken(b"\r\nAna\r\nGET / HTTP/1.1\r\n", (None, 3));
}

#[test]
fn request_that_is_longer_than_a_line_is_known() {
    for (method, target) in [("GET", LINE_MAX_BYTES), ("POST", 50_000), ("LONGER", LINE_MAX_BYTES - 14)] {
        let input = format!("{method} /{} HTTP/1.1\r\nHost: x\r\n\r\nAna\nhola\n", "a".repeat(target));
        assert_spoken(input.as_bytes(), (Some(ForeignProtocol::Http), 0));
    }
    // By the header behind it, where its beginning does not tell; the sender was told once that it is too long.
    let input = format!("{} / HTTP/1.1\r\nHost: x\r\n\r\nAna\nhola\n", "A".repeat(LINE_MAX_BYTES));
    assert_spoken(input.as_bytes(), (Some(ForeignProtocol::Http), 1));
}

#[test]
fn person_is_not_taken_for_a_browser() {
    for line in [
        "GET well soon",
        "GET",
        "GET /",
        "HTTP/1.1",
        "GET HTTP/1.1",
        "hola HTTP",
        "¿qué es HTTP/1.1",
        "a b HTTP/",
        "a b HTTP/x",
        "a b HTTP/1.1.",
        "a b HTTP/1.1!",
        "Hostal: tres",
        "Host",
        "",
    ] {
        assert_spoken(format!("{line}\n").as_bytes(), (None, 1));
    }
    let long = format!("GET {}\n", "a ".repeat(LINE_MAX_BYTES));
    assert_spoken(long.as_bytes(), (None, 1));
    assert_spoken(format!("{}\n", "x".repeat(2 * LINE_MAX_BYTES)).as_bytes(), (None, 1));
    // Whoever is in may talk about it.
    assert_spoken(b"Ana\nGET / HTTP/1.1\nHost: x\n\x16\x03\x01\n", (None, 4));
}

#[test]
fn tls_is_known_by_two_bytes() {
    for version in 0..=4 {
        let hello = [&[0x16, 3, version, 0, 9, 1, 0, 0, 5][..], b"\r\nAna\nhola\n\xff\xf4"].concat();
        assert_spoken(&hello, (Some(ForeignProtocol::Tls), 0));
    }
    assert_spoken(&[0x16, 3], (Some(ForeignProtocol::Tls), 0));
    assert_spoken(&[0x16], (None, 0));
    assert_spoken(b"\x16\n\x03\n", (None, 2));
    assert_spoken(b"x\x16\x03\n", (None, 1));
    let long = [&[b'x'; LINE_MAX_BYTES][..], &[0x16, 3, b'\n']].concat();
    assert_eq!(spoken(&[&long[..LINE_MAX_BYTES], &long[LINE_MAX_BYTES..]]), (None, 1));
}

#[test]
fn input_behind_a_foreign_opening_does_not_count() {
    let mut codec = Codec::new(Language::Spanish);
    for piece in ["GET / HTTP/1.1\r\n", "Ana\n", "\u{ff}", "hola\n"] {
        codec.push(piece.as_bytes(), &mut Vec::new());
        assert_eq!(codec.next_command(), None);
    }
    codec.finish();
    assert_eq!(codec.next_command(), None);
    assert_eq!(codec.foreign(), Some(ForeignProtocol::Http));
    codec.shrink();
    assert_eq!(
        codec.foreign(),
        Some(ForeignProtocol::Http),
        "it is not forgotten before the server has seen it"
    );
    let mut codec = Codec::new(Language::Spanish);
    codec.push(b"\x16\x03\xff\xfd\x01\xff\xf4", &mut Vec::new());
    assert!(
        !matches!(codec.next_command(), Some(Command::Quit(_))),
        "nor what telnet would take for a command"
    );
}

/// Two people who hear everything, and what the console said, up to a line that one of them says.
fn heard(server: &Server, ana: &mut Peer, eva: &mut Peer) -> (Vec<String>, Vec<String>) {
    eva.say("fin");
    (ana.lines_until("Eva: fin"), server.console_until("Eva: fin"))
}

#[test]
fn page_cannot_speak_through_the_browser_of_its_reader() {
    let server = Server::start(&[]);
    let mut ana = Peer::join(&server, "Ana");
    let mut eva = Peer::join(&server, "Eva");
    ana.expect_line(">>> Eva se unió al chat");
    let before = heard(&server, &mut ana, &mut eva);
    assert!(before.0.is_empty());
    for (head, body) in [
        ("POST / HTTP/1.1\r\nHost: localhost:65434\r\nContent-Length: 11\r\n\r\n", "Mala\nhola\n"),
        ("POST / HTTP/1.1\nHost: localhost\n\n", "Mala\nhola\n"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\nMala\nhola\n"),
    ] {
        for together in [true, false] {
            let mut page = Peer::connect(&server);
            page.expect(PROMPT);
            if together {
                page.send(format!("{head}{body}").as_bytes());
            } else {
                page.send(head.as_bytes());
            }
            page.expect("HTTP/1.1 400 Bad Request\r\n");
            let rest = page.rest();
            let (fields, words) = rest.split_once("\r\n\r\n").expect("a head and a body");
            assert!(fields.contains("Content-Type: text/plain; charset=utf-8"), "{fields}");
            assert!(fields.contains("Connection: close"), "{fields}");
            assert!(fields.contains(&format!("Content-Length: {}", words.len())), "{fields}");
            assert!(words.contains("nc DIRECCIÓN PUERTO") && words.contains("nc HOST PORT"), "{words}");
            if !together {
                page.send(body.as_bytes());
            }
        }
    }
    let mut page = Peer::connect(&server);
    page.expect(PROMPT);
    // The empty line is answered like that of a person.
    page.send(b"\r\nGET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\nMala\nhola\n");
    assert!(page.rest().contains("HTTP/1.1 400 Bad Request\r\n"));
    assert_eq!(heard(&server, &mut ana, &mut eva), (vec![], vec![]), "in the room, and on the console");
}

#[test]
fn tls_is_answered_with_an_alert() {
    let server = Server::start(&[]);
    let mut ana = Peer::join(&server, "Ana");
    let mut browser = Peer::connect(&server);
    browser.expect(PROMPT);
    browser.send(b"\x16\x03\x01\x00\x0aMala\nhola\n\n");
    browser.expect_bytes(&[0x15, 3, 1, 0, 2, 2, 40]);
    browser.expect_end();
    let mut eva = Peer::join(&server, "Eva");
    ana.expect_line(">>> Eva se unió al chat");
    eva.say("hola");
    ana.expect_line("Eva: hola");
}

#[test]
fn foreign_client_that_ends_its_side_is_answered_too() {
    let server = Server::start(&[]);
    let mut page = Peer::connect(&server);
    page.send(b"HEAD / HTTP/1.1\r\n\r\nMala\n");
    page.end_input();
    assert!(page.rest().starts_with(&format!("{PROMPT}HTTP/1.1 400 Bad Request\r\n")));
}
