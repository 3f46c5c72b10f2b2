//! End to end: from the command line to the report, by replay and against the live emulator.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs, reason = "tests")]

mod accounts;
mod bad_input;
mod browser;
mod common;
mod credentials;
mod debt;
mod demo;
mod denial;
mod diff;
mod disk;
mod docs;
mod emulator;
mod exports;
mod exports_push;
mod faults;
mod gate;
mod german;
mod history;
mod hostile;
mod journal;
mod killed;
mod many;
mod notify;
mod organisation;
mod people;
mod policy;
mod preflight;
mod same_or_gap;
mod serve_guard;
mod serve_read;
mod serve_run;
mod serve_write;
mod served;
mod store;
mod story;
mod structure;
mod verify;
