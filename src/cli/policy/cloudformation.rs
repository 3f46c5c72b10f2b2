//! The role as a CloudFormation template, in JSON: fit for a stack in one account, and for a StackSet in an organisation.

use serde_json::{Map, Value, json};

use super::role::{ROLE, Role};

/// The template.
pub(super) fn template(role: &Role, documents: &[Vec<Value>]) -> Value {
    let mut resources = Map::new();
    let names: Vec<_> = (1..=documents.len()).map(|n| format!("Policy{n}")).collect();
    for (name, statements) in names.iter().zip(documents) {
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        let properties = json!({ "Description": "What rung reads; it allows no change.", "PolicyDocument": document });
        resources.insert(name.clone(), json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": properties }));
    }
    let condition = json!({ "Fn::If": [
        "HasExternalId",
        { "StringEquals": { "sts:ExternalId": { "Ref": "ExternalId" } } },
        { "Ref": "AWS::NoValue" },
    ] });
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": { "Ref": "TrustedPrincipal" } },
        "Condition": condition,
    }] });
    let arns: Vec<_> = names.iter().map(|name| json!({ "Ref": name })).collect();
    resources.insert(
        "Role".to_owned(),
        json!({ "Type": "AWS::IAM::Role", "Properties": {
            "RoleName": { "Ref": "RoleName" },
            "Description": "Assumed by rung to read this account; it allows no change.",
            "AssumeRolePolicyDocument": trust,
            "ManagedPolicyArns": arns,
        } }),
    );
    let mut principal = json!({
        "Type": "String", "Description": "Who may assume the role: an account id, or the ARN of a role or user",
        "AllowedPattern": "^(\\d{12}|arn:aws[a-z-]*:iam::\\d{12}:(root|role/.+|user/.+))$",
    });
    if let (Some(trust), Some(parameter)) = (&role.trust, principal.as_object_mut()) {
        parameter.insert("Default".to_owned(), json!(trust));
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The read-only role that rung assumes",
        "Parameters": {
            "RoleName": {
                "Type": "String", "Default": role.role_name.as_deref().unwrap_or(ROLE),
                "Description": "Name of the role, the same in each account", "AllowedPattern": "^[\\w+=,.@-]{1,64}$",
            },
            "TrustedPrincipal": principal,
            "ExternalId": {
                "Type": "String", "Default": role.external_id.as_deref().unwrap_or_default(),
                "Description": "External id that whoever assumes the role must name; empty for none",
                "AllowedPattern": "^([\\w+=,.@:/-]{2,1224})?$",
            },
        },
        "Conditions": { "HasExternalId": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "ExternalId" }, ""] }] } },
        "Resources": resources,
        "Outputs": { "RoleArn": { "Description": "ARN of the role", "Value": { "Fn::GetAtt": ["Role", "Arn"] } } },
    })
}

/// An object's ARN in whichever partition the stack stands.
pub(super) fn object_arn(bucket: &str, key: &str) -> Value {
    // What looks like a variable in a key is none.
    json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:s3:::{bucket}/{}", key.replace("${", "${!")) })
}
