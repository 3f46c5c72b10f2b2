//! Some facts of a record by name, written without the rest: a finding shows only the facts that decided it.

use std::{collections::BTreeMap, fmt};

use serde::{
    Serialize, Serializer,
    ser::{Error, Impossible, SerializeStruct},
};
use serde_json::Value;
use smallvec::SmallVec;

use crate::facts::Facts;

/// The named facts of a record, as they stand in the evidence, ordered by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) names: &'static [&'static str],
}

impl<'a> Named<'a> {
    fn iter(&self) -> impl Iterator<Item = (&'static str, One<'a>)> + use<'a> {
        let mut names: SmallVec<[_; 8]> = self.names.iter().copied().collect();
        names.sort_unstable();
        let facts = self.facts;
        names.into_iter().map(move |name| (name, One { facts, name }))
    }

    /// The facts by name.
    pub(crate) fn collect(&self) -> BTreeMap<String, Value> {
        let value = |one: One<'_>| serde_json::to_value(one).ok();
        self.iter().filter_map(|(name, one)| Some((name.to_owned(), value(one)?))).collect()
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// One field of a record.
struct One<'a> {
    facts: &'a Facts,
    name: &'static str,
}

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.facts.serialize_record(FieldOf { inner: serializer, name: self.name })
    }
}

/// Writes one field of a struct, and nothing else of it.
struct FieldOf<S> {
    inner: S,
    name: &'static str,
}

/// A record is a struct; whatever else it is has no fields.
fn no_record<T, E: Error>(what: impl fmt::Display) -> Result<T, E> {
    Err(E::custom(format_args!("facts are a struct, not {what}")))
}

macro_rules! no_records {
    ($($name:ident($($argument:ty),*) $(<$generic:ident>)? -> $ok:ty;)*) => {
        $(fn $name $(<$generic: ?Sized + Serialize>)? (self, $(_: $argument),*) -> Result<$ok, S::Error> {
            no_record(stringify!($name))
        })*
    };
}

impl<S: Serializer> Serializer for FieldOf<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Impossible<S::Ok, S::Error>;
    type SerializeTuple = Impossible<S::Ok, S::Error>;
    type SerializeTupleStruct = Impossible<S::Ok, S::Error>;
    type SerializeTupleVariant = Impossible<S::Ok, S::Error>;
    type SerializeMap = Impossible<S::Ok, S::Error>;
    type SerializeStruct = Picking<S>;
    type SerializeStructVariant = Impossible<S::Ok, S::Error>;

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, S::Error> {
        Ok(Picking { inner: Some(self.inner), name: self.name, written: None })
    }

    no_records! {
        serialize_bool(bool) -> S::Ok;
        serialize_i8(i8) -> S::Ok;
        serialize_i16(i16) -> S::Ok;
        serialize_i32(i32) -> S::Ok;
        serialize_i64(i64) -> S::Ok;
        serialize_u8(u8) -> S::Ok;
        serialize_u16(u16) -> S::Ok;
        serialize_u32(u32) -> S::Ok;
        serialize_u64(u64) -> S::Ok;
        serialize_f32(f32) -> S::Ok;
        serialize_f64(f64) -> S::Ok;
        serialize_char(char) -> S::Ok;
        serialize_str(&str) -> S::Ok;
        serialize_bytes(&[u8]) -> S::Ok;
        serialize_none() -> S::Ok;
        serialize_some(&T) <T> -> S::Ok;
        serialize_unit() -> S::Ok;
        serialize_unit_struct(&'static str) -> S::Ok;
        serialize_unit_variant(&'static str, u32, &'static str) -> S::Ok;
        serialize_newtype_struct(&'static str, &T) <T> -> S::Ok;
        serialize_newtype_variant(&'static str, u32, &'static str, &T) <T> -> S::Ok;
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

struct Picking<S: Serializer> {
    inner: Option<S>,
    name: &'static str,
    written: Option<S::Ok>,
}

impl<S: Serializer> SerializeStruct for Picking<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), S::Error> {
        if key == self.name
            && let Some(inner) = self.inner.take()
        {
            self.written = Some(value.serialize(inner)?);
        }
        Ok(())
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.written.ok_or_else(|| S::Error::custom(format_args!("the record has no fact named {}", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        facts::Bucket,
        model::{GapId, Observed, SourceId},
    };

    fn bucket() -> Facts {
        Bucket {
            size_bytes: Observed::known(7.0, SourceId(1)),
            intelligent_tiering: Observed::unknown(GapId(2)),
            lifecycle: Observed::known(true, SourceId(3)),
            intelligent_tiering_bytes: Observed::unknown(GapId(2)),
        }
        .into()
    }

    #[test]
    fn the_named_facts_as_they_stand_in_the_evidence_and_no_others() {
        let facts = bucket();
        let named = Named { facts: &facts, names: &["size_bytes", "lifecycle"] };
        let whole = serde_json::to_value(&facts).unwrap();
        let json = serde_json::to_string(&named).unwrap();
        let expected =
            format!(r#"{{"lifecycle":{},"size_bytes":{}}}"#, whole["facts"]["lifecycle"], whole["facts"]["size_bytes"]);
        assert_eq!(json, expected);
        assert_eq!(serde_json::to_value(named.collect()).unwrap(), serde_json::to_value(named).unwrap());
    }

    #[test]
    fn a_name_that_no_fact_has_is_an_error_not_silence() {
        let facts = bucket();
        let named = Named { facts: &facts, names: &["size"] };
        let error = serde_json::to_string(&named).unwrap_err().to_string();
        assert!(error.contains("no fact named size"), "{error}");
    }
}
