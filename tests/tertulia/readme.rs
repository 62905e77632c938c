//! What the READMEs and the page about the wire promise: bots and scripts are run as they stand there, tables are whole,
//! links lead somewhere. The commands of the READMEs are run by `.ci/readme`.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::CommandFactory;
use rustix::process::Signal;
use tertulia::cli::Options;

use crate::support::peer::{PROMPT, Peer, welcome_to};
use crate::support::process::{Process, has};
use crate::support::server::Server;
use crate::support::{file, snippet};

/// Where the examples look for the server: not to be counted on while tests run.
const HOST: &str = "localhost";
const PORT: &str = "65434";

/// What a README holds at most: what somebody who comes for the first time reads in five minutes.
const WORDS_MAX: usize = 900;

/// The text of both READMEs, each with its name.
fn readmes() -> [(&'static str, String); 2] {
    ["README.md", "README.es.md"].map(|path| (path, file(path)))
}

/// Where the bots are.
const PROTOCOL: &str = "docs/protocol.md";

/// The example with the test's own server in it.
#[track_caller]
fn sent_to(server: &Server, example: &str) -> String {
    assert!(example.contains(HOST) && example.contains(PORT), "{example}");
    example.replace(HOST, "127.0.0.1").replace(PORT, &server.address.port().to_string())
}

/// `sh` with `script`, nothing to read, in an empty directory that belongs to `test`.
fn shell(test: &str, script: &str) -> Process {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(test);
    if directory.exists() {
        fs::remove_dir_all(&directory).expect("an old directory of our own");
    }
    fs::create_dir(&directory).expect("a new directory");
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(directory).stdin(Stdio::null()).stderr(Stdio::piped());
    Process::start(&mut command)
}

#[test]
fn bot_in_the_shell_tells_the_time() {
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    // As if the client were installed, and the server were where it looks first.
    let (client, place) = (env!("CARGO_BIN_EXE_tertulia"), server.address);
    let installed = format!("tertulia() {{ '{client}' {place} \"$@\"; }}\n");
    let mut bot = shell("bot-in-the-shell", &(installed + &snippet(PROTOCOL, "sh", "--name bot")));
    maria.expect_line(">>> bot se unió al chat");
    for question in ["!hora", "¿me dices la !hora?", "!hora, por favor"] {
        maria.say(question);
        if question.starts_with("!hora") {
            let answer = maria.line();
            let time = answer.strip_prefix("bot: Son las ").expect(&answer);
            let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
            assert_eq!(shape, "99:99", "{answer}");
        }
    }
    server.signal(Signal::TERM);
    assert_eq!(maria.rest(), "--- El servidor se detiene.\n");
    bot.wait(); // it ends by itself when nobody is left to answer
}

#[test]
fn bot_in_python_greets_and_listens() {
    if !has("python3") {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let program = sent_to(&server, &snippet(PROTOCOL, "python", "makefile"));
    let mut bot = Process::start(
        Command::new("python3").args(["-u", "-X", "utf8", "-c", &program]).stdin(Stdio::null()),
    );
    maria.expect_line(">>> bot se unió al chat");
    maria.expect_line("bot: Hola, soy un bot");
    maria.say("hola, bot ñandú");
    // A signal may overtake a line that is still on its way; once the next one is answered, it is not.
    maria.say("/idioma");
    maria.expect_line("Te hablo en español. For English: /lang en");
    server.signal(Signal::TERM);
    let heard = bot.stdout.rest().join("\n");
    let after = "María: hola, bot ñandú\n--- El servidor se detiene.";
    assert_eq!(heard, format!("{PROMPT}{}{after}", welcome_to("bot", "Aquí está María.")));
    assert!(bot.wait().success());
}

#[test]
fn client_in_python_talks_without_line_ends() {
    if !has("python3") {
        return;
    }
    for (name, _) in readmes() {
        let server = Server::start(&[]);
        let mut maria = Peer::join(&server, "María");
        let program = sent_to(&server, &snippet(name, "python", "threading"));
        assert_eq!(program.lines().count(), 10, "as many lines as it says");
        let mut client = Process::start(
            Command::new("python3").args(["-X", "utf8", "-c", &program]).stdin(Stdio::piped()),
        );
        let mut keyboard = client.stdin();
        // Each waits for what comes of the one before, as a person does.
        writeln!(keyboard, "Pía").expect("an open pipe");
        maria.expect_line(">>> Pía se unió al chat");
        for line in format!("{PROMPT}{}", welcome_to("Pía", "Aquí está María.")).lines() {
            assert_eq!(client.stdout.next().as_deref(), Some(line));
        }
        for words in ["Hola a todos!", "¿qué tal?", "y"] {
            writeln!(keyboard, "{words}").expect("an open pipe");
            maria.expect_line(&format!("Pía: {words}"));
        }
        maria.say("Hola Pía!");
        assert_eq!(client.stdout.next().as_deref(), Some("María: Hola Pía!"));
        writeln!(keyboard, "salir").expect("an open pipe");
        maria.expect_line("<<< Pía salió del chat");
        assert!(client.wait().success());
    }
}

#[test]
fn script_says_its_line() {
    if !has("nc") {
        return;
    }
    let server = Server::start(&[]);
    let mut maria = Peer::join(&server, "María");
    let docs = file(PROTOCOL);
    let example = docs.split('`').find(|code| code.starts_with("printf")).expect("an example");
    let mut script = shell("script", &sent_to(&server, example));
    assert!(script.wait().success());
    for line in [">>> bot se unió al chat", "bot: El respaldo ha terminado", "<<< bot salió del chat"] {
        maria.expect_line(line);
    }
}

#[test]
fn readmes_are_short_and_in_order() {
    for ((file, readme), headings) in readmes().into_iter().zip([
        ["Install", "Start", "Join", "What you can type", "Options", "Run it for others", "Links"],
        [
            "Instalar",
            "Arrancar",
            "Entrar",
            "Qué se puede escribir",
            "Opciones",
            "Para otras máquinas",
            "Enlaces",
        ],
    ]) {
        let words = readme.split_whitespace().count();
        assert!(words <= WORDS_MAX, "{file} has {words} words");
        let found: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(found, headings, "{file}");
        let picture = readme.find("](docs/session.svg)").expect("a picture");
        assert!(picture < readme.find("## ").expect("a heading"), "{file}: the picture comes first");
    }
}

#[test]
fn readmes_link_to_what_is_there() {
    for (file, readme) in readmes() {
        let links: Vec<&str> = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(links.len() > 10, "{file}");
        for link in links {
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(link);
            assert!(path.exists(), "{file} links to {link}");
        }
    }
}

#[test]
fn readmes_have_every_option_of_the_server() {
    let command = Options::command();
    let options = command.get_arguments().filter_map(clap::Arg::get_long).map(|long| format!("--{long}"));
    // Described by their short forms.
    let options: BTreeSet<String> =
        options.filter(|long| !["--quiet", "--verbose"].contains(&long.as_str())).collect();
    for (file, readme) in readmes() {
        let rows = readme.lines().filter_map(|line| line.strip_prefix('`')?.split(['`', ' ']).next());
        let told: BTreeSet<String> = rows.filter(|name| name.starts_with("--")).map(str::to_owned).collect();
        // Those of several servers have a page of their own.
        let (of_several, options): (BTreeSet<String>, BTreeSet<String>) = options
            .iter()
            .cloned()
            .partition(|option| option.starts_with("--cluster-") || option == "--node");
        assert_eq!(told, options, "{file}");
        let page = crate::support::file("docs/nodes.md");
        for option in of_several {
            assert!(page.contains(&format!("`{option}")), "docs/nodes.md: {option}");
        }
    }
}

/// The commands of the server's help in that language.
fn helped(language: &str) -> BTreeSet<String> {
    let server = Server::start(&[]);
    let mut peer = Peer::join(&server, "Ana");
    peer.send(format!("/lang {language}\n/help\nsalir\n").as_bytes());
    let rows = peer.rest();
    let groups = rows.lines().filter(|row| row.starts_with("  "));
    groups.flat_map(str::split_whitespace).filter(|word| word.starts_with('/')).map(str::to_owned).collect()
}

#[test]
fn readmes_have_every_command_of_the_server() {
    let all: BTreeSet<String> = helped("es").union(&helped("en")).cloned().collect();
    assert!(all.contains("/ayuda") && all.contains("/help") && all.len() > 50, "{all:?}");
    for (file, readme) in readmes() {
        let rows = readme.lines().filter(|line| line.starts_with("`/") && line.contains(" | "));
        let names = rows.flat_map(|row| row.split(" | ").next().expect("a cell").split('`'));
        let named: BTreeSet<String> = names.filter(|name| name.starts_with('/')).map(str::to_owned).collect();
        assert_eq!(named, all, "{file}");
    }
}

#[test]
fn security_page_names_tests_that_are_there() {
    let page = file("SECURITY.md");
    let named: Vec<&str> = page.split('`').filter(|word| word.matches('_').count() > 2).collect();
    assert!(named.len() > 15, "{named:?}");
    let tests = sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tertulia"));
    for name in named {
        assert!(tests.contains(&format!("#[test]\nfn {name}() {{")), "no test {name}");
    }
}

/// The text of all Rust files in a directory, one behind the other.
fn sources(directory: &Path) -> String {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    let text = |path: PathBuf| match path.is_dir() {
        true => sources(&path),
        false => fs::read_to_string(path).unwrap_or_default(),
    };
    entries.map(text).collect()
}
