//! The worst state that the limits allow, built through the front door, and for each command the line that costs most in
//! it.

// A bench and tests use it, each their part.
#![allow(dead_code)]

use std::time::Duration;

use tertulia::chat::{AdminOrder, ChatConfig, Language, Text, TokenKey};
use tertulia::config::Config;
use tertulia::limits::{
    ACCEPTS_PER_TURN, ANSWER_MAX_BYTES, DECISIONS_PER_ROOM, EXPULSIONS_MAX, HIDDEN_LINES,
    HISTORY_LINES_PER_ROOM, HISTORY_MAX_BYTES, IGNORED_ALWAYS, IGNORED_BEYOND_MAX, IGNORED_MAX,
    LINE_MAX_BYTES, ROOMS_MAX, ROOMS_PER_PERSON,
};
use tertulia::locale;

use super::house::House;

/// How large the state is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// People, all of them in the first room.
    pub(crate) people: usize,
    /// Rooms in which all of them are, the first one included.
    pub(crate) crowded: usize,
    /// Rooms, those included, and one that somebody can still make.
    pub(crate) rooms: usize,
    /// Whom some of them hide, as many as may; the others hide one fewer, or three. The talker hides as many as one may.
    pub(crate) hidden: usize,
    /// Decisions of each sort in the room that has some.
    pub(crate) decisions: usize,
    /// Expulsions, half of them of addresses.
    pub(crate) expelled: usize,
    /// Lines that are remembered of each crowded room, and the bytes of each.
    pub(crate) remembered: (usize, usize),
}

impl Scale {
    /// Rooms that few share: all but the crowded ones, that with the decisions, and the one that can still be made.
    pub(crate) fn own_rooms(&self) -> usize {
        self.rooms - self.crowded - 2
    }
}

/// What a remembered line takes at most beside its words, which are there twice: as they were said, and as they are found.
const REMEMBERED_OVERHEAD: usize = 400;

const CROWDED: usize = ROOMS_PER_PERSON - 1;

