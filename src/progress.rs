//! The progress of a scan on a terminal: places done, calls, throttles. Nothing when piped.

use std::{
    io::{IsTerminal, stderr},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rung_collectors::aws::{Connection, Paused, Place, Span};
use rung_rules::model::PlaceCount;
use tokio::task::JoinHandle;

use crate::plain::plain;

const EVERY: Duration = Duration::from_millis(100);
/// How often a line is written where `RUNG_PROGRESS=lines` asks for lines.
const EVERY_LINE: Duration = Duration::from_secs(2);

/// Whether progress is told in lines: standard error is no terminal, and whoever reads it asked for them.
fn in_lines(wanted: bool) -> bool {
    wanted && !stderr().is_terminal() && std::env::var_os("RUNG_PROGRESS").is_some_and(|how| how == "lines")
}

/// Writes a line now and then, when it says something new.
fn follow_in_lines(line: impl Fn() -> String + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut last = String::new();
        loop {
            let now = line();
            if now != last {
                tell(&now);
                last = now;
            }
            tokio::time::sleep(EVERY_LINE).await;
        }
    })
}

/// A bar of things that are done one after the other; hidden where it is not wanted, or nobody sees it.
pub fn counting(what: &'static str, all: usize, wanted: bool) -> ProgressBar {
    if !wanted || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(&format!("{{bar:24}} {{pos}} of {{len}} {what}, {{elapsed}}"))
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(all as u64).with_style(style)
}

/// A progress bar that follows a scan's counters.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
    pauses: JoinHandle<()>,
    span: Arc<Span>,
}

impl Progress {
    /// Starts the bar, if it is wanted and stderr is a terminal.
    pub fn start(wanted: bool, connection: &Connection, places: &[Arc<Place>]) -> Self {
        if in_lines(wanted) {
            let (bar, span, all) = (ProgressBar::hidden(), connection.span.clone(), places.len());
            let follow = bar.clone();
            let follower = follow_in_lines(move || {
                let (calls, throttles) = span.counters.totals();
                format!("{} of {all} regions, {calls} calls, {throttles} throttled", follow.position())
            });
            return Progress::of(bar, Some(follower), connection.span.clone());
        }
        if !wanted || !stderr().is_terminal() {
            return Progress::of(ProgressBar::hidden(), None, connection.span.clone());
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
        Progress::of(bar, Some(follower), connection.span.clone())
    }

    fn of(bar: ProgressBar, follower: Option<JoinHandle<()>>, span: Arc<Span>) -> Self {
        let pauses = tokio::spawn(tell_pauses(bar.clone(), span.clone()));
        Progress { bar, follower, pauses, span }
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
        if let Some(ended) = self.span.credentials.given_up() {
            tell(&format!("{}\nWhat was not read until then is unknown.", plain(&ended.to_string())));
        }
    }
}

/// A progress bar of a scan of many accounts.
#[derive(Debug)]
pub struct AccountsProgress {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
    pauses: JoinHandle<()>,
    under_way: AtomicUsize,
    calls: Arc<AtomicU64>,
}

impl AccountsProgress {
    /// Starts the bar, if it is wanted and stderr is a terminal; so many accounts were finished before.
    pub fn start(wanted: bool, connection: &Connection, accounts: usize, finished: usize) -> Self {
        let span = connection.span.clone();
        let calls = Arc::new(AtomicU64::default());
        if in_lines(wanted) {
            let (bar, so_far) = (ProgressBar::hidden(), calls.clone());
            bar.set_position(finished as u64);
            let follow = bar.clone();
            let line = move || {
                format!("{} of {accounts} accounts, {} calls", follow.position(), so_far.load(Ordering::Relaxed))
            };
            let (follower, pauses) = (Some(follow_in_lines(line)), tokio::spawn(tell_pauses(bar.clone(), span)));
            return AccountsProgress { bar, follower, pauses, under_way: AtomicUsize::default(), calls };
        }
        if !wanted || !stderr().is_terminal() {
            let (bar, under_way) = (ProgressBar::hidden(), AtomicUsize::default());
            let pauses = tokio::spawn(tell_pauses(bar.clone(), span));
            return AccountsProgress { bar, follower: None, pauses, under_way, calls };
        }
        let bar = ProgressBar::with_draw_target(Some(accounts as u64), ProgressDrawTarget::stderr());
        let template = "{spinner} {bar:30} {pos}/{len} accounts  {msg}  {elapsed}, {eta} left";
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_position(finished as u64);
        let (follow, so_far) = (bar.clone(), calls.clone());
        let follower = tokio::spawn(async move {
            loop {
                follow.set_message(format!("{} calls", so_far.load(Ordering::Relaxed)));
                follow.tick();
                tokio::time::sleep(EVERY).await;
            }
        });
        let pauses = tokio::spawn(tell_pauses(bar.clone(), span));
        AccountsProgress { bar, follower: Some(follower), pauses, under_way: AtomicUsize::default(), calls }
    }

    /// Accounts that are being read.
    pub fn under_way(&self) -> usize {
        self.under_way.load(Ordering::Relaxed)
    }

    /// An account is begun.
    pub fn begun(&self) {
        self.under_way.fetch_add(1, Ordering::Relaxed);
    }

    /// An account is done; what it asked is added.
    pub fn done(&self, ledger: &[PlaceCount]) {
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        self.calls.fetch_add(ledger.iter().map(|line| line.count.calls).sum(), Ordering::Relaxed);
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(follower) = &self.follower {
            follower.abort();
        }
        self.pauses.abort();
        self.bar.finish_and_clear();
    }
}

/// Tells, also in quiet, that the scan waits for somebody, and that it goes on.
async fn tell_pauses(bar: ProgressBar, span: Arc<Span>) {
    let mut pauses = span.credentials.pauses();
    while pauses.changed().await.is_ok() {
        let paused = pauses.borrow_and_update().clone();
        let text = match paused {
            Some(paused) => pause_text(&paused),
            None if span.credentials.given_up().is_none() => "the credentials work again: going on".to_owned(),
            None => continue,
        };
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
