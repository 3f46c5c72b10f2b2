//! Lambda: what calls a function. Policies and URLs for those who wait for the answer, event source mappings for those who do not.

use std::sync::Arc;

use aws_sdk_lambda::operation::get_policy::GetPolicyOutput;
use serde_json::Value;

use super::{Call, call, lambda::unqualified};
use crate::aws::{Listing, Place, Read, drain, once};

call!(GET_POLICY, "lambda", "Lambda", "GetPolicy", "which services may call a function or alias");
call!(LIST_FUNCTION_URL_CONFIGS, "lambda", "Lambda", "ListFunctionUrlConfigs", "function URLs");
call!(LIST_ALIASES, "lambda", "Lambda", "ListAliases", "aliases, which have policies of their own");
call!(
    LIST_EVENT_SOURCE_MAPPINGS,
    "lambda",
    "Lambda",
    "ListEventSourceMappings",
    "queues and streams that functions read"
);

pub(crate) static CALLS: &[&Call] =
    &[&GET_POLICY, &LIST_FUNCTION_URL_CONFIGS, &LIST_ALIASES, &LIST_EVENT_SOURCE_MAPPINGS];

/// Service principals that the policy of a function, or of one of its aliases, admits: none without a policy; nothing when
/// the policy cannot be read as one.
pub async fn admitted(place: &Place, function: &str, alias: Option<&str>) -> Arc<Read<Option<Vec<String>>>> {
    let parameters = alias.map_or_else(|| function.to_owned(), |alias| format!("{function}:{alias}"));
    let request = place.clients.lambda().get_policy().function_name(function).set_qualifier(alias.map(str::to_owned));
    // Boxed: the SDK's future is large, and every caller up to the scan would carry it.
    let answer = Box::pin(request.send());
    let take = |answer: GetPolicyOutput| services(answer.policy.as_deref().unwrap_or_default());
    let none = || Some(Some(Vec::new()));
    let read = once(place, &GET_POLICY, &parameters, answer, take, &["ResourceNotFoundException"], none);
    place.memo(&GET_POLICY, &parameters, read).await
}

/// The service principals of all statements that allow.
fn services(policy: &str) -> Option<Vec<String>> {
    let document: Value = serde_json::from_str(policy).ok()?;
    let statements = one_or_many(document.get("Statement")?);
    let allows = |statement: &&Value| statement.get("Effect").and_then(Value::as_str) == Some("Allow");
    let principals =
        statements.iter().filter(allows).filter_map(|statement| statement.get("Principal")?.get("Service"));
    Some(principals.flat_map(one_or_many).filter_map(Value::as_str).map(str::to_owned).collect())
}

/// IAM writes a list of one as the one.
fn one_or_many(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The URLs of a function and of its aliases.
pub async fn urls(place: &Place, function: &str) -> Arc<Listing<String>> {
    let request = place.clients.lambda().list_function_url_configs().function_name(function);
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &LIST_FUNCTION_URL_CONFIGS, function, stream, |page, items| {
        items.extend(page.function_url_configs.into_iter().map(|url| url.function_url));
    });
    place.memo(&LIST_FUNCTION_URL_CONFIGS, function, read).await
}

/// The names of a function's aliases.
pub async fn aliases(place: &Place, function: &str) -> Arc<Listing<String>> {
    let stream = place.clients.lambda().list_aliases().function_name(function).into_paginator().page_size(50).send();
    let read = drain(place, &LIST_ALIASES, function, stream, |page, items| {
        items.extend(page.aliases.unwrap_or_default().into_iter().filter_map(|alias| alias.name));
    });
    place.memo(&LIST_ALIASES, function, read).await
}

/// For each event source mapping of the place that is not being deleted: the function's ARN without version.
pub async fn event_source_mappings(place: &Place) -> Arc<Listing<Arc<str>>> {
    let stream = place.clients.lambda().list_event_source_mappings().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_EVENT_SOURCE_MAPPINGS, "", stream, |page, items| {
        let there = page.event_source_mappings.unwrap_or_default().into_iter();
        let there = there.filter(|mapping| mapping.state.as_deref() != Some("Deleting"));
        items.extend(there.filter_map(|mapping| Some(unqualified(&mapping.function_arn?).into())));
    });
    place.memo(&LIST_EVENT_SOURCE_MAPPINGS, "", read).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_of_every_form() {
        let policy = r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},"Action":"lambda:InvokeFunction"},
            {"Effect":"Allow","Principal":{"Service":["s3.amazonaws.com","sns.amazonaws.com"]}},
            {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"}},
            {"Effect":"Allow","Principal":"*"},
            {"Effect":"Deny","Principal":{"Service":"events.amazonaws.com"}}]}"#;
        let expected = ["apigateway.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"];
        assert_eq!(services(policy).unwrap(), expected);
    }

    #[test]
    fn a_single_statement_needs_no_list() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"}}}"#;
        assert_eq!(services(policy).unwrap(), ["apigateway.amazonaws.com"]);
    }

    #[test]
    fn what_is_no_policy_admits_nobody_knows_whom() {
        assert_eq!(services(""), None);
        assert_eq!(services("{}"), None);
    }

    #[test]
    fn any_policy_is_read_or_is_none() {
        let good = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["s3.amazonaws.com"]}},
            {"Effect":"Deny","Principal":"*","Condition":{"ArnLike":{"a":["b"]}}}]}"#;
        for text in crate::hostile::changed_text(good, 3_000) {
            assert!(services(&text).is_none() || serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }
}
