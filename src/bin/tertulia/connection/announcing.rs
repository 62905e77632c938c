//! The first byte, for a server that waits for one.
//!
//! A server that takes browsers on the same port does not know what a silent client speaks, and waits before it asks for a name. One
//! byte tells it: NUL, which does nothing on a terminal (RFC 854 calls it "no operation") and in front of a name. A server that asks
//! at once gets none: some take whatever comes first for the name.

use std::io::ErrorKind;
use std::time::Duration;

use super::Stream;

/// What is sent.
pub(crate) const ANNOUNCEMENT: [u8; 1] = [0];

/// A server that asks by itself has done so by then, the way there and back left out.
const SILENCE: Duration = Duration::from_millis(30);

/// The way there and back is no longer; what took longer was looking the name up, or an address that did not answer.
const ROUND_TRIP_MAX: Duration = Duration::from_millis(200);

/// Whether a server, to which connecting took so long, says nothing by itself.
pub(crate) fn is_silent(stream: &Stream, connecting: Duration) -> bool {
    let patience = SILENCE + 2 * connecting.min(ROUND_TRIP_MAX);
    if stream.set_read_timeout(Some(patience)).is_err() {
        return false;
    }
    let heard = stream.has_something().map_err(|error| error.kind());
    // It cannot fail: it was set just now.
    let _ = stream.set_read_timeout(None);
    matches!(heard, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut))
}
