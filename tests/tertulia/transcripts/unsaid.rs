//! Passwords that are sent before it can be read that none is asked for: nobody else hears one, and nothing is lost without
//! a word.

use tertulia::chat::ChatConfig;
use tertulia::chat::Language::{self, Spanish};

use super::Wire;

/// All ends of lines that are seen in the wild, also those that tools make of others.
const ENDS: [&str; 8] = ["\n", "\r\n", "\r", "\r\0", "\r\r\n", "\r\0\r\n", "\r\0\n", "\n\r"];

const PASSWORD: &str = "amapolas silvestres";

/// A chat with or without accounts: Ana, who hears everything, and Juan.
fn chat(accounts: bool) -> (Wire, usize, usize) {
    let known: &[(&str, &str)] = if accounts { &[("María", "girasol"), ("Vera", "margarita")] } else { &[] };
    let mut wire = Wire::with_accounts(ChatConfig::default(), known, Spanish);
    let (ana, juan) = (wire.connects(), wire.connects());
    wire.types(ana, "Ana\n");
    (wire, ana, juan)
}

/// What a line leads to that passwords are typed behind: how many, whether it is refused with accounts, and without.
const COMMANDS: [(&str, usize, bool); 29] = [
    ("/registrar", 2, false),
    ("/register", 2, false),
    ("/identificar Nadie", 1, false),
    ("/login María", 1, false),
    ("/clave", 3, true),
    ("/password", 3, true),
    ("/identificar", 1, true),
    ("/identificar 3", 1, true),
    ("/identificar María girasol", 1, true),
    ("/registrar ya", 2, true),
    ("/clave vieja", 3, true),
    ("/clave:vieja", 3, true),
    ("/identifcar María", 1, true),
    ("/regitrar", 2, true),
    ("/calve", 3, true),
    ("7clave vieja", 3, true),
    ("-clave vieja", 3, true),
    ("-registrar", 2, false),
    ("//registrar", 2, false),
    ("//clave", 3, true),
    ("7 clave", 3, true),
    ("\\ registrar", 2, false),
    ("7 identificar María xyz", 1, true),
    ("\x1b[/clave", 3, true),
    ("7 identificar María", 1, false),
    ("//identificar María", 1, false),
    (" \"-identificar María", 1, false),
    ("\u{FEFF}/clave", 3, true),
    ("ñlogin María", 1, false),
];

/// Pieces of `input`, cut at these places.
fn cut<'a>(input: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut ends = vec![0];
    ends.extend(places);
    ends.push(input.len());
    ends.windows(2).map(|ends| &input[ends[0]..ends[1]]).collect()
}

/// Every way of cutting so many bytes in two, each by itself, and not at all.
fn cuts(length: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..=length).map(|at| vec![at]).chain([(1..length).collect(), vec![]])
}

#[test]
fn password_behind_a_refused_command_is_not_said() {
    for accounts in [true, false] {
        for (command, passwords, refused) in COMMANDS {
            for end in ENDS {
                let mut input = command.to_owned() + end;
                (0..passwords).for_each(|_| input.push_str(&(PASSWORD.to_owned() + end)));
                input.push_str(&("y hola a todos".to_owned() + end));
                for places in cuts(input.len()) {
                    let (mut wire, ana, juan) = chat(accounts);
                    wire.types(juan, &format!("Juan{end}"));
                    wire.hush();
                    wire.types_ahead(juan, &cut(input.as_bytes(), &places));
                    wire.ends_input(juan);
                    let (heard, told) = (wire.reads(ana), wire.reads(juan));
                    let what = format!("{input:?} at {places:?} (accounts: {accounts}): {told}");
                    assert!(!heard.contains("amapolas") && !told.contains("amapolas"), "{heard} for {what}");
                    if refused || !accounts {
                        assert_eq!(told.matches("podría ser una contraseña").count(), passwords, "{what}");
                        assert!(heard.contains("Juan: y hola a todos\n"), "{what}");
                    }
                    if command == "/registrar" && accounts {
                        assert!(told.contains("El nombre 'Juan' es tuyo desde ahora"), "{what}");
                        assert!(heard.contains("Juan: y hola a todos\n"), "{what}");
                    }
                }
            }
        }
    }
}

/// At the question for a name a line would be told to everybody as one.
#[test]
fn password_behind_a_refused_command_is_no_name() {
    let refused = |accounts: bool| match accounts {
        true => [
            "/identificar",
            "/identificar 3",
            "/identifcar María",
            "-login María",
            "/login a b",
            "Mariá",
            "/clave",
        ],
        false => [
            "/identificar",
            "/identificar María",
            "/login x y",
            "/registrar",
            "/clave",
            "/calve",
            "7 login María",
        ],
    };
    for accounts in [true, false] {
        for command in refused(accounts) {
            for end in ENDS {
                let input = format!("{command}{end}Amapolas{end}");
                for places in cuts(input.len()) {
                    let (mut wire, ana, juan) = chat(accounts);
                    wire.hush();
                    wire.types_ahead(juan, &cut(input.as_bytes(), &places));
                    let (heard, told) = (wire.reads(ana), wire.reads(juan));
                    assert_eq!(heard, "", "{input:?} at {places:?}: {told}");
                }
            }
        }
    }
}