/// What the limits allow.
pub(crate) const FULL: Scale = Scale {
    people: 20_000,
    crowded: CROWDED,
    rooms: ROOMS_MAX,
    hidden: IGNORED_MAX,
    decisions: DECISIONS_PER_ROOM,
    expelled: EXPULSIONS_MAX,
    remembered: (
        HISTORY_LINES_PER_ROOM,
        (HISTORY_MAX_BYTES / (CROWDED * HISTORY_LINES_PER_ROOM) - REMEMBERED_OVERHEAD) / 2,
    ),
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
/// Hears what the others say.
pub(crate) const LISTENER: usize = 6;
pub(crate) const ACTORS: usize = 7;

/// The room with all the decisions.
pub(crate) const STRICT: &str = "vetos";

/// The longest name there is, and different for each number.
pub(crate) fn name(number: usize) -> String {
    format!("Ángéla-Íñigo-ÑÚ{number:05}")
}

pub(crate) fn room(number: usize) -> String {
    format!("sala-multitud--{number:05}")
}

/// The room that this person shares with few.
pub(crate) fn own_room(scale: &Scale, person: usize) -> String {
    room(scale.crowded + person % scale.own_rooms())
}

/// Whether a person is one of those who decide in the room with the decisions.
fn decides(scale: &Scale, person: usize) -> bool {
    (ACTORS..ACTORS + scale.decisions - 2).contains(&person)
}

/// Names that are banned and muted there, and expelled from the chat.
pub(crate) fn banned(number: usize) -> String {
    format!("Vetádo-Ñúñez-{number:07}")
}

fn muted(number: usize) -> String {
    format!("Múdo-Ángéles-{number:07}")
}

fn expelled(number: usize) -> String {
    match number % 2 {
        0 => format!("Échado-Ñúñez-{number:07}"),
        _ => format!("203.0.{}.{}", 100 + number / 200, 1 + number % 200),
    }
}

/// A line of words that fills what a line may hold, behind `beginning`.
pub(crate) fn longest(beginning: &str, filler: &str) -> String {
    filled(beginning, filler, LINE_MAX_BYTES - 1)
}

/// A line of at most so many bytes, its ending left out.
pub(crate) fn filled(beginning: &str, filler: &str, bytes: usize) -> String {
    format!("{beginning}{}\n", filler.repeat((bytes - beginning.len()) / filler.len()))
}

/// Builds the state, and says what it is doing.
///
/// # Panics
///
/// It is not what it should be.
pub(crate) fn build(scale: &Scale, mut say: impl FnMut(&str)) -> House {
    let config = Config {
        rate_limit: 0,
        chat: ChatConfig { replay: 10, token_key: Some(TokenKey([7; 32])), ..ChatConfig::default() },
        ..Config::default()
    };
    let mut house = House::new(config);
    say("history");
    remember(&mut house, scale);
    say("people");
    for person in 1..scale.people {
        house.connect();
        if person != NEWCOMER {
            house.send(person, format!("{}\n", name(person)).as_bytes());
        }
        // A turn lets no more of them in.
        if person % ACCEPTS_PER_TURN == 0 {
            house.settle();
        }
    }
    house.settle();
    house.waits(A_WHILE);
    say("rooms");
    let crowded: String = (1..scale.crowded).map(|number| format!("/entrar {}\n", room(number))).collect();
    for person in 1..scale.people {
        if matches!(person, VISITOR | OPERATOR | NEWCOMER | GUEST) {
            continue;
        }
        let mut lines = crowded.clone();
        if person >= ACTORS && !decides(scale, person) {
            lines += &format!("/entrar {}\n", own_room(scale, person));
            lines += &filled("/tema ", "de qué se habla, ", 390);
        }
        lines += "/entrar general\n";
        house.send(person, lines.as_bytes());
    }
    house.settle();
    house.waits(A_WHILE);
    say("decisions");
    decide(&mut house, scale);
    say("the hidden");
    hide(&mut house, scale);
    say("correspondents");
    house.says(LISTENER, format!("/privado {} hola\n", name(TALKER)));
    for person in (ACTORS..scale.people).take(1_500) {
        house.says(TALKER, format!("/privado {} hola\n", name(person)));
    }
    house.waits(A_WHILE);
    check(&mut house, scale);
    house
}

/// Somebody alone fills the histories of the crowded rooms, with words that nearly are those that will be looked for.
fn remember(house: &mut House, scale: &Scale) {
    let (lines, bytes) = scale.remembered;
    let line = filled("bbbb", " bbca", bytes);
    house.connect();
    house.says(TALKER, format!("{}\n", name(TALKER)));
    for number in 0..scale.crowded {
        if number > 0 {
            house.says(TALKER, format!("/entrar {}\n", room(number)));
        }
        house.says(TALKER, line.repeat(lines));
    }
    house.says(TALKER, "/entrar general\n");
}

/// Fills the lists of the strict room, and that of the expelled.
fn decide(house: &mut House, scale: &Scale) {
    house.says(OPERATOR, format!("/entrar {STRICT}\n"));
    house.says(GUEST, format!("/entrar {STRICT}\n"));
    house.listen(OPERATOR);
    let mut made = 0;
    for person in (0..scale.people).filter(|&person| decides(scale, person)) {
        house.says(person, format!("/entrar {STRICT}\n"));
        house.says(OPERATOR, format!("/operador {}\n", name(person)));
        made += house.heard(OPERATOR).matches("ha hecho operador").count();
    }
    assert_eq!(made, scale.decisions - 2, "operators beside the first, and one who can still be made");
    let mut invited = 0;
    for number in 0..scale.decisions {
        house.says(OPERATOR, format!("/vetar {}\n/silenciar {}\n", banned(number), muted(number)));
        house.says(OPERATOR, format!("/invitar {}\n", name(guest(scale, number))));
        invited += house.heard(OPERATOR).matches("ha invitado a").count();
    }
    assert_eq!(invited, scale.decisions, "invitations");
    house.stops_listening(OPERATOR);
    for number in 0..scale.expelled {
        let (whom, why) = (Text::clean(&expelled(number)), Text::clean(&"insultos ".repeat(13)));
        let order = AdminOrder::Expel { whom, minutes: None, reason: Some(why) };
        house.server.administer(0, order, Language::Spanish, house.now);
        assert!(matches!(&house.server.take_chat_replies()[..], [(0, Ok(_))]));
    }
    house.settle();
}

/// Who is not in the strict room, and was never invited if `number` is that of no decision.
pub(crate) fn guest(scale: &Scale, number: usize) -> usize {
    ACTORS + scale.decisions + number % (scale.people - ACTORS - scale.decisions)
}

/// One of so many hides very many: then all together hide as many as they may.
const MANY_HIDE: usize = 20_000 * (IGNORED_MAX - IGNORED_ALWAYS) / IGNORED_BEYOND_MAX;

fn hide(house: &mut House, scale: &Scale) {
    let whom = |nth: usize| name(if nth == 0 { TROLL } else { ACTORS + nth });
    let hide = |count| (0..count).map(|nth| format!("/ignorar {}\n", whom(nth))).collect::<String>();
    let [most, many, few] = [IGNORED_MAX, scale.hidden, 3.min(scale.hidden - 1)].map(hide);
    // First, for all together may hide only so many.
    house.says(TALKER, most);
    for person in (1..scale.people).filter(|&person| person != TROLL && person != NEWCOMER) {
        house.send(person, if person % MANY_HIDE == 0 { &many } else { &few }.as_bytes());
    }
    house.settle();
}

/// A number as the server writes it.
fn written(number: usize) -> String {
    locale::number(number as u64, Language::Spanish)
}

/// Looks whether everything is there.
fn check(house: &mut House, scale: &Scale) {
    assert_eq!(house.server.hub().people(), scale.people - 1, "people, but for one without a name");
    let mut asks = |who: usize, line: String| {
        house.listen(who);
        house.says(who, line);
        let heard = house.heard(who);
        house.stops_listening(who);
        heard
    };
    let rooms = asks(TALKER, "/salas\n".into());
    assert!(rooms.starts_with(&format!("{} salas:", written(scale.rooms - 1))), "{rooms:.200}");
    for number in 1..scale.crowded {
        let people = asks(TALKER, format!("/quien {}\n", room(number)));
        let most = format!("En #{}, {} personas", room(number), written(scale.people - 4));
        assert!(people.starts_with(&most), "{people:.200}");
    }
    let decided = asks(OPERATOR, "/vetados\n".into());
    for sort in ["Con veto", "En silencio"] {
        let all = format!("{sort} en #{STRICT}, {} personas", written(scale.decisions));
        assert!(decided.contains(&all), "{decided:.200}");
    }
    let hidden = asks(TALKER, "/ignorar\n".into());
    assert_eq!(hidden.matches("ngéla").count(), IGNORED_MAX, "{hidden:.200}");
    let (lines, bytes) = scale.remembered;
    let said = asks(TALKER, "/historial 99999999\n".into());
    assert!(said.len() > ANSWER_MAX_BYTES.min(lines * bytes) / 2, "{} bytes of history", said.len());
    let remembered = house.server.remembered();
    assert!(remembered >= scale.crowded * lines, "{remembered} lines");
}

/// Who hears a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ears {
    /// Its sender, and one more.
    Few,
    /// All who are in the room with the decisions.
    Strict,
    /// Everybody.
    All,
}

