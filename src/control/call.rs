//! The client's side: one call, one order, one answer, and each step with a deadline.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use thiserror::Error;

use super::reply::ReplyLine;
use super::{
    AccountOrder, AccountReply, ControlOrder, ControlRefusal, GREETING, Registered, connect, is_trusted,
};
use crate::limits::{CONTROL_ANSWER_PATIENCE, CONTROL_GREETING_PATIENCE, CONTROL_LINE_MAX_BYTES};

/// A call that a server has taken.
#[derive(Debug)]
pub struct Call {
    reader: BufReader<UnixStream>,
}

/// Why no answer came.
#[derive(Debug, Error)]
pub enum CallError {
    /// No server listens there.
    #[error("no server")]
    NoServer,
    /// This user may not call it.
    #[error("permission denied")]
    Denied,
    /// A process of neither this user nor the directory's owner listens there. Nothing was ordered.
    #[error("the server is another user's")]
    Stranger,
    /// It listens, but does not say anything. Nothing was ordered.
    #[error("the server is silent")]
    Silent,
    /// It speaks of another version. Nothing was ordered.
    #[error("the server is of another version")]
    OtherVersion,
    /// It has taken the order, but has not said what came of it.
    #[error("the server did not answer")]
    Unanswered,
    /// The connection cannot be had, or breaks too early. Nothing was ordered.
    #[error(transparent)]
    Failed(io::Error),
}

impl Call {
    /// Calls the server in `dir`, and waits until it has taken the call.
    ///
    /// # Errors
    ///
    /// All but [`CallError::Unanswered`].
    pub fn open(dir: &Path) -> Result<Call, CallError> {
        let stream = connect(dir, CONTROL_GREETING_PATIENCE).map_err(|error| match error.kind() {
            // Not a directory: part of the path is a file, so there is no server either.
            ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory => {
                CallError::NoServer
            }
            ErrorKind::PermissionDenied => CallError::Denied,
            ErrorKind::WouldBlock | ErrorKind::TimedOut => CallError::Silent,
            _ => CallError::Failed(error),
        })?;
        // In a directory that others may write to, what is there may be anybody's.
        if !is_trusted(&stream, dir) {
            return Err(CallError::Stranger);
        }
        let mut call = Call { reader: BufReader::new(stream) };
        match call.line() {
            Ok(Some(greeting)) if greeting == GREETING => Ok(call),
            Ok(Some(_)) => Err(CallError::OtherVersion),
            // It was ended in this very moment.
            Ok(None) => Err(CallError::NoServer),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => Err(CallError::NoServer),
            Err(error) if is_late(&error) => Err(CallError::Silent),
            Err(error) => Err(CallError::Failed(error)),
        }
    }

    /// Gives an order, hands over each row of the answer, and says how it ended.
    ///
    /// # Errors
    ///
    /// The answer did not come, or not to its end.
    pub fn order(
        mut self,
        order: &ControlOrder,
        mut row: impl FnMut(Vec<String>),
    ) -> Result<Result<(), ControlRefusal>, CallError> {
        let stream = self.reader.get_mut();
        stream.set_read_timeout(Some(CONTROL_ANSWER_PATIENCE)).map_err(CallError::Failed)?;
        // An order that did not get there as a whole line is none.
        stream.write_all(order.encode().as_bytes()).map_err(CallError::Failed)?;
        loop {
            let line = self.line().ok().flatten().and_then(|line| ReplyLine::decode(&line));
            match line.ok_or(CallError::Unanswered)? {
                ReplyLine::Row(fields) => row(fields),
                ReplyLine::No(refusal) => return Ok(Err(refusal)),
                ReplyLine::Ok if *order == ControlOrder::Stop => {
                    // Its last line comes when all is written; then it ends, and the connection with it.
                    while let Ok(Some(_)) = self.line() {}
                    return Ok(Ok(()));
                }
                ReplyLine::Ok => return Ok(Ok(())),
            }
        }
    }

    /// Gives an order about the accounts.
    ///
    /// # Errors
    ///
    /// The answer did not come, or makes no sense.
    pub fn account(self, order: &AccountOrder) -> Result<AccountReply, CallError> {
        let mut rows = Vec::new();
        let ended = self.order(&ControlOrder::Account(order.clone()), |row| rows.push(row))?;
        if let Err(refusal) = ended {
            return Ok(AccountReply::Refused(refusal));
        }
        Ok(match order {
            AccountOrder::Find { .. } => AccountReply::Found(rows.into_iter().flatten().next()),
            AccountOrder::List => {
                let all: Option<Vec<Registered>> = rows.iter().map(|row| Registered::decode(row)).collect();
                AccountReply::Listed(all.ok_or(CallError::Unanswered)?)
            }
            _ => AccountReply::Done,
        })
    }

    /// The next line without its end. None: the server has hung up.
    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        self.reader.by_ref().take(CONTROL_LINE_MAX_BYTES).read_line(&mut line)?;
        Ok(line.strip_suffix('\n').map(str::to_owned))
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
