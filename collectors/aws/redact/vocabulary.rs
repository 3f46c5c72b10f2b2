//! Words that carry meaning for the rules and name nobody: they are kept wherever they stand, even if a resource has such a name.

use std::{collections::HashSet, sync::LazyLock};

use crate::load_tests::words::marks;

/// Engines, classes, states, statistics, kinds of resources, parts of ARNs, names of stages.
const WORDS: &str = "
    aurora aurora-mysql aurora-postgresql custom-oracle-ee db2-ae db2-se docdb mariadb memcached mysql neptune oracle-ee
    oracle-ee-cdb oracle-se2 oracle-se2-cdb postgres postgresql redis redisinsight sqlserver-ee sqlserver-ex sqlserver-se
    sqlserver-web valkey dynamodb dax memorydb opensearch
    gp2 gp3 io1 io2 st1 sc1 standard magnetic aurora-iopt1 generalpurpose maxio bursting provisioned elastic
    audit error general slowquery slow upgrade trace listener alert profiler agent iam-db-auth-error
    available running stopped stopping starting pending terminated shutting-down creating deleting modifying active inactive
    enabled disabled ok alarm insufficient_data in-use healthy unhealthy unused draining initial inservice attached detached
    deployed inprogress succeeded failed completed optimized notoptimized overprovisioned underprovisioned success rebooting
    ready primary secondary replica writer reader true false yes no none null on off default auto all any other unknown active_impaired
    average maximum minimum sum samplecount p50 p90 p95 p99 tm99 iqm count seconds milliseconds bytes percent
    alb nlb app net gwy gwlb application network gateway internet-facing internal ipv4 ipv6 dualstack http https tcp udp tls
    http1.1 http2 http3 instance ip lambda ec2 ecs elb rds s3 sns sqs efs eks elasticache cloudfront cloudwatch apigateway
    execute-api events scheduler states autoscaling application-autoscaling elasticloadbalancing elasticfilesystem iam sts ssm
    logs monitoring route53 kms synthetics internetmonitor networkmonitor globalaccelerator compute-optimizer devops-guru xray
    aws amazon self fargate fargate_spot external managed spot on-demand scheduled vpc vpce
    function functions layer layers alias version versions event-source-mapping code-signing-config
    db cluster pg cluster-pg og subgrp snapshot cluster-snapshot es secgrp proxy target-group global-cluster ri
    table index stream backup service task task-definition container-instance capacity-provider cluster-node
    loadbalancer targetgroup listener-rule truststore autoscalinggroup autoscalinggroupname scalingpolicy policyname
    scheduledaction scheduledactionname launchconfiguration launchconfigurationname resource scalable-target
    role user group policy instance-profile assumed-role federated-user root aws-service-role service-role mfa oidc-provider
    saml-provider rule event-bus archive connection api-destination schedule schedule-group pipe
    statemachine execution activity maprun express log-group log-stream dashboard insight-rule metric-stream anomaly-detector
    restapis apis stages deployments resources methods integrations usageplans apikeys domainnames vpclinks path routes
    distribution streaming-distribution origin-access-identity cache-policy hostedzone healthcheck rrset change canary monitor
    accelerator attachment listener endpoint-group endpoint volume image subnet security-group network-interface route-table
    network-acl internet-gateway natgateway launch-template key-pair elastic-ip dedicated-host vpc-endpoint
    transit-gateway file-system access-point mount-target certificate key secret document automation-definition
    automation-execution maintenancewindow parameter parametergroup subnetgroup replicationgroup serverlesscache
    usergroup stack stackset changeset topic queue bucket object delivery-stream regional global webacl ipset
    workload project pipeline build report-group repository slo lens milestone opsitem experiment experiment-template
    dimensions metric metrics expression label loggroup storage-automation web
    prod production live staging stage dev development test testing qa uat sandbox preprod integration demo
    www com net org io co cloud local localhost
    get put post patch delete head options
    standardstorage standardiastorage glacierinstantretrievalstorage glacierstorage deeparchivestorage allstoragetypes
    containerinsights enhanced latest wellarchitected serverless performance-schema pending-reboot in-sync applying";