impl Ears {
    /// Whether so many are these.
    pub(crate) fn are(self, heard: u64, scale: &Scale) -> bool {
        let heard = heard as usize;
        match self {
            Ears::Few => heard <= 2,
            Ears::Strict => (scale.decisions - 1..scale.people / 2).contains(&heard),
            Ears::All => heard >= scale.people - 5,
        }
    }
}

/// A line, and who sends it.
pub(crate) struct Case {
    /// What it is, for the table.
    pub(crate) what: &'static str,
    /// The command that it stands for, by its Spanish name; empty if it is none.
    pub(crate) command: &'static str,
    pub(crate) who: usize,
    pub(crate) line: Vec<u8>,
    /// Sent before it.
    pub(crate) before: Vec<(usize, String)>,
    /// Sent behind it, so that it can be sent again.
    pub(crate) after: Vec<(usize, String)>,
    /// What somebody reads then, one of these, for it was done and not refused.
    pub(crate) reads: Option<(usize, &'static [&'static str])>,
    pub(crate) ears: Ears,
}

/// All commands, and all other lines, each in its dearest form. `round` differs where a line cannot be sent twice.
pub(crate) fn cases(scale: &Scale, round: usize) -> Vec<Case> {
    [spoken(), rooms(round), people(round), decisions(scale, round), unclear(), raw()]
        .into_iter()
        .flatten()
        .collect()
}

fn words(beginning: &str) -> String {
    longest(beginning, "¡ñandú! ")
}

