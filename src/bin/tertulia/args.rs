//! The command line: where to connect, under which name, and how.
//!
//! Invariant: a wrong word is answered with one line that names it; nothing is guessed.

use std::ffi::OsString;

use crate::address::{Address, Written, parse_port};
use crate::fingerprint;

/// What `--help` prints.
pub(crate) fn help(english: bool) -> &'static str {
    if english { HELP_ENGLISH } else { HELP_SPANISH }
}

const HELP_SPANISH: &str = "\
Uso: tertulia [HOST[:PUERTO]] [PUERTO] [--name NOMBRE] [--reconnect] [--plain]
     tertulia [HOST[:PUERTO]] --say TEXTO [--room SALA] [--name NOMBRE]

Habla con un servidor de chat; sin HOST, con localhost:65434.

      --name NOMBRE  entra con ese nombre sin preguntar
      --reconnect    si se pierde la conexión, vuelve, también a sus salas
      --tls          cifra lo que se dice; también tertulia tls://HOST[:PUERTO]
      --tls-fingerprint SHA256:...
                     cifra, y solo con el servidor que tiene esa clave
      --times        muestra la hora de cada línea
      --bell         pita con los mensajes privados y con tu nombre
      --plain        sin edición de línea ni colores
      --say TEXTO    dice TEXTO y se va
      --room SALA    dónde lo dice; sin ella, en #general
  -h, --help         muestra esta ayuda
  -V, --version      muestra la versión

HOST puede ser una lista (a,b:7000,tls://c): entra por el primero que contesta;
con --reconnect, si se pierde, va al siguiente.

Sin terminal (tuberías, scripts) las líneas pasan tal cual, y lo que se dijo
antes no se repite. Estado de salida: 0 se salió, se acabó la entrada o se dijo,
1 rechazado o conexión perdida, 2 uso incorrecto, 130 Ctrl-C. NO_COLOR quita los
colores; LANG elige el idioma (es, en).
";

const HELP_ENGLISH: &str = "\
Usage: tertulia [HOST[:PORT]] [PORT] [--name NAME] [--reconnect] [--plain]
       tertulia [HOST[:PORT]] --say TEXT [--room ROOM] [--name NAME]

Talks to a chat server; without HOST, to localhost:65434.

      --name NAME    comes in with this name without asking
      --reconnect    when the connection is lost, comes back, into its rooms too
      --tls          encrypts what is said; also tertulia tls://HOST[:PORT]
      --tls-fingerprint SHA256:...
                     encrypts, and only with the server that has this key
      --times        shows the time of each line
      --bell         rings for private messages and for your name
      --plain        no line editing, no colours
      --say TEXT     says TEXT and leaves
      --room ROOM    where to say it; without it, in #general
  -h, --help         shows this help
  -V, --version      shows the version

HOST may be a list (a,b:7000,tls://c): comes in at the first one that answers;
with --reconnect, when that is lost, goes to the next.

Without a terminal (pipes, scripts) lines pass as they are, and what was said
before is not repeated. Exit status: 0 left, end of input or said, 1 refused or
connection lost, 2 wrong usage, 130 Ctrl-C. NO_COLOR takes the colours away;
LANG chooses the language (es, en).
";

/// What the person asked for.
#[derive(Debug, PartialEq)]
pub(crate) enum Asked {
    /// To talk.
    Talk(Options),
    /// To read [`help`].
    Help,
    /// To know the version.
    Version,
}

/// How to talk.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Options {
    /// Where, in the order in which they are tried: one at least.
    pub(crate) addresses: Vec<Address>,
    pub(crate) name: Option<String>,
    pub(crate) reconnect: bool,
    /// That of the key which the server must have.
    pub(crate) fingerprint: Option<String>,
    pub(crate) times: bool,
    pub(crate) bell: bool,
    pub(crate) plain: bool,
    /// Lines to say before leaving.
    pub(crate) say: Option<String>,
    /// The room to say them in.
    pub(crate) room: Option<String>,
    /// The language of the client until the server has asked something.
    pub(crate) english: bool,
}

/// Whether the environment asks for English: the first of these variables that is set decides. Spanish otherwise.
pub(crate) fn is_english(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
    set.into_iter().find(|value| !value.is_empty()).is_some_and(|value| value.starts_with("en"))
}

/// Reads the words after the program's name. An error is one line for the person.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>, english: bool) -> Result<Asked, String> {
    let mut options = Options { english, ..Options::default() };
    let mut addresses: Vec<Written> = Vec::new();
    let mut tls = false;
    let say = |spanish: &str, in_english: &str| if english { in_english } else { spanish }.to_string();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let word = text(word, english)?;
        let (option, mut value) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_string())),
            _ => (word.as_str(), None),
        };
        match option {
            "--name" | "--say" | "--room" | "--tls-fingerprint" => {
                if value.is_none() {
                    value = words.next().map(|word| text(word, english)).transpose()?;
                }
                let missing = || say("falta lo que va después de ", "something is missing behind ") + option;
                let value = value.ok_or_else(missing)?;
                match option {
                    "--name" => options.name = Some(checked_name(value, english)?),
                    "--room" => options.room = Some(checked_name(value, english)?),
                    "--tls-fingerprint" => {
                        options.fingerprint = Some(checked_fingerprint(&value, english)?);
                        tls = true;
                    }
                    _ if value.trim().is_empty() => return Err(missing()),
                    _ => options.say = Some(value),
                }
                continue;
            }
            _ if value.is_some() => {}
            "-h" | "--help" => return Ok(Asked::Help),
            "-V" | "--version" => return Ok(Asked::Version),
            "--tls" => {
                tls = true;
                continue;
            }
            _ => {
                if let Some(flag) = flag(&mut options, option) {
                    *flag = true;
                    continue;
                }
            }
        }
        match addresses.as_mut_slice() {
            _ if word.starts_with('-') => return Err(say("opción desconocida: ", "unknown option: ") + &word),
            [] => addresses = Written::parse_list(&word, english)?,
            [only] if only.has_no_port() => only.take_port(parse_port(&word, english)?),
            _ => return Err(say("sobra un argumento: ", "one argument too many: ") + &word),
        }
    }
    if options.room.is_some() && options.say.is_none() {
        return Err(say("--room va con --say", "--room goes with --say"));
    }
    for address in addresses.into_iter().map(|written| written.whole(tls)) {
        if options.addresses.iter().any(|other| other.is_at(&address)) {
            return Err(format!("{}{address}", say("dirección repetida: ", "address given twice: ")));
        }
        options.addresses.push(address);
    }
    if options.addresses.is_empty() {
        options.addresses.push(Address { tls, ..Address::default() });
    }
    Ok(Asked::Talk(options))
}

