//! Why there is no TLS.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::chat::Language;
use crate::locale::reason;

/// Why there is no TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The server was built without it.
    #[error("built without TLS")]
    NotBuilt,
    /// There is no place for a key, and none was given.
    #[error("TLS needs --data, --tls-dir, or --tls-cert and --tls-key")]
    NoPlace,
    /// The file cannot be read, or made.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// No certificate is in the file.
    #[error("{}: no certificate in PEM form", .0.display())]
    NoCertificate(PathBuf),
    /// No key is in the file.
    #[error("{}: no private key in PEM form", .0.display())]
    NoKey(PathBuf),
    /// The key is none that can be used.
    #[error("{}: this key cannot be used", .0.display())]
    BadKey(PathBuf),
    /// The certificate is none that can be used.
    #[error("{}: this certificate cannot be used", .0.display())]
    BadCertificate(PathBuf),
    /// The certificate is for another key.
    #[error("{}: the certificate is for another key than {}", .cert.display(), .key.display())]
    OtherKey {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The library takes them for unusable.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Refused(rustls::Error),
    /// A certificate could not be made.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    NotMade(#[from] rcgen::Error),
}

impl TlsError {
    /// What is wrong, in one line for the person who runs the server.
    pub fn describe(&self, language: Language) -> String {
        if let TlsError::File(path, error) = self {
            return format!("{}: {}", path.display(), reason(error, language));
        }
        if language == Language::English {
            return self.to_string();
        }
        match self {
            TlsError::NotBuilt => "este programa se compiló sin TLS".into(),
            TlsError::NoPlace => "TLS necesita --data, --tls-dir, o bien --tls-cert y --tls-key".into(),
            TlsError::NoCertificate(path) => {
                format!("{}: no hay ningún certificado en formato PEM", path.display())
            }
            TlsError::NoKey(path) => {
                format!("{}: no hay ninguna clave privada en formato PEM", path.display())
            }
            TlsError::BadKey(path) => format!("{}: esta clave no sirve", path.display()),
            TlsError::BadCertificate(path) => format!("{}: este certificado no sirve", path.display()),
            TlsError::OtherKey { cert, key } => {
                format!("{}: el certificado no es el de la clave {}", cert.display(), key.display())
            }
            other => other.to_string(),
        }
    }
}
