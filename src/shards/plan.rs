//! The plan: what every shard must agree on, so that their evidence is one picture.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use rung_collectors::aws::Member;
use rung_rules::model::CallCount;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Carried;
use crate::{
    failure::Failure,
    place::Place,
    scan::Handed,
    unfinished::{Many, Plan},
};

const SCHEMA: &str = "rung/plan/v1";
/// The plan's name in its folder.
const PLAN: &str = "plan.json";
/// The list of shards beside it.
const ITEMS: &str = "shards.json";
/// Shards that every engine can take: an array job of AWS Batch has at most so many.
pub(crate) const MOST: usize = 10_000;

/// What is scanned, by whom, in which shards.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShardPlan {
    schema: String,
    /// Names it: when it began, and the account that asks.
    pub id: String,
    /// The AWS partition, `aws` for most.
    pub partition: String,
    /// What each shard asks, and what the assessment depends on: regions, settings, the role, when the scan began.
    pub scan: Plan,
    /// Tells a plan that is made again by an engine's retry from another one.
    pub run: Option<String>,
    /// The account that holds the debt register for all.
    pub register_of: Option<String>,
    /// The register.
    pub register: Option<Carried>,
    /// Where the calls of each account are counted for the next plan.
    pub calls: Option<String>,
    /// What the planner itself asked, by operation.
    pub asked: BTreeMap<String, CallCount>,
    /// The shards.
    pub shards: Vec<Shard>,
}

/// Accounts that are scanned together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Calls that they took the last time.
    pub calls: u64,
    members: Vec<(String, Option<String>, Option<String>)>,
}

impl Shard {
    /// Adds an account.
    pub(super) fn add(&mut self, member: &Member, calls: u64) {
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        self.calls += calls;
        self.members.push((member.id.to_string(), text(&member.name), text(&member.unit)));
    }

    pub(super) fn sort(&mut self) {
        self.members.sort();
    }

    /// Its accounts, in the order of their ids.
    pub fn members(&self) -> Vec<Member> {
        let arc = |text: &Option<String>| text.as_deref().map(Arc::from);
        let member = |(id, name, unit): &(String, Option<String>, Option<String>)| Member {
            id: id.as_str().into(),
            name: arc(name),
            unit: arc(unit),
        };
        self.members.iter().map(member).collect()
    }
}

/// A shard as an engine hands it on: an item of `shards.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Where the plan lies.
    pub plan: String,
    /// The shard's number, from 0.
    pub shard: usize,
    /// How many accounts it has.
    pub accounts: usize,
    /// Calls that they took the last time.
    pub calls: u64,
}

impl ShardPlan {
    /// A plan; `scan` has no members of its own, they are in the shards.
    pub fn new(scan: Plan, caller: &str, partition: &str, shards: Vec<Shard>) -> Self {
        let id = format!("{}-{caller}", scan.started_at.strftime("%Y%m%dT%H%M%SZ"));
        let all = shards.iter().flat_map(|shard| &shard.members).map(|member| &member.0);
        let own = all.clone().find(|id| *id == caller);
        let register_of = own.or_else(|| all.min()).cloned();
        ShardPlan {
            schema: SCHEMA.to_owned(),
            id,
            partition: partition.to_owned(),
            scan,
            run: None,
            register_of,
            register: None,
            calls: None,
            asked: BTreeMap::new(),
            shards,
        }
    }

    /// When the scan began.
    pub fn began(&self) -> Timestamp {
        self.scan.started_at
    }

    /// How its accounts are entered.
    pub fn many(&self) -> Result<&Many, Failure> {
        self.scan.many.as_ref().ok_or_else(|| Failure::usage(format!("{PLAN}: names no role of the accounts")))
    }

    /// The debt register; `object` takes bucket and key out of the place of one in S3.
    pub fn handed(
        &self,
        object: impl Fn(&str) -> Result<(String, String), Failure>,
    ) -> Result<Option<Handed>, Failure> {
        let holder = self.register_of.as_deref().unwrap_or_default();
        self.register.as_ref().map(|register| register.handed(holder, object)).transpose()
    }

    /// A shard, by its number from 0.
    pub fn shard(&self, number: usize) -> Result<&Shard, Failure> {
        self.shards.get(number).ok_or_else(|| {
            let last = self.shards.len().saturating_sub(1);
            Failure::usage(format!("--shard {number}: the plan has the shards 0 to {last}"))
        })
    }

    /// What engines are handed.
    pub fn items(&self, place: &Place) -> Vec<Item> {
        let item = |(shard, of): (usize, &Shard)| Item {
            plan: place.to_string(),
            shard,
            accounts: of.members.len(),
            calls: of.calls,
        };
        self.shards.iter().enumerate().map(item).collect()
    }

    /// What an engine is told of it.
    pub fn told(&self, place: &Place) -> Value {
        let accounts: usize = self.shards.iter().map(|shard| shard.members.len()).sum();
        json!({ "plan": place.to_string(), "id": self.id, "shards": self.shards.len(), "accounts": accounts })
    }

