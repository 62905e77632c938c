//! People who talk in TLS, and handshakes at once. Whose key it is that they talk to, they do not ask: what has to be counted is the
//! server's work, and it signs all the same.

use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

use super::Failure;
use super::crowd::connect_from;

/// Bytes of words that are sealed at once.
const SEALED_AT_ONCE: usize = 16 * 1024;

/// How long nothing may move before handshakes are given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The TLS of one of them.
pub(crate) struct Sealed(ClientConnection);

impl Sealed {
    /// Has said nothing yet.
    pub(crate) fn new() -> Result<Sealed, Failure> {
        static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
        let config = CONFIG.get_or_init(|| {
            let provider = Arc::new(ring::default_provider());
            let verifier = Arc::new(Anybody(Arc::clone(&provider)));
            let builder = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("the provider knows them");
            Arc::new(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
        });
        Ok(Sealed(ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?))
    }

    /// Takes in what came, and gives the words to `take`.
    pub(crate) fn open(
        &mut self,
        mut input: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        while !input.is_empty() {
            self.0.read_tls(&mut input)?;
            self.0.process_new_packets()?;
            let mut reader = self.0.reader();
            loop {
                let words = match reader.fill_buf() {
                    Ok([]) => return Err("the server has ended TLS".into()),
                    Ok(words) => words,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                };
                let length = words.len();
                take(words)?;
                reader.consume(length);
            }
        }
        Ok(())
    }

    /// Seals as much of `words` as may wait, unless something does already; gives how much that was.
    pub(crate) fn seal(&mut self, words: &[u8]) -> io::Result<usize> {
        match self.0.wants_write() {
            true => Ok(0),
            false => self.0.writer().write(&words[..words.len().min(SEALED_AT_ONCE)]),
        }
    }

    /// Takes in what has come, and sends what is to be said to it. One who has shaken hands says something, as clients do, so that they
    /// are not waited for.
    fn go_on(&mut self, stream: &mut TcpStream) -> Result<(), Failure> {
        let (before, mut piece) = (self.0.is_handshaking(), [0; 16 * 1024]);
        loop {
            match stream.read(&mut piece) {
                Ok(0) => return Err("the server has let one go".into()),
                Ok(length) => self.open(&piece[..length], |_| Ok(()))?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        if before && !self.0.is_handshaking() {
            self.0.writer().write_all(b"\n")?;
        }
        Ok(self.send(stream)?)
    }

    /// Sends what waits, as much as leaves at once.
    pub(crate) fn send(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        while self.0.wants_write() {
            match self.0.write_tls(stream) {
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ends this side in order, if that leaves at once.
    pub(crate) fn end(&mut self, stream: &mut TcpStream) {
        self.0.send_close_notify();
        // Who is gone already needs no word.
        let _ = self.send(stream);
    }
}

/// Lets `count` shake hands with `server` at once, counted from `first`; gives the time until the last of them has, and how many were let
/// go, or answered in the clear. What they send first is made beforehand.
pub(crate) fn shake(server: SocketAddr, first: usize, count: usize) -> Result<(Duration, usize), Failure> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(count);
    let mut sealed: Vec<Sealed> = (0..count).map(|_| Sealed::new()).collect::<Result<_, _>>()?;
    let mut streams = Vec::with_capacity(count);
    let begun = Instant::now();
    for (index, sealed) in sealed.iter_mut().enumerate() {
        let mut stream = connect_from(first + index, server)?;
        poll.registry().register(&mut stream, Token(index), Interest::READABLE | Interest::WRITABLE)?;
        sealed.send(&mut stream)?;
        streams.push(stream);
    }
    let (mut done, mut moved) = (0, Instant::now());
    let mut lost = vec![None; count];
    let mut took = Duration::ZERO;
    while done < count {
        if moved.elapsed() > PATIENCE {
            return Err(format!("{done} of {count} have shaken hands, and then nobody").into());
        }
        poll.poll(&mut events, Some(PATIENCE))?;
        for event in &events {
            let Token(index) = event.token();
            let (sealed, stream) = (&mut sealed[index], &mut streams[index]);
            if lost[index].is_some() {
                continue;
            }
            let before = sealed.0.is_handshaking();
            if let Err(error) = sealed.go_on(stream) {
                poll.registry().deregister(stream)?;
                lost[index] = Some(error.to_string());
                done += usize::from(before);
            } else if before && !sealed.0.is_handshaking() {
                (done, moved, took) = (done + 1, Instant::now(), begun.elapsed());
            }
        }
    }
    let mut reasons: Vec<String> = lost.into_iter().flatten().collect();
    let count = reasons.len();
    reasons.sort();
    reasons.dedup();
    reasons.iter().for_each(|reason| eprintln!("\nof those who shake hands: {reason}"));
    Ok((took, count))
}

/// Takes anybody for the server.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
