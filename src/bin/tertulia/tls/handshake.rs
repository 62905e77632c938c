//! From a socket to a connection through TLS with a server that is trusted.

use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, ClientConnection, Error};

use super::failure::Failure;
use super::known_hosts::{self, KnownHosts};
use super::memory::Memory;
use super::stream::TlsStream;
use super::verifier::{Expected, Finding, Verifier};
use crate::address::Address;
use crate::args::Options;

/// Bytes read at once: a full record.
const READ_BYTES: usize = 16 * 1024;

/// The types of the records with which a server of TLS begins (RFC 8446 §5.1): an alert, a handshake.
const OPENINGS: [u8; 2] = [0x15, 0x16];

/// Makes a connection of `socket` until `deadline`; `person`: a user reads what is told, one line each.
pub(crate) fn open(
    socket: TcpStream,
    address: &Address,
    options: &Options,
    person: bool,
    deadline: Instant,
    tell: &mut dyn FnMut(String),
) -> Result<Arc<TlsStream>, Failure> {
    let memory = Memory::of_user(options.english);
    // With a fingerprint that was asked for nothing has to be known, and nothing is noted.
    let recalled =
        if options.fingerprint.is_none() { memory.recall(tell) } else { Ok(KnownHosts::default()) };
    let (known, unreadable) =
        recalled.map_or_else(|error| (KnownHosts::default(), Some(error)), |known| (known, None));
    let place = known_hosts::place(&address.host, address.port);
    let name = ServerName::try_from(address.host.trim_end_matches('.').to_string());
    let has_name = name.is_ok();
    // Where the file cannot be read there has to be a user who looks at the key.
    let (pin, may_be_new) = (options.fingerprint.clone(), person || unreadable.is_none());
    let verifier = Arc::new(Verifier::new(Expected { place, pin, has_name, known, may_be_new }));
    let name = match name {
        Ok(name) => name,
        Err(_) => ServerName::from(socket.peer_addr().map_err(|_| Failure::HungUp)?.ip()),
    };
    let mut tls = begin(verifier.clone(), name).map_err(|error| Failure::Wrong(error.to_string()))?;
    let shaken = shake_hands(&socket, &mut tls, deadline);
    let finding = verifier.finding();
    match (&finding, unreadable) {
        (Some(Finding::Refused(refusal)), _) => return Err(memory.distrust(refusal.clone())),
        (Some(Finding::Unknown(fingerprint)), Some(error)) => {
            return Err(memory.unreadable(error, fingerprint.clone()));
        }
        (Some(Finding::New(_)), Some(error)) => memory.tell_unreadable(&error, tell),
        _ => {}
    }
    shaken?;
    let Expected { place, known, .. } = verifier.expected();
    match finding {
        Some(Finding::New(fingerprint)) => memory.meet(place, fingerprint, known, tell)?,
        Some(Finding::Signed) => memory.note_signed(place, known, tell),
        _ => {}
    }
    // If it fails, reading tells why.
    let _ = socket.set_read_timeout(None).and_then(|()| socket.set_write_timeout(None));
    Ok(Arc::new(TlsStream::new(socket, tls)))
}

/// A connection that has said nothing yet. It takes nothing up again from another one: a server is judged each time.
fn begin(verifier: Arc<Verifier>, name: ServerName<'static>) -> Result<ClientConnection, Error> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions()?.dangerous();
    let mut config = config.with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.resumption = Resumption::disabled();
    ClientConnection::new(Arc::new(config), name)
}

/// Goes on until either side knows enough.
fn shake_hands(mut socket: &TcpStream, tls: &mut ClientConnection, deadline: Instant) -> Result<(), Failure> {
    let mut bytes = [0; READ_BYTES];
    let mut heard = false;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::Silent);
        }
        socket
            .set_read_timeout(Some(left))
            .and_then(|()| socket.set_write_timeout(Some(left)))
            .map_err(broken)?;
        while tls.wants_write() {
            tls.write_tls(&mut socket).map_err(broken)?;
        }
        if !tls.is_handshaking() {
            return Ok(());
        }
        let count = match socket.read(&mut bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.map_err(broken)?,
        };
        if count == 0 {
            return Err(Failure::HungUp);
        }
        if !std::mem::replace(&mut heard, true) && !OPENINGS.contains(&bytes[0]) {
            return Err(Failure::NotTls);
        }
        if let Err(error) = take_in(tls, &bytes[..count]) {
            // The other side is told; what comes of that is of no interest.
            while tls.wants_write() && tls.write_tls(&mut socket).is_ok() {}
            return Err(failure(error));
        }
    }
}

fn take_in(tls: &mut ClientConnection, mut bytes: &[u8]) -> Result<(), Error> {
    while !bytes.is_empty() {
        // There is room: nothing but the handshake has come.
        tls.read_tls(&mut bytes).map_err(|error| Error::General(error.to_string()))?;
        tls.process_new_packets()?;
    }
    Ok(())
}

fn failure(error: Error) -> Failure {
    match error {
        // A server that stops, or one behind a proxy that does not find it.
        Error::AlertReceived(
            AlertDescription::CloseNotify | AlertDescription::UserCanceled | AlertDescription::InternalError,
        ) => Failure::HungUp,
        Error::AlertReceived(alert) => Failure::Declined(format!("{alert:?}")),
        error @ Error::InvalidCertificate(_) => Failure::Unproven(error.to_string()),
        error => Failure::Wrong(error.to_string()),
    }
}

fn broken(error: io::Error) -> Failure {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Failure::Silent,
        _ => Failure::HungUp,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn handshake_gives_up_a_server_that_does_not_go_on() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        for beginning in [&[][..], &[0x16], &[0x16, 3, 3, 0, 100, 2]] {
            let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (mut server, _) = listener.accept().unwrap();
            server.write_all(beginning).unwrap();
            let options = Options { fingerprint: Some(String::new()), ..Options::default() };
            let deadline = Instant::now() + Duration::from_millis(50);
            let opened =
                open(socket, &Address::default(), &options, false, deadline, &mut |line| panic!("{line}"));
            assert!(matches!(opened, Err(Failure::Silent)), "{beginning:?}");
        }
    }

    #[test]
    fn handshake_gives_up_a_server_that_drips() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        server.set_nodelay(true).unwrap();
        // A message of 2000 bytes, one each millisecond, and the end of the connection behind it.
        let dripping = thread::spawn(move || {
            server.write_all(&[0x16, 3, 3, 7, 0xd0, 2, 0, 7, 0xcc])?;
            (0..1996).try_for_each(|_| {
                thread::sleep(Duration::from_millis(1)); // the pace of what is sent
                server.write_all(&[3])
            })
        });
        let options = Options { fingerprint: Some(String::new()), ..Options::default() };
        let deadline = Instant::now() + Duration::from_millis(50);
        let opened =
            open(socket, &Address::default(), &options, false, deadline, &mut |line| panic!("{line}"));
        assert!(matches!(opened, Err(Failure::Silent)));
        assert!(dripping.join().unwrap().is_err(), "it was not heard to its end");
    }
}
