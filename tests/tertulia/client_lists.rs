//! What the client knows of the server's commands, held to the server: the client imports nothing of it.

use std::collections::BTreeSet;
use std::fs;

use tertulia::chat::ChatConfig;
use tertulia::chat::Language::{English, Spanish};

use super::transcripts::Wire;

/// The strings of a list in a source file of the client.
fn listed(file: &str, list: &str) -> BTreeSet<String> {
    let path = format!("{}/src/bin/tertulia/{file}", env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(&path).expect(&path);
    let (_, rest) = source.split_once(&format!("const {list}: ")).expect("the list is there");
    let (_, items) = rest.split_once('=').expect("a constant");
    let items = items.split_once(';').expect("its end").0;
    let strings: BTreeSet<String> = items.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(!strings.is_empty(), "{list}");
    strings
}

/// All commands of the server, in both languages.
fn commands() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for language in [Spanish, English] {
        let (mut wire, [ana]) = Wire::of(language, "\n", ["Ana"]);
        wire.types(ana, "/ayuda\n");
        let told = wire.reads(ana);
        let rows = told.lines().filter(|row| row.starts_with("  ")).flat_map(str::split_whitespace);
        all.extend(rows.filter(|word| word.starts_with('/')).map(str::to_owned));
    }
    assert!(all.contains("/ayuda") && all.contains("/help") && all.len() > 50, "{all:?}");
    all
}

#[test]
fn client_completes_the_commands_of_the_server() {
    assert_eq!(listed("terminal/completion.rs", "COMMANDS"), commands());
}

#[test]
fn client_completes_rooms_where_the_server_takes_one() {
    let rooms = commands().into_iter().filter(|command| {
        [Spanish, English].into_iter().any(|language| {
            let (mut wire, [ana]) = Wire::of(language, "\n", ["Ana"]);
            wire.types(ana, &format!("/ayuda {}\n", command.trim_start_matches('/')));
            let usage = wire.reads(ana);
            let first = usage.split([' ', ':']).nth(1).unwrap_or_default().trim_matches(['[', ']']);
            usage.starts_with(command.as_str()) && ["sala", "room"].contains(&first)
        })
    });
    assert_eq!(rooms.collect::<BTreeSet<String>>(), listed("terminal/completion.rs", "ROOM_COMMANDS"));
}

#[test]
fn client_expects_a_question_where_the_server_asks_one() {
    let asks = |command: &String| {
        [("Juan", ""), ("María", "girasol\n")].into_iter().any(|(name, password)| {
            [command.clone(), format!("{command} Vera")].into_iter().any(|line| {
                let accounts = [("María", "girasol"), ("Vera", "margarita")];
                let mut wire = Wire::with_accounts(ChatConfig::default(), &accounts, Spanish);
                let person = wire.connects();
                wire.types(person, &format!("{name}\n{password}"));
                wire.hush();
                wire.types(person, &format!("{line}\n"));
                let told = wire.reads(person).to_lowercase();
                told.contains("contraseña") && told.ends_with(": ")
            })
        })
    };
    let asked: BTreeSet<String> = commands().into_iter().filter(asks).collect();
    assert_eq!(asked, listed("prompt_parser.rs", "ASKED_BACK"));
}