/// What an option without a value turns on.
fn flag<'a>(options: &'a mut Options, option: &str) -> Option<&'a mut bool> {
    match option {
        "--reconnect" => Some(&mut options.reconnect),
        "--times" => Some(&mut options.times),
        "--bell" => Some(&mut options.bell),
        "--plain" => Some(&mut options.plain),
        _ => None,
    }
}

/// The rules for names are the server's; here only what would break the line that carries it.
fn checked_name(name: String, english: bool) -> Result<String, String> {
    if name.trim().is_empty() || name.contains(char::is_control) {
        return Err(format!("{}: {name:?}", if english { "no name" } else { "nombre no válido" }));
    }
    Ok(name)
}

fn checked_fingerprint(word: &str, english: bool) -> Result<String, String> {
    let wrong = match english {
        false => "no es la huella de una clave (SHA256: y 43 letras)",
        true => "no fingerprint of a key (SHA256: and 43 letters)",
    };
    fingerprint::parse(word).ok_or_else(|| format!("{wrong}: {word}"))
}

fn text(word: OsString, english: bool) -> Result<String, String> {
    let wrong = if english { "argument that is not UTF-8" } else { "argumento que no es UTF-8" };
    word.into_string().map_err(|word| format!("{wrong}: {word:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<Asked, String> {
        parse(words.iter().map(OsString::from), false)
    }

    const KEY: &str = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

    #[test]
    fn places() {
        for (words, host, port) in [
            (&["localhost"][..], "localhost", 65434),
            (&["chat.example:7000"], "chat.example", 7000),
            (&["chat.example", "7000"], "chat.example", 7000),
            (&["::1"], "::1", 65434),
            (&["::1", "7000"], "::1", 7000),
            (&["[::1]"], "::1", 65434),
            (&["[::1]:65434"], "::1", 65434),
            (&["http://chat.example:7000/"], "chat.example", 7000),
            (&["http://chat.example"], "chat.example", 80),
        ] {
            let Ok(Asked::Talk(options)) = asked(words) else { panic!("{words:?}") };
            let address = Address { host: host.to_string(), port, tls: false };
            assert_eq!(options.addresses, [address], "{words:?}");
        }
        for (words, port) in [
            (&["--tls", "h"][..], 65434),
            (&["h:7000", "--tls"], 7000),
            (&["tls://h"], 65434),
            (&["tls://h", "7000"], 7000),
            (&["https://h/"], 443),
            (&["https://h:65434/"], 65434),
            (&["--tls", "http://h:7/"], 7),
            (&["h", "--tls-fingerprint", KEY], 65434),
        ] {
            let Ok(Asked::Talk(options)) = asked(words) else { panic!("{words:?}") };
            let address = Address { host: "h".to_string(), port, tls: true };
            assert_eq!(options.addresses, [address], "{words:?}");
        }
    }

    #[test]
    fn places_in_a_list() {
        let list = |words: &[&str]| {
            let Ok(Asked::Talk(options)) = asked(words) else { panic!("{words:?}") };
            options.addresses.iter().map(|address| (address.to_string(), address.tls)).collect::<Vec<_>>()
        };
        let expect = |places: &[(&str, bool)]| -> Vec<(String, bool)> {
            places.iter().map(|(place, tls)| (place.to_string(), *tls)).collect()
        };
        let mixed = "a,tls://b,https://c/,http://d,[::1]:7,::2,tls://[fe80::1%eth0],e:8";
        let places =
            ["a:65434", "b:65434", "c:443", "d:80", "[::1]:7", "[::2]:65434", "[fe80::1%eth0]:65434", "e:8"];
        let tls = [false, true, true, false, false, false, true, false];
        let own: Vec<_> = places.into_iter().zip(tls).collect();
        assert_eq!(list(&[mixed, "--reconnect"]), expect(&own));
        for option in [&["--tls"][..], &["--tls-fingerprint", KEY]] {
            assert_eq!(list(&[&[mixed], option].concat()), expect(&places.map(|place| (place, true))));
        }
    }

    #[test]
    fn options_and_mistakes() {
        let Ok(Asked::Talk(options)) = asked(&["--name=Ana", "h:1", "--reconnect", "--plain", "--say=a=b"])
        else {
            panic!()
        };
        assert_eq!(options.addresses[0].to_string(), "h:1");
        assert_eq!((options.name.as_deref(), options.reconnect, options.plain), (Some("Ana"), true, true));
        assert_eq!(options.say.as_deref(), Some("a=b"));
        for wrong in [
            &["--nmae"][..],
            &["a", "b"],
            &["a:1", "2"],
            &["a", "1", "2"],
            &["a,b", "1"],
            &["a,b", "c,d"],
            &["a,b,A:65434"],
            &["a,tls://a"],
            &["--name"],
            &["--name", "a\nb"],
            &["--name="],
            &["--say", " "],
            &["--room", "x"],
            &["--plain=yes"],
            &["--tls=yes"],
            &["--tls-fingerprint"],
            &["--tls-fingerprint", "SHA256:abc"],
            &["tls://"],
            &["tls://h/x"],
        ] {
            assert!(asked(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn first_variable_that_is_set_chooses_the_language() {
        let english = |all: &'static str, lang: &'static str| {
            is_english(|name| match name {
                "LC_ALL" => Some(all.to_string()),
                "LANG" => Some(lang.to_string()),
                _ => None,
            })
        };
        assert!(english("", "en_GB.UTF-8") && english("en", "es_ES") && english("en_US", ""));
        assert!(!english("", "") && !english("es_ES.UTF-8", "en_US") && !english("", "C.UTF-8"));
    }
}
