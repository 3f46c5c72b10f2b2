//! The SDK's times as ours.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// The same instant; nothing when it lies outside what a timestamp can hold.
pub(crate) fn timestamp(time: DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// The same instant for a request.
pub(crate) fn date_time(time: Timestamp) -> DateTime {
    DateTime::from_secs(time.as_second())
}
