//! The program `rung` as a library: for its binary, its tests and its benches.

pub mod assembly;
pub mod bundle;
pub mod changes;
pub mod cli;
pub mod config;
pub mod demo;
pub mod depot;
pub mod failure;
pub mod history;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod hostile_tests;
pub mod lake;
pub mod lambda;
pub(crate) mod memory;
pub mod notify;
pub mod place;
pub mod plain;
pub mod preflight;
pub mod progress;
pub mod push;
pub mod register;
pub mod report;
pub mod retention;
pub mod runs;
pub mod scan;
pub mod schedule;
pub mod serve;
pub mod shards;
pub mod store;
pub mod unfinished;
