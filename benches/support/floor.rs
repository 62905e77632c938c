//! The floor: the least that any server of this kind must do.
//!
//! Invariant: epoll, read a chunk, one send to every other socket. No names, no lines, no queues: who does not take a chunk
//! at once misses it.

use std::io::{Read, Write};
use std::net::SocketAddr;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};

use super::Failure;
use super::crowd::WELCOME;

const LISTENER: Token = Token(usize::MAX);
const CHUNK_BYTES: usize = 16 * 1024;
const BACKLOG: i32 = 4096;

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
