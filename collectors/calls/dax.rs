//! DynamoDB Accelerator (DAX): clusters.

use std::sync::Arc;

use super::{Call, call, elasticache::in_transition};
use crate::aws::{Listing, PageEnd, Place, pages};

call!(DESCRIBE_CLUSTERS, "dax", "DAX", "DescribeClusters", "DAX clusters: nodes");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_CLUSTERS];

/// A cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// `ClusterName`, by which CloudWatch knows it.
    pub name: Arc<str>,
    /// `ClusterArn`.
    pub arn: Option<Arc<str>>,
    /// `TotalNodes`.
    pub nodes: Option<u64>,
}

/// Every cluster of the place, but those in transition.
pub async fn clusters(place: &Place) -> Arc<Listing<Cluster>> {
    let client = place.clients.dax();
    let read = pages(
        place,
        &DESCRIBE_CLUSTERS,
        "",
        |token| Box::pin(client.describe_clusters().max_results(100).set_next_token(token).send()),
        |page, items| {
            let there = page.clusters.unwrap_or_default().into_iter();
            items.extend(there.filter(|cluster| !in_transition(cluster.status.as_deref())).filter_map(|cluster| {
                Some(Cluster {
                    name: cluster.cluster_name?.into(),
                    arn: cluster.cluster_arn.map(Arc::from),
                    nodes: cluster.total_nodes.and_then(|nodes| u64::try_from(nodes).ok()),
                })
            }));
            page.next_token.filter(|token| !token.is_empty()).map_or(PageEnd::Last, PageEnd::More)
        },
    );
    place.memo(&DESCRIBE_CLUSTERS, "", read).await
}
