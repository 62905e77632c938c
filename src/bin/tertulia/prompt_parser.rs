//! What the server's text means to the client: where it asks something, whether it took the name, which room is the
//! current one.
//!
//! Invariants: pure, and the text is passed on whole: joining every [`Heard::Text`] gives back what came. Nothing that a
//! member says is taken for the server's: in the chat a member's line always begins with a name, a mark or a room, and a
//! question for a password only counts behind a command that leads to one.

use std::mem;

/// Longest line that can mean something here, in bytes: a sentence of the server's with two names of rooms. More of a
/// line is never kept.
const LINE_KEPT_BYTES: usize = 512;

/// All questions, whole: each is a line without an end.
const QUESTIONS: [(&str, Question); 10] = [
    ("Ingresa tu nombre: ", Question::Name),
    ("Enter your name: ", Question::Name),
    ("Contraseña: ", Question::Password),
    ("Contraseña actual: ", Question::Password),
    ("Nueva contraseña: ", Question::Password),
    ("Repite la contraseña: ", Question::Password),
    ("Password: ", Question::Password),
    ("Current password: ", Question::Password),
    ("New password: ", Question::Password),
    ("Repeat the password: ", Question::Password),
];

/// Commands that may be answered by a question for a password, the first six always, also behind a slip. A name that is registered asks for one too.
const ASKED_BACK: [&str; 8] =
    ["/registrar", "/register", "/identificar", "/login", "/clave", "/password", "/nombre", "/nick"];

/// What the server says to a connection whose name came in from somewhere else.
const REPLACED: [&str; 2] = ["--- Has entrado desde otro sitio", "--- You came in from somewhere else"];

/// How the server says that we cannot stay, before it hangs up: nothing has to be added to it. No member's line begins so.
const TURNED_AWAY: [&str; 16] = [
    "El chat está lleno (",
    "El chat está lleno y aún no has dado un nombre",
    "Hay muchas conexiones desde tu dirección, y quedan pocas plazas. ",
    "--- El chat está lleno, y tu plaza",
    "--- Estás expulsado de este chat",
    "--- El servidor cierra tu conexión",
    "--- El servidor se detiene.",
    "Se acabó el tiempo para dar un nombre",
    "The chat is full (",
    "The chat is full and you have not given a name",
    "There are many connections from your address, and few places left. ",
    "--- The chat is full, and your place",
    "--- You are expelled from this chat",
    "--- The server closes your connection",
    "--- The server is stopping.",
    "The time to give a name is over",
];

/// A command that changes nothing: its answer tells that all commands before it were answered.
pub(crate) const FENCE: &str = "/idioma\n";

/// What the server answers to `/idioma` and `/lang`, and whether it is in English.
const LANGUAGE: [(&str, bool); 4] = [
    ("Te hablo en español.", false),
    ("Desde ahora te hablo en español.", false),
    ("I speak English to you.", true),
    ("From now on I speak English to you.", true),
];

/// Commands whose answer is lines that were said before.
const RECALLS: [&str; 4] = ["/historial", "/history", "/buscar", "/search"];

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Question {
    /// A name to enter with.
    Name,
    /// A password.
    Password,
}

/// What a piece of text from the server turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Heard {
    /// Text to show; a line may come in several pieces.
    Text(String),
    /// Text of a line that was said before, told again to a newcomer who did not ask for it.
    Replayed(String),
    /// The unfinished line that now stands at the end of the text is a question.
    Question(Question),
    /// The name was accepted: we are in the chat.
    Accepted,
    /// The name (or its password) was refused; the line just told has the reason.
    Refused,
    /// The same name came in from somewhere else, and this connection ends.
    Replaced,
    /// The server has said why this connection ends.
    TurnedAway,
    /// We are in this room, and what is said goes there.
    Entered(String),
    /// We are no longer in the first room; what is said goes to the second, if there is one.
    Left(Option<String>, Option<String>),
    /// The first name is the second one now; without a first one it is ours.
    Renamed(Option<String>, String),
    /// The password that was typed last is that of this name of ours; without a name, of the one that we have.
    PasswordTaken(Option<String>),
    /// The server speaks English to us from now on, or Spanish.
    Language(bool),
    /// All that was sent before a [`FENCE`] has been answered. Its own answer is not told.
    Fence,
}

