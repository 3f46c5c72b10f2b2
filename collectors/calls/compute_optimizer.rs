//! Compute Optimizer: what it thinks of volumes. Opt-in: an account that is not enrolled is a gap of its own kind.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, PageEnd, Place, pages};

call!(
    GET_EBS_VOLUME_RECOMMENDATIONS,
    "compute-optimizer",
    "ComputeOptimizer",
    "GetEBSVolumeRecommendations",
    "findings about EBS volumes"
);

pub(crate) static CALLS: &[&Call] = &[&GET_EBS_VOLUME_RECOMMENDATIONS];

/// A finding about one resource.
#[derive(Clone, Debug)]
pub struct Recommendation {
    /// ARN of the resource.
    pub arn: Arc<str>,
    /// `Finding`: `Optimized`, `NotOptimized` ...
    pub finding: Arc<str>,
}

/// Findings about the place's volumes.
pub async fn volumes(place: &Place) -> Arc<Listing<Recommendation>> {
    let client = place.clients.compute_optimizer();
    let read = pages(
        place,
        &GET_EBS_VOLUME_RECOMMENDATIONS,
        "",
        |token| client.get_ebs_volume_recommendations().set_next_token(token).max_results(1000).send(),
        |page, items| {
            items.extend(page.volume_recommendations.unwrap_or_default().into_iter().filter_map(|entry| {
                Some(Recommendation { arn: entry.volume_arn?.into(), finding: entry.finding?.as_str().into() })
            }));
            page.next_token.filter(|token| !token.is_empty()).map_or(PageEnd::Last, PageEnd::More)
        },
    );
    place.memo(&GET_EBS_VOLUME_RECOMMENDATIONS, "", read).await
}
