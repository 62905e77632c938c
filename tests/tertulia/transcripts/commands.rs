//! The commands as they are typed: in both languages, in any case, with and without what stands behind them.

use super::{Wire, command};
use tertulia::chat::Language::{English, Spanish};
use tertulia::chat::{Command, Language, Text, Trouble, Verb};

fn text(words: &str) -> Text {
    Text::clean(words)
}

pub const VERBS: [(Verb, &str, &str); 31] = [
    (Verb::Help, "ayuda", "help"),
    (Verb::Who, "quien", "who"),
    (Verb::Rooms, "salas", "rooms"),
    (Verb::Join, "entrar", "join"),
    (Verb::Leave, "dejar", "leave"),
    (Verb::Topic, "tema", "topic"),
    (Verb::Message, "privado", "msg"),
    (Verb::Reply, "responder", "reply"),
    (Verb::History, "historial", "history"),
    (Verb::Search, "buscar", "search"),
    (Verb::Register, "registrar", "register"),
    (Verb::Login, "identificar", "login"),
    (Verb::Password, "clave", "password"),
    (Verb::Key, "llave", "key"),
    (Verb::Invite, "invitar", "invite"),
    (Verb::Kick, "echar", "kick"),
    (Verb::Ban, "vetar", "ban"),
    (Verb::Unban, "perdonar", "unban"),
    (Verb::Bans, "vetados", "bans"),
    (Verb::Mute, "silenciar", "mute"),
    (Verb::Op, "operador", "op"),
    (Verb::Nick, "nombre", "nick"),
    (Verb::Me, "yo", "me"),
    (Verb::Away, "ausente", "away"),
    (Verb::Ignore, "ignorar", "ignore"),
    (Verb::Lang, "idioma", "lang"),
    (Verb::Expel, "expulsar", "expel"),
    (Verb::Readmit, "readmitir", "readmit"),
    (Verb::Expelled, "expulsados", "expelled"),
    (Verb::Nodes, "nodos", "nodes"),
    (Verb::Quit, "salir", "quit"),
];

/// What `verb` becomes with nothing behind it, or with the two words `dos palabras`.
fn meant(verb: Verb, argument: Option<&str>) -> Command {
    let (first, second) = (text("dos"), text("palabras"));
    match (verb, argument.map(text)) {
        (Verb::Help, _) => Command::Help(None),
        (Verb::Who, room) => Command::Who(room),
        (Verb::Rooms, _) => Command::Rooms,
        (Verb::Join, Some(_)) => Command::Join { room: first, key: Some(second) },
        (Verb::Leave, room) => Command::Leave(room),
        (Verb::Topic, topic) => Command::Topic { room: None, topic },
        (Verb::Message, Some(_)) => Command::Message { to: first, text: second },
        (Verb::Reply, Some(words)) => Command::Reply(words),
        (Verb::History, None) => Command::History { room: None, lines: None, before: None },
        (Verb::History, Some(_)) => Command::Unclear(Trouble::Usage(verb)),
        (Verb::Search, Some(words)) => Command::Search(words),
        (Verb::Key, key) => Command::Key { room: None, key },
        (Verb::Invite, Some(whom)) => Command::Invite { room: None, whom },
        (Verb::Kick, Some(_)) => Command::Kick { room: None, whom: first, reason: Some(second) },
        (Verb::Ban, Some(whom)) => Command::Ban { room: None, whom },
        (Verb::Unban, Some(whom)) => Command::Unban { room: None, whom },
        (Verb::Bans, _) => Command::Bans { room: None },
        (Verb::Mute, whom) => Command::Mute { room: None, whom },
        (Verb::Op, Some(whom)) => Command::Op { room: None, whom },
        (Verb::Expel, Some(_)) => Command::Expel { whom: first, minutes: None, reason: Some(second) },
        (Verb::Readmit, Some(whom)) => Command::Readmit(whom),
        (Verb::Expelled, None) => Command::Expelled,
        (Verb::Nodes, None) => Command::Nodes,
        (Verb::Nick, Some(name)) => Command::Nick(name),
        (Verb::Me, Some(words)) => Command::Act { room: None, text: words },
        (Verb::Away, reason) => Command::Away(reason),
        (Verb::Ignore, whom) => Command::Ignore(whom),
        (Verb::Lang, _) => Command::Language(None),
        (Verb::Quit, words) => Command::Quit(words),
        (Verb::Register, None) => Command::Register,
        (Verb::Password, None) => Command::ChangePassword,
        // One word is a name; see `words_behind_a_name_may_be_a_password`.
        (Verb::Register | Verb::Login | Verb::Password | Verb::Expelled | Verb::Nodes, Some(_))
        | (_, None) => Command::Unclear(Trouble::Usage(verb)),
    }
}

