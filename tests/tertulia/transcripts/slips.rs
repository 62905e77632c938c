//! A key too many or another one in front of a command with a password: the line is not said, and its sender is told so.
//! Whoever has something to say is heard.

use serde_json::json;
use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{ChatConfig, Command, Text, Trouble, Verb};
use tertulia::protocol::json::read;

use super::{Wire, command};

/// What people press before a word by mistake, and not on purpose.
const SLIPS: [&str; 42] = [
    "-",
    "_",
    ".",
    ",",
    ";",
    ":",
    "'",
    "´",
    "`",
    "*",
    "+",
    "(",
    "[",
    "?",
    "¿",
    "!",
    "¡",
    "º",
    "8",
    "6",
    "|",
    "\\",
    "&",
    "7 ",
    "77 ",
    "\\ ",
    "& ",
    "| ",
    "//",
    "///",
    "7/ ",
    "-.",
    "8/",
    "ñ",
    "l",
    "\x1b",
    "\x1b[",
    "\x1b[/",
    "\x1b(/",
    "\x1b[1;5/",
    "\x1bO/",
    "\u{9b}/",
];

/// What may stand before that.
const BEFORE: [&str; 8] = ["", " ", "\t ", "\u{A0}", "\"", "' ", "“", "« "];

/// Commands with something secret behind them.
const SECRETS: [(&str, Verb); 17] = [
    ("clave girasoles", Verb::Password),
    ("clave vieja nueva", Verb::Password),
    ("password girasoles", Verb::Password),
    ("Clave girasoles", Verb::Password),
    ("registrar girasoles", Verb::Register),
    ("register girasoles girasoles", Verb::Register),
    ("identificar Ana", Verb::Login),
    ("identificar Ana girasoles", Verb::Login),
    ("idéntificar Ana", Verb::Login),
    ("login Ana girasoles", Verb::Login),
    ("llave sal", Verb::Key),
    ("key salt", Verb::Key),
    ("entrar cocina sal", Verb::Join),
    ("join kitchen salt", Verb::Join),
    ("clave:girasoles", Verb::Password),
    ("clave = girasoles", Verb::Password),
    ("login: Ana", Verb::Login),
];

/// Whether anybody else would see those words. Who enters a room by its key shows none.
fn is_told(command: &Command) -> bool {
    command.shown().is_some() && !matches!(command, Command::Join { .. })
}

/// Slashes behind what nobody presses by mistake, and what else has a rule of its own.
const OTHERS: [&str; 25] = [
    "/clave girasol1",
    " /clave girasol1",
    "/clave:girasol1",
    "/login Ana s3cret99",
    "</clave girasol1",
    "</login Ana s3cret99",
    "@/clave girasol1",
    "~/clave girasol1",
    "$/registrar girasol1",
    "%/identificar ana girasol1",
    "....../clave girasol1",
    "😀/clave girasol1",
    "´/clave girasol1",
    "77clave girasol1",
    "😀／ clave girasol1",
    "\u{1b}/clave girasol1",
    "\u{1b}/login Ana s3cret99",
    "\u{1b}[1;5/clave girasol1",
    "\u{FEFF}/clave girasol1",
    "clave girasol1",
    "identificar Ana s3cret99",
    "</clave:girasol1",
    "@/password = girasol1",
    "7clave:girasol1",
    "´/login:Ana s3cret99",
];

/// The ways in which a program's message says `line`.
fn ways_to_say(line: &str) -> [Command; 6] {
    [
        json!({"type": "say", "text": line}),
        json!({"type": "say", "text": line, "action": true}),
        json!({"type": "message", "to": "Eva", "text": line}),
        json!({"type": "reply", "text": line}),
        json!({"type": "line", "text": line}),
        json!({"type": "line", "room": "cocina", "text": line}),
    ]
    .map(|message| read(&message.to_string(), None).command)
}

/// The commands beside talk whose words others see, each with those words as they are typed, and as a program sends them.
fn ways_to_show(words: &str) -> [(String, Command); 9] {
    let typed = |before: &str| format!("{before}{words}");
    [
        (typed("/yo "), json!({"type": "say", "text": words, "action": true})),
        (typed("/privado Eva "), json!({"type": "message", "to": "Eva", "text": words})),
        (typed("/responder "), json!({"type": "reply", "text": words})),
        (typed("/tema "), json!({"type": "topic", "topic": words})),
        (typed("/ausente "), json!({"type": "away", "reason": words})),
        (typed("/echar Eva "), json!({"type": "kick", "name": "Eva", "reason": words})),
        (typed("/expulsar Eva 5 "), json!({"type": "expel", "who": "Eva", "minutes": 5, "reason": words})),
        (typed("/salir "), json!({"type": "quit", "text": words})),
        (typed("/nombre "), json!({"type": "nick", "name": words})),
    ]
    .map(|(line, message)| (line, read(&message.to_string(), None).command))
}

