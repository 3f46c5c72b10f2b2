//! Compute Optimizer: whether the account is enrolled, and what it thinks of instances, Auto Scaling groups and ECS services.

use std::sync::Arc;

use super::{Call, call, compute_optimizer::Recommendation};
use crate::aws::{Listing, PageEnd, Place, Read, once, pages};

call!(
    GET_ENROLLMENT_STATUS,
    "compute-optimizer",
    "ComputeOptimizer",
    "GetEnrollmentStatus",
    "whether the account is enrolled in Compute Optimizer"
);
call!(
    GET_EC2_INSTANCE_RECOMMENDATIONS,
    "compute-optimizer",
    "ComputeOptimizer",
    "GetEC2InstanceRecommendations",
    "findings about EC2 instances"
);
call!(
    GET_AUTO_SCALING_GROUP_RECOMMENDATIONS,
    "compute-optimizer",
    "ComputeOptimizer",
    "GetAutoScalingGroupRecommendations",
    "findings about Auto Scaling groups"
);
call!(
    GET_ECS_SERVICE_RECOMMENDATIONS,
    "compute-optimizer",
    "ComputeOptimizer",
    "GetECSServiceRecommendations",
    "findings about ECS services on Fargate"
);

pub(crate) static CALLS: &[&Call] = &[
    &GET_ENROLLMENT_STATUS,
    &GET_EC2_INSTANCE_RECOMMENDATIONS,
    &GET_AUTO_SCALING_GROUP_RECOMMENDATIONS,
    &GET_ECS_SERVICE_RECOMMENDATIONS,
];

/// The findings there are, as the API's model spells them.
const FINDINGS: &[&str] = &["NotOptimized", "Optimized", "Overprovisioned", "Underprovisioned"];

/// `status`: `Active`, `Inactive`, `Pending` or `Failed`; nothing where AWS left it out.
pub async fn enrolment(place: &Place) -> Arc<Read<Option<Arc<str>>>> {
    let answer = place.clients.compute_optimizer().get_enrollment_status().send();
    let take = |answer: aws_sdk_computeoptimizer::operation::get_enrollment_status::GetEnrollmentStatusOutput| {
        answer.status.map(|status| Arc::from(status.as_str()))
    };
    let read = once(place, &GET_ENROLLMENT_STATUS, "", answer, take, &[], || None);
    place.memo(&GET_ENROLLMENT_STATUS, "", read).await
}

/// Findings about the place's instances.
pub async fn instances(place: &Place) -> Arc<Listing<Recommendation>> {
    let client = place.clients.compute_optimizer();
    let read = pages(
        place,
        &GET_EC2_INSTANCE_RECOMMENDATIONS,
        "",
        |token| client.get_ec2_instance_recommendations().set_next_token(token).max_results(1000).send(),
        |page, items| {
            let found = page.instance_recommendations.unwrap_or_default().into_iter();
            items.extend(found.filter_map(|one| recommendation(one.instance_arn, one.finding?.as_str())));
            page_end(page.next_token)
        },
    );
    place.memo(&GET_EC2_INSTANCE_RECOMMENDATIONS, "", read).await
}

/// Findings about the place's Auto Scaling groups.
pub async fn groups(place: &Place) -> Arc<Listing<Recommendation>> {
    let client = place.clients.compute_optimizer();
    let read = pages(
        place,
        &GET_AUTO_SCALING_GROUP_RECOMMENDATIONS,
        "",
        |token| client.get_auto_scaling_group_recommendations().set_next_token(token).max_results(1000).send(),
        |page, items| {
            let found = page.auto_scaling_group_recommendations.unwrap_or_default().into_iter();
            items.extend(found.filter_map(|one| recommendation(one.auto_scaling_group_arn, one.finding?.as_str())));
            page_end(page.next_token)
        },
    );
    place.memo(&GET_AUTO_SCALING_GROUP_RECOMMENDATIONS, "", read).await
}

/// Findings about the place's ECS services.
pub async fn services(place: &Place) -> Arc<Listing<Recommendation>> {
    let client = place.clients.compute_optimizer();
    let read = pages(
        place,
        &GET_ECS_SERVICE_RECOMMENDATIONS,
        "",
        |token| client.get_ecs_service_recommendations().set_next_token(token).max_results(1000).send(),
        |page, items| {
            let found = page.ecs_service_recommendations.unwrap_or_default().into_iter();
            items.extend(found.filter_map(|one| recommendation(one.service_arn, one.finding?.as_str())));
            page_end(page.next_token)
        },
    );
    place.memo(&GET_ECS_SERVICE_RECOMMENDATIONS, "", read).await
}

fn page_end(token: Option<String>) -> PageEnd<String> {
    token.filter(|token| !token.is_empty()).map_or(PageEnd::Last, PageEnd::More)
}

fn recommendation(arn: Option<String>, finding: &str) -> Option<Recommendation> {
    Some(Recommendation { arn: arn?.into(), finding: spelled(finding).into() })
}

/// The documentation of instances says that answers have `OVER_PROVISIONED` where the model has `Overprovisioned`.
fn spelled(finding: &str) -> &str {
    let plain = finding.replace('_', "");
    FINDINGS.iter().find(|known| known.eq_ignore_ascii_case(&plain)).copied().unwrap_or(finding)
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn both_spellings_are_one_finding() {
        assert_eq!(spelled("OVER_PROVISIONED"), "Overprovisioned");
        assert_eq!(spelled("Overprovisioned"), "Overprovisioned");
        assert_eq!(spelled("NOT_OPTIMIZED"), "NotOptimized");
        assert_eq!(spelled("OPTIMIZED"), "Optimized");
        assert_eq!(spelled("SomethingNew"), "SomethingNew");
    }
}
