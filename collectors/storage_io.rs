//! WAF-PERF-090 Storage I/O: volumes, database storage, buckets, file systems and what tunes them.

use std::{collections::HashMap, sync::Arc};

use rung_rules::{
    facts::{self, Kind, StorageAutomation, VolumeType},
    model::{Evidence, GapId, Observed, SourceId},
};

use crate::{
    Collected, at_once,
    aws::Place,
    calls::{
        cloudwatch::{self, Watched, watched},
        compute_optimizer, compute_optimizer_automation,
        ec2_volumes::{self, Volume},
        efs, eventbridge, rds_instances, s3, tags,
    },
    metrics::{Ask, Metric, MetricQuery, Metrics},
    prices,
};

const EBS: &str = "AWS/EBS";
static QUEUE_LENGTH: Metric = Metric::hourly(EBS, "VolumeQueueLength", "Average", &["VolumeId"]);
static BURST_BALANCE: Metric = Metric::hourly(EBS, "BurstBalance", "Minimum", &["VolumeId"]);
static IOPS_EXCEEDED: Metric = Metric::hourly(EBS, "VolumeIOPSExceededCheck", "Maximum", &["VolumeId"]);
static THROUGHPUT_EXCEEDED: Metric = Metric::hourly(EBS, "VolumeThroughputExceededCheck", "Maximum", &["VolumeId"]);
static BUCKET_SIZE: Metric = Metric::daily("AWS/S3", "BucketSizeBytes", "Average", &["BucketName", "StorageType"]);
const IO_METRICS: &[&str] =
    &["VolumeQueueLength", "BurstBalance", "VolumeIOPSExceededCheck", "VolumeThroughputExceededCheck"];
/// Storage types of S3 that `BucketSizeBytes` tells apart and that make up almost all of it.
const STORAGE_TYPES: &[&str] =
    &["StandardStorage", "StandardIAStorage", "GlacierInstantRetrievalStorage", "GlacierStorage", "DeepArchiveStorage"];
const TIERED_TYPES: &[&str] =
    &["IntelligentTieringFAStorage", "IntelligentTieringIAStorage", "IntelligentTieringAIAStorage"];
/// Engines whose storage lies outside the instance.
const CLUSTER_STORAGE: &[&str] = &["aurora", "neptune", "docdb"];
/// Requests about single buckets or rules under way at once.
const AT_ONCE: usize = 16;

/// The metrics this control needs of a place.
pub(crate) async fn ask_metrics(place: &Place, ask: &Ask) {
    if place.is_global() {
        return;
    }
    let as_they_come = |volumes: &[Volume]| ask.all(volumes.iter().flat_map(volume_queries));
    let (volumes, buckets) = futures::join!(ec2_volumes::volumes_as_they_come(place, as_they_come), s3::buckets(place));
    // Once more: who came first to the list may have been somebody who asks for nothing.
    ask.all(volumes.items.iter().flat_map(volume_queries));
    let sizes = |bucket: &s3::Bucket| {
        let name = bucket.name.clone();
        STORAGE_TYPES.iter().chain(TIERED_TYPES).map(move |storage| bucket_size(&name, storage))
    };
    ask.all(s3::here(place, &buckets).flat_map(sizes));
}

fn volume_queries(volume: &Volume) -> impl Iterator<Item = MetricQuery> + use<> {
    let of_attached = (volume.attached == Some(true)).then(|| {
        let burst = has_burst_credits(volume).then(|| BURST_BALANCE.of(&volume.id));
        let always = [&QUEUE_LENGTH, &IOPS_EXCEEDED, &THROUGHPUT_EXCEEDED].map(|metric| metric.of(&volume.id));
        always.into_iter().chain(burst)
    });
    of_attached.into_iter().flatten()
}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, metrics: &Metrics) -> Collected {
    if place.is_global() {
        return Collected::default();
    }
    let mut collected = Collected::default();
    volumes(place, metrics, &mut collected).await;
    databases(place, &mut collected).await;
    buckets(place, metrics, &mut collected).await;
    file_systems(place, &mut collected).await;
    collected.evidence.push(automation(place).await);
    collected
}

