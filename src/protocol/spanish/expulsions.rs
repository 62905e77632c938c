//! What the server says about expulsions, in Spanish.

use std::fmt::{Result, Write};

use crate::chat::{Expelled, Expulsion, ExpulsionNews, ExpulsionRefusal, Name, Text, UnixMillis};
use crate::clock::Zone;
use crate::limits::EXPULSIONS_MAX;
use crate::protocol::phrases::{self, wait};

pub(super) fn news(news: &ExpulsionNews, zone: &Zone, out: &mut String) -> Result {
    match news {
        ExpulsionNews::Told(expelled) => writeln!(out, "--- Estás expulsado de este chat{}", terms(expelled)),
        ExpulsionNews::Done(expulsion, spared) => {
            writeln!(out, "Queda expulsado del chat: {}", row(expulsion, expulsion.at, zone))?;
            spared.map_or(Ok(()), |(origin, others)| writeln!(
                out,
                "Desde su dirección hay más conexiones ({others}), y puede volver con otro nombre. Para expulsar la dirección: /expulsar {origin}"
            ))
        }
        ExpulsionNews::Readmitted(expulsion) => writeln!(out, "Puede volver al chat: {}", whom(expulsion)),
        ExpulsionNews::List { listed, .. } if listed.is_empty() => writeln!(out, "No hay nadie expulsado."),
        ExpulsionNews::List { now, listed, total } => {
            writeln!(out, "{total} {}:", if *total == 1 { "expulsión" } else { "expulsiones" })?;
            listed.iter().try_for_each(|expulsion| writeln!(out, "  {}", row(expulsion, *now, zone)))?;
            match total - listed.len() {
                0 => Ok(()),
                rest => writeln!(out, "  … y {rest} más, anteriores"),
            }
        }
        ExpulsionNews::Refused(refusal) => refused(refusal, out),
    }
}

/// What a client is told that wants a name that is expelled.
pub(super) fn name(name: &Name, expelled: &Expelled, out: &mut String) -> Result {
    writeln!(out, "El nombre '{name}' está expulsado de este chat{}", terms(expelled))
}

fn refused(refusal: &ExpulsionRefusal, out: &mut String) -> Result {
    match refusal {
        ExpulsionRefusal::NotOperator => {
            writeln!(out, "Eso solo lo pueden hacer los operadores del servidor.")
        }
        ExpulsionRefusal::Malformed(typed) => {
            writeln!(out, "'{typed}' no es un nombre ni una dirección, como 203.0.113.7 o 2001:db8::/64.")
        }
        ExpulsionRefusal::Yourself => writeln!(out, "No puedes expulsarte."),
        ExpulsionRefusal::Operator(name) => {
            writeln!(out, "{name} es operador del servidor, y no se le puede expulsar.")
        }
        ExpulsionRefusal::Everybodys(origin) => writeln!(
            out,
            "{origin} es la dirección de este equipo o de toda su red, y la de quien llega con ssh -L: expulsa por el nombre."
        ),
        ExpulsionRefusal::OwnAddress(origin) => writeln!(out, "{origin} es tu propia dirección."),
        ExpulsionRefusal::OperatorsAddress(origin, name) => {
            writeln!(out, "{origin} es también la dirección de {name}, que es operador del servidor.")
        }
        ExpulsionRefusal::TooMany => {
            writeln!(out, "Ya hay {EXPULSIONS_MAX} expulsiones: antes hay que readmitir a alguien.")
        }
        ExpulsionRefusal::NotExpelled(typed) => {
            writeln!(out, "'{typed}' no está entre los expulsados: /expulsados")
        }
    }
}

/// ` durante 25 min: insultos`.
fn terms(expelled: &Expelled) -> String {
    let rest = expelled.rest.map(|rest| format!(" durante {}", wait(rest))).unwrap_or_default();
    format!("{rest}{}", because(expelled.reason.as_ref()))
}

/// `Pepe y 203.0.113.7, hasta 18:30, por María: insultos`.
fn row(expulsion: &Expulsion, now: UnixMillis, zone: &Zone) -> String {
    let until = match expulsion.until {
        None => "sin plazo".to_owned(),
        Some(until) => format!("hasta {}", zone.brief(until, now)),
    };
    format!(
        "{}, {until}, por {}{}",
        whom(expulsion),
        phrases::decider(&expulsion.by, "el servidor"),
        because(expulsion.reason.as_ref())
    )
}

fn whom(expulsion: &Expulsion) -> String {
    phrases::whom(expulsion, "y")
}

fn because(reason: Option<&Text>) -> String {
    phrases::because(reason).unwrap_or(".".to_owned())
}