/// A name that nobody has, as long as it may be.
fn new(what: &str, round: usize) -> String {
    format!("{what}-Ñandú-{round:05}")
}

fn spoken() -> Vec<Case> {
    vec![
        case("words to all", "", TALKER, words("")).told(LISTENER, &["ñandú"]).heard_by(Ears::All),
        case("short words to all", "", TALKER, "hola\n".into()).told(LISTENER, &["hola"]).heard_by(Ears::All),
        case("words of who is hidden by all", "", TROLL, words("")),
        case("words where many are muted", "", GUEST, words(""))
            .told(OPERATOR, &["ñandú"])
            .heard_by(Ears::Strict),
        case("a slash before words", "", TALKER, words("//")).told(LISTENER, &["ñandú"]).heard_by(Ears::All),
        case("a blank line", "", TALKER, " \n".into()),
        case("/yo", "yo", TALKER, words("/yo ")).told(LISTENER, &["* "]).heard_by(Ears::All),
        case("/privado", "privado", TALKER, words(&format!("/privado {} ", name(ACTORS))))
            .says(&["[privado a"]),
        case("/privado to who hides them", "privado", TROLL, words(&format!("/privado {} ", name(ACTORS))))
            .says(&["[privado a"]),
        case("/privado to nobody", "privado", TALKER, longest("/privado ", "ñ").replace("ññ\n", " ñ\n"))
            .says(&["no hay nadie"]),
        case("/responder", "responder", TALKER, words("/responder ")).says(&["[privado a"]),
        case("/historial of everything", "historial", TALKER, "/historial 99999999\n".into())
            .says(&["ñandú"]),
        case(SEARCH, "buscar", TALKER, longest("/buscar ", "bbca bbba ")).says(&["No hay nada", "muy larga"]),
    ]
}

/// Goes on for many turns: each of them is held to what a line may take.
pub(crate) const SEARCH: &str = "/buscar, many words: the longest turn";

fn rooms(round: usize) -> Vec<Case> {
    let to_crowd = format!("/entrar {}\n", room(1));
    let from_crowd = format!("/dejar {}\n", room(1));
    let topic = filled(&format!("/tema {round}"), " ñandú", 400);
    vec![
        case("/salas", "salas", TALKER, "/salas\n".into()).says(&["salas:"]),
        case("/entrar, all are there", "entrar", VISITOR, to_crowd.clone())
            .behind(VISITOR, from_crowd.clone())
            .says(&["Estás en #"])
            .heard_by(Ears::All),
        case("/entrar, 1,000 bans", "entrar", VISITOR, format!("/entrar {STRICT}\n"))
            .behind(VISITOR, format!("/dejar {STRICT}\n"))
            .says(&["Estás en #vetos"])
            .heard_by(Ears::Strict),
        case(
            "/entrar, the last room there may be",
            "entrar",
            VISITOR,
            format!("/entrar {}\n", new("sala", round)),
        )
        .behind(VISITOR, "/dejar\n".into())
        .says(&["Has creado"]),
        case("/entrar, no name", "entrar", VISITOR, longest("/entrar ", "a\u{301}\u{323}"))
            .says(&["no válido"]),
        case("/dejar, all are there", "dejar", VISITOR, from_crowd)
            .after(VISITOR, to_crowd)
            .says(&["Dejaste"])
            .heard_by(Ears::All),
        case("/tema for all", "tema", TALKER, topic).says(&["ha puesto el tema"]).heard_by(Ears::All),
    ]
}