#[test]
fn slip_is_shown_by_no_command() {
    for words in OTHERS.map(str::to_owned).into_iter().chain(slips()) {
        for (line, sent) in ways_to_show(&words) {
            assert!(sent.shown().is_none(), "{words:?} is shown: {sent:?}");
            // Keys that leave no trace are known at the beginning of a line only.
            if words.contains(char::is_control) {
                continue;
            }
            // Nor behind a slip of its own: what is no command for it is no talk either.
            for before in ["", "/", "7", "\\"] {
                let typed = command(&format!("{before}{line}"), Spanish);
                assert!(typed.shown().is_none(), "{before}{line:?} is shown: {typed:?}");
            }
        }
    }
    for line in
        ["/tema -clave amapolas", "/salir 7clave", "/ausente login Ana s3cret99", "/entrar 7clave:girasol1"]
    {
        let told = command(line, Spanish);
        assert!(matches!(told, Command::Unclear(Trouble::Slip(_))), "{line:?}: {told:?}");
    }
    // Where one talks, what asks for a password does so, in a line as in a message.
    assert_eq!(command("/yo -clave", Spanish), Command::ChangePassword);
}

/// What people are called, and rooms, and what stands beside their names.
const PLAIN: [&str; 18] = [
    "clave",
    "Clave",
    "7claves",
    "llave7",
    "login",
    "xX_login_Xx",
    "key-west",
    "7up",
    "-luis-",
    "_registro_",
    "clave-de-sol",
    "comiendo; vuelvo a las 7",
    "7 min",
    "/dev/null",
    "¡clave nueva!",
    "(clave nueva)",
    "~/login/index.html",
    "spam: clave de sol",
];

#[test]
fn plain_words_are_shown_by_every_command() {
    for words in SENTENCES.into_iter().chain(PLAIN) {
        // Two slashes stand for one at the beginning of a line only.
        if words.starts_with("//") {
            continue;
        }
        for (line, sent) in ways_to_show(words) {
            assert!(sent.shown().is_some(), "{words:?} is {sent:?}");
            let typed = command(&line, Spanish);
            assert!(typed.shown().is_some(), "{line:?} is {typed:?}");
        }
    }
}

#[test]
fn refused_password_is_shown_by_no_command() {
    let known = [("María", "girasoles")];
    for line in
        ["/yo amapolas", "/tema amapolas", "/ausente amapolas", "/echar Ana amapolas", "/salir amapolas"]
    {
        let mut wire = Wire::with_accounts(ChatConfig::default(), &known, Spanish);
        let [ana, juan] = [(); 2].map(|()| wire.connects());
        wire.types(ana, "Ana\n");
        wire.types(juan, "Juan\n/entrar cocina\n");
        wire.types(ana, "/entrar cocina\n");
        wire.types(juan, "/identificar María\namapolas\n");
        wire.hush();
        wire.types(juan, &format!("{line}\n"));
        let told = wire.reads(juan);
        assert_eq!(told, "Esa es la contraseña que acabas de escribir. No se envió.\n", "{line}");
        assert_eq!(wire.reads(ana), "", "{line}");
        // Another line makes that forgotten.
        wire.types(juan, "di amapolas\n");
        assert_eq!(wire.reads(ana), "Juan: di amapolas\n");
    }
}

#[test]
fn slip_before_a_command_with_a_secret_is_not_said() {
    for line in OTHERS {
        let command = command(line, Spanish);
        assert!(!is_told(&command), "{line:?} is said: {command:?}");
    }
    let slips = slips();
    assert!(slips.len() > 4000, "{}", slips.len());
    for line in slips {
        for language in [Spanish, English] {
            let command = command(&line, language);
            assert!(!is_told(&command), "{line:?} is said: {command:?}");
        }
    }
}

#[test]
fn slip_in_a_message_of_a_program_is_not_said() {
    for line in OTHERS.map(str::to_owned).into_iter().chain(slips()) {
        for command in ways_to_say(&line) {
            assert!(!is_told(&command), "{line:?} is said: {command:?}");
        }
    }
    // Where no command was given, nobody is told how to use one.
    for line in ["/clave girasol1", "</clave girasol1", "7clave girasol1"] {
        let [said, acted, messaged, replied, ..] = ways_to_say(line);
        for command in [said, acted, messaged, replied] {
            assert_eq!(command, Command::Unclear(Trouble::Slip(Verb::Password)), "{line:?}");
        }
    }
    for line in ["@/clave", "\u{1b}/clave"] {
        assert!(ways_to_say(line).iter().all(|command| *command == Command::ChangePassword), "{line:?}");
    }
}

