//! Objects, written from their first field to their last, so that `type` comes first.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::limits::REFERENCE_MAX_BYTES;

/// What a client put beside a command to know its answer by: a whole number, or a short text. As it is written in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference(Box<str>);

impl Reference {
    /// None: it is neither, or longer than [`REFERENCE_MAX_BYTES`].
    pub(super) fn of(value: &serde_json::Value) -> Option<Reference> {
        let plain = value.is_i64() || value.is_u64() || value.is_string();
        let written = plain.then(|| value.to_string())?;
        (written.len() <= REFERENCE_MAX_BYTES).then(|| Reference(written.into()))
    }

    /// Whether it is what [`of`](Self::of) makes: it becomes a part of what is sent as it is.
    pub(in crate::protocol) fn is_sound(&self) -> bool {
        serde_json::from_str(&self.0).ok().and_then(|value| Reference::of(&value)).as_ref() == Some(self)
    }

    /// Bytes of memory.
    pub fn held(&self) -> usize {
        self.0.len()
    }
}

/// An object that is being written.
pub(super) struct Object<'a> {
    out: &'a mut String,
}

impl<'a> Object<'a> {
    pub(super) fn new(kind: &str, out: &'a mut String) -> Object<'a> {
        out.push_str("{\"type\":");
        let mut object = Object { out };
        object.value(kind);
        object
    }

    pub(super) fn put(&mut self, field: &'static str, value: impl Serialize) -> &mut Object<'a> {
        // Writing to a String cannot fail.
        let _ = write!(self.out, ",\"{field}\":");
        self.value(value);
        self
    }

    /// A field that is left out where there is nothing to say.
    pub(super) fn maybe(&mut self, field: &'static str, value: Option<impl Serialize>) -> &mut Object<'a> {
        if let Some(value) = value {
            self.put(field, value);
        }
        self
    }

    /// How many more there are than those that are told, if there are.
    pub(super) fn more(&mut self, others: usize) -> &mut Object<'a> {
        self.maybe("more", (others > 0).then_some(others))
    }

    pub(super) fn end(self, reference: Option<&Reference>) {
        if let Some(Reference(written)) = reference {
            let _ = write!(self.out, ",\"ref\":{written}");
        }
        self.out.push('}');
    }

    fn value(&mut self, value: impl Serialize) {
        self.out.push_str(&serde_json::to_string(&value).expect("text and numbers can be written"));
    }
}