/// Follows one connection from its first byte.
#[derive(Default)]
pub(crate) struct PromptParser {
    /// The current line since its beginning or its last question, up to [`LINE_KEPT_BYTES`].
    line: String,
    /// The question that the current line began with, not yet decided.
    asked: Option<Question>,
    /// Lines sent that no question or verdict has used up; at the name prompt only.
    answers: u64,
    inside: bool,
    /// In the chat: a command was sent that may be answered by a question for a password.
    expecting: bool,
    /// In the chat: lines that were said before have been asked for since we entered a room.
    recalling: bool,
    /// Fences that were sent and not answered.
    fences: u32,
    /// The beginning of a line of which more has to come before it is clear what it is.
    held: String,
    english: bool,
}

impl PromptParser {
    /// A connection to a server of which nothing is known; `english`: what is spoken until it has asked something.
    pub(crate) fn new(english: bool) -> PromptParser {
        PromptParser { english, ..PromptParser::default() }
    }

    /// Takes the next text from the server.
    pub(crate) fn hear(&mut self, text: &str) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut run = mem::take(&mut self.held);
        for c in text.chars() {
            run.push(c);
            if c == '\n' {
                let text = mem::take(&mut run);
                if self.fences > 0 && language(&self.line).is_some() {
                    self.line.clear();
                    self.fences -= 1;
                    heard.push(Heard::Fence);
                    continue;
                }
                heard.push(self.shown(text));
                self.end_line(&mut heard);
            } else {
                if self.line.len() < LINE_KEPT_BYTES {
                    self.line.push(c);
                }
                if c == ' ' && !self.inside {
                    self.ask(&mut run, &mut heard);
                }
            }
        }
        // In the chat a question is the very end of what came: it waits for an answer.
        if self.inside && self.expecting {
            self.ask(&mut run, &mut heard);
        }
        // The answer to a fence is short: what is longer need not be held.
        let answers = self.fences > 0 && self.line.len() < LINE_KEPT_BYTES;
        if answers || self.inside && self.line == "[" {
            self.held = run;
        } else if !run.is_empty() {
            heard.push(self.shown(run));
        }
        heard
    }

    /// What is left at the end of the connection.
    pub(crate) fn finish(&mut self) -> Option<Heard> {
        let held = mem::take(&mut self.held);
        (!held.is_empty()).then_some(Heard::Text(held))
    }

    /// A line was sent.
    pub(crate) fn sent(&mut self, line: &str) {
        if line == FENCE {
            self.fences += 1;
        } else if self.inside {
            // An answer may be followed by the next question; any other line ends the exchange.
            self.expecting = self.asked.take().is_some() || leads_to_password(line);
            self.recalling |= recalls(line);
        } else {
            self.answers += 1;
        }
    }

    /// Whether the server speaks English to us.
    pub(crate) fn english(&self) -> bool {
        self.english
    }

    fn ask(&mut self, run: &mut String, heard: &mut Vec<Heard>) {
        let Some(question) = question(&self.line).filter(|kind| !self.inside || *kind == Question::Password)
        else {
            return;
        };
        if !self.inside {
            self.english = is_english(&self.line);
        }
        if self.asked.replace(question).is_some() {
            self.answers = self.answers.saturating_sub(1); // it asks on: the answer before was used
        }
        self.line.clear();
        heard.push(Heard::Text(mem::take(run)));
        heard.push(Heard::Question(question));
    }

    /// Text of the current line, which has [`line`](Self::line) of it so far.
    fn shown(&self, text: String) -> Heard {
        // `[12:03] Ana: hola`; nothing else begins so.
        let mut start = self.line.chars();
        let timed = start.next() == Some('[') && start.next().is_some_and(|c| c.is_ascii_digit());
        // What was asked for comes behind the fence that was sent before it.
        let asked_for = self.recalling && self.fences == 0;
        if timed && self.inside && !asked_for { Heard::Replayed(text) } else { Heard::Text(text) }
    }

    fn end_line(&mut self, heard: &mut Vec<Heard>) {
        let line = mem::take(&mut self.line);
        if TURNED_AWAY.iter().any(|words| line.starts_with(words)) {
            heard.push(Heard::TurnedAway);
        }
        if self.inside {
            self.asked = None;
            let told = told(&line);
            match &told {
                Some(Heard::Language(english)) => self.english = *english,
                Some(Heard::Entered(_)) => self.recalling = false,
                _ => {}
            }
            heard.extend(told);
        } else if self.answers > 0 && self.asked.take().is_some() {
            self.answers -= 1;
            self.inside = line.is_empty();
            heard.push(if self.inside { Heard::Accepted } else { Heard::Refused });
        }
    }
}

