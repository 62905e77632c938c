//! Heads of requests, answers, and who may speak through a browser.

use std::io::Read;

use tertulia::protocol::http::{
    HEAD_MAX_BYTES, HostNames, HttpRequest, Method, Parsed, Response, Status, is_same_origin, parse,
};

fn request(head: &str) -> HttpRequest {
    match parse(head.as_bytes()) {
        Parsed::Request(request, length) => {
            assert_eq!(length, head.len());
            *request
        }
        other => panic!("{head:?}: {other:?}"),
    }
}

fn refused(head: &str) -> Status {
    match parse(head.as_bytes()) {
        Parsed::Refused(status) => status,
        other => panic!("{head:?}: {other:?}"),
    }
}

/// What Chromium sends.
const BROWSER: &str = "GET / HTTP/1.1\r\nHost: 192.168.1.20:65434\r\nConnection: keep-alive\r\n\
     Upgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\nAccept-Encoding: gzip, deflate\r\n\
     Accept-Language: es-ES,es;q=0.9\r\nIf-None-Match: \"abc\"\r\n\r\n";

const UPGRADE: &str = "GET /chat?lang=en HTTP/1.1\r\nHost: localhost:65434\r\nConnection: keep-alive, Upgrade\r\n\
     Upgrade: websocket\r\nOrigin: http://localhost:65434\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: other, tertulia.1\r\n\r\n";

#[test]
fn browser_is_understood() {
    let read = request(BROWSER);
    assert_eq!((read.method, read.path.as_str(), read.query.as_deref()), (Method::Get, "/", None));
    assert_eq!(read.host.as_deref(), Some("192.168.1.20:65434"));
    assert_eq!(read.if_none_match.as_deref(), Some("\"abc\""));
    assert!(read.gzip && read.upgrade.is_none() && read.origin.is_none());
}

#[test]
fn upgrade_is_understood() {
    let read = request(UPGRADE);
    assert_eq!((read.path.as_str(), read.query.as_deref()), ("/chat", Some("lang=en")));
    assert_eq!(read.origin.as_deref(), Some("http://localhost:65434"));
    let upgrade = read.upgrade.expect("a wish to go on");
    assert_eq!((upgrade.key.as_str(), upgrade.version.as_str()), ("dGhlIHNhbXBsZSBub25jZQ==", "13"));
    assert_eq!(upgrade.protocols, ["other", "tertulia.1"]);
    // One of the two is not enough.
    assert_eq!(request(&UPGRADE.replace("keep-alive, Upgrade", "keep-alive")).upgrade, None);
    assert_eq!(request(&UPGRADE.replace("Upgrade: websocket", "Upgrade: h2c")).upgrade, None);
}

#[test]
fn head_is_incomplete_at_every_place_before_its_end() {
    for head in [BROWSER, UPGRADE] {
        for end in 0..head.len() {
            assert_eq!(parse(&head.as_bytes()[..end]), Parsed::Incomplete, "{:?}", &head[..end]);
        }
        // What follows is no part of it.
        let more = [head.as_bytes(), b"\x81\x80more"].concat();
        assert!(matches!(parse(&more), Parsed::Request(_, length) if length == head.len()));
    }
}

#[test]
fn requests_that_may_be_read_in_two_ways_are_refused() {
    let with = |line: &str| format!("GET / HTTP/1.1\r\nHost: localhost\r\n{line}\r\n\r\n");
    for (line, status) in [
        ("Host: example.org", Status::BadRequest),
        ("Content-Length: 0\r\nContent-Length: 5", Status::BadRequest),
        ("Content-Length: 5", Status::ContentTooLarge),
        ("Transfer-Encoding: chunked", Status::ContentTooLarge),
        ("Folded: a\r\n b", Status::BadRequest),
        ("Space : a", Status::BadRequest),
        ("Nul: a\0b", Status::BadRequest),
        ("Origin: http://a\r\nOrigin: http://b", Status::BadRequest),
        (": empty", Status::BadRequest),
    ] {
        assert_eq!(refused(&with(line)), status, "{line:?}");
    }
    assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), Status::BadRequest, "no host");
    assert_eq!(refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), Status::BadRequest);
    assert_eq!(refused("GET chat HTTP/1.1\r\nHost: a\r\n\r\n"), Status::BadRequest);
    assert_eq!(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), Status::VersionNotSupported);
    assert_eq!(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Status::VersionNotSupported);
    assert_eq!(refused("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"), Status::BadRequest);
}

