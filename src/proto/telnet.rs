//! The telnet commands between the bytes of a line: taken out, answered where silence would hang the other side.
//!
//! Laws: nothing is sent before the client has sent an IAC; every offer and request is declined, and a refusal is
//! never answered, so that no exchange goes on for ever (RFC 854, RFC 1143). A sequence may be cut anywhere.

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

const BACKSPACE: &[u8] = b"\x08";

/// Where in a telnet command the input stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After IAC.
    Command,
    /// After IAC and DO, DONT, WILL or WONT.
    Option(u8),
    /// Between IAC SB and IAC SE.
    Subnegotiation,
    /// After an IAC in there.
    SubnegotiationCommand,
}

/// What the filter met.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Met<'a> {
    /// Bytes of text.
    Text(&'a [u8]),
    /// Bytes to send back.
    Answer([u8; 3]),
    /// "Are you there?"
    AreYouThere,
    /// "I quit": IAC IP, what telnet sends for Ctrl-C.
    Interrupt,
}

/// The telnet side of one connection.
#[derive(Debug, Default)]
pub(super) struct Telnet(State);

impl Telnet {
    /// Splits `input` into what `meet` is shown, in order.
    pub(super) fn filter<'a>(&mut self, input: &'a [u8], mut meet: impl FnMut(Met<'a>)) {
        let mut rest = input;
        while let [first, tail @ ..] = rest {
            match self.0 {
                State::Text => {
                    let text = rest.iter().position(|&byte| byte == IAC).unwrap_or(rest.len());
                    if text > 0 {
                        meet(Met::Text(&rest[..text]));
                    }
                    if text < rest.len() {
                        self.0 = State::Command;
                    }
                    rest = rest.get(text + 1..).unwrap_or_default();
                    continue;
                }
                State::Command => self.command(*first, rest, &mut meet),
                State::Option(verb) => {
                    match verb {
                        DO => meet(Met::Answer([IAC, WONT, *first])),
                        WILL => meet(Met::Answer([IAC, DONT, *first])),
                        _ => {}
                    }
                    self.0 = State::Text;
                }
                State::Subnegotiation if *first == IAC => self.0 = State::SubnegotiationCommand,
                State::Subnegotiation => {}
                State::SubnegotiationCommand => {
                    self.0 = if *first == SE { State::Text } else { State::Subnegotiation };
                }
            }
            rest = tail;
        }
    }

    fn command<'a>(&mut self, byte: u8, rest: &'a [u8], meet: &mut impl FnMut(Met<'a>)) {
        self.0 = match byte {
            DO | DONT | WILL | WONT => State::Option(byte),
            SB => State::Subnegotiation,
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
