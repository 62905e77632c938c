//! The moment in which one program takes the place of the other.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::SigSet;

use super::descriptors::pack;
use super::program::Program;
use super::refused::UpgradeRefused;

/// Signals that come from now on wait, until [`hear_signals`].
fn hold_signals() {
    // Neither can fail with a set that exists.
    let _ = SigSet::all().thread_block();
}

/// Signals that have waited come now: to be called when handlers are in their places.
pub(super) fn hear_signals() {
    let _ = SigSet::all().thread_unblock();
}

/// Puts `program` in the place of this one, with the state in `text` and the open files that belong to it. `may` is asked at the last moment,
/// when signals that come are kept for the new program.
pub(in crate::net) fn replace(
    program: &Program,
    text: &File,
    files: &[BorrowedFd<'_>],
    may: impl FnOnce() -> bool,
) -> UpgradeRefused {
    let stdin = io::stdin();
    let mut all = vec![text.as_fd(), stdin.as_fd()];
    all.extend(files);
    let packed = match pack(&all) {
        Ok(packed) => packed,
        Err(error) => return error.into(),
    };
    hold_signals();
    let refused = if may() { program.execute(packed) } else { UpgradeRefused::Stopping };
    hear_signals();
    refused
}