fn people(round: usize) -> Vec<Case> {
    let rename = |what, who, to: &str| {
        let case = case(what, "nombre", who, format!("/nombre {}\n", new(to, round)));
        case.behind(who, format!("/nombre {}\n", name(who))).says(&["ahora es"])
    };
    vec![
        case("/quien of all", "quien", TALKER, "/quien\n".into()).says(&["En #general"]),
        case("/quien, 1,000 decide there", "quien", OPERATOR, "/quien\n".into()).says(&["operador"]),
        rename("/nombre, all know them", TALKER, "Charla").heard_by(Ears::All),
        rename("/nombre, all hide them", TROLL, "Trol"),
        rename("/nombre, 1,000 bans", GUEST, "Guest").heard_by(Ears::All),
        case("/nombre, no name", "nombre", TALKER, longest("/nombre ", "a\u{301}\u{323}"))
            .says(&["no válido"]),
        case("/ausente", "ausente", TALKER, filled("/ausente ", "¡ñandú! ", 300))
            .behind(TALKER, "/ausente\n".into())
            .says(&["Quedas como ausente"]),
        case("/ignorar, the list", "ignorar", TALKER, "/ignorar\n".into()).says(&["Ignoras a"]),
        case("/ignorar, whom all hide", "ignorar", VISITOR, format!("/ignorar {}\n", name(ACTORS + 1)))
            .says(&["lo que diga"]),
        case("/idioma", "idioma", TALKER, "/idioma en\n".into())
            .behind(TALKER, "/idioma es\n".into())
            .says(&["English"]),
        case("/ayuda", "ayuda", TALKER, "/ayuda\n".into()).says(&["salvo los comandos"]),
        case("/ayuda of what is none", "ayuda", TALKER, words("/ayuda ")).says(&["No existe"]),
    ]
}

fn decisions(scale: &Scale, round: usize) -> Vec<Case> {
    let order = |what, command, line: String| case(what, command, OPERATOR, line);
    let visitor = name(VISITOR);
    let to_strict = format!("/entrar {STRICT}\n");
    let pardon = format!("/perdonar {visitor}\n");
    vec![
        order("/llave", "llave", filled("/llave ", "ñandú", 100))
            .behind(OPERATOR, "/llave\n".into())
            .says(&["con llave"])
            .heard_by(Ears::Strict),
        order(
            "/invitar, 1,000 bans",
            "invitar",
            format!("/invitar {}\n", name(guest(scale, scale.decisions + round))),
        )
        .says(&["ha invitado a"])
        .heard_by(Ears::Strict),
        order("/echar", "echar", filled(&format!("/echar {visitor} "), "¡ñandú! ", 300))
            .after(VISITOR, to_strict.clone())
            .says(&["ha echado a"])
            .heard_by(Ears::Strict),
        order("/vetar, 1,000 bans", "vetar", format!("/vetar {}\n", new("Vetado", round)))
            .says(&["ha vetado a"]),
        order("/vetar, who is there", "vetar", format!("/vetar {visitor}\n"))
            .after(VISITOR, to_strict)
            .behind(OPERATOR, pardon)
            .says(&["ha vetado a"])
            .heard_by(Ears::Strict),
        order(
            "/perdonar, 1,000 bans",
            "perdonar",
            format!("/perdonar {}\n", banned(scale.decisions - 1 - round)),
        )
        .says(&["deja volver a"]),
        order("/silenciar, 1,000 mutes", "silenciar", format!("/silenciar {}\n", new("Mudo", round)))
            .says(&["ha silenciado a"]),
        order("/vetados, 1,000 bans", "vetados", "/vetados\n".into()).says(&["Con veto en"]),
        order("/operador", "operador", format!("/operador {}\n", name(GUEST)))
            .says(&["ha hecho operador"])
            .heard_by(Ears::Strict),
    ]
}

fn unclear() -> Vec<Case> {
    vec![
        case("an unknown command, long", "", TALKER, longest("/", "x")).says(&["No existe"]),
        case("an unknown command, near all", "", TALKER, "/silentificarda\n".into()).says(&["No existe"]),
        case("an unknown command, no name yet", "", NEWCOMER, longest("/", "x")).says(&["No existe"]),
        case("a name at the prompt, no name", "", NEWCOMER, longest("", "a\u{301}\u{323}"))
            .says(&["no válido"]),
        case("a name at the prompt, in use", "", NEWCOMER, format!("{}\n", name(ACTORS))).says(&["en uso"]),
        case("a line that is too long", "", TALKER, "x".repeat(3 * LINE_MAX_BYTES) + "\n")
            .says(&["Línea demasiado larga"]),
    ]
}

/// Lines of bytes that are no words.
fn raw() -> Vec<Case> {
    let raw = |what, line: Vec<u8>| Case { line, ..case(what, "", TALKER, String::new()) };
    let end = || vec![b'\n'];
    vec![
        raw("bytes that are no UTF-8", [vec![0xC3; LINE_MAX_BYTES - 1], end()].concat())
            .told(LISTENER, &["�"])
            .heard_by(Ears::All),
        raw("terminal sequences without end", [b"\x1b]".repeat(LINE_MAX_BYTES / 2 - 1), end()].concat()),
        raw("telnet: are you there", [b"\xff\xf6".repeat(1_000), end()].concat()),
    ]
}

