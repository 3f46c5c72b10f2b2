//! Which entry points DevOps Guru analyses.

use std::sync::Arc;

use rung_rules::{
    facts::EntryPointKind,
    model::{GapId, Observed, SourceId, Tags},
};

use super::entries::Entry;
use crate::{
    aws::{Listing, Place, Read},
    calls::{
        cloudfront_tags,
        devops_guru::{self, Analysed},
        elbv2_tags, lambda_tags,
    },
    network_performance::any_of,
};

/// What DevOps Guru analyses in a place.
pub(super) struct Guru {
    collections: [Arc<Listing<Analysed>>; 3],
}

impl Guru {
    pub(super) async fn read(place: &Place) -> Guru {
        Guru { collections: devops_guru::collections(place).await }
    }

    /// Whether it analyses an entry point. Tags are asked for only where some resources are chosen and not all.
    pub(super) async fn analyses(&self, place: &Place, entry: &Entry) -> Observed<bool> {
        let without_tags = self.covers(&Tags::new());
        let nothing_chosen = self.collections.iter().all(|collection| collection.items.is_empty());
        if nothing_chosen || without_tags.value() == Some(&true) {
            return without_tags;
        }
        match tags(place, entry).await {
            Read::Known { value, .. } => self.covers(&value),
            Read::Unknown { gap } => Observed::unknown(gap),
        }
    }

    fn covers(&self, tags: &Tags) -> Observed<bool> {
        let [all, ..] = &self.collections;
        any_of(self.collections.iter().map(|collection| collection.any(|one| one.covers(tags))), all.from)
    }
}

async fn tags(place: &Place, entry: &Entry) -> Read<Tags> {
    use EntryPointKind::{ApplicationLoadBalancer, Distribution, FunctionUrl, NetworkLoadBalancer};
    let listed = |tags: Option<Tags>, from: SourceId, gap: Option<GapId>| match (tags, gap) {
        (None, Some(gap)) => Read::Unknown { gap },
        (tags, _) => Read::Known { value: tags.unwrap_or_default(), from },
    };
    match entry.kind {
        ApplicationLoadBalancer | NetworkLoadBalancer => {
            let all = elbv2_tags::of_load_balancers(place).await;
            let own = all.items.iter().find(|(arn, _)| *arn == entry.arn);
            listed(own.map(|(_, tags)| tags.clone()), all.from, all.gap)
        }
        FunctionUrl => (*lambda_tags::of_function(place, &entry.arn).await).clone(),
        Distribution => (*cloudfront_tags::of_distribution(place, &entry.arn).await).clone(),
        _ => listed(entry.tags.clone(), entry.from, None),
    }
}
