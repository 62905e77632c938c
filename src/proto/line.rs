//! One line of the line dialect, read as a command.

use std::borrow::Cow;

use super::verbs;
use crate::chat::{Command, Language, Text, Trouble, Verb};

/// The words of a line, and whether all of it was UTF-8. What was not stands as U+FFFD, and BS and DEL have erased
/// the character before them.
pub(super) fn decode(bytes: &[u8]) -> (Text, bool) {
    let words = String::from_utf8_lossy(bytes);
    let intact = matches!(words, Cow::Borrowed(_));
    if words.contains(['\u{8}', '\u{7f}']) {
        return (Text::clean(&erase(&words)), intact);
    }
    (Text::clean(&words), intact)
}

/// What a line asks for, from somebody who is spoken to in `language`.
pub(super) fn parse(text: Text, language: Language) -> Command {
    let words = text.as_str();
    if let Some(line) = words.strip_prefix('/') {
        if line.starts_with('/') {
            return Command::Say(Text::clean(line));
        }
        return parse_command(line);
    }
    let alone = words.trim();
    let quits = alone.eq_ignore_ascii_case("salir")
        || language == Language::English && alone.eq_ignore_ascii_case("quit");
    if quits { Command::Quit(None) } else { Command::Say(text) }
}

fn parse_command(line: &str) -> Command {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let argument = (!rest.is_empty()).then(|| Text::clean(rest)).filter(|text| !text.is_blank());
    let Some(verb) = verbs::find(word) else { return no_such(word) };
    match (verb, argument) {
        (Verb::Help, None) => Command::Help(None),
        (Verb::Help, Some(_)) => {
            let word = rest.strip_prefix('/').unwrap_or(rest);
            verbs::find(word).map_or_else(|| no_such(word), |verb| Command::Help(Some(verb)))
        }
        (Verb::Who, None) => Command::Who,
        (Verb::Who, Some(_)) if rest.trim_start_matches('#').eq_ignore_ascii_case("general") => Command::Who,
        (Verb::Nick, Some(name)) => Command::Nick(name),
        (Verb::Me, Some(text)) => Command::Act(text),
        (Verb::Away, reason) => Command::Away(reason),
        (Verb::Ignore, whom) => Command::Ignore(whom),
        (Verb::Lang, None) => Command::Language(None),
        (Verb::Lang, Some(_)) => match language_called(rest) {
            Some(language) => Command::Language(Some(language)),
            None => Command::Unclear(Trouble::Usage(Verb::Lang)),
        },
        (Verb::Quit, words) => Command::Quit(words),
        (Verb::Who, Some(_)) | (Verb::Nick | Verb::Me, None) => Command::Unclear(Trouble::Usage(verb)),
    }
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
