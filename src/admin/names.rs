//! Names as they are typed on a command line.

use super::error::AdminError;
use crate::chat::{Name, NameError, Text};

/// A name, if what was `typed` can be read as one here.
pub(super) fn read(name: Result<Name, NameError>, typed: &str) -> Result<Name, AdminError> {
    name.map_err(|error| AdminError::Name(Text::clean(typed), error))
}
