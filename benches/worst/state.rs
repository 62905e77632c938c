//! The worst state that the limits allow, built through the front door, and for each command the line that costs most in
//! it.

// A bench and tests use it, each their part.
#![allow(dead_code)]

use std::time::Duration;

use tertulia::limits::{
    DECISIONS_PER_ROOM, HISTORY_LINES_PER_ROOM, IGNORED_MAX, LINE_MAX_BYTES, ROOMS_PER_PERSON,
};
use tertulia::net::Settings;

use super::house::House;

/// How large the state is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// People, all of them in the first room.
    pub(crate) people: usize,
    /// Rooms in which all of them are, the first one included.
    pub(crate) crowded: usize,
    /// Rooms, those included.
    pub(crate) rooms: usize,
    /// Whom every tenth of them hides; the others hide three.
    pub(crate) hidden: usize,
    /// Decisions of each sort in the room that has some.
    pub(crate) decisions: usize,
    /// Rooms whose history is full.
    pub(crate) remembered: usize,
}

/// What the limits allow.
pub(crate) const FULL: Scale = Scale {
    people: 20_000,
    crowded: ROOMS_PER_PERSON - 1,
    rooms: 10_000,
    hidden: IGNORED_MAX,
    decisions: DECISIONS_PER_ROOM,
    remembered: 300,
};

/// Lets movements that wait be told.
pub(crate) const A_WHILE: Duration = Duration::from_secs(3);

/// Who does what in it; all others only listen. They are in the crowded rooms, unless it is said.
pub(crate) const TALKER: usize = 0;
/// Is hidden by everybody.
pub(crate) const TROLL: usize = 1;
/// Is in the first room only, and may enter others.
pub(crate) const VISITOR: usize = 2;
/// Made the room with all the decisions, and is there.
pub(crate) const OPERATOR: usize = 3;
/// Has given no name.
pub(crate) const NEWCOMER: usize = 4;
/// Is in the room with all the decisions, whose list of mutes is gone through for each line of theirs.
pub(crate) const GUEST: usize = 5;
pub(crate) const ACTORS: usize = 6;

/// The room with all the decisions.
pub(crate) const STRICT: &str = "vetos";

/// The longest name there is, and different for each number.
pub(crate) fn name(number: usize) -> String {
    match number < ACTORS {
        true => format!("Ángéla-Íñigo-ÑÚ{number:05}"),
        // As long, and found faster.
        false => format!("Angela-Inigo-NU{number:05}"),
    }
}

pub(crate) fn room(number: usize) -> String {
    format!("sala-multitud--{number:05}")
}

/// The room that this person shares with few.
pub(crate) fn own_room(scale: &Scale, person: usize) -> String {
    room(scale.crowded + (person - ACTORS) % (scale.rooms - scale.crowded - 1))
}

/// A line of words that fills what a line may hold, behind `beginning`.
pub(crate) fn longest(beginning: &str, filler: &str) -> String {
    format!("{beginning}{}\n", filler.repeat((LINE_MAX_BYTES - 1 - beginning.len()) / filler.len()))
}

