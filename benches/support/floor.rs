//! The floor: the least that any server of this kind must do.
//!
//! Law: epoll, read a chunk, one send to every other socket. No names, no lines, no queues: who does not take a chunk
//! at once misses it.

use std::io::{BufRead, BufReader, Lines, Read, Write, stdin};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};

use super::Failure;
use super::crowd::{Crowd, WELCOME};
use super::fanout::{self, Manner};
use super::process::Server;
use super::progress::Progress;

const LISTENER: Token = Token(usize::MAX);
const CHUNK_BYTES: usize = 16 * 1024;
const BACKLOG: i32 = 4096;

/// The floor with a crowd of its own. The crowd is in a process of its own too: as many clients once more are more
/// files than one may open.
pub(crate) struct FloorCrowd {
    pub(crate) server: Server,
    pub(crate) load: Load,
}

/// The process that is the floor's crowd: told a round, it tells how long the message took.
pub(crate) struct Load {
    child: Child,
    rounds: ChildStdin,
    results: Lines<BufReader<ChildStdout>>,
}

impl FloorCrowd {
    /// Starts both, from this program: `--floor` serves and `--floor-load ADDRESS` is the crowd.
    pub(crate) fn start(clients: usize) -> Result<FloorCrowd, Failure> {
        let program = std::env::current_exe()?;
        let server = Server::start(Command::new(&program).arg("--floor"))?;
        let mut command = Command::new(&program);
        command.args(["--floor-load", &server.address.to_string(), "--clients", &clients.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let rounds = child.stdin.take().ok_or("the floor's crowd has no stdin")?;
        let results = BufReader::new(child.stdout.take().ok_or("the floor's crowd has no stdout")?).lines();
        let mut load = Load { child, rounds, results };
        // All are in.
        load.result()?;
        Ok(FloorCrowd { server, load })
    }
}

impl Load {
    /// Lets one message pass, and gives the time until the last has it.
    pub(crate) fn pass(&mut self, round: usize) -> Result<Duration, Failure> {
        writeln!(self.rounds, "{round}")?;
        self.result()
    }

    fn result(&mut self) -> Result<Duration, Failure> {
        let line = self.results.next().ok_or("the floor's crowd has gone")??;
        Ok(Duration::from_nanos(line.parse()?))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // It may have ended already; there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is the floor's crowd: comes in, and then does what its stdin says.
pub(crate) fn load(server: SocketAddr, clients: usize) -> Result<(), Failure> {
    let mut crowd = Crowd::new(server, 0)?;
    crowd.arrive(clients, &mut Progress::silent())?;
    println!("0");
    for round in stdin().lines() {
        println!("{}", fanout::pass(&mut crowd, Manner::Floor, round?.parse()?)?.as_nanos());
    }
    Ok(())
}

/// Serves until it is ended; prints its address first.
pub(crate) fn serve() -> Result<(), Failure> {
    let mut listener = listen()?;
    println!("{}", listener.local_addr()?);
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut events = Events::with_capacity(1024);
    let mut people: Vec<Option<TcpStream>> = Vec::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            match event.token() {
                LISTENER => {
                    while let Ok((mut stream, _)) = listener.accept() {
                        poll.registry().register(&mut stream, Token(people.len()), Interest::READABLE)?;
                        // So that the load knows when everybody is in.
                        stream.write_all(WELCOME)?;
                        people.push(Some(stream));
                    }
                }
                Token(from) => pass_on(&mut people, from, &mut chunk),
            }
        }
    }
}

fn pass_on(people: &mut [Option<TcpStream>], from: usize, chunk: &mut [u8]) {
    loop {
        let length = match people[from].as_mut().map(|stream| stream.read(chunk)) {
            Some(Ok(0)) => return people[from] = None,
            Some(Ok(length)) => length,
            Some(Err(_)) | None => return,
        };
        for (index, person) in people.iter_mut().enumerate() {
            if let Some(stream) = person
                && index != from
            {
                let _ = stream.write(&chunk[..length]);
            }
        }
        // epoll(7): a read that was not filled has emptied the socket.
        if length < chunk.len() {
            return;
        }
    }
}

fn listen() -> Result<TcpListener, Failure> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}
