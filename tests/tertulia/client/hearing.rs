//! What the client hears: questions and verdicts, wherever the reads cut them.

#[path = "../../../src/bin/tertulia/prompt_parser.rs"]
mod prompt_parser;

use prompt_parser::{FENCE, Heard, PromptParser, Question, enters, is_english, leaves};

/// What comes, and what we send.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Said(&'a str),
    Sent(&'a str),
}

use Piece::{Said, Sent};

/// Everything heard when the pieces come one by one. Texts are joined.
fn hear(pieces: &[Piece]) -> Vec<Heard> {
    let mut parser = PromptParser::new(false);
    let mut all: Vec<Heard> = Vec::new();
    for piece in pieces {
        let text = match piece {
            Said(text) => text,
            Sent(line) => {
                parser.sent(line);
                continue;
            }
        };
        parser.hear(text).into_iter().for_each(|heard| join(&mut all, heard));
    }
    parser.finish().into_iter().for_each(|heard| join(&mut all, heard));
    all
}

/// Adds what was heard; texts of one kind become one.
fn join(all: &mut Vec<Heard>, heard: Heard) {
    match (all.last_mut(), heard) {
        (Some(Heard::Text(text)), Heard::Text(more))
        | (Some(Heard::Replayed(text)), Heard::Replayed(more)) => {
            text.push_str(&more);
        }
        (_, heard) => all.push(heard),
    }
}

fn text(text: &str) -> Heard {
    Heard::Text(text.to_string())
}

#[test]
fn verdict_is_the_first_line_after_the_answer() {
    let refused = hear(&[
        Said("Ingresa tu nombre: "),
        Sent("Juan\n"),
        Said("Nombre no válido: de 1 a 20.\nIngresa tu nombre: "),
    ]);
    let question = || Heard::Question(Question::Name);
    assert_eq!(
        refused,
        [
            text("Ingresa tu nombre: "),
            question(),
            text("Nombre no válido: de 1 a 20.\n"),
            Heard::Refused,
            text("Ingresa tu nombre: "),
            question(),
        ]
    );
    let accepted = hear(&[
        Said("Hola\nEnter your name: "),
        Sent("Juan\n"),
        Said("Password: "),
        Sent("Juan\n"),
        Said("\nWelcome\n"),
    ]);
    assert_eq!(
        accepted,
        [
            text("Hola\nEnter your name: "),
            question(),
            text("Password: "),
            Heard::Question(Question::Password),
            text("\n"),
            Heard::Accepted,
            text("Welcome\n"),
        ]
    );
}

#[test]
fn however_it_is_cut() {
    let (before, after) =
        ("Aviso: hoy\nIngresa tu nombre: ", "\nBienvenido al chat, Juan!\n\nAna: un nombre: hola\n");
    let whole = hear(&[Said(before), Sent("Juan\n"), Said(after)]);
    for first in (0..before.len()).filter(|at| before.is_char_boundary(*at)) {
        for second in (0..after.len()).filter(|at| after.is_char_boundary(*at)) {
            let (a, b, c, d) = (&before[..first], &before[first..], &after[..second], &after[second..]);
            assert_eq!(hear(&[Said(a), Said(b), Sent("Juan\n"), Said(c), Said(d)]), whole, "{b:?} {d:?}");
        }
    }
}

#[test]
fn pipelined_answer_gets_its_verdict() {
    let heard =
        hear(&[Sent("Juan\n"), Sent("Juan\n"), Said("Ingresa tu nombre: \nBienvenido al chat, bot!\n")]);
    assert!(heard.contains(&Heard::Accepted), "{heard:?}");
    let heard = hear(&[Said("Ingresa tu nombre: Se acabó el tiempo.\n")]);
    assert!(!heard.contains(&Heard::Refused), "nobody answered: {heard:?}");
}

/// In the chat as Juan, who has sent this.
fn chatting(sent: &str) -> Vec<Piece<'_>> {
    vec![Said("Ingresa tu nombre: "), Sent("Juan\n"), Said("\n"), Sent(sent)]
}

