//! The shell: every system call on sockets, one loop, one thread.

mod acceptor;
mod bind;
mod broadcast;
mod connection;
mod control;
mod deadlines;
mod descriptors;
mod event_loop;
mod handover;
mod rate_limit;
mod reach;
mod server;
mod signals;
mod stream;

pub use acceptor::Acceptor;
pub use bind::{Asked, BindCause, BindError, Listening, bind, listeners, resolve};
pub use descriptors::descriptor_limit;
pub use event_loop::EventLoop;
pub use handover::HandoverError;
pub use reach::{InterfaceAddr, interface_addrs, reachable};
pub use server::{Server, ServerState};
pub use signals::Signals;
pub use stream::Stream;
