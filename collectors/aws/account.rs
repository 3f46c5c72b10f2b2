//! The account: who is asking, in which partition, and in which regions.

use std::{collections::BTreeSet, sync::Arc};

use rung_rules::model::Cause;

use super::{Clients, Connection, Listing, Place};
use crate::calls::{ec2_account, sts};

/// The region label of services without regions.
pub const GLOBAL: &str = "global";

/// What counts as asked of before the account is known.
pub const UNKNOWN_ACCOUNT: &str = "unknown";

/// The account to scan.
#[derive(Clone, Debug)]
pub struct Account {
    /// 12 digits.
    pub id: Arc<str>,
    /// ARN of the caller.
    pub caller: Arc<str>,
    /// Partition, from the caller's ARN.
    pub partition: Arc<str>,
    /// Regions to scan.
    pub regions: Arc<[Arc<str>]>,
}

/// Why an account cannot be scanned.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The caller's identity could not be read.
    #[error("{0}")]
    Identity(sts::IdentityError),
    /// A region that the account does not have.
    #[error("region {region:?} is not one of this account's: {known}")]
    UnknownRegion {
        /// As given.
        region: String,
        /// The account's regions.
        known: String,
    },
    /// A region that exists but is not enabled.
    #[error(
        "region {region:?} is not enabled for account {account}: enable it in the account's settings, or leave it out"
    )]
    RegionOff {
        /// As given.
        region: String,
        /// The account.
        account: String,
    },
    /// `--region all` needs the account's regions.
    #[error("--region all: the account's regions could not be read ({cause}); name the regions instead")]
    RegionsUnread {
        /// Why.
        cause: String,
    },
}

/// The region that global services of a partition answer from.
pub(crate) fn home_of(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        _ => "us-east-1",
    }
}

impl Account {
    /// Asks who is calling, and settles the regions: `all`, the named ones, or the connection's own.
    pub async fn find(connection: &Connection, wanted: &[String]) -> Result<Self, AccountError> {
        let account = Account::identified(connection).await?;
        let known = account.known(connection).await;
        let regions = account.settle(connection, wanted, &known)?;
        Ok(Account { regions, ..account })
    }

    /// As [`Account::find`], for one of many accounts: named regions that it has not enabled are no error but left out, each with
    /// a gap, and told.
    pub async fn find_member(
        connection: &Connection,
        wanted: &[String],
    ) -> Result<(Self, Vec<Arc<str>>), AccountError> {
        let account = Account::identified(connection).await?;
        account.settle_member(connection, wanted).await
    }

    /// The regions of an account whose identity is known; as [`Account::find_member`].
    pub async fn settle_member(
        self,
        connection: &Connection,
        wanted: &[String],
    ) -> Result<(Self, Vec<Arc<str>>), AccountError> {
        let account = self;
        let regions = account.known(connection).await;
        let off = |name: &str| regions.items.iter().any(|region| *region.name == *name && !region.enabled);
        let named = if wanted.is_empty() { vec![connection.home_region.clone()] } else { wanted.to_vec() };
        let (left_out, on): (Vec<String>, Vec<String>) = named.into_iter().partition(|name| off(name));
        let left_out: BTreeSet<Arc<str>> = left_out.into_iter().map(Arc::from).collect();
        for region in &left_out {
            let there = account.place(connection, region, None);
            there.gap(&ec2_account::DESCRIBE_REGIONS, region, Cause::RegionNotEnabled, "");
        }
        // With none left, `settle` would take the connection's own.
        let regions = if on.is_empty() { [].into() } else { account.settle(connection, &on, &regions)? };
        Ok((Account { regions, ..account }, left_out.into_iter().collect()))
    }

    /// Who is calling; its region is the connection's own.
    pub async fn identified(connection: &Connection) -> Result<Self, AccountError> {
        let home: Arc<str> = connection.home_region.as_str().into();
        let unknown: Arc<str> = UNKNOWN_ACCOUNT.into();
        let clients =
            Clients::new(&connection.config, unknown.clone(), home.clone(), &home, connection.span.counters.clone());
        let identity = sts::identity(&clients).await.map_err(AccountError::Identity)?;
        connection.span.credentials.worked();
        connection.span.reach.worked(&identity.account, &home);
        Ok(Account {
            id: identity.account,
            caller: identity.arn,
            partition: identity.partition,
            regions: [home].into(),
        })
    }

    /// The partition's regions, enabled for the account or not.
    async fn known(&self, connection: &Connection) -> Arc<Listing<ec2_account::Region>> {
        ec2_account::regions(&self.place(connection, &connection.home_region, None)).await
    }

    fn settle(
        &self,
        connection: &Connection,
        wanted: &[String],
        regions: &Listing<ec2_account::Region>,
    ) -> Result<Arc<[Arc<str>]>, AccountError> {
        if wanted.iter().any(|region| region == "all") {
            if let Some(gap) = regions.gap {
                return Err(AccountError::RegionsUnread { cause: self.words(connection, gap) });
            }
            return Ok(regions
                .items
                .iter()
                .filter(|region| region.enabled)
                .map(|region| region.name.clone())
                .collect());
        }
        let named: Vec<Arc<str>> = match wanted {
            [] => vec![connection.home_region.as_str().into()],
            named => named.iter().map(|name| name.as_str().into()).collect(),
        };
        for name in named.iter().filter(|_| regions.gap.is_none()) {
            match regions.items.iter().find(|region| region.name == *name) {
                Some(region) if region.enabled => {}
                Some(_) => {
                    return Err(AccountError::RegionOff { region: name.to_string(), account: self.id.to_string() });
                }
                None => return Err(self.unknown_region(name, &regions.items)),
            }
        }
        let mut unique = named;
        unique.sort();
        unique.dedup();
        Ok(unique.into())
    }

    fn unknown_region(&self, name: &str, regions: &[ec2_account::Region]) -> AccountError {
        let mut known: Vec<_> = regions.iter().filter(|region| region.enabled).map(|region| &*region.name).collect();
        known.sort_unstable();
        AccountError::UnknownRegion { region: name.to_owned(), known: known.join(", ") }
    }

    fn words(&self, connection: &Connection, gap: rung_rules::model::GapId) -> String {
        let (_, gaps) = connection.span.registry.snapshot();
        let cause = gaps.iter().find(|known| known.id == gap).map_or(Cause::Failed, |known| known.cause);
        cause.words().to_owned()
    }

    /// Every place of the account: the global one first.
    pub fn places(&self, connection: &Connection) -> Vec<Arc<Place>> {
        let global = Arc::new(self.labelled(connection, GLOBAL, home_of(&self.partition), None));
        let regional = self.regions.iter().map(|region| Arc::new(self.place(connection, region, Some(global.clone()))));
        std::iter::once(global.clone()).chain(regional).collect()
    }

    fn place(&self, connection: &Connection, region: &str, global: Option<Arc<Place>>) -> Place {
        self.labelled(connection, region, region, global)
    }

    fn labelled(&self, connection: &Connection, label: &str, region: &str, global: Option<Arc<Place>>) -> Place {
        let label: Arc<str> = label.into();
        let counters = connection.span.counters.clone();
        let clients = Clients::new(&connection.config, self.id.clone(), label.clone(), region, counters);
        Place::new(self, label, clients, connection.span.clone(), global)
    }
}
