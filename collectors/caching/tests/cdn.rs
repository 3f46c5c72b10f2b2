use rung_rules::facts::CacheBehaviour;

use super::*;
use crate::calls::cloudfront::{self, Distribution};

const TTLS: &[&str] = &[
    "cloudfront.ListDistributions/ttls",
    "cloudfront.GetCachePolicy/optimized",
    "cloudfront.GetCachePolicy/disabled",
    "cloudfront.GetCachePolicy/minimum-only",
    "cloudfront.GetCachePolicy/denied",
];

async fn distribution(place: &Place, id: &str) -> Distribution {
    let listed = cloudfront::distributions(place).await;
    listed.items.iter().find(|one| &*one.id == id).unwrap().clone()
}

fn behaviour(path: &str, min: i64, default: i64, max: i64) -> CacheBehaviour {
    CacheBehaviour { default_ttl_s: default, max_ttl_s: max, min_ttl_s: min, path: path.to_owned() }
}

#[tokio::test]
async fn ttls_by_policies_and_by_older_settings() {
    let seen = Seen { place: place("global", TTLS), collected: Collected::default() };
    let ttls = async |id: &str| {
        let one = distribution(&seen.place, id).await;
        behaviours(&seen.place, &one, cloudfront::distributions(&seen.place).await.from).await
    };
    let (mixed, caching) = ttls("E1MIXED").await;
    let expected = [
        behaviour("*", 0, 0, 0),
        behaviour("/img/*", 1, 86_400, 31_536_000),
        behaviour("/pdf/*", 172_800, 172_800, 31_536_000),
    ];
    assert_eq!(mixed.value().map(Vec::as_slice), Some(expected.as_slice()));
    assert_eq!(caching.value(), Some(&true));
    for (id, expected) in [("E2PASSES", false), ("E3LEGACY", false), ("E4LEGACY", true), ("E8ORIGIN", true)] {
        let (known, caching) = ttls(id).await;
        assert_eq!((caching.value(), known.value().is_some()), (Some(&expected), true), "{id}");
    }
    let denied = (Cause::DeniedByIdentityPolicy, "cloudfront:GetCachePolicy".to_owned());
    let (hidden, caching) = ttls("E5HIDDEN").await;
    assert_eq!((seen.cause(&hidden), seen.cause(&caching)), (denied.clone(), denied.clone()));
    let (some_hidden, caching) = ttls("E6SEEN").await;
    assert_eq!((seen.cause(&some_hidden), caching.value()), (denied, Some(&true)));
    let (unsaid, caching) = ttls("E7UNSAID").await;
    assert_eq!((seen.cause(&unsaid).0, seen.cause(&caching).0), (Cause::NotReported, Cause::NotReported));
}

#[tokio::test]
async fn functions_on_the_response_are_told_from_those_on_the_request() {
    let place = place("global", TTLS);
    let counted = async |id: &str| {
        let one = distribution(&place, id).await;
        (one.edge_behaviours, one.response_functions)
    };
    assert_eq!(counted("E1MIXED").await, (2, 2));
    assert_eq!(counted("E2PASSES").await, (1, 0));
    assert_eq!(counted("E3LEGACY").await, (0, 0));
}
