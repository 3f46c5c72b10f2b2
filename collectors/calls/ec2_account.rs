//! EC2: the account's regions.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, PageEnd, Place, pages};

call!(DESCRIBE_REGIONS, "ec2", "EC2", "DescribeRegions", "which regions the account has enabled");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_REGIONS];

/// A region of the partition.
#[derive(Clone, Debug)]
pub struct Region {
    /// `RegionName`.
    pub name: Arc<str>,
    /// `OptInStatus` is not `not-opted-in`.
    pub enabled: bool,
}

/// Every region of the partition, enabled for the account or not.
pub async fn regions(place: &Place) -> Arc<Listing<Region>> {
    let client = place.clients.ec2();
    let read = pages(
        place,
        &DESCRIBE_REGIONS,
        "",
        |_: Option<()>| client.describe_regions().all_regions(true).send(),
        |page, items| {
            items.extend(page.regions.unwrap_or_default().into_iter().filter_map(|region| {
                let enabled = region.opt_in_status.as_deref() != Some("not-opted-in");
                Some(Region { name: region.region_name?.into(), enabled })
            }));
            PageEnd::Last
        },
    );
    place.memo(&DESCRIBE_REGIONS, "", read).await
}
