//! Gaps that a stop could not write into the file, for another program was writing or the disk was too slow: they stand
//! beside it, until the next start.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::private;
use super::writer::Writer;
use super::{Cause, with_end};
use crate::keep::job::Row;

impl Writer {
    /// Writes down beside the file how many lines are missing in each room, and when the first of them was said. Where
    /// this fails too there is nothing more to try.
    pub(in crate::keep) fn leave_gaps(&mut self, gaps: &BTreeMap<u64, (u64, i64)>) {
        if !self.is_in_place() {
            // What is there by now may be another server's.
            return;
        }
        let Some(path) = self.connection.path().map(Path::new).map(beside) else { return };
        let mut text = String::new();
        for (room, (lines, at)) in gaps {
            let _ = writeln!(text, "{room} {lines} {at}");
        }
        let _ = fs::remove_file(&path);
        let _ = private::create(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    }

    /// Takes what stands beside the file into it.
    pub(super) fn take_gaps(&mut self) -> Result<(), Cause> {
        let Some(path) = self.connection.path().map(Path::new).map(beside) else { return Ok(()) };
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            text => text.map_err(Cause::Unwritable)?,
        };
        let gaps: Vec<Row> = text.lines().filter_map(gap).collect();
        self.transaction(|file| gaps.iter().try_for_each(|gap| file.append(gap)))?;
        fs::remove_file(&path).map_err(Cause::Unwritable)
    }
}

fn beside(path: &Path) -> PathBuf {
    with_end(path, "-gaps")
}

/// None: it was cut off, or is somebody else's.
fn gap(line: &str) -> Option<Row> {
    let mut numbers = line.split(' ');
    let (room, lines, at) = (numbers.next()?, numbers.next()?, numbers.next()?);
    Some(Row::gap(room.parse().ok()?, at.parse().ok()?, lines.parse().ok()?))
}
