//! The time, and waiting for it. Tests have a clock that they move.

use std::{fmt::Debug, time::Duration};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

/// How long is waited at most before the wall clock is looked at again: a machine that slept, or a clock that was set, is noticed by then.
pub const LOOK: SignedDuration = SignedDuration::from_secs(60);

/// What tells the time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Waits until then.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()>;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            loop {
                let left = at.duration_since(Timestamp::now());
                if left <= SignedDuration::ZERO {
                    return;
                }
                tokio::time::sleep(Duration::try_from(left.min(LOOK)).unwrap_or_default()).await;
            }
        })
    }
}
