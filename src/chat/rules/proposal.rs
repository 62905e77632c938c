//! A change on its way through a log that several nodes read.

use serde::{Deserialize, Serialize};

use super::Change;

/// A change that a node wants made. What is in it is the chat's business; as what it is written is part of the log's version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proposal(pub(in crate::chat) Change);
