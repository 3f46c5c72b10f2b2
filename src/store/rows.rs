//! How what is stored is written: results, outcomes, times and levels as numbers, and the part of a scan that is only shown, as JSON.

use jiff::Timestamp;
use rung_rules::model::{
    ChecklistReport, Control, ControlReport, CoverageCounts, Effort, GapGroup, Level, Outcome, Reached, Scope, Verdict,
};
use serde::{Deserialize, Serialize};

use super::stream::Head;

/// In the order in which people read them.
pub(super) fn of_verdict(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    }
}

/// What a stored number stands for; what this program never writes is unknown.
pub(super) fn verdict(number: i64) -> Verdict {
    match number {
        0 => Verdict::Fail,
        2 => Verdict::Pass,
        3 => Verdict::NotApplicable,
        _ => Verdict::Unknown,
    }
}

pub(super) fn of_outcome(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Unmet => 0,
        Outcome::Unknown => 1,
        Outcome::Met => 2,
        Outcome::NotApplicable => 3,
    }
}

pub(super) fn outcome(number: i64) -> Outcome {
    match number {
        0 => Outcome::Unmet,
        2 => Outcome::Met,
        3 => Outcome::NotApplicable,
        _ => Outcome::Unknown,
    }
}

pub(super) fn of_level(level: Option<Level>) -> Option<i64> {
    level.map(|level| level.number().into())
}

/// Levels as people write them: 1 to 5.
pub(super) fn number(level: Option<i64>) -> Option<u8> {
    level.and_then(|level| u8::try_from(level).ok())
}

/// The control's id: `WAF-PERF-090`.
pub(super) fn control_id(number: i64) -> String {
    format!("WAF-PERF-{number:03}")
}

/// The control's name.
pub(super) fn control_title(number: i64) -> &'static str {
    Control::all().find(|control| i64::from(control.number()) == number).map_or("", Control::title)
}

/// A moment as it is stored.
pub(super) fn of_time(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A stored moment.
pub(super) fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The part of a scan that is shown and never asked for: kept as one text.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Overview {
    /// AWS partition.
    pub partition: String,
    /// Which resources counted.
    pub scope: Scope,
    /// Requests that AWS answered.
    pub calls: u64,
    /// List price of the calls, in US dollars.
    pub cost_usd: f64,
    /// Why the pillar stands at its level.
    pub pillar_why: String,
    /// What AWS alone can show at most.
    pub api_ceiling: Option<u8>,
    /// The pillar without what waivers except.
    pub pillar_with_waivers: Option<u8>,
    /// The controls in words, in the model's order.
    pub controls: Vec<ControlWords>,
    /// The checklists, counted.
    pub checklists: Vec<Checklist>,
    /// The coverage ledger, counted.
    pub coverage: CoverageCounts,
    /// Gaps by operation and cause; at most [`MOST_GROUPS`].
    pub gap_groups: Vec<GapGroup>,
    /// How many groups there are in all.
    pub gap_groups_total: u64,
    /// Why it stands otherwise than the scan before, where its bundle tells.
    #[serde(default)]
    pub told: Option<Told>,
}

/// What a bundle tells of the changes since the scan before (`changes.json`), as far as the store keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    /// The scan before.
    pub before: ToldScan,
    /// The controls.
    #[serde(default)]
    pub controls: Vec<ToldControl>,
    /// What people set otherwise, and the rules.
    #[serde(default)]
    pub settings: Vec<ToldSetting>,
}

/// A scan that is told of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ToldScan {
    /// Its id.
    pub id: String,
}

/// Why a control stands where it stands now.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ToldControl {
    /// `WAF-PERF-090`.
    pub control: String,
    /// What it comes from: `resource`, `rule`, `threshold` and so on.
    #[serde(default)]
    pub causes: Vec<String>,
    /// In a sentence.
    pub why: String,
}

/// What is set otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ToldSetting {
    /// `threshold`, `target`, `scope`, `attestation`, `waiver` or `rules`.
    pub what: String,
    /// In a sentence.
    pub why: String,
}

