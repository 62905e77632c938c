//! The names seen in the chat, and what Tab makes of the word before the cursor.
//!
//! Invariant: pure; at most [`NAMES_MAX`] names are remembered, the ones seen last.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::paint;

/// Names remembered: a room of a thousand people is the largest that this is meant for.
const NAMES_MAX: usize = 1000;

/// Commands, each in Spanish and then in English.
const COMMANDS: [&str; 62] = [
    "/ayuda",
    "/help",
    "/quien",
    "/who",
    "/nombre",
    "/nick",
    "/yo",
    "/me",
    "/ausente",
    "/away",
    "/ignorar",
    "/ignore",
    "/idioma",
    "/lang",
    "/salir",
    "/quit",
    "/salas",
    "/rooms",
    "/entrar",
    "/join",
    "/dejar",
    "/leave",
    "/tema",
    "/topic",
    "/privado",
    "/msg",
    "/responder",
    "/reply",
    "/historial",
    "/history",
    "/buscar",
    "/search",
    "/registrar",
    "/register",
    "/identificar",
    "/login",
    "/clave",
    "/password",
    "/llave",
    "/key",
    "/invitar",
    "/invite",
    "/echar",
    "/kick",
    "/vetar",
    "/ban",
    "/perdonar",
    "/unban",
    "/vetados",
    "/bans",
    "/silenciar",
    "/mute",
    "/operador",
    "/op",
    "/expulsar",
    "/expel",
    "/readmitir",
    "/readmit",
    "/expulsados",
    "/expelled",
    "/nodos",
    "/nodes",
];

/// Commands behind which the name of a room follows.
const ROOM_COMMANDS: [&str; 6] = ["/entrar", "/join", "/dejar", "/leave", "/quien", "/who"];

/// Names of people who are there, as far as lines have shown it, in the order in which they were last seen; and of rooms.
#[derive(Default)]
pub(crate) struct Names {
    people: Vec<String>,
    rooms: Vec<String>,
}

impl Names {
    /// Remembers the names that a line from the server shows, and forgets members who have left.
    pub(crate) fn note(&mut self, line: &str) {
        if let Some(name) = paint::speaker(line) {
            return see(&mut self.people, &line[name]);
        }
        let told = &line[paint::body(line)..];
        if let Some(crowd) = told.strip_prefix(">>> ") {
            crowd_names(crowd).for_each(|name| see(&mut self.people, name));
        }
        if let Some(crowd) = told.strip_prefix("<<< ").filter(|crowd| !crowd.contains(" #")) {
            crowd_names(crowd).for_each(|name| self.people.retain(|known| known != name));
        }
        // A row of `/quien`: `  Ana (hace 5 min)`.
        if let Some((name, _)) = line.strip_prefix("  ").and_then(|row| row.split_once(" (")) {
            see(&mut self.people, name);
        }
        if let Some(change) = told.strip_prefix("--- ")
            && let Some((old, new)) = change.split_once(" ahora es ").or(change.split_once(" is now "))
        {
            self.people.retain(|name| name != old);
            see(&mut self.people, new);
        }
        for word in line.split_whitespace().filter_map(|word| word.strip_prefix('#')) {
            see(&mut self.rooms, word.trim_end_matches([',', '.', ':']));
        }
    }

    /// What the word before `at` can become: where it begins, and each possibility with what follows it. Case and
    /// accents do not matter; commands of the language that is spoken come first.
    pub(crate) fn complete(&self, line: &str, at: usize, english: bool) -> (usize, Vec<String>) {
        let before = &line[..at];
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + before[space..].chars().next().map_or(0, char::len_utf8));
        let word = fold(&before[start..]);
        if word.is_empty() {
            return (start, Vec::new());
        }
        let fits = |text: &str| fold(text).starts_with(&word);
        let sorted = |mut found: Vec<String>| {
            found.sort();
            found
        };
        let command = before.split_whitespace().next().unwrap_or_default().to_lowercase();
        if let Some(room) = word.strip_prefix('#') {
            let rooms = self.rooms.iter().filter(|name| fold(name).starts_with(room));
            return (start, sorted(rooms.map(|name| format!("#{name} ")).collect()));
        }
        if start > 0 && ROOM_COMMANDS.contains(&command.as_str()) {
            let rooms = self.rooms.iter().filter(|name| fits(name));
            return (start, sorted(rooms.map(|name| format!("{name} ")).collect()));
        }
        let after = if start == 0 { ": " } else { " " };
        let people = self.people.iter().filter(|name| fits(name)).map(|name| format!("{name}{after}"));
        let mut fitting = sorted(people.collect());
        if start == 0 {
            // The list has each command in Spanish, then in English.
            let (own, other) = if english { (1, 0) } else { (0, 1) };
            for language in [own, other] {
                let commands = COMMANDS.iter().skip(language).step_by(2).filter(|command| fits(command));
                let commands = sorted(commands.map(|command| format!("{command} ")).collect());
                // Another language's name of a command that fits already is only in the way.
                if fitting.is_empty() || language == own {
                    fitting.extend(commands);
                }
            }
        }
        (start, fitting)
    }
}

/// As far as all of these agree.
pub(crate) fn common(words: &[String]) -> String {
    let Some((first, rest)) = words.split_first() else { return String::new() };
    let agree = |(at, c): &(usize, char)| {
        rest.iter().all(|word| word.get(*at..).is_some_and(|tail| tail.starts_with(*c)))
    };
    first.char_indices().take_while(agree).map(|(_, c)| c).collect()
}

/// `Ana` of `Ana se unió…`, `Ana` and `Luis` of `Ana, Luis y 37 más…`: names go on as long as commas do.
fn crowd_names(crowd: &str) -> impl Iterator<Item = &str> {
    let mut more = true;
    crowd.split(' ').map_while(move |word| {
        let name = word.strip_suffix(',').unwrap_or(word);
        std::mem::replace(&mut more, name != word).then_some(name)
    })
}

fn see(names: &mut Vec<String>, name: &str) {
    if !paint::is_name(name) {
        return;
    }
    names.retain(|known| known != name);
    if names.len() == NAMES_MAX {
        names.remove(0);
    }
    names.push(name.to_string());
}

/// Without case and accents.
fn fold(text: &str) -> String {
    text.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect()
}
