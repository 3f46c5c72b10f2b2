//! The vocabulary of the maturity model and the one engine that holds criteria against evidence.
//!
//! Everything here is pure: no clock, no environment, no files, no network. The same evidence, thresholds and `now`
//! give the same assessment on any machine.

mod assess;
mod assessment;
mod bar;
mod control;
mod criterion;
mod evidence;
mod gap;
mod inference;
mod level;
mod observed;
mod outcome;
mod source;
mod tags;
mod threshold;
mod truth;

pub use assess::{Assessed, ControlResult, CriterionResult, RawFinding, assess};
pub use assessment::*;
pub use bar::{Bar, Tally};
pub use control::{Control, Severity};
pub use criterion::{Basis, Context, Criterion, Effort, Nothing};
pub use evidence::{Evidence, EvidenceSet, Subject, Unseen};
pub use gap::{Cause, Gap, GapId};
pub use inference::{Blocker, Levels, blockers, infer};
pub use level::Level;
pub use observed::Observed;
pub use outcome::{DecidedBy, Outcome, Verdict};
pub use source::{SourceId, SourceRecord};
pub use tags::Tags;
pub use threshold::{Threshold, Thresholds};
pub use truth::{Reason, Reasons, Truth};
