//! Where the server listens: names and ports, what it says when it cannot, and what those who arrive inherit.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::SockRef;
use tertulia::chat::Language;
use tertulia::config::Door;
use tertulia::limits;
use tertulia::net::{
    BindCause, BindError, Listening, RequestedAddress, bind, descriptor_limit, listeners, resolve,
};

fn listening(addresses: &[&str]) -> Result<Vec<Listening>, BindError> {
    listeners(&addresses.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
}

fn local(listening: &Listening) -> SocketAddr {
    listening.listener.local_addr().expect("an address")
}

/// Whether this machine has an IPv6 loopback; says so if a test has to do without.
fn has_ipv6() -> bool {
    let has = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    if !has {
        eprintln!("skipped: this machine has no ::1");
    }
    has
}

/// Accepts one connection that somebody else has begun, and waits for it.
fn accept(listening: &Listening) -> (mio::net::TcpStream, SocketAddr) {
    let socket = SockRef::from(&listening.listener);
    socket.set_nonblocking(false).expect("a listener that waits");
    let accepted = listening.listener.accept().expect("somebody");
    socket.set_nonblocking(true).expect("a listener that does not wait");
    accepted
}

/// What `listen` makes of a port that is free. Another test may be faster, so another port is tried then.
fn on_a_free_port(listen: impl Fn(u16) -> Result<Vec<Listening>, BindError>) -> Vec<Listening> {
    for _ in 0..20 {
        let port = local(&listening(&["localhost:0"]).expect("a port")[0]).port();
        match listen(port) {
            Err(BindError { cause: BindCause::InUse, .. }) => {}
            done => return done.expect("a port that is free"),
        }
    }
    panic!("no port was ever free");
}

#[test]
fn port_0_is_shown_as_the_port_that_it_became() {
    let listening = listening(&["127.0.0.1:0"]).expect("a port");
    assert_eq!(listening.len(), 1);
    let address = local(&listening[0]);
    assert_ne!(address.port(), 0);
    assert_eq!(listening[0].shown, format!("127.0.0.1:{}", address.port()));
    let client = TcpStream::connect(address).expect("somebody listens");
    let (_, peer) = accept(&listening[0]);
    assert_eq!(peer, client.local_addr().expect("an address"));
}

#[test]
fn accepting_does_not_wait() {
    let listening = listening(&["127.0.0.1:0"]).expect("a port");
    // Asked first, for the other question would wait for ever.
    assert!(SockRef::from(&listening[0].listener).nonblocking().expect("an answer"));
    assert_eq!(listening[0].listener.accept().expect_err("nobody came").kind(), ErrorKind::WouldBlock);
}

#[test]
fn several_addresses_are_several_listeners() {
    let listening = listening(&["127.0.0.1:0", "127.0.0.1:0"]).expect("two ports");
    assert_eq!(listening.len(), 2, "each asked for a port of its own");
    assert_ne!(local(&listening[0]), local(&listening[1]));
    for one in &listening {
        let _client = TcpStream::connect(local(one)).expect("somebody listens");
        accept(one);
    }
}

#[test]
fn localhost_is_both_loopback_addresses_on_one_port() {
    if !has_ipv6() {
        return;
    }
    // Often, for the port that is free on the one may be taken on the other.
    for _ in 0..50 {
        let listening = listening(&["LocalHost:0"]).expect("a port");
        let ips: Vec<_> = listening.iter().map(|one| local(one).ip()).collect();
        assert_eq!(ips, [std::net::IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()]);
        assert_eq!(local(&listening[0]).port(), local(&listening[1]).port());
        assert!(listening.iter().all(|one| one.shown == format!("LocalHost:{}", local(one).port())));
    }
}

#[test]
fn address_asked_for_twice_is_bound_once() {
    let listening =
        on_a_free_port(|port| listeners(&[format!("127.0.0.1:{port}"), format!("127.0.0.1:{port}")]));
    assert_eq!(listening.len(), 1);
}

#[test]
fn address_that_a_name_shares_with_another_is_bound_once() {
    if !has_ipv6() {
        return;
    }
    let listening =
        on_a_free_port(|port| listeners(&[format!("127.0.0.1:{port}"), format!("localhost:{port}")]));
    let port = local(&listening[0]).port();
    let found: Vec<_> = listening.iter().map(|one| (one.shown.clone(), local(one).is_ipv6())).collect();
    assert_eq!(found, [(format!("127.0.0.1:{port}"), false), (format!("localhost:{port}"), true)]);
}

#[test]
fn port_that_is_never_free_everywhere_is_given_up() {
    // The second takes in the first, whatever the port.
    let addresses = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED].map(|ip| (ip, 0).into()).to_vec();
    let error = bind(&[RequestedAddress { text: "aula:0".into(), addresses, door: Door::Any }])
        .expect_err("there is no such port");
    assert!(matches!(error.cause, BindCause::InUse), "{error:?}");
}

