//! Objectives of Application Signals on a latency of a database, by the database that their metric names.

use std::{collections::HashMap, sync::Arc};

use rung_rules::model::{GapId, Observed, SourceId};

use super::{
    database::Database,
    watch::{CLUSTER, INSTANCE, percentile},
};
use crate::{
    at_once,
    aws::{Place, Read},
    calls::application_signals::{self, Objective},
};

/// Objectives read at once.
const AT_ONCE: usize = 16;

/// What the objectives of a place promise of its databases.
pub(super) struct Objectives {
    /// Highest percentile, by dimension and identifier.
    percentiles: HashMap<(&'static str, Arc<str>), f64>,
    from: SourceId,
    gap: Option<GapId>,
}

impl Objectives {
    pub(super) async fn read(place: &Place) -> Objectives {
        let listed = application_signals::objectives(place).await;
        let each = listed.items.iter().map(|one| application_signals::objective(place, &one.name));
        let mut objectives = Objectives { percentiles: HashMap::new(), from: listed.from, gap: listed.gap };
        for read in at_once(AT_ONCE, each).await {
            match &*read {
                Read::Known { value: Some(objective), .. } => objectives.add(objective),
                Read::Known { value: None, .. } => {}
                Read::Unknown { gap } => objectives.gap = objectives.gap.or(Some(*gap)),
            }
        }
        objectives
    }

    fn add(&mut self, objective: &Objective) {
        for metric in objective.metrics.iter().filter(|metric| metric.metric.ends_with("Latency")) {
            let Some(percentile) = percentile(&metric.statistic) else { continue };
            for (name, value) in &metric.dimensions {
                if let Some(dimension) = [INSTANCE, CLUSTER].into_iter().find(|dimension| **dimension == **name) {
                    let known = self.percentiles.entry((dimension, value.clone())).or_insert(percentile);
                    *known = known.max(percentile);
                }
            }
        }
    }

    /// The highest percentile of a latency of the database. None found is none only when every objective could be read.
    pub(super) fn of(&self, database: &Database<'_>) -> Observed<Option<f64>> {
        let of = |dimension, id: &Arc<str>| self.percentiles.get(&(dimension, id.clone())).copied();
        let of_cluster = database.cluster.and_then(|cluster| of(CLUSTER, &cluster.id));
        let of_instances = database.instances.iter().filter_map(|instance| of(INSTANCE, &instance.id));
        match (of_cluster.into_iter().chain(of_instances).reduce(f64::max), self.gap) {
            (None, Some(gap)) => Observed::unknown(gap),
            (found, _) => Observed::known(found, self.from),
        }
    }
}
