//! Caches of ElastiCache, MemoryDB and DAX.

use std::sync::Arc;

use rung_rules::{
    facts::{self, CacheKind, Kind},
    model::{Evidence, GapId, Observed, SourceId, Unseen},
};

use super::{
    counters::{Counters, DAX_CLUSTERS, MEMCACHED_NODES, MEMORYDB_CLUSTERS, NODES, SERVERLESS},
    watch::Watch,
};
use crate::{
    aws::{Listing, Place},
    calls::{
        Call,
        cloudwatch::Alarm,
        cloudwatch_dashboards::Shown,
        dax,
        elasticache::{self, CacheCluster, Node, ReplicationGroup},
        memorydb,
    },
    metrics::{Metric, MetricQuery, Metrics},
    network_performance::offered_or_none,
};

/// The caches of a place, and what could not be listed.
pub(super) struct Caches {
    pub(super) found: Vec<Cache>,
    pub(super) unseen: Vec<Unseen>,
}

/// A cache, and how CloudWatch knows it.
pub(super) struct Cache {
    kind: CacheKind,
    arn: Arc<str>,
    name: Arc<str>,
    engine: Observed<String>,
    nodes: Observed<Option<u64>>,
    counters: &'static Counters,
    /// Values of the counters' dimensions, for each node or for the whole; or why there are none.
    counted: Result<Vec<Vec<Arc<str>>>, GapId>,
    from: SourceId,
}

/// Every cache of the place. MemoryDB and DAX are not offered everywhere: there they are none.
pub(super) async fn caches(place: &Place) -> Caches {
    let (groups, clusters, serverless, memorydb, dax) = futures::join!(
        elasticache::replication_groups(place),
        elasticache::cache_clusters(place),
        elasticache::serverless_caches(place),
        memorydb::clusters(place),
        dax::clusters(place)
    );
    let memorydb = offered_or_none(place, &memorydb, groups.gap);
    let dax = offered_or_none(place, &dax, groups.gap);
    let unseen = [
        place.unseen(Kind::Cache, &groups),
        place.unseen(Kind::Cache, &clusters),
        place.unseen(Kind::Cache, &serverless),
        place.unseen(Kind::Cache, &memorydb),
        place.unseen(Kind::Cache, &dax),
    ];
    let groups = groups.items.iter().map(|group| of_group(place, group, groups.from));
    let clusters = clusters.items.iter().map(|cluster| of_cluster(place, cluster, clusters.from));
    let found = groups.chain(clusters).chain(of_serverless(place, &serverless));
    let found = found.chain(of_memorydb(place, &memorydb)).chain(of_dax(place, &dax)).collect();
    Caches { found, unseen: unseen.into_iter().flatten().collect() }
}

fn of_group(place: &Place, group: &ReplicationGroup, from: SourceId) -> Cache {
    let call = &elasticache::DESCRIBE_REPLICATION_GROUPS;
    let named = (&group.arn, format!("replicationgroup:{}", group.id), &group.id);
    let nodes = (group.nodes.as_deref(), "NodeGroups");
    of_nodes(place, CacheKind::ReplicationGroup, named, &group.engine, nodes, (call, from))
}

fn of_cluster(place: &Place, cluster: &CacheCluster, from: SourceId) -> Cache {
    let call = &elasticache::DESCRIBE_CACHE_CLUSTERS;
    let named = (&cluster.arn, format!("cluster:{}", cluster.id), &cluster.id);
    let nodes = (cluster.nodes.as_deref(), "CacheNodes");
    of_nodes(place, CacheKind::CacheCluster, named, &cluster.engine, nodes, (call, from))
}

