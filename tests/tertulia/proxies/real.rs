//! Debian's nginx and HAProxy in front of the real server, set up as docs/running.md says: its snippets are what is tried.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Error, Message, WebSocket};

use crate::running::snippet;
use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::peer::Peer;
use crate::support::port::free_port;
use crate::support::process::{Process, has, skip};
use crate::support::server::Server;

/// Where the snippets expect the server.
const HOME: &str = "127.0.0.1:65433";

/// `text` with something else in the one place where `from` stands.
#[track_caller]
pub fn with(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {text}");
    text.replace(from, to)
}

/// A running proxy.
pub struct Proxy {
    pub process: Process,
    _dir: Dir,
    pub address: SocketAddr,
}

impl Proxy {
    /// Starts `program`, which takes `setup` from a file, and listens on `port` then.
    pub fn start(program: &str, words: &[&str], setup: &str, port: u16) -> Proxy {
        let dir = Dir::new();
        let file = dir.path().join("setup");
        fs::write(&file, setup.replace("DIR", dir.arg())).expect("a directory of our own");
        let mut command = Command::new(program);
        command.args(words).arg(&file).stdin(Stdio::null()).stderr(Stdio::piped());
        command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
        let process = Process::start(&mut command);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < DEADLINE, "{program} does not listen: {:?}", process.stderr.rest());
            thread::sleep(Duration::from_millis(2)); // it does not say when it does
        }
        Proxy { process, _dir: dir, address }
    }

    /// nginx with these servers for HTTP, or with these streams.
    fn nginx(block: &str, port: u16) -> Proxy {
        let setup = format!(
            "include /etc/nginx/modules-enabled/*.conf;\ndaemon off;\nmaster_process off;\npid DIR/pid;\n\
             error_log stderr;\nevents {{ worker_connections 64; }}\n{block}\n"
        );
        Proxy::start("nginx", &["-e", "stderr", "-c"], &setup, port)
    }

    /// The same for HTTP. Clients say in `X-Test-Address` where they come from.
    fn nginx_of_pages(servers: &str, port: u16) -> Proxy {
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let paths: String = paths.iter().map(|path| format!("{path}_temp_path DIR/{path};\n")).collect();
        let known = "access_log off;\nset_real_ip_from 127.0.0.1;\nreal_ip_header X-Test-Address;\n";
        Proxy::nginx(&format!("http {{\n{paths}{known}{servers}}}"), port)
    }

    /// Connects from an address of this machine.
    pub fn connect_from(&self, last: u8) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.bind(&SocketAddr::from(([127, 0, 0, last], 0)).into()).expect("an address of this machine");
        socket.connect(&self.address.into()).expect("a proxy that listens");
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
        stream
    }

    /// What a browser is shown that asks for the page at `host`.
    fn page(&self, host: &str) -> String {
        let mut stream = self.connect_from(1);
        write!(stream, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("it reads");
        let mut shown = String::new();
        stream.read_to_string(&mut shown).expect("it answers and ends");
        shown
    }
}

/// A program that speaks JSON.
struct Program(WebSocket<TcpStream>);