#[test]
fn request_of_http_1_0_needs_no_host() {
    assert_eq!(request("GET /salud HTTP/1.0\r\n\r\n").host, None);
    assert_eq!(request("OPTIONS * HTTP/1.0\r\n\r\n").method, Method::Other);
}

#[test]
fn host_in_the_target_is_the_one_that_counts() {
    let read = request("GET http://localhost:1/chat?a=b HTTP/1.1\r\nHost: example.org\r\n\r\n");
    assert_eq!((read.host.as_deref(), read.path.as_str()), (Some("localhost:1"), "/chat"));
    assert_eq!(request("GET http://localhost HTTP/1.1\r\nHost: example.org\r\n\r\n").path, "/");
}

#[test]
fn head_has_its_bounds() {
    let filler = |bytes| format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(bytes));
    let fits = HEAD_MAX_BYTES - filler(0).len();
    assert_eq!(request(&filler(fits)).path, "/");
    assert_eq!(refused(&filler(fits + 1)), Status::HeadTooLarge);
    assert_eq!(refused(&format!("GET /{} HTTP/1.1\r\n", "x".repeat(HEAD_MAX_BYTES))), Status::UriTooLong);
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(100));
    assert_eq!(refused(&many), Status::HeadTooLarge);
}

#[test]
fn lists_may_be_on_several_lines() {
    let read = request(
        "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nx-forwarded-for: 3.3.3.3\r\n\r\n",
    );
    assert_eq!(read.forwarded_for, ["1.1.1.1", "2.2.2.2", "3.3.3.3"]);
    for (value, gzip) in [
        ("gzip", true),
        ("br;q=1, GZIP;q=0.5", true),
        ("gzip;q=0", false),
        ("gzip; q=0.000", false),
        ("identity", false),
    ] {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: {value}\r\n\r\n");
        assert_eq!(request(&head).gzip, gzip, "{value}");
    }
}