/// Words of AWS's sentences about scaling and refusals: not taken for a name among others.
const SENTENCES: &str = "a an and are as at because by for from has in is it no not of on or that the to was were which will with
    new user request update autoscalinggroup constraints min max desired changing capacity instance instances started
    launching terminating terminated response difference between actual increasing decreasing shrinking setting count
    successfully waiting monitor state triggered policy policies scheduled action executed target tracking predictive scaling
    health check replaced refresh rebalancing balance lifetime group explicit deny denied access authorized perform resource
    identity-based resource-based boundary permissions service control assumed error message found exist";

/// What AWS gives a name to begins like this.
const PREFIXES: &[&str] = &[
    "default.",
    "default:",
    "aws:",
    "AWS:",
    "AWS/",
    "AWS-",
    "AWSServiceRole",
    "AWS_",
    "Amazon",
    "amazon-",
    "CWAgent",
    "ECS/",
    "ELBSecurityPolicy-",
    "Managed-",
    "LambdaInsights",
    "com.amazonaws.",
    "ecs.capability.",
    "rds-ca-",
    "$",
    "ALBRequestCountPerTarget",
];

/// Layers that AWS publishes, from accounts of its own.
const AWS_LAYERS: &[&str] = &[
    "LambdaInsightsExtension",
    "AWSLambdaPowertools",
    "AWS-Parameters-and-Secrets",
    "AWS-AppConfig",
    "AWSOpenTelemetryDistro",
    "aws-otel-",
    "Synthetics",
];

/// Ends of DNS names that say where in the world, and nothing of whom.
const TOP_LEVELS: &str =
    "com net org io dev app cloud internal local info biz edu gov mil eu de at ch fr it es nl be pl se no dk fi uk
    us ca au nz jp cn in br mx kr sg ie co ai me tv tech online site xyz example test invalid arpa";

/// Words inside names that say what a resource does: they stay, at the end of the pseudonym.
const PURPOSES: &[&str] = &[
    "powertuning",
    "targettracking-",
    "alarmhigh-",
    "alarmlow-",
    "power-tuning",
    "compute-optimizer",
    "compute_optimizer",
    "computeoptimizer",
    "infracost",
    "instance-size",
    "instance_size",
    "instancesize",
    "instance-type",
    "instance_type",
    "instancetype",
    "machine-type",
    "machine_type",
    "machinetype",
    "right-siz",
    "right_siz",
    "rightsiz",
];

/// Sizes at the end of instance types.
const SIZES: &[&str] = &["nano", "micro", "small", "medium", "large", "xlarge", "metal", "serverless"];

/// Beginnings of ids that AWS makes up.
const ID_PREFIXES: &str =
    "i vol snap ami aki ari vpc subnet sg sgr eni rtb igw nat acl nacl vpce vpce-svc tgw tgw-attach eipalloc
    eipassoc lt fs fsap fsmt dopt pcx eigw pl fleet sfr sir rtbassoc aclassoc eni-attach cr h r db cluster prx";

static IN_SENTENCES: LazyLock<HashSet<&str>> = LazyLock::new(|| SENTENCES.split_whitespace().collect());
static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());

/// Whether a text is of AWS's own vocabulary, a number, a date, a region, a type or an id that AWS made up.
pub(super) fn is_vocabulary(text: &str) -> bool {
    text.chars().all(|sign| !sign.is_alphanumeric())
        || KNOWN.contains(text.to_lowercase().as_str())
        || PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        || text.contains("::") && text.starts_with("AWS")
        || is_measure(text)
        || is_region(text)
        || is_type(text)
        || is_id(text)
}

/// Whether AWS uses the word in sentences.
pub(super) fn is_in_sentences(word: &str) -> bool {
    IN_SENTENCES.contains(word)
}

/// Whether this layer is one of AWS's own.
pub(super) fn is_aws_layer(name: &str) -> bool {
    AWS_LAYERS.iter().any(|layer| name.starts_with(layer))
}

/// Whether a DNS name may end like this.
pub(super) fn is_top_level(label: &str) -> bool {
    TOP_LEVELS.split_whitespace().any(|known| known == label)
}

/// The words of a name that say what it is for, as it has them: those above, and those by which load tests, environments
/// and deployments are recognised.
pub(super) fn purposes(name: &str) -> Vec<&str> {
    let lower = name.to_ascii_lowercase();
    let long = PURPOSES.iter().filter_map(|purpose| {
        let at = lower.find(purpose)?;
        name.get(at..at + purpose.len())
    });
    long.chain(marks(name).into_iter().map(|(_, part)| part)).collect()
}

