//! End to end: from the command line to the report, by replay and against the live emulator.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs, reason = "tests")]

mod bad_input;
mod browser;
mod common;
mod debt;
mod demo;
mod denial;
mod docs;
mod emulator;
mod gate;
mod people;
mod policy;
mod preflight;
mod story;
mod structure;
mod verify;
