//! The list of `rung attest`: what needs a person, ordered by what it would lift.

use std::{io::Write, path::Path};

use jiff::Timestamp;
use rung_rules::model::{
    Assumption, Attestation, Basis, Control, Criterion, CriterionResult, DecidedBy, EvidenceSet, Level, Outcome,
    Settings, assess, assume,
};

use super::{latest, output::Output};
use crate::{
    bundle::Bundle,
    config::Config,
    failure::{Exit, Failure},
    plain::plain,
};

/// A criterion that needs a person, or that a person has attested.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its control.
    pub(crate) control: Control,
    /// It.
    pub(crate) criterion: &'static Criterion,
    /// Levels that it lifts its control by, alone.
    pub(crate) lifts: Option<(Level, Level)>,
    /// Whether it is attested, by whom, until when.
    pub(crate) state: String,
    /// Whether it is still unknown.
    pub(crate) open: bool,
}

/// Prints the list for a stored scan, with today's attestations.
pub(super) fn run(bundle: Option<&Path>, config: &Config) -> Result<Exit, Failure> {
    let bundle = latest::bundle(bundle)?;
    let (now, rows) = list(&bundle, &config.settings.attestations)?;
    Output::Stdout.write(|out| {
        if rows.is_empty() {
            return writeln!(out, "Nothing in this scan needs a person.");
        }
        writeln!(
            out,
            "What AWS does not show and a person can attest, by what it would lift (scan of {}):\n",
            now.strftime("%Y-%m-%d")
        )?;
        for row in &rows {
            print(row, out)?;
        }
        writeln!(out, "Attest one: rung attest ID --owner NAME --statement TEXT --proof URL_OR_FILE")
    })?;
    Ok(Exit::Done)
}

/// What needs a person in a stored scan, by what it would lift, and when the scan was; with today's attestations.
pub(crate) fn list(bundle: &Bundle, attestations: &[Attestation]) -> Result<(Timestamp, Vec<Row>), Failure> {
    let set = bundle.evidence()?;
    let settings = Settings { attestations: attestations.to_vec(), ..bundle.settings()? };
    let mut rows = rows(&set, &settings);
    rows.sort_by_key(|row| {
        let lifted = row.lifts.map_or(0, |(from, to)| to.number() - from.number());
        (!row.open, std::cmp::Reverse(lifted), row.criterion.level, row.control)
    });
    Ok((set.now, rows))
}

fn rows(set: &EvidenceSet, settings: &Settings) -> Vec<Row> {
    let assessed = assess(set, settings);
    let mut rows = Vec::new();
    for control in &assessed.controls {
        for result in control.criteria.iter().filter(|result| is_for_people(result)) {
            let open = result.outcome == Outcome::Unknown;
            let before = control.levels.map(|levels| levels.confirmed);
            let then = open.then(|| confirmed_with(set, settings, control.control, result.criterion)).flatten();
            let lifts = before.zip(then).filter(|(before, then)| then > before);
            rows.push(Row { control: control.control, criterion: result.criterion, lifts, state: state(result), open });
        }
    }
    rows
}

fn is_for_people(result: &CriterionResult<'_>) -> bool {
    let asks = result.outcome == Outcome::Unknown && result.needs_attestation;
    result.criterion.basis != Basis::Observed && (asks || !result.attestations.is_empty())
}

/// The confirmed level of a control if one criterion were attested.
fn confirmed_with(
    set: &EvidenceSet,
    settings: &Settings,
    control: Control,
    criterion: &'static Criterion,
) -> Option<Level> {
    let mut assessed = assess(set, settings);
    assume(set, settings, &mut assessed, &[Assumption { control, criterion: criterion.id, subjects: Vec::new() }]);
    let own = assessed.controls.iter().find(|own| own.control == control)?;
    own.levels.map(|levels| levels.confirmed)
}

fn state(result: &CriterionResult<'_>) -> String {
    let told: Vec<_> = result
        .attestations
        .iter()
        .map(|told| {
            let one = told.attestation;
            let standing = match told.standing {
                rung_rules::model::Standing::Valid => format!("counts until {}", one.expires),
                ref other => other.words(),
            };
            format!("attested by {} on {}, {standing} ({})", plain(&one.owner), one.date, plain(&one.place))
        })
        .collect();
    let contested = if result.decided_by == DecidedBy::Contested { "; contested: AWS shows otherwise" } else { "" };
    match told.is_empty() {
        true => "not attested".to_owned(),
        false => format!("{}{contested}", told.join("; ")),
    }
}

fn print(row: &Row, out: &mut dyn Write) -> std::io::Result<()> {
    let lifts = match (row.lifts, row.open) {
        (Some((from, to)), _) => format!("lifts the control from {} to {}", from.number(), to.number()),
        (None, true) => format!("one of those that level {} needs", row.criterion.level.number()),
        (None, false) => "decided".to_owned(),
    };
    writeln!(
        out,
        "  {:03} {}  (level {}; {lifts})",
        row.control.number(),
        row.criterion.id,
        row.criterion.level.number()
    )?;
    writeln!(out, "      {}", row.criterion.statement)?;
    writeln!(out, "      {}\n", row.state)
}
