//! Whether a server has TLS.

use super::{IdentitySource, Tls, TlsError};
use crate::config::{Config, Door};

/// Opens what `source` names, for a server with these `doors`. Without TLS goes on who has not asked for it: because there is no place
/// for a key, or the server was built without.
///
/// # Errors
///
/// There is no TLS, and it was asked for; or what is there cannot be used.
pub fn open(
    config: &Config,
    mut doors: impl Iterator<Item = Door>,
    source: Option<&IdentitySource>,
) -> Result<Option<Tls>, TlsError> {
    let asked = config.tls.required
        || config.tls.dir.is_some()
        || config.tls.cert.is_some()
        || doors.any(Door::is_sealed);
    match source.map(Tls::open) {
        None if asked => Err(TlsError::NoPlace),
        None => Ok(None),
        Some(Err(TlsError::NotBuilt)) if !asked => Ok(None),
        Some(opened) => opened.map(Some),
    }
}
