//! The names seen in the chat, and what Tab makes of the word before the cursor.
//!
//! Law: pure; at most [`NAMES_MAX`] names are remembered, the ones seen last.

use super::paint;

/// Names remembered: a room of a thousand people is the largest that this is meant for.
const NAMES_MAX: usize = 1000;

/// What can be completed at the beginning of a line besides names.
const COMMANDS: [&str; 52] = [
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
    "/silenciar",
    "/mute",
    "/operador",
    "/op",
];

/// Names in the order in which they were last seen.
#[derive(Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    /// Remembers the names that a line from the server shows.
    pub(crate) fn note(&mut self, line: &str) {
        if let Some(name) = paint::speaker(line) {
            self.see(&line[name]);
        }
        let told = &line[paint::body(line)..];
        if let Some(crowd) = told.strip_prefix(">>> ").or(told.strip_prefix("<<< ")) {
            // `Ana se unió…`, or `Ana, Luis y 37 más…`: names go on as long as commas do.
            for word in crowd.split(' ') {
                let name = word.strip_suffix(',').unwrap_or(word);
                self.see(name);
                if name == word {
                    break;
                }
            }
        }
        if let Some(change) = told.strip_prefix("--- ")
            && let Some((old, new)) = change.split_once(" ahora es ").or(change.split_once(" is now "))
        {
            self.0.retain(|name| name != old);
            self.see(new);
        }
    }

    /// What the word before `at` can become: where it begins, and each possibility with what follows it.
    pub(crate) fn complete(&self, line: &str, at: usize) -> (usize, Vec<String>) {
        let before = &line[..at];
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |space| space + before[space..].chars().next().map_or(0, char::len_utf8));
        let word = before[start..].to_lowercase();
        if word.is_empty() {
            return (start, Vec::new());
        }
        let after = if start == 0 { ": " } else { " " };
        let names = self.0.iter().map(|name| (name.as_str(), after));
        let commands = COMMANDS.iter().filter(|_| start == 0).map(|command| (*command, " "));
        let fitting = names.chain(commands).filter(|(text, _)| text.to_lowercase().starts_with(&word));
        let mut fitting: Vec<String> = fitting.map(|(text, after)| format!("{text}{after}")).collect();
        fitting.sort();
        (start, fitting)
    }

    fn see(&mut self, name: &str) {
        if !paint::is_name(name) {
            return;
        }
        self.0.retain(|known| known != name);
        if self.0.len() == NAMES_MAX {
            self.0.remove(0);
        }
        self.0.push(name.to_string());
    }
}