/// Numbers, dates, times, durations, sizes, cron.
fn is_measure(text: &str) -> bool {
    let numeric =
        |sign: char| sign.is_ascii_digit() || matches!(sign, '-' | ':' | '.' | '+' | 'T' | 'Z' | ' ' | ',' | '_');
    let unit = text.trim_start_matches(|sign: char| sign.is_ascii_digit() || matches!(sign, '.' | ' '));
    let units = ["", "%", "ms", "s", "m", "h", "d", "w", "kB", "MB", "GB", "TB", "MiB", "GiB", "TiB", "vCPU"];
    let begins = text.starts_with(|sign: char| sign.is_ascii_digit());
    begins && (text.chars().all(numeric) || units.contains(&unit))
        || text.starts_with("rate(")
        || text.starts_with("cron(")
        || text.starts_with("at(")
}

/// `eu-central-1`, `us-east-1a`, `use1-az1`.
pub(super) fn is_region(text: &str) -> bool {
    const AREAS: &[&str] = &["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn"];
    let parts: Vec<_> = text.split('-').collect();
    let zone =
        matches!(parts.as_slice(), [place, zone] if zone.starts_with("az") && place.len() <= 5 && zone.len() <= 4);
    let [area, middle @ .., number] = parts.as_slice() else { return false };
    let number = number.trim_end_matches(|sign: char| sign.is_ascii_lowercase());
    let compass = |part: &&str| {
        [
            "east",
            "west",
            "north",
            "south",
            "central",
            "northeast",
            "northwest",
            "southeast",
            "southwest",
            "gov",
            "iso",
            "isob",
        ]
        .contains(part)
    };
    let numbered = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    zone || AREAS.contains(area) && !middle.is_empty() && middle.iter().all(compass) && numbered
}

/// `m7g.2xlarge`, `db.r6g.large`, `cache.t4g.micro`, `db.serverless`.
fn is_type(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let Some((size, family)) = parts.split_last().filter(|(_, family)| !family.is_empty()) else { return false };
    let bare = size.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let short = |part: &&str| {
        part.len() <= 12 && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    family.len() <= 2 && family.iter().all(short) && (SIZES.contains(&bare) || size.starts_with("metal-"))
}

/// `vol-0123456789abcdef0`, UUIDs, hexadecimal and distribution ids.
fn is_id(text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let prefixed = text.rsplit_once('-').is_some_and(|(prefix, id)| {
        let made_up = hex(id) && matches!(id.len(), 8 | 17) || upper(id) && id.len() >= 24;
        made_up && ID_PREFIXES.split_whitespace().any(|known| known == prefix)
    });
    let uuid = text.len() == 36 && hex(&text.replace('-', "").to_lowercase()) && text.split('-').count() == 5;
    let resource = upper(text) && (12..=22).contains(&text.len()) && text.starts_with(['E', 'Z', 'K']);
    prefixed || uuid || digit && (hex(text) && (16..=40).contains(&text.len()) || resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_aws_are_known() {
        for word in "postgres aurora-postgresql docdb gp3 p99 us-east-1 eu-central-1b use1-az1 us-gov-west-1 m7g.2xlarge db.r6g.large
            db.serverless cache.t4g.micro default.postgres16 AWS/EBS vol-0123456789abcdef0 50dc6c495c0c9188 2026-01-02 15ms 80%
            E2QWRUHAPOMQZL $LATEST ALBRequestCountPerTarget i-0a1b2c3d prod 128 AWS-UpdateLinuxAmi"
            .split_whitespace()
        {
            assert!(is_vocabulary(word), "{word}");
        }
        for word in
            ["orders", "orders-deadbeef", "checkout.large-orders", "acme", "eu-orders-1", "n0abc123", "billing-az1-db"]
        {
            assert!(!is_vocabulary(word), "{word}");
        }
    }

    #[test]
    fn a_names_purpose_is_found() {
        assert_eq!(purposes("acme-PowerTuning-machine"), ["PowerTuning"]);
        assert_eq!(purposes("acme-k6-prod"), ["k6", "prod"]);
        assert_eq!(purposes("acme-Right-Sizing"), ["Right-Siz"]);
        assert_eq!(purposes("RunK6-pre-prod"), ["K6", "pre-prod"]);
        assert!(purposes("they-products").is_empty());
    }
}
