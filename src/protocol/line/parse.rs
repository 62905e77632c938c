//! One line of the line dialect, read as a command.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

use super::{slip, verbs};
use crate::chat::{Command, Language, Password, PasswordError, Text, Trouble, Verb};
use crate::limits::EXPULSION_MINUTES_MAX;

/// The words of a line, and whether all of it was UTF-8. What was not stands as U+FFFD, and BS and DEL have erased
/// the character before them.
pub(in crate::protocol) fn decode(bytes: &[u8]) -> (Text, bool) {
    let words = String::from_utf8_lossy(bytes);
    let intact = matches!(words, Cow::Borrowed(_));
    if words.contains(['\u{8}', '\u{7f}']) {
        return (clean(&erase(&words)), intact);
    }
    (clean(&words), intact)
}

/// A line whose first characters tell a command that was typed behind a key such as Esc has no more.
const KEYS_BEFORE: usize = 16;

/// As much of a line tells its command.
const BEGINNING_BYTES: usize = 128;

/// A safe text of what was typed.
pub(in crate::protocol) fn clean(words: &str) -> Text {
    let words = from_the_slash(words);
    // Esc and what was typed next would be taken for a terminal's sequence, and taken out: the slash of a command, perhaps its
    // first letter too, and not the password behind it.
    let begins_oddly = words.bytes().take(KEYS_BEFORE).any(|byte| byte < b' ' || byte == 0xC2)
        && words.chars().take(KEYS_BEFORE).any(char::is_control);
    let swallowed = begins_oddly && !words.trim_start().starts_with('/');
    match swallowed.then(|| without_keys(words)).flatten() {
        Some(meant) => Text::clean(&meant),
        None => Text::clean(words),
    }
}

/// The line without the Esc key, or another, that was pressed before the slash of a command: what begins with it would be
/// taken for a terminal's sequence, the slash included.
fn from_the_slash(words: &str) -> &str {
    let command = words.trim_start_matches(|c: char| c.is_control() || c.is_whitespace());
    if command.len() < words.len() && command.starts_with('/') { command } else { words }
}

/// What was typed without the characters that control a terminal, if that is a command that a password follows, or looks like
/// one; or without what they introduce, if that is a command.
fn without_keys(words: &str) -> Option<String> {
    let (mut plain, mut shorter) = (String::new(), String::new());
    let mut introduced = None;
    for c in words.chars() {
        if c.is_control() && c != '\t' {
            introduced = Some(c);
            continue;
        }
        plain.push(c);
        introduced = match (introduced, c) {
            (Some('\u{1b}'), '[') | (Some('\u{9b}'), '0'..='9' | ':'..='?') => Some('\u{9b}'),
            _ => {
                shorter.push(c);
                None
            }
        };
    }
    let command = |words: &str| verbs::find(first_name(words.trim_start().strip_prefix('/')?.trim_start()));
    let looks_so =
        |words: &str| beside_the_slash(words.trim_start()).is_some() || slip::meant(words, false).is_some();
    if looks_so(&plain) {
        Some(plain)
    } else if command(&shorter).is_some() || !shorter.starts_with(char::is_alphabetic) && looks_so(&shorter) {
        Some(shorter)
    } else if slip::meant(&plain, true).is_some() {
        // Esc alone, where a slash was meant.
        Some(format!("{}{}", char::REPLACEMENT_CHARACTER, plain.trim_start()))
    } else {
        None
    }
}

/// The letters and digits that a line begins with.
fn first_name(line: &str) -> &str {
    line.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).next().unwrap_or(line)
}

/// The command that a line begins with, if a password follows it.
pub(in crate::protocol) fn secret_verb(line: &str) -> Option<Verb> {
    let word = line.split(char::is_whitespace).next()?;
    verbs::find(word).filter(|verb| verb.secrets() > 0)
}

/// The command that a line begins with that is too long to be taken, if it leads to passwords.
pub(in crate::protocol) fn begun(start: &[u8]) -> Option<Verb> {
    let start = String::from_utf8_lossy(&start[..start.len().min(BEGINNING_BYTES)]);
    led_to(&parse(clean(&start)))
}

/// What was meant by a command, if that leads to passwords, or was not understood.
fn led_to(command: &Command) -> Option<Verb> {
    match command {
        Command::Register => Some(Verb::Register),
        Command::Login(_) => Some(Verb::Login),
        Command::ChangePassword => Some(Verb::Password),
        Command::Unclear(trouble) => trouble.about(),
        _ => None,
    }
}

/// A line that answers a question for a password: nothing is taken out of it but what BS and DEL erase.
pub(in crate::protocol) fn secret(bytes: &[u8]) -> Result<Password, PasswordError> {
    match String::from_utf8_lossy(bytes) {
        Cow::Owned(_) => Err(PasswordError::NotUtf8),
        Cow::Borrowed(typed) => Password::new(&erase(typed)),
    }
}