/// Slips in front of commands with a secret.
fn slips() -> Vec<String> {
    let mut lines = Vec::new();
    for before in BEFORE {
        for slip in SLIPS {
            for (line, verb) in SECRETS {
                let letter = slip != "º" && slip.ends_with(char::is_alphabetic);
                // A letter before `llave` or `key` makes another word of it, as in `monkey`, and there is no accent then.
                if letter
                    && (before.contains(['"', '\'', '“', '«']) || matches!(verb, Verb::Key | Verb::Join))
                    || letter
                        && (line.starts_with("idé")
                            || line.contains(':')
                            || !slip.is_ascii() && line.starts_with("Clave"))
                {
                    continue;
                }
                // Esc and what was typed behind it is no key more where the word follows.
                if slip == "\x1b"
                    && (matches!(verb, Verb::Key | Verb::Join) || before.contains(['"', '\'', '“', '«']))
                {
                    continue;
                }
                lines.push(format!("{before}{slip}{line}"));
            }
        }
    }
    lines
}

/// What people say, though it begins like that. In both languages, with and without the signs that begin and end a sentence.
const SENTENCES: [&str; 113] = [
    "la clave es que nos vemos a las ocho",
    "7 claves para aprobar el examen",
    "7 claves",
    "clave",
    "Clave",
    "clave de sol",
    "7 clave de sol",
    "la clave",
    "mi clave no funciona",
    "¿clave?",
    "¿Clave nueva?",
    "¿La clave es esa?",
    "¡Clave nueva!",
    "(clave nueva)",
    "\"clave nueva\"",
    "“clave nueva”",
    "«clave nueva»",
    "'clave nueva'",
    "*clave nueva*",
    "- clave nueva",
    "- clave",
    "* registrar usuarios",
    "• registrar usuarios",
    "1. registrar usuarios",
    "1) identificar errores",
    "- identificar errores",
    "… clave nueva",
    "...clave nueva",
    "..clave nueva",
    "> clave nueva",
    ">clave nueva",
    "#clave nueva",
    "@login nueva",
    "#login",
    "-clave para el que llegue tarde",
    "-clave para mañana",
    "-entrar en casa",
    "-entrar",
    "- entrar cocina pronto",
    "enclave turístico precioso",
    "autoclave roto otra vez",
    "esclave mía",
    "monkey business",
    "donkey kong",
    "turkey sandwich",
    "llave inglesa",
    "la llave está en casa",
    "7 llaves",
    "registrar",
    "registrar todo esto lleva tiempo",
    "identificar pájaros no es fácil",
    "hay que identificar a Ana",
    "usa /clave para cambiarla",
    "escribe /identificar Ana",
    "'/clave' la cambia",
    "la /clave",
    "(clave)",
    ":clave:",
    ":key:",
    "la clave: no rendirse",
    "7 de julio",
    "24/7 login support",
    "a clave x",
    "y clave nueva",
    "o login",
    "key point",
    "the key is under the mat",
    "key to success",
    "password",
    "password protected",
    "my password is long",
    "the password is not here",
    "\"password manager\"",
    "(login page)",
    "¿login?",
    "login?",
    "login page is down again",
    "17 login attempts",
    "3 login attempts",
    "10 password resets",
    "- login page",
    "* login page",
    "- password reset",
    "register at the desk",
    "- register users",
    "1. login with your name",
    "7 logins failed today",
    "7 passwords leaked",
    "-password of the day",
    "-login is broken",
    ":( login fails again",
    ":) login works",
    "//identificar",
    "clave nueva",
    "clave morse",
    "clave 3",
    "Clave wifi-invitados",
    "password protected",
    "password resets",
    "password-protected",
    "registrar cosas",
    "register now",
    "register here",
    "register https://example.org/a?b=1",
    "identificar errores comunes",
    "login failed again",
    "login page down",
    "--password",
    "**clave**",
    "//etc/password file here please",
    "//ruta/a/clave",
    "\x1b[31mclave\x1b[0m nueva",
    "\x1b[1mlogin page\x1b[0m",
];

#[test]
fn sentence_that_begins_like_a_command_is_said() {
    for sentence in SENTENCES {
        for language in [Spanish, English] {
            let command = command(sentence, language);
            assert!(matches!(command, Command::Say { .. }), "{sentence:?} is {command:?}");
        }
        let commands = ways_to_say(sentence);
        assert!(commands.iter().all(|command| command.shown().is_some()), "{sentence:?} is {commands:?}");
    }
}

/// What is typed behind these is a password, whatever comes back.
const ALONE: [(&str, Command); 6] = [
    ("registrar", Command::Register),
    ("Registrar ", Command::Register),
    ("register", Command::Register),
    ("clave", Command::ChangePassword),
    ("password", Command::ChangePassword),
    ("PASSWORD", Command::ChangePassword),
];

