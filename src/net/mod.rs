//! The shell: every system call on sockets, one loop, one thread.

mod bind;
mod broadcast;
mod conn;
mod control;
mod deadlines;
mod descriptors;
mod door;
mod event_loop;
mod outbox;
mod pace;
mod reach;
mod server;
mod signals;
mod stream;
mod write_buffer;

pub use bind::{Asked, BindError, Cause, Listening, bind, listeners, resolve};
pub use descriptors::descriptor_limit;
pub use door::Door;
pub use event_loop::EventLoop;
pub use reach::{InterfaceAddr, interface_addrs, reachable};
pub use server::{Server, Settings, Share};
pub use signals::Signals;
pub use stream::Stream;
