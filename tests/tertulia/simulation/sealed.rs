//! TLS between a simulated client and the server, below all that the client does: its bytes are sealed when it sends and opened when
//! it receives, and what it sends before the handshake is over waits for that.
//!
//! Keys and nonces are random, but no length is: the server's key signs with Ed25519, so a seed has the same history again.

use std::io::{Read, Write};
use std::sync::OnceLock;

use base64ct::{Base64, Encoding};
use rcgen::{CertificateParams, KeyPair, PKCS_ED25519};
use rustls::ClientConnection;
use tertulia::net::Server;
use tertulia::tls::{IdentitySource, Tls};

use super::dice::Dice;
use super::pipe::ServerEnd;
use crate::support::dir::Dir;
use crate::support::tls_client;

/// The client's side.
#[derive(Debug)]
pub struct Sealed {
    client: ClientConnection,
    /// What waits for the end of the handshake.
    unsent: Vec<u8>,
}

impl Sealed {
    pub fn new() -> Sealed {
        Sealed { client: tls_client::connection(&[&rustls::version::TLS13]), unsent: Vec::new() }
    }

    /// Whether the handshake is under way.
    pub fn shakes_hands(&self) -> bool {
        self.client.is_handshaking()
    }

    /// What goes over the network when the client sends this.
    pub fn send(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.unsent.extend_from_slice(bytes);
        if !self.shakes_hands() {
            self.client.writer().write_all(&self.unsent).expect("memory");
            self.unsent.clear();
        }
        let mut sealed = Vec::new();
        while self.client.wants_write() {
            self.client.write_tls(&mut sealed).expect("memory");
        }
        sealed
    }

    /// What goes over the network when the client has nothing more to say.
    pub fn end(&mut self) -> Vec<u8> {
        if !self.shakes_hands() {
            self.client.send_close_notify();
        }
        self.send(b"")
    }

    /// What the client receives when this has come over the network.
    pub fn receive(&mut self, mut sealed: &[u8]) -> Vec<u8> {
        let mut opened = Vec::new();
        while !sealed.is_empty() {
            self.client.read_tls(&mut sealed).expect("memory");
            self.client.process_new_packets().expect("what a server sends");
            let mut piece = [0; 4096];
            while let Ok(length) = self.client.reader().read(&mut piece)
                && length > 0
            {
                opened.extend_from_slice(&piece[..length]);
            }
        }
        opened
    }
}

/// In one of four worlds TLS is spoken as well; says by which dice a browser decides.
pub fn perhaps(server: &mut Server<ServerEnd>, seed: u64) -> Option<Dice> {
    (seed % 4 == 3).then(|| {
        server.set_tls(identity());
        Dice::new(!seed)
    })
}

/// The server's key and certificate, the same in all worlds.
fn identity() -> Tls {
    static MADE: OnceLock<Tls> = OnceLock::new();
    let make = || {
        let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key");
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.serial_number = Some(1_u64.into());
        let cert = params.self_signed(&key).expect("a certificate");
        let dir = Dir::new();
        let (cert_file, key_file) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
        std::fs::write(&cert_file, pem("CERTIFICATE", cert.der())).expect("a file");
        std::fs::write(&key_file, pem("PRIVATE KEY", &key.serialize_der())).expect("a file");
        Tls::open(&IdentitySource::Files { cert: cert_file, key: key_file }).expect("a key and a certificate")
    };
    MADE.get_or_init(make).clone()
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", Base64::encode_string(der))
}
