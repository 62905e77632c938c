//! What waits for one absent person, as far as it decides whether one more message may.

use super::account::Posted;
use crate::limits::{OFFLINE_MESSAGES_MAX, OFFLINE_MESSAGES_MAX_BYTES, is_over_share};

/// How much waits for an account.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mailbox {
    /// Messages.
    pub messages: usize,
    /// Bytes of their words.
    pub bytes: usize,
    /// Of these, messages from the address of the one that comes.
    pub own: usize,
    /// And bytes.
    pub own_bytes: usize,
}

impl Mailbox {
    /// What becomes of one more message of so many bytes: what is left when it is nearly full is not for an address that has filled more
    /// than half of it.
    pub fn takes(self, bytes: usize) -> Posted {
        if self.messages >= OFFLINE_MESSAGES_MAX || self.bytes + bytes > OFFLINE_MESSAGES_MAX_BYTES {
            return Posted::Full;
        }
        let free_bytes = OFFLINE_MESSAGES_MAX_BYTES - self.bytes;
        if is_over_share(self.own, OFFLINE_MESSAGES_MAX - self.messages, OFFLINE_MESSAGES_MAX)
            || is_over_share(self.own_bytes, free_bytes, OFFLINE_MESSAGES_MAX_BYTES)
        {
            return Posted::OverShare;
        }
        Posted::Kept
    }
}
