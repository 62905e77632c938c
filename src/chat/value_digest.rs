//! The hash of a value, by what serde tells of it: nothing is written down, which takes ten times as many instructions.
//!
//! Invariant: values of one type that differ are told in different numbers: each text has its length, each list a mark in front of each
//! element and at its end, each choice its number. Names of types, fields and variants are not in it.

use std::fmt;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::digest::Digest;

/// In front of each element of a list, and of a value that can be missing and is there.
const SOME: u64 = 1;
/// Behind the last element, and in place of a value that is missing.
const NONE: u64 = 0;

impl Digest {
    /// Adds a value, by all that is in it.
    ///
    /// # Panics
    ///
    /// It cannot be written down: a mistake in its type.
    #[must_use]
    pub fn value(self, value: &impl Serialize) -> Digest {
        let mut hashed = DigestSerializer(self);
        value.serialize(&mut hashed).expect("a value that can be written");
        hashed.0
    }
}

/// What was hashed so far.
struct DigestSerializer(Digest);

impl DigestSerializer {
    fn number(&mut self, number: u64) -> Result<(), fmt::Error> {
        self.0 = self.0.number(number);
        Ok(())
    }

    fn element<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), fmt::Error> {
        self.number(SOME)?;
        element.serialize(self)
    }

    fn fields(&mut self, count: usize) -> Result<&mut DigestSerializer, fmt::Error> {
        self.number(count as u64)?;
        Ok(self)
    }

    fn variant(&mut self, variant: u32) -> Result<&mut DigestSerializer, fmt::Error> {
        self.number(variant.into())?;
        Ok(self)
    }
}

/// Each is told as a number: of a negative one the same bits.
macro_rules! numbers {
    ($($method:ident: $number:ty,)*) => {
        $(fn $method(self, number: $number) -> Result<(), fmt::Error> {
            self.number(number as u64)
        })*
    };
}

impl<'a> Serializer for &'a mut DigestSerializer {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = &'a mut DigestSerializer;
    type SerializeTuple = &'a mut DigestSerializer;
    type SerializeTupleStruct = &'a mut DigestSerializer;
    type SerializeTupleVariant = &'a mut DigestSerializer;
    type SerializeMap = &'a mut DigestSerializer;
    type SerializeStruct = &'a mut DigestSerializer;
    type SerializeStructVariant = &'a mut DigestSerializer;

    numbers! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_char: char,
    }

    fn serialize_f32(self, number: f32) -> Result<(), fmt::Error> {
        self.number(number.to_bits().into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), fmt::Error> {
        self.number(number.to_bits())
    }

    fn serialize_str(self, text: &str) -> Result<(), fmt::Error> {
        self.serialize_bytes(text.as_bytes())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), fmt::Error> {
        self.0 = self.0.number(bytes.len() as u64).bytes(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), fmt::Error> {
        self.number(NONE)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        self.element(value)
    }

    fn serialize_unit(self) -> Result<(), fmt::Error> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), fmt::Error> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), fmt::Error> {
        self.number(index.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), fmt::Error> {
        value.serialize(self.variant(index)?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_tuple(self, count: usize) -> Result<Self, fmt::Error> {
        self.fields(count)
    }

    fn serialize_tuple_struct(self, _: &'static str, count: usize) -> Result<Self, fmt::Error> {
        self.fields(count)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        count: usize,
    ) -> Result<Self, fmt::Error> {
        self.variant(index)?.fields(count)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, count: usize) -> Result<Self, fmt::Error> {
        self.fields(count)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        count: usize,
    ) -> Result<Self, fmt::Error> {
        self.variant(index)?.fields(count)
    }
}

impl SerializeSeq for &mut DigestSerializer {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), fmt::Error> {
        self.number(NONE)
    }
}

impl SerializeMap for &mut DigestSerializer {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), fmt::Error> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), fmt::Error> {
        self.number(NONE)
    }
}

/// What has as many parts as was told in front of them.
macro_rules! counted {
    ($($kind:ident: $method:ident($($name:ty)?),)*) => {
        $(impl $kind for &mut DigestSerializer {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Result<(), fmt::Error> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), fmt::Error> {
                Ok(())
            }
        })*
    };
}

counted! {
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(&'static str),
    SerializeStructVariant: serialize_field(&'static str),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::Serialize;

    use super::*;

    #[derive(Clone, Serialize)]
    struct Said<'a> {
        number: u64,
        room: Option<&'a str>,
        words: Vec<&'a str>,
        kind: Kind,
    }

    #[derive(Clone, Serialize)]
    enum Kind {
        Say,
        Act(bool, i8),
    }

    #[test]
    fn digest_of_a_value_is_made_of_all_that_is_in_it() {
        let said =
            Said { number: 7, room: Some("sala"), words: vec!["hola", "a"], kind: Kind::Act(true, -1) };
        // Four fields; a number; a text that is there; two texts and the end; the second variant, with two fields.
        assert_eq!(Digest::default().value(&said).finish(), 0x0aa3_cde9_289c_6487);
        let others = [
            Said { number: 8, ..said.clone() },
            Said { room: None, ..said.clone() },
            Said { room: Some("sala hola"), words: vec!["a"], ..said.clone() },
            Said { words: vec!["hola"], ..said.clone() },
            Said { words: vec!["hol", "aa"], ..said.clone() },
            Said { words: vec!["hola", "a", ""], ..said.clone() },
            Said { words: vec!["holaa"], ..said.clone() },
            Said { kind: Kind::Say, ..said.clone() },
            Said { kind: Kind::Act(false, -1), ..said.clone() },
            Said { kind: Kind::Act(true, 1), ..said.clone() },
        ];
        let digests: BTreeSet<u64> =
            others.iter().chain([&said]).map(|said| Digest::default().value(said).finish()).collect();
        assert_eq!(digests.len(), others.len() + 1);
    }
}
