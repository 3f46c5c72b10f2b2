//! The scheduler's own log: a line each, on standard error, with the time of its clock.

use jiff::Timestamp;

use crate::plain::plain;

/// A time in a line.
pub(super) fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Says something.
#[expect(clippy::print_stderr, reason = "the scheduler's own log")]
pub(super) fn tell(now: Timestamp, words: &str) {
    eprintln!("{}  {}", shown(now), plain(words));
}
