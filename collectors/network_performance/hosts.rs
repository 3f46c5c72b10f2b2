//! Host names, compared whole and label by label, never by a piece of text in them.

use std::collections::HashSet;

/// A name as it is compared: lower case, without the final dot, `\052` read as `*`, and without the `dualstack.` that
/// Route 53 puts before a load balancer's name.
pub(super) fn host(name: &str) -> String {
    let name = name.trim_end_matches('.').to_ascii_lowercase().replace("\\052", "*");
    match name.strip_prefix("dualstack.") {
        Some(rest) if of_aws(rest).is_some() => rest.to_owned(),
        _ => name,
    }
}

/// The labels before `amazonaws.com` or `amazonaws.com.cn`.
pub(super) fn of_aws(host: &str) -> Option<Vec<&str>> {
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        [own @ .., "amazonaws", "com"] | [own @ .., "amazonaws", "com", "cn"] => Some(own.to_vec()),
        _ => None,
    }
}

/// Whether the name is one of AWS's that leads nowhere but to itself, so that no record needs to be read for it. Elastic
/// Beanstalk's and Global Accelerator's lead on to load balancers that AWS does not name.
pub(super) fn leads_nowhere_else(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    of_aws(host).is_some() || matches!(labels.as_slice(), [.., "cloudfront", "net"] | [.., "on", "aws"])
}

/// Whether a bucket answers under the name, as a REST address or a website.
pub(super) fn is_bucket(host: &str) -> bool {
    let Some(labels) = of_aws(host) else { return false };
    match labels.as_slice() {
        [_, .., "s3" | "s3-website" | "s3-accesspoint", _] | [_, .., "s3", "dualstack", _] | [_, .., "s3"] => true,
        [_, .., last] => last.starts_with("s3-"),
        _ => false,
    }
}

/// Whether the name is the endpoint of all websites of a region: an alias record leads there, and the bucket is the one with
/// the record's name.
pub(super) fn is_website_endpoint(host: &str) -> bool {
    let labels = of_aws(host).unwrap_or_default();
    match labels.as_slice() {
        ["s3-website", _] => true,
        [only] => only.starts_with("s3-website-"),
        _ => false,
    }
}

/// Every address of a bucket.
pub(super) fn of_bucket(bucket: &str, region: &str, suffix: &str) -> Vec<String> {
    let service = |service: &str| format!("{bucket}.{service}.{suffix}");
    vec![
        service("s3"),
        service(&format!("s3.{region}")),
        service(&format!("s3-{region}")),
        service(&format!("s3.dualstack.{region}")),
        service(&format!("s3-website-{region}")),
        service(&format!("s3-website.{region}")),
    ]
}

/// The first name, in order, of a custom domain of API Gateway in the region: `d-....execute-api.eu-west-1.amazonaws.com`.
pub(super) fn custom_api_domain<'a>(hosts: &'a HashSet<String>, region: &str) -> Option<&'a str> {
    let of_region = |host: &&str| match of_aws(host).as_deref() {
        Some([id, "execute-api", at]) => id.starts_with("d-") && *at == region,
        _ => false,
    };
    hosts.iter().map(String::as_str).filter(of_region).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_one_form() {
        assert_eq!(host("dualstack.Shop-1.eu-west-1.elb.amazonaws.com."), "shop-1.eu-west-1.elb.amazonaws.com");
        assert_eq!(host("\\052.example.com."), "*.example.com");
        assert_eq!(host("dualstack.example.com"), "dualstack.example.com");
    }

    #[test]
    fn buckets_by_every_address() {
        for address in of_bucket("www.example.com", "eu-west-1", "amazonaws.com") {
            assert!(is_bucket(&address), "{address}");
        }
        assert!(is_bucket("files.s3.cn-north-1.amazonaws.com.cn"));
        assert!(!is_bucket("s3.eu-west-1.amazonaws.com"));
        assert!(!is_bucket("s3-website-us-east-1.amazonaws.com"));
        assert!(!is_bucket("shop-s3.eu-west-1.elb.amazonaws.com"));
        assert!(!is_bucket("files.s3.eu-west-1.amazonaws.com.example.com"));
    }

    #[test]
    fn website_endpoints_of_regions() {
        assert!(is_website_endpoint("s3-website-us-east-1.amazonaws.com"));
        assert!(is_website_endpoint("s3-website.eu-central-1.amazonaws.com"));
        assert!(!is_website_endpoint("www.s3-website.eu-central-1.amazonaws.com"));
    }

    #[test]
    fn custom_domains_of_apis_in_their_region() {
        let hosts = HashSet::from(["d-1a2b.execute-api.eu-west-1.amazonaws.com".to_owned()]);
        assert!(custom_api_domain(&hosts, "eu-west-1").is_some());
        assert!(custom_api_domain(&hosts, "eu-west-2").is_none());
    }
}
