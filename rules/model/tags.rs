//! AWS tags: one block of memory per resource, shared by everything that is said about it.

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

type Pair = (Arc<str>, Arc<str>);

/// AWS tags, ordered by key. Names come from strangers: escape them wherever they are shown.
///
/// Nothing at all for a resource without tags, and a clone is another hand on the same tags: accounts have hundreds of
/// thousands of resources.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tags(Option<Arc<[Pair]>>);

impl Tags {
    /// No tags.
    pub fn new() -> Self {
        Tags::default()
    }

    fn pairs(&self) -> &[Pair] {
        self.0.as_deref().unwrap_or_default()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Arc<str>> {
        let at = self.pairs().binary_search_by(|(own, _)| (**own).cmp(key)).ok()?;
        self.pairs().get(at).map(|(_, value)| value)
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.pairs().iter().map(|(key, value)| (key, value))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs().is_empty()
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl FromIterator<Pair> for Tags {
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> Self {
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort();
        // AWS has each key once; should an answer repeat one, it still stands here once.
        pairs.dedup_by(|a, b| a.0 == b.0);
        Tags((!pairs.is_empty()).then(|| pairs.into()))
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<Arc<str>, Arc<str>>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}

impl JsonSchema for Tags {
    fn schema_name() -> Cow<'static, str> {
        "Tags".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_in_json_ordered_by_key() {
        let tags: Tags = [("b", "2"), ("a", "1")].map(|(key, value)| (key.into(), value.into())).into_iter().collect();
        assert_eq!(serde_json::to_string(&tags).unwrap(), r#"{"a":"1","b":"2"}"#);
        assert_eq!(serde_json::from_str::<Tags>(r#"{"b":"2","a":"1"}"#).unwrap(), tags);
        assert_eq!((tags.get("b").map(|value| &**value), tags.get("c")), (Some("2"), None));
        assert!(Tags::new().is_empty() && Tags::from_iter([]) == Tags::new());
    }

    #[test]
    fn a_repeated_key_stays_one() {
        let tags: Tags = [("a", "1"), ("a", "2")].map(|(key, value)| (key.into(), value.into())).into_iter().collect();
        assert_eq!(tags.iter().count(), 1);
    }
}
