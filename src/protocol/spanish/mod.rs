//! What the server says, in Spanish. Lines end in `\n`; the encoder puts the reader's ending.

mod accounts;
mod expulsions;
mod nodes;
mod places;
mod rooms;
mod words;

use std::fmt::Write;

use crate::chat::{
    CloseReason, Decision, Event, Farewell, Language, LogNews, MessageFault, Name, NameList, NameRefusal,
    Occasion, Person, Reach, ServerNews, Text, Trouble, Verb, Wording,
};
use crate::clock::Zone;
use crate::limits::{LINE_MAX_BYTES, NAME_MAX_CHARS, SEARCH_WORDS_MAX};
use crate::locale;
use crate::protocol::line::verbs;
use words::{WORDS, number, persons};

/// Writes `event` to `out`.
pub(super) fn write(event: &Event, zone: &Zone, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match event {
        Event::NamePrompt => write!(out, "Ingresa tu nombre: "),
        Event::NameRefused(refusal) => refused(refusal, out),
        Event::PasswordPrompt(question, _) => write!(out, "{}", accounts::prompt(*question)),
        Event::PasswordAgain => writeln!(out, "Con una línea vacía vuelves al nombre."),
        Event::AccountRefused(refusal) => accounts::refused(refusal, out),
        Event::Account(news) => accounts::news(news, out),
        Event::Posted(posted) => accounts::posted(*posted, out),
        Event::OfflineMessages { now, messages } => accounts::offline_messages(messages, *now, zone, out),
        Event::Welcome { name, others, .. } => welcome(name, others.as_ref(), out),
        Event::Resumed { name, .. } => writeln!(out, "Sigues en el chat como {name}."),
        Event::Message { message, .. } | Event::Missed { message, .. } => WORDS.message(message, out),
        Event::Private { from, text, .. } => writeln!(out, "[privado] {from}: {text}"),
        Event::PrivateSent { to, text, away, .. } => private_sent(to, text, away.as_ref(), out),
        Event::Recalled { .. } => recalled(event, zone, out),
        Event::HistoryBusy => writeln!(out, "El historial está ocupado. Prueba dentro de un momento."),
        Event::Motd(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        Event::NobodyToAnswer => writeln!(out, "Nadie te ha escrito en privado."),
        Event::HasLeft(name) => writeln!(out, "{name} se ha ido."),
        Event::Arrived { crowd, room } => rooms::arrived(crowd, room.as_ref(), out),
        Event::Departed { name, farewell } => departed(name, farewell, out),
        Event::ManyDeparted { crowd, room } => rooms::departed(crowd, room.as_ref(), out),
        Event::Entered { room, people, topic, created } => {
            rooms::entered(room, people.total, topic.as_ref(), *created, out)
        }
        Event::Left { room, current } => rooms::left(room, current.as_ref(), out),
        Event::PutOut { room, cause } => rooms::put_out(room, cause, out),
        Event::RenamedAndOut { room, from, to } => {
            writeln!(out, "<<< {from} ahora es {to} y ha salido de #{room} por un veto")
        }
        Event::Speaking(Some(room)) => writeln!(out, "Ahora hablas en #{room}."),
        Event::Speaking(None) => writeln!(out, "Ya no estás en ninguna sala. Para ver las que hay: /salas"),
        Event::Bans { room, banned, muted } => rooms::bans(room, banned, muted, out),
        Event::RoomRefused(refusal) => rooms::refused(refusal, out),
        Event::Rooms { rooms, total } => rooms::list(rooms, *total, out),
        Event::Topic { room, topic: Some(topic) } => writeln!(out, "Tema de #{room}: {topic}"),
        Event::Topic { room, topic: None } => writeln!(out, "#{room} no tiene tema."),
        Event::Decided { room, by, decision } => rooms::decided(room, by, decision, out),
        Event::KeysTried { room, tries, by } => rooms::keys_tried(room, *tries, by, out),
        Event::Invited { room, by } => writeln!(out, "--- {by} te invita a #{room}: /entrar {room}"),
        Event::Renamed { from, to } => writeln!(out, "--- {from} ahora es {to}"),
        Event::Present { room, people, total } => present(room, people, *total, out),
        Event::AwaySet(reason) => writeln!(out, "Quedas como ausente: {reason}"),
        Event::AwayCleared => writeln!(out, "Ya no estás ausente."),
        Event::NotAway => writeln!(out, "No estabas ausente. Para estarlo: /ausente motivo"),
        Event::Ignoring(name) => {
            writeln!(out, "Ya no verás lo que diga {name}. Para volver a verlo: /ignorar {name}")
        }
        Event::NoLongerIgnoring(name) => writeln!(out, "Vuelves a ver lo que diga {name}."),
        Event::IgnoreList(names) if names.is_empty() => writeln!(out, "No ignoras a nadie."),
        Event::IgnoreList(names) => writeln!(out, "Ignoras a {}.", WORDS.list(names)),
        Event::IgnoreListFull(most) => writeln!(out, "No puedes ignorar a más de {most} personas."),
        Event::NoSuchPerson(name) => writeln!(out, "Aquí no hay nadie que se llame '{name}'."),
        Event::ThatIsYou => writeln!(out, "Ese es tu nombre."),
        Event::LanguageSet => writeln!(out, "Desde ahora te hablo en español."),
        Event::LanguageIs => writeln!(out, "Te hablo en español. For English: /lang en"),
        Event::Help(verb) => help(*verb, out),
        Event::Trouble(trouble) => self::trouble(trouble, out),
        Event::Skipped(lines) => skipped(*lines, out),
        Event::NameTimeout => writeln!(out, "Se acabó el tiempo para dar un nombre."),
        Event::Place(news) => places::news(*news, out),
        Event::Expulsion(news) => expulsions::news(news, zone, out),
        Event::Server(news) => server_news(news, out),
        Event::Log(news) => writeln!(out, "--- {}", log_news(*news)),
        Event::Nodes(nodes) => nodes::list(nodes, out),
        Event::Stopping => writeln!(out, "--- El servidor se detiene."),
    };
}

/// The first four lines are those of the system before this one, whose clients and bots know them.
fn welcome(name: &Name, others: Option<&NameList>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\nBienvenido al chat, {name}!\nEscribe 'salir' para desconectarte.\n")?;
    match others.map(|others| (others.total, WORDS.names(others))) {
        None => {}
        Some((0, _)) => writeln!(out, "No hay nadie más por ahora.")?,
        Some((1, who)) => writeln!(out, "Aquí está {who}.")?,
        Some((_, who)) => writeln!(out, "Aquí están {who}.")?,
    }
    writeln!(out, "Para ver los comandos: /ayuda")
}

fn private_sent(to: &Name, text: &Text, away: Option<&Text>, out: &mut String) -> std::fmt::Result {
    writeln!(out, "[privado a {to}] {text}")?;
    away.map_or(Ok(()), |reason| writeln!(out, "{to} está ausente: {reason}"))
}

/// Words that no member can say: their lines begin with their names, and nobody else is called so.
fn skipped(lines: u64, out: &mut String) -> std::fmt::Result {
    match lines {
        0 => writeln!(out, "[… {}]", (WORDS.missing)(0)),
        1 => writeln!(out, "[… 1 mensaje omitido; /historial para verlo]"),
        _ => writeln!(
            out,
            "[… {} mensajes omitidos; /historial para verlos]",
            locale::number(lines, Language::Spanish)
        ),
    }
}

fn log_news(news: LogNews) -> &'static str {
    match news {
        LogNews::Away => "El chat espera a su registro. Lo que escribas espera también y se dirá después.",
        LogNews::Back => "El chat sigue.",
        LogNews::Unsaid => "Puede que lo último que escribiste no se haya dicho.",
        LogNews::Gap => "El registro ha perdido lo último que se dijo: puede que otros no lo hayan oído.",
    }
}

