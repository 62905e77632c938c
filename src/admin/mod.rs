//! The administrator's commands, carried out by the server that runs on the directory; those about accounts, while none does,
//! here.
//!
//! Invariant: a password comes from a file or a terminal, never from the command line; it is hashed here, and goes no further.

mod commands;
mod secret;
mod words;

pub use secret::password_in;

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use crate::chat::{Language, Name, NameError, Password, Text};
use crate::cli::{Order, Place, Secret, Task};
use crate::clock;
use crate::control::{AccountOrder, AccountReply, Call, CallError, Refusal, Registered};
use crate::limits::CONTROL_OCCUPIED_PATIENCE;
use crate::locale::reason;
use crate::storage::{AccountFile, hash};

/// How often a directory is looked at again that another program works with.
const AGAIN: Duration = Duration::from_millis(10);

/// Does what was ordered.
///
/// # Errors
///
/// It cannot be done; one line says why.
pub fn run(task: &Task) -> Result<(), String> {
    match task {
        Task::Account(order) => account(order),
        Task::Say(wanted) => commands::tell(wanted),
        Task::Kick(wanted) => commands::kick(wanted),
        Task::Expel(wanted) => commands::expel(wanted),
        Task::Readmit(wanted) => commands::readmit(wanted),
        Task::Who(place) => commands::who(place),
        Task::Stop(place) => commands::stop(place),
    }
}

fn account(order: &Order) -> Done {
    let place = order.place();
    match order {
        Order::Add(order) => add(&order.name, place, &order.with),
        Order::Passwd(order) => passwd(&order.name, place, &order.with),
        Order::Remove(order) => remove(&order.name, place),
        Order::List(_) => list(place),
    }
}

/// What an order gives; one line if it was refused.
type Done = Result<(), String>;

fn add(name: &str, place: &Place, secret: &Secret) -> Done {
    let name = read(Name::given(name), name, place.lang)?;
    // Before a password is asked for.
    if AccountFile::is_there(&place.data)
        && let Some(other) = find(&name, place)?
    {
        return Err(words::refused(&Refusal::Taken(other), place.lang));
    }
    let hash = hash_of(secret, place.lang)?;
    carry_out(&AccountOrder::Add { name: name.as_str().into(), hash }, place)?;
    say(&words::added(&name, place.lang), place.lang)
}

fn passwd(name: &str, place: &Place, secret: &Secret) -> Done {
    let name = read(Name::known(name), name, place.lang)?;
    registered(&name, place)?;
    let hash = hash_of(secret, place.lang)?;
    carry_out(&AccountOrder::Change { name: name.as_str().into(), hash }, place)?;
    say(&words::changed(&name, place.lang), place.lang)
}

fn remove(name: &str, place: &Place) -> Done {
    let name = read(Name::known(name), name, place.lang)?;
    registered(&name, place)?;
    carry_out(&AccountOrder::Remove { name: name.as_str().into() }, place)?;
    say(&words::removed(&name, place.lang), place.lang)
}

fn list(place: &Place) -> Done {
    let AccountReply::Listed(all) = carry_out(&AccountOrder::List, place)? else { return Ok(()) };
    for Registered { name, made_at, seen_at } in all {
        let seen = seen_at.map_or_else(|| "-".to_owned(), clock::utc);
        // Other programs can write to the file: what comes from there is no more to be trusted than what people type.
        let line = format!("{}\t{}\t{seen}", Text::clean(&name).as_str(), clock::utc(made_at));
        say(&line, place.lang)?;
    }
    Ok(())
}

/// A name, if what was `typed` can be read as one here.
fn read(name: Result<Name, NameError>, typed: &str, language: Language) -> Result<Name, String> {
    name.map_err(|error| words::no_name(&Text::clean(typed), error, language))
}

/// The hash of the password that is to be read.
fn hash_of(secret: &Secret, language: Language) -> Result<String, String> {
    hashed(&secret::read(secret.password_file.as_deref(), language)?, language)
}

/// The hash of a password.
///
/// # Errors
///
/// It cannot be computed; one line says why.
pub fn hashed(password: &Password, language: Language) -> Result<String, String> {
    hash(password).map_err(|why| words::not_hashed(&why, language))
}

/// Whose name `name` is, or is taken for.
fn find(name: &Name, place: &Place) -> Result<Option<String>, String> {
    match carry_out(&AccountOrder::Find { name: name.as_str().into() }, place)? {
        AccountReply::Found(holder) => Ok(holder),
        _ => Ok(None),
    }
}

/// Refuses a name that nobody has registered, with the one that may have been meant.
fn registered(name: &Name, place: &Place) -> Done {
    match find(name, place)? {
        Some(found) if found == name.as_str() => Ok(()),
        other => Err(words::unknown(name, other.as_deref(), place.lang)),
    }
}

/// Has an order carried out: by the server, if one runs, and otherwise here.
fn carry_out(order: &AccountOrder, place: &Place) -> Result<AccountReply, String> {
    let (language, start) = (place.lang, Instant::now());
    let may_make = matches!(order, AccountOrder::Add { .. });
    loop {
        let reply = match Call::open(&place.data) {
            Ok(call) => {
                match call.account(order).map_err(|error| words::no_answer(&error, &place.data, language))? {
                    // Behind its end the directory is ours.
                    AccountReply::Refused(Refusal::Stopping) => None,
                    reply => Some(reply),
                }
            }
            Err(CallError::NoServer) => here(order, place, may_make)?,
            Err(error) => return Err(words::no_answer(&error, &place.data, language)),
        };
        match reply {
            Some(AccountReply::Refused(refusal)) => return Err(words::refused(&refusal, language)),
            Some(reply) => return Ok(reply),
            // Another such program works there, or a server that is just starting or stopping.
            None if start.elapsed() < CONTROL_OCCUPIED_PATIENCE => thread::sleep(AGAIN),
            None => return Err(words::occupied(&place.data, language)),
        }
    }
}

/// Carries an order out here, unless another program works with the directory.
fn here(order: &AccountOrder, place: &Place, may_make: bool) -> Result<Option<AccountReply>, String> {
    let described = |error: crate::storage::StoreError| error.describe(place.lang);
    let Some(mut account_file) = AccountFile::try_open(&place.data, may_make).map_err(described)? else {
        return Ok(None);
    };
    if let Some(exposed) = account_file.exposed() {
        // Where it finds no place the order is carried out all the same.
        let _ = writeln!(io::stderr(), "tertulia-server: {}", exposed.describe(place.lang));
    }
    account_file.order(order).map(Some).map_err(described)
}

fn say(line: &str, language: Language) -> Done {
    writeln!(io::stdout(), "{line}").map_err(|error| reason(&error, language))
}
