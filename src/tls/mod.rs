//! TLS as values over bytes, and the key and certificate for it: no socket, no clock.
//!
//! [`Tls`] is made once from a key and a certificate; each connection that goes on in TLS gets a [`Session`] from it, which turns
//! ciphertext into what was said and back. Without the feature `tls` neither can be made, and nothing else differs.

#[cfg(not(feature = "tls"))]
mod absent;
mod error;
#[cfg(feature = "tls")]
mod identity;
mod opening;
mod outcome;
#[cfg(feature = "tls")]
mod session;
mod source;

#[cfg(not(feature = "tls"))]
pub use absent::{Session, Tls};
pub use error::TlsError;
pub use opening::open;
pub use outcome::{Exhausted, TlsReceived};
#[cfg(feature = "tls")]
pub use session::{Session, Tls};
pub use source::IdentitySource;
