//! What a text is, by the name it goes by and where that stands.

use super::walk::{Leaf, Part};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// AWS's own words: kept.
    Vocabulary,
    /// A name of the user's, perhaps with types and ids around it.
    Name,
    /// The value of a tag.
    Tag,
    /// The name of a tag.
    TagKey,
    /// What people wrote.
    Prose,
    /// The value of a DNS record: words with names among them.
    Record,
    /// Anything: known names in it are replaced.
    Free,
}

const TAGS: &[&str] = &["tag", "tags", "taglist", "tagset", "tagsmap"];

/// Names whose values are AWS's own words.
const VOCABULARY: &[&str] = &[
    "engine",
    "metricname",
    "stat",
    "statistics",
    "operator",
    "comparisonoperator",
    "region",
    "locationconstraint",
    "parametername",
    "optionname",
    "regionname",
    "zonename",
    "enginename",
    "charactersetname",
    "platformname",
    "eventname",
    "runtime",
    "architectures",
    "scheme",
    "lifecycle",
    "action",
    "notaction",
    "effect",
    "finding",
    "findingreasoncodes",
    "reasoncodes",
    "resourceowner",
    "__type",
    "dbparametergroupfamily",
    "majorengineversion",
    "licensemodel",
    "unit",
    "availabilityzones",
    "enabledcloudwatchlogsexports",
    "scalabledimension",
    "treatmissingdata",
    "priceclass",
    "requestid",
    "predefinedmetrictype",
    "predefinedscalingmetrictype",
    "platformdetails",
    "platform",
    "cacertificateidentifier",
    "timezone",
    "cipher",
    "sslpolicy",
    "alpnpolicy",
    "healthcheckprotocol",
    "include",
];
/// The same by the end of the name.
const VOCABULARY_ENDS: &[&str] = &[
    "type",
    "types",
    "version",
    "versions",
    "mode",
    "modes",
    "class",
    "status",
    "state",
    "code",
    "region",
    "regions",
    "namespace",
    "statistic",
    "protocol",
    "protocols",
    "time",
    "timestamp",
    "date",
    "availabilityzone",
];
/// What `Name` names there is AWS's, not the user's.
const NAMED_BY_AWS: &[&str] = &[
    "state",
    "instancestate",
    "currentstate",
    "previousstate",
    "filter",
    "filters",
    "filterset",
    "settings",
    "setting",
    "attribute",
    "attributes",
    "details",
    "environment",
    "environmentvariables",
    "ulimits",
    "capabilities",
    "requiresattributes",
    "products",
    "statistics",
    "parameters",
    "parameter",
    "resourcerequirements",
    "properties",
    "runtimeplatform",
    "licensespecification",
];
/// Names whose values are names of the user's.
const NAMES: &[&str] = &[
    "bucket",
    "cluster",
    "clusters",
    "service",
    "services",
    "family",
    "function",
    "functions",
    "user",
    "userid",
    "username",
    "owner",
    "createdby",
    "principal",
    "taskdefinition",
    "group",
    "scalinggroup",
    "autoscalinggroups",
    "resourceid",
    "resourceids",
    "resourcelabel",
    "loadbalancers",
    "loadbalancer",
    "targetgroup",
    "cname",
    "address",
    "endpoint",
    "host",
    "hostname",
    "domain",
    "domains",
    "aliases",
    "alias",
    "callerreference",
    "valuefrom",
    "setidentifier",
    "canonicaluser",
    "repository",
    "containername",
    "marker",
    "nextmarker",
    "nexttoken",
    "continuationtoken",
    "continuation-token",
    "nextcontinuationtoken",
    "position",
    "paginationtoken",
    "creationtoken",
    "awslogs-group",
    "awslogs-stream-prefix",
    "readerendpoint",
    "fqdn",
    "vpcname",
    "rule",
    "statemachine",
    "logstream",
    "keypair",
    "ownerid",
    "accountid",
    "image",
    "imageuri",
    "handler",
    "account",
    "displayname",
    "fullyqualifieddomainname",
];
/// The same by the end of the name, which may also be in the plural.
const NAME_ENDS: &[&str] =
    &["name", "identifier", "loggroup", "bucket", "username", "dnsname", "domainname", "email", "hostname"];
