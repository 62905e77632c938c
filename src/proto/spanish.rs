//! What the server says, in Spanish. Lines end in `\n`; the encoder puts the reader's ending.

use std::fmt::Write;

use super::phrases::Phrases;
use super::verbs;
use crate::chat::{Crowd, Event, Farewell, Language, NameRefusal, Person, Trouble, Verb};
use crate::limits::{IGNORED_MAX, LINE_MAX_BYTES, NAME_MAX_CHARS};

const WORDS: Phrases =
    Phrases { and, more: "más", you: "tú", ago: |span| format!("hace {span}"), away: "ausente" };

/// `y`, but `e` before the sound of an i: `Ana e Inés`.
fn and(next: &str) -> &'static str {
    let next = next.to_lowercase();
    let sound = next.strip_prefix('h').unwrap_or(&next);
    if sound.starts_with(['i', 'í']) && !sound.starts_with("ie") { "e" } else { "y" }
}

/// Writes `event` to `out`.
pub(super) fn write(event: &Event, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match event {
        Event::NamePrompt => write!(out, "Ingresa tu nombre: "),
        Event::NameRefused(refusal) => refused(refusal, out),
        Event::Welcome { name } => {
            writeln!(out, "\nBienvenido al chat, {name}!\nEscribe 'salir' para desconectarte.\n")
        }
        Event::Said { from, text } => writeln!(out, "{from}: {text}"),
        Event::Acted { from, text } => writeln!(out, "* {from} {text}"),
        Event::Arrived(crowd) => {
            writeln!(out, ">>> {} {} al chat", WORDS.crowd(crowd), plural(crowd, "se unió", "se unieron"))
        }
        Event::Departed { name, farewell: Farewell::Plain } => writeln!(out, "<<< {name} salió del chat"),
        Event::Departed { name, farewell: Farewell::Words(words) } => {
            writeln!(out, "<<< {name} salió del chat ({words})")
        }
        Event::Departed { name, farewell: Farewell::Lost } => {
            writeln!(out, "<<< {name} salió del chat (conexión perdida)")
        }
        Event::ManyDeparted(crowd) => {
            writeln!(out, "<<< {} {} del chat", WORDS.crowd(crowd), plural(crowd, "salió", "salieron"))
        }
        Event::Renamed { from, to } => writeln!(out, "--- {from} ahora es {to}"),
        Event::Present { people, total } => present(people, *total, out),
        Event::AwaySet(reason) => writeln!(out, "Quedas como ausente: {reason}"),
        Event::AwayCleared => writeln!(out, "Ya no estás ausente."),
        Event::Ignoring(name) => {
            writeln!(out, "Ya no verás lo que diga {name}. Para volver a verlo: /ignorar {name}")
        }
        Event::NoLongerIgnoring(name) => writeln!(out, "Vuelves a ver lo que diga {name}."),
        Event::IgnoreList(names) if names.is_empty() => writeln!(out, "No ignoras a nadie."),
        Event::IgnoreList(names) => writeln!(out, "Ignoras a {}.", WORDS.list(names)),
        Event::IgnoreListFull => writeln!(out, "No puedes ignorar a más de {IGNORED_MAX} personas."),
        Event::NoSuchPerson(name) => writeln!(out, "Aquí no hay nadie que se llame '{name}'."),
        Event::ThatIsYou => writeln!(out, "Ese es tu nombre."),
        Event::LanguageSet => writeln!(out, "Desde ahora te hablo en español."),
        Event::LanguageIs => writeln!(out, "Te hablo en español. For English: /lang en"),
        Event::Help(verb) => help(*verb, out),
        Event::Trouble(trouble) => self::trouble(trouble, out),
        Event::Skipped(1) => writeln!(out, "[… 1 mensaje omitido]"),
        Event::Skipped(lines) => writeln!(out, "[… {lines} mensajes omitidos]"),
        Event::NameTimeout => writeln!(out, "\nSe acabó el tiempo para dar un nombre."),
        Event::Full(places) => {
            writeln!(out, "El chat está lleno ({}). Prueba más tarde.", head_count(*places))
        }
        Event::MadeRoom => {
            writeln!(out, "\nEl chat está lleno y aún no has dado un nombre. Prueba más tarde.")
        }
        Event::Stopping => writeln!(out, "--- El servidor se detiene."),
    };
}

fn refused(refusal: &NameRefusal, out: &mut String) -> std::fmt::Result {
    match refusal {
        NameRefusal::Malformed => writeln!(
            out,
            "Nombre no válido: de 1 a {NAME_MAX_CHARS} letras, dígitos, '-' o '_', y empieza por una letra."
        ),
        NameRefusal::InUse(name) => writeln!(out, "El nombre '{name}' ya está en uso."),
        NameRefusal::Reserved(name) => writeln!(out, "El nombre '{name}' está reservado."),
        NameRefusal::Yours(name) => writeln!(out, "Ya te llamas {name}."),
        NameRefusal::Missing => writeln!(out, "Antes necesito tu nombre."),
    }
}

fn trouble(trouble: &Trouble, out: &mut String) -> std::fmt::Result {
    match trouble {
        Trouble::TooLong => {
            writeln!(out, "Línea demasiado larga: caben {LINE_MAX_BYTES} bytes. No se envió.")
        }
        Trouble::NotUtf8 => {
            writeln!(out, "Tu terminal no envía UTF-8: lo que no se entiende aparece como �.")
        }
        Trouble::NoSuchCommand { word, nearest: None } => writeln!(out, "No existe /{word}. Prueba /ayuda."),
        Trouble::NoSuchCommand { word, nearest: Some(verb) } => {
            let near = verbs::describe(*verb, Language::Spanish).name;
            writeln!(out, "No existe /{word}. Prueba /ayuda. ¿Querías decir /{near}?")
        }
        Trouble::Usage(verb) => {
            writeln!(out, "Se usa así: {}", verbs::describe(*verb, Language::Spanish).usage())
        }
    }
}

fn present(people: &[Person], total: usize, out: &mut String) -> std::fmt::Result {
    writeln!(out, "En #general, {}:", head_count(total))?;
    people.iter().try_for_each(|person| writeln!(out, "  {}", WORDS.person(person)))?;
    match total - people.len() {
        0 => Ok(()),
        rest => writeln!(out, "  … y {rest} más que escribieron hace más tiempo"),
    }
}

/// `1 persona`, `2 personas`.
fn head_count(number: usize) -> String {
    format!("{number} {}", if number == 1 { "persona" } else { "personas" })
}

fn help(verb: Option<Verb>, out: &mut String) -> std::fmt::Result {
    match verb {
        None => {
            writeln!(out, "Lo que escribes lo leen todos, salvo los comandos:")?;
            verbs::write_table(Language::Spanish, out)?;
            writeln!(out, "Para que una línea empiece por /, escribe //.")
        }
        Some(verb) => verbs::write_one(verb, Language::Spanish, "también", out),
    }
}

fn plural<'a>(crowd: &Crowd, one: &'a str, many: &'a str) -> &'a str {
    if crowd.names.len() + crowd.more == 1 { one } else { many }
}