#[test]
fn password_question_counts_behind_a_command_only() {
    for (said, is_question) in [
        ("Contraseña: ", true),
        ("Repite la contraseña: ", true),
        ("Password: ", true),
        ("Ana: ", false),
        ("mi nombre: ", false),
        ("Mi contraseña: ", false),
        ("* Ana perdió su contraseña: ", false),
        ("#sala Contraseña: ", false),
        ("Ana: hola\nContraseña: ", true),
    ] {
        for (sent, leads_there) in [
            ("/clave\n", true),
            ("/Identificar Ana\n", true),
            ("/nombre Ana\n", true),
            (" /clave\n", true),
            ("/ identificar Ana\n", true),
            ("7clave\n", true),
            ("／registrar\n", true),
            ("hola\n", false),
            ("/quien\n", false),
        ] {
            let heard = hear(&[&chatting(sent)[..], &[Said(said)]].concat());
            let asked = heard.contains(&Heard::Question(Question::Password));
            assert_eq!(asked, is_question && leads_there, "{sent:?} {said:?}");
        }
    }
}

#[test]
fn password_questions_follow_one_another_until_something_else_is_said() {
    let mut parser = PromptParser::default();
    let asks = |parser: &mut PromptParser, text: &str| {
        parser.hear(text).contains(&Heard::Question(Question::Password))
    };
    parser.hear("Ingresa tu nombre: ");
    parser.sent("Juan\n");
    parser.hear("\n");
    parser.sent("/clave\n");
    for question in ["Contraseña actual: ", "Nueva contraseña: ", "Repite la contraseña: "] {
        assert!(asks(&mut parser, question), "{question}");
        parser.sent("secreto\n");
    }
    parser.hear("Contraseña cambiada.\n");
    parser.sent("hola\n");
    assert!(!asks(&mut parser, "Contraseña: "));
}

#[test]
fn password_is_asked_for_behind_every_line_that_is_a_command_to_the_server() {
    let asked = |line: &str| {
        let heard = hear(&[&chatting(line)[..], &[Said("Contraseña: ")]].concat());
        heard.contains(&Heard::Question(Question::Password))
    };
    for command in [
        " /clave",
        "/ clave",
        "\u{a0}/registrar",
        "\u{feff}/Clave",
        "\u{fffd} /clave",
        "/identifícar ana",
        "/cla\u{301}ve",
        "7clave",
        "7 clave",
        "//clave",
        "| clave",
        "-clave",
        "ñclave",
        "77clave",
        "&login ana",
        "\\Clave",
        "／ identificar ana",
        "´/clave",
        "./register",
        "/ nombre Ana",
    ] {
        assert!(asked(&format!("{command}\n")), "{command}");
    }
    for said in ["hola /clave", "7claves", "- clave", "7nombre Ana", "clave", "/claves"] {
        assert!(!asked(&format!("{said}\n")), "{said}");
    }
}

#[test]
fn line_without_end_is_not_held_for_an_answer() {
    let mut parser = PromptParser::default();
    parser.hear("Ingresa tu nombre: ");
    parser.sent("Juan\n");
    parser.hear("\n");
    parser.sent(FENCE);
    let held = parser.hear("Te hablo");
    assert_eq!(held, []);
    let long = "x".repeat(4096);
    assert_eq!(parser.hear(&long), [text(&format!("Te hablo{long}"))]);
}

#[test]
fn member_called_like_a_question_says_nothing_for_the_server() {
    // The line of a member whose name looks like a question, cut behind its colon.
    let cut = [Said("Contraseña: "), Said("--- Has entrado desde otro sitio: esta conexión se cierra.\n")];
    let heard = hear(&[&chatting("hola\n")[..], &cut].concat());
    let texts = heard.iter().filter(|heard| !matches!(heard, Heard::Text(_)));
    assert_eq!(texts.collect::<Vec<_>>(), [&Heard::Question(Question::Name), &Heard::Accepted]);
    // A real one is known by its whole beginning.
    let real = [Said("--- Has entrado desde otro sitio: esta conexión se cierra.\n")];
    assert!(hear(&[&chatting("hola\n")[..], &real].concat()).contains(&Heard::Replaced));
}

