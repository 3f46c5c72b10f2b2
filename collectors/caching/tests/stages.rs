use super::*;

async fn stages(replaced: &[&str]) -> Seen {
    let api = ["apigateway.GetRestApis/one-in-us-east-1"];
    seen(&[NO_CACHES, NOTHING], &[&api, replaced].concat()).await
}

#[tokio::test]
async fn stages_with_a_cache_that_is_there() {
    let seen = stages(&["apigateway.GetStages/cached"]).await;
    assert_eq!(seen.names(Kind::ApiStage), ["shop/prod", "shop/test"]);
    let prod = seen.stage("shop/prod");
    assert_eq!((prod.cache_size_gb.value(), prod.cached_methods.value()), (Some(&1.6), Some(&2)));
    assert_eq!(prod.cache_ttl_s.value(), Some(&Some(300)));
    assert_eq!(prod.cache_status.value(), Some(&"AVAILABLE".to_owned()));
    let test = seen.stage("shop/test");
    assert_eq!((test.cached_methods.value(), test.cache_ttl_s.value()), (Some(&0), Some(&None)));
    let prod = seen.collected.evidence.iter().find(|one| one.subject.name.as_deref() == Some("shop/prod")).unwrap();
    assert_eq!(&*prod.subject.arn, "arn:aws:apigateway:us-east-1::/restapis/shop000001/stages/prod");
    assert_eq!(prod.subject.tags.get("environment").map(|value| &**value), Some("production"));
}

#[tokio::test]
async fn what_a_stage_does_not_tell_is_unknown() {
    let seen = stages(&["apigateway.GetStages/says-little"]).await;
    let prod = seen.stage("shop/prod");
    let expected = (Cause::NotReported, "apigateway:GetStages".to_owned());
    assert_eq!(seen.cause(&prod.cache_size_gb), expected);
    assert_eq!(seen.cause(&prod.cache_status), expected);
    assert_eq!(prod.cached_methods.value(), Some(&0));
}

#[tokio::test]
async fn none_gone_and_denied_are_told_apart() {
    for case in ["apigateway.GetStages/empty", "apigateway.GetStages/gone"] {
        let none = stages(&[case]).await;
        assert_eq!((none.names(Kind::ApiStage).len(), none.unseen(Kind::ApiStage).len()), (0, 0), "{case}");
    }
    let denied = stages(&["apigateway.GetStages/denied"]).await;
    let expected = (Cause::DeniedByIdentityPolicy, "apigateway:GetStages".to_owned());
    assert_eq!(denied.unseen(Kind::ApiStage), [expected]);
    let no_apis = seen(&[NO_CACHES, NOTHING], &["apigateway.GetRestApis/denied-in-us-east-1"]).await;
    let expected = (Cause::DeniedByIdentityPolicy, "apigateway:GetRestApis".to_owned());
    assert_eq!(no_apis.unseen(Kind::ApiStage), [expected]);
}
