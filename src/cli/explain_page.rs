//! A control as a page of Markdown: the model's row, and how each of its criteria is decided.

use std::io::{self, Write};

use rung_collectors::calls;
use rung_rules::{
    checklists::{AUDIT_LIST, CHECKLISTS},
    compose::bar_words,
    criteria,
    entry_path::STEPS,
    facts::Kind,
    model::{Basis, Control, Criterion, Effort, Evidence, Level, Thresholds},
};
use serde_json::Value;

use super::explain::{basis, nothing};

/// Writes the page of a control.
pub(super) fn control(control: Control, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {} {}\n", control.id(), control.title())?;
    writeln!(out, "| level | | the model's words | criteria |\n|---|---|---|---|")?;
    for (level, cell) in Level::ALL.into_iter().zip(control.cells()) {
        let own = criteria(control).iter().filter(|criterion| criterion.level == level);
        let links: Vec<_> = own.map(|criterion| format!("[{0}](#{0})", criterion.id)).collect();
        writeln!(out, "| {} | {} | {cell} | {} |", level.number(), level.label(), links.join(", "))?;
    }
    writeln!(out, "\nA level is reached when every applicable criterion of it, and of all levels below, is met.")?;
    let facts = Facts::read();
    criteria(control).iter().try_for_each(|one| criterion(control, one, &facts, out))
}

/// Writes the section of a criterion alone.
pub(super) fn section(control: Control, one: &Criterion, out: &mut dyn Write) -> io::Result<()> {
    criterion(control, one, &Facts::read(), out)
}

fn criterion(control: Control, one: &Criterion, facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}\n", one.id)?;
    writeln!(out, "{}\n", one.statement)?;
    writeln!(out, "| | |\n|---|---|")?;
    writeln!(out, "| full id | `{}` |", one.full_id(control))?;
    writeln!(out, "| level | {} ({}) |", one.level.number(), one.level.label())?;
    writeln!(out, "| the model's clause | {} |", one.clause)?;
    writeln!(out, "| decided by | {} |", basis(one.basis))?;
    if !one.tests.is_empty() {
        writeln!(out, "| bar | {} |", bar_words(one.bar, &Thresholds::default()))?;
    }
    writeln!(out, "| without subjects | {} |", nothing(one.nothing))?;
    let used = used_in(control, one);
    if !used.is_empty() {
        writeln!(out, "| counts in | {} |", used.join(", "))?;
    }
    writeln!(out, "| remedy | {} ({}) |", one.remedy, effort(one.effort))?;
    if one.basis != Basis::Observed {
        writeln!(out, "| attest it | `rung attest \"{:03} {}\"` |", control.number(), one.id)?;
    }
    for test in one.tests {
        writeln!(out, "\nOf each of the {}:\n", test.kind().plural())?;
        for fact in test.facts() {
            writeln!(out, "- `{fact}`: {}", facts.meaning(test.kind(), fact))?;
        }
    }
    if !one.thresholds.is_empty() {
        writeln!(out, "\n| threshold | default | why |\n|---|---|---|")?;
        for own in one.thresholds {
            writeln!(out, "| `{}` | {} {} | {} |", own.name, own.default, own.unit, own.reason)?;
        }
    }
    let called: Vec<_> = one.calls.iter().filter_map(|name| calls::all().find(|call| call.name() == *name)).collect();
    if !called.is_empty() {
        writeln!(out, "\n| call | IAM action | holds |\n|---|---|---|")?;
        for call in called {
            writeln!(out, "| `{}` | `{}` | {} |", call.name(), call.iam(), call.holds)?;
        }
    }
    Ok(())
}

/// Checklist items, points of the audit list and steps of the entry path that stand on a criterion.
fn used_in(control: Control, one: &Criterion) -> Vec<String> {
    let names = |references: &[(Control, &str)]| references.contains(&(control, one.id));
    let lists = CHECKLISTS.iter().flat_map(|list| {
        let own = list.items.iter().filter(|item| names(item.formula.references()));
        own.map(move |item| format!("checklist {}: \"{}\"", list.level.number(), item.text))
    });
    let audit = AUDIT_LIST.iter().filter(|item| names(item.formula.references()));
    let audit = audit.map(|item| format!("audit list: \"{}\"", item.text));
    let steps = STEPS.iter().filter(|step| step.control == control && step.criteria.contains(&one.id));
    let steps = steps.map(|step| format!("entry path, weeks {}", step.weeks));
    lists.chain(audit).chain(steps).collect()
}

fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Setting => "a setting",
        Effort::Resource => "something to add",
        Effort::Change => "a change that wants a test",
        Effort::Practice => "a practice of people",
    }
}

/// What facts mean, in the words of the evidence's JSON Schema.
struct Facts(Value);

impl Facts {
    fn read() -> Self {
        Facts(schemars::schema_for!(Evidence).to_value())
    }

    fn meaning(&self, kind: Kind, fact: &str) -> String {
        let kind = serde_json::to_value(kind).unwrap_or_default();
        let kinds = self.0["oneOf"].as_array().map(Vec::as_slice).unwrap_or_default();
        let own = kinds.iter().find(|one| one["properties"]["kind"]["const"] == kind);
        let record =
            own.and_then(|one| one["properties"]["facts"]["$ref"].as_str()).and_then(|path| path.rsplit('/').next());
        let meaning = record.and_then(|name| self.0["$defs"][name]["properties"][fact]["description"].as_str());
        meaning.unwrap_or_default().replace('\n', " ")
    }
}