/// Dimensions whose values are AWS's words.
const DIMENSIONS_OF_AWS: &[&str] = &[
    "storagetype",
    "currency",
    "instancetype",
    "availabilityzone",
    "enginename",
    "databaseclass",
    "dbclass",
    "role",
    "operation",
    "executedversion",
    "class",
    "type",
    "state",
    "service",
    "region",
    "method",
    "filterid",
    "cpu",
    "device",
    "fstype",
    "statuscode",
];
/// Path segments that a name follows.
const NAME_FOLLOWS: &[&str] =
    &["functions", "function", "canary", "monitors", "monitor", "layers", "domainnames", "rules", "clusters"];

/// Whether a field only ever holds words of AWS's, so that whatever stands in it is one.
pub(super) fn is_closed(own: &str) -> bool {
    ["type", "types", "class", "status", "state", "engine", "runtime"].iter().any(|end| own.ends_with(end))
}

/// What this text is.
pub(super) fn kind(leaf: &Leaf<'_>) -> Kind {
    match leaf.part {
        Part::Key => of_key(leaf),
        Part::Segment => of_segment(leaf),
        Part::Value | Part::Query => of_tags(leaf).or_else(|| of_pair(leaf)).unwrap_or_else(|| of_field(leaf)),
    }
}

fn of_key(leaf: &Leaf<'_>) -> Kind {
    if TAGS.contains(&leaf.own()) {
        Kind::TagKey
    } else if leaf.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        Kind::Vocabulary
    } else {
        Kind::Free
    }
}

fn of_segment(leaf: &Leaf<'_>) -> Kind {
    let named = leaf.service == "s3" || NAME_FOLLOWS.contains(&leaf.own());
    if named { Kind::Name } else { Kind::Free }
}

fn of_tags(leaf: &Leaf<'_>) -> Option<Kind> {
    let label = leaf.label.unwrap_or_default();
    if label.starts_with("tag:") && leaf.own().starts_with("value") {
        return Some(Kind::Tag);
    }
    if !leaf.under(TAGS) {
        return None;
    }
    Some(match leaf.own() {
        "key" => Kind::TagKey,
        "value" => Kind::Tag,
        "resourceid" => Kind::Name,
        "resourcetype" | "propagateatlaunch" => Kind::Vocabulary,
        _ if TAGS.contains(&leaf.parent()) => Kind::Tag,
        _ => Kind::Free,
    })
}

/// Dimensions, filters, attributes, records: `Name` and `Value` side by side.
fn of_pair(leaf: &Leaf<'_>) -> Option<Kind> {
    let (own, parent) = (leaf.own(), leaf.parent());
    let dimension = parent.ends_with("dimension") || parent.ends_with("dimensions");
    let label = leaf.label.unwrap_or_default().to_lowercase();
    match own {
        "name" if dimension || NAMED_BY_AWS.contains(&parent) => Some(Kind::Vocabulary),
        "key" => Some(Kind::Vocabulary),
        "value" if dimension && DIMENSIONS_OF_AWS.contains(&label.as_str()) => Some(Kind::Vocabulary),
        "value" if dimension => Some(Kind::Name),
        "value" if parent.starts_with("resourcerecord") => Some(Kind::Record),
        "value" | "values" if is_name(&label) || label.ends_with(".prefix") => Some(Kind::Name),
        _ => None,
    }
}

fn of_field(leaf: &Leaf<'_>) -> Kind {
    let own = leaf.own();
    let user_id = own == "id" && matches!(leaf.parent(), "owner" | "grantee");
    if own.starts_with("description") || matches!(own, "comment" | "alarmdescription") {
        of_prose(leaf)
    } else if is_vocabulary(own) || own == "id" && leaf.under(&["metricdataqueries", "metricdataresults", "metrics"]) {
        Kind::Vocabulary
    } else if user_id || is_name(own) {
        Kind::Name
    } else {
        Kind::Free
    }
}

/// Descriptions by AWS itself say what caused what.
fn of_prose(leaf: &Leaf<'_>) -> Kind {
    let by_aws = leaf.operation.ends_with("ScalingActivities") || leaf.text.starts_with("DO NOT EDIT");
    let of_parameters = leaf.operation.contains("Parameters") || leaf.operation.contains("Types");
    match (by_aws, of_parameters) {
        (true, _) => Kind::Free,
        (_, true) => Kind::Vocabulary,
        _ => Kind::Prose,
    }
}

fn is_vocabulary(own: &str) -> bool {
    VOCABULARY.contains(&own) || !NAMES.contains(&own) && VOCABULARY_ENDS.iter().any(|end| own.ends_with(end))
}

fn is_name(own: &str) -> bool {
    let singular = own.strip_suffix('s').unwrap_or(own);
    NAMES.contains(&own) || NAME_ENDS.iter().any(|end| own.ends_with(end) || singular.ends_with(end))
}
