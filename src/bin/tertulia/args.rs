//! The command line: where to connect, as whom, and how.
//!
//! Law: a wrong word is answered with one line that names it; nothing is guessed.

use std::ffi::OsString;

/// Where the server listens when nobody says otherwise.
pub(crate) const DEFAULT_HOST: &str = "localhost";

/// Its port: the one that the server takes without options.
pub(crate) const DEFAULT_PORT: u16 = 65434;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Uso: tertulia [HOST[:PUERTO]] [--name NOMBRE] [--reconnect] [--plain]

Habla con un servidor de chat; sin HOST, con localhost:65434.

      --name NOMBRE  entra con ese nombre sin preguntar
      --reconnect    vuelve a conectarse cuando se pierde la conexión
      --plain        sin edición de línea ni colores
  -h, --help         muestra esta ayuda
  -V, --version      muestra la versión

Sin terminal (tuberías, guiones) las líneas pasan tal cual. Estado de salida:
0 se salió o se acabó la entrada, 1 rechazado o conexión perdida, 2 uso
incorrecto, 130 Ctrl-C. NO_COLOR quita los colores.
";

/// What the person asked for.
#[derive(Debug, PartialEq)]
pub(crate) enum Asked {
    /// To talk.
    Talk(Options),
    /// To read [`HELP`].
    Help,
    /// To know the version.
    Version,
}

/// How to talk.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) name: Option<String>,
    pub(crate) reconnect: bool,
    pub(crate) plain: bool,
}

/// Reads the words after the program's name. An error is one line for the person.
pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Asked, String> {
    let mut place = None;
    let (mut name, mut reconnect, mut plain) = (None, false, false);
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let word = text(word)?;
        match word.as_str() {
            "-h" | "--help" => return Ok(Asked::Help),
            "-V" | "--version" => return Ok(Asked::Version),
            "--reconnect" => reconnect = true,
            "--plain" => plain = true,
            "--name" => {
                let value = words.next().ok_or("falta el nombre después de --name")?;
                name = Some(checked_name(text(value)?)?);
            }
            _ => match word.strip_prefix("--name=") {
                Some(value) => name = Some(checked_name(value.to_string())?),
                None if word.starts_with('-') => return Err(format!("opción desconocida: {word}")),
                None if place.is_some() => return Err(format!("sobra un argumento: {word}")),
                None => place = Some(parse_place(&word)?),
            },
        }
    }
    let (host, port) = place.unwrap_or((DEFAULT_HOST.to_string(), DEFAULT_PORT));
    Ok(Asked::Talk(Options { host, port, name, reconnect, plain }))
}

/// `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`.
fn parse_place(word: &str) -> Result<(String, u16), String> {
    let wrong = || format!("dirección no válida: {word}");
    let (host, port) = if let Some(rest) = word.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or_else(wrong)?;
        match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            None if rest.is_empty() => (host, None),
            None => return Err(wrong()),
        }
    } else if word.matches(':').count() > 1 {
        (word, None) // more than one colon and no brackets: a bare IPv6 address
    } else {
        word.split_once(':').map_or((word, None), |(host, port)| (host, Some(port)))
    };
    if host.is_empty() {
        return Err(wrong());
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(digits) => match digits.parse() {
            Ok(port) if port != 0 => port,
            _ => return Err(format!("puerto no válido: {digits} (de 1 a 65535)")),
        },
    };
    Ok((host.to_string(), port))
}

/// The rules for names are the server's; here only what would break the line that carries it.
fn checked_name(name: String) -> Result<String, String> {
    if name.trim().is_empty() || name.contains(char::is_control) {
        return Err(format!("nombre no válido: {name:?}"));
    }
    Ok(name)
}

fn text(word: OsString) -> Result<String, String> {
    word.into_string().map_err(|word| format!("argumento que no es UTF-8: {word:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &[&str]) -> Result<Asked, String> {
        parse(words.iter().map(OsString::from))
    }

    #[test]
    fn places() {
        for (word, host, port) in [
            ("localhost", "localhost", 65434),
            ("chat.example:7000", "chat.example", 7000),
            ("::1", "::1", 65434),
            ("[::1]", "::1", 65434),
            ("[::1]:65434", "::1", 65434),
        ] {
            assert_eq!(parse_place(word), Ok((host.to_string(), port)), "{word}");
        }
        for word in ["host:", "host:0", "host:65536", "host:x", ":7000", "[::1", "[::1]x", ""] {
            assert!(parse_place(word).is_err(), "{word}");
        }
    }

    #[test]
    fn options_and_mistakes() {
        let Ok(Asked::Talk(options)) = asked(&["--name=Ana", "h:1", "--reconnect", "--plain"]) else {
            panic!()
        };
        assert_eq!((options.host.as_str(), options.port), ("h", 1));
        assert_eq!((options.name.as_deref(), options.reconnect, options.plain), (Some("Ana"), true, true));
        for wrong in [&["--nmae"][..], &["a", "b"], &["--name"], &["--name", "a\nb"], &["--name="]] {
            assert!(asked(wrong).is_err(), "{wrong:?}");
        }
    }
}
