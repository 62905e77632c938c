//! Key and certificate: made once, kept, and told apart from what is none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tertulia::chat::Language;
use tertulia::limits::TLS_FILE_MAX_BYTES;
use tertulia::tls::{IdentitySource, Tls, TlsError};

use crate::support::dir::Dir;

fn own(dir: &Dir, names: &[&str]) -> IdentitySource {
    IdentitySource::Own { dir: dir.path().into(), names: names.iter().map(|&name| name.to_owned()).collect() }
}

fn files(dir: &Dir) -> (Vec<u8>, Vec<u8>) {
    let read = |name| fs::read(dir.path().join(name)).expect(name);
    (read("tls-key.pem"), read("tls-cert.pem"))
}

#[test]
fn key_is_made_once_and_the_certificate_when_it_has_to_be() {
    let dir = Dir::new();
    let names = ["localhost", "192.168.1.20", "::1"];
    let first = Tls::open(&own(&dir, &names)).expect("made");
    let (key, cert) = files(&dir);
    for name in ["tls-key.pem", "tls-cert.pem"] {
        let mode = fs::metadata(dir.path().join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    // The same, fewer, and in another order.
    for names in [&names[..], &["::1", "localhost"]] {
        let again = Tls::open(&own(&dir, names)).expect("there");
        assert_eq!((again.fingerprint(), files(&dir)), (first.fingerprint(), (key.clone(), cert.clone())));
    }
    let moved = Tls::open(&own(&dir, &["localhost", "10.0.0.7"])).expect("there");
    assert_eq!(moved.fingerprint(), first.fingerprint(), "pinned by key");
    let (kept, made) = files(&dir);
    assert!(kept == key && made != cert, "another certificate for the same key");
    // A certificate that is damaged, or for another key, is made anew; a key never is.
    fs::write(dir.path().join("tls-cert.pem"), &cert[..cert.len() / 2]).expect("written");
    Tls::open(&own(&dir, &names)).expect("made anew");
    assert!(files(&dir).0 == key);
    fs::write(dir.path().join("tls-key.pem"), "nada").expect("written");
    let error = Tls::open(&own(&dir, &names)).expect_err("no key");
    assert!(matches!(error, TlsError::NoKey(_)), "{error}");
    // What no certificate can be valid for is left out.
    let other = Dir::new();
    Tls::open(&own(&other, &["mi máquina", "", "localhost", "a_b"])).expect("made");
    assert!(files(&other).1.starts_with(b"# localhost\n"));
}

#[test]
fn files_of_ones_own_have_to_be_what_they_should_be_and_fit() {
    let (dir, other) = (Dir::new(), Dir::new());
    let made = Tls::open(&own(&dir, &["localhost"])).expect("made");
    Tls::open(&own(&other, &["localhost"])).expect("made");
    let (cert, key) = (dir.path().join("tls-cert.pem"), dir.path().join("tls-key.pem"));
    let open =
        |cert: &Path, key: &Path| Tls::open(&IdentitySource::Files { cert: cert.into(), key: key.into() });
    assert_eq!(open(&cert, &key).expect("they fit").fingerprint(), made.fingerprint());
    let missing = dir.path().join("nada.pem");
    let broken = dir.path().join("broken.pem");
    fs::write(&broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").expect("written");
    let odd = dir.path().join("odd.pem");
    fs::write(&odd, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").expect("written");
    let other_key = other.path().join("tls-key.pem");
    for (cert, key, says) in [
        (&missing, &key, "nada.pem: no existe"),
        (&cert, &missing, "nada.pem: no existe"),
        (&key, &key, "tls-key.pem: no hay ningún certificado en formato PEM"),
        (&cert, &cert, "tls-cert.pem: no hay ninguna clave privada en formato PEM"),
        (&broken, &key, "broken.pem: este certificado no sirve"),
        (&cert, &odd, "odd.pem: esta clave no sirve"),
        (&cert, &other_key, "tls-cert.pem: el certificado no es el de la clave "),
    ] {
        let error = open(cert, key).expect_err(says);
        let words = error.describe(Language::Spanish);
        assert!(words.contains(says), "{words:?} says nothing of {says:?}");
        assert!(!words.contains('\n') && error.describe(Language::English) != words, "{words:?}");
    }
}

/// Each of them holds up everybody, if it is waited for or read to its end.
#[test]
fn pipe_device_directory_or_huge_file_is_no_key_and_no_certificate() {
    let (dir, other) = (Dir::new(), Dir::new());
    Tls::open(&own(&dir, &["localhost"])).expect("made");
    let (cert, key) = (dir.path().join("tls-cert.pem"), dir.path().join("tls-key.pem"));
    let place = |name: &str| other.path().join(name);
    assert!(Command::new("mkfifo").arg(place("pipe")).status().expect("mkfifo").success());
    let padded = |length: usize| [fs::read(&key).expect("a key"), vec![b'\n'; length]].concat();
    let length = padded(0).len();
    fs::write(place("fits"), padded(TLS_FILE_MAX_BYTES - length)).expect("written");
    fs::write(place("huge"), padded(TLS_FILE_MAX_BYTES - length + 1)).expect("written");
    let open =
        |cert: &Path, key: &Path| Tls::open(&IdentitySource::Files { cert: cert.into(), key: key.into() });
    open(&cert, &place("fits")).expect("as large as it may be");
    for (path, says) in [
        (place("pipe"), "no es un archivo corriente"),
        (Path::new("/dev/zero").into(), "no es un archivo corriente"),
        (other.path().into(), "es una carpeta"),
        (place("huge"), "es demasiado grande"),
    ] {
        for error in [open(&path, &key).expect_err(says), open(&cert, &path).expect_err(says)] {
            let words = error.describe(Language::Spanish);
            assert!(
                words.starts_with(path.to_str().expect("a plain path")) && words.ends_with(says),
                "{words}"
            );
        }
    }
    // What lies where our own should be: a certificate is made anew, a key never is.
    for bad in ["pipe", "huge"] {
        fs::rename(place(bad), &cert).expect("moved");
        Tls::open(&own(&dir, &["localhost"])).expect("made anew");
        assert!(fs::metadata(&cert).expect("a certificate").is_file(), "{bad}");
    }
    fs::remove_file(&key).expect("a key");
    assert!(Command::new("mkfifo").arg(&key).status().expect("mkfifo").success());
    let error = Tls::open(&own(&dir, &["localhost"])).expect_err("a pipe");
    assert!(matches!(error, TlsError::File(..)), "{error}");
}
