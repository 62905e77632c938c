//! What somebody is busy with: they type no more before they have heard what came of it, and passwords only when asked.

use std::collections::VecDeque;

/// Begins telnet's answers.
const IAC: u8 = 255;
/// All that can come of an errand begins like one of these.
const OUTCOMES: [&str; 21] = [
    "El nombre '",
    "Nombre o contraseña incorrectos.",
    "Hay demasiadas contraseñas",
    "Demasiadas contraseñas incorrectas.",
    "Desde tu dirección se",
    "No se pudo hacer.",
    "Las dos contraseñas",
    "Contraseña no válida:",
    "Te has identificado como ",
    "Contraseña cambiada",
    "Bienvenido al chat, ",
    "Ya te llamas ",
    "Nombre no válido:",
    "Se usa así:",
    "¿Querías escribir /",
    "Tu contraseña actual es otra.",
    "El chat está lleno (",
    "El chat está lleno y",
    "Hay muchas conexiones desde tu dirección, y quedan pocas plazas. ",
    "Se acabó el tiempo",
    "--- ",
];
/// What is asked when all that was typed before has to be done with, and its answer.
pub const FENCE: &str = "/idioma\n";
const FENCED: &str = "Te hablo en español.";

pub const PROMPTS: [&str; 5] = [
    "Ingresa tu nombre: ",
    "Contraseña: ",
    "Contraseña actual: ",
    "Nueva contraseña: ",
    "Repite la contraseña: ",
];

/// What it is about: the account by its number, and the password that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// Another name.
    Rename,
    /// A name that nobody has registered.
    Nobody,
    Login(usize, String),
    Register(usize, String),
    Change(usize, String),
}

#[derive(Debug)]
pub struct Errand {
    pub about: About,
    /// What they type behind the fence; none when they have.
    command: Option<String>,
    /// What is answered to which prompt, in this order.
    answers: VecDeque<(&'static str, String)>,
    /// Where the line began that they were reading when they typed last.
    since: usize,
    /// They have no name yet, and have not gone back to the question for it.
    newcomer: bool,
    /// They were told so, and go back to that.
    refused: Option<String>,
}

/// What comes next.
pub enum Next {
    /// They wait.
    Nothing,
    /// They type this.
    Line(String),
    /// It is over; what they were told.
    Over(String),
}

impl Errand {
    /// The [fence](FENCE) has been typed when this had been read; behind it comes `command`.
    pub fn new(
        about: About,
        command: &str,
        answers: &[(&'static str, &str)],
        (received, newcomer): (&[u8], bool),
    ) -> Errand {
        let since = begun_line(received);
        let answers = answers.iter().map(|&(prompt, answer)| (prompt, answer.to_owned())).collect();
        Errand { about, command: Some(command.to_owned()), answers, since, newcomer, refused: None }
    }

    /// What follows from what they have read.
    pub fn next(&mut self, received: &[u8]) -> Next {
        let news = &received[self.since..];
        let asked = self.command.is_none()
            && self.answers.front().is_some_and(|(prompt, _)| news.ends_with(prompt.as_bytes()));
        let whole = news.iter().rposition(|&byte| byte == b'\n').map_or(&[][..], |end| &news[..end]);
        let whole = without_telnet(whole);
        let lines = String::from_utf8_lossy(&whole);
        let mut lines = lines.lines().map(unprompted);
        let fenced = self.command.is_some() || self.about == About::Rename;
        let mut told = lines.find(|line| if fenced { line.starts_with(FENCED) } else { is_outcome(line) });
        // At the question for a name a password is asked for again; a blank line leads back there.
        let told = match told.take_if(|told| self.newcomer && is_refusal(told)).or(self.refused.take()) {
            Some(refused) if news.ends_with(PROMPTS[0].as_bytes()) => Some(refused),
            Some(refused) => {
                let again = self.newcomer && news.ends_with(PROMPTS[1].as_bytes());
                self.newcomer &= !again;
                (self.since, self.refused) = (if again { received.len() } else { self.since }, Some(refused));
                return if again { Next::Line("\n".to_owned()) } else { Next::Nothing };
            }
            None => told,
        };
        let typed = match told {
            Some(_) if self.command.is_some() => self.command.take(),
            Some(told) => {
                // Of an account that is gone nobody was asked for the password.
                if matches!(self.about, About::Login(..)) && !self.answers.is_empty() {
                    self.about = About::Nobody;
                }
                return Next::Over(told);
            }
            None if asked => self.answers.pop_front().map(|(_, answer)| answer + "\n"),
            None => None,
        };
        if typed.is_some() {
            self.since = begun_line(received);
        }
        typed.map_or(Next::Nothing, Next::Line)
    }
}

/// Whether a line says that nobody comes in by a password, now or at all.
fn is_refusal(line: &str) -> bool {
    OUTCOMES[1..4].iter().chain(&OUTCOMES[5..6]).any(|outcome| line.starts_with(outcome))
}

/// Where the line begins that has not been read to its end.
fn begun_line(received: &[u8]) -> usize {
    received.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1)
}

/// Whether a line says what came of an errand. What the room hears of others, and what the server says to all, does not.
fn is_outcome(line: &str) -> bool {
    let room = line.starts_with("--- ")
        && (line.contains(" ahora es ") || line.starts_with("--- Servidor") || line.contains("#sala"));
    !room && OUTCOMES.iter().any(|outcome| line.starts_with(outcome))
}

/// What was read without telnet's answers, which are three bytes long.
pub fn without_telnet(read: &[u8]) -> Vec<u8> {
    let mut text = read.to_vec();
    while let Some(at) = text.iter().position(|&byte| byte == IAC) {
        text.drain(at..text.len().min(at + 3));
    }
    text
}

/// A line without the prompts in front of it.
pub fn unprompted(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(prompt) = PROMPTS.iter().find(|prompt| line.starts_with(**prompt)) {
        line.drain(..prompt.len());
    }
    line
}
