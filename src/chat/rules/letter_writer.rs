//! Whom the answer to a letter goes to.

use serde::{Deserialize, Serialize};

use crate::chat::correspondent::Correspondent;
use crate::chat::message::MessageId;

/// Who wrote a letter since the server started.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LetterWriter {
    pub(super) letter: MessageId,
    pub(super) who: Correspondent,
}

impl LetterWriter {
    pub(super) fn correspondent(&mut self) -> &mut Correspondent {
        &mut self.who
    }
}
