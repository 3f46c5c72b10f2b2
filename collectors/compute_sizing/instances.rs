//! Evidence about running instances.

use std::{collections::HashMap, sync::Arc};

use jiff::{civil::Date, tz::TimeZone};
use rung_rules::{
    facts::Instance as Facts,
    model::{Evidence, GapId, Observed, SourceId, Tags},
};

use super::{
    CPU,
    findings::Findings,
    memory::{Memory, days_of},
};
use crate::{
    Collected,
    aws::{Listing, Place},
    calls::{
        cloudwatch::{self, Alarm, Watched, watched},
        ec2_instances::{self, DESCRIBE_INSTANCE_TYPES, DESCRIBE_INSTANCES, Instance, TypeInfo},
        tags,
    },
    metrics::Metrics,
};

/// Tags that say when the size was last reviewed.
const REVIEW_TAGS: &[&str] = &["sizing-reviewed", "rightsizing-reviewed"];

pub(super) async fn collect(
    place: &Place,
    instances: &Listing<Instance>,
    findings: &Findings,
    metrics: &Metrics,
    collected: &mut Collected,
) {
    if instances.items.is_empty() {
        return;
    }
    let (types, alarms, memory) =
        futures::join!(ec2_instances::types_in_use(place), cloudwatch::alarms(place), Memory::read(place));
    let joins = Joins {
        from: instances.from,
        types: types.items.iter().map(|info| (&*info.name, info)).collect(),
        types_gap: types.gap,
        high: CpuAlarms::of(&alarms, "Greater"),
        low: CpuAlarms::of(&alarms, "Less"),
        memory: &memory,
        findings,
        metrics,
        today: place.span.now.to_zoned(TimeZone::UTC).date(),
    };
    collected.evidence.reserve(instances.items.len());
    collected.evidence.extend(instances.items.iter().map(|instance| joins.evidence(place, instance)));
}

/// What other sources say about instances, indexed once for all of them.
struct Joins<'a> {
    from: SourceId,
    types: HashMap<&'a str, &'a TypeInfo>,
    types_gap: Option<GapId>,
    high: CpuAlarms,
    low: CpuAlarms,
    memory: &'a Memory,
    findings: &'a Findings,
    metrics: &'a Metrics,
    today: Date,
}

impl Joins<'_> {
    fn evidence(&self, place: &Place, instance: &Instance) -> Evidence {
        let (from, call) = (self.from, &DESCRIBE_INSTANCES);
        let arn = place.arn("ec2", &format!("instance/{}", instance.id));
        let kind = place.reported(instance.instance_type.clone(), from, call, "InstanceType");
        let cpu = self.metrics.get(&CPU.of(&instance.id));
        let reviewed_on = reviewed_on(&instance.tags);
        let facts = Facts {
            current_generation: self.current_generation(place, &kind),
            legacy_family: place
                .reported(instance.instance_type.as_deref(), from, call, "InstanceType")
                .map(Facts::is_legacy),
            instance_type: kind.map(|kind| kind.to_string()),
            launched_at: place.reported(instance.launched_at, from, call, "LaunchTime"),
            in_auto_scaling_group: Observed::known(instance.group().is_some(), from),
            cpu_average_percent: cpu.map(|summary| summary.mean()),
            cpu_p95_percent: cpu.map(|summary| summary.p95),
            cpu_days: cpu.map(days_of),
            memory_metric: self.memory.is_sent(&instance.id),
            memory_days: self.memory.days(place, &instance.id, self.metrics),
            sizing_reviewed_on: Observed::known(reviewed_on, from),
            sizing_review_age_days: Observed::known(reviewed_on.map(|date| days_between(date, self.today)), from),
            high_cpu_alarm: self.high.watch(instance),
            low_cpu_alarm: self.low.watch(instance),
            optimizer_finding: self.findings.instance(place, &arn),
        };
        Evidence { subject: place.subject(arn, tags::name(&instance.tags), instance.tags.clone()), facts: facts.into() }
    }

    fn current_generation(&self, place: &Place, kind: &Observed<Arc<str>>) -> Observed<bool> {
        let kind = match kind {
            Observed::Known { value, .. } => value,
            Observed::Unknown { gap } => return Observed::unknown(*gap),
        };
        match (self.types.get(&**kind), self.types_gap) {
            (Some(info), _) => place.reported(info.current, info.from, &DESCRIBE_INSTANCE_TYPES, "CurrentGeneration"),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) => {
                place.reported(None, self.from, &DESCRIBE_INSTANCE_TYPES, "every instance type that was asked for")
            }
        }
    }
}

/// Alarms on CPU that fire in one direction: of single instances, and of groups.
struct CpuAlarms {
    instances: Watched,
    groups: Watched,
    from: SourceId,
    gap: Option<GapId>,
}

