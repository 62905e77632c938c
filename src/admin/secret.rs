//! Where a password comes from: the first line of a file, or a terminal that does not show it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{AdminError, words};
use crate::chat::{Language, Password, PasswordError};
use crate::limits::LINE_MAX_BYTES;

/// What some editors and shells put in front of UTF-8.
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What they put in front of UTF-16, in either order of its bytes.
const UTF16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// Takes a password from `file`, or asks for it twice.
pub(super) fn read(file: Option<&Path>, language: Language) -> Result<Password, AdminError> {
    let Some(path) = file else {
        let typed = asked(language)?;
        return new(&typed).map_err(AdminError::Password);
    };
    let (password, exposed) = password_in(path)?;
    if let Some(mode) = exposed {
        // Where it finds no place the order is carried out all the same.
        let _ = writeln!(io::stderr(), "tertulia-server: {}", words::password_exposed(path, mode, language));
    }
    Ok(password)
}

/// The password in the first line of `path`, or of the standard input if that is `-`. Beside it the mode of the file, if every
/// user of the machine can read it.
///
/// # Errors
///
/// There is no password.
pub fn password_in(path: &Path) -> Result<(Password, Option<u32>), AdminError> {
    let failed = |error: io::Error| AdminError::File(path.to_owned(), error);
    let (line, mode) = if path.as_os_str() == "-" {
        (first_line(io::stdin().lock()), None)
    } else {
        let file = File::open(path).map_err(failed)?;
        (first_line(BufReader::new(&file)), readable_by_all(&file))
    };
    let line = line.map_err(failed)?;
    if UTF16_MARKS.iter().any(|mark| line.starts_with(mark)) {
        return Err(AdminError::Utf16);
    }
    let password = text(line).and_then(|raw| new(&raw));
    Ok((password.map_err(AdminError::Password)?, mode))
}

fn new(typed: &str) -> Result<Password, PasswordError> {
    Password::new(typed).and_then(Password::vet_new)
}

/// The mode of a file that every user of the machine can read.
fn readable_by_all(file: &File) -> Option<u32> {
    let metadata = file.metadata().ok().filter(|metadata| metadata.is_file())?;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o004 != 0).then_some(mode)
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
fn asked(language: Language) -> Result<String, AdminError> {
    if !io::stdin().is_terminal() {
        return Err(AdminError::NoTerminal);
    }
    let [question, again] = words::questions(language);
    let ask = |question: &str| match rpassword::prompt_password(question) {
        Ok(answer) => Ok(answer),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(AdminError::Password(PasswordError::NotUtf8))
        }
        Err(_) => Err(AdminError::NoTerminal),
    };
    let password = ask(question)?;
    if ask(again)? != password {
        return Err(AdminError::Differ);
    }
    Ok(password)
}
