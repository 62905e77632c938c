//! What is done for accounts and letters, as far as it concerns the file: one transaction for all that waits.

use rusqlite::Result;

use super::writer::Writer;
use crate::keep::affair::{Affair, Outcome};

impl Writer {
    /// Does `affairs`, at `at`, those first that write. Gives what came of each, and what went wrong.
    pub(in crate::keep) fn settle(
        &mut self,
        affairs: Vec<Affair>,
        at: i64,
    ) -> (Vec<Outcome>, Option<String>) {
        let (writing, reading): (Vec<Affair>, Vec<Affair>) = affairs.into_iter().partition(Affair::writes);
        let (mut outcomes, mut complaint) = (Vec::new(), None);
        if !writing.is_empty() {
            let written =
                self.transaction(|file| writing.iter().map(|affair| file.write(affair, at)).collect());
            let written: Vec<Option<Outcome>> = written.unwrap_or_else(|error| {
                complaint = Some(error.to_string());
                writing.iter().map(Affair::failed).collect()
            });
            outcomes.extend(written.into_iter().flatten());
        }
        for affair in &reading {
            let read = self.read(affair).unwrap_or_else(|error| {
                complaint = Some(error.to_string());
                affair.failed()
            });
            outcomes.extend(read);
        }
        (outcomes, complaint)
    }

    fn write(&self, affair: &Affair, at: i64) -> Result<Option<Outcome>> {
        Ok(match affair {
            Affair::Register { ticket, name, password } => {
                Some(Outcome::Registered(*ticket, self.register(name, password, at)?))
            }
            Affair::Change { ticket, account, password } => {
                Some(Outcome::Changed(*ticket, self.change_password(*account, password)?))
            }
            Affair::Post { id, to, letter } => Some(Outcome::Posted(*id, self.post(*to, letter)?)),
            Affair::Seen { account } => {
                self.seen(*account, at)?;
                None
            }
            Affair::Collect { .. } | Affair::Reload => None,
        })
    }

    fn read(&self, affair: &Affair) -> Result<Option<Outcome>> {
        Ok(match affair {
            Affair::Collect { id, account } => {
                let (letters, last) = self.letters(*account)?;
                Some(Outcome::Letters(*id, *account, letters, last))
            }
            Affair::Reload => Some(Outcome::Accounts(self.accounts()?)),
            _ => None,
        })
    }
}
