//! RDS: recommendations that are open.

use std::sync::Arc;

use aws_sdk_rds::types::{DbRecommendation, Filter};
use jiff::Timestamp;

use super::{Call, call, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_DB_RECOMMENDATIONS,
    "rds",
    "RDS",
    "DescribeDBRecommendations",
    "open recommendations about databases and their age"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_DB_RECOMMENDATIONS];

/// An open recommendation.
#[derive(Clone, Debug)]
pub struct Recommendation {
    /// `ResourceArn`: an instance, a cluster or a parameter group.
    pub resource_arn: Arc<str>,
    /// `Category`: `performance efficiency`, `security`, `reliability` ...
    pub category: Option<Arc<str>>,
    /// `CreatedTime`.
    pub created_at: Option<Timestamp>,
}

/// Every recommendation of the place with the status `active`: neither applied, nor scheduled, nor dismissed.
pub async fn open(place: &Place) -> Arc<Listing<Recommendation>> {
    let active = Filter::builder().name("status").values("active").build();
    let request = place.clients.rds().describe_db_recommendations().filters(active);
    let stream = request.into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_DB_RECOMMENDATIONS, "status active", stream, |page, items| {
        items.extend(page.db_recommendations.unwrap_or_default().into_iter().filter_map(recommendation));
    });
    place.memo(&DESCRIBE_DB_RECOMMENDATIONS, "status active", read).await
}

fn recommendation(entry: DbRecommendation) -> Option<Recommendation> {
    Some(Recommendation {
        resource_arn: entry.resource_arn?.into(),
        category: entry.category.map(Arc::from),
        created_at: entry.created_time.and_then(timestamp),
    })
}
