//! The debt register of a plan: shards run where neither its file nor the scans of the days before are.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    failure::Failure,
    register::Register,
    scan::{Content, Handed},
};

/// A register as the planner found it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Carried {
    location: String,
    /// What stands in its file; of one in S3 nothing: the shard reads it.
    text: Option<String>,
    /// Days that had a scan of the account that holds it.
    days: Vec<Date>,
    /// Why there may be more of them.
    unseen: Option<String>,
}

impl Carried {
    /// Takes it along; `text` is the content of its file, `account` the one that holds it.
    pub async fn of(handed: &Handed, text: Option<String>, account: &str, now: Timestamp) -> Self {
        let (days, unseen) = handed.days(account, now).await;
        Carried { location: handed.location.clone(), text, days: days.into_iter().collect(), unseen }
    }

    /// The register, as a scan is handed it; `account` holds it, `object` takes bucket and key out of the place of one in S3.
    pub fn handed(
        &self,
        account: &str,
        object: impl Fn(&str) -> Result<(String, String), Failure>,
    ) -> Result<Handed, Failure> {
        let content = match (&self.text, self.location.strip_prefix("s3://")) {
            (Some(text), _) => {
                let read = Register::parse(&self.location, text.as_bytes());
                Content::Local(read.map_err(|wrong| Failure::usage(format!("{}: {wrong}", self.location)))?)
            }
            (None, Some(rest)) => {
                let (bucket, key) = object(rest)?;
                Content::S3 { bucket, key }
            }
            (None, None) => {
                return Err(Failure::usage(format!("the plan does not carry what stands in {}", self.location)));
            }
        };
        let at = |day: &Date| day.to_zoned(TimeZone::UTC).ok().map(|day| (day.timestamp(), vec![account.to_owned()]));
        let scans = self.days.iter().filter_map(at).collect();
        Ok(Handed { location: self.location.clone(), content, scans, unseen: self.unseen.clone(), store: None })
    }
}
