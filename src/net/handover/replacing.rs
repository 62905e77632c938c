//! The moment in which one program takes the place of the other.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sys::signal::SigSet;

use super::descriptors::pack;
use super::program::{Program, ProgramFile};
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

/// What the new program is to find, on its way: as long as this is there nobody else has it.
pub(in crate::net) struct Packed(OwnedFd);

impl Packed {
    /// The state in `text` and the open files that belong to it.
    pub(in crate::net) fn new(text: &File, files: &[BorrowedFd<'_>]) -> io::Result<Packed> {
        let stdin = io::stdin();
        let mut all = vec![text.as_fd(), stdin.as_fd()];
        all.extend(files);
        Ok(Packed(pack(&all)?))
    }

    /// Puts `program`, which was `checked`, in the place of this one. `may` is asked when signals that come are kept for the new program already; `last` is
    /// done behind everything else that can fail.
    pub(in crate::net) fn replace(
        self,
        program: &Program,
        checked: ProgramFile,
        may: impl FnOnce() -> bool,
        last: impl FnOnce(),
    ) -> UpgradeRefused {
        hold_signals();
        let refused = if may() { program.execute(self.0, checked, last) } else { UpgradeRefused::Stopping };
        hear_signals();
        refused
    }
}
