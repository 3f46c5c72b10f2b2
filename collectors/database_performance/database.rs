//! One database: an instance, or a cluster with its instances, and the facts that the two lists of RDS tell about it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use rung_rules::model::{Cause, GapId, Observed, SourceId, Subject, Tags};

use crate::{
    aws::{Listing, Place},
    calls::{
        Call,
        rds_clusters::{DESCRIBE_DB_CLUSTERS, DbCluster},
        rds_instances::{DESCRIBE_DB_INSTANCES, DbInstance},
    },
};

/// A database.
pub(super) struct Database<'a> {
    pub(super) place: &'a Place,
    /// The cluster; nothing for an instance of its own.
    pub(super) cluster: Option<&'a DbCluster>,
    /// The instance, or those of the cluster.
    pub(super) instances: Vec<&'a DbInstance>,
    /// Why there may be more instances.
    instances_gap: Option<GapId>,
    pub(super) instances_from: SourceId,
    clusters_from: SourceId,
}

/// The databases of a place, without those that are being made or deleted. An instance whose cluster is not among the
/// clusters, though all were listed, stands for itself.
pub(super) fn databases<'a>(
    place: &'a Place,
    instances: &'a Listing<DbInstance>,
    clusters: &'a Listing<DbCluster>,
) -> Vec<Database<'a>> {
    let database = |cluster: Option<&'a DbCluster>, members: Vec<&'a DbInstance>| Database {
        place,
        cluster,
        instances: members,
        instances_gap: cluster.and(instances.gap),
        instances_from: instances.from,
        clusters_from: clusters.from,
    };
    let mut members: HashMap<&str, Vec<&DbInstance>> = HashMap::new();
    let mut alone = Vec::new();
    let ids: HashSet<&str> = clusters.items.iter().map(|cluster| &*cluster.id).collect();
    for instance in instances.items.iter().filter(|instance| !instance.in_transition()) {
        match instance.cluster.as_deref() {
            Some(cluster) if ids.contains(cluster) || clusters.gap.is_some() => {
                members.entry(cluster).or_default().push(instance);
            }
            _ => alone.push(database(None, vec![instance])),
        }
    }
    let clusters = clusters.items.iter().filter(|cluster| !cluster.in_transition());
    let mut of_cluster = |cluster: &DbCluster| members.remove(&*cluster.id).unwrap_or_default();
    clusters.map(|cluster| database(Some(cluster), of_cluster(cluster))).chain(alone).collect()
}

/// Whether one of the two is so; "no" only when both were read.
pub(super) fn either(a: Observed<bool>, b: Observed<bool>) -> Observed<bool> {
    match (&a, &b) {
        (Observed::Known { value: false, .. }, _) | (Observed::Unknown { .. }, Observed::Known { value: true, .. }) => {
            b
        }
        _ => a,
    }
}

