//! The commands as people type them: names in two languages, what stands behind them, what they do.
//!
//! Invariant: a command is one row; help, usage, aliases and suggestions all read it.

use std::fmt::{self, Write};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::chat::{Language, Verb};

/// A word of more bytes is no command's name, nor near one: those have 11 letters at most, and the farthest word that is
/// near one half as many again, of which each may carry accents of its own.
const WORD_MAX_BYTES: usize = 128;

/// What one command is called and does, in one language.
#[derive(Debug)]
pub(in crate::protocol) struct CommandHelp {
    /// Its name, without the slash.
    pub(in crate::protocol) name: &'static str,
    /// What may stand behind it.
    pub(in crate::protocol) arguments: &'static str,
    /// What it does.
    pub(in crate::protocol) does: &'static str,
}

impl CommandHelp {
    /// How it is typed: `/yo texto`.
    pub(in crate::protocol) fn usage(&self) -> String {
        format!("/{} {}", self.name, self.arguments).trim_end().to_owned()
    }
}

const fn row(name: &'static str, arguments: &'static str, does: &'static str) -> CommandHelp {
    CommandHelp { name, arguments, does }
}

/// All commands, in Spanish and in English.
const TABLE: [(Verb, CommandHelp, CommandHelp); 31] = [
    (
        Verb::Help,
        row("ayuda", "[comando]", "muestra los comandos, o uno de ellos"),
        row("help", "[command]", "shows the commands, or one of them"),
    ),
    (
        Verb::Who,
        row(
            "quien",
            "[sala]",
            "muestra quién está, desde cuándo no escribe, si está ausente y si es operador",
        ),
        row(
            "who",
            "[room]",
            "shows who is here, how long they have been idle, who is away and who is an operator",
        ),
    ),
    (
        Verb::Rooms,
        row("salas", "", "muestra las salas, cuántos hay en cada una y de qué hablan"),
        row("rooms", "", "shows the rooms, how many are in each and what they are about"),
    ),
    (
        Verb::Join,
        row("entrar", "sala [llave]", "entra en una sala y habla en ella; si no existe, la crea"),
        row("join", "room [key]", "enters a room and speaks there; makes it if there is none"),
    ),
    (
        Verb::Leave,
        row("dejar", "[sala]", "deja una sala"), //
        row("leave", "[room]", "leaves a room"),
    ),
    (
        Verb::Topic,
        row("tema", "[texto]", "muestra el tema de la sala, o lo pone; - lo borra"),
        row("topic", "[text]", "shows the topic of the room, or sets it; - clears it"),
    ),
    (
        Verb::Message,
        row("privado", "nombre texto", "dice algo a una sola persona"),
        row("msg", "name text", "says something to one person only"),
    ),
    (
        Verb::Reply,
        row("responder", "texto", "responde al último mensaje privado"),
        row("reply", "text", "answers the last private message"),
    ),
    (
        Verb::Nick,
        row("nombre", "nuevo", "te cambia el nombre"), //
        row("nick", "new", "changes your name"),
    ),
    (
        Verb::Me,
        row("yo", "texto", "cuenta lo que haces: * Juan saluda"),
        row("me", "text", "tells what you do: * Juan waves"),
    ),
    (
        Verb::Away,
        row("ausente", "[motivo]", "te marca como ausente; sin motivo, de vuelta"),
        row("away", "[reason]", "marks you away; without a reason, back"),
    ),
    (
        Verb::Ignore,
        row(
            "ignorar",
            "[nombre]",
            "oculta a una persona, o la vuelve a mostrar; sin nombre, muestra a quién ocultas",
        ),
        row("ignore", "[name]", "hides a person, or shows them again; without a name, lists whom you hide"),
    ),
    (
        Verb::Register,
        row("registrar", "", "hace tuyo tu nombre: pide una contraseña, dos veces"),
        row("register", "", "makes your name yours: asks for a password, twice"),
    ),
    (
        Verb::Login,
        row("identificar", "nombre", "toma tu nombre registrado: pide su contraseña"),
        row("login", "name", "takes your registered name: asks for its password"),
    ),
    (
        Verb::Password,
        row("clave", "", "cambia la contraseña de tu nombre"),
        row("password", "", "changes the password of your name"),
    ),
    (
        Verb::Lang,
        row("idioma", "[es|en]", "elige el idioma de lo que dice el servidor"),
        row("lang", "[es|en]", "chooses the language of what the server says"),
    ),
    (
        Verb::History,
        row("historial", "[n]", "muestra las últimas n líneas de la sala, con su hora"),
        row("history", "[n]", "shows the last n lines of the room, with times"),
    ),
    (
        Verb::Search,
        row("buscar", "palabras", "busca líneas en tus salas; no importan mayúsculas ni acentos"),
        row("search", "words", "finds lines in your rooms; case and accents do not matter"),
    ),
    (
        Verb::Key,
        row(
            "llave",
            "[llave]",
            "operadores: pone una llave que hay que saber para entrar; sin llave, abre la sala",
        ),
        row("key", "[key]", "operators: sets a key that one must know to enter; without one, opens the room"),
    ),
    (
        Verb::Invite,
        row("invitar", "nombre", "operadores: deja entrar a una persona"),
        row("invite", "name", "operators: lets one person in"),
    ),
    (
        Verb::Kick,
        row("echar", "nombre [motivo]", "operadores: echa a una persona de la sala"),
        row("kick", "name [reason]", "operators: puts a person out of the room"),
    ),
    (
        Verb::Ban,
        row("vetar", "nombre", "operadores: echa a una persona, que no puede volver"),
        row("ban", "name", "operators: puts a person out, who cannot come back"),
    ),
    (
        Verb::Unban,
        row("perdonar", "nombre", "operadores: deja volver a una persona vetada"),
        row("unban", "name", "operators: lets a banned person come back"),
    ),
    (
        Verb::Bans,
        row("vetados", "", "operadores: muestra quién no puede entrar en la sala, y quién no puede hablar"),
        row("bans", "", "operators: shows who may not enter the room, and who may not speak"),
    ),
    (
        Verb::Mute,
        row(
            "silenciar",
            "[nombre]",
            "operadores: quita o devuelve la palabra a una persona; sin nombre, a todos los demás",
        ),
        row(
            "mute",
            "[name]",
            "operators: silences a person, or lets them speak again; without a name, all others",
        ),
    ),
    (
        Verb::Op,
        row("operador", "nombre", "operadores: hace operador a una persona"),
        row("op", "name", "operators: makes a person an operator"),
    ),
    (
        Verb::Expel,
        row(
            "expulsar",
            "nombre|dirección [minutos] [motivo]",
            "operadores del servidor: expulsa a una persona o dirección",
        ),
        row(
            "expel",
            "name|address [minutes] [reason]",
            "server operators: puts a person or an address out of the chat",
        ),
    ),
    (
        Verb::Readmit,
        row("readmitir", "nombre|dirección", "operadores del servidor: deja volver a quien fue expulsado"),
        row("readmit", "name|address", "server operators: lets somebody who was expelled come back"),
    ),
    (
        Verb::Expelled,
        row(
            "expulsados",
            "",
            "operadores del servidor: muestra quién está expulsado, hasta cuándo y por qué",
        ),
        row("expelled", "", "server operators: shows who is expelled, for how long and why"),
    ),
    (
        Verb::Nodes,
        row(
            "nodos",
            "",
            "operadores del servidor: muestra los nodos del chat, y cuántas personas hay en cada uno",
        ),
        row("nodes", "", "server operators: shows the nodes of the chat, and how many people are on each"),
    ),
    (
        Verb::Quit,
        row("salir", "[texto]", "te desconecta, si quieres con unas últimas palabras"),
        row("quit", "[text]", "leaves the chat, with last words if you like"),
    ),
];