/// Groups of gaps that an overview names.
pub(super) const MOST_GROUPS: usize = 50;

/// A control in words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ControlWords {
    /// The number in its id: 10 to 100.
    pub number: i64,
    /// Its name.
    pub title: String,
    /// Why it stands at its level.
    pub why: String,
    /// The level above.
    pub next: Option<u8>,
    /// What is in the way, cheapest first.
    pub steps: Vec<Step>,
}

/// A criterion in the way of a control's next level.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The criterion's full id.
    pub criterion: String,
    /// `unmet` or `unknown`.
    pub outcome: Outcome,
    /// How many more subjects must pass; 0 where something must be seen or attested first.
    pub missing: u64,
    /// Subjects that fail or are unknown.
    pub subjects: u64,
    /// Work per subject.
    pub effort: Effort,
    /// What to do.
    pub remedy: String,
}

/// A checklist, counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checklist {
    /// The level it is for.
    pub level: u8,
    /// Items that apply.
    pub met: u64,
    /// Items that do not.
    pub unmet: u64,
    /// Items that are not known.
    pub unknown: u64,
    /// Items about things that are not there.
    pub not_applicable: u64,
    /// Items that have to apply.
    pub needed: u64,
    /// Items in all.
    pub of: u64,
    /// Whether enough apply.
    pub reached: Reached,
    /// Why, in a sentence.
    pub why: String,
}

impl From<&Head> for Overview {
    fn from(head: &Head) -> Self {
        let Head { scan, pillar, controls, checklists, summary, .. } = head;
        Overview {
            partition: scan.partition.clone(),
            scope: scan.scope.clone(),
            calls: scan.calls.values().map(|count| count.calls).sum(),
            cost_usd: scan.cost_usd,
            pillar_why: pillar.why.clone(),
            api_ceiling: pillar.api_ceiling.map(Level::number),
            pillar_with_waivers: pillar.with_waivers.map(Level::number),
            controls: controls.iter().map(ControlWords::from).collect(),
            checklists: checklists.iter().map(Checklist::from).collect(),
            coverage: summary.coverage,
            gap_groups: summary.gap_groups.iter().take(MOST_GROUPS).cloned().collect(),
            gap_groups_total: summary.gap_groups.len() as u64,
            told: None,
        }
    }
}

impl From<&ControlReport> for ControlWords {
    fn from(control: &ControlReport) -> Self {
        let blocked = control.next.iter().flat_map(|next| &next.blocked_by);
        let step = |blocked: &rung_rules::model::BlockedBy| Step {
            criterion: blocked.criterion.clone(),
            outcome: blocked.outcome,
            missing: blocked.missing,
            subjects: blocked.subjects_total,
            effort: blocked.effort,
            remedy: blocked.remedy.clone(),
        };
        ControlWords {
            number: control.id.number().into(),
            title: control.title.clone(),
            why: control.why.clone(),
            next: control.next.as_ref().map(|next| next.level.number()),
            steps: blocked.map(step).collect(),
        }
    }
}

impl From<&ChecklistReport> for Checklist {
    fn from(list: &ChecklistReport) -> Self {
        Checklist {
            level: list.level.number(),
            met: list.met,
            unmet: list.unmet,
            unknown: list.unknown,
            not_applicable: list.not_applicable,
            needed: list.needed,
            of: list.of,
            reached: list.reached,
            why: list.why.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        for one in [Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable] {
            assert_eq!(verdict(of_verdict(one)), one);
        }
        for one in [Outcome::Unmet, Outcome::Unknown, Outcome::Met, Outcome::NotApplicable] {
            assert_eq!(outcome(of_outcome(one)), one);
        }
        let now: Timestamp = "2026-11-25T02:00:00.123456Z".parse().unwrap();
        assert_eq!(time(of_time(now)), now);
        assert_eq!((control_id(90).as_str(), control_title(100)), ("WAF-PERF-090", "Performance Debt"));
    }
}
