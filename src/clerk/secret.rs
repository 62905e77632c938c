//! Where a password comes from: the first line of a file, or a terminal that does not show it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::Path;

use super::words;
use crate::chat::{Language, Password, PasswordError};
use crate::limits::LINE_MAX_BYTES;
use crate::locale::reason;

/// What some editors and shells put in front of UTF-8.
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What they put in front of UTF-16, in either order of its bytes.
const UTF16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// Takes a password from `file`, or asks for it twice.
pub(super) fn read(file: Option<&Path>, language: Language) -> Result<Password, String> {
    let raw = match file {
        Some(path) => {
            let failed = |error: io::Error| format!("{}: {}.", path.display(), reason(&error, language));
            let line = if path.as_os_str() == "-" {
                first_line(io::stdin().lock())
            } else {
                File::open(path).and_then(|file| first_line(BufReader::new(file)))
            };
            let line = line.map_err(failed)?;
            if UTF16_MARKS.iter().any(|mark| line.starts_with(mark)) {
                return Err(words::utf16(language).to_owned());
            }
            text(line)
        }
        None => Ok(asked(language)?),
    };
    raw.and_then(|raw| Password::new(&raw))
        .and_then(Password::vet_new)
        .map_err(|error| words::no_password(error, language))
}

/// A line without its ending, as far as it could be a password at all.
fn first_line(file: impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    file.take(LINE_MAX_BYTES as u64).read_until(b'\n', &mut line)?;
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    }
    Ok(line)
}

fn text(mut line: Vec<u8>) -> Result<String, PasswordError> {
    if line.starts_with(UTF8_MARK) {
        line.drain(..UTF8_MARK.len());
    }
    if line.len() >= LINE_MAX_BYTES {
        // Where it was cut off may be in the middle of a character.
        return Err(PasswordError::TooLong);
    }
    String::from_utf8(line).map_err(|_| PasswordError::NotUtf8)
}

/// Asks at the terminal, twice.
fn asked(language: Language) -> Result<String, String> {
    if !io::stdin().is_terminal() {
        return Err(words::no_terminal(language).to_owned());
    }
    let [question, again] = words::questions(language);
    let ask = |question: &str| match rpassword::prompt_password(question) {
        Ok(answer) => Ok(answer),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(words::no_password(PasswordError::NotUtf8, language))
        }
        Err(_) => Err(words::no_terminal(language).to_owned()),
    };
    let password = ask(question)?;
    if ask(again)? != password {
        return Err(words::differ(language).to_owned());
    }
    Ok(password)
}
