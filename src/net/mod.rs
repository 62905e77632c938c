//! The shell: every system call of the server.

mod bind;
mod descriptors;

pub use bind::{Asked, BindError, Cause, Listening, bind, listeners, resolve};
pub use descriptors::descriptor_limit;
