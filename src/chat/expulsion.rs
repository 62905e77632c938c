//! Expulsions: who may not be in the chat at all.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::AccountKey;
use super::name::Name;
use super::origin::Origin;
use super::text::Text;
use super::time::UnixMillis;

/// A person who may not be here: the one who has this account, or this name, or comes from this address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expulsion {
    /// Names this expulsion: no later one has the same number.
    pub number: u64,
    /// The account whose owner it is about.
    pub account: Option<AccountKey>,
    /// The name, and all that look like it.
    pub name: Option<Name>,
    /// The address.
    pub origin: Option<Origin>,
    /// When it is over; without, when they are readmitted.
    pub until: Option<UnixMillis>,
    /// Why.
    pub reason: Option<Text>,
    /// The operator of the server who decided it.
    pub by: Name,
    /// When.
    pub at: UnixMillis,
}

/// What an expelled person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expelled {
    /// For how long still; without, until they are readmitted.
    pub rest: Option<Duration>,
    /// Why.
    pub reason: Option<Text>,
}

/// What is told about expulsions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpulsionNews {
    /// You are expelled.
    Told(Expelled),
    /// They are expelled; how many others are connected from the same address, which was left alone for their sake.
    Done(Box<Expulsion>, Option<(Origin, usize)>),
    /// They may come back.
    Readmitted(Box<Expulsion>),
    /// The expulsions, the last one first.
    List {
        /// When it is told.
        now: UnixMillis,
        /// Those listed.
        listed: Vec<Expulsion>,
        /// How many there are in all.
        total: usize,
    },
    /// Nothing came of it.
    Refused(ExpulsionRefusal),
}

/// Why a person is not expelled, or not readmitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpulsionRefusal {
    /// Only operators of the server may.
    NotOperator,
    /// Neither a name nor an address.
    Malformed(Text),
    /// It is you.
    Yourself,
    /// They operate the server.
    Operator(Name),
    /// Anybody may come from there, through this machine or this network.
    Everybodys(Origin),
    /// You come from there.
    OwnAddress(Origin),
    /// An operator of the server comes from there.
    OperatorsAddress(Origin, Name),
    /// There are as many as there may be.
    TooMany,
    /// They are not expelled.
    NotExpelled(Text),
}

impl Expulsion {
    /// What its person is told at `now`. None: it is over.
    pub fn told(&self, now: UnixMillis) -> Option<Expelled> {
        let rest = match self.until {
            Some(until) if until <= now => return None,
            until => until.map(|until| Duration::from_millis(until.0.abs_diff(now.0))),
        };
        Some(Expelled { rest, reason: self.reason.clone() })
    }
}
