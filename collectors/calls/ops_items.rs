//! Systems Manager OpsCenter: OpsItems about performance.

use std::sync::Arc;

use aws_sdk_ssm::types::{OpsItemFilter, OpsItemFilterKey, OpsItemFilterOperator, OpsItemSummary};
use jiff::Timestamp;

use super::{Call, call, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_OPS_ITEMS,
    "ssm",
    "SSM",
    "DescribeOpsItems",
    "OpsItems of the category Performance: source, status, age"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_OPS_ITEMS];

/// The category that OpsItems and alarms' actions name: AWS's own word.
pub(crate) const PERFORMANCE: &str = "Performance";

/// An OpsItem.
#[derive(Clone, Debug)]
pub struct OpsItem {
    /// `OpsItemId`.
    pub id: Arc<str>,
    /// `Category`.
    pub category: Option<String>,
    /// `Source`.
    pub source: Option<String>,
    /// `Status`.
    pub status: Option<String>,
    /// `CreatedTime`.
    pub created_at: Option<Timestamp>,
    /// `LastModifiedTime`.
    pub modified_at: Option<Timestamp>,
}

/// Every OpsItem of the category Performance, open or resolved. An account may have tens of thousands of others, which decide
/// nothing, at 50 a call.
pub async fn ops_items(place: &Place) -> Arc<Listing<OpsItem>> {
    let about_performance = OpsItemFilter::builder()
        .key(OpsItemFilterKey::Category)
        .values(PERFORMANCE)
        .operator(OpsItemFilterOperator::Equal)
        .build();
    let request =
        place.clients.ssm().describe_ops_items().set_ops_item_filters(about_performance.ok().map(|f| vec![f]));
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &DESCRIBE_OPS_ITEMS, "", stream, |page, items| {
        items.extend(page.ops_item_summaries.unwrap_or_default().into_iter().filter_map(ops_item));
    });
    place.memo(&DESCRIBE_OPS_ITEMS, "", read).await
}

fn ops_item(summary: OpsItemSummary) -> Option<OpsItem> {
    Some(OpsItem {
        id: summary.ops_item_id?.into(),
        category: summary.category,
        source: summary.source,
        status: summary.status.map(|status| status.as_str().to_owned()),
        created_at: summary.created_time.and_then(timestamp),
        modified_at: summary.last_modified_time.and_then(timestamp),
    })
}
