//! What the server's command line says about itself, in both languages.

use std::ffi::OsString;

use clap::{Command, CommandFactory};
use tertulia::cli::{self, Options, Said};

/// What `words` are answered with where `lang` is the variable LANG.
#[track_caller]
fn said(words: &[&str], lang: &str) -> Said {
    let words: Vec<OsString> = ["tertulia-server"].iter().chain(words).map(OsString::from).collect();
    cli::read(&words, |name| (name == "LANG").then(|| lang.to_owned())).expect_err("no options")
}

/// Each command with the words that lead to it.
fn commands(command: &Command, way: &[String]) -> Vec<(Vec<String>, Command)> {
    let tasks = command.get_subcommands().flat_map(|task| {
        let way: Vec<String> = way.iter().cloned().chain([task.get_name().to_owned()]).collect();
        commands(task, &way)
    });
    [(way.to_vec(), command.clone())].into_iter().chain(tasks).collect()
}

#[test]
fn usage_in_spanish_has_every_option_and_no_english() {
    let all = commands(&Options::command(), &[]);
    assert!(all.len() > 10);
    for (way, command) in all {
        let words: Vec<&str> = way.iter().map(String::as_str).chain(["--help"]).collect();
        let Said { words: help, status } = said(&words, "es_ES.UTF-8");
        assert_eq!(status, 0);
        assert!(help.contains("\nUso: tertulia-server") && help.contains("Muestra esta ayuda"), "{help}");
        let tasks = command.get_subcommands().map(|task| (task.get_name().to_owned(), task.get_about()));
        let arguments = command.get_arguments().map(|arg| {
            let shown = arg.get_long().map_or_else(String::new, |long| format!("--{long}"));
            (shown, arg.get_help())
        });
        for (shown, english) in tasks.chain(arguments) {
            let english = english.expect("every one is explained").to_string();
            assert!(help.contains(&shown) && !help.contains(&english), "{way:?} {shown}: {help}");
        }
        for foreign in [
            "Usage",
            "Options",
            "Commands",
            "Arguments",
            "OPTIONS",
            "COMMAND",
            "default",
            "possible",
            "Print",
            "FILE",
        ] {
            assert!(!help.contains(foreign), "{foreign} in {help}");
        }
    }
}

#[test]
fn usage_is_told_in_the_language_of_its_reader() {
    for (words, lang, spanish) in [
        (&["--help"][..], "es_MX.UTF-8", true),
        (&["--help"], "en_US.UTF-8", false),
        (&["--help"], "C.UTF-8", true),
        (&["--help"], "", true),
        (&["--lang", "en", "--help"], "es_ES.UTF-8", false),
        (&["--help", "--lang=es"], "en_GB.UTF-8", true),
        (&["account", "add", "--lang", "en", "--help"], "es_ES.UTF-8", false),
        (&["--lang", "fr", "--help"], "en_GB.UTF-8", false),
    ] {
        let told = said(words, lang).words;
        assert_eq!(told.contains("Uso: ") || told.contains("no válido"), spanish, "{words:?} {lang}: {told}");
        assert_ne!(told.contains("Usage: ") || told.contains("invalid"), spanish, "{words:?} {lang}: {told}");
    }
}

#[test]
fn wrong_usage_is_told_in_one_language_with_what_would_be_right() {
    for (words, first, also) in [
        ("--bogus", "error: no se entiende '--bogus'", "--help"),
        ("--listne localhost:7000", "error: no se entiende '--listne'", "¿Querías decir '--listen'?"),
        ("localhost:7000", "error: no existe la orden 'localhost:7000'", "Uso: tertulia-server [OPCIONES]"),
        ("kik Ana --data x", "error: no existe la orden 'kik'", "¿Querías decir 'kick'?"),
        ("--lang fr", "error: valor no válido 'fr' para '--lang <IDIOMA>'", "[valores: es, en]"),
        ("--listen", "error: falta el valor de '--listen <DIRECCIÓN:PUERTO>'", "--help"),
        (
            "--listen 7000",
            "error: valor no válido '7000' para '--listen <DIRECCIÓN:PUERTO>': di para quién: localhost:7000 para este \
             equipo, 0.0.0.0:7000 para todos",
            "",
        ),
        (
            "--max-clients 0",
            "error: valor no válido '0' para '--max-clients <N>': hace falta un número, al menos 1",
            "",
        ),
        ("--replay -1", "error: no se entiende '-1'", ""),
        (
            "--rate-limit 1.5",
            "error: valor no válido '1.5' para '--rate-limit <N>': hace falta un número entero",
            "",
        ),
        ("--accounts-only", "error: falta --data <CARPETA>", "Uso: "),
        ("--node a --data x", "error: falta <--cluster <URL>|--cluster-file <ARCHIVO>>", "Uso: "),
        ("--cluster-unsafe", "error: falta <--cluster <URL>|--cluster-file <ARCHIVO>>", "Uso: "),
        ("--cluster-prefix x", "error: falta <--cluster <URL>|--cluster-file <ARCHIVO>>", "Uso: "),
        (
            "--cluster redis://localhost/ --node a --data x --accounts-only",
            "error: '--cluster <URL>' no puede ir con '--accounts-only'",
            "'tertulia-server cluster init'",
        ),
        (
            "--cluster-file x --node a --data x --operator Ana",
            "error: '--cluster-file <ARCHIVO>' no puede ir con '--operator <NOMBRE>'",
            "'tertulia-server cluster init'",
        ),
        ("account add --data x", "error: falta <NOMBRE>", "Uso: tertulia-server account add"),
        ("-q -v", "error: '--quiet' no puede ir con '--verbose...'", ""),
        ("--data a --data b", "error: '--data <CARPETA>' se puede dar solo una vez", ""),
        ("say --data x", "error: falta <TEXTO>...", ""),
    ] {
        let words: Vec<&str> = words.split_whitespace().collect();
        let Said { words: told, status } = said(&words, "es_ES.UTF-8");
        assert_eq!(status, 2, "{told}");
        assert_eq!(told.lines().next(), Some(first), "{told}");
        assert!(told.contains(also) && told.ends_with('\n'), "{told}");
        for foreign in ["Usage", "OPTIONS", "similar", "possible", "For more", "required", "FILE", "DIR>"] {
            assert!(!told.contains(foreign), "{foreign} in {told}");
        }
    }
}
