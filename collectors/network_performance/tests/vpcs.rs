use super::*;

#[tokio::test]
async fn own_vpcs_of_all_pages_are_subjects_and_shared_ones_are_not() {
    let (_, collected) = regional(&[]).await;
    assert_eq!(count(&collected, Kind::Vpc), 2);
    assert_eq!(vpc(&collected, "vpc-shop").in_use.value(), Some(&true));
    assert_eq!(vpc(&collected, "vpc-idle").in_use.value(), Some(&false));
}

#[tokio::test]
async fn gateways_count_on_private_tables_only() {
    let (_, collected) = regional(&[]).await;
    let shop = vpc(&collected, "vpc-shop");
    assert_eq!(shop.private_route_tables.value(), Some(&2));
    assert_eq!(shop.s3_route_tables.value(), Some(&2));
    assert_eq!(shop.dynamodb_route_tables.value(), Some(&Some(1)));
    assert_eq!(shop.nat_gateways.value(), Some(&1));
    let idle = vpc(&collected, "vpc-idle");
    assert_eq!(idle.private_route_tables.value(), Some(&1), "a route to a deleted internet gateway leads nowhere");
    assert_eq!(idle.s3_route_tables.value(), Some(&0));
    assert_eq!(idle.dynamodb_route_tables.value(), Some(&None));
}

#[tokio::test]
async fn an_endpoint_needs_private_dns_and_must_be_available() {
    let (_, collected) = regional(&[]).await;
    let shop = vpc(&collected, "vpc-shop");
    assert_eq!(shop.services_in_use.value(), Some(&names(&["ecr.api", "ecr.dkr", "logs"])));
    assert_eq!(shop.services_without_endpoint.value(), Some(&names(&["ecr.dkr"])));
}

#[tokio::test]
async fn without_endpoints_everything_in_use_lacks_one() {
    let (_, collected) = regional(&["ec2.DescribeVpcEndpoints/empty"]).await;
    let shop = vpc(&collected, "vpc-shop");
    assert_eq!(shop.s3_route_tables.value(), Some(&0));
    assert_eq!(shop.services_without_endpoint.value(), Some(&names(&["ecr.api", "ecr.dkr", "logs"])));
}

#[tokio::test]
async fn fields_that_aws_leaves_out_are_unknown() {
    let (place, collected) = regional(&["ec2.DescribeVpcEndpoints/fields-missing"]).await;
    let shop = vpc(&collected, "vpc-shop");
    let missing = (Cause::NotReported, "ec2:DescribeVpcEndpoints".to_owned());
    assert_eq!(cause(&place, &shop.s3_route_tables), missing);
    assert_eq!(cause(&place, &shop.services_without_endpoint), missing);
    let (place, collected) = regional(&["ec2.DescribeRouteTables/no-main"]).await;
    let tables = &vpc(&collected, "vpc-shop").private_route_tables;
    assert_eq!(cause(&place, tables), (Cause::NotReported, "ec2:DescribeRouteTables".to_owned()));
    assert_eq!(vpc(&collected, "vpc-idle").private_route_tables.value(), Some(&1));
}

#[tokio::test]
async fn a_denied_listing_leaves_what_hangs_on_it_unknown() {
    let (place, collected) = regional(&["ec2.DescribeVpcEndpoints/denied"]).await;
    let shop = vpc(&collected, "vpc-shop");
    let denied = (Cause::DeniedByIdentityPolicy, "ec2:DescribeVpcEndpoints".to_owned());
    assert_eq!(cause(&place, &shop.s3_route_tables), denied);
    assert_eq!(cause(&place, &shop.services_without_endpoint), denied);
    assert_eq!(shop.in_use.value(), Some(&true));
    let idle = vpc(&collected, "vpc-idle");
    assert_eq!(idle.services_without_endpoint.value(), Some(&Vec::new()), "nothing in use lacks nothing");
}

#[tokio::test]
async fn a_listing_cut_short_still_shows_what_it_saw() {
    let (place, collected) = regional(&["ec2.DescribeNetworkInterfaces/denied-second-page"]).await;
    assert_eq!(vpc(&collected, "vpc-shop").in_use.value(), Some(&true));
    let idle = &vpc(&collected, "vpc-idle").in_use;
    assert_eq!(cause(&place, idle), (Cause::CutShort, "ec2:DescribeNetworkInterfaces".to_owned()));
    assert!(vpc(&collected, "vpc-shop").services_in_use.value().is_none());
}

#[tokio::test]
async fn no_vpcs_and_unlisted_vpcs_are_told_apart() {
    let (_, none) = regional(&["ec2.DescribeVpcs/empty"]).await;
    assert_eq!((count(&none, Kind::Vpc), none.unseen.len()), (0, 0));
    assert_eq!(network(&none, "regional-network").vpc_in_use.value(), Some(&false));
    let (place, denied) = regional(&["ec2.DescribeVpcs/denied"]).await;
    assert!(denied.unseen.iter().any(|unseen| unseen.kind == Kind::Vpc));
    let in_use = &network(&denied, "regional-network").vpc_in_use;
    assert_eq!(cause(&place, in_use).0, Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn whether_a_vpc_is_in_use_only_its_interfaces_tell() {
    let (place, collected) = regional(&["ec2.DescribeNetworkInterfaces/denied"]).await;
    let shop = vpc(&collected, "vpc-shop");
    let denied = (Cause::DeniedByIdentityPolicy, "ec2:DescribeNetworkInterfaces".to_owned());
    assert_eq!(cause(&place, &shop.in_use), denied);
    assert_eq!(cause(&place, &shop.services_without_endpoint), denied);
    assert_eq!(shop.s3_route_tables.value(), Some(&2));
}
