//! How runs end: the scheduler's own, and those of others who have vanished.

use std::path::Path;

use jiff::Timestamp;

use super::{Current, STALE, Scheduler};
use crate::{
    bundle::Sealed,
    runs::meaning,
    schedule::{
        Finished, after,
        log::{shown, tell},
    },
    store::{RunEnd, StoreError, blocking},
};

impl Scheduler {
    /// Closes runs of others that have not said anything for long.
    pub(super) async fn reap(&mut self, now: Timestamp) -> Result<(), StoreError> {
        for row in self.around.store.lost_runs(now - STALE, &self.runner).await? {
            tell(
                now,
                &format!("{}: the run of {} on {} ended without a word", row.schedule, shown(row.planned), row.host),
            );
            let there = row.bundle.clone().filter(|bundle| bundle.join("manifest.json").is_file());
            if let Some(bundle) = &there {
                if let Some(scan) = scan_of(bundle).await? {
                    self.around.store.found_scan(row.num, &scan).await?;
                }
                self.take_in(row.num, bundle).await?;
            }
            // What follows a run is set where its schedule is.
            if !self.schedules.iter().any(|own| own.name == row.schedule) {
                continue;
            }
            self.follow_up(Finished {
                started: row.started_at.unwrap_or(row.planned),
                ended: row.ended_at.unwrap_or(now),
                schedule: row.schedule,
                planned: row.planned,
                exit: None,
                bundle: there,
                lines: Vec::new(),
            });
        }
        Ok(())
    }

    /// The run under way: says that it is, or closes it.
    pub(super) async fn follow(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Some(current) = &self.current else { return Ok(()) };
        let Some((at, exit)) = current.ended else {
            return self.around.store.beat(current.num, &self.runner, now).await;
        };
        let there = Some(&current.bundle).filter(|bundle| bundle.join("manifest.json").is_file()).cloned();
        let scan = match &there {
            Some(bundle) => scan_of(bundle).await?,
            None => None,
        };
        let lines = current.scan.lines();
        let end = RunEnd { at, exit, bundle: there.clone(), scan, lines: lines.clone() };
        self.around.store.end_run(current.num, &end).await?;
        if let Some(bundle) = &there {
            self.take_in(current.num, bundle).await?;
        }
        let Some(current) = self.current.take() else { return Ok(()) };
        self.status.under_way(None);
        self.last_exit = exit;
        let last = lines.last().filter(|_| exit != Some(0)).map(|line| format!(": {line}")).unwrap_or_default();
        let left = if there.is_some() { "" } else { "; it left no bundle" };
        tell(now, &format!("{}: {}{left}{last}", current.schedule, meaning(exit)));
        let Current { schedule, planned, started, .. } = current;
        self.follow_up(Finished { schedule, planned, started, ended: at, exit, bundle: there, lines });
        Ok(())
    }

    /// Takes a bundle into the store. What it is refused for stands with the run; a store that is away is an error.
    async fn take_in(&self, num: i64, bundle: &Path) -> Result<(), StoreError> {
        match self.around.store.add(bundle).await {
            Ok(_) => Ok(()),
            Err(StoreError::Away(why)) => Err(StoreError::Away(why)),
            Err(refused) => {
                let why = format!("the store did not take {} in: {refused}", bundle.display());
                tell(self.clock.now(), &why);
                self.around.store.remark_run(num, &why).await
            }
        }
    }

    /// What follows a run, aside.
    fn follow_up(&mut self, finished: Finished) {
        let (around, now, in_turn) = (self.around.clone(), self.clock.now(), self.in_turn.clone());
        let runtime = tokio::runtime::Handle::current();
        // It reads bundles and removes them: a thread that may block.
        self.aftermath.spawn_blocking(move || {
            runtime.block_on(async {
                let _turn = in_turn.lock().await;
                after::after(&finished, &around, now).await;
            });
        });
        while self.aftermath.try_join_next().is_some() {}
    }

    pub(super) fn note_end(&mut self, code: Option<i32>) {
        let now = self.clock.now();
        if let Some(current) = &mut self.current {
            current.ended.get_or_insert((now, code));
        }
    }
}

/// The end of a scan that has not ended yet, as far as anybody has noticed.
pub(super) fn ended(current: Option<&Current>) -> impl Future<Output = Option<i32>> + Send + 'static {
    let scan = current.filter(|current| current.ended.is_none()).map(|current| current.scan.clone());
    async move {
        match scan {
            Some(scan) => scan.end().await,
            None => std::future::pending().await,
        }
    }
}

/// The id of the scan that a bundle is of; none where its manifest cannot be read.
async fn scan_of(bundle: &Path) -> Result<Option<String>, StoreError> {
    let folder = bundle.to_owned();
    blocking(move || Sealed::read(&folder).ok().map(|sealed| sealed.manifest.scan.id)).await
}
