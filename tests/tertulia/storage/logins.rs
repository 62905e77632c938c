//! A flood of wrong passwords from one address: whoever logs in from another one does not wait, nor does the chat.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::support::{Dir, Peer, Server};
use super::trips::round_trips;

/// Connections that the flood comes through.
const ATTACKERS: u64 = 50;

/// A server where María has registered her name.
fn server(dir: &Dir) -> Server {
    let server = Server::keeping(dir);
    let mut maria = Peer::enter(&server, "María");
    maria.say("/registrar\ngirasoles\ngirasoles\nsalir");
    maria.until("es tuyo desde ahora");
    server
}

/// María, from another address than everybody else; how long her password took.
fn logs_in_from_elsewhere(server: &Server) -> Duration {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), 0)).into()).unwrap();
    socket.connect(&server.address.into()).unwrap();
    let mut maria = Peer::from(TcpStream::from(socket));
    let start = Instant::now();
    maria.say("María\ngirasoles");
    maria.until("Bienvenido al chat, María!");
    start.elapsed()
}

/// Wrong passwords from one address, `per_second` of them until it is over; how many.
fn guess(address: SocketAddr, per_second: u64, over: &AtomicBool) -> u64 {
    let connect = |_| {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    };
    let mut streams: Vec<TcpStream> = (0..ATTACKERS).map(connect).collect();
    let mut scratch = vec![0; 64 * 1024];
    let start = Instant::now();
    let mut guesses = 0;
    while !over.load(Ordering::Relaxed) {
        let stream = &mut streams[(guesses % ATTACKERS) as usize];
        while matches!(stream.read(&mut scratch), Ok(1..)) {}
        match stream.write_all(format!("María\nadivino {guesses}\n").as_bytes()) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => panic!("{error}"),
            _ => guesses += 1,
        }
        let due = Duration::from_micros(guesses * 1_000_000 / per_second);
        thread::sleep(due.saturating_sub(start.elapsed())); // the pace is what is wanted
    }
    guesses
}

#[test]
fn honest_login_from_elsewhere_gets_through() {
    let dir = Dir::new();
    let server = server(&dir);
    let address = server.address;
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| guess(address, 1_000, &over));
        // Each is answered; how soon is for a machine that does nothing else.
        for _ in 0..10 {
            logs_in_from_elsewhere(&server);
        }
        over.store(true, Ordering::Relaxed);
    });
}

#[test]
#[ignore = "half a minute of work, and figures to look at"]
fn guesses_at_a_thousand_a_second_beside_a_conversation() {
    let dir = Dir::new();
    let server = server(&dir);
    let address = server.address;
    for per_second in [0, 1_000] {
        let trips = round_trips(&server, |over| {
            if per_second > 0 {
                println!("{} guesses", guess(address, per_second, over));
            }
        });
        println!("{per_second} guesses a second: p50, p99, p99.9, max {trips:?}");
    }
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| guess(address, 1_000, &over));
        let mut logins: Vec<Duration> = (0..50).map(|_| logs_in_from_elsewhere(&server)).collect();
        over.store(true, Ordering::Relaxed);
        logins.sort();
        println!("logins from elsewhere meanwhile: p50 {:?}, max {:?}", logins[25], logins[49]);
        assert!(logins[49] < Duration::from_secs(1), "{:?}", logins[49]);
    });
    println!("complaints: {:?}", server.complaints());
}
