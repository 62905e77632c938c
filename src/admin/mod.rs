//! The administrator's commands, carried out by the server that runs on the directory; those about accounts, while none does,
//! here.
//!
//! Invariant: a password comes from a file or a terminal, never from the command line; it is hashed here, and goes no further.

#[cfg(feature = "cluster")]
mod cluster;
mod commands;
mod error;
mod names;
mod output;
mod secret;
mod words;

#[cfg(feature = "cluster")]
pub use cluster::engine_of;
pub use error::AdminError;
use names::read;
use output::{AdminResult, say};
pub use secret::password_in;
pub use words::password_exposed;

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use crate::chat::{Language, Name, Password, Text};
use crate::cli::{AccountTask, Place, Secret, Task};
use crate::clock;
use crate::control::{AccountOrder, AccountReply, Call, CallError, ControlRefusal, Registered};
use crate::limits::CONTROL_OCCUPIED_PATIENCE;
use crate::storage::{AccountFile, hash};

/// How often a directory is looked at again that another program works with.
const AGAIN: Duration = Duration::from_millis(10);

/// Does what was ordered.
///
/// # Errors
///
/// It cannot be done.
pub fn run(task: &Task) -> Result<(), AdminError> {
    match task {
        Task::Account(order) => account(order),
        Task::Say(wanted) => commands::tell(wanted),
        Task::Kick(wanted) => commands::kick(wanted),
        Task::Expel(wanted) => commands::expel(wanted),
        Task::Readmit(wanted) => commands::readmit(wanted),
        Task::Who(place) => commands::who(place),
        Task::Health(place) => commands::health(place),
        Task::Stop(place) => commands::stop(place),
        #[cfg(feature = "cluster")]
        Task::Cluster(task) => cluster::run(task),
        Task::Upgrade(place) => commands::upgrade(place),
    }
}

fn account(order: &AccountTask) -> AdminResult {
    let place = order.place();
    match order {
        AccountTask::Add(order) => add(&order.name, place, &order.with),
        AccountTask::Passwd(order) => passwd(&order.name, place, &order.with),
        AccountTask::Remove(order) => remove(&order.name, place),
        AccountTask::List(_) => list(place),
    }
}

fn add(name: &str, place: &Place, secret: &Secret) -> AdminResult {
    let name = read(Name::given(name), name)?;
    // Before a password is asked for.
    if AccountFile::is_there(&place.data)
        && let Some(other) = find(&name, place)?
    {
        return Err(ControlRefusal::Taken(other).into());
    }
    let hash = hash_of(secret, place.lang)?;
    carry_out(&AccountOrder::Add { name: name.as_str().into(), hash }, place)?;
    say(&words::added(&name, place.lang))
}

fn passwd(name: &str, place: &Place, secret: &Secret) -> AdminResult {
    let name = read(Name::known(name), name)?;
    registered(&name, place)?;
    let hash = hash_of(secret, place.lang)?;
    carry_out(&AccountOrder::Change { name: name.as_str().into(), hash }, place)?;
    say(&words::changed(&name, place.lang))
}

fn remove(name: &str, place: &Place) -> AdminResult {
    let name = read(Name::known(name), name)?;
    registered(&name, place)?;
    carry_out(&AccountOrder::Remove { name: name.as_str().into() }, place)?;
    say(&words::removed(&name, place.lang))
}

fn list(place: &Place) -> AdminResult {
    let AccountReply::Listed(all) = carry_out(&AccountOrder::List, place)? else { return Ok(()) };
    for Registered { name, made_at, seen_at } in all {
        let seen = seen_at.map_or_else(|| "-".to_owned(), clock::utc);
        // Other programs can write to the file: what comes from there is no more to be trusted than what people type.
        let line = format!("{}\t{}\t{seen}", Text::clean(&name).as_str(), clock::utc(made_at));
        say(&line)?;
    }
    Ok(())
}

/// The hash of the password that is to be read.
fn hash_of(secret: &Secret, language: Language) -> Result<String, AdminError> {
    hashed(&secret::read(secret.password_file.as_deref(), language)?)
}

/// The hash of a password.
///
/// # Errors
///
/// It cannot be computed.
pub fn hashed(password: &Password) -> Result<String, AdminError> {
    hash(password).map_err(AdminError::Hash)
}

/// Whose name `name` is, or is taken for.
fn find(name: &Name, place: &Place) -> Result<Option<String>, AdminError> {
    match carry_out(&AccountOrder::Find { name: name.as_str().into() }, place)? {
        AccountReply::Found(holder) => Ok(holder),
        _ => Ok(None),
    }
}

/// Refuses a name that nobody has registered, with the one that may have been meant.
fn registered(name: &Name, place: &Place) -> AdminResult {
    match find(name, place)? {
        Some(found) if found == name.as_str() => Ok(()),
        meant => Err(AdminError::Unknown(name.clone(), meant)),
    }
}

/// Has an order carried out: by the server, if one runs, and otherwise here.
fn carry_out(order: &AccountOrder, place: &Place) -> Result<AccountReply, AdminError> {
    let start = Instant::now();
    let no_answer = |error| AdminError::NoAnswer(place.data.clone(), error);
    let may_make = matches!(order, AccountOrder::Add { .. });
    loop {
        let reply = match Call::open(&place.data) {
            Ok(call) => {
                match call.account(order).map_err(no_answer)? {
                    // Behind its end the directory is ours.
                    AccountReply::Refused(ControlRefusal::Stopping) => None,
                    reply => Some(reply),
                }
            }
            Err(CallError::NoServer) => here(order, place, may_make)?,
            Err(error) => return Err(no_answer(error)),
        };
        match reply {
            Some(AccountReply::Refused(refusal)) => return Err(refusal.into()),
            Some(reply) => return Ok(reply),
            // Another such program works there, or a server that is just starting or stopping.
            None if start.elapsed() < CONTROL_OCCUPIED_PATIENCE => thread::sleep(AGAIN),
            None => return Err(AdminError::Occupied(place.data.clone())),
        }
    }
}

/// Carries an order out here, unless another program works with the directory.
fn here(order: &AccountOrder, place: &Place, may_make: bool) -> Result<Option<AccountReply>, AdminError> {
    let Some(mut account_file) = AccountFile::try_open(&place.data, may_make)? else {
        return Ok(None);
    };
    if let Some(exposed) = account_file.exposed() {
        // Where it finds no place the order is carried out all the same.
        let _ = writeln!(io::stderr(), "tertulia-server: {}", exposed.describe(place.lang));
    }
    Ok(Some(account_file.order(order)?))
}
