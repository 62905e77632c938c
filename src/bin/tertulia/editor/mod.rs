//! The line editor at a terminal, if it was built in: what arrives appears above the line being typed.
//!
//! Law: this is the only place that knows whether it was.

#[cfg_attr(feature = "prompt", path = "enabled.rs")]
#[cfg_attr(not(feature = "prompt"), path = "disabled.rs")]
mod imp;

pub(crate) use imp::run;