fn server_news(news: &ServerNews, out: &mut String) -> std::fmt::Result {
    match news {
        ServerNews::Said { room: None, text } => writeln!(out, "--- Servidor: {text}"),
        ServerNews::Said { room: Some(room), text } => writeln!(out, "--- Servidor (#{room}): {text}"),
        ServerNews::Disconnected(None) => writeln!(out, "--- El servidor cierra tu conexión."),
        ServerNews::Disconnected(Some(reason)) => {
            writeln!(out, "--- El servidor cierra tu conexión: {reason}")
        }
    }
}

/// The last words to a program, by which its connection ends.
pub(super) fn ending(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Quit | CloseReason::EndOfInput | CloseReason::GoneAway | CloseReason::Lost => {
            "Has salido del chat."
        }
        CloseReason::Stalled => "Ya no leías nada: esta conexión se cierra.",
        CloseReason::NameTimeout => "Se acabó el tiempo para dar un nombre.",
        CloseReason::Full => "El chat está lleno. Prueba más tarde.",
        CloseReason::Foreign => "Ese no es un protocolo del chat.",
        CloseReason::Replaced => "Tu nombre sigue en otra conexión.",
        CloseReason::Expelled => "Te han expulsado del chat.",
        CloseReason::Kicked => "El servidor cierra tu conexión.",
        CloseReason::Revoked => "La contraseña que diste ya no vale.",
        CloseReason::ServerStops => "El servidor se detiene.",
    }
}

