//! Where the server has its key and its certificate.

use std::path::PathBuf;

use crate::config::{Config, TlsConfig};

/// Our own key, in the directory for it.
pub(super) const KEY_FILE: &str = "tls-key.pem";

/// Where the key and the certificate are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentitySource {
    /// In these files, which others look after: the certificate with those that vouch for it, and the key.
    Files {
        /// Certificates as PEM, the server's own first.
        cert: PathBuf,
        /// Its key as PEM.
        key: PathBuf,
    },
    /// In this directory, where they are made if they are missing: valid for these names and addresses.
    Own {
        /// The directory; it is made as well.
        dir: PathBuf,
        /// What the server is called: names, and addresses as text.
        names: Vec<String>,
    },
}

impl IdentitySource {
    /// Where a server that is called by `names` has them. None: it has no place for them.
    pub fn of(config: &Config, names: Vec<String>) -> Option<IdentitySource> {
        let TlsConfig { dir, cert, key, required: _ } = config.tls.clone();
        match (cert.zip(key), dir.or_else(|| config.data.clone())) {
            (Some((cert, key)), _) => Some(IdentitySource::Files { cert, key }),
            (None, Some(dir)) => Some(IdentitySource::Own { dir, names }),
            (None, None) => None,
        }
    }

    /// The file of the key.
    pub fn key(&self) -> PathBuf {
        match self {
            IdentitySource::Files { key, .. } => key.clone(),
            IdentitySource::Own { dir, .. } => dir.join(KEY_FILE),
        }
    }
}