/// Commands that help lists on one line, which is short enough for a terminal of 80 columns.
struct Group {
    spanish: &'static str,
    english: &'static str,
    verbs: &'static [Verb],
}

const fn group(spanish: &'static str, english: &'static str, verbs: &'static [Verb]) -> Group {
    Group { spanish, english, verbs }
}

/// All commands as help lists them.
const GROUPS: [Group; 9] = [
    group("hablar", "talking", &[Verb::Message, Verb::Reply, Verb::Me]),
    group(
        "personas y salas",
        "people and rooms",
        &[Verb::Who, Verb::Rooms, Verb::Join, Verb::Leave, Verb::Topic],
    ),
    group("lo que ya se dijo", "said before", &[Verb::History, Verb::Search]),
    group("para ti", "for yourself", &[Verb::Nick, Verb::Away, Verb::Ignore, Verb::Lang]),
    group("nombre con contraseña", "name with a password", &[Verb::Register, Verb::Login, Verb::Password]),
    group(
        "operadores: quién entra",
        "operators: who enters",
        &[Verb::Key, Verb::Invite, Verb::Kick, Verb::Ban, Verb::Unban, Verb::Bans],
    ),
    group("operadores: quién habla", "operators: who speaks", &[Verb::Mute, Verb::Op]),
    group(
        "operadores del servidor",
        "server operators",
        &[Verb::Expel, Verb::Readmit, Verb::Expelled, Verb::Nodes],
    ),
    group("ayuda y salida", "help and leaving", &[Verb::Help, Verb::Quit]),
];

