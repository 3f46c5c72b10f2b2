//! The preflight as other programs read it: JSON, `rung/preflight/v1`. Names here are a contract.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rung_collectors::{
    aws::{Account, Counters},
    probe::{Probed, State},
};
use rung_rules::model::{Cause, Control, Level, Program};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Expected, unlocks};

/// The version of this format.
pub const SCHEMA: &str = "rung/preflight/v1";

/// What a scan would be allowed to ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `rung/preflight/v1`.
    pub schema: String,
    /// The program that made it.
    pub rung: Program,
    /// When.
    pub checked_at: Timestamp,
    /// False when it was interrupted before everything was tried.
    pub complete: bool,
    /// The accounts.
    pub accounts: Vec<AccountReport>,
    /// Operations that a policy denies, with the accounts where it does.
    pub denied: Vec<Denied>,
    /// Accounts that could not be entered: nothing of them was tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_entered: Vec<NotEntered>,
}

/// An account that could not be entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotEntered {
    /// 12 digits.
    pub account: String,
    /// Why.
    pub cause: Cause,
    /// AWS's words, and what else they may mean.
    pub words: String,
}

/// An operation that a policy denies somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Denied {
    /// The operation with its service.
    pub operation: String,
    /// Accounts where it is denied in at least one region.
    pub accounts: Vec<String>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountReport {
    /// 12 digits.
    pub account: String,
    /// ARN of the identity that asked.
    pub caller: String,
    /// Its partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Regions that a scan would read.
    pub regions: Vec<String>,
    /// Each operation in each region, `global` for what is asked once an account.
    pub operations: Vec<Operation>,
    /// What is closed, grouped by operation and cause, with what it hides and what opens it.
    pub closed: Vec<Closed>,
    /// Requests that the preflight itself sent and AWS answered.
    pub asked_calls: u64,
    /// Their list price, in US dollars.
    pub asked_cost_usd: f64,
    /// What a scan will ask and cost.
    pub expected: Expected,
}

/// Whether an operation may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// AWS answered.
    Allowed,
    /// AWS refused a made-up resource as unknown or malformed: permission was no obstacle, as far as AWS tells.
    Likely,
    /// A policy denies it.
    Denied,
    /// The account, its plan or the region does not have it: no policy opens it.
    Unavailable,
    /// It could not be found out: throttled, no answer in time, unreachable, or another error.
    Failed,
    /// Nothing was sent.
    NotTried,
}

impl From<State> for Standing {
    fn from(state: State) -> Self {
        match state {
            State::Allowed => Standing::Allowed,
            State::Likely => Standing::Likely,
            State::Denied => Standing::Denied,
            State::Unavailable => Standing::Unavailable,
            State::Failed => Standing::Failed,
            State::NotTried => Standing::NotTried,
        }
    }
}

/// One operation in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Operation {
    /// The operation with its service, for example `ec2:DescribeVolumes`.
    pub operation: String,
    /// The IAM action that allows it.
    pub iam_action: String,
    /// Region, or `global`.
    pub region: String,
    /// Whether it may be called.
    pub state: Standing,
    /// Why it is closed; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// AWS's words, shortened, or why it was not tried.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// An operation that is closed for one cause, in one region or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closed {
    /// The operation with its service.
    pub operation: String,
    /// The IAM action that allows it.
    pub iam_action: String,
    /// Regions, `global` among them.
    pub regions: Vec<String>,
    /// Denied, unavailable or failed.
    pub state: Standing,
    /// Why.
    pub cause: Cause,
    /// AWS's words of the first region, shortened.
    pub words: String,
    /// What would open it.
    pub opens_with: String,
    /// Criteria that its answer decides.
    pub unlocks: Vec<Unlock>,
    /// Controls that may not be confirmed at these levels or above without it.
    pub holds_back: Vec<HeldBack>,
}

/// A criterion that an operation decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unlock {
    /// The criterion's full id.
    pub criterion: String,
    /// Its control.
    pub control: Control,
    /// Its level.
    pub level: Level,
}

/// A control that an operation may hold back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeldBack {
    /// The control.
    pub control: Control,
    /// The lowest level with a criterion that the operation decides.
    pub from_level: Level,
}

impl Report {
    /// The report of these accounts.
    pub fn new(checked_at: Timestamp, complete: bool, accounts: Vec<AccountReport>) -> Self {
        let rung = Program { version: env!("CARGO_PKG_VERSION").to_owned() };
        let denied = across(&accounts);
        let not_entered = Vec::new();
        Report { schema: SCHEMA.to_owned(), rung, checked_at, complete, accounts, denied, not_entered }
    }

    /// Whether anything is denied, or could not be found out.
    pub fn has_closed(&self) -> bool {
        let closed = |one: &Closed| matches!(one.state, Standing::Denied | Standing::Failed);
        !self.not_entered.is_empty() || self.accounts.iter().any(|account| account.closed.iter().any(closed))
    }
}

fn across(accounts: &[AccountReport]) -> Vec<Denied> {
    let mut denied: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for account in accounts {
        for one in account.closed.iter().filter(|one| one.state == Standing::Denied) {
            let places = denied.entry(&one.operation).or_default();
            if places.last() != Some(&account.account) {
                places.push(account.account.clone());
            }
        }
    }
    denied.into_iter().map(|(operation, accounts)| Denied { operation: operation.to_owned(), accounts }).collect()
}

impl AccountReport {
    pub(super) fn new(account: &Account, probed: &[Probed], expected: Expected, counters: &Counters) -> Self {
        let asked = counters.snapshot();
        let cost: f64 = asked.values().map(|count| count.cost_usd).sum();
        AccountReport {
            account: account.id.to_string(),
            caller: account.caller.to_string(),
            partition: account.partition.to_string(),
            regions: account.regions.iter().map(ToString::to_string).collect(),
            operations: probed.iter().map(operation).collect(),
            closed: closed(probed),
            asked_calls: asked.values().map(|count| count.calls).sum(),
            asked_cost_usd: (cost * 1e6).round() / 1e6,
            expected,
        }
    }
}

fn operation(probed: &Probed) -> Operation {
    Operation {
        operation: probed.call.name(),
        iam_action: probed.call.iam(),
        region: probed.region.to_string(),
        state: probed.answer.state.into(),
        cause: probed.answer.cause,
        words: probed.answer.words.clone(),
    }
}

/// What is closed, worst first; regions of one operation and cause together.
fn closed(probed: &[Probed]) -> Vec<Closed> {
    let mut all: BTreeMap<(Standing, String, Cause), Closed> = BTreeMap::new();
    for one in probed {
        let Some(cause) = one.answer.cause else { continue };
        let state: Standing = one.answer.state.into();
        let name = one.call.name();
        let closed = all.entry((state, name.clone(), cause)).or_insert_with(|| {
            let unlocks = unlocks::of(&name);
            Closed {
                operation: name,
                iam_action: one.call.iam(),
                regions: Vec::new(),
                state,
                cause,
                words: one.answer.words.clone(),
                opens_with: one.opens_with.clone(),
                holds_back: unlocks::held_back(&unlocks),
                unlocks,
            }
        });
        closed.regions.push(one.region.to_string());
    }
    all.into_values().collect()
}