/// Builds the state; says what it is doing.
pub(crate) fn build(scale: &Scale, mut say: impl FnMut(&str)) -> House {
    let settings = Settings { rate_limit: 0, login_timeout: None, replay: 10, ..Settings::default() };
    let mut house = House::new(settings);
    say("people");
    for person in 0..scale.people {
        house.connect();
        if person != NEWCOMER {
            house.send(person, format!("{}\n", name(person)).as_bytes());
        }
    }
    house.settle();
    house.waits(A_WHILE);
    say("rooms");
    let join =
        |rooms: std::ops::Range<usize>| rooms.map(|number| format!("/entrar {}\n", room(number))).collect();
    for person in 0..scale.people {
        if matches!(person, VISITOR | OPERATOR | NEWCOMER | GUEST) {
            continue;
        }
        let mut lines: String = join(1..scale.crowded);
        if person >= ACTORS {
            lines += &format!("/entrar {}\n", own_room(scale, person));
            lines +=
                &longest("/tema ", "de qué se habla, ").chars().take(300).chain(['\n']).collect::<String>();
        }
        lines += "/entrar general\n";
        house.send(person, lines.as_bytes());
    }
    house.settle();
    house.waits(A_WHILE);
    say("decisions");
    house.says(OPERATOR, format!("/entrar {STRICT}\n"));
    house.says(GUEST, format!("/entrar {STRICT}\n"));
    for number in 0..scale.decisions {
        let (banned, muted) = (format!("Vetádo-Ñúñez-{number:05}"), format!("Múdo-Ángéles-{number:05}"));
        house.says(OPERATOR, format!("/vetar {banned}\n/silenciar {muted}\n"));
        house.says(OPERATOR, format!("/invitar {}\n", name(ACTORS + number % (scale.people - ACTORS))));
    }
    say("the hidden");
    let names: Vec<String> =
        (0..scale.hidden).map(|nth| name(if nth == 0 { TROLL } else { ACTORS + nth })).collect();
    let hide: String = names.iter().map(|name| format!("/ignorar {name}\n")).collect();
    let few: String = hide.split_inclusive('\n').take(3).collect();
    for person in (0..scale.people).filter(|&person| person != TROLL && person != NEWCOMER) {
        // All hide some, and every tenth as many as may be.
        house.send(person, if person % 10 == 0 { &hide } else { &few }.as_bytes());
    }
    house.settle();
    say("history");
    let line = "bbca ".repeat(20) + "bbbb\n";
    for nth in 0..scale.remembered {
        let speaker = scale.people - 1 - nth;
        let own = own_room(scale, speaker);
        house.says(speaker, format!("/entrar {own}\n{}", line.repeat(HISTORY_LINES_PER_ROOM)));
    }
    house.waits(A_WHILE);
    house
}

/// A line, and who sends it.
pub(crate) struct Case {
    /// What it is, for the table.
    pub(crate) what: &'static str,
    /// The command that it stands for, by its Spanish name; empty if it is none.
    pub(crate) command: &'static str,
    pub(crate) who: usize,
    /// Sent before it, by them.
    pub(crate) before: String,
    pub(crate) line: Vec<u8>,
    /// Sent behind it, so that it can be sent again.
    pub(crate) after: String,
}

