//! The conversations that are promised, word by word.

use std::time::Duration;

use super::{Wire, logged};
use tertulia::chat::Language::{self, English, Spanish};
use tertulia::chat::{ClientId, CloseReason, LogEntry, MessageKind, Name};
use tertulia::protocol::console;

fn juan_and_ana(language: Language) -> (Wire, usize, usize) {
    let (wire, [juan, ana]) = Wire::of(language, "\n", ["Juan", "Ana"]);
    (wire, juan, ana)
}

#[test]
fn coming_in() {
    let (mut wire, [ana]) = Wire::of(Spanish, "\n", ["Ana"]);
    let juan = wire.connects();
    assert_eq!(wire.reads(juan), "Ingresa tu nombre: ");
    wire.types(juan, "Juan\n");
    assert_eq!(
        wire.reads(juan),
        "\nBienvenido al chat, Juan!\nEscribe 'salir' para desconectarte.\n\n\
         Aquí está Ana.\nPara ver los comandos: /ayuda\n"
    );
    assert_eq!(wire.reads(ana), ">>> Juan se unió al chat\n");
}

#[test]
fn greeting_names_a_few_and_counts_the_rest() {
    for (language, lines) in [
        (
            Spanish,
            [
                "No hay nadie más por ahora.",
                "Aquí está Ana.",
                "Aquí están Ana e Inés.",
                "Aquí están Ana, Inés y Luis.",
                "Aquí están Ana, Inés y 2 más.",
            ],
        ),
        (
            English,
            [
                "Nobody else is here yet.",
                "Ana is here.",
                "Ana and Inés are here.",
                "Ana, Inés and Luis are here.",
                "Ana, Inés and 2 more are here.",
            ],
        ),
    ] {
        let mut wire = Wire::new(language);
        for (name, line) in ["Ana", "Inés", "Luis", "Eva", "Juan"].into_iter().zip(lines) {
            let seat = wire.connects();
            wire.types(seat, &format!("{name}\n"));
            let greeting = wire.reads(seat);
            assert_eq!(greeting.lines().nth(4), Some(line), "{greeting}");
        }
    }
}

#[test]
fn coming_in_in_english() {
    let (mut wire, [ana]) = Wire::of(English, "\n", ["Ana"]);
    let juan = wire.connects();
    let prompt = wire.reads(juan);
    assert!(prompt.ends_with(": ") && prompt.contains("name"), "{prompt:?}");
    wire.types(juan, "Juan\n");
    let welcome = wire.reads(juan);
    let lines: Vec<&str> = welcome.split('\n').collect();
    assert!(matches!(lines[..], ["", hello, how, "", "Ana is here.", "To see the commands: /help", ""]
            if hello.contains("Juan") && how.contains("'quit'")));
    assert_eq!(wire.reads(ana), ">>> Juan joined the chat\n");
}

#[test]
fn refused_name_gets_a_reason_and_the_prompt_again() {
    let (mut wire, [_]) = Wire::of(Spanish, "\n", ["Juan"]);
    let other = wire.connects();
    wire.reads(other);
    let malformed = "Nombre no válido: de 1 a 20 letras, dígitos, '-' o '_', y empieza por una letra.\nIngresa tu nombre: ";
    for (typed, read) in [
        ("Juan\n", "El nombre 'Juan' ya está en uso.\nIngresa tu nombre: "),
        ("juan\n", "El nombre 'juan' ya está en uso.\nIngresa tu nombre: "),
        ("2\n", malformed),
        ("\n", malformed),
        ("Juan Carlos\n", "Un nombre no lleva espacios: pon '-' o '_' en su lugar.\nIngresa tu nombre: "),
        (
            "Ju\u{430}n\n",
            "El nombre 'Ju\u{430}n' mezcla letras de dos alfabetos: escríbelo con las de uno solo.\nIngresa tu nombre: ",
        ),
    ] {
        wire.types(other, typed);
        assert_eq!(wire.reads(other), read, "{typed:?}");
    }
    wire.types(other, "Servidor\n");
    let reserved = wire.reads(other);
    assert!(reserved.contains("'Servidor'") && reserved.ends_with("\nIngresa tu nombre: "), "{reserved:?}");
    wire.types(other, "María\n");
    assert!(wire.reads(other).contains("Bienvenido al chat, María!"));
}

