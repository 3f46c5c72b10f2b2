//! A model of a scan by many processes: what accounts ask (measured), AWS's rates (the program's own table), what a process can do (its
//! latency, its calls in flight, its processor time, measured), shards (packed by the program's own code), money. Each bound is told apart, so
//! that it can be said which one binds, and the model is held against measured runs.
//!
//! It is pure: `docs/scale.md` has its tables, and a test holds the page against them.

mod account;
mod assumed;
mod measured;
mod money;
mod organisation;
mod page;
mod prices;
mod process;
mod rates;

pub(crate) use measured::{Measured, Merge, Operation, Run};
pub(crate) use page::page;

#[cfg(test)]
#[allow(dead_code, unused_imports, reason = "a bench without a harness is built as a test, and runs none")]
mod tests;
