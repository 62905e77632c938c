//! A page from elsewhere: it can neither read nor speak.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use super::devtools::{REBOUND, Tab, quoted};
use super::{missing, server};
use crate::support::peer::{HELP, Peer};
use crate::support::server::Server;

/// Serves an empty page to all who come, at the address that it gives. It ends with the tests.
fn page_of_another() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            while lines.next().is_some_and(|line| !line.is_empty()) {}
            let page = "<!doctype html><title>otra</title>";
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html";
            let _ = write!(&stream, "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        }
    });
    address
}

/// Tries everything that a page can do to a server of another origin; gives what came of it.
fn attack(tab: &mut Tab, server: &Server) -> serde_json::Value {
    let target = quoted(&server.shown);
    tab.evaluate(&format!(
        "(async () => {{
            const host = {target};
            const named = 'Intruso\\nhola desde fuera\\n';
            const get = (options) => fetch(`http://${{host}}/`, options).then((answer) => answer.text(), () => 'refused');
            const socket = (...protocols) => new Promise((done) => {{
                const made = new WebSocket(`ws://${{host}}/chat`, ...protocols);
                made.onopen = () => {{ made.send('{{\"type\":\"name\",\"name\":\"Intruso\"}}'); done('open'); }};
                made.onmessage = ({{ data }}) => done(data);
                made.onerror = () => done('refused');
            }});
            const frame = (fill) => new Promise((done) => {{
                const made = document.createElement('iframe');
                made.name = 'frame' + document.querySelectorAll('iframe').length;
                document.body.append(made);
                // An empty one has been loaded. What is another's cannot be looked into.
                made.onload = () => done(made.contentDocument ? made.contentDocument.body.textContent : 'closed');
                fill(made);
            }});
            const form = (frame, enctype) => {{
                const made = document.createElement('form');
                Object.assign(made, {{ method: 'post', action: `http://${{host}}/chat`, enctype, target: frame.name }});
                const field = document.createElement('textarea');
                field.name = named;
                field.value = named;
                made.append(field);
                document.body.append(made);
                made.submit();
            }};
            const script = new Promise((done) => {{
                const made = document.createElement('script');
                Object.assign(made, {{ src: `http://${{host}}/chat.js`, onload: () => done('loaded'), onerror: () => done('refused') }});
                document.head.append(made);
            }});
            return {{
                read: await get(),
                blind: await get({{ mode: 'no-cors' }}),
                spoken: await get({{ method: 'POST', mode: 'no-cors', body: named }}),
                socket: await socket(),
                subprotocol: await socket('tertulia.1'),
                script: await script,
                framed: await frame((made) => {{ made.src = `http://${{host}}/`; }}),
                form: await frame((made) => form(made, 'text/plain')),
                beacon: navigator.sendBeacon(`http://${{host}}/chat`, named),
            }};
        }})()"
    ))
}

#[test]
fn page_from_elsewhere_can_neither_read_nor_speak() {
    if missing() {
        return;
    }
    let server = server();
    let mut luis = Peer::enter(&server, "Luis");
    luis.lines_until(HELP);
    let mut tab = Tab::open(1280, 800);
    tab.visit(&format!("http://{}/", page_of_another()));
    let came = attack(&mut tab, &server);
    assert_eq!(came["read"], "refused");
    assert_eq!(came["blind"], "refused", "the policy of the resource forbids it");
    assert_eq!(came["spoken"], "refused");
    assert_eq!(came["socket"], "refused");
    assert_eq!(came["subprotocol"], "refused");
    assert_eq!(came["script"], "refused");
    assert_eq!(came["framed"], "closed");
    assert_eq!(came["form"], "closed");
    expect_nobody(&server, &mut luis);
}

/// A page whose name leads to the server since a moment ago is of the same origin to the browser, but not to the server.
#[test]
fn page_that_has_rebound_its_name_can_neither_read_nor_speak() {
    if missing() {
        return;
    }
    let server = server();
    let mut luis = Peer::enter(&server, "Luis");
    luis.lines_until(HELP);
    let mut tab = Tab::open(1280, 800);
    let port = server.address.port();
    tab.visit(&format!("http://{REBOUND}:{port}/"));
    assert_eq!(tab.evaluate("document.querySelector('h1').textContent"), "421 Misdirected Request");
    assert_eq!(tab.evaluate("document.scripts.length"), 0);
    // Its own page, which it had from elsewhere, asks for what is here now.
    tab.call("Page.setBypassCSP", &json!({"enabled": true}));
    tab.reload();
    let came = tab.evaluate(
        "(async () => {
            const socket = new Promise((done) => {
                const made = new WebSocket(`ws://${location.host}/chat`);
                made.onopen = made.onmessage = () => done('open');
                made.onerror = () => done('refused');
            });
            const status = (...what) => fetch(...what).then((answer) => answer.status, () => 'refused');
            return [await socket, await status('/chat.js'), await status('/chat', { method: 'POST', body: 'Intruso\\nhola\\n' })];
        })()",
    );
    assert_eq!(came, json!(["refused", 421, 421]));
    expect_nobody(&server, &mut luis);
}

/// Nobody has come and nothing was said since Luis came in.
#[track_caller]
fn expect_nobody(server: &Server, luis: &mut Peer) {
    let _eva = Peer::enter(server, "Eva");
    luis.expect_line(">>> Eva se unió al chat");
}
