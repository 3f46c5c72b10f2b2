//! Route 53: hosted zones and their record sets, which tell where a name leads.

use std::sync::Arc;

use aws_sdk_route53::types::{ResourceRecordSet, RrType};

use super::{Call, call};
use crate::aws::{Listing, PageEnd, Place, drain, pages};

call!(LIST_HOSTED_ZONES, "route53", "Route53", "ListHostedZones", "hosted zones");
call!(
    LIST_RESOURCE_RECORD_SETS,
    "route53",
    "Route53",
    "ListResourceRecordSets",
    "record sets: where names of origins lead, latency-based routing"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_HOSTED_ZONES, &LIST_RESOURCE_RECORD_SETS];

/// A hosted zone.
#[derive(Clone, Debug)]
pub struct HostedZone {
    /// `Id`, without `/hostedzone/`.
    pub id: Arc<str>,
    /// `Config.PrivateZone`: only VPCs resolve its names.
    pub private: bool,
}

/// A record set that an address can be found by: A, AAAA or CNAME.
#[derive(Clone, Debug)]
pub struct RecordSet {
    /// `Name`, as Route 53 writes it: with a final dot, `*` as `\052`.
    pub name: Arc<str>,
    /// Where it leads: `AliasTarget.DNSName`, or the values of a CNAME. Empty for addresses.
    pub targets: Vec<Arc<str>>,
    /// `Region` is set: latency-based routing.
    pub latency: bool,
}

/// Every hosted zone of the account; asked once, at the global place.
pub async fn hosted_zones(place: &Place) -> Arc<Listing<HostedZone>> {
    let place = place.global();
    let stream = place.clients.route53().list_hosted_zones().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_HOSTED_ZONES, "", stream, |page, items| {
        items.extend(page.hosted_zones.into_iter().map(|zone| HostedZone {
            id: zone.id.strip_prefix("/hostedzone/").unwrap_or(&zone.id).into(),
            private: zone.config.is_some_and(|config| config.private_zone),
        }));
    });
    place.memo(&LIST_HOSTED_ZONES, "", read).await
}

/// Every record set of a zone that an address can be found by.
pub async fn record_sets(place: &Place, zone: &str) -> Arc<Listing<RecordSet>> {
    let place = place.global();
    let client = place.clients.route53();
    let read = pages(
        place,
        &LIST_RESOURCE_RECORD_SETS,
        zone,
        |from: Option<RecordAt>| {
            let from = from.unwrap_or_default();
            let request = client
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .max_items(300)
                .set_start_record_name(from.name)
                .set_start_record_type(from.kind)
                .set_start_record_identifier(from.identifier);
            Box::pin(request.send())
        },
        |page, items| {
            items.extend(page.resource_record_sets.into_iter().filter_map(record_set));
            let next = RecordAt {
                name: page.next_record_name,
                kind: page.next_record_type,
                identifier: page.next_record_identifier,
            };
            if page.is_truncated && next.name.is_some() { PageEnd::More(next) } else { PageEnd::Last }
        },
    );
    place.memo(&LIST_RESOURCE_RECORD_SETS, zone, read).await
}

/// Where the next page begins: name, type and, between record sets of one name and type, the identifier.
#[derive(Default)]
struct RecordAt {
    name: Option<String>,
    kind: Option<RrType>,
    identifier: Option<String>,
}

fn record_set(record: ResourceRecordSet) -> Option<RecordSet> {
    let cname = record.r#type == RrType::Cname;
    if !cname && !matches!(record.r#type, RrType::A | RrType::Aaaa) {
        return None;
    }
    let values = record.resource_records.unwrap_or_default().into_iter().filter(|_| cname).map(|value| value.value);
    let targets = record.alias_target.map(|target| target.dns_name).into_iter().chain(values);
    Some(RecordSet {
        name: record.name.into(),
        targets: targets.map(Arc::from).collect(),
        latency: record.region.is_some(),
    })
}
