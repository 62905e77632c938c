//! Reads the command line, and says what is wrong about it or how it is used, in the language of its reader: the one of
//! `--lang`, else that of the environment.

use std::error::Error;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Command, CommandFactory, FromArgMatches};

use super::mistake::Mistake;
use super::{Options, spanish};
use crate::chat::Language;

/// Words for the user of the command line: help, or what is wrong about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The words, with their end of line.
    pub words: String,
    /// The exit status: 0 for help, 2 for wrong usage.
    pub status: u8,
}

/// Takes `words`, the name of the program first, for options; `variable` gives the environment's variables.
///
/// # Errors
///
/// They ask for help, or they are none.
pub fn read(words: &[OsString], variable: impl Fn(&str) -> Option<String>) -> Result<Options, Said> {
    let taken = |command: Command| {
        let matches = command.try_get_matches_from(words)?;
        let listen_by_default = matches.value_source("listen") == Some(ValueSource::DefaultValue);
        Ok(Options { listen_by_default, ..Options::from_arg_matches(&matches)? })
    };
    taken(Options::command()).or_else(|error| {
        let language = wanted(words).unwrap_or_else(|| spoken(variable));
        match language {
            Language::English => Err(said(error, language)),
            // All the words are needed only where there is something to be said.
            Language::Spanish => {
                taken(spanish::translated(Options::command())).map_err(|error| said(error, language))
            }
        }
    })
}

/// The command line with all its words in `language`.
pub fn command_line(language: Language) -> Command {
    match language {
        Language::English => Options::command(),
        Language::Spanish => spanish::translated(Options::command()),
    }
}

/// The language that `--lang` asks for, wherever it stands.
fn wanted(words: &[OsString]) -> Option<Language> {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let tags = words.iter().enumerate().filter_map(|(at, word)| match word.strip_prefix("--lang") {
        Some("") => words.get(at + 1).copied(),
        Some(tag) => tag.strip_prefix('='),
        None => None,
    });
    let mut known = tags.filter_map(|tag| match tag {
        "es" => Some(Language::Spanish),
        "en" => Some(Language::English),
        _ => None,
    });
    known.next()
}

/// The language of the environment: the first of these variables that is set decides. Spanish otherwise, as the server
/// itself speaks.
fn spoken(variable: impl Fn(&str) -> Option<String>) -> Language {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(value) if value.starts_with("en") => Language::English,
        _ => Language::Spanish,
    }
}

fn said(mut error: clap::Error, language: Language) -> Said {
    if decides_for_all(&error) {
        let tip = match language {
            Language::Spanish => {
                "eso vale para todos los servidores, y se le da a 'tertulia-server cluster init'"
            }
            Language::English => {
                "that is the same for all servers, and is given to 'tertulia-server cluster init'"
            }
        };
        let _ = error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    let status = error.exit_code().try_into().unwrap_or(u8::MAX);
    let words = match (error.kind(), language) {
        (ErrorKind::ValueValidation, _) if may_hold_a_password(&error) => without_value(&error, language),
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) | (_, Language::English) => error.to_string(),
        (ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand, _) => error.to_string(),
        (_, Language::Spanish) => complaint(&error),
    };
    // Help ends where its last word does, at times.
    Said { words: words.trim_end().to_owned() + "\n", status }
}

/// Whether one of several servers is given what stands in their log, and is given to that.
fn decides_for_all(error: &clap::Error) -> bool {
    let both =
        [ContextKind::InvalidArg, ContextKind::PriorArg].map(|kind| context(error, kind).unwrap_or_default());
    let is_of_all = |argument: &String| argument == "--accounts-only" || argument.starts_with("--operator ");
    error.kind() == ErrorKind::ArgumentConflict
        && both.iter().any(is_of_all)
        && both.iter().any(|argument| argument.starts_with("--cluster"))
}

/// Whether a password may stand in what was typed wrong.
fn may_hold_a_password(error: &clap::Error) -> bool {
    context(error, ContextKind::InvalidArg).is_some_and(|argument| argument.starts_with("--cluster <"))
}

/// What is wrong about a value that is not to be repeated.
fn without_value(error: &clap::Error, language: Language) -> String {
    let argument = context(error, ContextKind::InvalidArg).unwrap_or_default();
    let mistake = error.source().and_then(|source| source.downcast_ref::<Mistake>());
    let what = mistake.map(|mistake| match language {
        Language::Spanish => spanish::mistake(mistake),
        Language::English => mistake.to_string(),
    });
    format!("error: '{argument}': {}", what.unwrap_or_default())
}

/// What clap says in English.
fn complaint(error: &clap::Error) -> String {
    let named = |kind| context(error, kind).unwrap_or_default();
    let (argument, value) = (named(ContextKind::InvalidArg), named(ContextKind::InvalidValue));
    let mistake = error.source().and_then(|source| source.downcast_ref::<Mistake>());
    let what = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("falta el valor de '{argument}'"),
        ErrorKind::InvalidValue => format!("valor no válido '{value}' para '{argument}'"),
        ErrorKind::ValueValidation => match mistake {
            Some(mistake) => {
                format!("valor no válido '{value}' para '{argument}': {}", spanish::mistake(mistake))
            }
            None => format!("valor no válido '{value}' para '{argument}'"),
        },
        ErrorKind::UnknownArgument => format!("no se entiende '{argument}'"),
        ErrorKind::InvalidSubcommand => {
            format!("no existe la orden '{}'", named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::ArgumentConflict => {
            let other = named(ContextKind::PriorArg);
            match other.is_empty() || other == argument {
                true => format!("'{argument}' se puede dar solo una vez"),
                false => format!("'{argument}' no puede ir con '{other}'"),
            }
        }
        ErrorKind::MissingRequiredArgument => format!("falta {argument}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("faltan valores de '{argument}'"),
        ErrorKind::TooManyValues => format!("sobra '{value}' detrás de '{argument}'"),
        ErrorKind::NoEquals => format!("a '{argument}' le falta un ="),
        ErrorKind::MissingSubcommand => {
            format!("falta la orden, tras '{}'", named(ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidUtf8 => "hay un argumento que no es UTF-8".to_owned(),
        _ => "no se entiende la línea de órdenes".to_owned(),
    };
    let possible = named(ContextKind::ValidValue);
    let possible = if possible.is_empty() { possible } else { format!("\n  [valores: {possible}]") };
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let meant = meant.into_iter().find_map(|kind| context(error, kind));
    let meant = meant.map_or(String::new(), |meant| format!("\n\n  ¿Querías decir '{meant}'?"));
    let tip = context(error, ContextKind::Suggested).filter(|_| decides_for_all(error));
    let tip = tip.map_or(String::new(), |tip| format!("\n\n  nota: {tip}"));
    let usage = named(ContextKind::Usage);
    let usage = usage
        .strip_prefix("Usage:")
        .map_or(String::new(), |usage| format!("\n\nUso:{}", spanish::usage(usage.trim_end())));
    format!("error: {what}{possible}{meant}{tip}{usage}\n\nPara saber más, prueba '--help'.\n")
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(all) => Some(all.join(", ")),
        ContextValue::StyledStr(text) => Some(text.to_string()),
        ContextValue::StyledStrs(all) => all.first().map(ToString::to_string),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}