/// What was decided about a room, as the console tells it.
pub(super) fn decision(room: &Name, by: &Name, decision: &Decision) -> String {
    let mut told = String::new();
    let _ = rooms::decided(room, by, decision, &mut told);
    told.trim_end().trim_start_matches("--- ").to_owned()
}

fn departed(name: &Name, farewell: &Farewell, out: &mut String) -> std::fmt::Result {
    match farewell {
        Farewell::Plain => writeln!(out, "<<< {name} salió del chat"),
        Farewell::Words(words) => writeln!(out, "<<< {name} salió del chat ({words})"),
        Farewell::Expelled(None) => writeln!(out, "<<< {name} salió del chat (expulsado)"),
        Farewell::Expelled(Some(why)) => writeln!(out, "<<< {name} salió del chat (expulsado: {why})"),
        Farewell::Lost => writeln!(out, "<<< {name} salió del chat (conexión perdida)"),
        Farewell::Kicked(None) => writeln!(out, "<<< {name} salió del chat (desconectado por el servidor)"),
        Farewell::Kicked(Some(reason)) => {
            writeln!(out, "<<< {name} salió del chat (desconectado por el servidor: {reason})")
        }
    }
}

fn recalled(event: &Event, zone: &Zone, out: &mut String) -> std::fmt::Result {
    let Event::Recalled { occasion, now, lines, reach, .. } = event else { return Ok(()) };
    match occasion {
        Occasion::Asked if lines.is_empty() && *reach != Reach::Displaced => {
            writeln!(out, "Todavía no se ha dicho nada aquí.")?
        }
        Occasion::Searched if lines.is_empty() && *reach != Reach::Newest => {
            writeln!(out, "No hay nada con esas palabras en tus salas.")?;
        }
        _ => WORDS.recalled(lines, *now, zone, out)?,
    }
    self::reach(*reach, out)
}

/// Why some of what was looked for may not be there.
pub(super) fn reach(reach: Reach, out: &mut String) -> std::fmt::Result {
    match reach {
        Reach::All => Ok(()),
        Reach::Displaced => writeln!(
            out,
            "[… el servidor ha perdido su carpeta de datos: lo que se dice desde entonces no se guarda y no está aquí]"
        ),
        Reach::FirstWords => {
            writeln!(out, "[… de lo que buscas solo cuentan las {SEARCH_WORDS_MAX} primeras palabras]")
        }
        Reach::Newest => writeln!(
            out,
            "[… la búsqueda era muy larga: solo se han mirado los mensajes más recientes. Prueba con menos palabras, o con palabras más largas]"
        ),
    }
}

