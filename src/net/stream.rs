//! The few calls that the server makes on a connection's stream; a socket, or a simulated one.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown};

/// A non-blocking stream: [`Read`] and [`Write`] answer `WouldBlock` rather than wait.
pub trait Stream: Read + Write {
    /// Ends our side: the peer reads what was written, then the end.
    fn end_writing(&mut self) -> io::Result<()>;

    /// Where the other side is, as far as that can still be known.
    fn origin(&self) -> Option<IpAddr>;
}

impl Stream for mio::net::TcpStream {
    fn end_writing(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn origin(&self) -> Option<IpAddr> {
        self.peer_addr().ok().map(|peer| peer.ip())
    }
}