/// A cache of nodes, each of which counts for itself. Which metrics count depends on the engine: a replication group has
/// never Memcached.
fn of_nodes(
    place: &Place,
    kind: CacheKind,
    (arn, resource, id): (&Option<Arc<str>>, String, &Arc<str>),
    engine: &Option<Arc<str>>,
    (nodes, field): (Option<&[Node]>, &str),
    (call, from): (&'static Call, SourceId),
) -> Cache {
    let memcached = engine.as_deref() == Some("memcached");
    let engine_gap = || place.gap(call, "Engine", rung_rules::model::Cause::NotReported, "");
    let nodes_gap = || place.gap(call, field, rung_rules::model::Cause::NotReported, "");
    let known = engine.is_some() || kind == CacheKind::ReplicationGroup;
    Cache {
        kind,
        arn: arn.clone().unwrap_or_else(|| place.arn("elasticache", &resource)),
        name: id.clone(),
        engine: place.reported(engine.as_deref().map(str::to_owned), from, call, "Engine"),
        nodes: place.reported(nodes.map(|nodes| Some(nodes.len() as u64)), from, call, field),
        counters: if memcached { &MEMCACHED_NODES } else { &NODES },
        counted: match nodes {
            _ if !known => Err(engine_gap()),
            None => Err(nodes_gap()),
            Some(nodes) => Ok(nodes.iter().map(|node| node.to_vec()).collect()),
        },
        from,
    }
}

fn of_serverless(place: &Place, caches: &Listing<elasticache::ServerlessCache>) -> impl Iterator<Item = Cache> {
    let call = &elasticache::DESCRIBE_SERVERLESS_CACHES;
    caches.items.iter().map(move |cache| Cache {
        kind: CacheKind::ServerlessCache,
        arn: cache.arn.clone().unwrap_or_else(|| place.arn("elasticache", &format!("serverlesscache:{}", cache.name))),
        name: cache.name.clone(),
        engine: place.reported(cache.engine.as_deref().map(str::to_owned), caches.from, call, "Engine"),
        nodes: Observed::known(None, caches.from),
        counters: &SERVERLESS,
        counted: Ok(vec![vec![cache.name.clone()]]),
        from: caches.from,
    })
}

fn of_memorydb(place: &Place, clusters: &Listing<memorydb::Cluster>) -> impl Iterator<Item = Cache> {
    let call = &memorydb::DESCRIBE_CLUSTERS;
    clusters.items.iter().map(move |cluster| Cache {
        kind: CacheKind::MemoryDb,
        arn: cluster.arn.clone().unwrap_or_else(|| place.arn("memorydb", &format!("cluster/{}", cluster.name))),
        name: cluster.name.clone(),
        engine: place.reported(cluster.engine.as_deref().map(str::to_owned), clusters.from, call, "Engine"),
        nodes: place.reported(cluster.nodes.map(Some), clusters.from, call, "Shards"),
        counters: &MEMORYDB_CLUSTERS,
        counted: Ok(vec![vec![cluster.name.clone()]]),
        from: clusters.from,
    })
}

fn of_dax(place: &Place, clusters: &Listing<dax::Cluster>) -> impl Iterator<Item = Cache> {
    clusters.items.iter().map(move |cluster| Cache {
        kind: CacheKind::Dax,
        arn: cluster.arn.clone().unwrap_or_else(|| place.arn("dax", &format!("cache/{}", cluster.name))),
        name: cluster.name.clone(),
        engine: Observed::known("dax".to_owned(), clusters.from),
        nodes: place.reported(cluster.nodes.map(Some), clusters.from, &dax::DESCRIBE_CLUSTERS, "TotalNodes"),
        counters: &DAX_CLUSTERS,
        counted: Ok(vec![vec![cluster.name.clone()]]),
        from: clusters.from,
    })
}

impl Cache {
    /// Everything that CloudWatch is asked about it.
    pub(super) fn queries(&self) -> Vec<MetricQuery> {
        let Counters { hits, misses, evictions, .. } = self.counters;
        [hits, misses, evictions].into_iter().flat_map(|metrics| self.of(metrics)).collect()
    }

    fn of(&self, metrics: &'static [Metric]) -> impl Iterator<Item = MetricQuery> {
        let counted = self.counted.as_deref().unwrap_or_default();
        metrics.iter().flat_map(|metric| counted.iter().map(|values| metric.of_all(values.iter().cloned())))
    }

    pub(super) fn evidence(
        &self,
        place: &Place,
        metrics: &Metrics,
        alarms: &Listing<Alarm>,
        shown: &Listing<Shown>,
    ) -> Evidence {
        let (hits, misses) = (self.sum(self.counters.hits, metrics), self.sum(self.counters.misses, metrics));
        let watch = self.watch();
        let facts = facts::Cache {
            cache: self.kind,
            engine: self.engine.clone(),
            nodes: self.nodes,
            hits,
            misses,
            hit_rate_percent: hit_rate(hits, misses),
            evictions: match self.counters.evictions {
                [] => Observed::known(None, self.from),
                evictions => self.sum(evictions, metrics).map(Some),
            },
            hit_rate_alarm: watch.alarm(alarms),
            hit_rate_alarm_percent: watch.alarm_percent(alarms),
            hit_rate_widget: watch.widget(place, shown),
        };
        Evidence { subject: place.subject(self.arn.clone(), Some(&self.name), Default::default()), facts: facts.into() }
    }

    /// What alarms and widgets call it. They may name it even where its nodes are not known by a name.
    fn watch(&self) -> Watch {
        let counted = self.counted.as_deref().unwrap_or_default();
        let mut values: Vec<Arc<str>> = counted.iter().filter_map(|values| values.first().cloned()).collect();
        values.dedup();
        Watch { counters: self.counters, values, unnamed: self.counted.as_ref().err().copied() }
    }

    /// The sum over all nodes. A node without data counts for nothing if another lookup has data; if none has, nobody knows,
    /// unless AWS leaves zeros out.
    fn sum(&self, of: &'static [Metric], metrics: &Metrics) -> Observed<f64> {
        if let Err(gap) = self.counted {
            return Observed::unknown(gap);
        }
        let Counters { hits, misses, silent_at_zero, .. } = self.counters;
        let silent = !silent_at_zero && self.of(hits).chain(self.of(misses)).all(|query| metrics.is_empty(&query));
        let count = |query| if silent { metrics.get(&query).map(|one| one.sum) } else { metrics.count_or_zero(&query) };
        let total = self.of(of).map(count).reduce(|total, one| match (total, one) {
            (Observed::Known { value: total, from }, Observed::Known { value, .. }) => {
                Observed::known(total + value, from)
            }
            (unknown @ Observed::Unknown { .. }, _) | (_, unknown) => unknown,
        });
        total.unwrap_or(Observed::known(0.0, self.from))
    }
}

/// Without lookups there is no rate.
fn hit_rate(hits: Observed<f64>, misses: Observed<f64>) -> Observed<Option<f64>> {
    match (hits, misses) {
        (Observed::Known { value: hits, from }, Observed::Known { value: misses, .. }) => {
            let lookups = hits + misses;
            Observed::known((lookups > 0.0).then(|| 100.0 * hits / lookups), from)
        }
        (Observed::Unknown { gap }, _) | (_, Observed::Unknown { gap }) => Observed::unknown(gap),
    }
}
