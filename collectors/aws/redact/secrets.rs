//! Secrets: values that must not reach the disk, whoever records. The structure around them stays.

use super::{
    scripts::{is_script, without_values},
    walk::{Leaf, Part},
};

/// Stands where a secret stood.
pub(super) const REDACTED: &str = "REDACTED";

/// Query parameters that sign a request.
const SIGNING: &[&str] =
    &["x-amz-signature", "x-amz-credential", "x-amz-security-token", "awsaccesskeyid", "signature"];
/// Parts of names whose values are secret.
const SECRET_PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "accesskey",
    "privatekey",
    "apikey",
    "authtoken",
    "sessiontoken",
    "securitytoken",
    "credential",
    "connectionstring",
    "databaseurl",
];
/// Ends of names that speak about a secret without holding it.
const ABOUT_SECRETS: &[&str] = &[
    "id",
    "ids",
    "arn",
    "arns",
    "type",
    "types",
    "source",
    "required",
    "enabled",
    "status",
    "state",
    "name",
    "names",
    "count",
    "lastused",
    "lastchanged",
    "age",
    "length",
    "policy",
    "expiration",
    "expires",
    "version",
    "rotation",
    "period",
    "date",
    "mode",
    "encryption",
    "size",
    "limit",
    "expression",
    "parameter",
    "provider",
    "config",
    "location",
];
/// Tokens that only say where a listing goes on, or that make a request happen once.
const HARMLESS_TOKENS: &[&str] =
    &["next", "continuation", "pagination", "page", "start", "request", "client", "creation", "idempotency", "marker"];

/// What takes the place of this text, if it holds a secret.
pub(super) fn without_secret(leaf: &Leaf<'_>) -> Option<String> {
    if leaf.part == Part::Key || leaf.part == Part::Segment || leaf.text.is_empty() || leaf.text == REDACTED {
        return None;
    }
    if is_secret(leaf) {
        return Some(REDACTED.to_owned());
    }
    if super::tree::json(leaf.text).is_some() {
        return None;
    }
    if !is_script(leaf) {
        return scrubbed(leaf.text);
    }
    let new = without_values(leaf.text);
    scrubbed(&new).or_else(|| (new != leaf.text).then_some(new))
}

fn is_secret(leaf: &Leaf<'_>) -> bool {
    holds_environment(leaf) || holds_input(leaf) || is_known_field(leaf) || is_named_secret(leaf)
}

/// Environment variables of functions, containers and builds; stage variables of APIs.
fn holds_environment(leaf: &Leaf<'_>) -> bool {
    let own = leaf.own();
    let stage = &["variables", "stagevariables", "stagevariableoverrides"];
    let of_stage = leaf.service == "apigateway" && (leaf.under(stage) || leaf.parent() == "variables");
    let of_function = leaf.under(&["environment"]) && leaf.under(&["variables"]);
    let of_container = leaf.under(&["environment"]) && own == "value";
    let builds = &["environmentvariables", "exportedenvironmentvariables"];
    let of_build = leaf.under(builds) && !matches!(own, "name" | "type");
    let of_script = leaf.under(&["buildspec"]) && leaf.under(&["variables"]);
    of_stage || of_function || of_container || of_build || of_script
}

/// What events, schedules, executions and actions of pipelines hand over.
fn holds_input(leaf: &Leaf<'_>) -> bool {
    let handed = &["input", "inputtransformer", "httpparameters"];
    let of_target = matches!(leaf.service, "events" | "scheduler" | "pipes")
        && (leaf.under(handed) || handed.contains(&leaf.own()));
    let of_execution = leaf.service == "states" && matches!(leaf.own(), "input" | "output");
    let to_action = matches!(leaf.own(), "input" | "userparameters" | "parameteroverrides");
    let unread = leaf.own() == "environmentvariables" && super::tree::json(leaf.text).is_none();
    let of_action = leaf.service == "codepipeline" && leaf.under(&["configuration"]) && (to_action || unread);
    of_target || of_execution || of_action
}