#[test]
fn line_behind_an_answer_that_could_be_read_is_said() {
    for accounts in [true, false] {
        for (command, ..) in COMMANDS.into_iter().filter(|(.., refused)| *refused || !accounts) {
            for end in ENDS {
                let (mut wire, ana, juan) = chat(accounts);
                wire.types(juan, &format!("Juan{end}"));
                wire.hush();
                wire.types(juan, &format!("{command}{end}"));
                wire.reads(juan);
                wire.types(juan, &format!("hola{end}"));
                wire.types(juan, &format!("y adiós{end}"));
                assert_eq!(wire.reads(ana), "Juan: hola\nJuan: y adiós\n", "{command:?} {end:?}");
                assert_eq!(wire.reads(juan), "", "{command:?} {end:?}");
            }
        }
    }
}

#[test]
fn line_that_was_begun_before_the_answer_is_not_said() {
    let (mut wire, ana, juan) = chat(false);
    wire.types(juan, "Juan\n");
    wire.hush();
    wire.types(juan, "/registrar\nama");
    wire.types(juan, "polas\namapolas\n");
    assert_eq!(wire.reads(ana), "Juan: amapolas\n", "the second one was sent behind the answer");
    assert_eq!(wire.reads(juan).matches("podría ser una contraseña").count(), 1);
}

/// A password is typed once more while it is being checked.
#[test]
fn password_behind_a_wrong_one_is_not_said() {
    for (lines, wrong) in [
        ("/identificar María\namapolas\namapolas\nhola\n", "Nombre o contraseña incorrectos.\n"),
        ("/identificar Nadie\namapolas\namapolas\nhola\n", "Nombre o contraseña incorrectos.\n"),
        ("/identificar María\n\namapolas\nhola\n", "Contraseña no válida: está vacía.\n"),
        ("/nombre María\namapolas\namapolas\nhola\n", "Nombre o contraseña incorrectos.\n"),
        ("/registrar\namapolas uno\namapolas dos\namapolas\nhola\n", "Las dos contraseñas no son iguales."),
    ] {
        let (mut wire, ana, juan) = chat(true);
        wire.types(juan, "Juan\n");
        wire.hush();
        wire.types(juan, lines);
        let told = wire.reads(juan);
        assert!(told.contains(wrong), "{told}");
        assert_eq!(told.matches("podría ser una contraseña").count(), 1, "{told}");
        assert_eq!(wire.reads(ana), "Juan: hola\n", "{lines:?}");
    }
}

/// However often a password was sent, and whether the answer could be read.
#[test]
fn copies_of_a_password_behind_a_refused_one_are_not_said() {
    for (command, wrong) in [
        ("/identificar María", "Nombre o contraseña incorrectos.\n"),
        ("/identificar Nadie", "Nombre o contraseña incorrectos.\n"),
        ("/nombre María", "Nombre o contraseña incorrectos.\n"),
        ("/identificar", "Se usa así: "),
        ("/clave", "no está registrado"),
    ] {
        for copies in 3..7 {
            let input = format!("{command}\n{}hola\namapolas\n", "amapolas\n".repeat(copies));
            let (mut wire, ana, juan) = chat(true);
            wire.types(juan, "Juan\n");
            wire.hush();
            wire.types(juan, &input);
            let told = wire.reads(juan);
            assert!(told.contains(wrong), "{told}");
            // What else is said is forgotten: by then it is a word like any other.
            assert_eq!(wire.reads(ana), "Juan: hola\nJuan: amapolas\n", "{input:?}");
        }
    }
    for (lines, wrong) in [
        (&["/identificar María", "amapolas"][..], "Nombre o contraseña incorrectos.\n"),
        (&["/registrar", "amapolas 1", "amapolas"], "Las dos contraseñas no son iguales."),
        (&["/nombre María", "amapolas"], "Nombre o contraseña incorrectos.\n"),
    ] {
        let (mut wire, ana, juan) = chat(true);
        wire.types(juan, "Juan\n");
        wire.hush();
        lines.iter().for_each(|line| wire.types(juan, &format!("{line}\n")));
        assert!(wire.reads(juan).contains(wrong), "{lines:?}");
        for copy in ["", " ", "/nombre ", "/yo ", "/privado Ana ", "/responder "] {
            wire.types(juan, &format!("{copy}amapolas \n"));
            let told = "Esa es la contraseña que acabas de escribir. No se envió.\n";
            assert_eq!(wire.reads(juan), told, "{copy:?} behind {lines:?}");
        }
        assert_eq!(wire.reads(ana), "", "{lines:?}");
        wire.types(juan, "hola\namapolas\n");
        assert_eq!(wire.reads(ana), "Juan: hola\nJuan: amapolas\n", "{lines:?}");
    }
    // Nor does it become a name.
    let (mut wire, ana, juan) = chat(true);
    wire.types(juan, "María\nAmapolas\nAmapolas\nAmapolas\n");
    wire.reads(juan);
    wire.hush();
    wire.types(juan, "Amapolas\n");
    assert_eq!(wire.reads(ana), "");
}

