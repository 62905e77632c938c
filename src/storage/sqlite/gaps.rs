//! Gaps that a stop could not write into the file, for another program was writing or the disk was too slow: they stand
//! beside it, until the next start.
//!
//! A line for each room: `room lines at`, in numbers; behind them, where it is in doubt whether they are missing, the number of
//! the line behind which there is none in the file if they are. Invariant: taken in once, whenever the process ends meanwhile.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::Result;

use super::database::Database;
use super::error::StoreCause;
use super::paths::with_end;
use super::private;
use super::values::message;
use crate::chat::{Message, MessageId, RoomKey, UnixMillis};
use crate::limits::ROOMS_MAX;
use crate::storage::row::{Gap, Gaps, miss};
use crate::storage::write_progress::Missing;

/// Four numbers, and what is between them.
const LINE_MAX_DIGITS: usize = 4 * 21;

/// The file in which they stand.
#[derive(Clone, Debug)]
pub(in crate::storage) struct GapsFile(PathBuf);

impl GapsFile {
    /// Writes down what is missing. Where this fails too there is nothing more to try.
    pub(in crate::storage) fn write(&self, missing: &Missing) {
        let mut text = String::new();
        if let Some((last, doubtful)) = &missing.doubtful {
            for (RoomKey(room), Gap { count, at, .. }) in doubtful {
                let _ = writeln!(text, "{room} {count} {} {last}", at.0);
            }
        }
        for (RoomKey(room), Gap { count, at, .. }) in &missing.certain {
            let _ = writeln!(text, "{room} {count} {}", at.0);
        }
        if text.is_empty() {
            return;
        }
        let _ = fs::remove_file(&self.0);
        let _ = private::create(&self.0).and_then(|mut file| file.write_all(text.as_bytes()));
    }
}

impl Database {
    /// Where to write down what is missing.
    pub(in crate::storage) fn gaps_file(&self) -> Option<GapsFile> {
        self.connection.path().map(|path| GapsFile(with_end(path.as_ref(), "-gaps")))
    }

    /// The number of the last line, 0 if there is none. None: the file cannot be read.
    pub(in crate::storage) fn last_line(&self) -> Option<i64> {
        let mut last = self.cached("SELECT ifnull(max(id), 0) FROM line").ok()?;
        last.query_row([], |row| row.get(0)).ok()
    }

    /// Takes what stands beside the file into it.
    pub(super) fn take_gaps(&mut self) -> Result<(), StoreCause> {
        let Some(GapsFile(path)) = self.gaps_file() else { return Ok(()) };
        let text = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Ok(found) if found.is_file() => read(&path).map_err(StoreCause::Unwritable)?,
            // A pipe would be waited for, and what a link leads to is not ours.
            Ok(_) => return Err(StoreCause::Unwritable(io::ErrorKind::InvalidInput.into())),
            Err(error) => return Err(StoreCause::Unwritable(error)),
        };
        let (mut certain, mut all, mut before) = (Gaps::new(), Gaps::new(), None);
        for (room, gap, last) in text.lines().filter_map(gap) {
            miss(&mut all, room, gap);
            match last {
                Some(last) => before = Some(last),
                None => miss(&mut certain, room, gap),
            }
        }
        self.transaction(|file| {
            // The numbers of the messages that are missing are behind all that are in the file.
            let next = file.next_message()?.0;
            let marks = |gaps: &Gaps| -> Vec<Message> {
                let numbered = gaps.iter().zip(next..);
                numbered.map(|((&room, &gap), id)| Gap { last: MessageId(id), ..gap }.mark(room)).collect()
            };
            let (certain, all) = (marks(&certain), marks(&all));
            if file.ends_with(&certain)? || file.ends_with(&all)? {
                // They were taken in, and the process ended before the file beside was gone.
                return Ok(());
            }
            let there = before.is_some_and(|before| file.last_line().is_some_and(|last| last > before));
            let missing = if there { certain } else { all };
            missing.iter().try_for_each(|mark| file.append(mark))
        })?;
        fs::remove_file(&path).map_err(StoreCause::Unwritable)
    }

    /// Whether these are the last messages, whatever their numbers, of which there are some.
    fn ends_with(&self, marks: &[Message]) -> Result<bool> {
        let mut newest =
            self.cached("SELECT id, room, at, kind, who, text FROM line ORDER BY id DESC LIMIT ?1")?;
        let newest: Vec<Option<Message>> =
            newest.query_and_then([marks.len()], message)?.collect::<Result<_>>()?;
        let same = |(there, mark): (&Option<Message>, &Message)| {
            there.as_ref().is_some_and(|there| Message { id: mark.id, ..there.clone() } == *mark)
        };
        Ok(!marks.is_empty() && newest.len() == marks.len() && newest.iter().rev().zip(marks).all(same))
    }
}

/// As much of it as can be ours.
fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take((ROOMS_MAX * LINE_MAX_DIGITS) as u64).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The numbers of a line: room, how many are missing, when, and behind which line there is none if they are. None: it was cut
/// off, or is another program's.
fn gap(line: &str) -> Option<(RoomKey, Gap, Option<i64>)> {
    let mut numbers = line.split(' ');
    let (room, count, at) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let before = numbers.next().and_then(|last| last.parse().ok());
    let (count, at, last) = (count.parse().ok()?, UnixMillis(at.parse().ok()?), MessageId::default());
    Some((RoomKey(room.parse().ok()?), Gap { count, at, last }, before))
}
