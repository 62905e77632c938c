//! What is done for accounts and letters, as far as it concerns the file: one transaction for all that waits.

use rusqlite::Result;

use super::database::{Database, is_busy};
use super::error::fault;
use crate::chat::AuthResult;
use crate::control::{AccountReply, Refusal};
use crate::locale::FileFault;
use crate::storage::disk::Waiting;
use crate::storage::reply::Outcome;
use crate::storage::request::Affair;

impl Database {
    /// Does `affairs`, at `at`, those first that write. Gives what came of each, those that have to wait because another
    /// program is writing, and what went wrong.
    pub(in crate::storage) fn settle(
        &mut self,
        affairs: Waiting,
        at: i64,
    ) -> (Vec<Outcome>, Waiting, Option<FileFault>) {
        let (mut writing, reading): (Waiting, Waiting) =
            affairs.into_iter().partition(|(_, affair)| affair.writes());
        let (mut outcomes, mut complaint) = (Vec::new(), None);
        if !writing.is_empty() {
            let written: Result<Vec<Option<Outcome>>> =
                self.transaction(|file| writing.iter().map(|(_, affair)| file.write(affair, at)).collect());
            match written {
                Err(error) if is_busy(&error) => {}
                Err(error) => {
                    let why = fault(&error);
                    outcomes.extend(writing.drain(..).filter_map(|(_, affair)| affair.failed(why)));
                    complaint = Some(why);
                }
                Ok(written) => {
                    writing.clear();
                    outcomes.extend(written.into_iter().flatten());
                }
            }
            self.add_accounts(&mut outcomes);
        }
        for (_, affair) in &reading {
            let read = self.read(affair).unwrap_or_else(|error| {
                let why = fault(&error);
                complaint = Some(why);
                affair.failed(why)
            });
            outcomes.extend(read);
        }
        (outcomes, writing, complaint)
    }

    /// Puts the accounts as they are now in front of the answers to orders that have changed them, and behind all else: what
    /// people themselves have changed is no news to the chat.
    fn add_accounts(&self, outcomes: &mut Vec<Outcome>) {
        let ordered = |outcome: &Outcome| matches!(outcome, Outcome::Ordered(..));
        outcomes.sort_by_key(ordered);
        let first = outcomes.partition_point(|outcome| !ordered(outcome));
        let changed = outcomes[first..]
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Ordered(_, AccountReply::Done)));
        if !changed {
            return;
        }
        match self.accounts() {
            Ok(rows) => outcomes.insert(first, Outcome::Accounts(rows)),
            Err(error) => {
                // They are on the disk, but the chat goes on with those before.
                for outcome in &mut outcomes[first..] {
                    if let Outcome::Ordered(_, reply) = outcome {
                        *reply = AccountReply::Refused(Refusal::Failed(fault(&error)));
                    }
                }
            }
        }
    }

    fn write(&self, affair: &Affair, at: i64) -> Result<Option<Outcome>> {
        Ok(match affair {
            Affair::Register { id, key, name, password, from } => {
                Some(Outcome::AuthResult(*id, self.register(*key, (name, password), Some(*from), at)?))
            }
            Affair::Change { id, account, old, password, from } => {
                let theirs = self.has_password(*account, old)?;
                let made = theirs && self.change_password(*account, password, Some((*from, at)))?;
                Some(Outcome::AuthResult(
                    *id,
                    if made { AuthResult::Granted(*account) } else { AuthResult::Wrong },
                ))
            }
            Affair::Post { id, to, offline_message, from } => {
                Some(Outcome::Posted(*id, self.post(*to, offline_message, *from)?))
            }
            Affair::Seen { account, from } => {
                self.seen(*account, *from, at)?;
                None
            }
            Affair::Order { ticket, order } => Some(Outcome::Ordered(*ticket, self.order(order, at)?)),
            Affair::Fetch { .. } | Affair::Reload => None,
        })
    }

    fn read(&self, affair: &Affair) -> Result<Option<Outcome>> {
        Ok(match affair {
            Affair::Fetch { id, account } => {
                Some(Outcome::OfflineMessages(*id, *account, self.offline_messages(*account)?))
            }
            Affair::Reload => Some(Outcome::Accounts(self.accounts()?)),
            Affair::Order { ticket, order } => Some(Outcome::Ordered(*ticket, self.order(order, 0)?)),
            _ => None,
        })
    }
}
