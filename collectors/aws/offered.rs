//! Which services AWS does not offer in a partition: nothing is asked of them there.
//!
//! From AWS's endpoint data (botocore's `endpoints.json`) and its lists of services for each partition, as of November
//! 2026. Only what is certain stands here: a service that is missing from the table is asked, and an endpoint that has no
//! address says the same.

const NOT_IN: &[(&str, &[&str])] = &[
    (
        "aws-cn",
        &[
            "application-signals",
            "devops-guru",
            "globalaccelerator",
            "internetmonitor",
            "networkmonitor",
            "wellarchitected",
        ],
    ),
    ("aws-us-gov", &["cloudfront", "devops-guru", "globalaccelerator"]),
];

/// Whether AWS offers the service, by its IAM name, in the partition.
pub(crate) fn is_offered(partition: &str, service: &str) -> bool {
    // Its one region is in the standard partition.
    let reachable = partition == "aws" || service != "globalaccelerator";
    reachable && !NOT_IN.iter().any(|(name, services)| *name == partition && services.contains(&service))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls;

    #[test]
    fn the_standard_partition_offers_everything_and_the_others_what_a_scan_needs() {
        for call in calls::all() {
            assert!(is_offered("aws", call.service), "{}", call.name());
        }
        for partition in ["aws-cn", "aws-us-gov"] {
            assert!(["sts", "ec2", "cloudwatch", "s3", "rds"].iter().all(|service| is_offered(partition, service)));
            assert!(!is_offered(partition, "globalaccelerator") && !is_offered(partition, "devops-guru"));
        }
        assert!(is_offered("aws-cn", "cloudfront") && !is_offered("aws-us-gov", "cloudfront"));
    }

    #[test]
    fn every_name_in_the_table_is_one_of_our_services() {
        for service in NOT_IN.iter().flat_map(|(_, services)| *services) {
            assert!(calls::all().any(|call| call.service == *service), "{service}");
        }
    }
}
