//! One listening socket, and what the connections that it accepts inherit.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

use crate::limits;

/// A socket that listens on `address`. `v4_beside` says that an IPv4 socket has the same port.
pub(super) fn listen(address: SocketAddr, v4_beside: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // `[::]` alone means everybody, IPv4 too, whatever the system's habit; beside an IPv4 socket it has to leave
        // that port to it. OpenBSD has no sockets of both kinds and refuses the first; then it is IPv6 only.
        let done = socket.set_only_v6(v4_beside);
        if v4_beside {
            done?;
        }
    }
    // So that a server which comes back at once finds its port free. Elsewhere than on Unix it means to steal a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    prepare(SockRef::from(&socket));
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(limits::LISTEN_BACKLOG)?;
    Ok(socket)
}

/// Sets on the listener what every connection shall have: on Linux those accepted inherit it, and that spares seven
/// system calls for each who arrives. Where they do not, comfort is lost and nothing else: a vanished peer is noticed
/// later, a stalled one costs more memory. For the same reason a refusal is no reason not to start.
pub(crate) fn prepare(socket: SockRef<'_>) {
    let keepalive = TcpKeepalive::new()
        .with_time(limits::KEEPALIVE_IDLE)
        .with_interval(limits::KEEPALIVE_INTERVAL)
        .with_retries(limits::KEEPALIVE_PROBES);
    let done = [
        socket.set_tcp_nodelay(true),
        socket.set_tcp_keepalive(&keepalive),
        socket.set_send_buffer_size(limits::SEND_BUFFER_BYTES),
        // A telnet's Synch ends in an urgent byte (RFC 854), which otherwise would be missing where it belongs: behind
        // its IAC.
        socket.set_out_of_band_inline(true),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        socket.set_tcp_user_timeout(Some(limits::UNACKNOWLEDGED_TIMEOUT)),
    ];
    for error in done.into_iter().filter_map(Result::err) {
        log::debug!("socket option: {error}");
    }
}
