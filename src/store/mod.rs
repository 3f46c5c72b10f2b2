//! The store: what scans found, in a database, so that it can be looked at over time. SQLite in the user's data folder, or
//! PostgreSQL by URL; one code for both. It is an index: the bundles stay the truth, and evidence is read from them by line.

mod add;
mod compare;
mod days;
mod db;
mod error;
mod evidence;
mod finding;
mod findings;
mod forget;
mod gaps;
mod kept;
mod line;
mod location;
mod migrate;
mod notified;
mod outcomes;
mod rows;
mod runs;
mod scans;
mod stream;
mod subjects;
mod sync;
mod trend;
mod write;

use std::{sync::Arc, time::Duration};

pub(crate) use add::blocking;
pub use add::{Added, Origin};
pub use compare::{ChangedFinding, Compared, LevelChange, OutcomeChange};
pub use error::StoreError;
pub use evidence::{Evidence, Fact, NoEvidence};
pub use finding::{Earlier, StoredFinding};
pub use findings::{Facet, Facets, Filter, FindingRow, FindingsPage, Order};
pub use gaps::{GapRow, GapsPage};
pub use location::StoreUrl;
pub(crate) use location::VARIABLE;
pub use notified::{Held, Pending};
pub use outcomes::{AccountRow, LevelRow, OutcomeRow};
pub use rows::{Checklist, ControlWords, Overview, Step, Told, ToldControl, ToldScan, ToldSetting};
pub use runs::{Claim, NewRun, RunCount, RunEnd, RunRow, RunState, Runner};
pub use scans::{ScanRow, SeriesRow};
pub use stream::Part;
pub(crate) use stream::{Head as AssessmentHead, Subject as SubjectRead, read as read_assessment};
pub use sync::Synced;
pub use trend::{Trend, TrendPoint};

pub(crate) use line::series;

use crate::failure::Failure;
use db::Db;

/// How long a store may take to open for what goes on without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// The stored scans. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Store {
    db: Arc<Db>,
    checked: Arc<evidence::Checked>,
    compared: Arc<kept::Kept>,
}

impl Store {
    /// Opens a store, makes it where it is not there yet, and brings its schema to this version.
    pub async fn open(url: &StoreUrl) -> Result<Self, Failure> {
        Ok(Store { db: Arc::new(Db::open(url).await?), checked: Arc::default(), compared: Arc::default() })
    }

    /// Opens a store to read from it; nothing where none was made yet. One that does not answer within ten seconds is away.
    pub async fn open_if_there(url: &StoreUrl) -> Result<Option<Self>, StoreError> {
        if !url.may_be_there() {
            return Ok(None);
        }
        let opened = tokio::time::timeout(PATIENCE, Db::open(url)).await;
        let db =
            opened.map_err(|_| StoreError::Away(format!("{url}: no answer within {} s", PATIENCE.as_secs())))??;
        Ok(Some(Store { db: Arc::new(db), checked: Arc::default(), compared: Arc::default() }))
    }

    /// How many questions of SQL were asked so far: a page's do not grow with the number of scans.
    pub fn asked(&self) -> u64 {
        self.db.asked()
    }

    /// Lets go of every connection; whatever is asked afterwards finds the store away.
    pub async fn close(&self) {
        self.db.close().await;
    }
}
