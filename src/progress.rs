//! The progress of a scan on a terminal: places done, calls, throttles. Nothing when piped.

use std::{
    io::{IsTerminal, stderr},
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rung_collectors::aws::{Connection, Place};
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_millis(100);

/// A progress bar that follows a scan's counters.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
}

impl Progress {
    /// Starts the bar, if it is wanted and stderr is a terminal.
    pub fn start(wanted: bool, connection: &Connection, places: &[Arc<Place>]) -> Self {
        if !wanted || !stderr().is_terminal() {
            return Progress { bar: ProgressBar::hidden(), follower: None };
        }
        let bar = ProgressBar::with_draw_target(Some(places.len() as u64), ProgressDrawTarget::stderr());
        let template = "{spinner} {prefix} {bar:20} {pos}/{len} regions  {msg}  {elapsed}";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(places.first().map(|place| place.account.to_string()).unwrap_or_default());
        let (follow, span) = (bar.clone(), connection.span.clone());
        let follower = tokio::spawn(async move {
            loop {
                let (calls, throttles) = span.counters.totals();
                follow.set_message(format!("{calls} calls, {throttles} throttled"));
                follow.tick();
                tokio::time::sleep(EVERY).await;
            }
        });
        Progress { bar, follower: Some(follower) }
    }

    /// One region (or the account's global services) is done.
    pub fn place_done(&self, _: &Place) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(follower) = self.follower {
            follower.abort();
        }
        self.bar.finish_and_clear();
    }
}
