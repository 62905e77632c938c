//! Words that many sentences share, in Spanish.

use crate::chat::Language;
use crate::locale;
use crate::protocol::phrases::Phrases;

pub(super) const WORDS: Phrases = Phrases {
    and,
    more: "más",
    number,
    people: persons,
    you: "tú",
    ago: |span| format!("hace {span}"),
    away: "ausente",
    private: "privado",
    operator: "operador",
    server_operator: "operador del servidor",
    missing,
};

/// `y`, but `e` before the sound of an i: `Ana e Inés`.
fn and(next: &str) -> &'static str {
    let next = next.to_lowercase();
    let sound = next.strip_prefix('h').unwrap_or(&next);
    if sound.starts_with(['i', 'í']) && !sound.starts_with("ie") { "e" } else { "y" }
}

/// A number with its thousands apart.
pub(super) fn number(number: usize) -> String {
    locale::number(number as u64, Language::Spanish)
}

/// What stands where history has a gap.
fn missing(lines: u64) -> String {
    match lines {
        // Nobody knows how many.
        0 => "faltan mensajes".into(),
        1 => "falta 1 mensaje".into(),
        _ => format!("faltan {} mensajes", locale::number(lines, Language::Spanish)),
    }
}

pub(super) fn persons(people: usize) -> String {
    format!("{} {}", number(people), if people == 1 { "persona" } else { "personas" })
}
