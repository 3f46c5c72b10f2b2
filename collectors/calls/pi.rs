//! Performance Insights: the queries that load a database most, as digests. Asked for only with `--sql-digests`.

use std::sync::Arc;

use aws_sdk_pi::types::{DimensionGroup, ServiceType};
use aws_smithy_types::DateTime;
use jiff::SignedDuration;
use rung_rules::facts::SqlDigest;

use super::{Call, call};
use crate::aws::{Listing, PageEnd, Place, pages};

call!(
    DESCRIBE_DIMENSION_KEYS,
    "pi",
    "PI",
    "DescribeDimensionKeys",
    "the 20 SQL digests with most load of each database, only with --sql-digests; never SQL text"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_DIMENSION_KEYS];

/// Performance Insights keeps seven days for nothing.
const DAYS: i64 = 7;
const TOP: i32 = 20;
/// Digests without their statements: SQL text may hold what nobody should keep.
const DIGEST: &str = "db.sql_tokenized.id";

/// The digests with most load of an instance over the last seven days, by its `DbiResourceId`.
pub async fn top_queries(place: &Place, resource: &str, document_db: bool) -> Arc<Listing<SqlDigest>> {
    let now = place.span.now;
    let at = |time: jiff::Timestamp| DateTime::from_secs(time.as_second());
    let service = if document_db { ServiceType::Docdb } else { ServiceType::Rds };
    let group = DimensionGroup::builder().group("db.sql_tokenized").dimensions(DIGEST).limit(TOP).build().ok();
    let client = place.clients.pi();
    let read = pages(
        place,
        &DESCRIBE_DIMENSION_KEYS,
        resource,
        |token: Option<String>| {
            let request = client.describe_dimension_keys().service_type(service.clone()).identifier(resource);
            let window = request.start_time(at(now - SignedDuration::from_hours(24 * DAYS))).end_time(at(now));
            let asked = window.metric("db.load.avg").set_group_by(group.clone());
            asked.max_results(TOP).set_next_token(token).send()
        },
        |page, items| {
            items.extend(page.keys.unwrap_or_default().into_iter().filter_map(|key| {
                let digest = key.dimensions.as_ref()?.get(DIGEST)?.clone();
                Some(SqlDigest { digest, load_average: key.total? })
            }));
            match page.next_token {
                Some(token) if items.len() < TOP as usize => PageEnd::More(token),
                _ => PageEnd::Last,
            }
        },
    );
    place.memo(&DESCRIBE_DIMENSION_KEYS, resource, read).await
}
