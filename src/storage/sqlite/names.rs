//! The names of the accounts that are in the file, to be compared with another one.

use crate::storage::accounts::SkeletonIndex;

/// What names of accounts look like, up to some number: others may write to the file as well.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) last: u32,
    pub(super) skeletons: SkeletonIndex,
}
