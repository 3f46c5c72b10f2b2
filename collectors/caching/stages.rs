//! Stages of REST APIs that have a cache.

use rung_rules::{
    facts::{self, Kind},
    model::{Evidence, Observed, SourceId, Unseen},
};

use crate::{
    Collected, at_once,
    aws::{Place, Read},
    calls::apigateway::{self, GET_STAGES, RestApi, Stage, StageCache},
};

/// APIs whose stages are asked for at once: API Gateway allows few requests a second in an account.
const AT_ONCE: usize = 8;

/// The evidence about stages with a cache, but those whose cache is about to exist or to go.
pub(super) async fn collect(place: &Place, collected: &mut Collected) {
    let apis = apigateway::rest_apis(place).await;
    collected.unseen.extend(place.unseen(Kind::ApiStage, &apis));
    let stages = at_once(AT_ONCE, apis.items.iter().map(|api| apigateway::stages(place, &api.id))).await;
    for (api, stages) in apis.items.iter().zip(stages) {
        match &*stages {
            Read::Known { value, from } => {
                collected.evidence.extend(value.iter().filter_map(|stage| evidence(place, api, stage, *from)));
            }
            Read::Unknown { gap } => {
                let (account, region) = (place.account.clone(), place.region.clone());
                collected.unseen.push(Unseen { kind: Kind::ApiStage, account, region, gap: *gap });
            }
        }
    }
}

fn evidence(place: &Place, api: &RestApi, stage: &Stage, from: SourceId) -> Option<Evidence> {
    let StageCache { size_gb, status, ttls_s } = stage.cache.as_ref()?;
    if matches!(status.as_deref(), Some("CREATE_IN_PROGRESS" | "DELETE_IN_PROGRESS")) {
        return None;
    }
    let facts = facts::ApiStage {
        cache_size_gb: place.reported(*size_gb, from, &GET_STAGES, "cacheClusterSize"),
        cache_status: place.reported(status.as_deref().map(str::to_owned), from, &GET_STAGES, "cacheClusterStatus"),
        cached_methods: Observed::known(ttls_s.len() as u64, from),
        cache_ttl_s: Observed::known(ttls_s.iter().max().copied(), from),
    };
    let arn =
        format!("arn:{}:apigateway:{}::/restapis/{}/stages/{}", place.partition, place.region, api.id, stage.name);
    let name = format!("{}/{}", api.name.as_deref().unwrap_or(&api.id), stage.name);
    Some(Evidence { subject: place.subject(arn, Some(&name), stage.tags.clone()), facts: facts.into() })
}