fn bucket_size(bucket: &Arc<str>, storage: &'static str) -> MetricQuery {
    BUCKET_SIZE.of_all([bucket.clone(), storage.into()])
}

fn has_burst_credits(volume: &Volume) -> bool {
    matches!(volume.volume_type, Some(VolumeType::Gp2 | VolumeType::St1 | VolumeType::Sc1))
}

async fn volumes(place: &Place, metrics: &Metrics, collected: &mut Collected) {
    let volumes = ec2_volumes::volumes(place).await;
    collected.unseen.extend(place.unseen(Kind::Volume, &volumes));
    if volumes.items.is_empty() {
        return;
    }
    let alarms = cloudwatch::alarms(place).await;
    let recommendations = compute_optimizer::volumes(place).await;
    let joins = VolumeJoins {
        watched: watched(&alarms.items, EBS, IO_METRICS, "VolumeId", |_, _| true),
        alarms_from: alarms.from,
        alarms_gap: alarms.gap,
        findings: recommendations.items.iter().map(|entry| (&*entry.arn, &*entry.finding)).collect(),
        findings_from: recommendations.from,
        findings_gap: recommendations.gap,
    };
    collected.evidence.reserve(volumes.items.len());
    for volume in &volumes.items {
        collected.evidence.push(volume_evidence(place, volume, volumes.from, &joins, metrics));
    }
}

/// What other sources say about volumes, indexed once for all of them.
struct VolumeJoins<'a> {
    watched: Watched,
    alarms_from: SourceId,
    alarms_gap: Option<GapId>,
    findings: HashMap<&'a str, &'a str>,
    findings_from: SourceId,
    findings_gap: Option<GapId>,
}

impl VolumeJoins<'_> {
    fn alarm(&self, volume: &str) -> Observed<bool> {
        match (self.watched.has(volume), self.alarms_gap) {
            (false, Some(gap)) => Observed::unknown(gap),
            (watched, _) => Observed::known(watched, self.alarms_from),
        }
    }

    fn finding(&self, place: &Place, arn: &str) -> Observed<String> {
        match (self.findings.get(arn), self.findings_gap) {
            (Some(finding), _) => Observed::known((*finding).to_owned(), self.findings_from),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) => place.reported(
                None,
                self.findings_from,
                &compute_optimizer::GET_EBS_VOLUME_RECOMMENDATIONS,
                "a finding about every volume",
            ),
        }
    }
}

fn volume_evidence(
    place: &Place,
    volume: &Volume,
    from: SourceId,
    joins: &VolumeJoins<'_>,
    metrics: &Metrics,
) -> Evidence {
    let arn = place.arn("ec2", &format!("volume/{}", volume.id));
    let call = &ec2_volumes::DESCRIBE_VOLUMES;
    let facts = facts::Volume {
        volume_type: place.reported(volume.volume_type.clone(), from, call, "VolumeType"),
        size_gib: place.reported(volume.size_gib, from, call, "Size"),
        iops: match &volume.volume_type {
            Some(VolumeType::St1 | VolumeType::Sc1 | VolumeType::Standard) => Observed::known(volume.iops, from),
            _ => place.reported(volume.iops, from, call, "Iops").map(Some),
        },
        throughput_mib_s: Observed::known(volume.throughput_mib_s, from),
        created_at: place.reported(volume.created_at, from, call, "CreateTime"),
        from_snapshot: Observed::known(volume.from_snapshot, from),
        attached: place.reported(volume.attached, from, call, "State"),
        io_alarm: joins.alarm(&volume.id),
        queue_length_p95: metrics.get(&QUEUE_LENGTH.of(&volume.id)).map(|summary| summary.p95),
        burst_balance_min_percent: match &volume.volume_type {
            Some(_) if !has_burst_credits(volume) => Observed::known(None, from),
            _ => metrics.get(&BURST_BALANCE.of(&volume.id)).map(|summary| Some(summary.min)),
        },
        limit_exceeded: limit_exceeded(&volume.id, metrics),
        optimizer_finding: joins.finding(place, &arn),
        gp3_saving_usd_month: saving(volume, from, place),
    };
    Evidence { subject: place.subject(arn, tags::name(&volume.tags), volume.tags.clone()), facts: facts.into() }
}

