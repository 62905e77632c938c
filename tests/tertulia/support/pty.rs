//! Any program on a pseudo-terminal of 24 rows and 80 columns, with a screen to look at.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::DEADLINE;
use super::owned::Owned;

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;

/// A running program and its terminal.
pub(crate) struct Pty {
    child: Owned,
    keyboard: File,
    terminal: OwnedFd,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
}

/// What is left when the program has ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) screen: String,
    /// The terminal echoes and takes lines, as before.
    pub(crate) cooked: bool,
    /// Where the cursor was left.
    pub(crate) column: u16,
}

/// A terminal that shows what is typed and takes it in lines.
const COOKED: LocalModes = LocalModes::ECHO.union(LocalModes::ICANON);

impl Pty {
    /// Starts `command` with the terminal as its input, output and errors.
    pub(crate) fn spawn(mut command: Command) -> Pty {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        let terminal =
            rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        let size = Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        let stdio = || Stdio::from(terminal.try_clone().unwrap());
        let child = Owned::start(command.stdin(stdio()).stdout(stdio()).stderr(stdio()));
        drop(command); // it holds copies of the terminal
        let keyboard = File::from(master);
        let output = read_all(keyboard.try_clone().unwrap());
        Pty { child, keyboard, terminal, output, parser: vt100::Parser::new(ROWS, COLUMNS, 0) }
    }

    /// Presses keys.
    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn wait_for(&mut self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let start = Instant::now();
        while !wanted(self.parser.screen()) {
            let left = DEADLINE.saturating_sub(start.elapsed());
            match self.output.recv_timeout(left.max(Duration::from_millis(1))) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Timeout) if !left.is_zero() => {}
                Err(error) => panic!("waiting for {what}: {error}; the screen:\n{}", self.screen()),
            }
        }
    }

    /// Waits until these words stand on the screen.
    pub(crate) fn wait_for_text(&mut self, text: &str) {
        self.wait_for(text, |screen| screen.contents().contains(text));
    }

    /// Waits until the row with the cursor is this, but for spaces at its end.
    pub(crate) fn wait_for_line(&mut self, line: &str) {
        self.wait_for(line, |screen| cursor_row(screen).trim_end() == line.trim_end());
    }

    /// The screen's text as it was when last looked at.
    pub(crate) fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// The screen itself, for colours.
    pub(crate) fn cells(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Does the terminal echo what is typed and take it in lines?
    pub(crate) fn is_cooked(&self) -> bool {
        tcgetattr(&self.terminal).unwrap().local_modes.contains(COOKED)
    }

    /// Waits until the program takes each key by itself.
    pub(crate) fn wait_for_keys(&self) {
        self.wait_for_modes("it still takes lines", |modes| !modes.contains(COOKED));
    }

    /// Waits until the terminal takes lines without showing them.
    pub(crate) fn wait_until_hidden(&self) {
        self.wait_for_modes("it still shows what is typed", |modes| {
            modes.contains(LocalModes::ICANON) && !modes.contains(LocalModes::ECHO)
        });
    }

    /// Waits until the terminal shows what is typed and takes it in lines.
    pub(crate) fn wait_until_cooked(&self) {
        self.wait_for_modes("it does not show what is typed", |modes| modes.contains(COOKED));
    }

    fn wait_for_modes(&self, otherwise: &str, wanted: impl Fn(LocalModes) -> bool) {
        let start = Instant::now();
        while !wanted(tcgetattr(&self.terminal).unwrap().local_modes) {
            assert!(start.elapsed() < DEADLINE, "{otherwise}; the screen:\n{}", self.screen());
            thread::sleep(Duration::from_millis(1)); // a terminal does not tell when its modes change
        }
    }

    /// Gives the terminal another size, and tells the program.
    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        tcsetwinsize(&self.terminal, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 })
            .unwrap();
        self.parser.screen_mut().set_size(rows, columns);
        // The kernel tells the terminal's own processes; ours is not one of them.
        self.signal(Signal::WINCH);
    }

    /// Sends the program a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the program to end by itself.
    pub(crate) fn wait_end(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            // The output is taken meanwhile: a full terminal would keep the program from ending.
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(1)) {
                self.parser.process(&bytes);
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < DEADLINE, "it does not end; the screen:\n{}", self.screen());
        };
        let cooked = self.is_cooked();
        drop(self.terminal); // the last one: now the output has an end
        for bytes in self.output {
            self.parser.process(&bytes);
        }
        let screen = self.parser.screen();
        Ended { status, screen: screen.contents(), cooked, column: screen.cursor_position().1 }
    }
}

/// The text of the row that has the cursor.
pub(crate) fn cursor_row(screen: &vt100::Screen) -> String {
    let (row, _) = screen.cursor_position();
    screen.rows(0, screen.size().1).nth(usize::from(row)).unwrap_or_default()
}

/// Reads until the last copy of the terminal is closed.
fn read_all(mut from: File) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if sender.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}
