//! Who gets a place when few or none are left: a naive reading of `docs/shares.md`.

use tertulia::chat::MonoTime;
use tertulia::limits;

use super::person::Person;
use super::pipe::ServerEnd;
use super::world::World;
use tertulia::net::Server;

/// What becomes of somebody who knocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// They have a place.
    In,
    /// They have none, and may show that they have a right to one.
    Trial,
    /// All places are taken.
    Full,
    /// Few are left, and their address has more than its share.
    Crowded,
    /// Their address was expelled.
    Expelled,
}

/// Where everybody stands.
struct Counts {
    /// The address of each who has a place.
    placed: Vec<u8>,
    /// Those without a place, in the order in which they came, by address.
    trials: Vec<u8>,
}

fn counts(people: &[Person], server: &Server<ServerEnd>) -> Counts {
    let mut counts = Counts { placed: Vec::new(), trials: Vec::new() };
    let mut trials = Vec::new();
    for person in people {
        let Some(id) = person.id.filter(|&id| server.hub().origin(id).is_some()) else {
            continue;
        };
        let Some((_, since)) = person.entry else { continue };
        // Whoever has a name has a place.
        if person.is_on_trial(server) {
            trials.push((since, id, person.address));
        } else {
            counts.placed.push(person.address);
        }
    }
    trials.sort_by_key(|&(since, id, _)| (since, id.generation()));
    counts.trials = trials.into_iter().map(|(.., address)| address).collect();
    counts
}

/// What has to become of somebody who comes from `address` now, by the letter of the document.
pub fn expected(
    people: &[Person],
    server: &Server<ServerEnd>,
    (address, expelled): (u8, bool),
    (places, accounts): (usize, bool),
    now: MonoTime,
) -> Entry {
    if expelled {
        return Entry::Expelled;
    }
    let here = counts(people, server);
    let held = here.placed.iter().filter(|&&other| other == address).count();
    let free = places.saturating_sub(here.placed.len());
    let waits = |person: &&Person| {
        let nameless =
            person.id.is_some_and(|id| server.hub().origin(id).is_some() && server.hub().name(id).is_none());
        let placed = person.entry.filter(|(entry, _)| *entry == Entry::In);
        nameless && placed.is_some_and(|(_, since)| now >= since + limits::NEWCOMER_GRACE)
    };
    // More than half of all, and less than a tenth is free; where there are few, somebody's class may have them all.
    let lack = if places >= limits::SHARED_PLACES_MIN && 2 * held > places && 10 * free < places {
        Entry::Crowded
    } else if free > 0 || people.iter().any(|person| waits(&person)) {
        return Entry::In;
    } else {
        Entry::Full
    };
    if !accounts {
        return lack;
    }
    let of = |address: u8| here.trials.iter().filter(|&&other| other == address).count();
    let most = here.trials.iter().map(|&address| of(address)).max().unwrap_or(0);
    let tries = here.trials.len() < limits::TRIALS || most > of(address) + 1;
    if tries { Entry::Trial } else { lack }
}

/// Everybody was told at the door what becomes of them.
pub fn were_told_at_the_door(world: &World) {
    for person in &world.people {
        let Some((entry, _)) = person.entry else { continue };
        let few = "Hay muchas conexiones desde tu dirección, y quedan pocas plazas";
        let only = ": ahora solo puede entrar quien tenga un nombre registrado.";
        let (first, other): (String, Option<String>) = match entry {
            Entry::In => ("Ingresa tu nombre: ".into(), None),
            Entry::Trial => (format!("El chat está lleno{only}"), Some(format!("{few}{only}"))),
            Entry::Full => ("El chat está lleno (".into(), None),
            // A request is refused without a look at where it comes from.
            Entry::Crowded => {
                let refused = person.web.is_some().then(|| "El chat está lleno (503)".to_owned());
                (format!("{few}. Prueba más tarde."), refused)
            }
            Entry::Expelled => ("--- Estás expulsado de este chat".into(), None),
        };
        let begins = |words: &String| {
            let length = words.len().min(person.received.len());
            person.received[..length] == words.as_bytes()[..length]
        };
        let told = begins(&first) || other.as_ref().is_some_and(begins);
        let read = String::from_utf8_lossy(&person.received);
        assert!(told, "{} came as {entry:?} and was told {:.100?}", person.name, read);
    }
}
