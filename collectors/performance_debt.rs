//! WAF-PERF-100 Performance Debt: Well-Architected reviews, OpsItems, and what creates OpsItems by itself.
//!
//! The debt register is no source of AWS's alone: the program reads it.

use jiff::Timestamp;
use rung_rules::{
    facts::{DebtDetection, Kind, OpsItem, PillarRisks, WaWorkload},
    model::{Evidence, Observed},
};

use crate::{
    Collected, at_once,
    aws::{Listing, Place, Read},
    calls::{
        cloudwatch, cloudwatch_composite, eventbridge,
        ops_items::{self, DESCRIBE_OPS_ITEMS},
        wellarchitected::{self, GET_LENS_REVIEW, LIST_MILESTONES, LIST_WORKLOADS, PerformanceReview, Workload},
    },
    metrics::{Ask, Metrics},
};

/// Requests about single workloads or rules under way at once.
const AT_ONCE: usize = 16;

/// The metrics this control needs of a place.
pub(crate) async fn ask_metrics(_place: &Place, _ask: &Ask) {}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, _metrics: &Metrics) -> Collected {
    if place.is_global() {
        return Collected::default();
    }
    let (workloads, items, detection) =
        futures::join!(wellarchitected::workloads(place), ops_items::ops_items(place), detection(place));
    let mut collected = Collected::default();
    collected.unseen.extend(place.unseen(Kind::WaWorkload, &workloads));
    collected.unseen.extend(place.unseen(Kind::OpsItem, &items));
    let reviewed = workloads.items.iter().map(|workload| workload_evidence(place, workload, &workloads));
    collected.evidence.extend(at_once(AT_ONCE, reviewed).await);
    collected.evidence.extend(items.items.iter().map(|item| item_evidence(place, item, &items)));
    collected.evidence.push(detection);
    collected
}

async fn workload_evidence(place: &Place, workload: &Workload, listing: &Listing<Workload>) -> Evidence {
    let (performance_risks, milestones) =
        futures::join!(performance_risks(place, workload, listing), wellarchitected::milestones(place, &workload.id));
    let facts = WaWorkload {
        updated_at: place.reported(workload.updated_at, listing.from, &LIST_WORKLOADS, "UpdatedAt"),
        performance_risks,
        milestone_at: newest(place, &milestones),
    };
    let arn =
        workload.arn.clone().unwrap_or_else(|| place.arn("wellarchitected", &format!("workload/{}", workload.id)));
    Evidence { subject: place.subject(arn, workload.name.as_deref(), Default::default()), facts: facts.into() }
}

/// A workload that does not use the framework's own lens is not asked about: AWS would not find the review.
async fn performance_risks(
    place: &Place,
    workload: &Workload,
    listing: &Listing<Workload>,
) -> Observed<Option<PillarRisks>> {
    if workload.uses_framework == Some(false) {
        return Observed::known(None, listing.from);
    }
    match *wellarchitected::performance_review(place, &workload.id).await {
        Read::Known { value: PerformanceReview::Risks(risks), from } => Observed::known(Some(risks), from),
        Read::Known { value: PerformanceReview::OtherLens, from } => Observed::known(None, from),
        Read::Known { value: PerformanceReview::NotReported, from } => {
            place.reported(None, from, &GET_LENS_REVIEW, "PillarReviewSummaries")
        }
        Read::Unknown { gap } => Observed::unknown(gap),
    }
}

/// The newest of the milestones that were read; they come in any order, so one that is hidden may be newer.
fn newest(place: &Place, milestones: &Listing<Option<Timestamp>>) -> Observed<Option<Timestamp>> {
    if milestones.gap.is_none() && milestones.items.contains(&None) {
        return place.reported(None, milestones.from, &LIST_MILESTONES, "RecordedAt");
    }
    milestones.all_of(|times| times.iter().flatten().max().copied())
}

fn item_evidence(place: &Place, item: &ops_items::OpsItem, listing: &Listing<ops_items::OpsItem>) -> Evidence {
    let call = &DESCRIBE_OPS_ITEMS;
    let facts = OpsItem {
        category: Observed::known(item.category.clone(), listing.from),
        source: place.reported(item.source.clone(), listing.from, call, "Source"),
        status: place.reported(item.status.clone(), listing.from, call, "Status"),
        created_at: place.reported(item.created_at, listing.from, call, "CreatedTime"),
        modified_at: place.reported(item.modified_at, listing.from, call, "LastModifiedTime"),
    };
    let arn = place.arn("ssm", &format!("opsitem/{}", item.id));
    Evidence { subject: place.subject(arn, Some(&item.id), Default::default()), facts: facts.into() }
}

async fn detection(place: &Place) -> Evidence {
    let (metric_alarms, composite_alarms, rules_creating_ops_items) = futures::join!(
        cloudwatch::alarms(place),
        cloudwatch_composite::composites(place),
        rules_creating_ops_items(place)
    );
    let facts = DebtDetection {
        alarms_creating_ops_items: sum(
            metric_alarms.count(|alarm| alarm.creates_ops_items),
            composite_alarms.count(|alarm| alarm.creates_ops_items),
        ),
        rules_creating_ops_items,
    };
    let subject = place.subject(place.arn("rung", "debt-detection"), Some("debt detection"), Default::default());
    Evidence { subject, facts: facts.into() }
}

fn sum(one: Observed<u64>, other: Observed<u64>) -> Observed<u32> {
    match (one, other) {
        (Observed::Known { value: one, from }, Observed::Known { value: other, .. }) => {
            Observed::known(u32::try_from(one + other).unwrap_or(u32::MAX), from)
        }
        (Observed::Unknown { gap }, _) | (_, Observed::Unknown { gap }) => Observed::unknown(gap),
    }
}

/// Enabled rules on CloudWatch's events with OpsCenter among their targets: `arn:aws:ssm:us-east-1:123456789012:opsitem`.
async fn rules_creating_ops_items(place: &Place) -> Observed<u32> {
    let rules = eventbridge::rules(place).await;
    if let Some(gap) = rules.gap {
        return Observed::unknown(gap);
    }
    let of_cloudwatch = |rule: &&eventbridge::Rule| {
        rule.enabled && ["aws.cloudwatch", "CloudWatch Alarm"].iter().any(|word| rule.pattern.contains(word))
    };
    let of_rules = rules.items.iter().filter(of_cloudwatch).map(|rule| eventbridge::targets(place, &rule.name));
    let mut creating = 0;
    for targets in at_once(AT_ONCE, of_rules).await {
        if let Some(gap) = targets.gap {
            return Observed::unknown(gap);
        }
        creating += u32::from(targets.items.iter().any(|arn| arn.ends_with(":opsitem") || arn.contains(":opsitem:")));
    }
    Observed::known(creating, rules.from)
}

#[cfg(test)]
#[path = "performance_debt_tests.rs"]
mod tests;
