//! Expulsions that go on after a stop, as plain values and as the core has them.

use super::row::account_key;
use crate::chat::{Expulsion, Name, Origin, Text, UnixMillis};
use crate::limits::EXPULSION_REASON_CHARS;

/// An expulsion as the file has it.
#[derive(Clone, Debug)]
pub(super) struct ExpulsionRow {
    pub(super) number: u64,
    pub(super) account: Option<u32>,
    pub(super) name: Option<String>,
    /// As it is shown: `203.0.113.7`, `2001:db8::/64`.
    pub(super) address: Option<String>,
    pub(super) until: Option<i64>,
    pub(super) reason: Option<String>,
    pub(super) operator: String,
    pub(super) at: i64,
}

impl ExpulsionRow {
    pub(super) fn of(expulsion: &Expulsion) -> ExpulsionRow {
        ExpulsionRow {
            number: expulsion.number,
            account: expulsion.account.map(|account| account.0.get()),
            name: expulsion.name.as_ref().map(|name| name.as_str().to_owned()),
            address: expulsion.origin.map(|origin| origin.to_string()),
            until: expulsion.until.map(|until| until.0),
            reason: expulsion.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            operator: expulsion.by.as_str().to_owned(),
            at: expulsion.at.0,
        }
    }

    /// Bytes of memory that it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        let words = [self.name.as_ref(), self.address.as_ref(), self.reason.as_ref(), Some(&self.operator)];
        size_of::<ExpulsionRow>() + words.into_iter().flatten().map(String::len).sum::<usize>()
    }

    /// The expulsion that it was. None: another program wrote it into the file, and it is about nobody.
    pub(super) fn into_expulsion(self) -> Option<Expulsion> {
        let name = self.name.and_then(|name| Name::known(&name).ok());
        let origin = self.address.and_then(|address| Origin::parse(&address));
        let account = self.account.and_then(account_key);
        (name.is_some() || origin.is_some() || account.is_some()).then(|| Expulsion {
            number: self.number,
            account,
            name,
            origin,
            until: self.until.map(UnixMillis),
            reason: self.reason.map(|reason| Text::clean(&reason).cut(4 * EXPULSION_REASON_CHARS)),
            // On the console the server itself decides, whose name nobody can have.
            by: Name::known(&self.operator).unwrap_or_else(|_| Name::server()),
            at: UnixMillis(self.at),
        })
    }
}
