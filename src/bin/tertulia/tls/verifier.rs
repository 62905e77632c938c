//! Whether the server is the one that it should be.
//!
//! Invariant: it judges and changes nothing; what it found counts only when the handshake is done, which shows that the server holds
//! the key of its certificate: the signatures are checked in any case.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64ct::{Base64Unpadded, Encoding};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};

use super::fingerprint;
use super::known_hosts::{KnownHosts, Trust, Verdict};

/// What is known of a server before it is asked.
pub(super) struct Expected {
    /// How it is called in the file of known hosts.
    pub(super) place: String,
    /// The fingerprint that was asked for: nothing else counts.
    pub(super) pin: Option<String>,
    /// Whether `place` is a name for which an authority can sign.
    pub(super) has_name: bool,
    pub(super) known: KnownHosts,
    /// Whether one of which nothing is known may be trusted.
    pub(super) may_be_new: bool,
}

/// What was found about a server.
#[derive(Clone, Debug)]
pub(super) enum Finding {
    /// It has the key that it should have.
    Expected,
    /// An authority that this machine knows has signed for it.
    Signed,
    /// It was never seen, and has the key with this fingerprint.
    New(String),
    /// It has the key with this fingerprint, and it is not known whether it was seen.
    Unknown(String),
    /// It is not to be trusted.
    Refused(Refusal),
}

/// Why it is not to be trusted, and the fingerprint of its key.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(super) reason: Reason,
    pub(super) fingerprint: String,
    /// Why no authority vouches for it, in the words of the library.
    pub(super) authority: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) enum Reason {
    /// Another fingerprint was asked for: this one.
    Pinned(String),
    /// What is remembered: this.
    Remembered(Vec<(usize, Trust)>),
    /// What is remembered cannot be understood: this line of the file.
    Damaged(usize),
}

/// Judges one server in one handshake.
pub(super) struct Verifier {
    expected: Expected,
    provider: Arc<CryptoProvider>,
    finding: Mutex<Option<Finding>>,
}

impl Verifier {
    pub(super) fn new(expected: Expected) -> Verifier {
        Verifier { expected, provider: Arc::new(ring::default_provider()), finding: Mutex::new(None) }
    }

    pub(super) fn expected(&self) -> &Expected {
        &self.expected
    }

    /// What was found, once the server has shown its certificate.
    pub(super) fn finding(&self) -> Option<Finding> {
        self.finding.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `signed`: asks the authorities, which takes longer than the rest.
    fn judge(&self, fingerprint: String, signed: impl FnOnce() -> Result<(), Error>) -> Finding {
        let Expected { place, pin, known, may_be_new, .. } = &self.expected;
        if let Some(pin) = pin {
            if *pin == fingerprint {
                return Finding::Expected;
            }
            let reason = Reason::Pinned(pin.clone());
            return Finding::Refused(Refusal { reason, fingerprint, authority: None });
        }
        let remembered = match known.judge(place, &fingerprint) {
            Verdict::Known => return Finding::Expected,
            Verdict::First => None,
            Verdict::Other(lines) => Some(lines),
            // It comes before the authorities: one that signs would have it overwritten, and its user would not have seen what it said.
            Verdict::Damaged(line) => {
                let reason = Reason::Damaged(line);
                return Finding::Refused(Refusal { reason, fingerprint, authority: None });
            }
        };
        let Err(error) = signed() else { return Finding::Signed };
        let Some(lines) = remembered else {
            return if *may_be_new { Finding::New(fingerprint) } else { Finding::Unknown(fingerprint) };
        };
        let authority = known.leaves_to_authority(place).then(|| error.to_string());
        Finding::Refused(Refusal { reason: Reason::Remembered(lines), fingerprint, authority })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let fingerprint = fingerprint_of(&key);
        let signed = || {
            if !self.expected.has_name {
                return Err(CertificateError::NotValidForName.into());
            }
            let authorities = authorities(self.provider.clone())?;
            authorities.verify_server_cert(end_entity, intermediates, name, ocsp, now).map(drop)
        };
        let finding = self.judge(fingerprint, signed);
        let refused = matches!(finding, Finding::Refused(_) | Finding::Unknown(_));
        *self.finding.lock().unwrap_or_else(PoisonError::into_inner) = Some(finding);
        if refused {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("place", &self.expected.place).finish_non_exhaustive()
    }
}

/// Those that this machine knows; what it cannot read is left out.
fn authorities(provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    built.map_err(|error| Error::Other(OtherError(Arc::new(error))))
}

/// Of a public key (SubjectPublicKeyInfo, DER).
fn fingerprint_of(key: &[u8]) -> String {
    let digest = ::ring::digest::digest(&::ring::digest::SHA256, key);
    fingerprint::spelled(&Base64Unpadded::encode_string(digest.as_ref()))
}