#[test]
fn table_about_talking_holds() {
    for (typed, ana_reads, juan_reads, stays) in [
        ("Hola a todos!", "Juan: Hola a todos!\n", "", true),
        ("", "", "", true),
        ("   ", "", "", true),
        ("//ruta/a/algo", "Juan: /ruta/a/algo\n", "", true),
        ("/yo saluda", "* Juan saluda\n", "", true),
        ("salir", "<<< Juan salió del chat\n", "", false),
        ("SaLiR", "<<< Juan salió del chat\n", "", false),
        ("/salir", "<<< Juan salió del chat\n", "", false),
        ("/salir me voy a cenar", "<<< Juan salió del chat (me voy a cenar)\n", "", false),
        ("/desconocida", "", "No existe /desconocida. Prueba /ayuda.\n", true),
        ("/nombre Juancho", "--- Juan ahora es Juancho\n", "--- Juan ahora es Juancho\n", true),
    ] {
        let (mut wire, juan, ana) = juan_and_ana(Spanish);
        wire.types(juan, &format!("{typed}\n"));
        assert_eq!(wire.reads(ana), ana_reads, "{typed:?}");
        assert_eq!(wire.reads(juan), juan_reads, "{typed:?}");
        assert_eq!(wire.is_open(juan), stays, "{typed:?}");
    }
}

#[test]
fn table_about_talking_holds_in_english() {
    for (typed, ana_reads, juan_reads, stays) in [
        ("Hello!", "Juan: Hello!\n", "", true),
        ("", "", "", true),
        ("//path/to/it", "Juan: /path/to/it\n", "", true),
        ("/me waves", "* Juan waves\n", "", true),
        ("quit", "<<< Juan left the chat\n", "", false),
        ("salir", "<<< Juan left the chat\n", "", false),
        ("/quit", "<<< Juan left the chat\n", "", false),
        ("/quit off to dinner", "<<< Juan left the chat (off to dinner)\n", "", false),
        ("/unknown", "", "There is no /unknown. Try /help.\n", true),
        ("/nick Jack", "--- Juan is now Jack\n", "--- Juan is now Jack\n", true),
    ] {
        let (mut wire, juan, ana) = juan_and_ana(English);
        wire.types(juan, &format!("{typed}\n"));
        assert_eq!(wire.reads(ana), ana_reads, "{typed:?}");
        assert_eq!(wire.reads(juan), juan_reads, "{typed:?}");
        assert_eq!(wire.is_open(juan), stays, "{typed:?}");
    }
}

#[test]
fn lost_connection() {
    for (language, line) in [
        (Spanish, "<<< Juan salió del chat (conexión perdida)\n"),
        (English, "<<< Juan left the chat (connection lost)\n"),
    ] {
        let (mut wire, juan, ana) = juan_and_ana(language);
        wire.is_lost(juan);
        assert_eq!(wire.reads(ana), line);
    }
}

#[test]
fn arrivals_at_once_read_well() {
    let (mut wire, [eva]) = Wire::of(Spanish, "\n", ["Eva"]);
    let mut names: Vec<String> = (1..=5).map(|i| format!("uno{i}")).collect();
    names.extend(["Ana".into(), "Luis".into()]);
    names.extend((1..=37).map(|i| format!("más{i}")));
    let seats: Vec<usize> = names
        .iter()
        .map(|name| {
            let seat = wire.connects();
            wire.types(seat, &format!("{name}\n"));
            seat
        })
        .collect();
    let first = |verb: &str| -> String {
        (1..=5).map(|i| format!("{verb}\n").replace('@', &i.to_string())).collect()
    };
    assert_eq!(wire.reads(eva), first(">>> uno@ se unió al chat"));
    wire.waits(Duration::from_secs(1));
    assert_eq!(wire.reads(eva), ">>> Ana, Luis y 37 más se unieron al chat\n");
    wire.hush();
    seats.into_iter().for_each(|seat| wire.types(seat, "salir\n"));
    assert_eq!(wire.reads(eva), first("<<< uno@ salió del chat"));
    wire.waits(Duration::from_secs(1));
    assert_eq!(wire.reads(eva), "<<< Ana, Luis y 37 más salieron del chat\n");
}