/// Either check at 1 is enough. Without data of both, though the queue length has data, AWS publishes none for the volume.
fn limit_exceeded(volume: &Arc<str>, metrics: &Metrics) -> Observed<Option<bool>> {
    let (iops, throughput) = (IOPS_EXCEEDED.of(volume), THROUGHPUT_EXCEEDED.of(volume));
    if metrics.is_empty(&iops) && metrics.is_empty(&throughput) {
        return metrics.get(&QUEUE_LENGTH.of(volume)).map(|_| None);
    }
    let seen = |query| metrics.get(query).map(|summary| Some(summary.max >= 1.0));
    match (seen(&iops), seen(&throughput)) {
        (exceeded @ Observed::Known { value: Some(true), .. }, _)
        | (_, exceeded @ Observed::Known { value: Some(true), .. }) => exceeded,
        (Observed::Known { .. }, other) => other,
        (unknown, _) => unknown,
    }
}

fn saving(volume: &Volume, from: SourceId, place: &Place) -> Observed<Option<f64>> {
    match (&volume.volume_type, volume.size_gib) {
        (Some(VolumeType::Gp2), Some(size)) => {
            Observed::known(Some(prices::gp3_saving_usd_month(size, volume.iops.unwrap_or(0))), from)
        }
        (Some(_), _) => Observed::known(None, from),
        (None, _) => place.reported(None, from, &ec2_volumes::DESCRIBE_VOLUMES, "VolumeType"),
    }
}

async fn databases(place: &Place, collected: &mut Collected) {
    let instances = rds_instances::instances(place).await;
    collected.unseen.extend(place.unseen(Kind::DatabaseStorage, &instances));
    let call = &rds_instances::DESCRIBE_DB_INSTANCES;
    let own_storage = |db: &&rds_instances::DbInstance| {
        let outside =
            db.engine.as_deref().is_some_and(|engine| CLUSTER_STORAGE.iter().any(|name| engine.starts_with(name)));
        !outside && !db.in_transition()
    };
    for db in instances.items.iter().filter(own_storage) {
        let text = |value: &Option<Arc<str>>| value.as_deref().map(str::to_owned);
        let facts = facts::DatabaseStorage {
            engine: place.reported(text(&db.engine), instances.from, call, "Engine"),
            storage_type: place.reported(text(&db.storage_type), instances.from, call, "StorageType"),
            allocated_gib: place.reported(db.allocated_gib, instances.from, call, "AllocatedStorage"),
            iops: Observed::known(db.iops, instances.from),
        };
        let arn = db.arn.clone().unwrap_or_else(|| place.arn("rds", &format!("db:{}", db.id)));
        let subject = place.subject(arn, Some(&db.id), db.tags.clone());
        collected.evidence.push(Evidence { subject, facts: facts.into() });
    }
}

async fn buckets(place: &Place, metrics: &Metrics, collected: &mut Collected) {
    let buckets = s3::buckets(place).await;
    collected.unseen.extend(s3::unseen_here(place, Kind::Bucket, &buckets));
    let evidence = s3::here(place, &buckets).map(|bucket| bucket_evidence(place, bucket, metrics));
    collected.evidence.extend(at_once(AT_ONCE, evidence).await);
}

async fn bucket_evidence(place: &Place, bucket: &s3::Bucket, metrics: &Metrics) -> Evidence {
    let (tiering, lifecycle) =
        futures::join!(s3::intelligent_tiering(place, &bucket.name), s3::has_lifecycle(place, &bucket.name));
    let facts = facts::Bucket {
        size_bytes: stored_bytes(&bucket.name, STORAGE_TYPES.iter().chain(TIERED_TYPES), metrics),
        intelligent_tiering: tiering.any(|enabled| *enabled),
        lifecycle: lifecycle.fact(|lifecycle| *lifecycle),
        intelligent_tiering_bytes: stored_bytes(&bucket.name, TIERED_TYPES.iter(), metrics),
    };
    let arn = format!("arn:{}:s3:::{}", place.partition, bucket.name);
    Evidence { subject: place.subject(arn, Some(&bucket.name), Default::default()), facts: facts.into() }
}

