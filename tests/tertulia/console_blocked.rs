//! A console that nobody reads or that is not there, a disk that is full: the chat goes on, and ends well.

use std::io;

use crate::support::peer::Peer;
use crate::support::server::{Server, behind};

/// Some hundreds of KB of console: a pipe holds 64 KiB, the log's queue 4096 lines.
const MESSAGES: usize = 20_000;

/// Says far more than the console can hold, and ends.
fn talk_and_stop(mut server: Server) {
    let mut juan = Peer::join(&server, "Juan");
    let mut maria = Peer::join(&server, "María");
    juan.expect_line(">>> María se unió al chat");
    for hundred in 0..MESSAGES / 100 {
        let lines: Vec<String> = (0..100).map(|n| format!("mensaje {}", hundred * 100 + n)).collect();
        juan.say(&lines.join("\n"));
        for line in lines {
            maria.expect_line(&format!("Juan: {line}"));
        }
    }
    drop((juan, maria));
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn full_pipe_for_a_console_stops_nobody() {
    let (unread, console) = io::pipe().expect("a pipe");
    talk_and_stop(Server::start_with(&["--rate-limit", "0"], console));
    drop(unread);
}

#[test]
fn console_that_has_gone_stops_nobody() {
    let (reader, console) = io::pipe().expect("a pipe");
    drop(reader);
    talk_and_stop(Server::start_with(&["--rate-limit", "0"], console));
}

#[test]
fn console_that_was_never_there_stops_nobody() {
    let mut without = behind("sh", &["-c", "exec \"$0\" \"$@\" 2>&-"], &["--rate-limit", "0"]);
    talk_and_stop(Server::from_command(&mut without));
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_stops_nobody() {
    talk_and_stop(Server::start(&["--rate-limit", "0", "--log-file", "/dev/full"]));
}
