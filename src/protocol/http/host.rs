//! Who may speak to this server through a browser.
//!
//! A page from elsewhere may let its own name mean the address of a machine in its reader's network, and then speak to that
//! machine as if it were its own server. The browser tells by `Host` which name it believes to speak to: only names that
//! nobody else can give away are answered.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Names by which the server may be called, beside all addresses and `localhost`.
#[derive(Clone, Debug, Default)]
pub struct HostNames {
    names: Vec<String>,
}

impl HostNames {
    /// These names, in any case, each with or without a dot at its end.
    pub fn new(names: impl IntoIterator<Item = String>) -> HostNames {
        HostNames { names: names.into_iter().map(|name| plain(&name)).collect() }
    }

    /// Whether a request with this `Host` is meant for this server. The port does not matter: it was found by it.
    pub fn allow(&self, host: &str) -> bool {
        let Some((name, _)) = split(host) else {
            return false;
        };
        if let Some(inner) = name.strip_prefix('[') {
            return inner.strip_suffix(']').is_some_and(|inner| inner.parse::<Ipv6Addr>().is_ok());
        }
        let name = plain(name);
        name.parse::<Ipv4Addr>().is_ok()
            || name == "localhost"
            || name.ends_with(".localhost")
            || self.names.contains(&name)
    }
}

/// Whether a page of `origin` was served by `host`, so that it may open a WebSocket there. `null`, the origin of files and
/// of pages in a sandbox, is nobody's.
pub fn is_same_origin(origin: &str, host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let default = match scheme.to_ascii_lowercase().as_str() {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let known = |authority| {
        let (name, port) = split(authority)?;
        Some((plain(name), port.unwrap_or(default)))
    };
    matches!((known(authority), known(host)), (Some(ours), Some(theirs)) if ours == theirs)
}

/// Name and port. None: it is neither.
fn split(host: &str) -> Option<(&str, Option<u16>)> {
    let end_of_name = match host.find(']') {
        Some(bracket) if host.starts_with('[') => bracket + 1,
        Some(_) => return None,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, rest) = host.split_at(end_of_name);
    if name.is_empty() || name.contains(['/', '@', '?', '#', ' ', ',', '\\']) {
        return None;
    }
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((name, None)),
        Some("") => Some((name, None)),
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((name, Some(port.parse().ok()?)))
        }
        _ => None,
    }
}

fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}