fn case(what: &'static str, command: &'static str, who: usize, line: String) -> Case {
    let line = line.into_bytes();
    Case { what, command, who, line, before: Vec::new(), after: Vec::new(), reads: None, ears: Ears::Few }
}

impl Case {
    /// It comes after this line.
    fn after(mut self, who: usize, line: String) -> Case {
        self.before.push((who, line));
        self
    }

    /// This comes behind it.
    fn behind(mut self, who: usize, line: String) -> Case {
        self.after.push((who, line));
        self
    }

    fn heard_by(self, ears: Ears) -> Case {
        Case { ears, ..self }
    }

    /// Its sender reads one of these.
    fn says(self, words: &'static [&'static str]) -> Case {
        Case { reads: Some((self.who, words)), ..self }
    }

    /// Somebody reads one of these.
    fn told(self, who: usize, words: &'static [&'static str]) -> Case {
        Case { reads: Some((who, words)), ..self }
    }

    /// Brings about what it needs, and listens to what comes of it.
    pub(crate) fn prepare(&self, house: &mut House) {
        self.before.iter().for_each(|(who, line)| house.says(*who, line));
        house.waits(A_WHILE);
        self.reads.iter().for_each(|(who, _)| house.listen(*who));
    }

    /// Looks whether it was done, so many have heard it, and does what comes behind it.
    ///
    /// # Panics
    ///
    /// It was refused.
    pub(crate) fn conclude(&self, house: &mut House, heard: u64, scale: &Scale) {
        if let Some((who, words)) = self.reads {
            let read = house.heard(who);
            house.stops_listening(who);
            assert!(words.iter().any(|words| read.contains(words)), "{}: {read:.300}", self.what);
        }
        assert!(self.ears.are(heard, scale), "{}: {heard} heard it", self.what);
        self.after.iter().for_each(|(who, line)| house.says(*who, line));
        house.waits(A_WHILE);
    }
}

/// Who hid as many as everybody may leaves, and nobody else hides them, while all the lines are remembered that may be.
pub(crate) const HIDER_LEAVES: &str = "/salir, from who alone hides some";

/// Brings it about; gives who that is.
pub(crate) fn hider(house: &mut House, scale: &Scale, round: usize) -> usize {
    // Nobody hears the one whom all hide.
    for _ in 0..if round == 0 { HIDDEN_LINES.div_ceil(1_000) } else { 0 } {
        house.says(TROLL, "a\n".repeat(1_000));
    }
    let who = house.connect();
    house.says(who, format!("{}\n", new("Oculta", round)));
    let first = scale.people / 2;
    let hide = |nth: usize| format!("/ignorar {}\n", name(first + nth));
    house.listen(who);
    house.says(who, (0..IGNORED_ALWAYS).map(hide).collect::<String>());
    let read = house.heard(who);
    house.stops_listening(who);
    assert_eq!(read.matches("Ya no verás").count(), IGNORED_ALWAYS, "{read:.300}");
    house.waits(A_WHILE);
    who
}

/// Brings a turn about in which very much has come due.
pub(crate) type BringAbout = fn(&mut House, &Scale);

/// Those turns, in this order: behind the last one nobody is there.
pub(crate) const TURNS: [(&str, BringAbout); 5] = [
    // Some go and come where somebody else stays, so often that the last time is told later, everywhere in the same second.
    ("a turn of a flood of all", |house, scale| {
        for person in scale.own_rooms()..scale.people {
            let own = own_room(scale, person);
            house.send(person, format!("/dejar {own}\n/entrar {own}\n").repeat(4).as_bytes());
        }
        (ACTORS..scale.own_rooms()).for_each(|person| house.send(person, b"/idioma\n/salas\n"));
    }),
    ("a turn of storms in all rooms", |house, _| house.now = house.now + A_WHILE),
    ("a turn of half of all leaving", |house, scale| {
        (scale.people / 2..scale.people).for_each(|person| house.breaks_unseen(person));
    }),
    ("a turn of telling who left", |house, _| house.now = house.now + A_WHILE),
    (STOPPING, |house, _| house.server.stop(house.now)),
];

pub(crate) const STOPPING: &str = "a turn of stopping";