#[test]
fn taken_port_is_named_in_one_line() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = other.local_addr().expect("an address").to_string();
    let error = listening(&[&address]).expect_err("the port is taken");
    assert!(matches!(error.cause, BindCause::InUse), "{error:?}");
    let (host, next) = (Ipv4Addr::LOCALHOST, other.local_addr().expect("an address").port() + 1);
    assert_eq!(
        error.describe(Language::Spanish),
        format!(
            "El puerto {address} ya está en uso. ¿Hay otro tertulia-server en marcha? Para usar otro puerto: --listen \
             {host}:{next}"
        )
    );
    assert_eq!(
        error.describe(Language::English),
        format!(
            "The port {address} is already in use. Is another tertulia-server running? To use another port: --listen \
             {host}:{next}"
        )
    );
    let last = BindError { address: "aula:65535".into(), cause: BindCause::InUse };
    let line = last.describe(Language::English);
    assert!(line.ends_with(" --listen aula:65434"), "{line}");
}

#[test]
fn name_with_one_taken_address_is_refused() {
    if !has_ipv6() {
        return;
    }
    let other = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).expect("a port");
    let name = format!("localhost:{}", other.local_addr().expect("an address").port());
    let error = listening(&[&name]).expect_err("half of it is taken");
    assert!(matches!(error.cause, BindCause::InUse), "{error:?}");
    assert_eq!(error.address, name);
}

#[test]
fn port_is_free_again_right_after_its_server_has_gone() {
    // More than once, for another test may take the port in between.
    let came_back = (0..20).any(|_| {
        let first = listening(&["127.0.0.1:0"]).expect("a port");
        let address = local(&first[0]);
        let client = TcpStream::connect(address).expect("somebody listens");
        // The server closes first, so that its port lingers in TIME_WAIT.
        drop(accept(&first[0]));
        drop(first);
        drop(client);
        listening(&[&address.to_string()]).is_ok_and(|again| local(&again[0]) == address)
    });
    assert!(came_back);
}

#[test]
fn address_that_this_machine_lacks_is_passed_over_if_the_name_has_another() {
    // Of TEST-NET-3 (RFC 5737): nobody's.
    let foreign = SocketAddr::from(([203, 0, 113, 1], 0));
    let ours = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    for addresses in [vec![foreign, ours], vec![ours, foreign]] {
        let listening = bind(&[RequestedAddress { text: "aula:0".into(), addresses, door: Door::Any }])
            .expect("one of the two");
        assert_eq!(listening.len(), 1);
        assert_eq!(local(&listening[0]).ip(), ours.ip());
        assert_eq!(listening[0].shown, format!("aula:{}", local(&listening[0]).port()));
    }
    let error =
        bind(&[RequestedAddress { text: "aula:0".into(), addresses: vec![foreign], door: Door::Any }])
            .expect_err("it has no other");
    assert!(matches!(error.cause, BindCause::NotHere), "{error:?}");
    assert_eq!(
        error.describe(Language::Spanish),
        "La dirección aula:0 no es de este equipo. Para todas las que tiene: --listen 0.0.0.0:0"
    );
}

