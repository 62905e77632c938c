//! What the server says about registered names, passwords and letters, in English.

use std::fmt::{Result, Write};

use super::words::{WORDS, number};
use crate::chat::{AccountNews, AccountRefusal, OfflineMessage, PasswordError, Posted, Question, UnixMillis};
use crate::clock::Zone;
use crate::limits::{ACCOUNTS_MAX, ACCOUNTS_PER_CONNECTION, PASSWORD_MAX_BYTES, PASSWORD_MIN_CHARS};
use crate::protocol::phrases::{rooms, wait};

/// A prompt: programs know it by its word and its end.
pub(super) fn prompt(question: Question) -> &'static str {
    match question {
        Question::Password | Question::Operator => "Password: ",
        Question::Current => "Current password: ",
        Question::New => "New password: ",
        Question::Again => "Repeat the password: ",
    }
}

pub(super) fn refused(refusal: &AccountRefusal, out: &mut String) -> Result {
    match refusal {
        AccountRefusal::NoAccounts => {
            writeln!(out, "There are no accounts here: whoever runs the server can give them with --data.")
        }
        AccountRefusal::Unfit(error) => writeln!(out, "Invalid password: {}", unfit(*error)),
        AccountRefusal::Differ => writeln!(out, "The two passwords are not the same. Nothing has changed."),
        AccountRefusal::Wrong => writeln!(out, "Wrong name or password."),
        AccountRefusal::WrongCurrent => {
            writeln!(out, "Your current password is another one. Nothing has changed.")
        }
        AccountRefusal::NotOperators => writeln!(out, "That is not the operator's password."),
        AccountRefusal::Busy => {
            writeln!(out, "Too many passwords are waiting to be checked. Try again in a moment.")
        }
        AccountRefusal::Wait(rest) => {
            writeln!(out, "Too many wrong passwords. Try again in {}.", wait(*rest))
        }
        AccountRefusal::RegisteredMany(rest) => {
            writeln!(out, "Many names were registered from your address. Try again in {}.", wait(*rest))
        }
        AccountRefusal::ManyHere => writeln!(
            out,
            "You have used {ACCOUNTS_PER_CONNECTION} registered names on this connection: leave and come back to use another one."
        ),
        AccountRefusal::InClear => {
            writeln!(
                out,
                "No passwords are taken here without encryption: come in by https:// or tertulia --tls."
            )
        }
        AccountRefusal::OverShare => {
            writeln!(out, "More than half of the names were registered from your address, and few more fit.")
        }
        AccountRefusal::NoneLeft => {
            writeln!(out, "There are {} accounts already, and no more fit.", number(ACCOUNTS_MAX))
        }
        AccountRefusal::Displaced => {
            writeln!(
                out,
                "The server has lost its data directory and can keep nothing. Tell those who run it."
            )
        }
        AccountRefusal::Failed => writeln!(out, "It could not be done. Try again later."),
        AccountRefusal::Yours(name) => {
            writeln!(out, "The name '{name}' is yours already. To change the password: /password")
        }
        AccountRefusal::Taken(name) => {
            writeln!(out, "The name '{name}' is registered already. If it is yours: /login {name}")
        }
        AccountRefusal::NotYours(name) => {
            writeln!(out, "The name '{name}' is not registered. To register it: /register")
        }
    }
}

fn unfit(error: PasswordError) -> String {
    match error {
        PasswordError::Blank => "it is empty.".into(),
        PasswordError::TooLong => format!("{PASSWORD_MAX_BYTES} bytes fit."),
        PasswordError::TooShort => format!("it needs at least {PASSWORD_MIN_CHARS} characters."),
        PasswordError::Control => "it contains control characters.".into(),
        PasswordError::NotUtf8 => "your terminal does not send UTF-8.".into(),
    }
}

/// What a client is told of its account.
pub(super) fn news(news: &AccountNews, out: &mut String) -> Result {
    match news {
        AccountNews::Registered(name) => {
            writeln!(
                out,
                "The name '{name}' is yours from now on: entering with this name requires its password."
            )
        }
        AccountNews::Identified(name) => {
            writeln!(out, "You are logged in as {name}.")
        }
        AccountNews::Operator => {
            writeln!(out, "You are an operator of the server until you disconnect.")
        }
        AccountNews::PasswordChanged => {
            writeln!(out, "You have another password from now on.")
        }
        AccountNews::Replaced => {
            writeln!(out, "--- You came in from somewhere else: this connection ends.")
        }
        AccountNews::Renewed(name) => {
            writeln!(out, "--- The password of '{name}' has changed: this connection ends.")
        }
        AccountNews::Removed(name) => {
            writeln!(out, "--- The name '{name}' is no longer registered: this connection ends.")
        }
        AccountNews::Reclaimed(name) => {
            writeln!(out, "--- The name '{name}' is of somebody who has just come: this connection ends.")
        }
        AccountNews::Resumed { rooms: all, current: Some(current) } => {
            writeln!(out, "You go on where you were: {}. You speak in #{current}.", rooms(all))
        }
        AccountNews::Resumed { current: None, .. } => writeln!(out, "You are in no room: /join general"),
    }
}

pub(super) fn posted(posted: Posted, out: &mut String) -> Result {
    match posted {
        Posted::Kept => writeln!(out, "They are not here now: they will read it when they come back."),
        Posted::Full => writeln!(out, "They are not here now, and their mailbox is full. It was not kept."),
        Posted::OverShare => writeln!(
            out,
            "They are not here now, and their mailbox is nearly full, more than half from your address. It was not kept."
        ),
        Posted::NoneLeft => writeln!(
            out,
            "They are not here now, and there is no room for more messages to the absent. It was not kept."
        ),
        Posted::OverShareOfAll => writeln!(
            out,
            "They are not here now, and there is hardly room for more messages to the absent, more than half from your address. It was not kept."
        ),
        Posted::Displaced => writeln!(
            out,
            "They are not here now, and it was not kept: the server has lost its data directory. Tell those who run it."
        ),
        Posted::Failed => writeln!(out, "They are not here now, and it could not be kept. Try again later."),
    }
}

pub(super) fn offline_messages(
    messages: &[OfflineMessage],
    now: UnixMillis,
    zone: &Zone,
    out: &mut String,
) -> Result {
    writeln!(out, "While you were away:")?;
    WORDS.offline_messages(messages, now, zone, out)
}
