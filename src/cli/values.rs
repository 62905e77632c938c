//! What values of the command line are taken for.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use log::LevelFilter;

use super::mistake::Mistake;
use crate::chat::Language;
use crate::config::{Door, Network};
use crate::limits;
use crate::logging::Color;

pub(super) fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(["es", "en"])
        .map(|tag| if tag == "en" { Language::English } else { Language::Spanish })
}

pub(super) fn level() -> impl TypedValueParser<Value = LevelFilter> {
    PossibleValuesParser::new(["error", "warn", "info", "debug", "trace", "off"])
        .try_map(|name| name.parse::<LevelFilter>())
}

pub(super) fn color() -> impl TypedValueParser<Value = Color> {
    PossibleValuesParser::new(["auto", "always", "never"]).map(|when| match when.as_str() {
        "always" => Color::Always,
        "never" => Color::Never,
        _ => Color::Auto,
    })
}

/// Takes a whole number, `LEAST` or more.
pub(super) fn number<T: TryFrom<u64>, const LEAST: u32>(text: &str) -> Result<T, Mistake> {
    let number = text.parse::<u64>().ok().filter(|&number| number >= u64::from(LEAST));
    let mistake = if LEAST == 0 { Mistake::NoNumber } else { Mistake::AtLeast(LEAST) };
    number.and_then(|number| T::try_from(number).ok()).ok_or(mistake)
}

/// Takes a network: `10.0.0.0/8`, `2001:db8::/32`, or one address.
pub(super) fn network(typed: &str) -> Result<Network, Mistake> {
    typed.parse().map_err(Mistake::Network)
}

/// Takes a number of minutes for which a member can be expelled.
pub(super) fn minutes(text: &str) -> Result<u32, Mistake> {
    let minutes = number::<u32, 1>(text).ok().filter(|&minutes| minutes <= limits::EXPULSION_MINUTES_MAX);
    minutes.ok_or(Mistake::Between(1, limits::EXPULSION_MINUTES_MAX))
}

/// Takes `host:port`, `1.2.3.4:port` or `[::1]:port`. Where the host is left out, it has to be said whom the chat is for: a
/// bare port means this machine alone to some programs and the whole world to others.
pub(super) fn address(typed: &str) -> Result<String, Mistake> {
    host_and_port(Door::split(typed).1)?;
    Ok(typed.to_owned())
}

/// Takes the same, or a port alone: that of `localhost`.
pub(super) fn own_address(typed: &str) -> Result<String, Mistake> {
    let address = if is_number(typed) { format!("localhost:{typed}") } else { typed.to_owned() };
    host_and_port(&address)?;
    Ok(address)
}

/// Looks at `host:port`, without anything in front.
fn host_and_port(text: &str) -> Result<(), Mistake> {
    let (host, port) = match text.rsplit_once(':') {
        Some(split) => split,
        None if is_number(text) => ("", text),
        None => return Err(Mistake::NoPort(format!("{text}:65434"))),
    };
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    // Before the port is looked at: what stands behind the last colon of a bare IPv6 address is none.
    if bracketed.is_none() && host.contains(':') {
        return Err(Mistake::Brackets);
    }
    if port.is_empty() {
        return Err(Mistake::NoPort(format!("{host}:65434")));
    }
    if !is_number(port) || port.parse::<u16>().is_err() {
        return Err(Mistake::Port(port.to_owned()));
    }
    if bracketed.unwrap_or(host).is_empty() {
        return Err(Mistake::NoHost(port.to_owned()));
    }
    Ok(())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