fn refused(refusal: &NameRefusal, out: &mut String) -> std::fmt::Result {
    match refusal {
        NameRefusal::Malformed => writeln!(
            out,
            "Nombre no válido: de 1 a {NAME_MAX_CHARS} letras, dígitos, '-' o '_', y empieza por una letra."
        ),
        NameRefusal::Spaced => writeln!(out, "Un nombre no lleva espacios: pon '-' o '_' en su lugar."),
        NameRefusal::MixedScripts(name) => {
            writeln!(out, "El nombre '{name}' mezcla letras de dos alfabetos: escríbelo con las de uno solo.")
        }
        NameRefusal::InUse(name) => writeln!(out, "El nombre '{name}' ya está en uso."),
        NameRefusal::Reserved(name) => writeln!(out, "El nombre '{name}' está reservado."),
        NameRefusal::Yours(name) => writeln!(out, "Ya te llamas {name}."),
        NameRefusal::Unregistered(name) => {
            writeln!(out, "El nombre '{name}' no está registrado, y aquí solo entran nombres registrados.")
        }
        NameRefusal::NoSession => writeln!(out, "Esa sesión ya no existe. Entra con tu nombre."),
        NameRefusal::NoPlace(name) => {
            writeln!(out, "El nombre '{name}' no está registrado, y ahora solo entran nombres registrados.")
        }
        NameRefusal::Expelled(name, expelled) => expulsions::name(name, expelled, out),
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
        Trouble::Exceeds(wording) => {
            let what = match wording {
                Wording::Topic => "Tema demasiado largo",
                Wording::Key => "Llave demasiado larga",
                Wording::Reason => "Motivo demasiado largo",
            };
            writeln!(out, "{what}: caben {} bytes. No se hizo nada.", wording.max_bytes())
        }
        Trouble::Usage(verb) => {
            writeln!(out, "Se usa así: {}", verbs::describe(*verb, Language::Spanish).usage())
        }
        Trouble::Slip(verb) => {
            let meant = verbs::describe(*verb, Language::Spanish).name;
            writeln!(
                out,
                "¿Querías escribir /{meant}? Para decir eso, pon otra palabra delante. No se envió."
            )
        }
        Trouble::TypedAhead => writeln!(
            out,
            "Escribiste eso antes de poder leer la respuesta, y podría ser una contraseña. No se envió."
        ),
        Trouble::Repeated => {
            writeln!(out, "Esa es la contraseña que acabas de escribir. No se envió.")
        }
        Trouble::Message(fault) => match fault {
            MessageFault::NoJson(why) => writeln!(out, "El mensaje no es un objeto JSON: {why}"),
            MessageFault::UnknownType(kind) => writeln!(out, "No existe ningún mensaje de tipo '{kind}'."),
            MessageFault::Field(why) => writeln!(out, "Falta un campo del mensaje, o es incorrecto: {why}"),
            MessageFault::PasswordAsked => {
                writeln!(out, "Se ha pedido una contraseña: envíala, o envía una vacía para dejarlo.")
            }
            MessageFault::NothingAsked => writeln!(out, "No se ha pedido ninguna contraseña."),
        },
        Trouble::Incomplete => writeln!(
            out,
            "Se perdió parte de lo que escribiste: tu telnet empezó una orden y no la acabó. No se envió."
        ),
    }
}

fn present(room: &Name, people: &[Person], total: usize, out: &mut String) -> std::fmt::Result {
    writeln!(out, "En #{room}, {}:", persons(total))?;
    people.iter().try_for_each(|person| writeln!(out, "  {}", WORDS.person(person)))?;
    match total - people.len() {
        0 => Ok(()),
        rest => writeln!(out, "  … y {} más que escribieron hace más tiempo", number(rest)),
    }
}

fn help(verb: Option<Verb>, out: &mut String) -> std::fmt::Result {
    match verb {
        None => {
            writeln!(out, "Lo que escribes lo lee toda tu sala, salvo los comandos:")?;
            verbs::write_groups(Language::Spanish, out)?;
            writeln!(out, "Qué hace cada uno: /ayuda y su nombre, como /ayuda privado.")?;
            writeln!(out, "Para que una línea empiece por /, escribe //.")
        }
        Some(verb) => verbs::write_one(verb, Language::Spanish, "también", out),
    }
}
