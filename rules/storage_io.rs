//! WAF-PERF-090 Storage I/O: volume types, their saturation and alarms, and tiering.

use crate::{
    facts::{Test, VolumeType, every},
    model::{Bar, Basis, Criterion, Effort, Level, Nothing, Threshold},
};

static SELECTED_SHARE: Threshold = Threshold {
    name: "090.storage_type_selected_share",
    default: 50.0,
    unit: "%",
    reason: "level 2 asks for a choice, not for a finished migration: half of the volumes show one",
};
static NEW_VOLUME_DAYS: Threshold = Threshold {
    name: "090.new_volume_days",
    default: 90.0,
    unit: "days",
    reason: "the model speaks of new deployments; a quarter is its review period",
};
static IO_ALARM_SHARE: Threshold = Threshold {
    name: "090.io_alarm_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static NOT_SATURATED_SHARE: Threshold = Threshold {
    name: "090.not_saturated_share",
    default: 95.0,
    unit: "%",
    reason: "one volume in twenty may be busy for a good reason",
};
static BURST_BALANCE: Threshold = Threshold {
    name: "090.burst_balance_percent",
    default: 30.0,
    unit: "%",
    reason: "below 30 % a gp2 volume is one busy hour from its baseline",
};
static IOPS_PER_QUEUED: Threshold = Threshold {
    name: "090.iops_per_queued_operation",
    default: 1000.0,
    unit: "IOPS",
    reason: "AWS's rule of thumb for SSD: a queue of one for every 1,000 provisioned IOPS",
};
static BIG_BUCKET_BYTES: Threshold = Threshold {
    name: "090.big_bucket_bytes",
    default: 1_000_000_000_000.0,
    unit: "bytes",
    reason: "under 1 TB tiering saves less than its monitoring and the attention it takes",
};

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "storage-type-selected",
        level: Level::L2,
        clause: "storage type selected",
        statement: "At least half of the volumes are neither gp2 nor magnetic: somebody chose their type.",
        basis: Basis::Observed,
        tests: &[Test::Volume {
            applies: every,
            holds: |volume, _| volume.volume_type.is(|kind| !kind.is_outdated()),
            facts: &["volume_type", "size_gib", "gp3_saving_usd_month"],
        }],
        bar: Bar::Share(&SELECTED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&SELECTED_SHARE],
        calls: &["ec2:DescribeVolumes"],
        remedy: "Change the volume's type to gp3 with ModifyVolume: online, no downtime, about 20 % cheaper than gp2.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "gp3-for-new-volumes",
        level: Level::L3,
        clause: "gp3 migration; new deployments use gp3",
        statement: "Every volume created in the last 90 days is gp3, io2 or a deliberate HDD type.",
        basis: Basis::Observed,
        tests: &[Test::Volume {
            applies: |volume, cx| volume.created_at.is(|at| cx.days_since(*at) <= cx.value(&NEW_VOLUME_DAYS)),
            holds: |volume, _| {
                use VolumeType::{Gp3, Io2, Sc1, St1};
                volume.volume_type.is(|kind| matches!(kind, Gp3 | Io2 | St1 | Sc1))
            },
            facts: &["volume_type", "created_at", "from_snapshot", "gp3_saving_usd_month"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&NEW_VOLUME_DAYS],
        calls: &["ec2:DescribeVolumes"],
        remedy: "Set gp3 in the launch template, image or infrastructure code that made the volume, and modify the volume.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "io-alarms",
        level: Level::L3,
        clause: "I/O alerts",
        statement: "At least 80 % of the attached volumes have an alarm on queue length, burst balance or exceeded limits.",
        basis: Basis::Observed,
        tests: &[Test::Volume {
            applies: |volume, _| volume.attached.truth(),
            holds: |volume, _| volume.io_alarm.truth(),
            facts: &["attached", "io_alarm"],
        }],
        bar: Bar::Share(&IO_ALARM_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&IO_ALARM_SHARE],
        calls: &["ec2:DescribeVolumes", "cloudwatch:DescribeAlarms"],
        remedy: "Add a CloudWatch alarm on VolumeQueueLength, BurstBalance (gp2, st1, sc1) or VolumeIOPSExceededCheck.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "gp2-migration-complete",
        level: Level::L4,
        clause: "disk type fully optimized",
        statement: "No volume and no RDS storage is gp2 or magnetic.",
        basis: Basis::Observed,
        tests: &[
            Test::Volume {
                applies: every,
                holds: |volume, _| volume.volume_type.is(|kind| !kind.is_outdated()),
                facts: &["volume_type", "size_gib", "iops", "gp3_saving_usd_month"],
            },
            Test::DatabaseStorage {
                applies: every,
                holds: |storage, _| storage.storage_type.is(|kind| !matches!(kind.as_str(), "gp2" | "standard")),
                facts: &["storage_type", "allocated_gib", "engine"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &["ec2:DescribeVolumes", "rds:DescribeDBInstances"],
        remedy: "Migrate it to gp3 (ModifyVolume or ModifyDBInstance); keep IOPS above 3,000 and throughput above 125 MiB/s where it had them.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "io-not-saturated",
        level: Level::L4,
        clause: "disk type fully optimized",
        statement: "At least 95 % of the measured volumes are not saturated: short queues, no limit exceeded, burst credits left.",
        basis: Basis::Observed,
        tests: &[Test::Volume {
            applies: |volume, _| volume.attached.truth(),
            holds: |volume, cx| {
                let queue_fits = volume.iops.then(|iops| {
                    let bar = (f64::from(iops.unwrap_or(0)) / cx.value(&IOPS_PER_QUEUED)).max(1.0);
                    volume.queue_length_p95.is(|queue| *queue <= bar)
                });
                let credits_left = volume
                    .burst_balance_min_percent
                    .is(|percent| percent.is_none_or(|percent| percent >= cx.value(&BURST_BALANCE)));
                queue_fits.and(credits_left).and(volume.limit_exceeded.is(|exceeded| *exceeded != Some(true)))
            },
            facts: &["iops", "queue_length_p95", "burst_balance_min_percent", "limit_exceeded"],
        }],
        bar: Bar::Share(&NOT_SATURATED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&NOT_SATURATED_SHARE, &IOPS_PER_QUEUED, &BURST_BALANCE],
        calls: &["ec2:DescribeVolumes", "cloudwatch:GetMetricData"],
        remedy: "Give the volume more IOPS or throughput (gp3: set them apart from size; above its limits: io2).",
        effort: Effort::Change,
    },
    Criterion {
        id: "intelligent-tiering",
        level: Level::L5,
        clause: "intelligent tiering",
        statement: "Every bucket over 1 TB and every EFS file system has tiering or a lifecycle.",
        basis: Basis::Observed,
        tests: &[
            Test::Bucket {
                applies: |bucket, cx| bucket.size_bytes.is(|bytes| *bytes > cx.value(&BIG_BUCKET_BYTES)),
                holds: |bucket, _| bucket.intelligent_tiering.truth().or(bucket.lifecycle.truth()),
                facts: &["size_bytes", "intelligent_tiering", "lifecycle"],
            },
            Test::FileSystem {
                applies: every,
                holds: |file_system, _| file_system.lifecycle.truth(),
                facts: &["size_bytes", "lifecycle"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&BIG_BUCKET_BYTES],
        calls: &[
            "s3:ListBuckets",
            "s3:ListBucketIntelligentTieringConfigurations",
            "s3:GetBucketLifecycleConfiguration",
            "elasticfilesystem:DescribeFileSystems",
            "elasticfilesystem:DescribeLifecycleConfiguration",
            "cloudwatch:GetMetricData",
        ],
        remedy: "Add an Intelligent-Tiering configuration or a lifecycle rule to the bucket, a lifecycle policy to the file system.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "storage-auto-tuning",
        level: Level::L5,
        clause: "auto-tuning",
        statement: "Automation changes volume types or IOPS without a person, or a person attests how storage tunes itself.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::StorageAutomation {
            applies: |automation, _| automation.volumes.is(|volumes| *volumes > 0),
            holds: |automation, _| {
                let seen = automation.optimizer_rules.is(|rules| *rules > 0);
                seen.or(automation.event_automations.is(|rules| *rules > 0)).or_attested()
            },
            facts: &["optimizer_rules", "event_automations", "volumes"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "aco-automation:ListAutomationRules",
            "events:ListRules",
            "events:ListTargetsByRule",
            "ec2:DescribeVolumes",
        ],
        remedy: "Create a Compute Optimizer automation rule for EBS volumes, or attest the automation that tunes them.",
        effort: Effort::Practice,
    },
];

#[cfg(test)]
#[path = "storage_io_tests.rs"]
mod tests;
