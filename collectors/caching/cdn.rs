//! What caching needs to know of a distribution: its TTLs and who watches its hit rate.

use std::sync::Arc;

use rung_rules::{
    facts::CacheBehaviour,
    model::{Cause, Observed, SourceId},
};

use super::{counters::DISTRIBUTIONS, watch::Watch};
use crate::{
    aws::{Listing, Place, Read},
    calls::{
        cloudfront::{self, BehaviourTtls, Distribution, GET_CACHE_POLICY, LIST_DISTRIBUTIONS, Ttls},
        cloudwatch::{self, Alarm},
        cloudwatch_dashboards::{self, Shown},
    },
};

/// What tells who watches distributions, read once for all of them.
pub(crate) struct CdnCaching {
    alarms: Arc<Listing<Alarm>>,
    shown: Arc<Listing<Shown>>,
}

impl CdnCaching {
    /// Reads alarms where CloudFront's metrics live, and dashboards.
    pub(crate) async fn read(place: &Place) -> CdnCaching {
        let (alarms, shown) =
            futures::join!(cloudwatch::alarms(place.global()), cloudwatch_dashboards::shown(place.global()));
        CdnCaching { alarms, shown }
    }

    /// Whether an alarm looks at the distribution's hit rate, and whether a widget shows it.
    pub(crate) fn watched(&self, place: &Place, one: &Distribution) -> (Observed<bool>, Observed<bool>) {
        let watch = Watch { counters: &DISTRIBUTIONS, values: vec![one.id.clone()], unnamed: None };
        (watch.alarm(&self.alarms), watch.widget(place.global(), &self.shown))
    }
}

/// The TTLs of every behaviour of a distribution, and whether one of them caches anything. One that is seen to cache is
/// enough, whatever the others do.
pub(crate) async fn behaviours(
    place: &Place,
    one: &Distribution,
    from: SourceId,
) -> (Observed<Vec<CacheBehaviour>>, Observed<bool>) {
    let mut known = Vec::new();
    let mut caching = place.reported(
        (!one.behaviours.is_empty()).then_some(false),
        from,
        &LIST_DISTRIBUTIONS,
        "DefaultCacheBehavior",
    );
    let mut unknown = match caching {
        Observed::Unknown { gap } => Some(gap),
        Observed::Known { .. } => None,
    };
    for behaviour in &one.behaviours {
        match ttls(place, &behaviour.ttls, from).await {
            Observed::Known { value: Ttls { min_s, default_s, max_s }, .. } => {
                known.push(CacheBehaviour {
                    default_ttl_s: default_s,
                    max_ttl_s: max_s,
                    min_ttl_s: min_s,
                    path: behaviour.path.to_string(),
                });
            }
            Observed::Unknown { gap } => unknown = unknown.or(Some(gap)),
        }
    }
    if known.iter().any(|behaviour| behaviour.max_ttl_s > 0) {
        caching = Observed::known(true, from);
    } else if let Some(gap) = unknown {
        caching = Observed::unknown(gap);
    }
    let behaviours = unknown.map_or_else(|| Observed::known(known, from), Observed::unknown);
    (behaviours, caching)
}

async fn ttls(place: &Place, ttls: &BehaviourTtls, from: SourceId) -> Observed<Ttls> {
    match ttls {
        BehaviourTtls::Own(ttls) => Observed::known(*ttls, from),
        BehaviourTtls::Unreported => place.reported(None, from, &LIST_DISTRIBUTIONS, "CachePolicyId"),
        BehaviourTtls::Policy(id) => match &*cloudfront::cache_policy(place, id).await {
            Read::Known { value: Some(ttls), from } => Observed::known(*ttls, *from),
            Read::Known { value: None, .. } => {
                Observed::unknown(place.gap(&GET_CACHE_POLICY, "CachePolicyConfig", Cause::NotReported, ""))
            }
            Read::Unknown { gap } => Observed::unknown(*gap),
        },
    }
}
