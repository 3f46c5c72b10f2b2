//! The program `rung` as a library: for its binary, its tests and its benches.

pub mod bundle;
pub mod cli;
pub mod config;
pub mod demo;
pub mod failure;
pub mod plain;
pub mod progress;
pub mod register;
pub mod report;
pub mod scan;
