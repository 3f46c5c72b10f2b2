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
            .map(|(at, label)| match *label {
                label if label.chars().all(|sign| !sign.is_alphabetic()) || label == "\\052" => label.to_owned(),
                label if at == last && is_top_level(label) => label.to_owned(),
                label => self.pseudonym(label, Origin::Part),
            })
            .collect();
        new.join(".") + name.strip_prefix(bare).unwrap_or_default()
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
        let new = labels.into_iter().map(|label| self.host_label(label)).chain(kept.into_iter().map(str::to_owned));
        Some(new.collect::<Vec<_>>().join(".") + end)
    }

    /// `internal-my-alb-1234567890`: a load balancer's name among what AWS adds.
    fn host_label(&self, label: &str) -> String {
        let (prefix, name) = label.strip_prefix("internal-").map_or(("", label), |name| ("internal-", name));
        let numbered = |end: &str| end.len() >= 7 && end.bytes().all(|byte| byte.is_ascii_digit());
        match name.rsplit_once('-').filter(|(_, end)| numbered(end)) {
            Some((name, end)) => format!("{prefix}{}-{end}", self.pseudonym(name, Origin::Part)),
            None if is_account(label) => self.account(label),
            None if self.keeps(label) || label == "*" => label.to_owned(),
            None => prefix.to_owned() + &self.pseudonym(name, Origin::Part),
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
        let (own, nested) = resource.split_once("arn:").map_or((*resource, None), |(own, arn)| (own, Some(arn)));
        let own: String = own.split_inclusive(['/', ':']).map(|part| self.delimited(part, Origin::Name)).collect();
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