#[test]
fn slip_before_a_command_that_asks_for_a_password_is_no_obstacle() {
    for before in ["", " ", "\t "] {
        for slip in SLIPS {
            // `-.clave` alone may be a sentence that goes on.
            for (line, expected) in ALONE.iter().filter(|_| slip != "-.") {
                let line = format!("{before}{slip}{line}");
                assert_eq!(command(&line, Spanish), *expected, "{line:?}");
            }
            if slip != "\x1b" {
                let line = format!("{before}{slip}login Ana");
                assert_eq!(command(&line, Spanish), Command::Login(Text::clean("Ana")), "{line:?}");
            }
        }
    }
}

#[test]
fn password_behind_a_slip_alone_is_not_said() {
    for slip in ["//", "7 ", "\\ ", "| ", "-", "ñ", "\x1b", "& ", "///"] {
        let known = [("María", "girasol"), ("Vera", "margarita")];
        let mut wire = Wire::with_accounts(ChatConfig::default(), &known, Spanish);
        let [ana, juan, vera] = [(); 3].map(|()| wire.connects());
        wire.types(ana, "Ana\n");
        wire.types(juan, "Juan\n");
        wire.types(vera, "Vera\nmargarita\n");
        wire.hush();
        // Each line by itself: whoever does not look at the answer types on.
        for line in ["registrar", "amapolas", "amapolas"] {
            let before = if line == "registrar" { slip } else { "" };
            wire.types(juan, &format!("{before}{line}\n"));
        }
        assert!(wire.reads(juan).contains("El nombre 'Juan' es tuyo desde ahora"), "{slip:?}");
        for line in ["clave", "margarita", "amapolas", "amapolas"] {
            let before = if line == "clave" { slip } else { "" };
            wire.types(vera, &format!("{before}{line}\n"));
        }
        assert!(wire.reads(vera).contains("Contraseña cambiada."), "{slip:?}");
        if slip != "\x1b" {
            wire.types(juan, &format!("{slip}identificar María\n"));
            wire.types(juan, "girasol\n");
            assert!(wire.reads(juan).contains("Te has identificado como María."), "{slip:?}");
        }
        assert!(!wire.reads(ana).contains("Juan: "), "{slip:?}");
    }
}

#[test]
fn password_behind_a_command_without_its_slash_is_not_said() {
    for (line, verb) in [
        ("clave girasol123", Verb::Password),
        ("Clave girasol123 girasol456", Verb::Password),
        ("clave 20241224", Verb::Password),
        ("password gira$sol", Verb::Password),
        ("registrar girasol", Verb::Register),
        ("registrar girasoles girasoles", Verb::Register),
        ("register girasol123", Verb::Register),
        ("identificar Vera girasol", Verb::Login),
        ("identificar vera girasol123", Verb::Login),
        (" login Ana girasol", Verb::Login),
    ] {
        for language in [Spanish, English] {
            assert_eq!(command(line, language), Command::Unclear(Trouble::Slip(verb)), "{line:?}");
        }
    }
}

/// What is executed for one key stays so: see `command_that_asks_for_a_password_is_not_said_for_a_slip`.
#[test]
fn command_with_something_attached_is_not_told_what_it_was() {
    for (line, verb) in [
        ("/clave:girasoles", Verb::Password),
        ("/clave=girasoles", Verb::Password),
        ("/identificar:Ana girasoles", Verb::Login),
        ("7clave girasoles", Verb::Password),
        ("\x1b[/clave girasoles", Verb::Password),
        ("\x1b[7clave girasoles", Verb::Password),
        ("\x1b(/registrar girasoles", Verb::Register),
    ] {
        assert_eq!(command(line, Spanish), Command::Unclear(Trouble::Usage(verb)), "{line:?}");
    }
    for (line, expected) in [
        ("\x1b[/clave", Command::ChangePassword),
        ("\x1b[1;5/registrar", Command::Register),
        ("\x1b[A/clave", Command::ChangePassword),
    ] {
        assert_eq!(command(line, Spanish), expected, "{line:?}");
    }
}

#[test]
fn sender_of_a_slip_is_told_how_to_say_it() {
    for (language, told, said) in [
        (
            Spanish,
            "¿Querías escribir /clave? Para decir eso, pon otra palabra delante. No se envió.\n",
            "di -clave amapolas",
        ),
        (
            English,
            "Did you mean /password? To say this, put another word before it. It was not sent.\n",
            "say -clave amapolas",
        ),
    ] {
        let (mut wire, [juan, ana]) = Wire::of(language, "\n", ["Juan", "Ana"]);
        wire.types(juan, "-clave amapolas\n");
        assert_eq!(wire.reads(juan), told);
        assert_eq!(wire.reads(ana), "");
        wire.types(juan, &format!("{said}\n"));
        assert_eq!((wire.reads(juan), wire.reads(ana)), (String::new(), format!("Juan: {said}\n")));
    }
}