impl Database<'_> {
    pub(super) fn subject(&self) -> Subject {
        let tags = self.tags().next().cloned().unwrap_or_default();
        self.place.subject(self.arn(), Some(self.id()), tags)
    }

    /// Identifier of the cluster or the instance.
    pub(super) fn id(&self) -> &str {
        let instance = self.instances.first().map(|instance| &*instance.id);
        self.cluster.map(|cluster| &*cluster.id).or(instance).unwrap_or_default()
    }

    fn arn(&self) -> Arc<str> {
        match (self.cluster, self.instances.first()) {
            (Some(cluster), _) => cluster.arn.clone().unwrap_or_else(|| self.rds_arn("cluster", &cluster.id)),
            (None, instance) => {
                let arn = instance.and_then(|instance| instance.arn.clone());
                arn.unwrap_or_else(|| self.rds_arn("db", self.id()))
            }
        }
    }

    fn rds_arn(&self, kind: &str, name: &str) -> Arc<str> {
        self.place.arn("rds", &format!("{kind}:{name}"))
    }

    /// Its ARN, its instances' and those of its parameter groups.
    pub(super) fn arns(&self) -> Vec<Arc<str>> {
        let of_cluster = self.cluster.into_iter().flat_map(|cluster| {
            let group = cluster.parameter_group.iter().map(|name| self.rds_arn("cluster-pg", name));
            group.chain([self.rds_arn("cluster", &cluster.id)])
        });
        let of_instances = self.instances.iter().flat_map(|instance| {
            let groups = instance.parameter_groups.iter().map(|name| self.rds_arn("pg", name));
            groups.chain([self.rds_arn("db", &instance.id)])
        });
        of_cluster.chain(of_instances).collect()
    }

    /// Tags of the cluster and of each instance.
    pub(super) fn tags(&self) -> impl Iterator<Item = &Tags> {
        self.cluster.map(|cluster| &cluster.tags).into_iter().chain(self.instances.iter().map(|one| &one.tags))
    }

    pub(super) fn engine(&self) -> Observed<String> {
        self.text("Engine", |cluster| &cluster.engine, |instance| &instance.engine)
    }

    pub(super) fn engine_version(&self) -> Observed<String> {
        self.text("EngineVersion", |cluster| &cluster.engine_version, |instance| &instance.engine_version)
    }

    pub(super) fn count(&self) -> Observed<u32> {
        match self.instances_gap {
            Some(gap) => Observed::unknown(gap),
            None => Observed::known(self.instances.len() as u32, self.instances_from),
        }
    }

    /// `serverless` is the mode of Aurora Serverless v1, which has no instances; v2 has instances of class `db.serverless`.
    pub(super) fn serverless(&self) -> Observed<bool> {
        let mode = self.cluster.and_then(|cluster| cluster.engine_mode.as_deref());
        let version_1 = mode.map(|mode| mode == "serverless");
        let version_2 = |instance: &DbInstance| instance.class.as_deref().map(|class| class == "db.serverless");
        match version_1 {
            Some(true) => Observed::known(true, self.clusters_from),
            _ => self.all("DBInstanceClass", version_2, version_1),
        }
    }

    /// The cluster's word for "on" is enough; its "off" is not, because members can have it on.
    pub(super) fn performance_insights(&self) -> Observed<bool> {
        let of_cluster = self.cluster.and_then(|cluster| cluster.performance_insights);
        match of_cluster {
            Some(true) => Observed::known(true, self.clusters_from),
            _ => self.all("PerformanceInsightsEnabled", |instance| instance.performance_insights, of_cluster),
        }
    }

    pub(super) fn retention(&self) -> Observed<Option<i32>> {
        let on = self.performance_insights();
        if let Observed::Known { value: false, from } = on {
            return Observed::known(None, from);
        }
        let of_cluster = self.cluster.and_then(|cluster| cluster.performance_insights_retention_days);
        let days = |instance: &DbInstance| instance.performance_insights_retention_days;
        self.least("PerformanceInsightsRetentionPeriod", of_cluster, days).map(Some)
    }

    pub(super) fn monitoring_interval(&self) -> Observed<i32> {
        let of_cluster = self.cluster.and_then(|cluster| cluster.monitoring_interval_s);
        self.least("MonitoringInterval", of_cluster, |instance| instance.monitoring_interval_s)
    }

    pub(super) fn insights_mode(&self) -> Observed<String> {
        self.text(
            "DatabaseInsightsMode",
            |cluster| &cluster.database_insights_mode,
            |instance| &instance.database_insights_mode,
        )
    }

    /// AWS leaves the list out when it is empty.
    pub(super) fn log_exports(&self) -> Observed<Vec<String>> {
        let of_cluster = self.cluster.into_iter().flat_map(|cluster| &cluster.log_exports);
        let of_instances = self.instances.iter().flat_map(|instance| &instance.log_exports);
        let mut logs: Vec<_> = of_cluster.chain(of_instances).map(|log| log.to_string()).collect();
        logs.sort();
        logs.dedup();
        Observed::known(logs, self.from())
    }

    /// A text of the cluster, else the one that all instances have in common.
    fn text<'s>(
        &'s self,
        field: &str,
        of_cluster: impl Fn(&'s DbCluster) -> &'s Option<Arc<str>>,
        of_instance: impl Fn(&'s DbInstance) -> &'s Option<Arc<str>>,
    ) -> Observed<String> {
        let mut of_instances = self.instances.iter().copied().map(of_instance);
        let first = of_instances.next().and_then(Option::as_ref);
        let common = first.filter(|first| of_instances.all(|other| other.as_ref() == Some(*first)));
        let text = self.cluster.and_then(|cluster| of_cluster(cluster).as_ref()).or(common);
        self.reported(text.map(|text| text.to_string()), field)
    }

    /// Whether every instance says yes: one "no" decides, one silent or hidden instance leaves it open. `without` is the
    /// answer for a cluster without instances.
    fn all(&self, field: &str, says: impl Fn(&DbInstance) -> Option<bool>, without: Option<bool>) -> Observed<bool> {
        let answers: Vec<_> = self.instances.iter().map(|instance| says(instance)).collect();
        match self.instances_gap {
            _ if answers.contains(&Some(false)) => Observed::known(false, self.instances_from),
            Some(gap) => Observed::unknown(gap),
            None if answers.is_empty() => self.reported(without, field),
            None => self.reported(answers.into_iter().all(|answer| answer.is_some()).then_some(true), field),
        }
    }

    /// The lowest number of the instances; the cluster's where it has one.
    fn least(
        &self,
        field: &str,
        of_cluster: Option<i32>,
        of_instance: impl Fn(&DbInstance) -> Option<i32>,
    ) -> Observed<i32> {
        let numbers: Option<Vec<i32>> = self.instances.iter().map(|instance| of_instance(instance)).collect();
        match (of_cluster, self.instances_gap) {
            (Some(number), _) => Observed::known(number, self.clusters_from),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) => self.reported(numbers.and_then(|numbers| numbers.into_iter().min()), field),
        }
    }

    /// A field that AWS may leave out: absent is unknown.
    pub(super) fn reported<T>(&self, value: Option<T>, field: &str) -> Observed<T> {
        self.place.reported(value, self.from(), self.call(), field)
    }

    /// A field whose value cannot be read as what it should be.
    pub(super) fn unreadable(&self, call: &Call, field: &str, value: &str) -> GapId {
        self.place.gap(call, field, Cause::Failed, format!("{field} is {value:?}"))
    }

    /// Why more instances may be hidden.
    pub(super) fn hidden_instances(&self) -> Option<GapId> {
        self.instances_gap
    }

    /// The source that the database was listed by.
    pub(super) fn from(&self) -> SourceId {
        if self.cluster.is_some() { self.clusters_from } else { self.instances_from }
    }

    fn call(&self) -> &'static Call {
        if self.cluster.is_some() { &DESCRIBE_DB_CLUSTERS } else { &DESCRIBE_DB_INSTANCES }
    }
}
