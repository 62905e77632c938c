//! The fingerprint of a server's key: SHA-256 of its public key (SubjectPublicKeyInfo, DER), written as OpenSSH writes one.
//!
//! Invariant: pure; each fingerprint has one spelling, so that two are the same key if they are the same text.

/// In front of the digest.
const PREFIX: &str = "SHA256:";

/// 32 bytes in base64 without padding.
const DIGITS: usize = 43;

/// The last digit has four bits of the digest; two more would be a second spelling.
const LAST_DIGITS: &str = "AEIMQUYcgkosw048";

/// A fingerprint as a person writes it; padding may be there.
pub(crate) fn parse(word: &str) -> Option<String> {
    let digits = word.strip_prefix(PREFIX)?;
    let digits = digits.strip_suffix('=').unwrap_or(digits);
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let is_whole = digits.len() == DIGITS
        && digits.bytes().all(is_digit)
        && digits.ends_with(|c| LAST_DIGITS.contains(c));
    is_whole.then(|| spelled(digits))
}

/// The fingerprint whose digest has these digits.
pub(crate) fn spelled(digits: &str) -> String {
    format!("{PREFIX}{digits}")
}
