//! Limits of TLS.

use std::time::Duration;

use super::{QUEUE_MAX_BYTES, STEP_NANOS};

/// Bytes of the longest record, its head and what sealing adds included (RFC 8446 §5.2): what has come of it has to be kept until it is whole.
pub const TLS_RECORD_MAX_BYTES: usize = 16_645;

/// Bytes of the TLS of one connection: its keys, and how far it is.
pub const TLS_SESSION_MAX_BYTES: usize = 5 * 1024;

/// Bytes of records that have not come whole, of all connections together: 500 of the longest. A client sends a record in one go, so
/// that few are on their way at once.
pub const RECORDS_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of a file with a key, or with certificates: a chain of ten with the largest keys in use has some 30,000.
pub const TLS_FILE_MAX_BYTES: usize = 128 * 1024;

/// Bytes of words that are sealed at once, in as many records as they take, and written in one go: more than may wait for one reader.
pub const SEALED_AT_ONCE_BYTES: usize = 64 * 1024;

const _: () = assert!(SEALED_AT_ONCE_BYTES > QUEUE_MAX_BYTES, "one write for each reader and turn");

/// Steps of opening one record, however little is in it: 1 µs.
pub const RECORD_STEPS: u64 = 1_000 / STEP_NANOS;

/// Handshakes that one turn of the loop works at, some 0.15 ms each, behind all who talk. One of which no whole record has come is no
/// more than a read.
pub const HANDSHAKES_PER_TURN: usize = 16;

/// Handshakes that are not over, of all addresses together: a class of 2,000 behind one address that comes back at once, twice. Of those
/// that wait for their turn and those whose client has the next word, one of the more numerous gives way to the next, of the address that
/// has most of them.
pub const HANDSHAKES_MAX: usize = 4096;

/// Bytes of a handshake that is not over: its connection, and its part of TLS.
pub const HANDSHAKE_MAX_BYTES: usize = 6 * 1024;

/// How long a client may take for its part of a handshake, from its beginning and from each answer of the server.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Steps of a handshake: 0.15 ms.
pub const HANDSHAKE_STEPS: u64 = 150_000 / STEP_NANOS;

/// Bits of the RSA keys in use. Of a longer one the console warns at the start.
pub const RSA_USUAL_BITS: u64 = 2048;

/// Steps of a handshake for which an RSA key of [`RSA_USUAL_BITS`] signs: 1 ms at most, 0.5 were measured. With twice as many bits
/// it counts as eight times as long; 3.1 ms were measured.
pub const RSA_HANDSHAKE_STEPS: u64 = 1_000_000 / STEP_NANOS;