/// The row of `verb` in `language`.
pub(in crate::protocol) fn describe(verb: Verb, language: Language) -> &'static CommandHelp {
    let (_, spanish, english) = TABLE.iter().find(|(v, ..)| *v == verb).expect("the table holds every verb");
    match language {
        Language::Spanish => spanish,
        Language::English => english,
    }
}

/// The command called `word`, in either language; case and accents do not matter.
pub(in crate::protocol) fn find(word: &str) -> Option<Verb> {
    let word = fold(word)?;
    TABLE.iter().find(|(_, es, en)| es.name == word || en.name == word).map(|(verb, ..)| *verb)
}

/// The command whose name is nearest to `word`, if one is near: a beginning of it, or a slip or two away.
pub(in crate::protocol) fn nearest(word: &str) -> Option<Verb> {
    let word = fold(word)?;
    let length = word.chars().count();
    if length < 2 {
        return None;
    }
    let slips = 1.max(length / 3);
    let names = TABLE.iter().flat_map(|(verb, es, en)| [(*verb, es.name), (*verb, en.name)]);
    let near = names.filter_map(|(verb, name)| {
        let distance = match name.starts_with(&word) {
            true => 1,
            // So many letters are too many or missing, whatever they are.
            false if name.len().abs_diff(length) > slips => return None,
            false => strsim::osa_distance(&word, name),
        };
        (distance <= slips).then_some((distance, verb))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, verb)| verb)
}

/// `word` without capitals and accents. None: it is longer than any name of a command could be typed.
pub(in crate::protocol) fn fold(word: &str) -> Option<String> {
    let short = word.len() <= WORD_MAX_BYTES;
    short.then(|| word.to_lowercase().nfd().filter(|&c| !is_combining_mark(c)).collect())
}

/// Writes the names of all commands, a line for each group.
pub(in crate::protocol) fn write_groups(language: Language, out: &mut String) -> fmt::Result {
    let title = |group: &Group| match language {
        Language::Spanish => group.spanish,
        Language::English => group.english,
    };
    let width = GROUPS.iter().map(|group| title(group).chars().count()).max().unwrap_or(0);
    GROUPS.iter().try_for_each(|group| {
        write!(out, "  {:width$} ", title(group))?;
        group.verbs.iter().try_for_each(|&verb| write!(out, " /{}", describe(verb, language).name))?;
        writeln!(out)
    })
}

/// Writes one command: how it is used, what it does, and what it is called in the other language.
pub(in crate::protocol) fn write_one(
    verb: Verb,
    language: Language,
    also: &str,
    out: &mut String,
) -> fmt::Result {
    let other = match language {
        Language::Spanish => Language::English,
        Language::English => Language::Spanish,
    };
    let (row, other) = (describe(verb, language), describe(verb, other));
    writeln!(out, "{}: {} ({also}: /{})", row.usage(), row.does, other.name)
}