/// `word` as people type it.
fn spellings(word: &str) -> [String; 4] {
    let (first, rest) = word.split_at(1);
    let accented = word.replace('a', "á").replace('e', "É").replace('i', "i\u{301}");
    [word.into(), word.to_uppercase(), format!("{}{rest}", first.to_uppercase()), accented]
}

#[test]
fn commands_have_a_name_in_each_language_which_always_works() {
    for (verb, spanish, english) in VERBS {
        for spelling in [spanish, english].into_iter().flat_map(spellings) {
            for language in [Spanish, English] {
                assert_eq!(command(&format!("/{spelling}"), language), meant(verb, None), "/{spelling}");
                let padded = format!("/{spelling}   ");
                assert_eq!(command(&padded, language), meant(verb, None), "/{spelling} and spaces");
                if !matches!(verb, Verb::Help | Verb::Lang) {
                    let line = format!("/{spelling}  dos palabras ");
                    assert_eq!(command(&line, language), meant(verb, Some("dos palabras")), "{line}");
                }
            }
        }
    }
    for line in ["/quién", "/QUIEN", "/Quién", "/QUIÉN", "/quie\u{301}n", "/Who"] {
        assert_eq!(command(line, Spanish), Command::Who(None), "{line}");
    }
    assert_eq!(command("/who #General", Spanish), Command::Who(Some(text("#General"))));
    for line in ["/entrar cocina", "/join cocina  "] {
        assert_eq!(command(line, Spanish), Command::Join { room: text("cocina"), key: None }, "{line}");
    }
    let kick = Command::Kick { room: None, whom: text("Ana"), reason: Some(text("por  pesada")) };
    assert_eq!(command("/echar  Ana   por  pesada ", Spanish), kick);
    assert_eq!(command("/kick Ana", Spanish), Command::Kick { room: None, whom: text("Ana"), reason: None });
}

/// What may stand before a slash unseen: blanks of every kind, and what a terminal that is not UTF-8 makes of one.
const UNSEEN: [&str; 14] = [
    " ",
    "   ",
    "\t",
    "\u{A0}",
    "\u{3000}",
    "\u{2003} ",
    "\u{200B}",
    "\u{FEFF}",
    "\u{200D}",
    "\u{2800}",
    "\x1b[m ",
    " \u{FFFD}",
    "\u{FFFD} \u{FFFD} ",
    "\x1b",
];

#[test]
fn command_behind_blanks_is_a_command() {
    for unseen in UNSEEN {
        for (line, expected) in [
            ("/identificar ana", Command::Login(text("ana"))),
            ("/clave secreto", Command::Unclear(Trouble::Usage(Verb::Password))),
            ("/registrar", Command::Register),
            ("/salir", Command::Quit(None)),
            ("/yo saluda", Command::Act { room: None, text: text("saluda") }),
            ("//x", Command::Say { room: None, text: text("/x") }),
            ("hola /clave", Command::Say { room: None, text: text(&format!("{unseen}hola /clave")) }),
        ] {
            let line = format!("{unseen}{line}");
            assert_eq!(command(&line, Spanish), expected, "{line:?}");
        }
        let unknown = format!("{unseen}/identifcar ana");
        assert!(matches!(command(&unknown, Spanish), Command::Unclear(Trouble::NoSuchCommand { .. })));
    }
    assert_eq!(command("/ identificar ana", Spanish), Command::Login(text("ana")));
    assert_eq!(command(" / \u{3000}clave", Spanish), Command::ChangePassword);
    let nothing = Command::Unclear(Trouble::NoSuchCommand { word: text(""), nearest: None });
    assert_eq!(command("/ hola", Spanish), nothing);
}

