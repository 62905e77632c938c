//! The client without an editor: pipes, scripts, and `--plain` at a terminal.
//!
//! Invariants: lines go in and out as they are; what comes from the network is safe text already. A password that is
//! typed is not shown. In a pipe nothing is repeated that was said before: a bot would answer it.

mod echo_guard;

use std::io::{self, BufRead, Write};
use std::process;
use std::sync::Arc;
use std::thread;

use crate::connection::{Connection, News, Sent, Turn};
use crate::prompt_parser::{Heard, Question};
use echo_guard::{EchoGuard, INTERRUPT};

/// Talks until it is over; gives the exit status.
pub(crate) fn run(connection: &Arc<Connection>, person: bool) -> u8 {
    let guard = Arc::new(EchoGuard::default());
    let (reader, theirs) = (connection.clone(), guard.clone());
    thread::spawn(move || {
        // The other thread may be waiting for a line that never comes, so this one ends the program.
        let mut unfinished = false;
        let status = reader.run(&mut |news| show(&news, person, &theirs, &mut unfinished));
        theirs.lift();
        process::exit(i32::from(status));
    });
    write_lines(connection, person, &guard)
}

/// Sends standard input to its end, and waits for the server's.
fn write_lines(connection: &Connection, person: bool, guard: &EchoGuard) -> u8 {
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    loop {
        // The turn comes first: a line is only taken from the input when there is a connection to give it to.
        if let Turn::Over(status) = connection.turn() {
            return status;
        }
        line.clear();
        let read = read_line(&mut input, &mut line, guard).unwrap_or(0);
        if guard.lift() {
            print(b"\n"); // the end of the line was not shown either
            if line.last() == Some(&INTERRUPT) {
                return 130;
            }
        }
        if read == 0 {
            let Some(stream) = connection.end_input() else { return 0 };
            stream.finish();
            return connection.wait_over();
        }
        while connection.send(&line) == Sent::Away {
            if connection.leaving() {
                return 0;
            }
            if person {
                print(format!("{}\n", connection.away_notice()).as_bytes());
                break;
            }
            if let Turn::Over(status) = connection.turn() {
                return status;
            }
        }
    }
}

/// Reads a line with its end, which Ctrl-C is too while a password is typed; gives its length.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>, guard: &EchoGuard) -> io::Result<usize> {
    loop {
        let bytes = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let ends = |byte: &u8| *byte == b'\n' || *byte == INTERRUPT && guard.is_drawn();
        let end = bytes.iter().position(ends);
        let taken = end.map_or(bytes.len(), |end| end + 1);
        line.extend_from_slice(&bytes[..taken]);
        input.consume(taken);
        if end.is_some() || taken == 0 {
            return Ok(line.len());
        }
    }
}

/// `unfinished`: what was shown last ends in the middle of a line.
fn show(news: &News, person: bool, guard: &EchoGuard, unfinished: &mut bool) {
    match news {
        News::Heard(Heard::Question(Question::Password)) if person => guard.draw(),
        News::Heard(Heard::Text(text)) => say(text, unfinished),
        News::Heard(Heard::Replayed(text)) if person => say(text, unfinished),
        News::Heard(_) | News::Connecting(_) | News::Settled => {}
        // The terminal echoes what a user types, and this was not typed.
        News::Answered(name) if person => {
            guard.lift();
            say(&format!("{name}\n"), unfinished);
        }
        News::Answered(_) => {}
        News::Notice(notice) if person && notice.starts_with("---") => {
            let before = if *unfinished { "\n" } else { "" };
            say(&format!("{before}{notice}\n"), unfinished);
        }
        News::Notice(notice) => drop(writeln!(io::stderr(), "{notice}")),
    }
}

/// Shows text that is not empty.
fn say(text: &str, unfinished: &mut bool) {
    print(text.as_bytes());
    *unfinished = !text.ends_with('\n');
}

/// The reader of our output is gone (`| head -1`): nothing is left to do, and it is no failure of ours.
fn print(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        process::exit(0);
    }
}
