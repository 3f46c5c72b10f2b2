//! Nightly scans: what runs them.

pub mod print;