/// Each of these words alone on a line leaves the chat, whatever the language of the person.
const GOODBYES: [&str; 3] = ["salir", "quit", "exit"];

/// What a line asks for.
pub(in crate::protocol) fn parse(text: Text) -> Command {
    // Not a command for a blank before it, it would be said, and the password that its sender types next as well.
    let words = text.trim_start();
    match words.strip_prefix('/') {
        Some(line) if !line.starts_with('/') => return unless_secret(parse_command(line)),
        // Two slashes for one are a slip as well.
        Some(line) => {
            let said = || Command::Say { room: None, text: Text::clean(line) };
            return meant_beside_others(&text).unwrap_or_else(said);
        }
        None => {}
    }
    if let Some(command) = meant_beside_others(&text) {
        return command;
    }
    let alone = text.as_str().trim();
    let quits = GOODBYES.iter().any(|word| alone.eq_ignore_ascii_case(word));
    if quits { Command::Quit(None) } else { Command::Say { room: None, text } }
}

/// What becomes of a command whose words others would see, if they look like a command with a password: nobody sees them. One
/// that asks for a password is carried out where one talks, as it is in a line: its sender types that next, whatever the answer is.
pub(in crate::protocol) fn unless_secret(command: Command) -> Command {
    let Some(meant) = command.shown().and_then(meant_beside_others) else { return command };
    let talk = matches!(
        command,
        Command::Say { .. } | Command::Act { .. } | Command::Message { .. } | Command::Reply(_)
    );
    match (led_to(&meant), &meant) {
        (Some(verb), Command::Unclear(_)) => Command::Unclear(Trouble::Slip(verb)),
        (Some(verb), _) if !talk => Command::Unclear(Trouble::Slip(verb)),
        _ => meant,
    }
}

/// What becomes of words that others would see, but look like a command with a password, or like a command that would show them
/// one (`//privado Ana clave girasol1`): nobody sees them.
fn meant_beside_others(text: &Text) -> Option<Command> {
    meant_as_secret(text).or_else(|| {
        let shows = parse_command(behind_a_slash(text.trim_start())?);
        let verb = led_to(&shows.shown().and_then(meant_as_secret)?)?;
        Some(Command::Unclear(Trouble::Slip(verb)))
    })
}

/// What becomes of words that are to be said, but look like a command with a password: they are said to nobody.
fn meant_as_secret(text: &Text) -> Option<Command> {
    let words = text.trim_start();
    // Behind two slashes stands what begins with one, as a path does.
    if words.starts_with("//") {
        return slip::meant(words, false);
    }
    // Of what stands before the first word it matters what it was.
    beside_the_slash(words).map(parse_command).or_else(|| slip::meant(text.as_str(), false))
}

/// A command that a password follows, behind what stands where a slash was meant: 7 and &, which are on its key on Spanish
/// keyboards, the slashes of other keyboards, and a slash behind a dead key, a dot or a quote. Nobody wants to say
/// `7clave` or `´/clave`.
fn beside_the_slash(words: &str) -> Option<&str> {
    behind_a_slash(words).filter(|line| secret_verb(line).is_some() || slip::is_attached(line))
}

/// What stands behind a slash, or behind what stands where one was meant.
fn behind_a_slash(words: &str) -> Option<&str> {
    let line = words.trim_start_matches(|c: char| c == '7' || !c.is_alphanumeric() && !c.is_whitespace());
    let before = &words[..words.len() - line.len()];
    // Of a slash that nobody types by mistake it does not matter what stands between.
    let line = if before.ends_with(['／', '⁄', '∕']) { line.trim_start() } else { line };
    before.ends_with(['7', '&', '/', '\\', '／', '⁄', '∕']).then_some(line)
}

