//! What a text is, by the name it goes by and where that stands.

use super::walk::{Leaf, Part};
use crate::calls::ops_items::PERFORMANCE;

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
    /// Words of AWS's, as given, and names after them.
    After(&'static str),
    /// Anything: known names in it are replaced.
    Free,
}

const TAGS: &[&str] = &["tag", "tags", "taglist", "tagset", "tagsmap"];

/// Names whose values are AWS's own words.
const VOCABULARY: &str = "
    processname acceleratorname acceleratornames licensename lifecyclesupportname managedagentname locationname featurename
    featurenames supportedfeaturenames attributename continentname countryname subdivisionname devicename rootdevicename
    virtualname zonenames parentzonename grouplongname availabilityzonename timezonename regionnames settingname metricnames
    httpheadername portname versionname sectionname parameternames caidentifier certificateidentifier
    supportedcacertificateidentifiers publicssmparametername ncharcharactersetname
    engine metricname stat statistics operator comparisonoperator region locationconstraint parametername optionname
    regionname zonename enginename charactersetname platformname eventname runtime architectures scheme lifecycle
    action notaction effect finding findingreasoncodes reasoncodes resourceowner __type dbparametergroupfamily
    majorengineversion licensemodel unit availabilityzones enabledcloudwatchlogsexports scalabledimension
    treatmissingdata priceclass requestid predefinedmetrictype predefinedscalingmetrictype platformdetails platform
    cacertificateidentifier timezone cipher sslpolicy alpnpolicy healthcheckprotocol include";
/// The same by the end of the name.
const VOCABULARY_ENDS: &str = "
    type types version versions mode modes class status state code region regions namespace statistic protocol
    protocols time timestamp date availabilityzone";
/// What `Name` names there is AWS's, not the user's.
const NAMED_BY_AWS: &str = "
    managedagents processorfeature processorfeatures preferredresources effectivepreferredresources
    state instancestate currentstate previousstate filter filters filterset settings setting attribute attributes
    details environment environmentvariables ulimits capabilities requiresattributes products statistics parameters
    parameter resourcerequirements properties runtimeplatform licensespecification";
/// Names whose values are names of the user's.
const NAMES: &str = "
    bucket cluster clusters service services family function functions user userid username owner createdby
    principal taskdefinition group scalinggroup autoscalinggroups resourceid resourceids resourcelabel loadbalancers
    loadbalancer targetgroup cname address endpoint host hostname domain domains aliases alias callerreference
    valuefrom setidentifier canonicaluser repository containername marker nextmarker nexttoken continuationtoken
    continuation-token nextcontinuationtoken position paginationtoken creationtoken awslogs-group
    awslogs-stream-prefix readerendpoint fqdn vpcname rule statemachine logstream keypair ownerid accountid image
    imageuri handler account displayname fullyqualifieddomainname";
/// The same by the end of the name, which may also be in the plural.
const NAME_ENDS: &[&str] =
    &["name", "identifier", "loggroup", "bucket", "username", "dnsname", "domainname", "email", "hostname"];
/// Dimensions whose values are AWS's words.
const DIMENSIONS_OF_AWS: &str = "
    storagetype currency instancetype availabilityzone enginename databaseclass dbclass role
    executedversion class type state region method filterid cpu device fstype statuscode";
