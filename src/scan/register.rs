//! The performance debt register of a scan: read before it from a file, or in it from S3.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rung_collectors::{aws::Place, calls::s3_object, local_file};
use rung_rules::{
    facts::Kind,
    model::{Evidence, GapId, Tags, Unseen},
};

use crate::{
    register::{Read, Register, unread},
    store::{Store, StoreError, StoreUrl},
};

/// Days before today that are looked at.
const DAYS_BEFORE: i64 = 6;

/// A register that a scan is handed.
#[derive(Clone, Debug)]
pub struct Handed {
    /// The path or S3 URI, as the configuration names it.
    pub location: String,
    /// What is in it.
    pub content: Content,
    /// When the scans of this machine's folder began, with their accounts.
    pub scans: Vec<(Timestamp, Vec<String>)>,
    /// Why there may be more of them.
    pub unseen: Option<String>,
    /// The store, which may know of scans that other machines made, and of those whose bundles were cleared away.
    pub store: Option<StoreUrl>,
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
    let (days_in_folder, days_with_scans) = handed.days_with_scans(place).await;
    let read = match &handed.content {
        Content::Local(register) => {
            let from = local_file::source(place, location, register.entries.len());
            let read = Read { location, from, modified: None, undated, days_with_scans, days_in_folder };
            Ok(register.evidence(read))
        }
        Content::S3 { bucket, key } => match in_s3(place, bucket, key).await {
            Err(gap) => Err(gap),
            Ok((register, modified, from)) => {
                Ok(register.evidence(Read { location, from, modified, undated, days_with_scans, days_in_folder }))
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
    /// Days of the last seven, today's included, on which a scan of this account began: those that are known for certain, and with those that
    /// the store or a bucket may know beside them.
    /// The days before today that had a scan of an account, as far as they are looked at, with today; and why there may be more.
    pub async fn days(&self, account: &str, now: Timestamp) -> (BTreeSet<Date>, Option<String>) {
        let today = day(now);
        let first = today.saturating_sub(DAYS_BEFORE.days());
        let of_account = |accounts: &[String]| accounts.iter().any(|one| one == account);
        let began = self.scans.iter().filter(|(_, accounts)| of_account(accounts)).map(|(at, _)| day(*at));
        let mut days: BTreeSet<Date> = began.filter(|date| (first..=today).contains(date)).collect();
        days.insert(today);
        match self.in_store(account, first, today).await {
            Ok(stored) => {
                days.extend(stored);
                (days, self.unseen.clone())
            }
            Err(why) => (days, Some(why.to_string())),
        }
    }

    async fn days_with_scans(&self, place: &Place) -> (u32, Result<u32, GapId>) {
        let (days, unseen) = self.days(&place.account, place.span.now).await;
        let certain = days.len() as u32;
        match unseen {
            // No more than all of them can be missing.
            Some(why) if certain <= DAYS_BEFORE as u32 => {
                (certain, Err(local_file::store_gap(place, "the days with scans", why)))
            }
            _ => (certain, Ok(certain)),
        }
    }

    async fn in_store(&self, account: &str, first: Date, last: Date) -> Result<BTreeSet<Date>, StoreError> {
        let Some(url) = &self.store else { return Ok(BTreeSet::new()) };
        let Some(store) = Store::open_if_there(url).await? else { return Ok(BTreeSet::new()) };
        let days = store.days_with_scans(account, first, last).await;
        store.close().await;
        days
    }
}
