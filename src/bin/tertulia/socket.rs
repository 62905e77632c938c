//! A socket on which waiting has an end.

use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;
use std::time::Instant;

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
