//! TLS in front of a server in the clear, as a proxy has it: what comes through TLS goes on in the clear, and the other way round.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Base64Unpadded, Encoding};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};
use socket2::SockRef;

use super::fake_server::NARROW_BYTES;

/// Bytes read at once.
const READ_BYTES: usize = 16 * 1024;

/// Between two bytes of a front that drips: much shorter than a client's patience.
const DRIP_PAUSE: Duration = Duration::from_millis(2);

/// A certificate and a key.
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

/// Who signs certificates.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, as a file has it.
    pub(crate) pem: String,
}

/// How the front behaves.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    /// Whether it takes leave at the end.
    pub(crate) takes_leave: bool,
    /// Whether it asks for new keys with each piece that it sends.
    pub(crate) changes_keys: bool,
    /// Whether it has little room for what the server does not take.
    pub(crate) narrow: bool,
    /// Whether it sends one byte at a time once the handshake is done.
    pub(crate) drips: bool,
}

impl Default for Manner {
    fn default() -> Manner {
        let (takes_leave, changes_keys, narrow, drips) = (true, false, false, false);
        Manner { versions: rustls::ALL_VERSIONS, takes_leave, changes_keys, narrow, drips }
    }
}

/// A running one.
pub(crate) struct TlsFront {
    pub(crate) address: SocketAddr,
}

impl Identity {
    /// One that signs for itself, for another machine: its name does not matter.
    pub(crate) fn of_its_own() -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params("chat.example").self_signed(&key).unwrap().der().clone();
        Identity { certificate, key }
    }

    /// The fingerprint of its key, as OpenSSH would write it.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, &self.key.subject_public_key_info());
        format!("SHA256:{}", Base64Unpadded::encode_string(digest.as_ref()))
    }

    /// This certificate in the hands of one who has another key.
    pub(crate) fn stolen(&self) -> Identity {
        Identity { certificate: self.certificate.clone(), key: KeyPair::generate().unwrap() }
    }

    /// Its certificate and its key, as files have them.
    pub(crate) fn pems(&self) -> (String, String) {
        (pem("CERTIFICATE", &self.certificate), pem("PRIVATE KEY", &self.key.serialize_der()))
    }

    fn certified_key(&self) -> CertifiedKey {
        let key = PrivateKeyDer::try_from(self.key.serialize_der()).unwrap();
        CertifiedKey::new(vec![self.certificate.clone()], ring::sign::any_supported_type(&key).unwrap())
    }
}

/// Bytes as a file has them (RFC 7468).
fn pem(label: &str, bytes: &[u8]) -> String {
    let digits = Base64::encode_string(bytes);
    let lines: Vec<&str> = digits.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

impl Authority {
    pub(crate) fn new() -> Authority {
        let (key, mut params) = (KeyPair::generate().unwrap(), params("authority.example"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = pem("CERTIFICATE", params.self_signed(&key).unwrap().der());
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// An identity for this name or address.
    pub(crate) fn sign(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name).signed_by(&key, &self.issuer).unwrap().der().clone();
        Identity { certificate, key }
    }
}

impl TlsFront {
    /// Leads to the server at `back`, to which it connects when a handshake is done.
    pub(crate) fn start(back: SocketAddr, identity: &Identity, manner: Manner) -> TlsFront {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_protocol_versions(manner.versions).unwrap().with_no_client_auth();
        let resolver = SingleCertAndKey::from(identity.certified_key());
        let config = Arc::new(config.with_cert_resolver(Arc::new(resolver)));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        if manner.narrow {
            SockRef::from(&listener).set_recv_buffer_size(NARROW_BYTES).unwrap();
        }
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let tls = ServerConnection::new(config.clone()).unwrap();
                // A connection that breaks is over for both sides.
                thread::spawn(move || {
                    drop(Relay::new(socket, tls, manner).and_then(|relay| relay.run(back)))
                });
            }
        });
        TlsFront { address }
    }

    /// The address as the client's argument.
    pub(crate) fn place(&self) -> String {
        self.address.to_string()
    }
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_string()]).unwrap()
}

/// One connection.
struct Relay {
    poll: Poll,
    client: TcpStream,
    tls: ServerConnection,
    manner: Manner,
    /// On its way to the server.
    inward: Vec<u8>,
    /// Nothing more comes from the client; the server knows.
    client_ended: bool,
    server_told: bool,
    /// The other way round.
    server_ended: bool,
    client_told: bool,
}

