//! `--say`: says something once and leaves, for scripts and alarms.
//!
//! Invariant: nothing is printed but the reason why it could not be said, and with TLS the key of a server that was never seen;
//! nothing is said in another room than asked for.

use std::io::{self, ErrorKind, Write};
use std::time::{Duration, Instant};

use crate::address::Address;
use crate::args::Options;
use crate::connection::{ANNOUNCEMENT, Stream, is_silent};
use crate::notice::{self, End};
use crate::prompt_parser::{FENCE, Heard, PromptParser, Question, is_unseen, leaves};
use crate::safe::Safe;
use crate::tls;

/// The name to come in with when none was given.
const NAME: &str = "bot";

/// Names tried: `bot`, `bot2`, … `bot20`.
const NAMES_TRIED: u32 = 20;

/// How the server ends the sentence about a line that it did not take.
const NOT_SENT: [&str; 2] = ["No se envió.", "It was not sent."];

/// More of a line than this need not be known, in bytes.
const TOLD_MAX_BYTES: usize = 64 * 1024;

/// How long it may take, connecting left out, and how much longer for each line: a server takes several lines a second.
const TIME_LIMIT: Duration = Duration::from_secs(30);
const TIME_PER_LINE: Duration = Duration::from_secs(1);

/// How far it is.
#[derive(PartialEq)]
enum Step {
    /// Not in the chat yet.
    Name,
    /// On its way into the room.
    Room,
    /// The lines were sent.
    Lines,
    /// They were said.
    Said,
}

/// Says what the options ask for; gives the exit status.
pub(crate) fn run(options: Options) -> u8 {
    if lines(&options).any(|line| leaves(&escaped(line))) {
        complain(notice::says_farewell(options.english));
        return 2;
    }
    let time = TIME_LIMIT + TIME_PER_LINE * lines(&options).count().try_into().unwrap_or(u32::MAX);
    let Some((stream, connecting)) = connect(&options) else { return 1 };
    if is_silent(&stream, connecting) {
        // If it fails, reading tells why.
        let _ = stream.write_all(&ANNOUNCEMENT);
    }
    let mut speaker = Speaker::new(&options);
    match speaker.converse(&stream, Instant::now() + time) {
        Ok(()) if speaker.step == Step::Said => 0,
        // The last thing that the server said is the reason.
        Ok(()) => {
            let reason = speaker.told.trim();
            complain(if reason.is_empty() { notice::lost(options.english) } else { reason });
            1
        }
        Err(error) => {
            let late = matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock);
            complain(if late { notice::late(options.english) } else { notice::lost(options.english) });
            1
        }
    }
}

/// Connects to the first address that answers, and says how long that took; or explains why there is none.
fn connect(options: &Options) -> Option<(Stream, Duration)> {
    let mut failed = Vec::new();
    for address in &options.addresses {
        let start = Instant::now();
        match Stream::open(address, options, false, &mut |line| tell(&line)) {
            Ok(stream) => return Some((stream, start.elapsed())),
            Err(end) => failed.push((address, end)),
        }
        if failed.last().is_some_and(|(_, end)| end.is_final()) {
            break;
        }
    }
    failed.iter().for_each(|(address, end)| explain(address, end, options.english));
    None
}

/// The lines to be said.
fn lines(options: &Options) -> impl Iterator<Item = &str> {
    options.say.iter().flat_map(|text| text.lines())
}

/// One conversation that says something.
struct Speaker<'a> {
    options: &'a Options,
    /// Names tried so far.
    tried: u32,
    step: Step,
    /// Whether the room was entered.
    entered: bool,
    /// The last line that was told, or its beginning.
    told: String,
    /// The last one by which a name was refused.
    refusal: String,
}

