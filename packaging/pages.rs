//! The manual pages and the completions of both programs.
//!
//! Invariant: nothing is said here of an option. The server's come from its command line, the client's from its `--help`.

mod sections;

use std::error::Error;
use std::path::Path;
use std::{fs, io};

use clap::{Arg, ArgAction, Command, ValueHint};
use clap_complete::{Shell, generate_to};
use clap_mangen::Man;
use sections::{HEADINGS, section};
use tertulia::chat::Language;
use tertulia::cli;

/// Writes all of them below `dir`: `man`, `man/es` and `completions`.
pub(crate) fn write(dir: &Path) -> Result<(), Box<dyn Error>> {
    for (language, place) in [(Language::English, "man"), (Language::Spanish, "man/es")] {
        let place = dir.join(place);
        fs::create_dir_all(&place)?;
        for mut command in [cli::command_line(language), client(language)?] {
            command.build();
            pages(command, language, &place)?;
        }
    }
    let place = dir.join("completions");
    fs::create_dir_all(&place)?;
    let host = Arg::new("host").value_name("HOST").value_hint(ValueHint::Hostname);
    let language = Language::English;
    for mut command in [cli::command_line(language), client(language)?.arg(host)] {
        let name = command.get_name().to_owned();
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            generate_to(shell, &mut command, &name, &place)?;
        }
    }
    Ok(())
}

/// Writes the page of a command, and those of its subcommands.
fn pages(command: Command, language: Language, place: &Path) -> io::Result<()> {
    for task in command.get_subcommands().filter(|task| task.get_name() != "help") {
        pages(task.clone(), language, place)?;
    }
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let has_tasks = command.has_subcommands();
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .section("1")
        .date(" ") // empty it would not be there, and what follows would be taken for it
        .source(concat!("tertulia ", env!("CARGO_PKG_VERSION")))
        .manual(section("manual", language));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_tasks {
        man.render_subcommands_section(&mut page)?;
    }
    let mut page = String::from_utf8(page).expect("made of text");
    if let Some(more) = command.get_after_help() {
        page.push_str(&format!(".SH {}\n{more}\n", section("more", language)));
    }
    page.push_str(section(&name, language));
    if language == Language::Spanish {
        for (english, spanish) in HEADINGS {
            page = page.replace(&format!(".SH {english}\n"), &format!(".SH {spanish}\n"));
        }
    }
    fs::write(place.join(format!("{name}.1")), page)
}

/// The client's command line, as its help tells of it.
fn client(language: Language) -> Result<Command, Box<dyn Error>> {
    let help = help_of_client(language).ok_or("the client's help is not where it was")?;
    let mut paragraphs = help.trim_end().split("\n\n");
    let mut next = || paragraphs.next().ok_or("the client's help lacks a paragraph");
    let (usage, about, options) = (next()?, next()?, next()?);
    let usage = usage.split_once(": ").ok_or("no usage")?.1;
    let mut command = Command::new("tertulia")
        .about(about.trim_end_matches('.').replace('\n', " "))
        .override_usage(usage.to_owned())
        .after_help(paragraphs.collect::<Vec<_>>().join("\n.PP\n"))
        .disable_help_flag(true)
        .disable_version_flag(true);
    for arg in described(options)? {
        command = command.arg(arg);
    }
    Ok(command)
}

/// What the client's `--help` prints, as it stands in its source: no library has it.
fn help_of_client(language: Language) -> Option<&'static str> {
    let constant = match language {
        Language::English => "HELP_ENGLISH",
        Language::Spanish => "HELP_SPANISH",
    };
    let source = include_str!("../src/bin/tertulia/args.rs");
    let (_, text) = source.split_once(&format!("const {constant}: &str = \"\\\n"))?;
    Some(text.split_once("\n\";")?.0)
}

/// The options that lines such as `  -h, --help         shows this help` describe; a line without one goes on.
fn described(lines: &'static str) -> Result<Vec<Arg>, Box<dyn Error>> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for line in lines.lines() {
        let text = line.trim_start();
        match (text.strip_prefix('-'), found.last_mut()) {
            (Some(_), _) => {
                let (option, words) = text.split_once("  ").unwrap_or((text, ""));
                found.push((option, words.trim().to_owned()));
            }
            (None, Some((_, words))) => *words = format!("{words} {text}").trim_start().to_owned(),
            (None, None) => return Err("words without an option".into()),
        }
    }
    let arg = |(option, words): (&'static str, String)| {
        let (short, rest) = match option.split_once(", ") {
            Some((short, rest)) => (short.chars().nth(1), rest),
            None => (None, option),
        };
        let (long, value) = rest.split_once(' ').map_or((rest, None), |(long, value)| (long, Some(value)));
        let long = long.strip_prefix("--").ok_or("an option without a long name")?;
        let arg = Arg::new(long).long(long).short(short).help(words);
        Ok(match value {
            Some(value) => arg.value_name(value).action(ArgAction::Set),
            None => arg.action(ArgAction::SetTrue),
        })
    };
    found.into_iter().map(arg).collect()
}