impl Program {
    /// Opens a WebSocket by `name`, from `address` as far as nginx knows; none: from where HAProxy finds another.
    fn open(proxy: &Proxy, name: &str, origin: &str, address: &str) -> Result<Program, u16> {
        let url = format!("ws://{name}:{}/chat", proxy.address.port());
        let mut request = url.into_client_request().expect("a request");
        for (field, value) in [
            ("Origin", origin),
            ("X-Test-Address", address),
            // What the client says of itself.
            ("X-Forwarded-For", "198.51.100.1"),
        ] {
            request.headers_mut().insert(field, value.parse().expect("a value"));
        }
        match tungstenite::client(request, proxy.connect_from(if address.is_empty() { 4 } else { 1 })) {
            Ok((socket, _)) => Ok(Program(socket)),
            Err(tungstenite::HandshakeError::Failure(Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn send(&mut self, object: &Value) {
        self.0.send(Message::text(object.to_string())).expect("it reads");
    }

    /// The next object of a kind; none: the end came before.
    fn hear(&mut self, kind: &str) -> Option<Value> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => {
                    let object: Value = serde_json::from_str(text.as_str()).expect("JSON");
                    if object["type"] == kind {
                        return Some(object);
                    }
                }
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    fn enter(&mut self, name: &str) {
        self.send(&json!({"type": "name", "name": name}));
        assert_eq!(self.hear("welcome").expect("a welcome")["name"], name);
    }
}

/// The server that is told to trust the proxy on this machine, and more.
fn server(dir: &Dir, more: &[&str]) -> Server {
    let options = ["--listen", "127.0.0.1:0", "--trust-proxy", "127.0.0.1", "--data", dir.arg()];
    Server::start(&[&options[..], more].concat())
}

/// Puts an address out, as its administrator does.
fn expel(dir: &Dir, address: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tertulia-server"));
    let status = command
        .args(["expel", address, "--data", dir.arg()])
        .stdout(Stdio::null())
        .status()
        .expect("it starts");
    assert!(status.success());
}

/// Whether this machine has nginx with its module for streams.
fn has_streams() -> bool {
    let module = "/usr/lib/nginx/modules/ngx_stream_module.so";
    has("nginx") && (fs::exists(module).unwrap_or(false) || skip("nginx has no module for streams"))
}

#[test]
fn nginx_passes_browsers_on_with_an_address_each() {
    if !has("nginx") {
        return;
    }
    let (dir, port) = (Dir::new(), free_port());
    let server = server(&dir, &["--host-name", "chat.example.org"]);
    let block =
        with(&snippet("nginx", "X-Forwarded-For"), "listen 80;", &format!("listen 127.0.0.1:{port};"));
    let nginx = Proxy::nginx_of_pages(&with(&block, HOME, &server.shown), port);

    let shown = nginx.page("chat.example.org");
    assert!(shown.starts_with("HTTP/1.1 200 OK\r\n") && shown.trim_end().ends_with("</html>"), "{shown}");
    let origin = format!("http://chat.example.org:{port}");
    let open = |address| Program::open(&nginx, "chat.example.org", &origin, address);
    assert_eq!(
        Program::open(&nginx, "chat.example.org", "http://elsewhere.example", "203.0.113.9").err(),
        Some(403)
    );

    let (mut ana, mut eva) = (open("203.0.113.7").expect("a door"), open("2001:db8::7").expect("a door"));
    ana.enter("Ana");
    eva.enter("Eva");
    server.console_until("Ana se ha conectado desde 203.0.113.7");
    server.console_until("Eva se ha conectado desde 2001:db8::7");
    expel(&dir, "203.0.113.7");
    assert_eq!(ana.hear("bye").expect("a farewell")["reason"], "expelled");
    let mut again = open("203.0.113.7").expect("a door");
    assert_eq!(again.hear("bye").expect("a farewell")["reason"], "expelled");
    eva.send(&json!({"type": "say", "text": "sigo"}));
    assert_eq!(eva.hear("said").expect("her own words")["text"], "sigo");
    let mut pau = open("203.0.113.8").expect("a door");
    pau.enter("Pau");
}

/// Without `proxy_set_header Host` nginx calls the server by its address, and a page by its name is another site's.
#[test]
fn nginx_that_keeps_the_name_to_itself_takes_the_origin_by_an_option() {
    if !has("nginx") {
        return;
    }
    let (dir, port) = (Dir::new(), free_port());
    let origin = format!("http://chat.example.org:{port}");
    let server = server(&dir, &["--allow-origin", &origin]);
    let block =
        with(&snippet("nginx", "X-Forwarded-For"), "listen 80;", &format!("listen 127.0.0.1:{port};"));
    let block = with(&with(&block, HOME, &server.shown), "proxy_set_header Host $http_host;", "");
    let nginx = Proxy::nginx_of_pages(&block, port);
    assert!(nginx.page("chat.example.org").starts_with("HTTP/1.1 200 OK\r\n"));
    Program::open(&nginx, "chat.example.org", &origin, "203.0.113.7").expect("a door").enter("Ana");
    assert_eq!(
        Program::open(&nginx, "chat.example.org", "http://example.org", "203.0.113.7").err(),
        Some(403)
    );
}

#[test]
fn nginx_passes_lines_on_with_an_address_each() {
    if !has_streams() {
        return;
    }
    let (dir, port) = (Dir::new(), free_port());
    let server = server(&dir, &[]);
    let block = with(&snippet("nginx", "stream {"), "listen 65434;", &format!("listen 127.0.0.1:{port};"));
    let nginx = Proxy::nginx(&with(&block, HOME, &server.shown), port);
    for (last, name) in [(2, "Ana"), (3, "Eva")] {
        let mut peer = Peer::from(nginx.connect_from(last));
        peer.say(name);
        peer.until("Escribe 'salir'");
        let begins = format!("[INFO] {name} se ha conectado desde 127.0.0.{last}:");
        server.console_find(|line| line.starts_with(&begins));
    }
}

#[test]
fn haproxy_passes_all_on_with_an_address_each() {
    if !has("haproxy") {
        return;
    }
    for version in ["send-proxy-v2", "send-proxy"] {
        let (dir, port) = (Dir::new(), free_port());
        let server = server(&dir, &["--host-name", "chat.example.org"]);
        let block = with(&snippet("haproxy", "send-proxy"), "send-proxy-v2", version);
        // Who comes from other addresses of this machine comes from somewhere else.
        let lines = (2..=4).fold(format!("bind 127.0.0.1:{port}\n"), |lines, last| {
            lines
                + &format!(
                    "    tcp-request connection set-src str(203.0.113.{last}) if {{ src 127.0.0.{last} }}\n"
                )
        });
        let block = with(&with(&block, "bind :65434\n", &lines), HOME, &server.shown);
        let haproxy = Proxy::start("haproxy", &["-db", "-f"], &block, port);

        let comes = |last, name: &str| {
            let mut peer = Peer::from(haproxy.connect_from(last));
            peer.say(name);
            peer
        };
        let mut ana = Peer::from(haproxy.connect_from(2)).named("Ana"); // who says nothing first
        let mut eva = comes(3, "Eva");
        eva.until("Escribe 'salir'");
        server.console_find(|line| line.starts_with("[INFO] Ana se ha conectado desde 203.0.113.2:"));
        server.console_find(|line| line.starts_with("[INFO] Eva se ha conectado desde 203.0.113.3:"));
        expel(&dir, "203.0.113.2");
        ana.until("expulsad");
        ana.rest();
        comes(2, "Ana").until("expulsad");
        comes(4, "Luis").say("hola");
        eva.until("Luis: hola");
        // The same port takes browsers.
        let shown = haproxy.page(&format!("chat.example.org:{port}"));
        assert!(shown.starts_with("HTTP/1.1 200 OK\r\n"), "{shown}");
        let origin = format!("http://chat.example.org:{port}");
        Program::open(&haproxy, "chat.example.org", &origin, "").expect("a door").enter("Pau");
        server.console_find(|line| line.starts_with("[INFO] Pau se ha conectado desde 203.0.113.4:"));
        let complaints = server.complaints();
        assert!(!complaints.contains("[WARN]"), "its checks are quiet: {complaints}");
    }
}
