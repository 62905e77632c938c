//! What the threads at a terminal tell one another.

use crate::address::Address;
use crate::prompt_parser::Heard;

/// Something that happened.
pub(super) enum Event {
    /// Bytes came from the keyboard; none, if it is gone.
    Keyboard(Vec<u8>),
    Connecting(Address),
    Heard(Heard),
    Answered(String),
    Notice(String),
    /// Whose turn it is may have changed.
    Settled,
    /// A line could not be sent.
    NotSent,
    Signal(i32),
    /// Nothing more will come from the network; the exit status.
    Over(u8),
}

/// What goes to the server, in the order in which it was typed.
pub(super) enum Outgoing {
    /// A line with its end.
    Line(Vec<u8>),
    /// No more of them will come.
    End,
}
