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
mod log_place;
mod manager;
mod metrics;
#[cfg_attr(not(feature = "cluster"), path = "nodes/absent.rs")]
mod nodes;
mod passed;
mod process;
mod rate_limit;
mod reach;
mod server;
mod signals;
mod stream;

pub use acceptor::Acceptor;
pub use bind::{
    BindCause, BindError, Listening, PassedError, RequestedAddress, bind, listeners, listeners_beside,
    resolve,
};
pub use descriptors::{descriptor_limit, make_room_for_descriptors};
pub use event_loop::{EventLoop, RunError};
pub use handover::{CHECK_STATE, Handed, HandoverError, Program, UpgradeRefused, check};
pub use log_place::LogPlace;
pub use manager::ServiceManager;
pub use nodes::NodeEnd;
pub use passed::passed;
pub use reach::{InterfaceAddr, interface_addrs, is_near, own_addresses, reachable};
pub use server::{RestoreError, Server, ServerState};
pub use signals::Signals;
pub use stream::Stream;
