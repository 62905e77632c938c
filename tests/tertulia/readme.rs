//! What the READMEs promise to whoever copies a bot or a script out of them: they are run as they stand there.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::support::peer::{PROMPT, Peer, welcome_to};
use crate::support::process::{Process, has};
use crate::support::server::Server;

/// Where the examples look for the server: not to be counted on while tests run.
const HOST: &str = "localhost";
const PORT: &str = "65434";

/// The text of both READMEs, each with its language.
fn readmes() -> [(&'static str, String); 2] {
    ["README.md", "README.es.md"].map(|file| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
        (file, fs::read_to_string(path).expect("a README"))
    })
}

/// The one block of code in `language` that has `mark` in it.
#[track_caller]
fn block<'a>(readme: &'a str, language: &str, mark: &str) -> &'a str {
    let opening = format!("```{language}\n");
    let blocks = readme.split(&opening).skip(1).map(|rest| rest.split("```").next().expect("a block"));
    let found: Vec<&str> = blocks.filter(|block| block.contains(mark)).collect();
    assert_eq!(found.len(), 1, "blocks of {language} with {mark:?}");
    found[0]
}

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
fn the_bot_in_the_shell_tells_the_time() {
    for (file, readme) in readmes() {
        let server = Server::start(&[]);
        let mut maria = Peer::join(&server, "María");
        // As if the client were installed, and the server were where it looks first.
        let (client, place) = (env!("CARGO_BIN_EXE_tertulia"), server.address);
        let installed = format!("tertulia() {{ '{client}' {place} \"$@\"; }}\n");
        let mut bot = shell(&format!("bot-of-{file}"), &(installed + block(&readme, "sh", "--name bot")));
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
}

#[test]
fn the_bot_in_python_greets_and_listens() {
    if !has("python3") {
        return;
    }
    for (_, readme) in readmes() {
        let server = Server::start(&[]);
        let mut maria = Peer::join(&server, "María");
        let program = sent_to(&server, block(&readme, "python", "makefile"));
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
}

#[test]
fn the_client_in_python_talks_without_line_ends() {
    if !has("python3") {
        return;
    }
    for (_, readme) in readmes() {
        let server = Server::start(&[]);
        let mut maria = Peer::join(&server, "María");
        let program = sent_to(&server, block(&readme, "python", "threading"));
        assert_eq!(program.lines().count(), 10, "as many lines as it says");
        let mut client = Process::start(
            Command::new("python3").args(["-X", "utf8", "-c", &program]).stdin(Stdio::piped()),
        );
        let mut keyboard = client.stdin();
        // Each waits for what comes of the one before, as a person does.
        writeln!(keyboard, "Pía").expect("an open pipe");
        maria.expect_line(">>> Pía se unió al chat");
        for line in format!("{PROMPT}{}", welcome("Pía")).lines() {
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
fn a_script_says_its_line() {
    if !has("nc") {
        return;
    }
    for (file, readme) in readmes() {
        let server = Server::start(&[]);
        let mut maria = Peer::join(&server, "María");
        let example = readme.split('`').find(|code| code.starts_with("printf")).expect("an example");
        let mut script = shell(&format!("script-of-{file}"), &sent_to(&server, example));
        assert!(script.wait().success());
        for line in [">>> bot se unió al chat", "bot: El respaldo ha terminado", "<<< bot salió del chat"] {
            maria.expect_line(line);
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
fn every_command_is_in_both_tables_and_known_to_the_client() {
    let all: BTreeSet<String> = helped("es").union(&helped("en")).cloned().collect();
    assert!(all.contains("/ayuda") && all.contains("/help") && all.len() > 50, "{all:?}");
    for (file, readme) in readmes() {
        let rows = readme.lines().filter(|line| line.starts_with("| `/"));
        let names = rows.flat_map(|row| row.split('|').nth(1).expect("a cell").split('`'));
        let named: BTreeSet<String> = names.filter(|name| name.starts_with('/')).map(str::to_owned).collect();
        assert_eq!(named, all, "{file}");
    }
    let client = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/tertulia/terminal/completion.rs");
    let client = fs::read_to_string(client).expect("the client's list");
    let known = client.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","));
    let known: BTreeSet<String> = known.filter(|name| name.starts_with('/')).map(str::to_owned).collect();
    assert_eq!(known, all, "what Tab completes");
}
