//! S3: one object, the performance debt register that the configuration names.

use jiff::Timestamp;
use rung_rules::model::{Cause, GapId, SourceId};

use super::{Call, Price, call, s3, time::timestamp};
use crate::aws::{Place, Read, once};

const GET: Price = Price::PerRequest(0.0004 / 1000.0);

call!(GET_OBJECT, "s3", "S3", "GetObject", "GetObject", GET, "the performance debt register, where it lies in S3");

pub(crate) static CALLS: &[&Call] = &[&GET_OBJECT];

/// A register is a table that people keep: larger is something else.
const LARGEST: i64 = 8 * 1024 * 1024;

/// An object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its content.
    pub bytes: Vec<u8>,
    /// `LastModified`.
    pub last_modified: Option<Timestamp>,
}

/// Reads one object of a bucket; its region is the bucket's, where the account lists it.
pub async fn object(place: &Place, bucket: &str, key: &str) -> Result<(Object, SourceId), GapId> {
    let what = format!("s3://{bucket}/{key}");
    let buckets = s3::buckets(place).await;
    let region = buckets.items.iter().find(|one| &*one.name == bucket).and_then(|one| one.region.clone());
    let request = place.clients.s3().get_object().bucket(bucket).key(key).customize();
    let request = match region {
        Some(region) => {
            let region = aws_types::region::Region::new(region.to_string());
            request.config_override(aws_sdk_s3::Config::builder().region(region))
        }
        None => request,
    };
    match once(place, &GET_OBJECT, &what, request.send(), |answer| answer, &[], || None).await {
        Read::Unknown { gap } => Err(gap),
        Read::Known { value, from } => {
            if value.content_length.is_some_and(|length| length > LARGEST) {
                return Err(place.gap(&GET_OBJECT, &what, Cause::Failed, "larger than 8 MiB: no register"));
            }
            let last_modified = value.last_modified.and_then(timestamp);
            match value.body.collect().await {
                Ok(bytes) => Ok((Object { bytes: bytes.to_vec(), last_modified }, from)),
                Err(error) => Err(place.gap(&GET_OBJECT, &what, Cause::Failed, error.to_string())),
            }
        }
    }
}

/// The gap of a register that was read and is none.
pub fn unreadable(place: &Place, bucket: &str, key: &str, why: &str) -> GapId {
    place.gap(&GET_OBJECT, &format!("s3://{bucket}/{key}"), Cause::Failed, why)
}
