//! The organisation itself: AWS Organizations and STS.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::asked::Asked;
use crate::common::wire::{Answer, respond};

/// The first account, which manages the organisation.
pub(crate) const FIRST: u64 = 100_000_000_000;
/// Organisational units under the root; accounts are dealt to them in turn.
const UNITS: usize = 10;
/// Accounts, units or children that AWS Organizations gives a page.
const PAGE: usize = 20;
const ROOT: &str = "r-rung";

/// The id of the account with this number.
pub(crate) fn id(account: usize) -> String {
    (FIRST + account as u64).to_string()
}

fn organization(rest: &str) -> String {
    format!("arn:aws:organizations::{FIRST}:{rest}")
}

fn unit(number: usize) -> Value {
    let id = format!("ou-rung-{number:08}");
    let arn = organization(&format!("ou/o-rung000000/{id}"));
    json!({"Id": id, "Arn": arn, "Name": format!("unit-{number}"), "Path": format!("o-rung000000/{ROOT}/{id}/")})
}

fn account(number: usize) -> Value {
    let id = id(number);
    json!({
        "Id": id, "Arn": organization(&format!("account/o-rung000000/{id}")), "Name": format!("account-{number}"),
        "Email": format!("account-{number}@example.org"), "Status": "ACTIVE", "State": "ACTIVE",
        "JoinedMethod": "CREATED", "JoinedTimestamp": 1_700_000_000.5
    })
}

/// The unit that holds an account; none: the root does.
fn unit_of(account: usize) -> Option<usize> {
    (account > 0).then_some(account % UNITS)
}

fn page(asked: &Value, name: &str, items: impl Iterator<Item = Value>) -> Value {
    let from = asked["NextToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or(0_usize);
    let size = asked["MaxResults"].as_u64().map_or(PAGE, |most| (most as usize).clamp(1, PAGE));
    let mut rest = items.skip(from);
    let of_page: Vec<_> = rest.by_ref().take(size).collect();
    let next = rest.next().map(|_| (from + size).to_string());
    let mut answer = json!({name: of_page});
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    answer
}

/// An answer of AWS Organizations over so many accounts.
pub(crate) fn organizations(asked: &Asked, accounts: usize) -> Answer {
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let parent = body["ParentId"].as_str().unwrap_or_default();
    let of_parent = |number: &usize| unit_of(*number).map_or_else(|| ROOT.into(), |n| unit(n)["Id"].clone()) == parent;
    let units = if parent == ROOT { 0..UNITS } else { 0..0 };
    let answer = match asked.operation.as_str() {
        "DescribeOrganization" => json!({"Organization": {
            "Id": "o-rung000000", "Arn": organization("organization/o-rung000000"), "FeatureSet": "ALL",
            "MasterAccountId": id(0), "MasterAccountArn": organization(&format!("account/o-rung000000/{}", id(0))),
            "MasterAccountEmail": "account-0@example.org"
        }}),
        "ListRoots" => {
            let arn = organization(&format!("root/o-rung000000/{ROOT}"));
            json!({"Roots": [{"Id": ROOT, "Arn": arn, "Name": "Root", "PolicyTypes": []}]})
        }
        "ListAccounts" => page(&body, "Accounts", (0..accounts).map(account)),
        "ListAccountsForParent" => page(&body, "Accounts", (0..accounts).filter(of_parent).map(account)),
        "ListOrganizationalUnitsForParent" => page(&body, "OrganizationalUnits", units.map(unit)),
        "ListTagsForResource" => json!({"Tags": [{"Key": "environment", "Value": "production"}]}),
        "ListParents" => {
            let child = body["ChildId"].as_str().and_then(|id| id.parse::<u64>().ok());
            let unit_of_child = child.and_then(|id| unit_of(id.saturating_sub(FIRST) as usize));
            json!({"Parents": [match unit_of_child {
                Some(number) => json!({"Id": unit(number)["Id"], "Type": "ORGANIZATIONAL_UNIT"}),
                None => json!({"Id": ROOT, "Type": "ROOT"}),
            }]})
        }
        _ => json!({}),
    };
    respond(200, "application/x-amz-json-1.1", answer.to_string())
}

/// An answer of STS: keys that end with the account's id, or whose keys these are.
pub(crate) fn sts(asked: &Asked) -> Answer {
    let result = match asked.operation.as_str() {
        "AssumeRole" => {
            let arn = asked.field("RoleArn").unwrap_or_default();
            let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
            let role = arn.rsplit('/').next().unwrap_or_default();
            let session = asked.field("RoleSessionName").unwrap_or_default();
            let seconds = asked.field("DurationSeconds").and_then(|text| text.parse::<i64>().ok()).unwrap_or(3600);
            let ends = Timestamp::now() + seconds.seconds();
            format!(
                "<Credentials><AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>{}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:{session}</AssumedRoleId>\
                 <Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn></AssumedRoleUser>",
                ends.strftime("%Y-%m-%dT%H:%M:%SZ")
            )
        }
        "GetCallerIdentity" => {
            let account = &asked.account;
            format!("<Arn>arn:aws:iam::{account}:user/bench</Arn><UserId>X</UserId><Account>{account}</Account>")
        }
        _ => String::new(),
    };
    let operation = &asked.operation;
    let body = format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result>{result}</{operation}Result>\
         <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{operation}Response>"
    );
    respond(200, "text/xml", body)
}
