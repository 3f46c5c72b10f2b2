//! The performance-efficiency maturity model as typed rules: evidence in, assessment out.
//!
//! No AWS, no input or output, no clock: `clippy.toml` and the crate graph hold that. Each control is one file with a
//! table of criteria; each kind of subject is one record of facts.

pub mod compose;
pub mod facts;
pub mod model;

mod auto_scaling;
mod database_performance;
mod network_performance;
mod serverless_managed;
mod storage_io;

use model::{Control, Criterion};

/// The criteria of a control, in the order of its rule file; nothing when this version has no rules for it yet.
pub fn criteria(control: Control) -> Option<&'static [Criterion]> {
    match control {
        Control::AutoScaling => Some(auto_scaling::CRITERIA),
        Control::DatabasePerformance => Some(database_performance::CRITERIA),
        Control::NetworkPerformance => Some(network_performance::CRITERIA),
        Control::ServerlessManaged => Some(serverless_managed::CRITERIA),
        Control::StorageIo => Some(storage_io::CRITERIA),
        Control::ComputeSizing
        | Control::Caching
        | Control::SlosMonitoring
        | Control::LoadTests
        | Control::PerformanceDebt => None,
    }
}

/// Every criterion with its control.
pub fn all_criteria() -> impl Iterator<Item = (Control, &'static Criterion)> {
    Control::all()
        .flat_map(|control| criteria(control).into_iter().flatten().map(move |criterion| (control, criterion)))
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
