//! Which facts of a subject differ between two scans.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{FactChange, through::is_gap};
use crate::{compose::Named, facts::Facts};

/// The facts that decide, where they differ; where none of them does, whatever differs.
pub(super) fn differing(
    names: &'static [&'static str],
    before: Option<&Facts>,
    after: Option<&Facts>,
) -> Vec<FactChange> {
    let named = |facts: Option<&Facts>| facts.map(|facts| Named { facts, names }.collect()).unwrap_or_default();
    let deciding = differences(named(before), named(after));
    match (deciding.is_empty(), before, after) {
        (true, Some(before), Some(after)) => differences(record(before), record(after)),
        _ => deciding,
    }
}

fn record(facts: &Facts) -> BTreeMap<String, Value> {
    match serde_json::to_value(facts).ok().as_mut().and_then(|facts| facts.get_mut("facts").map(Value::take)) {
        Some(Value::Object(record)) => record.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

fn differences(mut before: BTreeMap<String, Value>, mut after: BTreeMap<String, Value>) -> Vec<FactChange> {
    let names: std::collections::BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    // JSON does not tell "nothing" from "not there".
    let value = |fact: Option<Value>| fact.map(plain).filter(|value| !value.is_null());
    let change = |name: String| {
        let (before, after) = (value(before.remove(&name)), value(after.remove(&name)));
        (before != after).then_some(FactChange { name, before, after })
    };
    names.into_iter().filter_map(change).collect()
}

/// The value without its source; a gap stays what it is.
fn plain(fact: Value) -> Value {
    match fact {
        Value::Object(mut parts) if parts.len() == 2 && parts.contains_key("from") && parts.contains_key("value") => {
            parts.get_mut("value").map(Value::take).map(plain).unwrap_or_default()
        }
        gap if is_gap(&gap) => gap,
        Value::Object(parts) => Value::Object(parts.into_iter().map(|(name, part)| (name, plain(part))).collect()),
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        other => other,
    }
}
