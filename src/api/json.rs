//! Knows JSON as it was written: names that came twice are seen, numbers are whole or not.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value as it was written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Whole(i64),
    /// A fraction, or a number that is too large.
    Number,
    Text(String),
    List,
    Object(Object),
}

/// An object as it was written.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Object {
    /// By name; of one that came twice, the first.
    pub(super) fields: BTreeMap<String, Json>,
    /// The names that came more than once.
    pub(super) repeated: Vec<String>,
}

/// Reads one object and nothing after it; `None` when it is none.
pub(super) fn object(bytes: &[u8]) -> Option<Object> {
    match serde_json::from_slice(bytes) {
        Ok(Json::Object(object)) => Some(object),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Json, E> {
        Ok(Json::Whole(whole))
    }

    fn visit_u64<E>(self, whole: u64) -> Result<Json, E> {
        Ok(i64::try_from(whole).map_or(Json::Number, Json::Whole))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        // No field is a list; it is read to its end and named as what it is.
        while list.next_element::<Json>()?.is_some() {}
        Ok(Json::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut object = Object::default();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            match object.fields.entry(name) {
                Entry::Occupied(first) => object.repeated.push(first.key().clone()),
                Entry::Vacant(free) => drop(free.insert(value)),
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_came_twice_is_seen_at_every_depth() {
        let read = object(br#"{"a":1,"a":2,"b":{"c":null,"c":true}}"#).unwrap();
        assert_eq!(read.repeated, ["a"]);
        let Some(Json::Object(inner)) = read.fields.get("b") else {
            panic!("{read:?}")
        };
        assert_eq!(inner.repeated, ["c"]);
    }

    #[test]
    fn only_whole_numbers_that_fit_are_whole() {
        let read =
            object(br#"{"a":9223372036854775807,"b":9223372036854775808,"c":1.0,"d":1e3,"e":-0}"#).unwrap();
        assert_eq!(read.fields["a"], Json::Whole(i64::MAX));
        for name in ["b", "c", "d"] {
            assert_eq!(read.fields[name], Json::Number, "{name}");
        }
    }

    #[test]
    fn what_is_no_single_object_is_none() {
        let deep = "[".repeat(100_000);
        for bytes in [
            &b""[..],
            b"[]",
            b"null",
            b"{}{}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":NaN}",
            b"\xef\xbb\xbf{}",
            deep.as_bytes(),
        ] {
            assert_eq!(object(bytes), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fall(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = object(&bytes);
        }
    }
}