/// The question that this unfinished line is.
fn question(line: &str) -> Option<Question> {
    QUESTIONS.iter().find(|(words, _)| *words == line).map(|(_, question)| *question)
}

/// What a whole line in the chat tells us of ourselves.
fn told(line: &str) -> Option<Heard> {
    if REPLACED.iter().any(|words| line.starts_with(words)) {
        return Some(Heard::Replaced);
    }
    if let Some(english) = language(line) {
        return Some(Heard::Language(english));
    }
    for opening in ["Te has identificado como ", "You are logged in as "] {
        if let Some(name) = line.strip_prefix(opening).and_then(|rest| rest.strip_suffix('.')) {
            return Some(Heard::Renamed(None, name.to_string()));
        }
    }
    for opening in ["El nombre '", "The name '"] {
        let rest = line.strip_prefix(opening);
        if let Some((name, rest)) = rest.and_then(|rest| rest.split_once('\''))
            && [" es tuyo desde ahora:", " is yours from now on:"].iter().any(|words| rest.starts_with(words))
        {
            return Some(Heard::PasswordTaken(Some(name.to_string())));
        }
    }
    if ["Contraseña cambiada.", "You have another password from now on."].contains(&line) {
        return Some(Heard::PasswordTaken(None));
    }
    if let Some(change) = line.strip_prefix("--- ")
        && let Some((old, new)) = change.split_once(" ahora es ").or(change.split_once(" is now "))
    {
        return Some(Heard::Renamed(Some(old.to_string()), new.to_string()));
    }
    for opening in ["Estás en ", "You are in ", "Has creado ", "You made "] {
        if let Some(rest) = line.strip_prefix(opening) {
            return room(rest).map(|room| Heard::Entered(room.to_string()));
        }
    }
    for opening in ["Dejaste ", "You left "] {
        if let Some(rest) = line.strip_prefix(opening) {
            return room(rest).map(|left| Heard::Left(Some(left.to_string()), speaking_in(rest)));
        }
    }
    for opening in ["Sigues donde estabas: ", "You go on where you were: "] {
        if let Some(rest) = line.strip_prefix(opening) {
            return speaking_in(rest).map(Heard::Entered);
        }
    }
    for opening in ["Ahora hablas en ", "Now you speak in "] {
        if let Some(rest) = line.strip_prefix(opening) {
            return room(rest).map(|room| Heard::Left(None, Some(room.to_string())));
        }
    }
    None
}

/// Whether this line says that the server speaks English, or that it speaks Spanish.
fn language(line: &str) -> Option<bool> {
    LANGUAGE.iter().find(|(words, _)| line.starts_with(words)).map(|(_, english)| *english)
}

/// Whether the answer to this line is lines that were said before.
pub(crate) fn recalls(line: &str) -> bool {
    is_one_of(line, &RECALLS)
}

