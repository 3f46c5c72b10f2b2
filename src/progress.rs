//! The progress of a scan on a terminal: places done, calls, throttles. Nothing when piped.

use std::{
    io::{IsTerminal, stderr},
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rung_collectors::aws::{Connection, Paused, Place, Span};
use tokio::task::JoinHandle;

use crate::plain::plain;

const EVERY: Duration = Duration::from_millis(100);

/// A progress bar that follows a scan's counters.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
    pauses: JoinHandle<()>,
}

impl Progress {
    /// Starts the bar, if it is wanted and stderr is a terminal.
    pub fn start(wanted: bool, connection: &Connection, places: &[Arc<Place>]) -> Self {
        if !wanted || !stderr().is_terminal() {
            let bar = ProgressBar::hidden();
            return Progress { pauses: tokio::spawn(tell_pauses(bar.clone(), connection.span.clone())), bar, follower: None };
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
        Progress { pauses: tokio::spawn(tell_pauses(bar.clone(), connection.span.clone())), bar, follower: Some(follower) }
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
        self.pauses.abort();
        self.bar.finish_and_clear();
    }
}

/// Tells, also in quiet, that the scan waits for somebody, and that it goes on.
async fn tell_pauses(bar: ProgressBar, span: Arc<Span>) {
    let mut pauses = span.credentials.pauses();
    let mut told = false;
    while pauses.changed().await.is_ok() {
        let paused = pauses.borrow_and_update().clone();
        let text = match paused {
            Some(paused) => pause_text(&paused),
            None if told && span.credentials.given_up().is_none() => "the credentials work again: going on".to_owned(),
            None => continue,
        };
        told = true;
        bar.suspend(|| tell(&text));
    }
}

fn pause_text(paused: &Paused) -> String {
    let words = plain(&paused.words);
    format!(
        "the credentials have ended ({words}): waiting for at most {} s\nRenew them in another terminal, for example with \
         `aws sso login`; Ctrl-C keeps what was read.",
        paused.wait.as_secs()
    )
}

#[expect(clippy::print_stderr, reason = "a person has to act")]
fn tell(text: &str) {
    eprintln!("{text}");
}