#[test]
fn reader_is_spoken_to_in_their_own_language() {
    let (mut wire, juan, ana) = juan_and_ana(Spanish);
    wire.types(ana, "/lang en\n");
    assert!(wire.reads(ana).contains("English"), "told in the new language");
    let eva = wire.connects();
    wire.types(eva, "Eva\n");
    assert_eq!(wire.reads(ana), ">>> Eva joined the chat\n");
    assert_eq!(wire.reads(juan), ">>> Eva se unió al chat\n");
    wire.types(ana, "salir\n");
    assert!(!wire.is_open(ana), "in whatever language it is said");
    assert_eq!(wire.reads(juan), "<<< Ana salió del chat\n");
    wire.types(juan, "quit\n");
    assert!(!wire.is_open(juan));
    wire.types(eva, "exit\n");
    assert!(!wire.is_open(eva));
}

#[test]
fn english_can_be_chosen_before_a_name() {
    let mut wire = Wire::new(Spanish);
    let ana = wire.connects();
    wire.reads(ana);
    wire.types(ana, "/idioma en\n");
    let answer = wire.reads(ana);
    assert!(answer.contains("English") && answer.ends_with("name: "), "{answer:?}");
    wire.types(ana, "/lang es\n");
    let answer = wire.reads(ana);
    assert!(answer.contains("español") && answer.ends_with("\nIngresa tu nombre: "), "{answer:?}");
}

#[test]
fn line_too_long_is_told_to_its_sender_alone() {
    let (mut wire, juan, ana) = juan_and_ana(Spanish);
    wire.types(juan, &format!("{}\nhola\n", "x".repeat(10_000)));
    let told = wire.reads(juan);
    assert!(told.lines().count() == 1 && told.contains("4096"), "{told:?}");
    assert_eq!(wire.reads(ana), "Juan: hola\n");
}

#[test]
fn rest_at_the_end_of_input_is_a_line() {
    let (mut wire, juan, ana) = juan_and_ana(Spanish);
    wire.types(juan, "hola\nadi");
    wire.ends_input(juan);
    assert_eq!(wire.reads(ana), "Juan: hola\nJuan: adi\n");
}

#[test]
fn text_that_reaches_another_screen_is_safe_there() {
    let (mut wire, juan, ana) = juan_and_ana(Spanish);
    wire.types(juan, "\x1b[31mrojo\x1b[0m\u{9b}2J \x07\u{202E}al\u{200B} revés\n");
    assert_eq!(wire.reads(ana), "Juan: rojo al revés\n");
    wire.types(juan, "/yo \x1b]0;título\x07salta\n/ausente \x1b[5mcafé\n/nombre Ju\u{200B}ancho\n");
    assert_eq!(wire.reads(ana), "* Juan salta\n--- Juan ahora es Juancho\n");
    wire.types(juan, "/\x1b[31mx\x1b[0m\n/salir \x1b[2Jchao\r\n");
    assert!(!wire.reads(juan).contains(|c: char| c.is_control() && c != '\n'));
    assert_eq!(wire.reads(ana), "<<< Juancho salió del chat (chao)\n");
}

#[test]
fn console_shows_the_same_in_its_own_words() {
    let juan = Name::new("Juan").unwrap();
    let address = "127.0.0.1:53422".parse().unwrap();
    assert_eq!(
        console::listening("localhost:65434", Spanish),
        "Servidor de chat multiusuario en localhost:65434"
    );
    assert_eq!(console::arrived(&juan, address, Spanish), "Juan se ha conectado desde 127.0.0.1:53422");
    let general = Name::new("general").unwrap();
    let said = logged(&general, &juan, MessageKind::Said, "Hola a todos!");
    let left = LogEntry::Left(juan.clone(), CloseReason::Quit);
    assert_eq!(console::note(&said, Spanish).as_deref(), Some("Juan: Hola a todos!"));
    assert_eq!(console::note(&left, Spanish).as_deref(), Some("Juan se desconectó"));
    let arrived = LogEntry::Arrived(ClientId::new(0, 1), juan.clone());
    assert_eq!(console::note(&arrived, English), None, "the shell knows from where");
    for note in
        [said, left, logged(&general, &juan, MessageKind::Acted, "x"), LogEntry::Renamed(juan.clone(), juan)]
    {
        assert!(console::note(&note, English).unwrap().contains("Juan"));
    }
}
