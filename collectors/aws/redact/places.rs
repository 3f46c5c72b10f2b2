//! Pseudonyms for what has an inner order: ARNs, DNS names and IP addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{
    pseudonyms::{Origin, Pseudonyms, is_account},
    vocabulary::{is_aws_layer, is_region, is_top_level, is_vocabulary},
};

/// Ends of DNS names that AWS gives out.
const AWS_DOMAINS: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "cloudfront.net",
    "awsglobalaccelerator.com",
    "on.aws",
    "elasticbeanstalk.com",
    "api.aws",
    "compute.internal",
    "ec2.internal",
];
/// Labels before those that say which service.
const AWS_LABELS: &[&str] = &[
    "s3",
    "s3-website",
    "elb",
    "rds",
    "execute-api",
    "lambda-url",
    "ec2",
    "compute",
    "compute-1",
    "cache",
    "dkr",
    "ecr",
    "efs",
    "eks",
    "es",
    "sqs",
    "vpce",
    "docdb",
    "neptune",
    "memorydb",
    "dualstack",
    "redshift",
    "dax-clusters",
    "clustercfg",
    "awsglobalaccelerator",
];

/// Services whose ARNs begin with the name itself; those of all others begin with a type.
const WITHOUT_TYPE: &[&str] =
    &["s3", "sns", "sqs", "execute-api", "apigateway", "codepipeline", "codecommit", "aws-marketplace"];

impl Pseudonyms {
    /// DNS names and all else with dots, label by label: a zone stays the end of its records.
    pub(super) fn dotted(&self, name: &str, origin: Origin) -> String {
        let bare = name.trim_end_matches('.');
        self.note(bare, origin);
        let labels: Vec<_> = bare.split('.').collect();
        let last = labels.len() - 1;
        let new: Vec<_> = labels
            .iter()
            .enumerate()
            .map(|(at, label)| if at == last && is_top_level(label) { (*label).to_owned() } else { self.label(label) })
            .collect();
        new.join(".") + name.strip_prefix(bare).unwrap_or_default()
    }

    /// DNS is blind to case.
    fn label(&self, label: &str) -> String {
        let wild = label.chars().all(|sign| !sign.is_alphabetic()) || label == "\\052";
        match label {
            label if is_account(label) => self.account(label),
            label if wild || self.keeps(label) => label.to_owned(),
            label => self.pseudonym(&label.to_lowercase(), Origin::Part),
        }
    }

    /// A DNS name that AWS gave: what stands before the service, the region and the domain is replaced.
    pub(super) fn aws_host(&self, host: &str) -> Option<String> {
        let bare = host.strip_suffix('.').unwrap_or(host);
        let domain = AWS_DOMAINS
            .iter()
            .find(|domain| bare.len() > domain.len() && bare.to_ascii_lowercase().ends_with(&format!(".{domain}")))?;
        let (before, end) = host.split_at(bare.len() - domain.len() - 1);
        let mut labels: Vec<_> = before.split('.').collect();
        let mut kept = Vec::new();
        while let Some(label) = labels.pop_if(|label| is_aws_label(label)) {
            kept.insert(0, label);
        }
        let principal = kept.is_empty() && domain.starts_with("amazonaws");
        let endpoint =
            matches!(labels.as_slice(), [only] if kept.iter().all(|label| is_region(label)) && is_vocabulary(only));
        if labels.is_empty() || principal || endpoint {
            return Some(host.to_owned());
        }
        let new = match labels.as_slice() {
            [only] => self.host_label(only, &kept),
            ["dualstack", only] => format!("dualstack.{}", self.host_label(only, &kept)),
            several => self.dotted(&several.join("."), Origin::Part),
        };
        Some([vec![new.as_str()], kept].concat().join(".") + end)
    }

    /// A name among what its service adds: `internal-my-alb-1234567890` of a load balancer, `d-1a2b` of an API's domain.
    fn host_label(&self, label: &str, service: &[&str]) -> String {
        let prefix = match label {
            _ if service.contains(&"elb") && label.starts_with("internal-") => "internal-",
            _ if service.contains(&"execute-api") && label.starts_with("d-") => "d-",
            _ => "",
        };
        let name = label.strip_prefix(prefix).unwrap_or(label);
        let numbered = |end: &str| end.len() >= 7 && end.bytes().all(|byte| byte.is_ascii_hexdigit());
        match name.rsplit_once('-').filter(|(_, end)| service.contains(&"elb") && numbered(end)) {
            Some((name, end)) => format!("{prefix}{}-{end}", self.label(name)),
            None => prefix.to_owned() + &self.label(name),
        }
    }

    /// An IP address, without what follows it; those of no host in particular stay.
    pub(super) fn address(&self, text: &str) -> Option<String> {
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            let stays =
                address.is_unspecified() || address.is_loopback() || address.is_broadcast() || address.is_link_local();
            let [a, b, c, d, ..] = self.hash(text);
            let first = if address.is_private() { 10 } else { 240 + a % 15 };
            return Some(if stays { text.to_owned() } else { Ipv4Addr::new(first, b, c, d).to_string() });
        }
        let address = text.parse::<Ipv6Addr>().ok()?;
        if address.is_unspecified() || address.is_loopback() {
            return Some(text.to_owned());
        }
        let digest = hex::encode(self.hash(&address.to_string()));
        let groups: Vec<_> = (0..6).filter_map(|group| digest.get(group * 4..group * 4 + 4)).collect();
        Some(format!("2001:db8:{}", groups.join(":")))
    }

    /// An ARN: its account, and every name in its resource.
    pub(super) fn arn(&self, arn: &str) -> String {
        let parts: Vec<_> = arn.splitn(6, ':').collect();
        let [arn_, partition, service, region, account, resource] = parts.as_slice() else {
            return arn.to_owned();
        };
        let layer = resource.strip_prefix("layer:").is_some_and(is_aws_layer);
        if layer || *account == "aws" {
            return arn.to_owned();
        }
        let account = self.account(account);
        // No resource: what an alarm puts into an OpsItem, its severity and category.
        if *service == "ssm" && resource.starts_with("opsitem:") {
            return format!("{arn_}:{partition}:{service}:{region}:{account}:{resource}");
        }
        let (own, nested) = resource.split_once("arn:").map_or((*resource, None), |(own, arn)| (own, Some(arn)));
        let typed = !WITHOUT_TYPE.contains(service) && own.starts_with(|sign: char| sign.is_ascii_lowercase());
        let own: String = own
            .split_inclusive(['/', ':'])
            .enumerate()
            .map(|(at, part)| {
                let is_type = typed && at == 0 && part.ends_with(['/', ':']);
                if is_type { part.to_owned() } else { self.delimited(part, Origin::Name) }
            })
            .collect();
        let nested = nested.map_or_else(String::new, |nested| self.arn(&format!("arn:{nested}")));
        format!("{arn_}:{partition}:{service}:{region}:{account}:{own}{nested}")
    }
}

fn is_aws_label(label: &str) -> bool {
    let region_of_s3 =
        ["s3-website-", "s3-", "s3-website."].iter().any(|p| label.strip_prefix(p).is_some_and(is_region));
    let short_region = label.len() <= 5
        && label.ends_with(|sign: char| sign.is_ascii_digit())
        && label.len() > 3
        && ["us", "eu", "ap", "sa", "ca", "me", "af", "cn", "il", "mx"].iter().any(|area| label.starts_with(area));
    AWS_LABELS.contains(&label) || is_region(label) || region_of_s3 || short_region
}
