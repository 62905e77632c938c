//! What is done for accounts and letters, as far as it concerns the file: one transaction for all that waits.

use rusqlite::Result;

use super::database::{Database, is_busy};
use super::error::fault;
use crate::chat::AuthResult;
use crate::control::{AccountReply, ControlRefusal};
use crate::locale::FileFault;
use crate::storage::disk::WaitingRequests;
use crate::storage::reply::DiskReply;
use crate::storage::request::DiskRequest;

impl Database {
    /// Does `requests`, at `at`, those first that write. Gives what came of each, those that have to wait because another
    /// program is writing, and what went wrong.
    pub(in crate::storage) fn settle(
        &mut self,
        requests: WaitingRequests,
        at: i64,
    ) -> (Vec<DiskReply>, WaitingRequests, Option<FileFault>) {
        let (mut writing, reading): (WaitingRequests, WaitingRequests) =
            requests.into_iter().partition(|(_, request)| request.writes());
        let (mut replies, mut complaint) = (Vec::new(), None);
        if !writing.is_empty() {
            let written: Result<Vec<Option<DiskReply>>> =
                self.transaction(|file| writing.iter().map(|(_, request)| file.write(request, at)).collect());
            match written {
                Err(error) if is_busy(&error) => {}
                Err(error) => {
                    let why = fault(&error);
                    replies.extend(writing.drain(..).filter_map(|(_, request)| request.failed(why)));
                    complaint = Some(why);
                }
                Ok(written) => {
                    writing.clear();
                    replies.extend(written.into_iter().flatten());
                }
            }
            self.add_accounts(&mut replies);
        }
        for (_, request) in &reading {
            let read = self.read(request).unwrap_or_else(|error| {
                let why = fault(&error);
                complaint = Some(why);
                request.failed(why)
            });
            replies.extend(read);
        }
        (replies, writing, complaint)
    }

    /// Puts the accounts as they are now in front of the answers to orders that have changed them, and behind all else: what
    /// people themselves have changed is no news to the chat.
    fn add_accounts(&self, replies: &mut Vec<DiskReply>) {
        let ordered = |reply: &DiskReply| matches!(reply, DiskReply::Ordered(..));
        replies.sort_by_key(ordered);
        let first = replies.partition_point(|reply| !ordered(reply));
        let changed =
            replies[first..].iter().any(|reply| matches!(reply, DiskReply::Ordered(_, AccountReply::Done)));
        if !changed {
            return;
        }
        match self.accounts() {
            Ok(rows) => replies.insert(first, DiskReply::Accounts(rows)),
            Err(error) => {
                // They are on the disk, but the chat goes on with those before.
                for reply in &mut replies[first..] {
                    if let DiskReply::Ordered(_, reply) = reply {
                        *reply = AccountReply::Refused(ControlRefusal::Failed(fault(&error)));
                    }
                }
            }
        }
    }

    fn write(&self, request: &DiskRequest, at: i64) -> Result<Option<DiskReply>> {
        Ok(match request {
            DiskRequest::Register { id, key, name, hash, from } => {
                Some(DiskReply::AuthResult(*id, self.register(*key, (name, hash), Some(*from), at)?))
            }
            DiskRequest::Change { id, account, old, hash, from } => {
                let theirs = self.has_password(*account, old)?;
                let made = theirs && self.change_password(*account, hash, Some((*from, at)))?;
                Some(DiskReply::AuthResult(
                    *id,
                    if made { AuthResult::Granted(*account) } else { AuthResult::Wrong },
                ))
            }
            DiskRequest::Post { id, to, offline_message, from } => {
                Some(DiskReply::Posted(*id, self.post(*to, offline_message, *from)?))
            }
            DiskRequest::Seen { account, from } => {
                self.seen(*account, *from, at)?;
                None
            }
            DiskRequest::Order { ticket, order } => Some(DiskReply::Ordered(*ticket, self.order(order, at)?)),
            DiskRequest::Fetch { .. } | DiskRequest::Reload => None,
        })
    }

    fn read(&self, request: &DiskRequest) -> Result<Option<DiskReply>> {
        Ok(match request {
            DiskRequest::Fetch { id, account } => {
                Some(DiskReply::OfflineMessages(*id, *account, self.offline_messages(*account)?))
            }
            DiskRequest::Reload => Some(DiskReply::Accounts(self.accounts()?)),
            DiskRequest::Order { ticket, order } => Some(DiskReply::Ordered(*ticket, self.order(order, 0)?)),
            _ => None,
        })
    }
}
