//! The server under a service manager: what it says to it, and the sockets that it is passed.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use rustix::time::{ClockId, clock_gettime};

use crate::support::DEADLINE;
use crate::support::dir::Dir;
use crate::support::peer::{PROMPT, Peer, answer};
use crate::support::process::{Process, has};
use crate::support::server::{Server, behind};

/// The socket of a service manager.
struct Manager(UnixDatagram);

impl Manager {
    fn at(dir: &Dir) -> Manager {
        Manager::on(UnixDatagram::bind(dir.path().join("notify")).expect("a socket"))
    }

    fn on(socket: UnixDatagram) -> Manager {
        socket.set_read_timeout(Some(DEADLINE)).expect("a deadline");
        Manager(socket)
    }

    /// The next message.
    #[track_caller]
    fn hear(&self) -> String {
        let mut bytes = [0; 4096];
        let length = self.0.recv(&mut bytes).expect("a message");
        String::from_utf8(bytes[..length].to_vec()).expect("UTF-8")
    }
}

/// The server without a terminal, with a service manager of this name.
fn told(name: &str, options: &[&str]) -> Server {
    Server::from_command(behind("setsid", &[], options).env("NOTIFY_SOCKET", name).stdin(Stdio::null()))
}

/// Microseconds of the clock that the service manager compares with.
fn monotonic_micros() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[test]
fn manager_is_told_of_start_rereading_people_and_stop() {
    if !has("setsid") {
        return;
    }
    let dir = Dir::new();
    let manager = Manager::at(&dir);
    let name = dir.path().join("notify");
    let mut server = told(name.to_str().expect("a plain path"), &["--data", dir.arg()]);
    assert_eq!(manager.hear(), "READY=1\nSTATUS=Conectados: 0");
    // In the backlog already, and the history is open: commands are answered through its directory.
    let _peer = Peer::join(&server, "Ana");
    assert!(dir.file().is_file());
    assert_eq!(manager.hear(), "STATUS=Conectados: 1");
    let before = monotonic_micros();
    server.signal(Signal::HUP);
    let reloading = manager.hear();
    let at = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect("reloading");
    let at: i64 = at.parse().expect("a number");
    assert!((before..=monotonic_micros()).contains(&at), "{before} {at}");
    assert_eq!(manager.hear(), "READY=1\nSTATUS=Conectados: 1");
    assert!(server.stop().success());
    assert_eq!(manager.hear(), "STOPPING=1");
}

#[cfg(target_os = "linux")]
#[test]
fn manager_may_have_an_abstract_name() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;
    if !has("setsid") {
        return;
    }
    let name = format!("tertulia-notify-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).expect("a name");
    let manager = Manager::on(UnixDatagram::bind_addr(&address).expect("a socket"));
    let _server = told(&format!("@{name}"), &["--lang", "en"]);
    assert_eq!(manager.hear(), "READY=1\nSTATUS=Connected: 0");
}

#[test]
fn manager_that_is_not_there_holds_nothing_up() {
    if !has("setsid") {
        return;
    }
    let server = told("/nonexistent/notify", &[]);
    Peer::join(&server, "Ana").say("salir");
    told("notify", &[]).console_find(|line| line == "[WARN] NOTIFY_SOCKET: no es válido");
}

/// A socket that listens, and where.
fn listener() -> (OwnedFd, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener.into(), address)
}

/// The server, which finds `passed` as its descriptor 3, and what `variables` say of it.
fn activated(passed: OwnedFd, variables: &str, options: &[&str]) -> Command {
    let script = format!("{variables}; exec 3<&0 </dev/null; exec \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_tertulia-server")]).args(options);
    shell.env("LC_ALL", "C.UTF-8").stdin(passed).stderr(Stdio::piped());
    shell
}

/// For the process that the shell becomes.
const ONE: &str = "export LISTEN_PID=$$ LISTEN_FDS=1";

#[test]
fn passed_socket_is_listened_on_alone_and_newcomers_wait_in_it() {
    let (socket, address) = listener();
    let mut early = TcpStream::connect(address).expect("somebody will listen");
    early.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("room");
    let mut server = Server::from_command(&mut activated(socket, ONE, &[]));
    assert_eq!(server.shown, address.to_string());
    server.expect_console(&format!("Servidor de chat multiusuario en {address}"));
    let mut answer = String::new();
    early.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    Peer::enter(&server, "Ana");
    assert!(server.stop().success());
    let nowhere: [String; 0] = [];
    assert_eq!(server.stdout().rest(), nowhere, "it listens nowhere else");
}