fn parse_command(line: &str) -> Command {
    // `/ quien` for `/quien`.
    let apart = line.trim_start();
    let known = apart.split_whitespace().next().is_some_and(|word| verbs::find(word).is_some());
    let line = if known { apart } else { line };
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let argument = (!rest.is_empty()).then(|| Text::clean(rest)).filter(|text| !text.is_blank());
    let Some(verb) = verbs::find(word) else {
        // `/clave:x`
        let name = first_name(word);
        return secret_verb(name)
            .map_or_else(|| no_such(word), |verb| Command::Unclear(Trouble::Usage(verb)));
    };
    match (verb, argument) {
        (Verb::Help, None) => Command::Help(None),
        (Verb::Help, Some(_)) => {
            let word = rest.strip_prefix('/').unwrap_or(rest);
            verbs::find(word).map_or_else(|| no_such(word), |verb| Command::Help(Some(verb)))
        }
        (Verb::Who, room) => Command::Who(room),
        (Verb::Rooms, _) => Command::Rooms,
        (Verb::Join, Some(_)) => {
            let (room, key) = first_word(rest);
            Command::Join { room, key }
        }
        (Verb::Leave, room) => Command::Leave(room),
        (Verb::Topic, topic) => Command::Topic { room: None, topic },
        (Verb::Message, Some(_)) => match first_word(rest) {
            (to, Some(text)) => Command::Message { to, text },
            _ => Command::Unclear(Trouble::Usage(verb)),
        },
        (Verb::Reply, Some(text)) => Command::Reply(text),
        (Verb::History, None) => Command::History { room: None, lines: None, before: None },
        (Verb::History, Some(_)) => match rest.parse() {
            Ok(lines) if lines > 0 => Command::History { room: None, lines: Some(lines), before: None },
            _ => Command::Unclear(Trouble::Usage(verb)),
        },
        (Verb::Search, Some(words)) => Command::Search(words),
        (Verb::Register, None) => Command::Register,
        (Verb::Login, Some(name)) if !rest.contains(char::is_whitespace) => Command::Login(name),
        (Verb::Password, None) => Command::ChangePassword,
        (Verb::Key, key) => Command::Key { room: None, key },
        (Verb::Invite, Some(whom)) => Command::Invite { room: None, whom },
        (Verb::Kick, Some(_)) => {
            let (whom, reason) = first_word(rest);
            Command::Kick { room: None, whom, reason }
        }
        (Verb::Expel, Some(_)) => expel(rest),
        (Verb::Readmit, Some(whom)) => Command::Readmit(whom),
        (Verb::Expelled, None) => Command::Expelled,
        (Verb::Nodes, None) => Command::Nodes,
        (Verb::Ban, Some(whom)) => Command::Ban { room: None, whom },
        (Verb::Unban, Some(whom)) => Command::Unban { room: None, whom },
        (Verb::Bans, _) => Command::Bans { room: None },
        (Verb::Mute, whom) => Command::Mute { room: None, whom },
        (Verb::Op, Some(whom)) => Command::Op { room: None, whom },
        (Verb::Nick, Some(name)) => Command::Nick(name),
        (Verb::Me, Some(text)) => Command::Act { room: None, text },
        (Verb::Away, reason) => Command::Away(reason),
        (Verb::Ignore, whom) => Command::Ignore(whom),
        (Verb::Lang, None) => Command::Language(None),
        (Verb::Lang, Some(_)) => match language_called(rest) {
            Some(language) => Command::Language(Some(language)),
            None => Command::Unclear(Trouble::Usage(Verb::Lang)),
        },
        (Verb::Quit, words) => Command::Quit(words),
        // A password behind the command is in sight on the screen.
        (Verb::Register | Verb::Login | Verb::Password | Verb::Expelled | Verb::Nodes, Some(_))
        | (_, None) => Command::Unclear(Trouble::Usage(verb)),
    }
}

/// An order to expel: a number behind the name or address is that of the minutes.
fn expel(rest: &str) -> Command {
    let (whom, behind) = first_word(rest);
    let behind = behind.as_ref().map_or("", Text::as_str);
    let (number, words) = first_word(behind);
    if number.as_str().is_empty() || !number.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        let reason = (!behind.is_empty()).then(|| Text::clean(behind));
        return Command::Expel { whom, minutes: None, reason };
    }
    match number.as_str().parse() {
        Ok(minutes @ 1..=EXPULSION_MINUTES_MAX) => {
            Command::Expel { whom, minutes: Some(minutes), reason: words }
        }
        _ => Command::Unclear(Trouble::Usage(Verb::Expel)),
    }
}

/// The first word, and what stands behind it.
fn first_word(rest: &str) -> (Text, Option<Text>) {
    let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let rest = Text::clean(rest.trim());
    (Text::clean(word), (!rest.is_blank()).then_some(rest))
}

fn no_such(word: &str) -> Command {
    Command::Unclear(Trouble::NoSuchCommand { word: Text::clean(word), nearest: verbs::nearest(word) })
}

fn language_called(word: &str) -> Option<Language> {
    match word.to_lowercase().as_str() {
        "es" | "español" | "espanol" | "castellano" | "spanish" => Some(Language::Spanish),
        "en" | "english" | "inglés" | "ingles" => Some(Language::English),
        _ => None,
    }
}

fn erase(words: &str) -> String {
    let mut kept = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\u{8}' | '\u{7f}' => drop(kept.pop()),
            c => kept.push(c),
        }
    }
    kept
}
