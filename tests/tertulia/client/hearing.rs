//! What the client hears: questions and verdicts, wherever the reads cut them.

#[path = "../../../src/bin/tertulia/prompt_parser.rs"]
mod prompt_parser;

use prompt_parser::{Heard, Kind, PromptParser, is_english, leaves};

/// Everything heard when the pieces come one by one, each `None` being a line that we send. Texts are joined.
fn hear(pieces: &[Option<&str>]) -> Vec<Heard> {
    let mut talk = PromptParser::default();
    let mut all: Vec<Heard> = Vec::new();
    for piece in pieces {
        let Some(text) = piece else {
            talk.answered();
            continue;
        };
        for heard in talk.hear(text) {
            match (all.last_mut(), heard) {
                (Some(Heard::Text(text)), Heard::Text(more)) => text.push_str(&more),
                (_, heard) => all.push(heard),
            }
        }
    }
    all
}

fn text(text: &str) -> Heard {
    Heard::Text(text.to_string())
}

#[test]
fn the_verdict_is_the_first_line_after_the_answer() {
    let refused =
        hear(&[Some("Ingresa tu nombre: "), None, Some("Nombre no válido: de 1 a 20.\nIngresa tu nombre: ")]);
    let question = || Heard::Question(Kind::Name);
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
    let accepted =
        hear(&[Some("Hola\nEnter your name: "), None, Some("Password: "), None, Some("\nWelcome\n")]);
    assert_eq!(
        accepted,
        [
            text("Hola\nEnter your name: "),
            question(),
            text("Password: "),
            Heard::Question(Kind::Secret),
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
    let whole = hear(&[Some(before), None, Some(after)]);
    for first in (0..before.len()).filter(|at| before.is_char_boundary(*at)) {
        for second in (0..after.len()).filter(|at| after.is_char_boundary(*at)) {
            let (a, b, c, d) = (&before[..first], &before[first..], &after[..second], &after[second..]);
            assert_eq!(hear(&[Some(a), Some(b), None, Some(c), Some(d)]), whole, "{b:?} {d:?}");
        }
    }
}

#[test]
fn a_pipelined_answer_gets_its_verdict() {
    let heard = hear(&[None, None, Some("Ingresa tu nombre: \nBienvenido al chat, bot!\n")]);
    assert!(heard.contains(&Heard::Accepted), "{heard:?}");
    let heard = hear(&[Some("Ingresa tu nombre: Se acabó el tiempo.\n")]);
    assert!(!heard.contains(&Heard::Refused), "nobody answered: {heard:?}");
}

#[test]
fn in_the_chat_only_a_password_is_a_question() {
    let chat = [Some("Ingresa tu nombre: "), None, Some("\n")];
    for (said, asks) in [
        ("Contraseña: ", true),
        ("Repite la contraseña: ", true),
        ("Password: ", true),
        ("Ana: ", false),
        ("mi nombre: ", false),
        ("* Ana perdió su contraseña: ", false),
        ("#sala contraseña: ", false),
        ("Contraseña: hola\n", false),
    ] {
        let heard = hear(&[&chat[..], &[Some(said)]].concat());
        assert_eq!(heard.contains(&Heard::Question(Kind::Secret)), asks, "{said:?}");
    }
    let mut talk = PromptParser::default();
    talk.hear("Enter your name: ");
    assert!(talk.english() && is_english("Password: ") && !is_english("Contraseña: "));
}

#[test]
fn goodbyes() {
    for line in ["salir", "SALIR\r\n", " salir ", "/salir me voy", "/quit", "/Quit now"] {
        assert!(leaves(line), "{line:?}");
    }
    for line in ["salir ya", "quit", "//salir", "/salirse", "hay que salir", ""] {
        assert!(!leaves(line), "{line:?}");
    }
}
