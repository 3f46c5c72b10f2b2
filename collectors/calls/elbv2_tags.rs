//! Elastic Load Balancing v2: tags, which no list shows.

use std::sync::Arc;

use aws_sdk_elasticloadbalancingv2::operation::describe_tags::DescribeTagsOutput;
use rung_rules::model::Tags;

use super::{Call, call, elbv2, tags::tags};
use crate::{
    at_once,
    aws::{Listing, Place, Read, once},
};

call!(DESCRIBE_TAGS, "elasticloadbalancing", "ElasticLoadBalancingv2", "DescribeTags", "tags of load balancers");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_TAGS];

/// Load balancers that one DescribeTags takes.
const PER_CALL: usize = 20;
/// Batches under way at once.
const AT_ONCE: usize = 8;

/// ARN and tags of every load balancer of the place.
pub async fn of_load_balancers(place: &Place) -> Arc<Listing<(Arc<str>, Tags)>> {
    place.memo(&DESCRIBE_TAGS, "", all_tags(place)).await
}

async fn all_tags(place: &Place) -> Listing<(Arc<str>, Tags)> {
    let balancers = elbv2::load_balancers(place).await;
    let arns: Vec<String> = balancers.items.iter().map(|one| one.arn.to_string()).collect();
    let mut all = Listing { items: Vec::with_capacity(arns.len()), from: balancers.from, gap: balancers.gap };
    for part in at_once(AT_ONCE, arns.chunks(PER_CALL).map(|batch| describe(place, batch))).await {
        match part {
            Read::Known { value, from } => {
                all.items.extend(value);
                all.from = from;
            }
            Read::Unknown { gap } => all.gap = all.gap.or(Some(gap)),
        }
    }
    all
}

async fn describe(place: &Place, batch: &[String]) -> Read<Vec<(Arc<str>, Tags)>> {
    let answer = place.clients.elbv2().describe_tags().set_resource_arns(Some(batch.to_vec())).send();
    let take = |answer: DescribeTagsOutput| {
        let described = answer.tag_descriptions.unwrap_or_default().into_iter();
        described
            .filter_map(|one| {
                let own = one.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value));
                Some((one.resource_arn?.into(), tags(own)))
            })
            .collect()
    };
    let parameters = format!("from {}", batch.first().map_or("", String::as_str));
    once(place, &DESCRIBE_TAGS, &parameters, answer, take, &[], || None).await
}
