use super::*;

fn behind(collected: &Collected, id: &str) -> Option<bool> {
    origin(collected, id).behind_distribution.value().copied()
}

#[tokio::test]
async fn public_ones_are_subjects() {
    let (_, collected) = regional(&[]).await;
    // Three load balancers, a website and a locked bucket, three REST APIs, an HTTP API.
    assert_eq!(count(&collected, Kind::PublicOrigin), 9);
    assert_eq!(origin(&collected, "www.example.com").origin, OriginKind::Website);
    assert_eq!(origin(&collected, "http000001").public.value(), Some(&true));
    assert_eq!(network(&collected, "regional-network").public_origin.value(), Some(&true));
}

#[tokio::test]
async fn a_load_balancer_is_found_behind_cname_and_alias() {
    let (_, collected) = regional(&[]).await;
    assert_eq!(behind(&collected, "Shop"), Some(true));
    assert_eq!(behind(&collected, "bare"), Some(false));
    assert_eq!(behind(&collected, "www.example.com"), Some(false), "its distribution is disabled");
}

#[tokio::test]
async fn an_edge_optimised_api_is_behind_one_of_aws() {
    let (place, collected) = regional(&[]).await;
    assert_eq!(behind(&collected, "edge000001"), Some(true));
    assert_eq!(origin(&collected, "edge000001").endpoint_type.value(), Some(&Some("EDGE".to_owned())));
    assert_eq!(behind(&collected, "regional01"), Some(false));
    let untold = origin(&collected, "untold0001");
    assert_eq!(cause(&place, &untold.public), (Cause::NotReported, "apigateway:GetRestApis".to_owned()));
    assert!(untold.endpoint_type.value().is_none());
}

#[tokio::test]
async fn without_distributions_nothing_is_behind_one() {
    let (_, collected) = regional(&["cloudfront.ListDistributions/empty"]).await;
    assert_eq!(behind(&collected, "Shop"), Some(false));
    assert_eq!(behind(&collected, "edge000001"), Some(true));
}

#[tokio::test]
async fn unlisted_distributions_leave_it_open() {
    let (place, collected) = regional(&["cloudfront.ListDistributions/denied"]).await;
    let fact = &origin(&collected, "Shop").behind_distribution;
    let denied = (Cause::DeniedByOrganizationPolicy, "cloudfront:ListDistributions".to_owned());
    assert_eq!(cause(&place, fact), denied);
    assert_eq!(behind(&collected, "edge000001"), Some(true));
}

#[tokio::test]
async fn an_origin_of_others_may_lead_to_any() {
    let (place, collected) = regional(&["cloudfront.ListDistributions/of-others"]).await;
    let gap = gap(&place, &origin(&collected, "Shop").behind_distribution);
    assert_eq!(gap.cause, Cause::NotReported);
    assert_eq!(gap.what, "where the origin shop.example.net leads", "the private zone's record does not count");
}

#[tokio::test]
async fn unread_zones_are_the_gap_where_a_name_stays_open() {
    let (place, collected) = regional(&["route53.ListHostedZones/denied"]).await;
    let fact = &origin(&collected, "Shop").behind_distribution;
    let denied = (Cause::DeniedByPermissionsBoundary, "route53:ListHostedZones".to_owned());
    assert_eq!(cause(&place, fact), denied);
}

#[tokio::test]
async fn a_custom_domain_may_be_any_api_but_no_load_balancer() {
    let (place, collected) = regional(&["cloudfront.ListDistributions/api-domain"]).await;
    for (api, call) in [("regional01", "apigateway:GetRestApis"), ("http000001", "apigateway:GetApis")] {
        let fact = &origin(&collected, api).behind_distribution;
        assert_eq!(cause(&place, fact), (Cause::NotReported, call.to_owned()));
    }
    assert_eq!(behind(&collected, "Shop"), Some(false));
}

#[tokio::test]
async fn a_bucket_that_does_not_tell_may_be_a_website() {
    let (place, collected) = regional(&[]).await;
    let locked = &origin(&collected, "locked").public;
    assert_eq!(cause(&place, locked), (Cause::DeniedByOtherPolicy, "s3:GetBucketWebsite".to_owned()));
}

#[tokio::test]
async fn unlisted_origins_are_unseen() {
    let (_, collected) = regional(&["apigateway.GetRestApis/denied"]).await;
    assert!(collected.unseen.iter().any(|unseen| unseen.kind == Kind::PublicOrigin));
}

#[tokio::test]
async fn a_bucket_that_does_not_tell_its_region_may_be_a_website_here() {
    let (place, collected) = regional(&["s3.ListBuckets/one-without-region"]).await;
    let unseen = collected.unseen.iter().find(|unseen| unseen.kind == Kind::PublicOrigin).expect("there may be more");
    let told = (Cause::NotReported, "s3:ListBuckets".to_owned());
    assert_eq!(cause(&place, &Observed::<()>::unknown(unseen.gap)), told);
}

#[tokio::test]
async fn nothing_public() {
    let none = [
        "apigateway.GetRestApis/empty",
        "apigateway.GetApis/empty",
        "s3.ListBuckets/empty",
        "elasticloadbalancing.DescribeLoadBalancers/no-public-one",
    ];
    let (_, collected) = regional(&none).await;
    assert_eq!(count(&collected, Kind::PublicOrigin), 0);
    assert_eq!(network(&collected, "regional-network").public_origin.value(), Some(&false));
}

#[tokio::test]
async fn record_sets_are_read_over_both_pages_of_one_name() {
    let place = place("global", &["route53.ListResourceRecordSets/public"]);
    let records = route53::record_sets(&place, "ZPUBLIC").await;
    assert_eq!(records.gap, None);
    assert_eq!(records.items.iter().filter(|record| record.latency).count(), 2);
    assert_eq!(records.items.len(), 4, "the name servers' record is no address");
}
