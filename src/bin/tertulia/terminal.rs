//! The conversation at a terminal: what arrives appears above the line being typed.
//!
//! Invariants: one thread owns the screen and the line; keys, the network and signals come to it as events through one
//! bounded queue, so a server that floods us is read as fast as the terminal takes it. The terminal is left as it was
//! found, however the program ends.

mod completion;
mod event;
mod keys;
mod layout;
mod line;
mod paint;
mod raw_mode;
mod screen;
mod session;

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::args::Options;
use crate::connection::{Connection, News, Sent};
use event::{Event, Outgoing};
use raw_mode::RawMode;
use session::Session;

/// Events that may wait for the screen.
const EVENTS_MAX: usize = 256;

/// Talks until it is over; gives the exit status, or nothing if the terminal is not up to it.
pub(crate) fn run(connection: &Arc<Connection>, options: &Options) -> Option<u8> {
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return None;
    }
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGCONT]).ok()?;
    let raw = RawMode::enter().ok()?;
    let (sender, events) = mpsc::sync_channel(EVENTS_MAX);
    let from_signals = sender.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            if from_signals.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    });
    let from_keyboard = sender.clone();
    thread::spawn(move || read_keyboard(&from_keyboard));
    let (reader, from_network) = (connection.clone(), sender.clone());
    thread::spawn(move || {
        let status = reader.run(&mut |news| {
            // Once the screen is gone the program is ending.
            let _ = from_network.send(match news {
                News::Connecting(address) => Event::Connecting(address.clone()),
                News::Heard(heard) => Event::Heard(heard.clone()),
                News::Answered(name) => Event::Answered(name.to_string()),
                News::Notice(notice) => Event::Notice(notice),
                News::Settled => Event::Settled,
            });
        });
        let _ = from_network.send(Event::Over(status));
    });
    // A server that does not read holds up this thread, not the keyboard.
    let (outgoing, lines) = mpsc::channel();
    let (writer, not_sent) = (connection.clone(), sender);
    thread::spawn(move || {
        for (stream, outgoing) in lines {
            match outgoing {
                Outgoing::Line(line) => {
                    if writer.write(&stream, line) == Sent::Away {
                        let _ = not_sent.send(Event::NotSent);
                    }
                }
                Outgoing::End => stream.finish(),
            }
        }
    });
    let mut session = Session::new(connection.clone(), options, raw, outgoing);
    Some(session.run(&events))
}

fn read_keyboard(events: &SyncSender<Event>) {
    let mut bytes = [0; 4096];
    loop {
        let count = match io::stdin().read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.unwrap_or(0),
        };
        if events.send(Event::Keyboard(bytes[..count].to_vec())).is_err() || count == 0 {
            return;
        }
    }
}
