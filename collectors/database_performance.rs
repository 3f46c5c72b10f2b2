//! WAF-PERF-040 Database Performance: instances and clusters, their slow query logs, and what watches them.
//!
//! An instance of a cluster is no database of its own: its cluster is. What AWS keeps on either of the two is read from both.

mod database;
mod objectives;
mod queries;
mod slow_log;
mod watch;

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use rung_rules::{
    facts::{self, Kind},
    model::{Evidence, GapId, Observed, SourceId},
};

use crate::{
    Collected, at_once,
    aws::{Listing, Place},
    calls::{
        devops_guru::{self, Analysed},
        rds_clusters, rds_instances,
        rds_recommendations::{self, Recommendation},
    },
};
use database::{Database, either};
use objectives::Objectives;
use watch::Watches;

/// Databases whose parameter groups are asked for at once.
const AT_ONCE: usize = 16;
/// `Category` of the recommendations that count.
const PERFORMANCE: &str = "performance efficiency";

/// The evidence of a place.
pub(crate) async fn collect(place: &Place) -> Collected {
    let mut collected = Collected::default();
    if place.is_global() {
        return collected;
    }
    let (instances, clusters) = futures::join!(rds_instances::instances(place), rds_clusters::clusters(place));
    collected.unseen.extend(place.unseen(Kind::Database, &instances));
    collected.unseen.extend(place.unseen(Kind::Database, &clusters));
    let databases = database::databases(place, &instances, &clusters);
    if databases.is_empty() {
        return collected;
    }
    let joins = Joins::read(place).await;
    collected.evidence = at_once(AT_ONCE, databases.iter().map(|database| evidence(database, &joins))).await;
    collected
}

/// What other sources say about databases, read once for all of them.
struct Joins {
    watches: Watches,
    objectives: Objectives,
    analysed: [Arc<Listing<Analysed>>; 3],
    recommendations: Recommendations,
}

impl Joins {
    async fn read(place: &Place) -> Joins {
        let (watches, objectives, analysed, recommendations) = futures::join!(
            Watches::read(place),
            Objectives::read(place),
            devops_guru::collections(place),
            Recommendations::read(place)
        );
        Joins { watches, objectives, analysed, recommendations }
    }
}

async fn evidence(database: &Database<'_>, joins: &Joins) -> Evidence {
    let (supported, threshold) = slow_log::read(database).await;
    let watched = joins.watches.of(database);
    let facts = facts::Database {
        engine: database.engine(),
        engine_version: database.engine_version(),
        instances: database.count(),
        serverless: database.serverless(),
        insights_supported: database.engine().map(|engine| has_insights(&engine)),
        performance_insights: database.performance_insights(),
        performance_insights_retention_days: database.retention(),
        database_insights_mode: database.insights_mode(),
        enhanced_monitoring_interval_s: database.monitoring_interval(),
        slow_query_log_supported: supported,
        slow_query_log: threshold.map(|ms| ms.is_some()),
        slow_query_threshold_ms: threshold,
        log_exports: database.log_exports(),
        alarm: watched.alarm,
        anomaly_detection: watched.anomaly_detection,
        latency_alarm_percentile: watched.latency_alarm_percentile,
        latency_slo_percentile: joins.objectives.of(database),
        devops_guru: analysed(database, &joins.analysed),
        oldest_performance_recommendation_at: joins.recommendations.oldest(database),
        top_queries: database.top_queries().await,
    };
    Evidence { subject: database.subject(), facts: facts.into() }
}

/// Performance Insights: all engines but Db2 (RDS guide, "Supported Regions and DB engines for Database Insights") and RDS
/// Custom (`EnablePerformanceInsights` of `CreateDBInstance`); of the engines with APIs of their own DocumentDB, not Neptune.
fn has_insights(engine: &str) -> bool {
    !["db2", "custom-", "neptune"].iter().any(|without| engine.starts_with(without))
}

/// Whether one of the collections covers the database.
fn analysed(database: &Database<'_>, collections: &[Arc<Listing<Analysed>>; 3]) -> Observed<bool> {
    let covers = |entry: &Analysed| database.tags().any(|tags| entry.covers(tags));
    let [all, stacks, tags] = collections;
    either(all.any(covers), either(stacks.any(covers), tags.any(covers)))
}

/// Open recommendations that are, or may be, about performance.
struct Recommendations {
    by_arn: HashMap<Arc<str>, Vec<Recommendation>>,
    from: SourceId,
    gap: Option<GapId>,
}

impl Recommendations {
    async fn read(place: &Place) -> Recommendations {
        let open = rds_recommendations::open(place).await;
        let counts = |entry: &&Recommendation| entry.category.as_deref().is_none_or(|kind| kind == PERFORMANCE);
        let mut by_arn: HashMap<_, Vec<_>> = HashMap::new();
        for entry in open.items.iter().filter(counts) {
            by_arn.entry(entry.resource_arn.clone()).or_default().push(entry.clone());
        }
        Recommendations { by_arn, from: open.from, gap: open.gap }
    }

    /// When the oldest about the database or one of its parameter groups was made. Unknown when AWS leaves out the category
    /// or the time of one.
    fn oldest(&self, database: &Database<'_>) -> Observed<Option<Timestamp>> {
        if let Some(gap) = self.gap {
            return Observed::unknown(gap);
        }
        let arns = database.arns();
        let about: Vec<_> = arns.iter().filter_map(|arn| self.by_arn.get(arn)).flatten().collect();
        let complete = about.iter().all(|entry| entry.category.is_some() && entry.created_at.is_some());
        let oldest = complete.then(|| about.iter().filter_map(|entry| entry.created_at).min());
        let call = &rds_recommendations::DESCRIBE_DB_RECOMMENDATIONS;
        database.place.reported(oldest, self.from, call, "Category and CreatedTime of every recommendation")
    }
}

#[cfg(test)]
#[path = "database_performance_tests.rs"]
mod tests;