impl CpuAlarms {
    /// `direction` is a word of the comparison: an alarm on a band that has both fires in both.
    fn of(alarms: &Listing<Alarm>, direction: &str) -> CpuAlarms {
        let these: Vec<Alarm> =
            alarms.items.iter().filter(|alarm| alarm.comparison.contains(direction)).cloned().collect();
        let by = |dimension| watched(&these, CPU.namespace, &[CPU.name], dimension, |_, _| true);
        CpuAlarms {
            instances: by("InstanceId"),
            groups: by("AutoScalingGroupName"),
            from: alarms.from,
            gap: alarms.gap,
        }
    }

    fn watch(&self, instance: &Instance) -> Observed<bool> {
        let of_group = || instance.group().is_some_and(|group| self.groups.has(group));
        match (self.instances.has(&instance.id) || of_group(), self.gap) {
            (false, Some(gap)) => Observed::unknown(gap),
            (watched, _) => Observed::known(watched, self.from),
        }
    }
}

/// The newest date in the tags; what is no ISO date tells no date.
fn reviewed_on(tags: &Tags) -> Option<Date> {
    let values = REVIEW_TAGS.iter().filter_map(|key| tags.get(key));
    values.filter_map(|value| value.trim().get(..10)?.parse().ok()).max()
}

fn days_between(then: Date, today: Date) -> i32 {
    today.since(then).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn tagged(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    /// An alarm on CPU with this comparison and dimension.
    fn alarm(comparison: &str, dimension: &str, value: &str) -> Alarm {
        let metric = cloudwatch::AlarmMetric {
            namespace: "AWS/EC2".into(),
            metric: "CPUUtilization".into(),
            dimensions: vec![(dimension.into(), value.into())],
            statistic: "Average".into(),
        };
        Alarm {
            name: "cpu".into(),
            acts: true,
            state: "OK".into(),
            creates_ops_items: false,
            state_since: None,
            evaluation_periods: None,
            threshold: Some(80.0),
            comparison: comparison.into(),
            anomaly_band: false,
            metrics: vec![metric],
            expressions: vec![],
        }
    }

    #[test]
    fn alarms_by_direction_on_an_instance_or_its_group() {
        let single = Instance { id: "i-1".into(), instance_type: None, launched_at: None, tags: tagged(&[]) };
        let in_group =
            Instance { id: "i-2".into(), tags: tagged(&[("aws:autoscaling:groupName", "web")]), ..single.clone() };
        let mut alarms = Listing {
            items: vec![
                alarm("GreaterThanThreshold", "InstanceId", "i-1"),
                alarm("LessThanLowerThreshold", "AutoScalingGroupName", "web"),
            ],
            from: SourceId(1),
            gap: None,
        };
        let watch = |alarms: &Listing<Alarm>, instance| {
            let by = |direction| CpuAlarms::of(alarms, direction).watch(instance).value().copied();
            (by("Greater"), by("Less"))
        };
        assert_eq!(watch(&alarms, &single), (Some(true), Some(false)));
        assert_eq!(watch(&alarms, &in_group), (Some(false), Some(true)));
        alarms.gap = Some(GapId(1));
        assert_eq!(watch(&alarms, &single), (Some(true), None));
    }

    #[test]
    fn the_newest_review_counts_and_only_a_date_is_one() {
        assert_eq!(reviewed_on(&tagged(&[("sizing-reviewed", "2026-01-15")])), Some(date(2026, 1, 15)));
        let both = tagged(&[("rightsizing-reviewed", "2026-03-01T10:00:00Z"), ("sizing-reviewed", "2025-01-15")]);
        assert_eq!(reviewed_on(&both), Some(date(2026, 3, 1)));
        for value in ["yes", "", "2026-13-01", "15.01.2026", "äöüäöüäöü"] {
            assert_eq!(reviewed_on(&tagged(&[("sizing-reviewed", value)])), None, "{value}");
        }
        assert_eq!(reviewed_on(&tagged(&[("reviewed", "2026-01-15")])), None);
    }

    #[test]
    fn ages_in_days() {
        assert_eq!(days_between(date(2026, 1, 1), date(2026, 3, 1)), 59);
        assert_eq!(days_between(date(2026, 3, 2), date(2026, 3, 1)), -1);
    }

    #[test]
    fn any_tag_is_a_date_or_none() {
        for value in crate::hostile::changed_text("2026-01-15T10:00:00Z", 3_000) {
            let day = reviewed_on(&tagged(&[("sizing-reviewed", &value)]));
            assert!(day.is_none_or(|day| value.contains(&day.to_string())), "{value:?} is {day:?}");
        }
    }
}
