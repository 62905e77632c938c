//! The socket's place in the directory: made there, found there, and taken away.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Mode, fchmod};
use socket2::{Domain, SockAddr, Type};

use crate::limits::CONTROL_BACKLOG;

/// Its name in the directory of `--data`.
pub const SOCKET: &str = "tertulia.sock";

/// The name of a socket that listens; it goes with this value.
#[derive(Debug)]
pub struct Socket {
    path: PathBuf,
    /// The device and the number of its file: another program may have put another one there.
    file: (u64, u64),
}

impl Socket {
    /// The socket in `dir` that another program has made, and handed over: its file, by device and number.
    pub fn of(dir: &Path, file: (u64, u64)) -> Socket {
        Socket { path: dir.join(SOCKET), file }
    }

    /// Its file, by device and number.
    pub fn file(&self) -> (u64, u64) {
        self.file
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| (found.dev(), found.ino()) == self.file) {
            // Left behind it would do no harm either: nobody answers there.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Listens in `dir`, for this user alone. To be called by the process that has locked the directory: a socket that is there already
/// was left by a server that was killed.
///
/// # Errors
///
/// Something else has that name, or the file system has no sockets.
pub fn bind(dir: &Path) -> io::Result<(UnixListener, Socket)> {
    let path = dir.join(SOCKET);
    match fs::symlink_metadata(&path) {
        Ok(found) if found.file_type().is_socket() => fs::remove_file(&path)?,
        Ok(_) => return Err(ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    // Linux gives the file the mode of the socket, so that it never has another one; elsewhere the umask sees to it.
    let _ = fchmod(&socket, Mode::RUSR | Mode::WUSR);
    SocketPath::of(dir)?.with(|address| socket.bind(address))?;
    let file = fs::symlink_metadata(&path)?;
    let name = Socket { path, file: (file.dev(), file.ino()) };
    socket.set_nonblocking(true)?;
    socket.listen(CONTROL_BACKLOG)?;
    Ok((socket.into(), name))
}

/// Calls the server that listens in `dir`; each later write waits for `patience` at most, and each read.
///
/// # Errors
///
/// `NotFound` or `ConnectionRefused`: no server listens there. `WouldBlock`: one does, but it takes no calls.
pub fn connect(dir: &Path, patience: Duration) -> io::Result<UnixStream> {
    let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_write_timeout(Some(patience))?;
    socket.set_read_timeout(Some(patience))?;
    SocketPath::of(dir)?.with(|address| socket.connect(address))?;
    Ok(socket.into())
}

/// Whether who listens at the other end is this user, the owner of `dir`, or root.
pub fn is_trusted(stream: &UnixStream, dir: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        let Ok(peer) = rustix::net::sockopt::socket_peercred(stream) else { return false };
        let (peer, own) = (peer.uid.as_raw(), rustix::process::geteuid().as_raw());
        peer == own || peer == 0 || fs::metadata(dir).is_ok_and(|dir| dir.uid() == peer)
    }
    // Elsewhere the name of the socket says whose it is.
    #[cfg(not(target_os = "linux"))]
    {
        let (_, own) = (stream, rustix::process::geteuid().as_raw());
        let owner = fs::symlink_metadata(dir.join(SOCKET)).map(|socket| socket.uid());
        owner.is_ok_and(|owner| {
            owner == own || owner == 0 || fs::metadata(dir).is_ok_and(|dir| dir.uid() == owner)
        })
    }
}

/// Whether a server listens in `dir`, answering or not.
pub fn listens(dir: &Path) -> bool {
    let connected = || {
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        SocketPath::of(dir)?.with(|address| socket.connect(address))
    };
    match connected() {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

/// Where the socket is. Its address holds some hundred bytes of a path, and a directory may lie deeper.
struct SocketPath {
    path: PathBuf,
    /// Holds the directory open while its short name is in use.
    _dir: Option<rustix::fd::OwnedFd>,
}

impl SocketPath {
    fn of(dir: &Path) -> io::Result<SocketPath> {
        let path = dir.join(SOCKET);
        #[cfg(target_os = "linux")]
        if SockAddr::unix(&path).is_err() {
            use rustix::fd::AsRawFd;
            use rustix::fs::OFlags;
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let open = rustix::fs::open(dir, flags, Mode::empty())?;
            let path = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd())).join(SOCKET);
            return Ok(SocketPath { path, _dir: Some(open) });
        }
        Ok(SocketPath { path, _dir: None })
    }

    fn with(&self, act: impl FnOnce(&SockAddr) -> io::Result<()>) -> io::Result<()> {
        act(&SockAddr::unix(&self.path)?)
    }
}
