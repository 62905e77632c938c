//! The telnet commands between the bytes of a line: taken out, answered where silence would hang the other side.
//!
//! Laws: every offer and request is declined, and a refusal is never answered, so that no exchange goes on for ever
//! (RFC 854, RFC 1143). A sequence may be cut anywhere. The server asks for one thing only, that a password is not
//! echoed (RFC 857), and of those only who may be a telnet: see [`Telnet::hide`].

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

/// Who shows what is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Echo {
    /// The client, as ever.
    #[default]
    Client,
    /// Nobody, if the client agrees.
    Asked,
    /// Nobody: the client agreed.
    Nobody,
}

/// The telnet side of one connection.
#[derive(Debug, Default)]
pub(super) struct Telnet {
    state: State,
    /// Whether an IAC was ever received.
    spoken: bool,
    echo: Echo,
}

impl Telnet {
    /// What asks the client not to show what is typed. `crlf`: whether its lines end as telnet's do. A telnet to a port
    /// that is not its own says no IAC before it is spoken to; but it sends CR LF, which `nc` does not. Whoever else
    /// sends that gets six bytes too many around a password, and only there.
    pub(super) fn hide(&mut self, crlf: bool) -> Option<[u8; 3]> {
        (self.spoken || crlf).then(|| {
            self.echo = Echo::Asked;
            [IAC, WILL, ECHO]
        })
    }

    /// What takes that back, with the end of the line if that was not shown either.
    pub(super) fn show(&mut self) -> Option<&'static [u8]> {
        match std::mem::take(&mut self.echo) {
            Echo::Client => None,
            Echo::Asked => Some(&[IAC, WONT, ECHO]),
            Echo::Nobody => Some(&[IAC, WONT, ECHO, b'\r', b'\n']),
        }
    }

    /// Splits `input` into what `meet` is shown, in order.
    pub(super) fn filter<'a>(&mut self, input: &'a [u8], mut meet: impl FnMut(Met<'a>)) {
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
                        self.spoken = true;
                    }
                    rest = rest.get(text + 1..).unwrap_or_default();
                    continue;
                }
                State::Command => self.command(*first, rest, &mut meet),
                State::Option(verb) => {
                    match verb {
                        DO if *first == ECHO && self.echo != Echo::Client => self.echo = Echo::Nobody,
                        DONT if *first == ECHO && self.echo != Echo::Client => self.echo = Echo::Asked,
                        DO => meet(Met::Answer([IAC, WONT, *first])),
                        WILL => meet(Met::Answer([IAC, DONT, *first])),
                        _ => {}
                    }
                    self.state = State::Text;
                }
                State::Subnegotiation if *first == IAC => self.state = State::SubnegotiationCommand,
                State::Subnegotiation => {}
                State::SubnegotiationCommand => {
                    self.state = if *first == SE { State::Text } else { State::Subnegotiation };
                }
            }
            rest = tail;
        }
    }

    fn command<'a>(&mut self, byte: u8, rest: &'a [u8], meet: &mut impl FnMut(Met<'a>)) {
        self.state = match byte {
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