fn is_known_field(leaf: &Leaf<'_>) -> bool {
    let api_key = leaf.operation.starts_with("GetApiKey") && leaf.own() == "value";
    api_key || matches!(leaf.own(), "userdata" | "headervalue" | "accesskeyid")
}

fn is_named_secret(leaf: &Leaf<'_>) -> bool {
    let harmless = leaf.text.starts_with("arn:")
        || leaf.text.bytes().all(|byte| byte.is_ascii_digit())
        || matches!(leaf.text.to_lowercase().as_str(), "true" | "false" | "none" | "enabled" | "disabled");
    if harmless || leaf.part == Part::Query && leaf.own() == "token" {
        return false;
    }
    let holds_value = matches!(leaf.own(), "value" | "parametervalue" | "outputvalue" | "defaultvalue");
    let of_pair = holds_value && leaf.label.is_some_and(names_secret);
    of_pair || names_secret(leaf.own())
}

/// Whether a name is that of a secret's value.
pub(super) fn names_secret(name: &str) -> bool {
    if name.contains([':', '/']) {
        return false;
    }
    let name: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    if let Some(kind) = name.strip_suffix("token") {
        return !HARMLESS_TOKENS.iter().any(|harmless| kind.contains(harmless));
    }
    let secret =
        SECRET_PARTS.iter().any(|part| name.contains(part)) || matches!(name.as_str(), "authorization" | "pwd");
    secret && !ABOUT_SECRETS.iter().any(|end| name.ends_with(end))
}

/// A text without access keys, private keys, signatures and passwords in URLs; nothing if it has none.
fn scrubbed(text: &str) -> Option<String> {
    if text.contains("PRIVATE KEY-----") {
        return Some(REDACTED.to_owned());
    }
    let mut new = without_user_info(text);
    for name in SIGNING {
        new = without_parameter(&new, name);
    }
    new = without_access_keys(&new);
    (new != text).then_some(new)
}

fn without_parameter(text: &str, name: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut new = String::new();
    let mut at = 0;
    for (found, _) in lower.match_indices(&format!("{name}=")) {
        let value = found + name.len() + 1;
        let starts = text.get(..found).is_some_and(|before| before.ends_with(['?', '&', ';']));
        if starts && found >= at {
            new.push_str(text.get(at..value).unwrap_or_default());
            new.push_str(REDACTED);
            let rest = text.get(value..).unwrap_or_default();
            at = value + rest.find(['&', '"', '\'', ' ', '<']).unwrap_or(rest.len());
        }
    }
    new.push_str(text.get(at..).unwrap_or_default());
    new
}

fn without_user_info(text: &str) -> String {
    let mut parts = text.split("://");
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part.split(['/', '?', ' ', '"']).next().unwrap_or_default();
        let info = authority.rsplit_once('@').map(|(info, _)| info).filter(|info| info.contains(':'));
        let rest = info.and_then(|info| part.strip_prefix(info));
        new.push_str("://");
        new.push_str(rest.map(|_| REDACTED).unwrap_or_default());
        new.push_str(rest.unwrap_or(part));
    }
    new
}

fn without_access_keys(text: &str) -> String {
    let is_key = |word: &&str| {
        word.len() == 20
            && (word.starts_with("AKIA") || word.starts_with("ASIA"))
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    words.filter(is_key).fold(text.to_owned(), |text, key| text.replace(key, REDACTED))
}

/// The path without what signs it.
pub(super) fn unsigned(path: &str) -> Option<String> {
    let (path, query) = path.split_once('?')?;
    let signs = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
        SIGNING.contains(&name.as_str())
    };
    query.split('&').any(|pair| signs(&pair)).then(|| {
        let rest: Vec<_> = query.split('&').filter(|pair| !signs(pair)).collect();
        if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
    })
}
