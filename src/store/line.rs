//! What a row of each table is made of.

use rung_rules::model::{AccountReport, Control, ControlReport, CriterionReport, GapReport, Level, Levels, Scan};

use super::{
    StoreError,
    db::Arg,
    rows::{of_level, of_outcome},
};

/// Scans that are compared over time: of one account, or of an organisation by the same caller, whose account ends the id.
pub(crate) fn series(scan: &Scan) -> String {
    match scan.accounts.as_slice() {
        [account] => account.clone(),
        _ => format!("organisation of {}", scan.id.rsplit('-').next().unwrap_or_default()),
    }
}

pub(super) fn criterion_words(control: Control, criterion: &CriterionReport) -> Result<Vec<Arg>, StoreError> {
    Ok(vec![
        i64::from(control.number()).into(),
        i64::from(criterion.level.number()).into(),
        criterion.clause.as_str().into(),
        criterion.statement.as_str().into(),
        criterion.remedy.as_str().into(),
        word(&criterion.effort)?.as_str().into(),
    ])
}

pub(super) fn level_row(scan: i64, control: &ControlReport) -> Vec<Arg> {
    let waived = control.with_waivers.as_ref().and_then(|waived| waived.levels);
    vec![
        scan.into(),
        i64::from(control.id.number()).into(),
        i64::from(control.applicable).into(),
        of_level(control.confirmed).into(),
        of_level(control.possible).into(),
        of_level(control.observed).into(),
        of_level(waived.map(|waived| waived.confirmed)).into(),
        of_level(waived.map(|waived| waived.possible)).into(),
        of_level(control.target).into(),
    ]
}

pub(super) fn outcome_row(scan: i64, number: i64, criterion: &CriterionReport) -> Vec<Arg> {
    let counts = &criterion.counts;
    let (fail, pass) = match criterion.bar.counts_against() {
        true => (counts.pass, counts.fail),
        false => (counts.fail, counts.pass),
    };
    let count = |count: u64| Arg::from(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        scan.into(),
        number.into(),
        of_outcome(criterion.outcome).into(),
        criterion.with_waivers.map(of_outcome).into(),
        count(fail),
        count(counts.unknown),
        count(pass),
        count(counts.not_applicable),
        i64::from(counts.unseen).into(),
        criterion.why.as_str().into(),
    ]
}

pub(super) fn account_row(scan: i64, account: &AccountReport) -> Vec<Arg> {
    let state = word(&account.state).unwrap_or_default();
    let of = |levels: Option<&Levels>| levels.map(|levels| [levels.confirmed, levels.possible, levels.observed]);
    let levels: String = Control::all().map(|control| digits(of(account.controls.get(&control)))).collect();
    vec![
        scan.into(),
        account.id.as_str().into(),
        account.name.as_deref().into(),
        account.unit.as_deref().into(),
        state.as_str().into(),
        account.why.as_deref().into(),
        of_level(account.pillar).into(),
        of_level(account.pillar_possible).into(),
        i64::try_from(account.subjects).unwrap_or(i64::MAX).into(),
        i64::try_from(account.gaps).unwrap_or(i64::MAX).into(),
        levels.as_str().into(),
    ]
}

/// The levels of a scan's controls in three characters each.
pub(super) fn scan_levels(controls: &[ControlReport]) -> String {
    let of = |control: &ControlReport| Some([control.confirmed?, control.possible?, control.observed?]);
    let report = |control: Control| controls.iter().find(|report| report.id == control);
    Control::all().map(|control| digits(report(control).and_then(of))).collect()
}

fn digits(levels: Option<[Level; 3]>) -> String {
    match levels {
        Some(levels) => levels.map(|level| level.number().to_string()).concat(),
        None => "---".to_owned(),
    }
}

pub(super) fn gap_row(num: i64, digest: &str, report: &GapReport) -> Vec<Arg> {
    let GapReport { gap, hides } = report;
    let words = [
        digest,
        &gap.id.to_string(),
        &gap.account,
        &gap.region,
        &gap.operation,
        &gap.what,
        &word(&gap.cause).unwrap_or_default(),
        &gap.detail,
        &gap.opens_with,
        &serde_json::to_string(hides).unwrap_or_default(),
    ];
    std::iter::once(num.into()).chain(words.into_iter().map(Arg::from)).collect()
}

/// How JSON writes a word: `not_entered`.
fn word(value: &impl serde::Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_value(value)?.as_str().unwrap_or_default().to_owned())
}
