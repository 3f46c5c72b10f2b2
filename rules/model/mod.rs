//! The vocabulary of the maturity model and the one engine that holds criteria against evidence.
//!
//! Everything here is pure: no clock, no environment, no files, no network. The same evidence, thresholds and `now`
//! give the same assessment on any machine.

mod account;
mod assess;
mod assessment;
mod attestation;
mod bar;
mod checklist;
mod control;
mod coverage;
mod criterion;
mod evidence;
mod gap;
mod inference;
mod level;
mod observed;
mod outcome;
mod path;
mod people;
mod people_report;
mod scope;
mod settings;
mod source;
mod summary;
mod sums;
mod tags;
mod threshold;
mod truth;
mod waiver;
mod whatif;
#[cfg(test)]
pub(crate) use people::tests as people_tests_support;

pub use account::{AccountReport, AccountState};
pub use assess::{Assessed, ControlResult, CriterionResult, RawFinding, assess, hold};
pub use assessment::*;
pub use attestation::{Attestation, Proof, ProofFile, Standing, WARNING_DAYS};
pub use bar::{Bar, Tally};
pub use checklist::{ChecklistReport, ItemReport, Reached};
pub use control::{Control, Severity};
pub use coverage::{Coverage, Covered, PlaceCount};
pub use criterion::{Basis, Context, Criterion, Effort, Nothing};
pub use evidence::{Evidence, EvidenceSet, Subject, Unseen};
pub use gap::{Cause, Gap, GapId};
pub use inference::{Blocker, Levels, blockers, infer};
pub use level::Level;
pub use observed::Observed;
pub use outcome::{DecidedBy, Outcome, Verdict};
pub use path::{StepCriterion, StepReport, StepState, StepSubject, TopQueries};
pub use people::{Attested, Waived};
pub use people_report::{AttestationReport, Effect, WaiverReport, WithWaivers};
pub(crate) use scope::date as scope_date;
pub use scope::{Pattern, ScopeRule, TagRule, has_tags, tags_not_asked};
pub use settings::Settings;
pub use source::{SourceId, SourceRecord};
pub use summary::{CoverageCounts, GapGroup, Summary};
pub use sums::{GapRefs, LISTED_GAPS, Short};
pub use tags::Tags;
pub use threshold::{Threshold, Thresholds};
pub use truth::{Reason, Reasons, Truth};
pub use waiver::Waiver;
pub use whatif::{Assumption, Change, assume};
