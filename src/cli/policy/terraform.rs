//! The role as Terraform configuration, in its JSON syntax: write it to a file that ends in `.tf.json`.

use serde_json::{Map, Value, json};

use super::role::{ROLE, Role};

/// The configuration.
pub(super) fn configuration(role: &Role, documents: &[Vec<Value>]) -> Value {
    let (mut policies, mut attachments) = (Map::new(), Map::new());
    let mut data = Map::new();
    for (n, statements) in documents.iter().enumerate().map(|(at, document)| (at + 1, document)) {
        let name = format!("rung_{n}");
        let document = format!("${{data.aws_iam_policy_document.{name}.json}}");
        data.insert(name.clone(), json!({ "statement": statements.iter().map(statement).collect::<Vec<_>>() }));
        policies.insert(
            name.clone(),
            json!({
                "name": format!("${{var.role_name}}-{n}"),
                "description": "What rung reads; it allows no change.",
                "policy": document,
            }),
        );
        attachments.insert(
            name.clone(),
            json!({ "role": "${aws_iam_role.rung.name}", "policy_arn": format!("${{aws_iam_policy.{name}.arn}}") }),
        );
    }
    data.insert(
        "rung_trust".to_owned(),
        json!({ "statement": [{
        "actions": ["sts:AssumeRole"],
        "principals": [{ "type": "AWS", "identifiers": ["${var.trusted_principal}"] }],
        "dynamic": { "condition": {
            "for_each": "${var.external_id == \"\" ? [] : [var.external_id]}",
            "content": { "test": "StringEquals", "variable": "sts:ExternalId", "values": ["${condition.value}"] },
        } },
    }] }),
    );
    let variable = |description: &str, default: Option<&str>| match default {
        Some(default) => json!({ "type": "string", "description": description, "default": default }),
        None => json!({ "type": "string", "description": description }),
    };
    let trusted = "Who may assume the role: an account id, or the ARN of a role or user";
    let external = "External id that whoever assumes the role must name; empty for none";
    json!({
        "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws" } } },
        "variable": {
            "role_name": variable("Name of the role", Some(role.role_name.as_deref().unwrap_or(ROLE))),
            "trusted_principal": variable(trusted, role.trust.as_deref()),
            "external_id": variable(external, Some(role.external_id.as_deref().unwrap_or_default())),
        },
        "data": { "aws_partition": { "current": {} }, "aws_iam_policy_document": data },
        "resource": {
            "aws_iam_role": { "rung": {
                "name": "${var.role_name}",
                "description": "Assumed by rung to read this account; it allows no change.",
                "assume_role_policy": "${data.aws_iam_policy_document.rung_trust.json}",
            } },
            "aws_iam_policy": policies,
            "aws_iam_role_policy_attachment": attachments,
        },
        "output": { "role_arn": { "description": "ARN of the role", "value": "${aws_iam_role.rung.arn}" } },
    })
}

/// A statement in the words of `aws_iam_policy_document`.
fn statement(statement: &Value) -> Value {
    let list = |value: &Value| if value.is_array() { value.clone() } else { json!([value]) };
    json!({
        "sid": statement["Sid"], "effect": statement["Effect"], "actions": list(&statement["Action"]),
        "resources": list(&statement["Resource"]),
    })
}

/// An object's ARN in whichever partition the provider stands.
pub(super) fn object_arn(bucket: &str, key: &str) -> Value {
    // What looks like a template in a key is none.
    let key = key.replace("${", "$${").replace("%{", "%%{");
    json!(format!("arn:${{data.aws_partition.current.partition}}:s3:::{bucket}/{key}"))
}
