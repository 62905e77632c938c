//! The few calls that the server makes on a connection's stream; a socket, or a simulated one.

use std::io::{self, Read, Write};
use std::net::Shutdown;

/// A non-blocking stream: [`Read`] and [`Write`] answer `WouldBlock` rather than wait.
pub trait Stream: Read + Write {
    /// Ends our side: the peer reads what was written, then the end.
    fn end_writing(&mut self) -> io::Result<()>;
}

impl Stream for mio::net::TcpStream {
    fn end_writing(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}
