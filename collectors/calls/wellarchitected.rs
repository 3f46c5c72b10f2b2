//! Well-Architected Tool: workloads, the risks of their Performance Efficiency pillar, and milestones.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_wellarchitected::{
    operation::get_lens_review::GetLensReviewOutput,
    types::{Risk, WorkloadSummary},
};
use jiff::Timestamp;
use rung_rules::facts::PillarRisks;

use super::{Call, call, time::timestamp};
use crate::aws::{Listing, Place, Read, drain, once};

call!(
    LIST_WORKLOADS,
    "wellarchitected",
    "WellArchitected",
    "ListWorkloads",
    "workloads of the Well-Architected Tool and their lenses"
);
call!(
    GET_LENS_REVIEW,
    "wellarchitected",
    "WellArchitected",
    "GetLensReview",
    "how many risks a workload has in the Performance Efficiency pillar"
);
call!(
    LIST_MILESTONES,
    "wellarchitected",
    "WellArchitected",
    "ListMilestones",
    "when milestones of a workload were recorded"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_WORKLOADS, &GET_LENS_REVIEW, &LIST_MILESTONES];

/// The lens of the framework itself.
const FRAMEWORK: &str = "wellarchitected";
/// `PillarId` of the Performance Efficiency pillar.
const PERFORMANCE: &str = "performance";

/// A workload.
#[derive(Clone, Debug)]
pub struct Workload {
    /// `WorkloadId`.
    pub id: Arc<str>,
    /// `WorkloadArn`.
    pub arn: Option<Arc<str>>,
    /// `WorkloadName`.
    pub name: Option<Arc<str>>,
    /// `UpdatedAt`.
    pub updated_at: Option<Timestamp>,
    /// Whether `Lenses` names the framework's own lens, by alias or ARN; nothing where AWS leaves the list out.
    pub uses_framework: Option<bool>,
}

/// Every workload of the place, shared ones too.
pub async fn workloads(place: &Place) -> Arc<Listing<Workload>> {
    let stream = place.clients.wellarchitected().list_workloads().into_paginator().page_size(50).send();
    let read = drain(place, &LIST_WORKLOADS, "", stream, |page, items| {
        items.extend(page.workload_summaries.unwrap_or_default().into_iter().filter_map(workload));
    });
    place.memo(&LIST_WORKLOADS, "", read).await
}

fn workload(summary: WorkloadSummary) -> Option<Workload> {
    let is_framework = |lens: &String| lens.rsplit('/').next() == Some(FRAMEWORK);
    Some(Workload {
        id: summary.workload_id?.into(),
        arn: summary.workload_arn.map(Arc::from),
        name: summary.workload_name.map(Arc::from),
        updated_at: summary.updated_at.and_then(timestamp),
        uses_framework: summary.lenses.map(|lenses| lenses.iter().any(is_framework)),
    })
}

/// What the review of a workload by the framework's own lens says about performance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerformanceReview {
    /// `RiskCounts` of the pillar.
    Risks(PillarRisks),
    /// The workload does not use the lens.
    OtherLens,
    /// AWS's answer has no such pillar, or no counts of it.
    NotReported,
}

/// The risks of a workload in the Performance Efficiency pillar.
pub async fn performance_review(place: &Place, workload: &str) -> Arc<Read<PerformanceReview>> {
    let request = place.clients.wellarchitected().get_lens_review().workload_id(workload).lens_alias(FRAMEWORK);
    let answer = Box::pin(request.send());
    let none = || Some(PerformanceReview::OtherLens);
    let read = once(place, &GET_LENS_REVIEW, workload, answer, review, &["ResourceNotFoundException"], none);
    place.memo(&GET_LENS_REVIEW, workload, read).await
}

fn review(answer: GetLensReviewOutput) -> PerformanceReview {
    let pillars = answer.lens_review.and_then(|review| review.pillar_review_summaries).unwrap_or_default();
    let performance = pillars.into_iter().find(|pillar| pillar.pillar_id.as_deref() == Some(PERFORMANCE));
    match performance.and_then(|pillar| pillar.risk_counts) {
        Some(counts) => PerformanceReview::Risks(risks(&counts)),
        None => PerformanceReview::NotReported,
    }
}

fn risks(counts: &HashMap<Risk, i32>) -> PillarRisks {
    let of = |risk: Risk| counts.get(&risk).and_then(|count| u32::try_from(*count).ok()).unwrap_or(0);
    PillarRisks { high: of(Risk::High), medium: of(Risk::Medium), unanswered: of(Risk::Unanswered) }
}

/// `RecordedAt` of a workload's milestones; nothing for one that does not tell.
pub async fn milestones(place: &Place, workload: &str) -> Arc<Listing<Option<Timestamp>>> {
    let request = place.clients.wellarchitected().list_milestones().workload_id(workload);
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &LIST_MILESTONES, workload, stream, |page, items| {
        let milestones = page.milestone_summaries.unwrap_or_default().into_iter();
        items.extend(milestones.map(|milestone| milestone.recorded_at.and_then(timestamp)));
    });
    place.memo(&LIST_MILESTONES, workload, read).await
}
