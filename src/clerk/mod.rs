//! `tertulia-server account`: accounts by the hand of whoever runs the server, also while it is running.
//!
//! Law: a password comes from a file or a terminal, never from the command line, and nothing says it again.

mod secret;
mod words;

use std::io::{self, Write};

use crate::chat::{Language, Name, Text};
use crate::cli::{Order, Place, Secret};
use crate::clock::utc;
use crate::keep::{Registered, Registry, RegistryError};
use crate::locale::reason;

/// Does what was ordered.
///
/// # Errors
///
/// It cannot be done; one line says why.
pub fn run(order: &Order) -> Result<(), String> {
    let place = order.place();
    let result = match order {
        Order::Add(order) => add(&order.name, place, &order.with),
        Order::Passwd(order) => passwd(&order.name, place, &order.with),
        Order::Remove(order) => remove(&order.name, place),
        Order::List(_) => list(place),
    };
    result.map_err(|refusal| refusal.0)
}

/// One line for whoever gave the order.
struct Refusal(String);

type Done = Result<(), Refusal>;

fn add(name: &str, place: &Place, secret: &Secret) -> Done {
    let name = known(name, place.lang)?;
    if Registry::is_there(&place.data) {
        // Before a password is asked for.
        let registry = open(place)?;
        if let Some(other) = registry.find(&name).map_err(|error| place.refusal(&error))? {
            return Err(place.refusal(&RegistryError::Taken(other)));
        }
    }
    let password = secret::read(secret.password_file.as_deref(), place.lang).map_err(Refusal)?;
    let registry = Registry::open_or_make(&place.data).map_err(RegistryError::Store);
    let mut registry = registry.map_err(|error| place.refusal(&error))?;
    registry.add(&name, &password).map_err(|error| place.refusal(&error))?;
    told(&registry, place.lang);
    say(&words::added(&name, place.lang), place.lang)
}

fn passwd(name: &str, place: &Place, secret: &Secret) -> Done {
    let name = known(name, place.lang)?;
    let mut registry = open(place)?;
    registered(&registry, &name, place)?;
    let password = secret::read(secret.password_file.as_deref(), place.lang).map_err(Refusal)?;
    registry.change(&name, &password).map_err(|error| place.refusal(&error))?;
    told(&registry, place.lang);
    say(&words::changed(&name, place.lang), place.lang)
}

fn remove(name: &str, place: &Place) -> Done {
    let name = known(name, place.lang)?;
    let mut registry = open(place)?;
    registered(&registry, &name, place)?;
    registry.remove(&name).map_err(|error| place.refusal(&error))?;
    told(&registry, place.lang);
    say(&words::removed(&name, place.lang), place.lang)
}

fn list(place: &Place) -> Done {
    for Registered { name, made_at, seen_at } in open(place)?.list().map_err(|error| place.refusal(&error))? {
        let seen = seen_at.map_or_else(|| "-".to_owned(), utc);
        // Other programs can write to the file: what comes from there is no more to be trusted than what people type.
        say(&format!("{}\t{}\t{seen}", Text::clean(&name).as_str(), utc(made_at)), place.lang)?;
    }
    Ok(())
}

/// What was typed for a name, if it is one.
fn known(name: &str, language: Language) -> Result<Name, Refusal> {
    Name::new(name).map_err(|error| Refusal(words::no_name(&Text::clean(name), error, language)))
}

fn open(place: &Place) -> Result<Registry, Refusal> {
    Registry::open(&place.data).map_err(|error| place.refusal(&RegistryError::Store(error)))
}

/// Refuses a name that nobody has registered, with the one that may have been meant.
fn registered(registry: &Registry, name: &Name, place: &Place) -> Done {
    match registry.find(name).map_err(|error| place.refusal(&error))? {
        Some(found) if found == name.as_str() => Ok(()),
        other => Err(Refusal(words::unknown(name, other.as_deref(), place.lang))),
    }
}

/// Tells the server. If that fails the order was carried out all the same.
fn told(registry: &Registry, language: Language) {
    if let Err(error) = registry.tell_server() {
        let _ = writeln!(io::stderr(), "tertulia-server: {}", words::not_told(&error, language));
    }
}

fn say(line: &str, language: Language) -> Done {
    writeln!(io::stdout(), "{line}").map_err(|error| Refusal(reason(&error, language)))
}

impl Place {
    fn refusal(&self, error: &RegistryError) -> Refusal {
        Refusal(words::refused(error, self.lang))
    }
}