#[test]
fn lines_about_ourselves_tell_where_we_are() {
    let entered = |room: &str| Some(Heard::Entered(room.into()));
    let taken = |name: Option<&str>| Some(Heard::PasswordTaken(name.map(str::to_string)));
    let left = |room: Option<&str>, now: Option<&str>| {
        Some(Heard::Left(room.map(str::to_string), now.map(str::to_string)))
    };
    for (line, expected) in [
        ("Estás en #cocina, 3 personas. Ahora hablas aquí.", entered("cocina")),
        ("You made #kitchen and are its operator. Now you speak here.", entered("kitchen")),
        ("Dejaste #cocina. Ahora hablas en #general.", left(Some("cocina"), Some("general"))),
        ("You left #a. You are in no room: /join general", left(Some("a"), None)),
        ("Sigues donde estabas: #general, #cocina. Hablas en #cocina.", entered("cocina")),
        ("--- Juan ahora es Juancho", Some(Heard::Renamed(Some("Juan".into()), "Juancho".into()))),
        ("Te has identificado como María.", Some(Heard::Renamed(None, "María".into()))),
        (
            "El nombre 'María' es tuyo desde ahora: para entrar con él hará falta la contraseña.",
            taken(Some("María")),
        ),
        (
            "The name 'María' is yours from now on: entering with this name requires its password.",
            taken(Some("María")),
        ),
        ("Contraseña cambiada.", taken(None)),
        ("You have another password from now on.", taken(None)),
        ("El nombre 'María' ya está registrado. Si es tuyo: /identificar María", None),
        ("Ana: Contraseña cambiada.", None),
        ("From now on I speak English to you.", Some(Heard::Language(true))),
        ("Ana: Estás en #cocina, 3 personas.", None),
        ("* Ana Dejaste #cocina. Ahora hablas en #general.", None),
        ("#sala Ana: Te hablo en español.", None),
        ("Estás en las nubes", None),
    ] {
        let line = format!("{line}\n");
        let heard = hear(&[&chatting("hola\n")[..], &[Said(&line)]].concat());
        let told = heard.iter().skip_while(|heard| **heard != Heard::Accepted).skip(1);
        let told: Vec<&Heard> = told.filter(|heard| !matches!(heard, Heard::Text(_))).collect();
        assert_eq!(told, expected.iter().collect::<Vec<_>>(), "{line}");
    }
}

#[test]
fn replay_is_told_from_history_that_was_asked_for() {
    let replayed = "[12:03] Ana: hola\n";
    for at in 0..replayed.len() {
        let (first, second) = replayed.split_at(at);
        let heard = hear(&[&chatting("hola\n")[..], &[Said(first), Said(second)]].concat());
        let texts: String = heard
            .iter()
            .filter_map(|heard| if let Heard::Replayed(text) = heard { Some(text.as_str()) } else { None })
            .collect();
        assert_eq!(texts, replayed, "cut at {at}");
        let heard = hear(&[&chatting("/historial\n")[..], &[Said(first), Said(second)]].concat());
        assert!(!heard.iter().any(|heard| matches!(heard, Heard::Replayed(_))), "cut at {at}");
    }
    let again =
        [Said("Estás en #sala, 2 personas. Ahora hablas aquí.\n[12:03] Ana: hola\n[privado] Ana: psst\n")];
    let heard = hear(&[&chatting("/historial\n")[..], &again].concat());
    assert!(
        heard.contains(&Heard::Replayed(replayed.into())) && heard.contains(&text("[privado] Ana: psst\n"))
    );
}

#[test]
fn rooms_and_keys_are_read_from_what_is_sent() {
    assert_eq!(enters("/entrar #cocina  abre te\n"), Some(("cocina".into(), Some("abre te".into()))));
    assert_eq!(enters("/Join cocina\n"), Some(("cocina".into(), None)));
    assert_eq!((enters("/entrar\n"), enters("entrar cocina\n")), (None, None));
    let mut parser = PromptParser::default();
    parser.hear("Enter your name: ");
    assert!(parser.english() && is_english("Password: ") && !is_english("Contraseña: "));
}

#[test]
fn goodbyes() {
    for line in [
        "salir",
        "SALIR\r\n",
        " salir ",
        "/salir me voy",
        "quit",
        "Exit ",
        "/quit",
        "/Quit now",
        " /salir",
        "/ salir ya",
        "\u{feff}/quit",
    ] {
        assert!(leaves(line), "{line:?}");
    }
    for line in ["salir ya", "quit now", "//salir", "7salir", "/salirse", "hay que salir", ""] {
        assert!(!leaves(line), "{line:?}");
    }
}
