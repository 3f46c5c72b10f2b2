//! Scope, targets and thresholds of `rung.toml`.

use std::collections::BTreeMap;

use rung_rules::{
    all_criteria,
    model::{Control, Level, Pattern, ScopeRule, TagRule, Threshold, Thresholds},
};

use super::{
    reading::{Placed, Table, did_you_mean},
    schedule::region,
};
use crate::failure::Failure;

/// `[serve]`: how scans are started from the web view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServeTable {
    /// Regions, as `--region` takes them; none: the one of the environment.
    pub regions: Vec<String>,
    /// Whether the active accounts of the organisation are scanned.
    pub org: bool,
    /// Whether the recorded demo account is scanned in place of AWS, to try the web view.
    pub demo: bool,
}

pub(super) fn serve(table: &Table<'_>) -> Result<ServeTable, Failure> {
    let regions = table.texts("regions")?.into_iter().map(|text| region(table, text)).collect::<Result<Vec<_>, _>>()?;
    let serve = ServeTable { regions, org: table.flag("org")?, demo: table.flag("demo")? };
    table.done()?;
    if serve.demo && (serve.org || !serve.regions.is_empty()) {
        let words = "demo = true stands alone: the recording has its own account and regions";
        return Err(table.document.error(&table.span, words));
    }
    Ok(serve)
}

/// `[scope]`: which resources are production.
pub(super) fn scope(table: &Table<'_>) -> Result<ScopeRule, Failure> {
    let patterns = |texts: Vec<Placed<String>>| texts.into_iter().map(|text| Pattern(text.value)).collect();
    let rule = ScopeRule {
        tags: tags(table)?,
        accounts: patterns(table.texts("accounts")?),
        regions: patterns(table.texts("regions")?),
    };
    table.done()?;
    Ok(rule)
}

/// `tags = { key = ["value", "patterns*"] }`.
pub(super) fn tags(table: &Table<'_>) -> Result<Vec<TagRule>, Failure> {
    let Some(tags) = table.table("tags")? else { return Ok(Vec::new()) };
    let rule = |(key, values): (Placed<String>, Vec<Placed<String>>)| match values.is_empty() {
        true => Err(table.document.error(&key.span, &format!("tag {:?} has no values", key.value))),
        false => Ok(TagRule { key: key.value, values: values.into_iter().map(|v| Pattern(v.value)).collect() }),
    };
    tags.lists()?.into_iter().map(rule).collect()
}

/// `[targets]`: the level each control is wanted at; `default` for the rest.
pub(super) fn targets(table: &Table<'_>) -> Result<BTreeMap<Control, Level>, Failure> {
    let mut targets = BTreeMap::new();
    let mut default = None;
    for (name, value) in table.numbers()? {
        let level = (2..=5).find(|n| f64::from(*n) == value.value).and_then(|n: u8| Level::try_from(n).ok());
        let Some(level) = level else {
            let words = format!("{} = {}: a target is a level from 2 to 5", name.value, value.value);
            return Err(table.document.error(&value.span, &words));
        };
        if name.value == "default" {
            default = Some(level);
            continue;
        }
        let control = control(&name.value).ok_or_else(|| {
            let ids = Control::all().map(short).collect::<Vec<_>>();
            let hint = did_you_mean(&name.value, ids.iter().map(String::as_str));
            let words = format!("no control is called {:?}.{hint} Controls are {}", name.value, ids.join(", "));
            table.document.error(&name.span, &words)
        })?;
        targets.insert(control, level);
    }
    if let Some(level) = default {
        for control in Control::all() {
            targets.entry(control).or_insert(level);
        }
    }
    Ok(targets)
}

fn short(control: Control) -> String {
    format!("{:03}", control.number())
}

/// `090`, `90` or `WAF-PERF-090`.
pub(super) fn control(name: &str) -> Option<Control> {
    let wanted = name.to_lowercase();
    Control::all().find(|control| wanted == control.id().to_lowercase() || wanted.parse() == Ok(control.number()))
}

/// `[thresholds]`: any that `rung controls --thresholds` prints.
pub(super) fn thresholds(table: &Table<'_>) -> Result<Thresholds, Failure> {
    let known: BTreeMap<&str, &Threshold> = all_criteria()
        .flat_map(|(_, criterion)| criterion.thresholds.iter().map(|threshold| (threshold.name, *threshold)))
        .collect();
    let mut set = BTreeMap::new();
    for (name, value) in table.numbers()? {
        let Some(threshold) = known.get(name.value.as_str()) else {
            let hint = did_you_mean(&name.value, known.keys().copied());
            let words =
                format!("no threshold is called {:?}.{hint} `rung controls --thresholds` lists them", name.value);
            return Err(table.document.error(&name.span, &words));
        };
        let (most, bounds) = match threshold.unit {
            "%" => (100.0, "from 0 to 100 %".to_owned()),
            unit => (f64::MAX, format!("of 0 {unit} or more")),
        };
        if !(0.0..=most).contains(&value.value) {
            let words = format!("{} = {}: expected a number {bounds}", name.value, value.value);
            return Err(table.document.error(&value.span, &words));
        }
        set.insert(name.value, value.value);
    }
    Ok(Thresholds::new(set))
}
