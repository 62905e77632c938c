//! The name of a node, as its administrator gives it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::limits::NODE_NAME_MAX_BYTES;

/// Small Latin letters, digits and hyphens, like the name of a machine, so that a log and a command line show all of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeName(Arc<str>);

/// Why a text is no name of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeNameError {
    /// It has none.
    #[error("empty")]
    Empty,
    /// It has more than [`NODE_NAME_MAX_BYTES`].
    #[error("longer than {NODE_NAME_MAX_BYTES} letters")]
    Long,
    /// It has others than `a` to `z`, `0` to `9` and `-`, or one of these in front that is no letter.
    #[error("other letters than a-z, 0-9 and -, or none in front")]
    Letters,
}

impl NodeName {
    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NodeName {
    type Err = NodeNameError;

    fn from_str(typed: &str) -> Result<NodeName, NodeNameError> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match typed.as_bytes() {
            [] => Err(NodeNameError::Empty),
            bytes if bytes.len() > NODE_NAME_MAX_BYTES => Err(NodeNameError::Long),
            [first, rest @ ..] if first.is_ascii_lowercase() && rest.iter().copied().all(fits) => {
                Ok(NodeName(typed.into()))
            }
            _ => Err(NodeNameError::Letters),
        }
    }
}

impl TryFrom<String> for NodeName {
    type Error = NodeNameError;

    fn try_from(typed: String) -> Result<NodeName, NodeNameError> {
        typed.parse()
    }
}

impl From<NodeName> for String {
    fn from(name: NodeName) -> String {
        name.0.as_ref().into()
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
