//! The performance-efficiency maturity model as typed rules: evidence in, assessment out.
//!
//! No AWS, no input or output, no clock: `clippy.toml` and the crate graph hold that. Each control is one file with a
//! table of criteria; each kind of subject is one record of facts.

pub mod changes;
pub mod checklists;
pub mod compose;
pub mod entry_path;
pub mod facts;
pub mod model;
pub mod pillar;

mod auto_scaling;
mod caching;
mod compute_sizing;
mod database_performance;
mod load_tests;
mod network_performance;
mod performance_debt;
mod serverless_managed;
mod slos_monitoring;
mod storage_io;

use model::{Control, Criterion};

/// The criteria of a control, in the order of its rule file.
pub fn criteria(control: Control) -> &'static [Criterion] {
    match control {
        Control::ComputeSizing => compute_sizing::CRITERIA,
        Control::AutoScaling => auto_scaling::CRITERIA,
        Control::Caching => caching::CRITERIA,
        Control::DatabasePerformance => database_performance::CRITERIA,
        Control::SlosMonitoring => slos_monitoring::CRITERIA,
        Control::LoadTests => load_tests::CRITERIA,
        Control::NetworkPerformance => network_performance::CRITERIA,
        Control::ServerlessManaged => serverless_managed::CRITERIA,
        Control::StorageIo => storage_io::CRITERIA,
        Control::PerformanceDebt => performance_debt::CRITERIA,
    }
}

/// Every criterion with its control.
pub fn all_criteria() -> impl Iterator<Item = (Control, &'static Criterion)> {
    Control::all().flat_map(|control| criteria(control).iter().map(move |criterion| (control, criterion)))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod whole_model_tests;
