//! What the server says about expulsions, in English.

use std::fmt::{Result, Write};

use crate::chat::{Expelled, Expulsion, ExpulsionNews, ExpulsionRefusal, Name, Text, UnixMillis};
use crate::clock::Zone;
use crate::limits::EXPULSIONS_MAX;
use crate::protocol::phrases::{self, wait};

pub(super) fn news(news: &ExpulsionNews, zone: &Zone, out: &mut String) -> Result {
    match news {
        ExpulsionNews::Told(expelled) => {
            writeln!(out, "--- You are expelled from this chat{}", terms(expelled))
        }
        ExpulsionNews::Done(expulsion, spared) => {
            writeln!(out, "Expelled from the chat: {}", row(expulsion, expulsion.at, zone))?;
            spared.map_or(Ok(()), |(origin, others)| writeln!(
                out,
                "There are more connections from that address ({others}), and they can come back under another name. To expel the address: /expel {origin}"
            ))
        }
        ExpulsionNews::Readmitted(expulsion) => {
            writeln!(out, "May come back to the chat: {}", whom(expulsion))
        }
        ExpulsionNews::List { listed, .. } if listed.is_empty() => writeln!(out, "Nobody is expelled."),
        ExpulsionNews::List { now, listed, total } => {
            writeln!(out, "{total} {}:", if *total == 1 { "expulsion" } else { "expulsions" })?;
            listed.iter().try_for_each(|expulsion| writeln!(out, "  {}", row(expulsion, *now, zone)))?;
            match total - listed.len() {
                0 => Ok(()),
                rest => writeln!(out, "  … and {rest} more, from before"),
            }
        }
        ExpulsionNews::Refused(refusal) => refused(refusal, out),
    }
}

/// What a client is told that wants a name that is expelled.
pub(super) fn name(name: &Name, expelled: &Expelled, out: &mut String) -> Result {
    writeln!(out, "The name '{name}' is expelled from this chat{}", terms(expelled))
}

fn refused(refusal: &ExpulsionRefusal, out: &mut String) -> Result {
    match refusal {
        ExpulsionRefusal::NotOperator => writeln!(out, "Only the operators of the server can do that."),
        ExpulsionRefusal::Malformed(typed) => {
            writeln!(out, "'{typed}' is neither a name nor an address such as 203.0.113.7 or 2001:db8::/64.")
        }
        ExpulsionRefusal::Yourself => writeln!(out, "You cannot expel yourself."),
        ExpulsionRefusal::Operator(name) => {
            writeln!(out, "{name} is an operator of the server and cannot be expelled.")
        }
        ExpulsionRefusal::Everybodys(origin) => writeln!(
            out,
            "{origin} is the address of this machine or of all its network, and of those who come with ssh -L: expel by name."
        ),
        ExpulsionRefusal::OwnAddress(origin) => writeln!(out, "{origin} is your own address."),
        ExpulsionRefusal::OperatorsAddress(origin, name) => {
            writeln!(out, "{origin} is also the address of {name}, who is an operator of the server.")
        }
        ExpulsionRefusal::TooMany => {
            writeln!(out, "There are {EXPULSIONS_MAX} expulsions already: readmit somebody first.")
        }
        ExpulsionRefusal::NotExpelled(typed) => writeln!(out, "'{typed}' is not expelled: /expelled"),
    }
}

/// ` for 25 min: insults`.
fn terms(expelled: &Expelled) -> String {
    let rest = expelled.rest.map(|rest| format!(" for {}", wait(rest))).unwrap_or_default();
    format!("{rest}{}", because(expelled.reason.as_ref()))
}

/// `Pepe and 203.0.113.7, until 18:30, by María: insults`.
fn row(expulsion: &Expulsion, now: UnixMillis, zone: &Zone) -> String {
    let until = match expulsion.until {
        None => "until readmitted".to_owned(),
        Some(until) => format!("until {}", zone.brief(until, now)),
    };
    format!(
        "{}, {until}, by {}{}",
        whom(expulsion),
        phrases::decider(&expulsion.by, "the server"),
        because(expulsion.reason.as_ref())
    )
}

fn whom(expulsion: &Expulsion) -> String {
    phrases::whom(expulsion, "and")
}

fn because(reason: Option<&Text>) -> String {
    phrases::because(reason).unwrap_or(".".to_owned())
}
