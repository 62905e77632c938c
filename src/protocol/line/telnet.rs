//! The telnet commands between the bytes of a line: taken out, answered where silence would hang the other side.
//!
//! Invariants: every offer and request is declined, and a refusal is never answered, so that no exchange goes on for ever
//! (RFC 854, RFC 1143). A sequence may be cut anywhere. The server asks for one thing only, that a password is not
//! echoed (RFC 857), and of those only who may be a telnet: see [`Telnet::hide`].

use serde::{Deserialize, Serialize};

use crate::limits::SUBNEGOTIATION_MAX_BYTES;

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const ERASE_CHARACTER: u8 = 247;
const ARE_YOU_THERE: u8 = 246;
const INTERRUPT_PROCESS: u8 = 244;
const SE: u8 = 240;

/// The option to echo: who echoes is the server, which does not.
const ECHO: u8 = 1;

const BACKSPACE: &[u8] = b"\x08";

/// Where in a telnet command the input stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    #[default]
    Text,
    /// After IAC.
    Command,
    /// After IAC DO.
    Do,
    /// After IAC DONT.
    Dont,
    /// After IAC WILL.
    Will,
    /// After IAC WONT.
    Wont,
    /// Between IAC SB and IAC SE, behind so many bytes. Once these are [`SUBNEGOTIATION_MAX_BYTES`], the next end of a
    /// line ends it as well.
    Subnegotiation(u8),
    /// After an IAC in there.
    SubnegotiationCommand(u8),
}

/// What the filter met.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::protocol) enum Met<'a> {
    /// Bytes of text.
    Text(&'a [u8]),
    /// Bytes to send back.
    Answer([u8; 3]),
    /// "Are you there?"
    AreYouThere,
    /// "I quit": IAC IP, what telnet sends for Ctrl-C.
    Interrupt,
    /// Bytes that were lost: those of a subnegotiation that was left open.
    Lost,
}

/// What is known of the other side, and who shows what is typed there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Echo {
    /// The client does, which may be no telnet.
    #[default]
    Unknown,
    /// The client does, which has shown to be a telnet or was spoken to as one.
    Client,
    /// Nobody, if the client agrees.
    Asked,
    /// Nobody: the client agreed.
    Nobody,
}

/// The telnet side of one connection. Three bytes: every silent connection has one.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::protocol) struct Telnet {
    state: State,
    echo: Echo,
}

impl Telnet {
    /// What asks the client not to show what is typed. `crlf`: whether its lines end as telnet's do. A telnet to a port
    /// that is not its own says no IAC before it is spoken to; but it sends CR LF, which `nc` does not. Any other that
    /// sends that gets six bytes too many around a password, and only there.
    pub(in crate::protocol) fn hide(&mut self, crlf: bool) -> Option<[u8; 3]> {
        (self.echo != Echo::Unknown || crlf).then(|| {
            self.echo = Echo::Asked;
            [IAC, WILL, ECHO]
        })
    }

    /// What takes that back, with the end of the line if that was not shown either.
    pub(in crate::protocol) fn show(&mut self) -> Option<&'static [u8]> {
        let echo = self.echo;
        self.echo = if echo == Echo::Unknown { Echo::Unknown } else { Echo::Client };
        match echo {
            Echo::Unknown | Echo::Client => None,
            Echo::Asked => Some(&[IAC, WONT, ECHO]),
            Echo::Nobody => Some(&[IAC, WONT, ECHO, b'\r', b'\n']),
        }
    }

    /// Whether what comes is not text, but of a subnegotiation.
    pub(in crate::protocol) fn is_negotiating(&self) -> bool {
        matches!(self.state, State::Subnegotiation(_) | State::SubnegotiationCommand(_))
    }

    /// Splits `input` into what `meet` is shown, in order.
    pub(in crate::protocol) fn filter<'a>(&mut self, input: &'a [u8], mut meet: impl FnMut(Met<'a>)) {
        let mut rest = input;
        while let [first, tail @ ..] = rest {
            match self.state {
                State::Text => {
                    let text = rest.iter().position(|&byte| byte == IAC).unwrap_or(rest.len());
                    if text > 0 {
                        meet(Met::Text(&rest[..text]));
                    }
                    if text < rest.len() {
                        self.state = State::Command;
                        if self.echo == Echo::Unknown {
                            self.echo = Echo::Client;
                        }
                    }
                    rest = rest.get(text + 1..).unwrap_or_default();
                    continue;
                }
                State::Command => self.command(*first, rest, &mut meet),
                State::Do | State::Dont | State::Will | State::Wont => self.option(*first, &mut meet),
                State::Subnegotiation(swallowed) => match *first {
                    IAC => self.state = State::SubnegotiationCommand(swallowed),
                    b'\r' | b'\n' if swallowed >= SUBNEGOTIATION_MAX_BYTES => {
                        self.state = State::Text;
                        meet(Met::Lost);
                        continue;
                    }
                    _ => self.state = State::Subnegotiation(swallowed.saturating_add(1)),
                },
                State::SubnegotiationCommand(_) if *first == SE => self.state = State::Text,
                State::SubnegotiationCommand(swallowed) => {
                    self.state = State::Subnegotiation(swallowed.saturating_add(1));
                }
            }
            rest = tail;
        }
    }

    /// What the other side asks or offers, or does not want.
    fn option<'a>(&mut self, option: u8, meet: &mut impl FnMut(Met<'a>)) {
        let asked = option == ECHO && matches!(self.echo, Echo::Asked | Echo::Nobody);
        match std::mem::take(&mut self.state) {
            State::Do if asked => self.echo = Echo::Nobody,
            State::Dont if asked => self.echo = Echo::Asked,
            State::Do => meet(Met::Answer([IAC, WONT, option])),
            State::Will => meet(Met::Answer([IAC, DONT, option])),
            _ => {}
        }
    }

    fn command<'a>(&mut self, byte: u8, rest: &'a [u8], meet: &mut impl FnMut(Met<'a>)) {
        self.state = match byte {
            DO => State::Do,
            DONT => State::Dont,
            WILL => State::Will,
            WONT => State::Wont,
            SB => State::Subnegotiation(0),
            _ => State::Text,
        };
        match byte {
            IAC => meet(Met::Text(&rest[..1])), // a doubled IAC is the byte itself
            ERASE_CHARACTER => meet(Met::Text(BACKSPACE)),
            ARE_YOU_THERE => meet(Met::AreYouThere),
            INTERRUPT_PROCESS => meet(Met::Interrupt),
            _ => {}
        }
    }
}
