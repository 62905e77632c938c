//! Lines that would tell the room a secret, for a slip of a key or two in front of a command.
//!
//! Invariant: who slips is not heard, and who has something to say is. In doubt a line is not said: its sender is told so, and can
//! say it behind another word.

use unicode_normalization::char::is_combining_mark;

use super::verbs;
use crate::chat::{Command, Text, Trouble, Verb};

/// What stands where a slash was meant: it is on the key of the 7 on Spanish keyboards, beside the & and the (, and there
/// are others.
const SLASHES: [char; 8] = ['7', '&', '/', '\\', '|', '／', '⁄', '∕'];

/// What else is pressed by mistake in front of a word: keys beside that of the slash on any keyboard, dead ones, and what a
/// terminal that is not UTF-8 makes of them. Not those that people put in front of a word on purpose, as # and @.
const KEYS: &str = "012345689-_.,;:=+*^`'\"()[]{}?!´¨“”‘’«»¿¡ºª·\u{300}\u{301}\u{302}\u{308}\u{FFFD}";

const QUOTES: [char; 5] = ['"', '\'', '“', '‘', '«'];

/// What may stand between a command and what follows it, instead of a blank.
const SEPARATORS: [char; 11] = [':', '=', ',', ';', '.', '-', '_', '/', '|', '>', '\\'];

/// What closes what a sentence, and no command, begins with.
const CLOSINGS: [(char, char); 16] = [
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
    ('(', ')'),
    ('[', ']'),
    ('{', '}'),
    ('¿', '?'),
    ('¡', '!'),
    ('?', '?'),
    ('!', '!'),
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('*', '*'),
    ('_', '_'),
    (':', ':'),
];

/// Words with which sentences go on, and passwords of two words do not begin.
const OF_SENTENCES: &str = " a al como con de del e el en era es esta este ha hay la las le lo los mas me mi muy ni no o para \
                            pero por que se si sin son su te tu un una y ya an and are as at be but by can for from had has \
                            have if in is it its my not of on or so than that the then this to was were will with you your ";

/// Names of commands in front of which a letter is a slip as well. Of `key` that would be a word.
const LONG_NAMES: [&str; 6] = ["registrar", "register", "identificar", "login", "clave", "password"];

/// Keys that are pressed by mistake one after the other.
const KEYS_MAX: usize = 3;

/// What becomes of a line that looks like a command behind a slip with something secret, or leads to something secret.
/// One that asks for a password is carried out: its sender types that next, whatever the answer is. Of another the sender is
/// told. `hidden`: keys were pressed before it that leave no trace, such as Esc.
pub(in crate::protocol) fn meant(words: &str, hidden: bool) -> Option<Command> {
    let words = words.trim();
    let first = words.chars().next()?;
    // º and ª are letters as well, and stand beside the 1.
    if first.is_alphabetic() && !KEYS.contains(first) && !hidden {
        return behind_a_letter(words, first).or_else(|| without_a_slash(words));
    }
    let slip = Slip::before(words)?;
    let rest = &words[slip.bytes..];
    let end = rest.find(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    let verb = verbs::find(name)?;
    let argument = behind.trim_start_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(&c));
    let apart = argument.len() < behind.len() || behind.is_empty();
    let quoted = CLOSINGS.iter().any(|&(open, close)| first == open && words.ends_with(close));
    let of_a_slash = slip.last.is_some_and(|last| SLASHES.contains(&last));
    if !apart || quoted && !of_a_slash {
        return None;
    }
    let arguments = argument.split_whitespace().count();
    let alone = arguments == 0;
    let command = command(verb, behind);
    let asks = command != Command::Unclear(Trouble::Slip(verb));
    // `- clave` begins a list; `...clave` goes on with a sentence.
    let likely = match slip.last {
        _ if of_a_slash => (!alone || asks) && (slip.attached || slip.others == 0),
        None => hidden && (!alone || asks),
        Some(last) => {
            slip.attached
                && slip.keys <= 2
                && !(slip.keys == 2 && words.starts_with(".."))
                && (!alone || slip.keys == 1 && (asks || !last.is_numeric()))
        }
    };
    (likely && tells(verb, argument, arguments)).then_some(command)
}

/// What is done for a command behind a slip, with `behind` after its name.
fn command(verb: Verb, behind: &str) -> Command {
    let mut arguments = behind.split_whitespace();
    let apart = behind.starts_with(char::is_whitespace);
    match (verb, arguments.next(), arguments.next()) {
        (Verb::Register, None, _) => Command::Register,
        (Verb::Password, None, _) => Command::ChangePassword,
        (Verb::Login, Some(name), None) if apart => Command::Login(Text::clean(name)),
        _ => Command::Unclear(Trouble::Slip(verb)),
    }
}