#[test]
fn name_whose_only_address_here_is_bound_already_is_no_error() {
    let listening = on_a_free_port(|port| {
        let ours = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let foreign = SocketAddr::from(([203, 0, 113, 1], port));
        let asked = [vec![ours], vec![foreign, ours]];
        bind(&asked.map(|addresses| RequestedAddress { text: "aula".into(), addresses, door: Door::Any }))
    });
    assert_eq!(listening.len(), 1);
}

#[test]
fn name_that_means_nothing_is_named_in_one_line() {
    // Names that no name server has to be asked for: none has a part of more than 63 letters.
    for text in [format!("{}:7000", "x".repeat(64)), "localhost:http".into(), "127.0.0.1:70000".into()] {
        let error = resolve(&text).expect_err(&text);
        assert!(matches!(error.cause, BindCause::Unresolved(_)), "{error:?}");
        for language in [Language::Spanish, Language::English] {
            let line = error.describe(language);
            assert!(line.contains(&text) && !line.contains('\n'), "{line}");
        }
    }
}

/// The loopback interface: every machine has one, under a name of its own, and it is the first.
fn loopback() -> &'static str {
    if cfg!(target_os = "linux") { "lo" } else { "lo0" }
}

#[test]
fn interface_of_an_address_is_a_name_or_a_number() {
    if !has_ipv6() {
        return;
    }
    for interface in [loopback(), "1"] {
        let asked = resolve(&format!("[fe80::7%{interface}]:7000")).expect(interface);
        assert_eq!(asked.addresses.len(), 1);
        let SocketAddr::V6(address) = asked.addresses[0] else { panic!("{asked:?}") };
        let found = (address.ip().to_string(), address.scope_id(), address.port());
        assert_eq!(found, ("fe80::7".into(), 1, 7000), "{interface}");
    }
    let here = listening(&[&format!("[::1%{}]:0", loopback())]).expect("loopback with its interface");
    assert!(here[0].shown.starts_with(&format!("[::1%{}]:", loopback())), "{}", here[0].shown);
    let _client = TcpStream::connect((Ipv6Addr::LOCALHOST, local(&here[0]).port())).expect("it listens");
}

#[test]
fn interface_that_is_missing_or_unknown_is_said() {
    let line = |address: &str, language| resolve(address).expect_err(address).describe(language);
    assert_eq!(
        line("[fe80::1]:7000", Language::Spanish),
        "En [fe80::1]:7000 falta la interfaz de red: [fe80::1%eth0]:7000."
    );
    assert_eq!(
        line("[fe80::1%]:7000", Language::English),
        "The network interface is missing in [fe80::1%]:7000: [fe80::1%eth0]:7000."
    );
    assert_eq!(
        line("[fe80::1%nada0]:7000", Language::Spanish),
        "No se encuentra [fe80::1%nada0]:7000: este equipo no tiene ninguna interfaz de red nada0."
    );
    assert_eq!(
        line("[fe80::1%nada0]:7000", Language::English),
        "Cannot find [fe80::1%nada0]:7000: this machine has no network interface nada0."
    );
    assert_eq!(
        line("[fe80::x%1]:7000", Language::Spanish),
        "No se encuentra [fe80::x%1]:7000: no es válido."
    );
}

#[test]
fn system_errors_are_said_in_the_language_of_the_console() {
    let spoken = |number, language| {
        let cause = BindCause::Other(io::Error::from_raw_os_error(number));
        BindError { address: "localhost:80".into(), cause }.describe(language)
    };
    let file_exists = rustix::io::Errno::EXIST.raw_os_error();
    assert_eq!(spoken(file_exists, Language::Spanish), "No se puede escuchar en localhost:80: ya existe.");
    assert_eq!(spoken(file_exists, Language::English), "Cannot listen on localhost:80: File exists.");
    let strange = rustix::io::Errno::CHRNG.raw_os_error();
    let line = spoken(strange, Language::Spanish);
    assert!(line.contains(": el sistema dice «") && !line.contains(&strange.to_string()), "{line}");
    let unknown = resolve(&format!("{}:7000", "x".repeat(64))).expect_err("no such name");
    assert!(unknown.describe(Language::Spanish).ends_with(": ese nombre no lleva a ninguna parte."));
}