/// Whether the answer to this line may be a question for a password.
pub(crate) fn leads_to_password(line: &str) -> bool {
    is_one_of(line, &ASKED_BACK) || is_slip(line)
}

/// The room whose name, behind a `#`, `text` begins with.
fn room(text: &str) -> Option<&str> {
    let name = text.strip_prefix('#')?;
    let end = name.find([' ', ',', '.', ':']).unwrap_or(name.len());
    (end > 0).then_some(&name[..end])
}

/// The room that a sentence names as the one where we speak.
fn speaking_in(sentence: &str) -> Option<String> {
    ["hablas en ", "Hablas en ", "you speak in ", "You speak in "].iter().find_map(|words| {
        let at = sentence.find(words)?;
        room(&sentence[at + words.len()..]).map(str::to_string)
    })
}

/// The language of a question.
pub(crate) fn is_english(question: &str) -> bool {
    let question = question.to_lowercase();
    question.contains("name") || question.contains("password")
}

/// Whether this line is one of these commands.
fn is_one_of(line: &str, commands: &[&str]) -> bool {
    command(line).is_some_and(|(word, _)| commands.contains(&word.as_str()))
}

/// Whether a command that a password follows stands behind keys that were pressed by mistake, or one letter.
fn is_slip(line: &str) -> bool {
    let words = line.trim_start_matches(|c: char| !c.is_alphabetic());
    let before = line[..line.len() - words.len()].trim_start();
    let slipped = !before.is_empty() && (!before.ends_with(char::is_whitespace) || before.starts_with(SLIPS));
    let word = words.split(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    let word: String = word.chars().filter_map(without_accent).collect();
    ASKED_BACK[..6].iter().any(|name| match word.strip_suffix(name.trim_start_matches('/')) {
        Some("") => slipped,
        Some(letter) => letter.chars().count() == 1,
        None => false,
    })
}

/// The command that the server takes this line for, slash and all, and what stands behind it: case and accents do not
/// matter, nor do blanks around the slash; and what a password follows is a command behind a slip, too.
fn command(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches(is_unseen);
    let slipped = line.trim_start_matches(|c: char| !c.is_alphabetic() && !c.is_whitespace());
    let before = &line[..line.len() - slipped.len()];
    let slip = before.ends_with(SLIPS);
    let rest = match line.strip_prefix('/') {
        Some(rest) if rest.starts_with('/') => return None,
        Some(rest) => rest.trim_start(),
        None if before.ends_with(['／', '⁄', '∕']) => slipped.trim_start(),
        None => slipped,
    };
    let (word, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let word = format!("/{}", word.to_lowercase().chars().filter_map(without_accent).collect::<String>());
    let is_command = line.starts_with('/') || slip && ASKED_BACK[..6].contains(&word.as_str());
    is_command.then_some((word, behind))
}

/// What people type for a slash.
const SLIPS: [char; 8] = ['7', '&', '/', '\\', '|', '／', '⁄', '∕'];

/// Whether the server passes over this character in front of a command.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
}

/// The small letter alone; none of an accent that stands by itself. The names of commands have no others.
fn without_accent(c: char) -> Option<char> {
    Some(match c {
        '\u{300}'..='\u{36f}' => return None,
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        c => c,
    })
}

/// The room and the key that this line asks to enter.
pub(crate) fn enters(line: &str) -> Option<(String, Option<String>)> {
    let (command, behind) = command(line)?;
    let mut words = behind.split_whitespace();
    let room = words.next().filter(|_| command == "/entrar" || command == "/join")?;
    let key = words.collect::<Vec<_>>().join(" ");
    Some((room.strip_prefix('#').unwrap_or(room).to_string(), (!key.is_empty()).then_some(key)))
}

/// Does this line say goodbye?
pub(crate) fn leaves(line: &str) -> bool {
    ["salir", "quit", "exit"].contains(&line.trim().to_lowercase().as_str())
        || is_one_of(line, &["/salir", "/quit"])
}
