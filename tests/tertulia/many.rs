//! Ten thousand people at once, on real connections.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use socket2::SockRef;
use tertulia::limits::DESCRIPTORS_READY;
use tertulia::net::descriptor_limit;

use crate::support::DEADLINE;
use crate::support::peer::{Peer, opening};
use crate::support::process::skip;
use crate::support::server::Server;

const PEOPLE: usize = 10_000;

/// Room for the ends that this process holds, and for the tests beside this one.
const DESCRIPTORS: u64 = PEOPLE as u64 + 1_000;

fn enough_descriptors() -> bool {
    descriptor_limit() >= DESCRIPTORS || skip(&format!("fewer than {DESCRIPTORS} descriptors may be open"))
}

/// One of the many: a socket and what came of it, without a buffer of their own.
struct Member {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Member {
    fn join(server: &Server, number: usize) -> Member {
        let mut stream = TcpStream::connect(server.address).expect("a server that listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a connection");
        // Broken off at the end, so that they do not occupy ten thousand ports for a minute after.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("a connection");
        writeln!(stream, "p{number}").expect("an empty send buffer");
        Member { stream, heard: Vec::new() }
    }

    /// Reads up to `words` and returns what came, them included.
    fn hear(&mut self, words: &str, scratch: &mut [u8]) -> String {
        loop {
            if let Some(at) = self.heard.windows(words.len()).position(|window| window == words.as_bytes()) {
                let heard = self.heard.drain(..at + words.len()).collect();
                return String::from_utf8(heard).expect("UTF-8");
            }
            let length = self.stream.read(scratch).expect("the words");
            assert!(length > 0, "the end came after {}", String::from_utf8_lossy(&self.heard));
            self.heard.extend_from_slice(&scratch[..length]);
        }
    }
}

/// Where the system has to make room while people come, it stops the loop for many milliseconds.
#[cfg(target_os = "linux")]
#[test]
fn many_descriptors_have_room_from_the_start_and_after_an_upgrade() {
    use crate::support::proc::room_for_descriptors;

    let needed = descriptor_limit().min(DESCRIPTORS_READY);
    let server = Server::start(&[]);
    let mut ana = Peer::join(&server, "Ana");
    assert!(room_for_descriptors(server.id()) >= needed, "of {needed}");
    crate::upgrade::upgrade(&server);
    ana.say("hola");
    assert!(room_for_descriptors(server.id()) >= needed, "of {needed}, in the program that goes on");
}

#[test]
fn ten_thousand_people_hear_each_message_once() {
    if !enough_descriptors() {
        return;
    }
    let server = Server::start(&["--rate-limit", "0", "-q"]);
    let mut herald = Peer::join(&server, "Heraldo");
    let mut people: Vec<_> = (0..PEOPLE).map(|number| Member::join(&server, number)).collect();
    let mut scratch = vec![0; 64 * 1024];
    for (number, member) in people.iter_mut().enumerate() {
        member.hear(&opening(&format!("p{number}")), &mut scratch);
    }
    herald.say("uno");
    herald.say("dos");
    for member in &mut people {
        let heard = member.hear("Heraldo: dos\n", &mut scratch);
        assert_eq!(heard.matches("Heraldo: uno\n").count(), 1, "{heard}");
    }
    drop(people); // before the server, or they could not break off
}