/// The key of the slash is that of the 7 on many keyboards, and some have another slash.
#[test]
fn command_that_asks_for_a_password_is_not_said_for_a_slip() {
    for slip in ["7", "77", "7/", "&", "\\", " 7", "´/", "\u{301}/", "./", "'/", "🙂/"] {
        assert_eq!(
            command(&format!("{slip}identificar ana"), Spanish),
            Command::Login(text("ana")),
            "{slip}"
        );
        assert_eq!(command(&format!("{slip}login ana"), Spanish), Command::Login(text("ana")), "{slip}");
        assert_eq!(command(&format!("{slip}Registrar"), Spanish), Command::Register, "{slip}");
        assert_eq!(command(&format!("{slip}clave"), Spanish), Command::ChangePassword, "{slip}");
        for said in ["yo", "7", "claves", "hola", "", " clave de sol"] {
            let line = format!("{slip}{said}");
            assert_eq!(command(&line, Spanish), Command::Say { room: None, text: text(&line) }, "{line}");
        }
    }
    for slash in ["／", "／ ", "⁄", "∕ "] {
        assert_eq!(command(&format!("{slash}clave"), Spanish), Command::ChangePassword, "{slash}");
        let said = format!("{slash}claves");
        assert_eq!(command(&said, Spanish), Command::Say { room: None, text: text(&said) }, "{said}");
    }
    for said in ["'/clave' la cambia", "clave", "- clave", "(clave)", "la /clave"] {
        assert_eq!(command(said, Spanish), Command::Say { room: None, text: text(said) }, "{said}");
    }
}

#[test]
fn words_behind_a_name_may_be_a_password() {
    let usage = |verb| Command::Unclear(Trouble::Usage(verb));
    assert_eq!(command("/identificar ana secreto", Spanish), usage(Verb::Login));
    assert_eq!(command("/clave vieja nueva", Spanish), usage(Verb::Password));
    assert_eq!(command("/registrar secreto", Spanish), usage(Verb::Register));
    // It comes back to nobody, not even to who typed it.
    let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    wire.types(
        juan,
        " /identificar ana secreto\n\t/clave secreto\n\u{A0}/registrar secreto\n/ login ana secreto\n",
    );
    let told = wire.reads(juan);
    assert_eq!(told.lines().count(), 4, "{told}");
    assert!(!told.contains("secreto"), "{told}");
    assert_eq!(wire.reads(ana), "");
}

#[test]
fn languages_are_chosen_by_code_or_name() {
    for (words, language) in
        [("es ES español Español espanol", Spanish), ("en EN english English inglés", English)]
    {
        for word in words.split(' ') {
            assert_eq!(
                command(&format!("/idioma {word}"), Spanish),
                Command::Language(Some(language)),
                "{word}"
            );
        }
    }
    for word in ["fr", "klingon", "es en"] {
        let usage = Command::Unclear(Trouble::Usage(Verb::Lang));
        assert_eq!(command(&format!("/lang {word}"), English), usage, "{word}");
    }
}

#[test]
fn command_that_lacks_words_is_told_which() {
    let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    for (line, usage) in [
        ("/nombre", "Se usa así: /nombre nuevo\n"),
        ("/me  ", "Se usa así: /yo texto\n"),
        ("/idioma fr", "Se usa así: /idioma [es|en]\n"),
        ("/entrar", "Se usa así: /entrar sala [llave]\n"),
        ("/msg", "Se usa así: /privado nombre texto\n"),
        ("/privado Ana", "Se usa así: /privado nombre texto\n"),
        ("/privado Ana \u{200D}", "Se usa así: /privado nombre texto\n"),
        ("/reply", "Se usa así: /responder texto\n"),
        ("/echar", "Se usa así: /echar nombre [motivo]\n"),
        ("/op ", "Se usa así: /operador nombre\n"),
    ] {
        wire.types(juan, &format!("{line}\n"));
        assert_eq!(wire.reads(juan), usage);
    }
    assert_eq!(wire.reads(ana), "");
}

