//! The role of a scan: who may assume it, and its permissions in documents that IAM takes.

use serde_json::{Value, json};

/// The longest managed policy that IAM takes, in characters without white space (IAM quotas).
pub(super) const MOST_CHARACTERS: usize = 6144;
pub(super) use rung_collectors::aws::ROLE;

/// Who may assume the role, and how it is called.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Role {
    /// With cloudformation and terraform: name of the role
    #[arg(long, value_name = "NAME", value_parser = role_name)]
    pub(super) role_name: Option<String>,
    /// With cloudformation and terraform: who may assume the role, an account id or the ARN of a role or user
    #[arg(long, value_name = "ACCOUNT_OR_ARN", value_parser = principal)]
    pub(super) trust: Option<String>,
    /// With cloudformation and terraform: external id that whoever assumes the role must name
    #[arg(long, value_name = "ID", value_parser = external_id)]
    pub(super) external_id: Option<String>,
}

fn role_name(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    match (1..=64).contains(&text.len()) && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("expected 1 to 64 letters, digits or +=,.@_-".to_owned()),
    }
}

fn principal(text: &str) -> Result<String, String> {
    let account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        [one] if account(one) => Ok(text.to_owned()),
        ["arn", partition, "iam", "", id, who]
            if partition.starts_with("aws")
                && account(id)
                && (*who == "root" || who.starts_with("role/") || who.starts_with("user/")) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("expected an account id of 12 digits, or the ARN of a role or user".to_owned()),
    }
}

fn external_id(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+=,.@:/-_".contains(c);
    match (2..=1224).contains(&text.len()) && text.chars().all(fits) {
        true => Ok(text.to_owned()),
        false => Err("expected 2 to 1224 letters, digits or +=,.@:/-_".to_owned()),
    }
}

/// Statements in as few documents as IAM's limit allows; a statement with many actions is split.
pub(super) fn documents(actions: &[String], more: &[Value]) -> Vec<Vec<Value>> {
    let mut documents: Vec<Vec<Value>> = Vec::new();
    let statement = |actions: &[String], n: usize| json!({ "Sid": format!("RungReadOnlyScan{n}"), "Effect": "Allow", "Action": actions, "Resource": "*" });
    let mut from = 0;
    while from < actions.len() {
        let n = documents.len() + 1;
        let fits = |to: &usize| size(&[statement(actions.get(from..*to).unwrap_or_default(), n)]) <= MOST_CHARACTERS;
        let to = (from + 1..=actions.len()).take_while(fits).last().unwrap_or(from + 1);
        documents.push(vec![statement(actions.get(from..to).unwrap_or_default(), n)]);
        from = to;
    }
    for statement in more {
        match documents.last_mut() {
            Some(last) if size(&[last.as_slice(), std::slice::from_ref(statement)].concat()) <= MOST_CHARACTERS => {
                last.push(statement.clone());
            }
            _ => documents.push(vec![statement.clone()]),
        }
    }
    documents
}

/// Characters of a policy of these statements without white space.
fn size(statements: &[Value]) -> usize {
    json!({ "Version": "2012-10-17", "Statement": statements })
        .to_string()
        .chars()
        .filter(|c| !c.is_whitespace())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stay_below_the_limit_and_lose_nothing() {
        let actions: Vec<String> = (0..400).map(|n| format!("service{n}:DescribeSomethingRatherLong{n}")).collect();
        let documents = documents(&actions, &[json!({ "Sid": "More", "Action": "s3:GetObject" })]);
        assert!(documents.len() > 2 && documents.iter().all(|one| size(one) <= MOST_CHARACTERS));
        let all = documents.iter().flatten().filter_map(|one| one["Action"].as_array()).flatten();
        assert_eq!(all.map(|one| one.as_str().unwrap().to_owned()).collect::<Vec<_>>(), actions);
        assert_eq!(documents.last().unwrap().last().unwrap()["Sid"], "More");
    }

    #[test]
    fn who_may_assume_is_an_account_or_an_arn() {
        for good in ["123456789012", "arn:aws:iam::123456789012:root", "arn:aws-cn:iam::123456789012:role/a/b"] {
            assert!(principal(good).is_ok(), "{good}");
        }
        for bad in ["", "12345678901", "*", "arn:aws:iam::123456789012:group/x", "arn:aws:s3:::bucket", "root"] {
            assert!(principal(bad).is_err(), "{bad}");
        }
        assert!(role_name("a b").is_err() && role_name("").is_err() && role_name("rung.read@org").is_ok());
        assert!(external_id("x").is_err() && external_id("a b").is_err() && external_id("4711-x").is_ok());
    }
}