#[test]
fn passed_sockets_and_own_ones_are_used_together_and_names_say_what_is_spoken() {
    let ((lines, for_lines), (pages, for_pages)) = (listener(), listener());
    let script = "export LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=line:http; exec 4<&2 2>/dev/null";
    let mut command = activated(lines, script, &["--listen", "line://127.0.0.1:0"]);
    let server = Server::from_command(command.stderr(Stdio::from(pages)));
    assert_eq!(server.shown, for_lines.to_string());
    assert_eq!(server.stdout().next(), Some(for_pages.to_string()));
    let own = server.stdout().next().expect("the address of its own");
    // A client of lines is greeted though it has said nothing, which is so at the door for lines alone.
    Peer::connect(&server).expect(PROMPT);
    let answer = answer(for_pages, "Ana\r\n");
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    TcpStream::connect(own).expect("somebody listens");
}

#[cfg(feature = "tls")]
#[test]
fn passed_socket_for_tls_needs_a_key() {
    let script = "export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=tls";
    let (socket, address) = listener();
    let said = refused(&mut activated(socket.try_clone().expect("a socket"), script, &["--lang", "en"]));
    assert_eq!(said, "tertulia-server: TLS needs --data, --tls-dir, or --tls-cert and --tls-key");
    let dir = Dir::new();
    let server = Server::from_command(&mut activated(socket, script, &["--tls-dir", dir.arg()]));
    let mut plain = TcpStream::connect(address).expect("somebody listens");
    plain.write_all(b"Ana\n").expect("room");
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).expect("an end");
    // An alert (RFC 8446 §6), and no greeting.
    assert_eq!((answer.first(), &server.shown), (Some(&21), &address.to_string()));
}

#[test]
fn socket_for_another_process_is_left_alone() {
    let (socket, address) = listener();
    let variables = "export LISTEN_PID=1 LISTEN_FDS=1";
    let server = Server::from_command(&mut activated(socket, variables, &["--listen", "127.0.0.1:0"]));
    assert_ne!(server.shown, address.to_string());
}

/// What the server says that does not start.
#[track_caller]
fn refused(command: &mut Command) -> String {
    let mut process = Process::start(command);
    let said = process.stderr.rest().join("\n");
    assert_eq!(process.wait().code(), Some(1), "{said}");
    said
}

#[test]
fn descriptor_that_is_no_listening_tcp_socket_is_refused_with_its_number() {
    let dir = Dir::new();
    let (listening, address) = listener();
    let connected = TcpStream::connect(address).expect("somebody listens");
    let descriptors: [OwnedFd; 4] = [
        UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").into(),
        UnixListener::bind(dir.path().join("socket")).expect("a socket").into(),
        connected.into(),
        std::fs::File::open("/dev/null").expect("a file").into(),
    ];
    let (spanish, english) = (
        "tertulia-server: El gestor de servicios pasa un descriptor (3) que no es un socket TCP que escucha: mira la \
         unidad .socket (ListenStream=, y Accept=no)",
        "tertulia-server: The service manager passes a descriptor (4) that is not a listening TCP socket: look at the \
         .socket unit (ListenStream=, and Accept=no)",
    );
    for descriptor in descriptors {
        assert_eq!(refused(&mut activated(descriptor, ONE, &[])), spanish);
    }
    // More are promised than there are.
    let two = "export LISTEN_PID=$$ LISTEN_FDS=2";
    assert_eq!(refused(&mut activated(listening, two, &["--lang", "en"])), english);
}

#[test]
fn number_of_sockets_that_is_none_is_refused() {
    for count in ["x", "-1", "65", "18446744073709551616"] {
        let variables = format!("export LISTEN_PID=$$ LISTEN_FDS={count}");
        let said = refused(&mut activated(listener().0, &variables, &["--lang", "en"]));
        assert_eq!(said, format!("tertulia-server: LISTEN_FDS={count}: a number from 0 to 64 is needed"));
    }
}

#[test]
fn port_of_a_passed_socket_that_is_asked_for_again_is_explained() {
    let (socket, address) = listener();
    let everywhere = format!("0.0.0.0:{}", address.port());
    let said = refused(&mut activated(socket, ONE, &["--lang", "en", "--listen", &everywhere]));
    let explained = format!(
        "tertulia-server: A socket passed by the service manager has the port {everywhere} already: change it in its .socket \
         unit, or leave --listen out"
    );
    assert_eq!(said, explained);
}
