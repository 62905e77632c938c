//! How the administrator's commands reach a running server: a Unix socket in the directory of `--data`.
//!
//! One connection carries one order. The server says its version first, so that a client which hears nothing has asked for
//! nothing; then one line goes there and an answer comes back, rows first and how it ended last:
//!
//! ```text
//! S  tertulia 1
//! C  account-add <TAB> Ana <TAB> $argon2id$…
//! S  ok                                          or: no <TAB> taken <TAB> Ána
//! ```
//!
//! Invariant: an order whose client hung up before it was read is not carried out. It is no interface for other programs:
//! client and server are one binary.

mod call;
mod order;
mod reply;
mod socket;

pub use call::{Call, CallError};
pub use order::{AccountOrder, ControlOrder};
pub use reply::{AccountReply, ControlRefusal, OK, Registered, row};
pub use socket::{SOCKET, Socket, bind, connect, is_trusted, listens};

/// What the server says first. A change of what passes through the socket changes its number.
pub const GREETING: &str = "tertulia 1";
