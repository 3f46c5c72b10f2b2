//! The policy and the code are one: a scan calls nothing outside it, and it allows nothing that no fixture calls.

use std::collections::BTreeSet;

use rung_collectors::{aws::Replay, calls};
use serde_json::Value;

use crate::common::{Rung, demo, root};

fn actions() -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&Rung::new().ok(&["policy"])).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Effect"], "Allow");
    statement["Action"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_full_scan_calls_nothing_outside_the_policy() {
    let actions = actions();
    for operation in Replay::new(demo()).operations() {
        let call = calls::all().find(|call| call.name() == operation).expect("every recorded operation is declared");
        assert!(actions.contains(&call.iam()) || call.service == "sts", "{operation} is not in the policy");
    }
}

#[test]
fn every_action_of_the_policy_is_called_by_a_fixture() {
    let mut called = Replay::new(demo()).operations();
    for folder in std::fs::read_dir(root().join("fixtures/calls")).unwrap() {
        let name = folder.unwrap().file_name().to_string_lossy().replacen('.', ":", 1);
        called.insert(name);
    }
    let idle: Vec<_> = calls::all().map(calls::Call::name).filter(|name| !called.contains(name)).collect();
    assert_eq!(idle, Vec::<String>::new(), "declared, and called by no fixture");
}

#[test]
fn every_action_reads() {
    for call in calls::all() {
        let reads = ["Describe", "Get", "List", "BatchGet"].iter().any(|verb| call.operation.starts_with(verb));
        assert!(reads, "{} does not look like a read", call.name());
    }
}

#[test]
fn criteria_name_calls_that_are_declared() {
    let declared: BTreeSet<_> = calls::all().map(calls::Call::name).collect();
    for (_, criterion) in rung_rules::all_criteria() {
        for call in criterion.calls {
            assert!(declared.contains(*call), "{}: {call} is not declared", criterion.id);
        }
    }
}

#[test]
fn objects_and_sql_digests_are_allowed_only_where_asked_for() {
    let statements =
        |args: &[&str]| -> Value { serde_json::from_str::<Value>(&Rung::new().ok(args)).unwrap()["Statement"].clone() };
    let plain = statements(&["policy"]).to_string();
    assert!(!plain.contains("s3:GetObject") && !plain.contains("pi:DescribeDimensionKeys"), "{plain}");
    let asked = statements(&["policy", "--sql-digests", "--register", "s3://team/perf/debt.csv"]);
    assert!(asked[0].to_string().contains("pi:DescribeDimensionKeys"));
    assert!(!asked[0].to_string().contains("s3:GetObject"));
    assert_eq!(asked[1]["Action"], serde_json::json!(["s3:GetObject"]));
    assert_eq!(asked[1]["Resource"], "arn:aws:s3:::team/perf/debt.csv");
}

#[test]
fn the_organisation_is_asked_and_members_are_entered_only_where_asked_for() {
    let plain = Rung::new().ok(&["policy"]);
    assert!(!plain.contains("organizations:") && !plain.contains("sts:AssumeRole"), "{plain}");
    let org = role("json", &["--org", "--role-name", "scan", "--partition", "aws-us-gov"]);
    let read = &org["Statement"][0];
    assert_eq!(
        read["Action"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one.as_str().unwrap().starts_with("organizations:List"))
            .count(),
        5
    );
    assert!(!read.to_string().contains("sts:"));
    assert_eq!(org["Statement"][1]["Action"], serde_json::json!(["sts:AssumeRole"]));
    assert_eq!(org["Statement"][1]["Resource"], "arn:aws-us-gov:iam::*:role/scan");
    let template = role("cloudformation", &["--org"]).to_string();
    assert!(template.contains(r#"{"Fn::Sub":"arn:${AWS::Partition}:iam::*:role/rung-read-only"}"#), "{template}");
    let terraform = role("terraform", &["--org"]).to_string();
    assert!(
        terraform.contains("arn:${data.aws_partition.current.partition}:iam::*:role/rung-read-only"),
        "{terraform}"
    );
}

const ASKED: [&str; 4] = ["--sql-digests", "--register", "s3://team/perf/debt-${x}.csv", "--external-id=team-4711"];

fn role(format: &str, more: &[&str]) -> Value {
    serde_json::from_str(&Rung::new().ok(&[&["policy", "--format", format], more].concat())).unwrap()
}

/// Actions of a list of statements, which may write one as a text.
fn listed<'v>(statements: impl Iterator<Item = &'v Value>, key: &str) -> BTreeSet<String> {
    let actions = statements.flat_map(|statement| statement[key].as_array().unwrap().iter());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_role_grants_in_each_format_what_the_policy_grants() {
    let policy = role("json", &ASKED[..3]);
    let wanted = listed(policy["Statement"].as_array().unwrap().iter(), "Action");
    assert!(wanted.contains("pi:DescribeDimensionKeys") && wanted.contains("s3:GetObject"));

    let template = role("cloudformation", &ASKED);
    let resources = template["Resources"].as_object().unwrap();
    let policies: Vec<_> = resources.values().filter(|one| one["Type"] == "AWS::IAM::ManagedPolicy").collect();
    let documents = || policies.iter().map(|one| &one["Properties"]["PolicyDocument"]);
    assert_eq!(listed(documents().flat_map(|one| one["Statement"].as_array().unwrap()), "Action"), wanted);
    for document in documents() {
        // IAM's limit of a managed policy, and the most policies of a role.
        assert!(document.to_string().len() <= 6144);
    }
    let role_of = &resources["Role"]["Properties"];
    assert_eq!(role_of["ManagedPolicyArns"].as_array().unwrap().len(), policies.len());
    assert!(policies.len() <= 10);
    let object =
        policies.last().unwrap()["Properties"]["PolicyDocument"]["Statement"].as_array().unwrap().last().unwrap();
    assert_eq!(object["Resource"]["Fn::Sub"], "arn:${AWS::Partition}:s3:::team/perf/debt-${!x}.csv");
    assert!(role_of["AssumeRolePolicyDocument"].to_string().contains("sts:ExternalId"));
    assert_eq!(template["Parameters"]["ExternalId"]["Default"], "team-4711");

    let terraform = role("terraform", &[&ASKED[..], &["--trust", "123456789012", "--role-name", "scan"]].concat());
    let data = terraform["data"]["aws_iam_policy_document"].as_object().unwrap();
    let own =
        data.iter().filter(|(name, _)| *name != "rung_trust").flat_map(|(_, one)| one["statement"].as_array().unwrap());
    assert_eq!(listed(own.clone(), "actions"), wanted);
    let object = own.last().unwrap();
    assert_eq!(object["resources"][0], "arn:${data.aws_partition.current.partition}:s3:::team/perf/debt-$${x}.csv");
    assert_eq!(terraform["resource"]["aws_iam_policy"].as_object().unwrap().len(), data.len() - 1);
    assert_eq!(terraform["variable"]["trusted_principal"]["default"], "123456789012");
    assert_eq!(terraform["variable"]["role_name"]["default"], "scan");
}

/// Terraform itself cannot be installed from the registries: its file is checked for structure only.
#[test]
fn the_template_passes_cfn_lint() {
    let rung = Rung::new();
    for more in [&[][..], &["--trust", "123456789012"], &["--org"], &ASKED] {
        let text = rung.ok(&[&["policy", "--format", "cloudformation"], more].concat());
        std::fs::write(rung.path("role.json"), text).unwrap();
        let lint = std::process::Command::new(crate::common::python().with_file_name("cfn-lint"))
            .arg("--template")
            .arg(rung.path("role.json"))
            .output()
            .unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&lint.stdout), String::from_utf8_lossy(&lint.stderr));
        assert!(lint.status.success(), "{told}");
    }
}

#[test]
fn wrong_roles_are_told() {
    let rung = Rung::new();
    for (args, expected) in [
        (["--trust", "12345"], "expected an account id of 12 digits, or the ARN of a role or user"),
        (["--role-name", "a b"], "expected 1 to 64 letters"),
        (["--external-id", "x"], "expected 2 to 1224"),
        (["--register", "s3://bucket"], "expected s3://BUCKET/KEY"),
    ] {
        let message = rung.fails(2, &[&["policy", "--format", "cloudformation"][..], &args].concat());
        assert!(message.contains(expected), "{args:?}: {message}");
    }
    let china = role("json", &["--register", "s3://team/debt.csv", "--partition", "aws-cn"]);
    assert_eq!(china["Statement"][1]["Resource"], "arn:aws-cn:s3:::team/debt.csv");
}
