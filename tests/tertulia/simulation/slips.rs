//! Slips: passwords that would be said to everybody, if the server let them. Where each rule ends is in docs/chat.md.

use super::accounts::{Accounts, SECRET};
use super::dice::Dice;

/// What stands before a command by mistake: on the key of the slash, beside it, and keys that leave no trace.
const BEFORE: [&str; 15] =
    ["7", "7 ", "//", "\\", "& ", "|", "-", " -", "8", "º", "´", "·", "\"-", "\u{1b}[/", "\u{1b}O7"];
/// What stands there before a long name only: a letter, or nothing at all.
const LETTERS: [&str; 4] = ["", "", "ñ", "o"];
/// What stands between a command and what follows it.
const BETWEEN: [&str; 5] = [" ", "  ", ":", "=", ", "];

/// Commands with a long name, each with what comes before the password.
const LONG: [(&str, &str); 6] = [
    ("registrar", ""),
    ("register", ""),
    ("clave", ""),
    ("Password", ""),
    ("identificar", "Vera "),
    ("login", "Vera "),
];
/// Those beside them that a password of a room follows.
const ROOMS: [(&str, &str); 4] = [("llave", ""), ("key", ""), ("entrar", "sala "), ("join", "sala ")];

fn one<'a, T>(of: &'a [T], dice: &mut Dice) -> &'a T {
    &of[dice.below(of.len())]
}

/// A command as it is typed, with a slip in front of it or none.
pub fn command(words: &str, dice: &mut Dice) -> String {
    let before = ["/", "/", "//", "7 ", "\\", "-", "\u{1b}[/"];
    format!("{}{words}\n", one(&before, dice))
}

/// What may stand before such a line: a command whose words others see.
const SHOWN: [&str; 6] = ["/yo ", "/tema ", "/ausente ", "/responder ", "/privado Marta ", "/salir "];

/// A line with a password behind a command that is none.
pub fn line(secret: &str, dice: &mut Dice) -> String {
    let line = slip(secret, dice);
    // Behind another word it is not known any more which keys left no trace.
    if dice.one_in(4) && !line.contains('\u{1b}') { format!("{}{line}", one(&SHOWN, dice)) } else { line }
}

fn slip(secret: &str, dice: &mut Dice) -> String {
    if dice.one_in(3) {
        let (name, first) = one(&LONG, dice);
        return format!("{}{name} {first}{secret}\n", one(&LETTERS, dice));
    }
    let (name, first) = if dice.one_in(4) { one(&ROOMS, dice) } else { one(&LONG, dice) };
    format!("{}{name}{}{first}{secret}\n", one(&BEFORE, dice), one(&BETWEEN, dice))
}

/// Lines that are sent together: a command, and passwords of which nothing comes. The last one may be there more than once.
pub fn pasted(accounts: &mut Accounts, dice: &mut Dice) -> String {
    let (command, passwords) = match dice.below(9) {
        // Of somebody who is here for good: the name asks for a password.
        0 | 1 => (self::command("identificar Marta", dice), 1),
        2 => (self::command("identificar Nadie", dice), 1),
        3 => (self::command("clave", dice), 3),
        4 => (self::command("registrar", dice), 2),
        5 => ("/identificar\n".to_owned(), 1),
        6 => ("/clave:vieja\n".to_owned(), 3),
        7 => ("/registrar ya\n".to_owned(), 2),
        _ => ("/nombre Marta\n".to_owned(), 1),
    };
    let mut lines = command;
    let last = accounts.secret();
    for at in 0..passwords {
        // A new one is typed twice, but what is registered is typed as two.
        let same = passwords == 3 && at > 0 || at + 1 == passwords;
        lines += &if same { last.clone() } else { accounts.secret() };
        lines.push('\n');
    }
    for _ in 0..dice.below(3) {
        lines += &format!("{last}\n");
    }
    lines
}

/// Whether words hold a password.
pub fn tells(words: &str) -> bool {
    words.contains(SECRET)
}