#[test]
fn refusal_of_the_system_says_permission() {
    let cause = BindCause::from(io::Error::from(ErrorKind::PermissionDenied));
    let error = BindError { address: "localhost:80".into(), cause };
    assert_eq!(
        error.describe(Language::Spanish),
        "No hay permiso para usar el puerto localhost:80. Por debajo de 1024 suelen ser del administrador. Para usar otro \
         puerto: --listen localhost:65434"
    );
    assert_eq!(
        error.describe(Language::English),
        "No permission to use the port localhost:80. Those below 1024 are mostly the administrator's. To use another port: \
         --listen localhost:65434"
    );
}

#[test]
fn wildcard_of_ipv6_is_that_of_ipv4_too_unless_that_was_asked_for_itself() {
    if !has_ipv6() {
        return;
    }
    let alone = listening(&["[::]:0"]).expect("a port");
    assert_eq!(SockRef::from(&alone[0].listener).only_v6().ok(), Some(false));
    let port = local(&alone[0]).port();
    let _client = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("IPv4 is served as well");
    accept(&alone[0]);
    drop(alone);

    for hosts in [["[::]", "0.0.0.0"], ["0.0.0.0", "[::]"]] {
        let both = on_a_free_port(|port| listeners(&hosts.map(|host| format!("{host}:{port}"))));
        let v4 = both.iter().find(|one| local(one).is_ipv4()).expect("an IPv4 listener");
        let _client = TcpStream::connect((Ipv4Addr::LOCALHOST, local(v4).port())).expect("IPv4 is served");
        accept(v4);
    }
}

/// The options that each connection shall have, as the system tells them.
#[cfg(target_os = "linux")]
#[derive(Debug, PartialEq)]
struct Inherited {
    nodelay: bool,
    keepalive: bool,
    idle: Duration,
    interval: Duration,
    probes: u32,
    user_timeout: Option<Duration>,
    send_buffer: usize,
}

#[cfg(target_os = "linux")]
fn inherited(stream: &mio::net::TcpStream) -> Inherited {
    let socket = SockRef::from(stream);
    Inherited {
        nodelay: socket.tcp_nodelay().expect("an answer"),
        keepalive: socket.keepalive().expect("an answer"),
        idle: socket.tcp_keepalive_time().expect("an answer"),
        interval: socket.tcp_keepalive_interval().expect("an answer"),
        probes: socket.tcp_keepalive_retries().expect("an answer"),
        user_timeout: socket.tcp_user_timeout().expect("an answer"),
        send_buffer: socket.send_buffer_size().expect("an answer"),
    }
}

#[cfg(target_os = "linux")]
#[test]
fn accepted_socket_inherits_what_the_listener_was_given() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        if address.starts_with('[') && !has_ipv6() {
            continue;
        }
        let listening = listening(&[address]).expect("a port");
        let _client = TcpStream::connect(local(&listening[0])).expect("somebody listens");
        let (accepted, _) = accept(&listening[0]);
        let expected = Inherited {
            nodelay: true,
            keepalive: true,
            idle: limits::KEEPALIVE_IDLE,
            interval: limits::KEEPALIVE_INTERVAL,
            probes: limits::KEEPALIVE_PROBES,
            user_timeout: Some(limits::UNACKNOWLEDGED_TIMEOUT),
            // socket(7): the kernel doubles the value, to have space for its own book-keeping.
            send_buffer: 2 * limits::SEND_BUFFER_BYTES,
        };
        assert_eq!(inherited(&accepted), expected, "{address}");
    }
}

#[test]
fn descriptor_limit_is_raised_to_what_may_be_had() {
    let before = getrlimit(Resource::Nofile);
    let most = before.maximum.unwrap_or(u64::MAX).min(limits::DESCRIPTORS_MAX);
    // Hardly lower, for the tests that run beside this one.
    setrlimit(Resource::Nofile, Rlimit { current: Some(most - 1), ..before }).expect("a lower limit");
    assert_eq!(descriptor_limit(), most);
    assert_eq!(getrlimit(Resource::Nofile).current, Some(most));
    assert_eq!(descriptor_limit(), most, "asked again");
}
