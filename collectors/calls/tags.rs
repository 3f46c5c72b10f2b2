//! AWS tags as our map.

use rung_rules::model::Tags;

/// Tags from key and value pairs; a tag without a key is left out.
pub(crate) fn tags<K, V>(pairs: impl IntoIterator<Item = (Option<K>, Option<V>)>) -> Tags
where
    K: Into<std::sync::Arc<str>>,
    V: Into<std::sync::Arc<str>> + Default,
{
    pairs.into_iter().filter_map(|(key, value)| Some((key?.into(), value.unwrap_or_default().into()))).collect()
}

/// The `Name` tag, which EC2 calls a resource's name.
pub(crate) fn name(tags: &Tags) -> Option<&str> {
    tags.get("Name").map(|name| &**name)
}