impl Relay {
    fn new(socket: std::net::TcpStream, tls: ServerConnection, manner: Manner) -> io::Result<Relay> {
        socket.set_nonblocking(true)?;
        let (poll, mut client) = (Poll::new()?, TcpStream::from_std(socket));
        poll.registry().register(&mut client, Token(0), Interest::READABLE | Interest::WRITABLE)?;
        let inward = Vec::new();
        let (client_ended, server_told, server_ended, client_told) = (false, false, false, false);
        Ok(Relay { poll, client, tls, manner, inward, client_ended, server_told, server_ended, client_told })
    }

    fn run(mut self, back: SocketAddr) -> io::Result<()> {
        let mut events = Events::with_capacity(8);
        while self.tls.is_handshaking() {
            if !(self.flush_client()? | self.read_client()?) {
                self.poll.poll(&mut events, None)?;
            }
        }
        let mut server = TcpStream::from_std({
            let server = std::net::TcpStream::connect(back)?;
            server.set_nonblocking(true)?;
            server
        });
        self.poll.registry().register(&mut server, Token(1), Interest::READABLE | Interest::WRITABLE)?;
        while !(self.server_told && self.client_told) {
            let moved = self.flush_client()?
                | self.read_client()?
                | self.pass_inward(&mut server)?
                | self.pass_outward(&mut server)?;
            if !moved {
                self.poll.poll(&mut events, None)?;
            }
        }
        Ok(())
    }

    /// Each of these says whether it came any further.
    fn flush_client(&mut self) -> io::Result<bool> {
        if !self.tls.wants_write() {
            return Ok(false);
        }
        if self.manner.drips && !self.tls.is_handshaking() {
            thread::sleep(DRIP_PAUSE); // the pace of what is sent
            return Ok(moved(self.tls.write_tls(&mut Drip(&mut self.client)))?.is_some());
        }
        Ok(moved(self.tls.write_tls(&mut self.client))?.is_some())
    }

    fn read_client(&mut self) -> io::Result<bool> {
        if self.client_ended || !self.inward.is_empty() {
            return Ok(false);
        }
        let Some(count) = moved(self.tls.read_tls(&mut self.client))? else { return Ok(false) };
        if let Err(error) = self.tls.process_new_packets() {
            while self.flush_client()? {}
            return Err(io::Error::other(error));
        }
        // It ends with an error while there may be more.
        let read = self.tls.reader().read_to_end(&mut self.inward);
        let may_be_more = read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
        self.client_ended = count == 0 || !may_be_more;
        Ok(true)
    }

    fn pass_inward(&mut self, server: &mut TcpStream) -> io::Result<bool> {
        if self.inward.is_empty() {
            let tell = self.client_ended && !std::mem::replace(&mut self.server_told, self.client_ended);
            if tell {
                let _ = server.shutdown(Shutdown::Write);
            }
            return Ok(tell);
        }
        let Some(count) = moved(server.write(&self.inward))? else { return Ok(false) };
        self.inward.drain(..count);
        Ok(true)
    }

    fn pass_outward(&mut self, server: &mut TcpStream) -> io::Result<bool> {
        if self.client_told || self.tls.wants_write() {
            return Ok(false);
        }
        if self.server_ended {
            self.client_told = true;
            return self.client.shutdown(Shutdown::Write).map(|()| true);
        }
        let mut bytes = [0; READ_BYTES];
        let Some(count) = moved(server.read(&mut bytes))? else { return Ok(false) };
        if count > 0 {
            self.tls.writer().write_all(&bytes[..count])?;
            if self.manner.changes_keys {
                self.tls.refresh_traffic_keys().map_err(io::Error::other)?;
            }
            return Ok(true);
        }
        self.server_ended = true;
        if self.manner.takes_leave {
            self.tls.send_close_notify();
        }
        Ok(true)
    }
}

/// Takes one byte at a time.
struct Drip<'a>(&'a mut TcpStream);

impl Write for Drip<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(&bytes[..bytes.len().min(1)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What a call on a socket moved; nothing, if it would have to wait.
fn moved(result: io::Result<usize>) -> io::Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
        Err(error) => Err(error),
    }
}
