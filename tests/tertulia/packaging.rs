//! What a package holds beside the programs: it has to fit them.

#[path = "../../packaging/pages.rs"]
mod pages;

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use clap::Command;
use tertulia::chat::Language;
use tertulia::cli;
use tertulia::limits;

use crate::support::dir::Dir;
use crate::support::file;

/// The names of the long options that the client looks for, as its source has them.
fn options_of_client() -> Vec<String> {
    let source = file("src/bin/tertulia/args.rs");
    let (_, parser) = source.split_once("pub(crate) fn parse(").expect("the parser");
    let (parser, _) = parser.split_once("fn checked_name").expect("its end");
    let words = parser.split('"').skip(1).step_by(2);
    let long = words.filter_map(|word| word.strip_prefix("--")).filter(|name| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
    });
    let mut names: Vec<String> = long.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// What is missing in the pages of `command` and of its subcommands, of their options.
fn missing(command: &Command, place: &Path) -> Vec<String> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let page = fs::read_to_string(place.join(format!("{name}.1"))).expect("a page");
    let options = command.get_arguments().filter_map(|arg| arg.get_long());
    let missing = options.filter(|option| !page.contains(&format!("\\-\\-{}", option.replace('-', "\\-"))));
    let mut missing: Vec<String> = missing.map(|option| format!("{name} --{option}")).collect();
    missing.extend(command.get_subcommands().flat_map(|task| self::missing(task, place)));
    missing
}

#[test]
fn pages_and_completions_have_every_option() {
    let dir = Dir::new();
    pages::write(dir.path()).expect("pages");
    let client = options_of_client();
    assert!(client.len() > 5 && client.contains(&"reconnect".to_owned()), "{client:?}");
    for (language, place) in [(Language::English, "man"), (Language::Spanish, "man/es")] {
        let place = dir.path().join(place);
        let mut server = cli::command_line(language);
        server.build();
        assert_eq!(missing(&server, &place), [""; 0]);
        let page = fs::read_to_string(place.join("tertulia.1")).expect("a page");
        for option in &client {
            let written = format!("\\fB\\-\\-{}\\fR", option.replace('-', "\\-"));
            assert!(page.contains(&written), "{option} is missing:\n{page}");
        }
    }
    for script in ["tertulia.bash", "_tertulia", "tertulia.fish"] {
        let script = fs::read_to_string(dir.path().join("completions").join(script)).expect("a script");
        for option in &client {
            assert!(script.contains(option), "{option} is missing:\n{script}");
        }
    }
    assert!(dir.path().join("completions/_tertulia-server").is_file());
}

/// What stands behind `key=` in the unit of the service.
fn setting(key: &str) -> String {
    let unit = file("packaging/tertulia.service");
    let value = unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    value.unwrap_or_else(|| panic!("no {key}")).to_owned()
}

#[test]
fn service_starts_the_server_with_options_that_it_takes() {
    let command = setting("ExecStart");
    let (program, options) = command.split_once(' ').expect("options");
    assert_eq!(program, "/usr/bin/tertulia-server");
    let (own, others) = options.split_once(" $").expect("those of the administrator");
    let defaults = file("packaging/default");
    let proposed: Vec<&str> = defaults
        .lines()
        .filter_map(|line| line.split_once(&format!("{others}=\"")))
        .map(|(_, it)| it)
        .collect();
    assert_eq!(proposed.len(), 2, "a proposal and none:\n{defaults}");
    for proposed in proposed {
        let words = [program, own, proposed.trim_end_matches('"')].join(" ");
        let words: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        let config = cli::read(&words, |_| None).expect("options").config();
        assert_eq!(config.data, Some(Path::new("/var/lib").join(setting("StateDirectory"))));
        if let Some(log) = &config.log.file {
            let logs = Path::new("/var/log").join(setting("LogsDirectory"));
            assert_eq!(log.parent(), Some(&*logs));
            assert!(file("packaging/logrotate").contains(&format!("\n{}/*.log {{\n", logs.display())));
        }
    }
    let user = setting("User");
    assert!(file("packaging/sysusers.conf").starts_with(&format!("u {user} - ")));
    assert_eq!(setting("Type"), "notify");
}

#[test]
fn service_may_open_as_many_files_as_the_server_needs_for_its_people() {
    // What docs/running.md promises: 20,000 people.
    let files: u64 = setting("LimitNOFILE").parse().expect("a number");
    let beyond = limits::RESERVED_DESCRIPTORS + (limits::TRIALS + limits::REFUSED_AT_ONCE) as u64;
    assert_eq!(files, 20_000 + beyond);
}