impl Speaker<'_> {
    fn new(options: &Options) -> Speaker<'_> {
        let (told, refusal) = (String::new(), String::new());
        Speaker { options, tried: 0, step: Step::Name, entered: false, told, refusal }
    }

    /// Talks until it is over, but not beyond `deadline`: that is the error [`ErrorKind::TimedOut`].
    fn converse(&mut self, stream: &Stream, deadline: Instant) -> io::Result<()> {
        let (mut parser, mut safe) = (PromptParser::new(self.options.english), Safe::default());
        let mut bytes = vec![0; 16 * 1024];
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            stream.set_read_timeout(Some(left))?;
            stream.set_write_timeout(Some(left))?;
            let count = match stream.read(&mut bytes) {
                Ok(0) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            for heard in parser.hear(&safe.feed(&bytes[..count])) {
                let Some(lines) = self.answer(&heard) else { continue };
                if lines.is_empty() {
                    return Ok(());
                }
                lines.split_inclusive('\n').for_each(|line| parser.sent(line));
                stream.write_all(lines.as_bytes())?;
            }
        }
    }

    /// The lines to send now; none of them if it is over.
    fn answer(&mut self, heard: &Heard) -> Option<String> {
        match heard {
            Heard::Text(text) | Heard::Replayed(text) => {
                if self.told.ends_with('\n') {
                    self.told.clear();
                }
                if self.told.len() < TOLD_MAX_BYTES {
                    self.told.push_str(text);
                }
                (self.step == Step::Lines && is_refusal(&self.told)).then(String::new)
            }
            Heard::Question(question) => {
                // A registered name: an empty password leads back to the question for a name.
                let answer = if *question == Question::Name { self.next_name() } else { "\n".to_string() };
                // Where there is no other name to try, the reason is why the last one was refused.
                self.told = if answer.is_empty() { std::mem::take(&mut self.refusal) } else { String::new() };
                Some(answer)
            }
            Heard::Accepted => {
                self.step = Step::Room;
                // The first room as well: a banned member is not in it.
                let room = self.options.room.as_deref().unwrap_or("general");
                Some(format!("/entrar {room}\n{FENCE}"))
            }
            Heard::Entered(_) => {
                self.entered = true;
                None
            }
            Heard::Fence if self.step == Step::Room && self.entered => {
                self.step = Step::Lines;
                Some(lines(self.options).map(escaped).collect::<String>() + FENCE)
            }
            Heard::Fence if self.step == Step::Lines => {
                self.step = Step::Said;
                Some("/salir\n".to_string())
            }
            Heard::Fence => Some(String::new()),
            Heard::Refused => {
                self.refusal.clone_from(&self.told);
                None
            }
            Heard::Replaced
            | Heard::TurnedAway
            | Heard::Left(..)
            | Heard::Renamed(..)
            | Heard::PasswordTaken(_)
            | Heard::Language(_) => None,
        }
    }

    fn next_name(&mut self) -> String {
        self.tried += 1;
        let name = self.options.name.as_deref().unwrap_or(NAME);
        match self.tried {
            1 => format!("{name}\n"),
            2..=NAMES_TRIED => format!("{name}{}\n", self.tried),
            _ => String::new(),
        }
    }
}

/// Whether a whole line is the server's word that something was not said, and not what a member says.
fn is_refusal(line: &str) -> bool {
    let Some(line) = line.strip_suffix('\n') else { return false };
    let news = ["---", ">>>", "<<<", "* ", "#", "["].iter().any(|opening| line.starts_with(opening));
    let speech = line.split(' ').next().is_some_and(|word| word.ends_with(':'));
    !news && !speech && NOT_SENT.iter().any(|words| line.ends_with(words))
}

/// A line of words for people, not a command. The server passes over what is not seen before a slash, and takes out what BS
/// and DEL erase.
fn escaped(line: &str) -> String {
    let line = line.replace(['\u{8}', '\u{7f}'], "");
    let seen = line.trim_start_matches(is_unseen);
    if seen.starts_with('/') { format!("/{seen}\n") } else { format!("{line}\n") }
}

/// Why there was no connection.
fn explain(address: &Address, end: &End, english: bool) {
    match end {
        End::Unreachable(error) => complain(&notice::unreachable(address, error, english)),
        End::Insecure(failure) => tls::lines(failure, address, english).iter().for_each(|line| tell(line)),
        End::Lost | End::Cut | End::Refused | End::Exposed => complain(notice::lost(english)),
    }
}

fn complain(reason: &str) {
    let prefix = if reason.starts_with("tertulia:") { "" } else { "tertulia: " };
    tell(&format!("{prefix}{reason}"));
}

fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;
    use crate::args::{self, Asked};

    #[test]
    fn say_gives_up_a_server_that_does_not_answer() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = Stream::Plain(TcpStream::connect(silent.local_addr().unwrap()).unwrap());
        let Ok(Asked::Talk(options)) = args::parse(["--say", "hola"].map(Into::into), false) else {
            panic!("these are options")
        };
        let mut speaker = Speaker::new(&options);
        let ended = speaker.converse(&stream, Instant::now() + Duration::from_millis(50));
        assert!(matches!(ended.unwrap_err().kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock));
    }

    #[test]
    fn refusal_is_known_by_the_servers_words_only() {
        for line in ["Ahora no puedes hablar en #cocina. No se envió.\n", "Line too long. It was not sent.\n"]
        {
            assert!(is_refusal(line), "{line:?}");
        }
        for line in [
            "Malo: ja. No se envió.\n",
            "* Malo dice: No se envió.\n",
            "#cocina Malo: No se envió.\n",
            "--- Malo ha cambiado el tema de #cocina: No se envió.\n",
            "[privado] Malo: No se envió.\n",
            "Ahora no puedes hablar en #cocina. No se envió.",
        ] {
            assert!(!is_refusal(line), "{line:?}");
        }
    }
}