#[test]
fn unknown_command_is_answered_with_the_nearest() {
    for (line, word, nearest) in [
        ("/desconocida", "desconocida", None),
        ("/", "", None),
        ("/x", "x", None),
        ("/zzz algo", "zzz", None),
        ("/quein", "quein", Some("quien")),
        ("/ayud", "ayud", Some("ayuda")),
        ("/AYUDAA", "AYUDAA", Some("ayuda")),
        ("/slair", "slair", Some("salir")),
        ("/ausnete", "ausnete", Some("ausente")),
        ("/nomb", "nomb", Some("nombre")),
        ("/hlep", "hlep", Some("ayuda")),
        ("/ayda", "ayda", Some("ayuda")),
        ("/hhelp", "hhelp", Some("ayuda")),
        ("/ignroe", "ignroe", Some("ignorar")),
    ] {
        let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
        wire.types(juan, &format!("{line}\n"));
        let answer = wire.reads(juan);
        let plain = format!("No existe /{word}. Prueba /ayuda.");
        let rest = answer.strip_prefix(&plain).unwrap_or_else(|| panic!("{answer:?}")).trim_end();
        match nearest {
            None => assert_eq!(rest, "", "{line}"),
            Some(name) => assert!(rest.contains(&format!("/{name}")), "{line}: {rest:?}"),
        }
        assert_eq!(wire.reads(ana), "", "nobody else sees it");
    }
    let (mut wire, [juan]) = Wire::of(English, "\n", ["Juan"]);
    wire.types(juan, "/hlep\n");
    assert!(wire.reads(juan).contains("/help?"), "named in the reader's language");
}

#[test]
fn help_names_every_command_once_and_fits_a_terminal() {
    for (language, line) in [(Spanish, "/ayuda\n"), (English, "/help\n")] {
        let (mut wire, [juan]) = Wire::of(language, "\n", ["Juan"]);
        wire.types(juan, line);
        let help = wire.reads(juan);
        let groups = help.lines().filter(|row| row.starts_with("  "));
        let named = groups.flat_map(str::split_whitespace).filter_map(|word| word.strip_prefix('/'));
        let mut named: Vec<&str> = named.collect();
        named.sort_unstable();
        let names = VERBS.map(|(_, spanish, english)| if language == Spanish { spanish } else { english });
        let mut names = Vec::from(names);
        names.sort_unstable();
        assert_eq!(named, names, "{help}");
        assert!(help.contains("//"), "how to begin a line with a slash");
        // The line that asked for it and the next prompt are on the same 24 × 80.
        assert!(help.lines().count() <= 22, "{help}");
        assert!(help.lines().all(|row| row.chars().count() < 80 && row.trim_end() == row), "{help}");
    }
}

#[test]
fn help_explains_one_command_under_each_of_its_names() {
    for (verb, spanish, english) in VERBS {
        for word in [spanish, english] {
            for line in [
                format!("/ayuda {word}"),
                format!("/help /{word}"),
                format!("/AYUDA {}", word.to_uppercase()),
            ] {
                assert_eq!(command(&line, Spanish), Command::Help(Some(verb)), "{line}");
            }
        }
        for (language, own) in [(Spanish, spanish), (English, english)] {
            let (mut wire, [juan]) = Wire::of(language, "\n", ["Juan"]);
            wire.types(juan, &format!("/help {spanish}\n"));
            let answer = wire.reads(juan);
            assert!(answer.starts_with(&format!("/{own}")) && answer.lines().count() == 1, "{answer}");
            assert!(
                answer.contains(&format!("/{spanish}")) && answer.contains(&format!("/{english}")),
                "{answer}"
            );
        }
    }
    let unknown = Trouble::NoSuchCommand { word: text("quein"), nearest: Some(Verb::Who) };
    assert_eq!(command("/ayuda quein", Spanish), Command::Unclear(unknown));
}

