//! A socket on which waiting has an end.

use std::io::{self, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;

/// Connects to the first of these addresses that answers before `deadline`, each with its share of the time: one behind which
/// there is nothing must not take that of the others. Tells of the last one.
pub(crate) fn connect(addresses: &[SocketAddr], deadline: Instant) -> io::Result<TcpStream> {
    let mut failure = ErrorKind::NotFound.into();
    for (left, address) in (1..=addresses.len()).rev().zip(addresses) {
        let share = deadline.saturating_duration_since(Instant::now()) / left as u32;
        if share.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(address, share) {
            Ok(socket) => return Ok(socket),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Has the system ask a silent server now and then whether it is still there: one whose machine or network is gone does not say so,
/// and a client that only listens would wait for ever. After two minutes without an answer it is lost.
#[cfg(any(feature = "prompt", feature = "tls"))]
pub(crate) fn notice_loss(socket: &TcpStream) {
    use std::time::Duration;

    let keepalive = socket2::TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15))
        .with_retries(4);
    // If it fails, the loss is noticed with the next line.
    let _ = socket2::SockRef::from(socket).set_tcp_keepalive(&keepalive);
}

/// The standard library cannot do that.
#[cfg(not(any(feature = "prompt", feature = "tls")))]
pub(crate) fn notice_loss(_: &TcpStream) {}

/// Writes all of it in the time that the socket gives one call, if it has a limit: [`ErrorKind::TimedOut`], if it takes longer. The
/// standard library's begins anew with each piece that the other side takes.
pub(crate) fn write_all(mut socket: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    let deadline = socket.write_timeout()?.map(|limit| Instant::now() + limit);
    loop {
        match socket.write(bytes) {
            Ok(count) if count == bytes.len() => return Ok(()),
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            // A call that took a part of it has waited until its time was over, or a signal came.
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(ErrorKind::TimedOut.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn address_behind_which_there_is_nothing_leaves_time_for_the_next() {
        let [silent, good] = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        // As full as it can be, it does not answer.
        let silent_address = silent.local_addr().unwrap();
        socket2::SockRef::from(&silent).listen(0).unwrap();
        let short = Duration::from_millis(50);
        let _crowd: Vec<TcpStream> =
            std::iter::from_fn(|| TcpStream::connect_timeout(&silent_address, short).ok()).collect();
        let good = good.local_addr().unwrap();
        let connected = connect(&[silent_address, good], Instant::now() + 2 * short).unwrap();
        assert_eq!(connected.peer_addr().unwrap(), good);
        let kind = connect(&[silent_address], Instant::now() + short).map_err(|error| error.kind());
        assert_eq!(kind.unwrap_err(), ErrorKind::TimedOut);
        let kind = connect(&[good], Instant::now()).map_err(|error| error.kind());
        assert_eq!(kind.unwrap_err(), ErrorKind::TimedOut);
        assert_eq!(connect(&[], Instant::now()).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn writing_gives_up_a_server_that_takes_a_little_at_a_time() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        // All of it would take seconds.
        let bytes = vec![b'x'; 64 * 1024 * 1024];
        let sipping = thread::spawn(move || {
            let mut sip = [0; 16 * 1024];
            while server.read(&mut sip).is_ok_and(|count| count > 0) {
                thread::sleep(Duration::from_millis(1)); // the pace of what is taken
            }
        });
        socket.set_write_timeout(Some(Duration::from_millis(50))).unwrap();
        let kind = write_all(&socket, &bytes).map_err(|error| error.kind());
        assert!(matches!(kind, Err(ErrorKind::TimedOut | ErrorKind::WouldBlock)), "{kind:?}");
        socket.shutdown(std::net::Shutdown::Both).unwrap();
        drop(socket);
        sipping.join().unwrap();
    }
}