#[test]
fn answer_says_its_length_and_ends_the_connection() {
    let answer = Response::new(Status::Ok)
        .header("ETag", "\"x\"")
        .body("text/plain; charset=utf-8", "hola".as_bytes());
    let head = "HTTP/1.1 200 OK\r\nETag: \"x\"\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: 4\r\n\r\n";
    assert_eq!(String::from_utf8(answer.to_bytes(false)).unwrap(), format!("{head}hola"));
    assert_eq!(String::from_utf8(answer.to_bytes(true)).unwrap(), head);
    let bare = |status| String::from_utf8(Response::new(status).to_bytes(false)).unwrap();
    assert_eq!(bare(Status::NotModified), "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    assert_eq!(bare(Status::SwitchingProtocols), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
}

#[test]
fn only_names_that_nobody_else_can_give_away_are_answered() {
    let names = HostNames::new(["Aula.local".into(), "chat.example.org.".into()]);
    for host in [
        "localhost",
        "LOCALHOST:65434",
        "localhost.",
        "a.localhost",
        "127.0.0.1",
        "192.168.1.20:65434",
        "[::1]",
        "[fe80::1]:65434",
        "aula.local:80",
        "chat.example.org",
        "Chat.Example.org.:1",
        "127.0.0.1:",
    ] {
        assert!(names.allow(host), "{host}");
    }
    for host in [
        "",
        "example.org",
        "example.org:65434",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "[::1",
        "::1",
        "[localhost]",
        "localhost:x",
        "localhost:99999",
        "a@localhost",
        "localhost/",
        "localhost,example.org",
        "127.1",
        "0x7f.1",
        "2130706433",
    ] {
        assert!(!names.allow(host), "{host}");
    }
}

#[test]
fn page_of_another_origin_is_refused() {
    for (origin, host) in [
        ("http://localhost:65434", "localhost:65434"),
        ("http://LocalHost:65434", "localhost:65434"),
        ("http://192.168.1.20", "192.168.1.20:80"),
        ("https://chat.example.org", "chat.example.org"),
        ("http://[::1]:65434", "[::1]:65434"),
    ] {
        assert!(is_same_origin(origin, host), "{origin} {host}");
    }
    for (origin, host) in [
        ("null", "localhost:65434"),
        ("", "localhost"),
        ("http://localhost:65435", "localhost:65434"),
        ("http://example.org", "localhost"),
        ("http://localhost:65434.example.org", "localhost:65434"),
        ("http://localhost@example.org", "localhost"),
        ("file://localhost", "localhost"),
        ("chrome-extension://abc", "abc"),
        ("https://localhost", "localhost:80"),
    ] {
        assert!(!is_same_origin(origin, host), "{origin} {host}");
    }
}

use tertulia::protocol::http::{Answer, Readiness, Site, SiteFile};

const FILES: [SiteFile; 2] = [
    SiteFile { path: "/", media_type: "text/html; charset=utf-8", bytes: b"<!doctype html>", gzip: b"" },
    SiteFile {
        path: "/chat.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: b"'use strict'",
        gzip: b"",
    },
];

fn site() -> Site {
    let names = HostNames::new(["aula.local".into()]);
    Site::new(&FILES, names, vec!["https://portal.example.org".into()])
}

/// The answer's bytes.
fn answered(head: &str) -> String {
    match site().answer(&request(head), Readiness::Ready) {
        Answer::Respond(response) => String::from_utf8(response.to_bytes(head.starts_with("HEAD"))).unwrap(),
        Answer::WebSocket(response, _) => String::from_utf8(response.to_bytes(false)).unwrap(),
    }
}

fn asks(line: &str) -> String {
    format!("{line} HTTP/1.1\r\nHost: localhost:65434\r\n\r\n")
}

#[test]
fn page_has_its_icon_asked_for_once() {
    let page = include_str!("../../src/web/index.html");
    assert_eq!(page.matches("\"icon.svg\"").count(), 1, "by the browser itself");
    // What stands in the page is the same.
    let icon = include_str!("../../src/web/icon.svg");
    let (_, drawn) = icon.split_once('>').expect("an element");
    assert!(page.contains(drawn.trim_end().trim_end_matches("</svg>")));
}

#[test]
fn files_are_shown_and_not_shown_again() {
    let shown = answered(&asks("GET /"));
    assert!(
        shown.starts_with("HTTP/1.1 200 OK\r\n") && shown.ends_with("\r\n\r\n<!doctype html>"),
        "{shown}"
    );
    let tag = shown.lines().find_map(|line| line.strip_prefix("ETag: ")).expect("a tag").to_owned();
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".into()] {
        let again = answered(&format!("GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: {known}\r\n\r\n"));
        assert!(again.starts_with("HTTP/1.1 304 ") && again.ends_with("\r\n\r\n"), "{known}: {again}");
    }
    let other = answered("GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"x\"\r\n\r\n");
    assert!(other.starts_with("HTTP/1.1 200 "), "{other}");
    let head = answered(&asks("HEAD /chat.js"));
    assert!(head.contains("Content-Length: 12\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(answered(&asks("GET /chat.js?v=2")).ends_with("'use strict'"));
}

/// What one answer says, and the bytes behind its head.
fn taken(site: &Site, head: &str) -> (String, Vec<u8>) {
    let Answer::Respond(response) = site.answer(&request(head), Readiness::Ready) else { panic!("{head:?}") };
    let bytes = response.to_bytes(head.starts_with("HEAD"));
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    (String::from_utf8(bytes[..end].to_vec()).unwrap(), bytes[end..].to_vec())
}

#[test]
fn files_of_the_page_are_compressed_for_who_takes_it_and_is_saved_a_kilobyte() {
    let site = Site::new(&tertulia::protocol::http::FILES, HostNames::new([]), Vec::new());
    let asked = |method: &str, path: &str, more: &str| {
        taken(&site, &format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n"))
    };
    let tag =
        |head: &str| head.lines().find_map(|line| line.strip_prefix("ETag: ")).expect("a tag").to_owned();
    let (mut whole, mut sent) = (0, 0);
    for file in tertulia::protocol::http::FILES {
        let (plain, bytes) = asked("GET", file.path, "");
        assert!(!plain.contains("Content-Encoding") && bytes == file.bytes, "{}", file.path);
        let (head, bytes) = asked("GET", file.path, "Accept-Encoding: gzip, br\r\n");
        (whole, sent) = (whole + file.bytes.len(), sent + bytes.len());
        let zipped = head.contains("\r\nContent-Encoding: gzip\r\n");
        assert_eq!(zipped, file.bytes.len() >= file.gzip.len() + 1024, "{}", file.path);
        // A cache between must keep both.
        assert_eq!(zipped, plain.contains("\r\nVary: Accept-Encoding\r\n"), "{}", file.path);
        assert_eq!(zipped, head.contains("\r\nVary: Accept-Encoding\r\n"), "{}", file.path);
        assert_eq!(tag(&plain) != tag(&head), zipped, "{}", file.path);
        if zipped {
            let mut text = Vec::new();
            flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut text).unwrap();
            assert!(text == file.bytes, "{}", file.path);
        }
        let (only, nothing) = asked("HEAD", file.path, "Accept-Encoding: gzip\r\n");
        assert_eq!((only, nothing.len()), (head.clone(), 0), "{}", file.path);
        // What one has, one has only as it was sent.
        for (encoding, tag, known) in [
            ("gzip", tag(&head), true),
            ("identity", tag(&plain), true),
            ("gzip", tag(&plain), !zipped),
            ("identity", tag(&head), !zipped),
        ] {
            let more = format!("Accept-Encoding: {encoding}\r\nIf-None-Match: {tag}\r\n");
            let (head, _) = asked("GET", file.path, &more);
            assert_eq!(head.starts_with("HTTP/1.1 304 "), known, "{} {encoding} {tag}", file.path);
        }
    }
    assert!(2 * sent < whole, "{sent} of {whole} bytes");
}

#[test]
fn all_answers_keep_scripts_and_frames_of_others_out() {
    for line in ["GET /", "GET /chat.js", "GET /nada", "POST /", "GET /salud", "GET /chat"] {
        let answer = answered(&asks(line));
        assert!(answer.contains("\r\nContent-Security-Policy: default-src 'none'; "), "{line}: {answer}");
        assert!(answer.contains("\r\nX-Content-Type-Options: nosniff\r\n"), "{line}: {answer}");
    }
}

#[test]
fn wrong_requests_are_told_what_is_wrong() {
    for (line, status) in [
        ("GET /nada", "404"),
        ("GET /../etc/passwd", "404"),
        ("GET /<script>", "404"),
        ("POST /", "405"),
        ("OPTIONS /chat", "405"),
        ("DELETE /salud", "405"),
        ("GET /chat", "426"),
    ] {
        let answer = answered(&asks(line));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
        assert!(answer.contains("nc DIRECCIÓN PUERTO") && answer.contains("nc HOST PORT"), "{line}");
        assert!(!answer.contains("<script>"), "nothing of the request is repeated");
    }
    assert!(answered(&asks("POST /")).contains("\r\nAllow: GET, HEAD\r\n"));
    assert!(answered("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n").starts_with("HTTP/1.1 421 "));
}

#[test]
fn chat_opens_to_pages_of_its_own_and_to_programs() {
    let opened = answered(UPGRADE);
    assert!(opened.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{opened}");
    assert!(opened.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{opened}");
    assert!(opened.contains("\r\nSec-WebSocket-Protocol: tertulia.1\r\n"), "{opened}");
    let with = |from: &str, to: &str| answered(&UPGRADE.replace(from, to));
    // A program sends no origin, and may not know the subprotocol.
    let bare = with("Origin: http://localhost:65434\r\n", "");
    assert!(bare.starts_with("HTTP/1.1 101 "), "{bare}");
    let other = with("other, tertulia.1", "other");
    assert!(other.starts_with("HTTP/1.1 101 ") && !other.contains("Protocol: "), "{other}");
    assert!(
        with("http://localhost:65434\r\nSec", "https://portal.example.org\r\nSec")
            .starts_with("HTTP/1.1 101 ")
    );
    for origin in
        ["http://example.org", "null", "http://localhost:80", "https://portal.example.org.evil.example"]
    {
        let refused = with("http://localhost:65434\r\nSec", &format!("{origin}\r\nSec"));
        assert!(refused.starts_with("HTTP/1.1 403 "), "{origin}: {refused}");
    }
    assert!(with("Version: 13", "Version: 8").contains("\r\nSec-WebSocket-Version: 13\r\n"));
    assert!(with("dGhlIHNhbXBsZSBub25jZQ==", "short").starts_with("HTTP/1.1 400 "));
    let full = site().answer(&request(UPGRADE), Readiness::Full);
    assert!(matches!(full, Answer::Respond(response) if response.status() == Status::ServiceUnavailable));
}

#[test]
fn health_says_whether_people_are_taken() {
    for path in ["/salud", "/health"] {
        let ask = asks(&format!("GET {path}"));
        assert!(answered(&ask).ends_with("\r\n\r\nok\n"));
        for (readiness, word) in
            [(Readiness::Full, "full"), (Readiness::Away, "away"), (Readiness::Outside, "outside")]
        {
            let Answer::Respond(response) = site().answer(&request(&ask), readiness) else {
                panic!("{path}")
            };
            assert_eq!(response.status(), Status::ServiceUnavailable);
            let bytes = response.to_bytes(false);
            assert!(bytes.ends_with(format!("\r\n\r\n{word}\n").as_bytes()));
        }
    }
}

#[test]
fn page_is_let_in_while_the_log_is_away() {
    for readiness in [Readiness::Away, Readiness::Outside] {
        assert!(matches!(site().answer(&request(UPGRADE), readiness), Answer::WebSocket(..)));
    }
}