    /// Puts it into its folder. One that is there is never replaced: where the same run made it, it is that run's plan, and given back.
    pub async fn put(self, place: &Place) -> Result<Self, Failure> {
        let plan = match place.put_new_json(PLAN, &self).await? {
            true => self,
            false => match ShardPlan::read(place).await? {
                there if there.run.is_some() && there.run == self.run => there,
                _ => {
                    return Err(Failure::usage(format!(
                        "{place} has a plan already: a plan is never replaced, name another folder"
                    )));
                }
            },
        };
        // After the plan, so that it is always the list of the plan that is there.
        place.put_json(ITEMS, &plan.items(place)).await?;
        Ok(plan)
    }

    /// Reads the plan of a folder.
    pub async fn read(place: &Place) -> Result<Self, Failure> {
        let bytes = place.get(PLAN).await?.ok_or_else(|| {
            Failure::usage(format!("no plan at {place}: name the folder that `rung plan --out` was given"))
        })?;
        let told = |error: &serde_json::Error| Failure::usage(format!("{place}{PLAN}, line {}: {error}", error.line()));
        let plan: ShardPlan = serde_json::from_slice(&bytes).map_err(|error| told(&error))?;
        let (own, of) = (env!("CARGO_PKG_VERSION"), plan.scan.version());
        if plan.schema != SCHEMA || of != own {
            return Err(Failure::usage(format!(
                "{place}{PLAN} was made by rung {of}, this is rung {own}: plan, scan and merge with one version"
            )));
        }
        Ok(plan)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use rung_rules::model::Settings;

    use super::{super::pack, *};
    use crate::depot::Location;

    fn member(id: &str) -> Member {
        Member { id: id.into(), name: Some("a \u{1b}[31m name".into()), unit: None }
    }

    #[tokio::test]
    async fn a_plan_is_read_as_it_was_put_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&Location::Folder(folder.path().into())).await.unwrap();
        let scan = Plan::new(Settings::default(), "2026-11-25T02:00:00Z".parse().unwrap());
        let shards = pack(["333333333333", "111111111111"].map(member).to_vec(), 2, |_| None);
        let plan = ShardPlan::new(scan, "999999999999", "aws", shards);
        assert_eq!(
            (plan.id.as_str(), plan.register_of.as_deref()),
            ("20261125T020000Z-999999999999", Some("111111111111"))
        );
        assert!(ShardPlan::read(&place).await.unwrap_err().message.contains("no plan at"));
        plan.clone().put(&place).await.unwrap();
        let read = ShardPlan::read(&place).await.unwrap();
        assert_eq!((read.shards, read.id), (plan.shards.clone(), plan.id.clone()));
        assert!(plan.clone().put(&place).await.unwrap_err().message.contains("never replaced"));
        assert!(plan.shard(2).unwrap_err().message.contains("shards 0 to 1"));
        let items: Vec<Item> = serde_json::from_slice(&place.get(ITEMS).await.unwrap().unwrap()).unwrap();
        assert_eq!(items.iter().map(|item| (item.shard, item.accounts)).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
    }

    #[tokio::test]
    async fn a_run_that_plans_again_gets_its_own_plan() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&Location::Folder(folder.path().into())).await.unwrap();
        let plan = |run: &str, began: &str, ids: &[&str]| {
            let shards = pack(ids.iter().map(|id| member(id)).collect(), 9, |_| None);
            let scan = Plan::new(Settings::default(), began.parse().unwrap());
            ShardPlan { run: Some(run.to_owned()), ..ShardPlan::new(scan, "999999999999", "aws", shards) }
        };
        plan("a", "2026-11-25T02:00:00Z", &["111111111111"]).put(&place).await.unwrap();
        let again = plan("a", "2026-11-25T02:05:00Z", &["111111111111", "222222222222"]).put(&place).await.unwrap();
        assert_eq!((again.id.as_str(), again.shards.len()), ("20261125T020000Z-999999999999", 1));
        let items: Vec<Item> = serde_json::from_slice(&place.get(ITEMS).await.unwrap().unwrap()).unwrap();
        assert_eq!(items.len(), 1, "the list is that of the plan");
        assert!(plan("b", "2026-11-25T02:00:00Z", &[]).put(&place).await.is_err());
    }

    #[tokio::test]
    async fn a_plan_of_another_version_or_a_damaged_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::open(&Location::Folder(folder.path().into())).await.unwrap();
        std::fs::write(folder.path().join(PLAN), "{\n\"schema\": 1").unwrap();
        let told = ShardPlan::read(&place).await.unwrap_err().message;
        assert!(told.contains("plan.json, line 2"), "{told}");
        let scan = Plan::new(Settings::default(), "2026-11-25T02:00:00Z".parse().unwrap());
        let plan = ShardPlan::new(scan, "999999999999", "aws", Vec::new());
        let other = serde_json::to_string(&plan).unwrap().replace(env!("CARGO_PKG_VERSION"), "0.0.1");
        std::fs::write(folder.path().join(PLAN), other).unwrap();
        assert!(ShardPlan::read(&place).await.unwrap_err().message.contains("rung 0.0.1"));
    }
}