/// All commands, and all other lines, each in its dearest form. `round` differs where a line cannot be sent twice.
pub(crate) fn cases(round: usize) -> Vec<Case> {
    let to_crowd = format!("/entrar {}\n", room(1));
    let to_strict = format!("/entrar {STRICT}\n");
    let words = |beginning: &str| longest(beginning, "¡ñandú! ");
    let new = |what: &str| format!("{what}-Ñandú-{round:05}");
    let mut cases = vec![
        case("words to all", "", TALKER, words("")),
        case("short words to all", "", TALKER, "hola\n".into()),
        case("words of who is hidden by all", "", TROLL, words("")),
        case("words where many are muted", "", GUEST, words("")),
        case("a slash before words", "", TALKER, words("//")),
        case("a blank line", "", TALKER, " \n".into()),
        case("/ayuda", "ayuda", TALKER, "/ayuda\n".into()),
        case("/ayuda of what is none", "ayuda", TALKER, words("/ayuda ")),
        case("/quien of all", "quien", TALKER, "/quien\n".into()),
        case("/salas", "salas", TALKER, "/salas\n".into()),
        case("/entrar, all are there", "entrar", VISITOR, to_crowd.clone()),
        case("/entrar, 1,000 bans", "entrar", VISITOR, to_strict),
        case("/entrar, a new room", "entrar", VISITOR, format!("/entrar {}\n", new("sala"))),
        case("/entrar, no name", "entrar", VISITOR, longest("/entrar ", "a\u{301}\u{323}")),
        case("/dejar, all are there", "dejar", VISITOR, format!("/dejar {}\n", room(1))),
        case("/tema for all", "tema", TALKER, words("/tema ")),
        case("/privado", "privado", TALKER, words(&format!("/privado {} ", name(ACTORS)))),
        case("/privado to who hides them", "privado", TROLL, words(&format!("/privado {} ", name(ACTORS)))),
        case("/privado to nobody", "privado", TALKER, longest("/privado ", "ñ")),
        case("/responder", "responder", TALKER, words("/responder ")),
        case("/nombre, all know them", "nombre", TALKER, format!("/nombre {}\n", new("Charla"))),
        case("/nombre, all hide them", "nombre", TROLL, format!("/nombre {}\n", new("Trol"))),
        case("/nombre, no name", "nombre", TALKER, longest("/nombre ", "a\u{301}\u{323}")),
        case("/yo", "yo", TALKER, words("/yo ")),
        case("/ausente", "ausente", TALKER, words("/ausente ")),
        case("/ignorar, the list", "ignorar", TALKER, "/ignorar\n".into()),
        case("/ignorar, whom all hide", "ignorar", VISITOR, format!("/ignorar {}\n", name(ACTORS + 1))),
        case("/registrar", "registrar", TALKER, "/registrar\n".into()),
        case("/identificar", "identificar", TALKER, format!("/identificar {}\n", name(ACTORS))),
        case("/clave", "clave", TALKER, "/clave\n".into()),
        case("/idioma", "idioma", TALKER, words("/idioma ")),
        case("/historial of everything", "historial", TALKER, "/historial 99999999\n".into()),
        case("/buscar, many words", "buscar", TALKER, longest("/buscar ", "bbca bbba ")),
        case("/llave", "llave", OPERATOR, words("/llave ")),
        case("/invitar, 1,000 bans", "invitar", OPERATOR, format!("/invitar {}\n", name(ACTORS + 7))),
        case("/echar", "echar", OPERATOR, words(&format!("/echar {} ", name(VISITOR)))),
        case("/vetar, 1,000 bans", "vetar", OPERATOR, format!("/vetar {}\n", new("Vetado"))),
        case("/perdonar, 1,000 bans", "perdonar", OPERATOR, format!("/perdonar {}\n", new("Perdón"))),
        case("/silenciar, 1,000 mutes", "silenciar", OPERATOR, format!("/silenciar {}\n", new("Mudo"))),
        case("/vetados, 1,000 bans", "vetados", OPERATOR, "/vetados\n".into()),
        case("/expulsar", "expulsar", TALKER, words(&format!("/expulsar {} ", name(ACTORS)))),
        case("/readmitir", "readmitir", TALKER, format!("/readmitir {}\n", name(ACTORS))),
        case("/expulsados", "expulsados", TALKER, "/expulsados\n".into()),
        case("/operador", "operador", OPERATOR, format!("/operador {}\n", name(GUEST))),
        case("an unknown command, long", "", TALKER, longest("/", "x")),
        case("an unknown command, near all", "", TALKER, "/silentificarda\n".into()),
        case("an unknown command, no name yet", "", NEWCOMER, longest("/", "x")),
        case("a name at the prompt, no name", "", NEWCOMER, longest("", "a\u{301}\u{323}")),
        case("a name at the prompt, in use", "", NEWCOMER, format!("{}\n", name(ACTORS))),
        case("a line that is too long", "", TALKER, longest("", "x").repeat(3).replace('\n', "") + "\n"),
    ];
    cases.extend(raw_cases());
    cases.iter_mut().for_each(|case| case.surround());
    cases
}

/// Lines of bytes that are no words.
fn raw_cases() -> Vec<Case> {
    let raw = |what, line: Vec<u8>| Case { line, ..case(what, "", TALKER, String::new()) };
    let end = || vec![b'\n'];
    vec![
        raw("bytes that are no UTF-8", [vec![0xC3; LINE_MAX_BYTES - 1], end()].concat()),
        raw("terminal sequences without end", [b"\x1b]".repeat(LINE_MAX_BYTES / 2 - 1), end()].concat()),
        raw("telnet: are you there", [b"\xff\xf6".repeat(1_000), end()].concat()),
    ]
}

fn case(what: &'static str, command: &'static str, who: usize, line: String) -> Case {
    Case { what, command, who, before: String::new(), line: line.into_bytes(), after: String::new() }
}

impl Case {
    /// Adds what has to be said before it, and behind it.
    fn surround(&mut self) {
        let to_crowd = format!("/entrar {}\n", room(1));
        match self.what {
            "/entrar, all are there" => self.after = format!("/dejar {}\n", room(1)),
            "/entrar, 1,000 bans" => self.after = format!("/dejar {STRICT}\n"),
            "/entrar, a new room" => self.after = "/dejar\n".into(),
            "/dejar, all are there" => self.before = to_crowd,
            "/nombre, all know them" => self.after = format!("/nombre {}\n", name(TALKER)),
            "/nombre, all hide them" => self.after = format!("/nombre {}\n", name(TROLL)),
            "/llave" => self.after = "/llave\n".into(),
            _ => {}
        }
    }
}