/// Whether something secret stands behind a command, or follows it.
fn tells(verb: Verb, argument: &str, arguments: usize) -> bool {
    let goes_on = || {
        let first = argument.split_whitespace().next().unwrap_or_default();
        verbs::fold(first).is_some_and(|first| OF_SENTENCES.contains(&format!(" {first} ")))
    };
    match verb {
        Verb::Register | Verb::Login | Verb::Password => arguments < 2 || arguments == 2 && !goes_on(),
        Verb::Key => arguments == 1 || arguments == 2 && !goes_on(),
        // A room and its key.
        Verb::Join => arguments == 2 && !goes_on(),
        _ => false,
    }
}

/// `clave:x`: a command that leads to passwords, and what may be one behind a sign that stands there for a blank. Not where it
/// goes on like a path, as `login/index.html` and `password-reset` do.
pub(super) fn is_attached(words: &str) -> bool {
    let end = words.find(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).unwrap_or(words.len());
    let (name, behind) = words.split_at(end);
    let argument = behind.trim_start_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(&c));
    behind.starts_with([':', '=', ',', ';'])
        && !argument.is_empty()
        && verbs::find(name).is_some_and(|verb| {
            verb.secrets() > 0 && tells(verb, argument, argument.split_whitespace().count())
        })
}

/// `ñclave x`: a letter directly before the command. To be asked of every line, so it looks at the few that can be one.
fn behind_a_letter(words: &str, first: char) -> Option<Command> {
    let end = words.find(char::is_whitespace).unwrap_or(words.len());
    let verb = long_name(words.get(first.len_utf8()..end)?)?;
    let argument = &words[end..];
    let arguments = argument.split_whitespace().count();
    let command = command(verb, argument);
    let likely = arguments > 0 || command != Command::Unclear(Trouble::Slip(verb));
    (likely && tells(verb, argument, arguments)).then_some(command)
}

/// `clave girasol123`: the slash was forgotten, and what stands behind looks like a password, or like a name and one.
fn without_a_slash(words: &str) -> Option<Command> {
    let (name, argument) = words.split_once(char::is_whitespace)?;
    let verb = long_name(name)?;
    let mut arguments = argument.split_whitespace();
    let (first, second, more) = (arguments.next()?, arguments.next(), arguments.next().is_some());
    let long = first.chars().count() >= SECRET_CHARS && !first.contains("://");
    let likely = match verb {
        _ if more => false,
        Verb::Register => long && second.is_none_or(|second| second == first),
        Verb::Login => {
            second.is_some_and(|second| first.starts_with(char::is_uppercase) || looks_secret(second))
        }
        _ => looks_secret(first),
    };
    (likely && tells(verb, argument, 1 + usize::from(second.is_some())))
        .then_some(Command::Unclear(Trouble::Slip(verb)))
}

fn long_name(word: &str) -> Option<Verb> {
    LONG_NAMES.iter().find(|name| word.eq_ignore_ascii_case(name)).and_then(|name| verbs::find(name))
}

/// A password that is told from a word has so many characters; `now` and `here` have fewer.
const SECRET_CHARS: usize = 6;

/// Whether `word` is none that people say: letters and digits, digits alone, or signs within.
fn looks_secret(word: &str) -> bool {
    let digits = word.contains(char::is_numeric);
    let plain = |c: char| c.is_alphabetic() || is_combining_mark(c) || "-'’./:,;()".contains(c);
    let within = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.chars().count() >= SECRET_CHARS
        && !word.contains("://")
        && (digits || within.contains(|c: char| !plain(c)))
}

/// What stands in front of a word.
#[derive(Debug, Default)]
struct Slip {
    bytes: usize,
    keys: usize,
    /// How many of the keys are neither for a slash nor quotes.
    others: usize,
    last: Option<char>,
    /// Whether the word follows without a blank.
    attached: bool,
}

impl Slip {
    /// What stands before the first letter of `words`, if it can be a slip.
    fn before(words: &str) -> Option<Slip> {
        let mut slip = Slip { attached: true, ..Slip::default() };
        for (at, c) in words.char_indices() {
            slip.bytes = at;
            let slash = SLASHES.contains(&c);
            if c.is_whitespace() {
                slip.attached = false;
            } else if slash || KEYS.contains(c) {
                slip.keys += 1;
                slip.others += usize::from(!slash && !QUOTES.contains(&c));
                (slip.last, slip.attached) = (Some(c), true);
            } else {
                // Quotes before a slip are none.
                let quotes =
                    words.chars().filter(|c| !c.is_whitespace()).take_while(|c| QUOTES.contains(c)).count();
                slip.keys -= quotes.min(slip.keys.saturating_sub(1));
                return (c.is_alphabetic() && slip.keys <= KEYS_MAX).then_some(slip);
            }
        }
        None
    }
}