#[test]
fn word_to_leave_stands_alone() {
    let quits = |line: &str, language: Language| command(line, language) == Command::Quit(None);
    for line in ["salir", "SALIR", "Salir", "  salir", "salir  ", "\tsalir\t", "\u{A0}salir"] {
        assert!(quits(line, Spanish) && quits(line, English), "{line:?}");
    }
    for line in ["salir ya", "no salir", "salirr", "sali", "sal ir", "'salir'"] {
        assert_eq!(command(line, Spanish), Command::Say { room: None, text: text(line) });
    }
    for line in ["quit", "QUIT", " quit ", "exit", "Exit", "\texit "] {
        assert!(quits(line, English) && quits(line, Spanish), "{line:?}");
    }
    for line in ["quit now", "exit!", "exits", "bye"] {
        assert_eq!(command(line, English), Command::Say { room: None, text: text(line) });
    }
    let mut wire = Wire::new(Spanish);
    for word in ["salir", "quit", "exit"] {
        let juan = wire.connects();
        wire.types(juan, &format!("{word}\n"));
        assert!(!wire.is_open(juan), "{word} at the question for a name too");
    }
}

#[test]
fn slash_is_a_command_only_at_the_beginning() {
    let (mut wire, [juan, ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    for (typed, read) in [
        ("//ruta", "Juan: /ruta\n"),
        ("//", "Juan: /\n"),
        ("///", "Juan: //\n"),
        ("//quien hay", "Juan: /quien hay\n"),
        (" //quien hay", "Juan: /quien hay\n"),
        ("1/2", "Juan: 1/2\n"),
        ("\\o/", "Juan: \\o/\n"),
    ] {
        wire.types(juan, &format!("{typed}\n"));
        assert_eq!(wire.reads(ana), read, "{typed:?}");
        assert_eq!(wire.reads(juan), "", "{typed:?}");
    }
}

#[test]
fn list_of_people_reads_well() {
    let (mut wire, [juan, _ana]) = Wire::of(Spanish, "\n", ["Juan", "Ana"]);
    wire.waits(std::time::Duration::from_secs(298));
    wire.types(juan, "/ausente comiendo\n/quien\n");
    let answer = wire.reads(juan);
    assert!(answer.contains("2 personas:\n"), "{answer}");
    assert!(answer.contains("Ana (hace 5 min)\n"), "{answer}");
    assert!(answer.contains("Juan (tú; ausente: comiendo)\n"), "{answer}");
    wire.types(juan, "/idioma en\n/ausente\n/who\n");
    let answer = wire.reads(juan);
    assert!(answer.contains("2 people:\n"), "{answer}");
    assert!(answer.contains("Ana (5 min ago)\n"), "{answer}");
    assert!(answer.contains("Juan (you)\n"), "{answer}");
}

#[test]
fn number_behind_whom_to_expel_is_of_minutes() {
    let expel = |minutes, reason: Option<&str>| Command::Expel {
        whom: text("203.0.113.7"),
        minutes,
        reason: reason.map(text),
    };
    for (line, meant) in [
        ("/expulsar 203.0.113.7", expel(None, None)),
        ("/expel 203.0.113.7 30", expel(Some(30), None)),
        ("/expulsar  203.0.113.7   30   insultos  y más", expel(Some(30), Some("insultos  y más"))),
        ("/expulsar 203.0.113.7 30min", expel(None, Some("30min"))),
        ("/expulsar 203.0.113.7 -1", expel(None, Some("-1"))),
        ("/expulsar 203.0.113.7 525600", expel(Some(525_600), None)),
        ("/expulsar 203.0.113.7 525601", Command::Unclear(Trouble::Usage(Verb::Expel))),
        ("/expulsar 203.0.113.7 0", Command::Unclear(Trouble::Usage(Verb::Expel))),
        ("/expulsar 203.0.113.7 99999999999 x", Command::Unclear(Trouble::Usage(Verb::Expel))),
    ] {
        assert_eq!(command(line, Spanish), meant, "{line}");
    }
}
