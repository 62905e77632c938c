//! The commands for a running server: one order each, and what came of it.

use super::error::AdminError;
use super::output::{AdminResult, say};
use super::words;
use crate::chat::{AdminOrder, Text};
use crate::cli::{Expel, Kick, Place, Readmit, Say};
use crate::control::{Call, CallError, ControlOrder};
use crate::limits::{CONTROL_ORDER_MAX_BYTES, LINE_MAX_BYTES};
use crate::storage::AccountFile;

/// Has the server say something to all members, or to a room.
pub(super) fn tell(wanted: &Say) -> AdminResult {
    let place = &wanted.place;
    let text = joined(&wanted.text);
    if text.is_blank() {
        return Err(AdminError::Blank);
    }
    if text.as_str().len() > LINE_MAX_BYTES {
        return Err(AdminError::TooLong);
    }
    chat(AdminOrder::Say { room: wanted.room.as_deref().map(Text::clean), text }, place)
}

/// Closes a person's connection, or puts them out of a room.
pub(super) fn kick(wanted: &Kick) -> AdminResult {
    let place = &wanted.place;
    let reason = Some(joined(&wanted.reason)).filter(|reason| !reason.is_blank());
    if reason.as_ref().is_some_and(|reason| reason.as_str().len() > LINE_MAX_BYTES) {
        return Err(AdminError::TooLong);
    }
    let (whom, room) = (Text::clean(&wanted.name), wanted.room.as_deref().map(Text::clean));
    chat(AdminOrder::Kick { whom, room, reason }, place)
}

/// Keeps a person or an address out of the chat.
pub(super) fn expel(wanted: &Expel) -> AdminResult {
    let (place, whom) = (&wanted.place, Text::clean(&wanted.whom));
    let reason = Some(joined(&wanted.reason)).filter(|reason| !reason.is_blank());
    chat(AdminOrder::Expel { whom, minutes: wanted.minutes, reason }, place)
}

/// Lets a person or an address come back.
pub(super) fn readmit(wanted: &Readmit) -> AdminResult {
    chat(AdminOrder::Readmit(Text::clean(&wanted.whom)), &wanted.place)
}

/// Lists who is connected.
pub(super) fn who(place: &Place) -> AdminResult {
    ordered(&ControlOrder::Who, place)
}

/// Says that the server is well, if its loop takes a call within the patience for one: for programs that watch it.
pub(super) fn health(place: &Place) -> AdminResult {
    call(place)?;
    say("ok")
}

/// Stops the server, and waits until it has.
pub(super) fn stop(place: &Place) -> AdminResult {
    ordered(&ControlOrder::Stop, place)?;
    say(words::stopped(place.lang))
}

/// Has the program that is installed by now take the server's place.
pub(super) fn upgrade(place: &Place) -> AdminResult {
    ordered(&ControlOrder::Upgrade(place.lang), place)
}

/// Orders something in the chat.
fn chat(order: AdminOrder, place: &Place) -> AdminResult {
    ordered(&ControlOrder::Chat(order, place.lang), place)
}

/// Gives an order to the server, and shows the rows of its answer.
fn ordered(order: &ControlOrder, place: &Place) -> AdminResult {
    // The server would hang up on it.
    if order.encode().len() > CONTROL_ORDER_MAX_BYTES {
        return Err(AdminError::TooLong);
    }
    let mut shown = Ok(());
    let ended = call(place)?.order(order, |row| {
        if shown.is_ok() {
            shown = say(&row.join("\t"));
        }
    });
    match ended {
        Ok(Ok(())) => shown,
        Ok(Err(refusal)) => Err(refusal.into()),
        Err(error) => Err(AdminError::NoAnswer(place.data.clone(), error)),
    }
}

/// A call that the server has taken.
fn call(place: &Place) -> Result<Call, AdminError> {
    Call::open(&place.data).map_err(|error| match error {
        CallError::NoServer if AccountFile::is_held(&place.data) => AdminError::Occupied(place.data.clone()),
        error => AdminError::NoAnswer(place.data.clone(), error),
    })
}

/// Words as the shell gave them, on one line.
fn joined(words: &[String]) -> Text {
    let line: String = words.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Text::clean(line.trim())
}
