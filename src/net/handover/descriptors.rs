//! Open files on their way to another program: sockets hold them (`SCM_RIGHTS`) while no program has them.
//!
//! Invariant: all of them or an error; in either case the sender still has its own.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;

use rustix::cmsg_space;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

/// Descriptors that Linux takes in one message (`SCM_MAX_FD`).
const MESSAGE_FILES: usize = 253;

/// Messages that a socket holds for certain: each takes some 1.3 KB of the 208 KB that a socket has without being asked for more.
const SOCKET_MESSAGES: usize = 48;

/// Puts files into sockets, and gives the one in which those are.
pub(super) fn pack(files: &[BorrowedFd<'_>]) -> io::Result<OwnedFd> {
    let sockets: Vec<OwnedFd> =
        files.chunks(SOCKET_MESSAGES * MESSAGE_FILES).map(put).collect::<io::Result<_>>()?;
    let sockets: Vec<BorrowedFd<'_>> = sockets.iter().map(OwnedFd::as_fd).collect();
    put(&sockets)
}

/// Takes out what was put in, in the same order.
pub(super) fn unpack(socket: BorrowedFd<'_>) -> io::Result<Vec<OwnedFd>> {
    let mut files = Vec::new();
    for socket in take(socket)? {
        files.extend(take(socket.as_fd())?);
    }
    Ok(files)
}

/// A socket that holds these, and behind them its end.
fn put(files: &[BorrowedFd<'_>]) -> io::Result<OwnedFd> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    for some in files.chunks(MESSAGE_FILES) {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MESSAGE_FILES))];
        let mut rights = SendAncillaryBuffer::new(&mut space);
        if !rights.push(SendAncillaryMessage::ScmRights(some)) {
            return Err(ErrorKind::OutOfMemory.into());
        }
        // A message is one byte: without any, nothing would be sent.
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        sendmsg(&ours, &[IoSlice::new(b".")], &mut rights, flags)?;
    }
    Ok(theirs)
}

fn take(socket: BorrowedFd<'_>) -> io::Result<Vec<OwnedFd>> {
    let mut files = Vec::new();
    loop {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MESSAGE_FILES))];
        let (mut rights, mut byte) = (RecvAncillaryBuffer::new(&mut space), [0]);
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
        let taken = recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut rights, flags)?;
        if taken.bytes == 0 {
            return Ok(files);
        }
        for message in rights.drain() {
            if let RecvAncillaryMessage::ScmRights(some) = message {
                files.extend(some);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Seek, Write};

    use super::*;

    #[test]
    fn files_come_out_in_order_however_many_they_are() {
        for count in [0, 1, MESSAGE_FILES, 2 * MESSAGE_FILES + 7, 60 * MESSAGE_FILES] {
            let mut file =
                File::from(rustix::fs::memfd_create("x", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
            file.write_all(b"hola").unwrap();
            let null = File::open("/dev/null").unwrap();
            // The one that can be told from the others is the last.
            let mut files = vec![null.as_fd(); count];
            files.push(file.as_fd());
            let Ok(packed) = pack(&files) else {
                assert!(count > 1000, "a machine may let a process have fewer on the way");
                continue;
            };
            let mut unpacked = unpack(packed.as_fd()).unwrap();
            assert_eq!(unpacked.len(), count + 1);
            let (mut last, mut words) = (File::from(unpacked.pop().unwrap()), String::new());
            last.rewind().unwrap();
            last.read_to_string(&mut words).unwrap();
            assert_eq!(words, "hola", "{count}");
        }
    }
}