/// The latest size over several storage types. AWS publishes only the types that a bucket uses: no data is no bytes, unless
/// there are no data of any type (a new bucket, or one that AWS has not measured).
fn stored_bytes<'a>(
    bucket: &Arc<str>,
    storage_types: impl Iterator<Item = &'a &'static str>,
    metrics: &Metrics,
) -> Observed<f64> {
    let all_empty =
        STORAGE_TYPES.iter().chain(TIERED_TYPES).all(|storage| metrics.is_empty(&bucket_size(bucket, storage)));
    let mut total: Option<Observed<f64>> = None;
    for storage in storage_types {
        let query = bucket_size(bucket, storage);
        let bytes = if all_empty || !metrics.is_empty(&query) {
            metrics.get(&query).map(|summary| summary.latest)
        } else {
            metrics.count_or_zero(&query)
        };
        total = Some(match (total, bytes) {
            (None, bytes) => bytes,
            (Some(Observed::Known { value: sum, from }), Observed::Known { value, .. }) => {
                Observed::known(sum + value, from)
            }
            (Some(unknown @ Observed::Unknown { .. }), _) | (_, unknown @ Observed::Unknown { .. }) => unknown,
        });
    }
    total.unwrap_or_else(|| metrics.get(&bucket_size(bucket, "StandardStorage")).map(|summary| summary.latest))
}

async fn file_systems(place: &Place, collected: &mut Collected) {
    let systems = efs::file_systems(place).await;
    collected.unseen.extend(place.unseen(Kind::FileSystem, &systems));
    let call = &efs::DESCRIBE_FILE_SYSTEMS;
    for system in &systems.items {
        let lifecycle = efs::has_lifecycle(place, &system.id).await;
        let facts = facts::FileSystem {
            size_bytes: place.reported(system.size_bytes, systems.from, call, "SizeInBytes"),
            performance_mode: Observed::known(system.performance_mode.clone(), systems.from),
            throughput_mode: place.reported(system.throughput_mode.clone(), systems.from, call, "ThroughputMode"),
            lifecycle: lifecycle.fact(|lifecycle| *lifecycle),
        };
        let arn =
            system.arn.clone().unwrap_or_else(|| place.arn("elasticfilesystem", &format!("file-system/{}", system.id)));
        let subject = place.subject(arn, system.name.as_deref(), system.tags.clone());
        collected.evidence.push(Evidence { subject, facts: facts.into() });
    }
}

async fn automation(place: &Place) -> Evidence {
    let volumes = ec2_volumes::volumes(place).await;
    let optimizer = compute_optimizer_automation::rules(place).await;
    let about_volumes = |rule: &&compute_optimizer_automation::AutomationRule| {
        rule.active && rule.actions.iter().any(|action| action.contains("Ebs"))
    };
    let facts = StorageAutomation {
        optimizer_rules: optimizer.count(about_volumes).map(|count| count as u32),
        event_automations: event_automations(place).await,
        volumes: volumes.count(|_| true),
    };
    let subject =
        place.subject(place.arn("rung", "storage-automation"), Some("storage automation"), Default::default());
    Evidence { subject, facts: facts.into() }
}

/// Rules on EBS or Compute Optimizer events that start a Systems Manager automation, a state machine or a function.
async fn event_automations(place: &Place) -> Observed<u32> {
    let rules = eventbridge::rules(place).await;
    if let Some(gap) = rules.gap {
        return Observed::unknown(gap);
    }
    let speaks_of_storage = |rule: &&eventbridge::Rule| {
        rule.enabled
            && ["aws.ebs", "EBS Volume", "aws.compute-optimizer"].iter().any(|word| rule.pattern.contains(word))
    };
    let mut automations = 0;
    for rule in rules.items.iter().filter(speaks_of_storage) {
        let targets = eventbridge::targets(place, &rule.name).await;
        if let Some(gap) = targets.gap {
            return Observed::unknown(gap);
        }
        let starts = |arn: &Arc<str>| [":ssm:", ":states:", ":lambda:"].iter().any(|service| arn.contains(service));
        automations += u32::from(targets.items.iter().any(starts));
    }
    Observed::known(automations, rules.from)
}

#[cfg(test)]
#[path = "storage_io_tests.rs"]
mod tests;
