//! The server's key and certificate: read from files, or made at the first start.
//!
//! Invariants: a key of our own is never made anew while it is there, and no other user can read it; a certificate of our own is made anew
//! when the server has a name or an address that it is not valid for, and at no other time, because browsers ask again about each.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64, Base64Unpadded, Encoding};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use ring::digest::{SHA256, digest};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;

use super::TlsError;
use super::source::KEY_FILE;
use crate::files;
use crate::limits::TLS_FILE_MAX_BYTES;

/// Our own certificate, in the directory for it.
const CERT_FILE: &str = "tls-cert.pem";

/// In front of the certificate: what it is valid for. Readers of PEM pass over it.
const VALID_FOR: &str = "# ";

/// Reads files that others look after.
///
/// # Errors
///
/// They cannot be read, are not what they should be, or do not fit each other.
pub(super) fn read(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let chain = certificates(cert, &bytes(cert)?)?;
    let private = PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|_| TlsError::NoKey(key.into()))?;
    certify(chain, private, cert, key)
}

/// Reads our own files, or makes those that are missing; the certificate also when it is not valid for all of `names`.
///
/// # Errors
///
/// They cannot be read or made.
pub(super) fn own(dir: &Path, names: &[String]) -> Result<CertifiedKey, TlsError> {
    let (cert, key) = (dir.join(CERT_FILE), dir.join(KEY_FILE));
    fs::create_dir_all(dir).map_err(|error| TlsError::File(dir.into(), error))?;
    let pair = match files::read(&key, TLS_FILE_MAX_BYTES) {
        Ok(pem) => {
            let der = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| TlsError::NoKey(key.clone()))?;
            KeyPair::try_from(&der).map_err(|_| TlsError::BadKey(key.clone()))?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let pair = KeyPair::generate()?;
            write(&key, &pem("PRIVATE KEY", &pair.serialize_der()))?;
            pair
        }
        Err(error) => return Err(TlsError::File(key, error)),
    };
    let private = || PrivateKeyDer::try_from(pair.serialize_der()).map_err(|_| TlsError::BadKey(key.clone()));
    let wanted: BTreeSet<&str> = names.iter().map(String::as_str).filter(|name| is_valid(name)).collect();
    if let Ok(bytes) = files::read(&cert, TLS_FILE_MAX_BYTES)
        && let Ok(text) = String::from_utf8(bytes)
        && valid_for(&text).is_superset(&wanted)
        && let Ok(chain) = certificates(&cert, text.as_bytes())
        && let Ok(certified) = certify(chain, private()?, &cert, &key)
    {
        return Ok(certified);
    }
    let made = make(&wanted, &pair)?;
    let listed: Vec<&str> = wanted.into_iter().collect();
    write(&cert, &format!("{VALID_FOR}{}\n{}", listed.join(" "), pem("CERTIFICATE", &made)))?;
    certify(vec![made], private()?, &cert, &key)
}

/// The SHA-256 of the public key.
pub(super) fn fingerprint(certified: &CertifiedKey) -> String {
    let public = certified.key.public_key();
    let hash = digest(&SHA256, public.as_deref().unwrap_or_default());
    format!("SHA256:{}", Base64Unpadded::encode_string(hash.as_ref()))
}

/// The cryptography that is used.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn certify(
    chain: Vec<CertificateDer<'static>>,
    private: PrivateKeyDer<'static>,
    cert: &Path,
    key: &Path,
) -> Result<CertifiedKey, TlsError> {
    let signing = provider().key_provider.load_private_key(private);
    let signing = signing.map_err(|_| TlsError::BadKey(key.into()))?;
    let parsed = chain.first().map(ParsedCertificate::try_from);
    let Some(Ok(parsed)) = parsed else { return Err(TlsError::BadCertificate(cert.into())) };
    if signing.public_key().is_none_or(|public| public != parsed.subject_public_key_info()) {
        return Err(TlsError::OtherKey { cert: cert.into(), key: key.into() });
    }
    Ok(CertifiedKey::new(chain, signing))
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| TlsError::NoCertificate(path.into()))
}

/// A certificate that the key itself vouches for. It does not end: what is trusted is the key.
fn make(names: &BTreeSet<&str>, pair: &KeyPair) -> Result<CertificateDer<'static>, TlsError> {
    let mut params =
        CertificateParams::new(names.iter().map(|name| String::from(*name)).collect::<Vec<_>>())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "tertulia");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params.self_signed(pair)?.der().clone())
}

/// Whether a certificate may be valid for that: an address, or a name of letters, digits, hyphens and dots.
fn is_valid(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    name.parse::<IpAddr>().is_ok() || !name.is_empty() && name.len() <= 253 && name.chars().all(fits)
}

/// What the certificate of ours in this file is valid for.
fn valid_for(text: &str) -> BTreeSet<&str> {
    let listed = text.lines().next().and_then(|line| line.strip_prefix(VALID_FOR));
    listed.unwrap_or_default().split_whitespace().collect()
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = Base64::encode_string(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in base64.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text + &format!("-----END {label}-----\n")
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    files::read(path, TLS_FILE_MAX_BYTES).map_err(|error| TlsError::File(path.into(), error))
}

/// Writes a file for this user alone. It is there whole, or as it was.
fn write(path: &Path, text: &str) -> Result<(), TlsError> {
    let failed = |error| TlsError::File(path.into(), error);
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut file: File =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&fresh, path).map_err(failed)
}
