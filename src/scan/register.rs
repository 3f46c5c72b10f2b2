//! The performance debt register of a scan: read before it from a file, or in it from S3.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rung_collectors::{aws::Place, calls::s3_object, local_file};
use rung_rules::{
    facts::Kind,
    model::{Evidence, GapId, Tags, Unseen},
};

use crate::register::{Read, Register, unread};

/// A register that a scan is handed.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The path or S3 URI, as the configuration names it.
    pub location: String,
    /// What is in it.
    pub content: Content,
    /// When scans of this machine began, with their accounts.
    pub scans: Vec<(Timestamp, Vec<String>)>,
}

/// What is in a register.
#[derive(Clone, Debug)]
pub enum Content {
    /// A file: read and whole.
    Local(Register),
    /// An object, to be read with the scan's credentials.
    S3 {
        /// Its bucket.
        bucket: String,
        /// Its key.
        key: String,
    },
}

/// The register and its entries. One in S3 that cannot be read, or is none, is a gap.
pub(super) async fn evidence(handed: &Handed, place: &Arc<Place>) -> (Vec<Evidence>, Option<Unseen>) {
    let location = handed.location.as_str();
    let undated = &|| local_file::gap(place, location, "the day of the last change");
    let days_with_scans = handed.days_with_scans(place);
    let read = match &handed.content {
        Content::Local(register) => {
            let from = local_file::source(place, location, register.entries.len());
            let read = Read { location, from, modified: None, undated, days_with_scans };
            Ok(register.evidence(read))
        }
        Content::S3 { bucket, key } => match in_s3(place, bucket, key).await {
            Err(gap) => Err(gap),
            Ok((register, modified, from)) => {
                Ok(register.evidence(Read { location, from, modified, undated, days_with_scans }))
            }
        },
    };
    let subject = |part: &str, name: &str| {
        let arn = format!("arn:{}:rung::{}:debt-register/{location}{part}", place.partition, place.account);
        place.subject(arn, Some(name), Tags::new())
    };
    match read {
        Err(gap) => {
            let (account, region) = (place.account.clone(), place.region.clone());
            let entries = Unseen { kind: Kind::DebtEntry, account, region, gap };
            (vec![Evidence { subject: subject("", location), facts: unread(location, gap) }], Some(entries))
        }
        Ok((register, entries)) => {
            let of_entry = |entry: rung_rules::facts::DebtEntry| Evidence {
                subject: subject(&format!("#{}", entry.id), &entry.id),
                facts: entry.into(),
            };
            let register = Evidence { subject: subject("", location), facts: register.into() };
            (std::iter::once(register).chain(entries.into_iter().map(of_entry)).collect(), None)
        }
    }
}

type FromS3 = (Register, Option<Date>, rung_rules::model::SourceId);

async fn in_s3(place: &Place, bucket: &str, key: &str) -> Result<FromS3, GapId> {
    let (object, from) = s3_object::object(place, bucket, key).await?;
    let register = Register::parse(key, &object.bytes)
        .map_err(|wrong| s3_object::unreadable(place, bucket, key, &wrong.to_string()))?;
    Ok((register, object.last_modified.map(day), from))
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

impl Handed {
    /// Days of the last seven, today's included, on which a scan of this account began.
    fn days_with_scans(&self, place: &Place) -> u32 {
        let today = day(place.span.now);
        let recent = |date: &Date| today.since(*date).is_ok_and(|span| (0..7).contains(&span.get_days()));
        let of_account = |accounts: &[String]| accounts.iter().any(|account| **account == *place.account);
        let mut days: Vec<Date> =
            self.scans.iter().filter(|(_, accounts)| of_account(accounts)).map(|(at, _)| day(*at)).collect();
        days.push(today);
        days.retain(recent);
        days.sort();
        days.dedup();
        days.len() as u32
    }
}