/// How namespaces of metrics begin that are not the user's own.
const NAMESPACES: &[&str] = &[
    "AWS",
    "/aws/",
    "ApplicationSignals",
    "CWAgent",
    "ECS/",
    "ContainerInsights",
    "LambdaInsights",
    "System/",
    "Glue",
    "Kubernetes",
    "net.",
];
/// How AWS begins the description of a network interface that belongs to something.
const INTERFACES: &[&str] = &[
    "AWS Lambda VPC ENI-cwsyn-",
    "AWS Lambda VPC ENI-",
    "AWS created network interface for ",
    "Amazon EKS ",
    "aws-K8S-",
    "EFS mount target for ",
    "ELB ",
    "ElastiCache ",
    "Interface for NAT Gateway ",
    "Network Interface for Transit Gateway Attachment ",
    "RDSNetworkInterface",
    "VPC Endpoint Interface ",
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
        Part::Value | Part::Query => {
            of_dashboard(leaf).or_else(|| of_tags(leaf)).or_else(|| of_pair(leaf)).unwrap_or_else(|| of_field(leaf))
        }
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

/// What people wrote into dashboards, and lines of namespaces, metrics and dimensions. AWS's own metrics and dimensions are
/// letters and digits only.
fn of_dashboard(leaf: &Leaf<'_>) -> Option<Kind> {
    if leaf.operation != "GetDashboard" {
        return None;
    }
    let of_aws = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        plain || NAMESPACES.iter().any(|begin| text.starts_with(begin))
    };
    match leaf.own() {
        "markdown" | "title" | "label" | "query" => Some(Kind::Prose),
        "metrics" if of_aws(leaf.text) => Some(Kind::Free),
        "metrics" => Some(Kind::Name),
        _ => None,
    }
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
        "key" | "appboundarykey" => Kind::TagKey,
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
        "name" | "names" if leaf.service == "compute-optimizer" => Some(Kind::Vocabulary),
        "servicename" | "servicenames" if leaf.service == "devops-guru" => Some(Kind::Vocabulary),
        "vpczoneidentifier" => Some(Kind::Free),
        "location" if matches!(leaf.service, "codebuild" | "codepipeline") => Some(Kind::Name),
        _ if leaf.service == "codepipeline" => of_pipeline(leaf),
        // Of an OpsItem, and of the filter that asks for it; a category of one's own is like any word.
        "category" | "values" if leaf.service == "ssm" && leaf.text == PERFORMANCE => Some(Kind::Vocabulary),
        "title" if leaf.service == "ssm" => Some(Kind::Prose),
        "pillarid" | "lensalias" if leaf.service == "wellarchitected" => Some(Kind::Vocabulary),
        "notes" if leaf.service == "wellarchitected" => Some(Kind::Prose),
        "name" if dimension || has(NAMED_BY_AWS, parent) => Some(Kind::Vocabulary),
        // Of an action in a pipeline: stages are often called the same.
        "category" if leaf.service == "codepipeline" => Some(Kind::Vocabulary),
        // The name of a rule that AWS made; of one's own it is the ARN of a function.
        "sourceidentifier" if leaf.service == "config" && !leaf.text.starts_with("arn:") => Some(Kind::Vocabulary),
        "key" => Some(Kind::Vocabulary),
        "value" if dimension && has(DIMENSIONS_OF_AWS, &label) => Some(Kind::Vocabulary),
        // `GetItem` of DynamoDB; Application Signals has the user's own, `POST /orders`.
        "value" if dimension && label == "operation" && is_operation(leaf.text) => Some(Kind::Vocabulary),
        "value" if dimension => Some(Kind::Name),
        "value" if parent.starts_with("resourcerecord") => Some(Kind::Record),
        "value" | "values" if is_name(&label) || label.ends_with(".prefix") => Some(Kind::Name),
        _ => None,
    }
}

/// Whether AWS could have named an operation so.
fn is_operation(text: &str) -> bool {
    text.starts_with(|sign: char| sign.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// What an action or a rule is, and what follows from a failure, are AWS's words; what it works on has the user's.
fn of_pipeline(leaf: &Leaf<'_>) -> Option<Kind> {
    if matches!(leaf.parent(), "actiontypeid" | "ruletypeid") || leaf.own() == "result" {
        Some(Kind::Vocabulary)
    } else {
        leaf.under(&["configuration"]).then_some(Kind::Name)
    }
}

fn of_field(leaf: &Leaf<'_>) -> Kind {
    let own = leaf.own();
    if own.starts_with("description") || matches!(own, "comment" | "alarmdescription") {
        of_prose(leaf)
    } else if own == "namespace" {
        if NAMESPACES.iter().any(|begin| leaf.text.starts_with(begin)) { Kind::Vocabulary } else { Kind::Name }
    } else if is_vocabulary(own) || own == "id" && leaf.under(&["metricdataqueries", "metricdataresults", "metrics"]) {
        Kind::Vocabulary
    } else if is_id_of_user(leaf) || is_name(own) {
        Kind::Name
    } else {
        Kind::Free
    }
}

/// Ids that users choose, or that stand for them, where most ids are made up by AWS.
fn is_id_of_user(leaf: &Leaf<'_>) -> bool {
    match leaf.own() {
        "id" => {
            let owner = matches!(leaf.parent(), "owner" | "grantee");
            owner || matches!(leaf.service, "s3" | "events" | "cloudfront" | "apigateway")
        }
        "originid" | "targetoriginid" => true,
        "apiid" | "restapiid" => true,
        "dbiresourceid" | "dbclusterresourceid" => true,
        "sid" => true,
        _ => false,
    }
}

/// Descriptions by AWS itself say what caused what, or whose network interface it is.
fn of_prose(leaf: &Leaf<'_>) -> Kind {
    let of_parameters = leaf.operation.contains("Parameters") || leaf.operation.contains("Types");
    let by_aws = leaf.operation.ends_with("ScalingActivities")
        || leaf.text.starts_with("DO NOT EDIT")
        || leaf.text.starts_with("arn:aws");
    match leaf.text {
        _ if of_parameters => Kind::Vocabulary,
        _ if by_aws => Kind::Free,
        text => {
            INTERFACES.iter().find(|begin| text.starts_with(*begin)).map_or(Kind::Prose, |begin| Kind::After(begin))
        }
    }
}

fn is_vocabulary(own: &str) -> bool {
    has(VOCABULARY, own) || !has(NAMES, own) && VOCABULARY_ENDS.split_whitespace().any(|end| own.ends_with(end))
}

fn is_name(own: &str) -> bool {
    let singular = own.strip_suffix('s').unwrap_or(own);
    has(NAMES, own) || NAME_ENDS.iter().any(|end| own.ends_with(end) || singular.ends_with(end))
}

fn has(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}