/// It could be either of two accounts from before their names clashed.
#[test]
fn password_behind_a_name_that_could_be_two_is_not_said() {
    let accounts = [("María", "girasol"), ("Maria", "margarita")];
    let mut wire = Wire::with_accounts(ChatConfig::default(), &accounts, Spanish);
    let (ana, juan) = (wire.connects(), wire.connects());
    wire.types(ana, "Ana\n");
    wire.types(juan, "Mária\nGirasol\nJuan\n");
    wire.hush();
    wire.types(juan, "/nombre Mária\ngirasol\nhola\n");
    assert_eq!(wire.reads(ana), "Juan: hola\n");
    let told = wire.reads(juan);
    assert!(told.starts_with("El nombre 'Mária' ya está en uso.\nEscribiste eso antes"), "{told}");
}

#[test]
fn new_passwords_behind_a_wrong_current_one_are_not_said() {
    let (mut wire, ana, juan) = chat(true);
    wire.types(juan, "Vera\nmargarita\n");
    wire.hush();
    wire.types(juan, "/clave\namapolas\namapolas 1\namapolas 1\nhola\n");
    let told = wire.reads(juan);
    assert!(
        told.starts_with("Contraseña actual: Tu contraseña actual es otra. No ha cambiado nada.\n"),
        "{told}"
    );
    assert_eq!(told.matches("podría ser una contraseña").count(), 2, "{told}");
    assert_eq!(wire.reads(ana), "Vera: hola\n");
}

/// A command between them is one.
#[test]
fn command_behind_a_refused_one_is_done() {
    let (mut wire, ana, juan) = chat(false);
    wire.types(juan, "Juan\n");
    wire.hush();
    wire.types(juan, "/registrar\n/yo saluda\nhola\n");
    assert_eq!(wire.reads(ana), "* Juan saluda\nJuan: hola\n");
    wire.types(juan, "/clave\namapolas\n/salir\n");
    assert_eq!(wire.reads(ana), "<<< Juan salió del chat\n");
}

#[test]
fn line_too_long_to_be_a_command_hides_the_password_behind_it() {
    for (begin, hidden) in
        [("/identificar ", true), ("/registrar ", true), ("hola ", false), ("-clave x", true)]
    {
        let (mut wire, ana, juan) = chat(true);
        wire.types(juan, "Juan\n");
        wire.hush();
        wire.types(juan, &format!("{begin}{}\namapolas\n", "x".repeat(5_000)));
        assert_eq!(wire.reads(ana).contains("amapolas"), !hidden, "{begin}");
    }
}

/// An IAC SB that is never ended swallows lines, perhaps the command: the password behind it is not said.
#[test]
fn password_behind_a_subnegotiation_left_open_is_not_said() {
    const OPEN: &[u8] = b"\xff\xfa";
    let junk = vec![b'x'; 230];
    for (before, behind) in [
        ("", "/identificar Mar\u{ed}a\r\namapolas\r\namapolas\r\n"),
        ("/identificar Ma", "r\u{ed}a xxxxxxxxxx\r\namapolas\r\n"),
        ("hola\r\n/reg", "istrar xxxxxxxxxxxxx\r\namapolas\r\namapolas\r\n"),
    ] {
        let input = [before.as_bytes(), OPEN, &junk, behind.as_bytes()].concat();
        for places in cuts(input.len()) {
            let (mut wire, ana, juan) = chat(true);
            wire.types(juan, "Juan\r\n");
            wire.hush();
            wire.types_ahead(juan, &cut(&input, &places));
            let (heard, told) = (wire.reads(ana), wire.reads(juan));
            assert!(!heard.contains("amapolas"), "{before:?} {places:?}: {heard}");
            assert!(told.contains("tu telnet empezó una orden y no la acabó"), "{told}");
        }
    }
    // While a password is asked for it is still asked for.
    let (mut wire, ana, juan) = chat(true);
    wire.types(juan, "Juan\r\n");
    wire.hush();
    wire.types(juan, "/identificar Vera\r\n");
    wire.types_bytes(juan, &[OPEN, &junk, b"margarita 12\r\n"].concat());
    wire.types(juan, "margarita\r\n");
    assert!(wire.reads(juan).ends_with("Te has identificado como Vera.\r\n"));
    assert!(!wire.reads(ana).contains("margarita"));
}

/// What a client reads that sends all at once, in its language.
#[test]
fn reason_for_an_unsaid_line_is_told_in_both_languages() {
    for (language, told) in [
        (
            Spanish,
            "Escribiste eso antes de poder leer la respuesta, y podría ser una contraseña. No se envió.\n",
        ),
        (
            Language::English,
            "You sent that before you could read the answer, and it might be a password. It was not sent.\n",
        ),
    ] {
        let (mut wire, [juan, ana]) = Wire::of(language, "\n", ["Juan", "Ana"]);
        wire.types(juan, "/clave\namapolas\n");
        assert!(wire.reads(juan).ends_with(told));
        assert_eq!(wire.reads(ana), "");
    }
}
