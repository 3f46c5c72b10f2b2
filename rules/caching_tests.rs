use crate::{
    facts::{ApiStage, Cache, CacheDemand, CacheKind, Distribution, Facts, Kind},
    model::{Control, Outcome::*},
    testing::{Case, case, check, known, of, unknown},
};

fn cache(change: impl FnOnce(&mut Cache)) -> Cache {
    let mut cache = Cache {
        cache: CacheKind::ReplicationGroup,
        engine: known("valkey".to_owned()),
        nodes: known(Some(2)),
        hits: known(900.0),
        misses: known(100.0),
        hit_rate_percent: known(Some(90.0)),
        evictions: known(Some(0.0)),
        hit_rate_alarm: known(true),
        hit_rate_alarm_percent: known(Some(75.0)),
        hit_rate_widget: known(false),
    };
    change(&mut cache);
    cache
}

fn distribution(change: impl FnOnce(&mut Distribution)) -> Distribution {
    let mut distribution = Distribution {
        enabled: known(true),
        http_version: known("http2".to_owned()),
        static_origin: known(true),
        additional_metrics: known(true),
        cache_hit_rate_percent: known(97.0),
        edge_behaviours: known(0),
        response_functions: known(0),
        cache_behaviours: known(vec![]),
        caching: known(true),
        hit_rate_alarm: known(true),
        hit_rate_widget: known(false),
    };
    change(&mut distribution);
    distribution
}

fn stage(methods: u64, status: &str) -> ApiStage {
    ApiStage {
        cache_size_gb: known(0.5),
        cache_status: known(status.to_owned()),
        cached_methods: known(methods),
        cache_ttl_s: known(Some(300)),
    }
}

fn demand(database: bool, public_origin: bool) -> CacheDemand {
    CacheDemand { database: known(database), public_origin: known(public_origin) }
}

/// A good cache and a changed one.
fn caches(change: impl FnOnce(&mut Cache)) -> Vec<Facts> {
    of([cache(|_| ()), cache(change)])
}

/// A good distribution and a changed one.
fn distributions(change: impl FnOnce(&mut Distribution)) -> Vec<Facts> {
    of([distribution(|_| ()), distribution(change)])
}

fn with(evidence: Vec<Facts>, more: impl Into<Facts>) -> Vec<Facts> {
    evidence.into_iter().chain([more.into()]).collect()
}

fn cache_present() -> Vec<Case> {
    let id = "cache-present";
    let off = |d: &mut Distribution| d.enabled = known(false);
    let passes_through = |d: &mut Distribution| d.caching = known(false);
    let both = || of([demand(true, true)]);
    vec![
        case(id, "met", with(both(), cache(|_| ())), Met),
        case(id, "a caching distribution", with(both(), distribution(|_| ())), Met),
        case(id, "an API stage", with(both(), stage(1, "AVAILABLE")), Met),
        case(id, "a cache before nothing that we see", of([cache(|_| ())]), Met),
        case(id, "unmet", both(), Unmet),
        case(id, "databases alone", of([demand(true, false)]), Unmet),
        case(id, "public entry points alone", of([demand(false, true)]), Unmet),
        case(id, "a distribution that only passes through", of([distribution(passes_through)]), Unmet),
        case(id, "a disabled one serves nobody", with(both(), distribution(off)), Unmet),
        case(id, "a cache cluster that no method uses", with(both(), stage(0, "AVAILABLE")), Unmet),
        case(id, "a cache cluster that is not there", with(both(), stage(1, "NOT_AVAILABLE")), Unmet),
        case(id, "unknown", with(both(), distribution(|d| d.caching = unknown())), Unknown),
        case(id, "caches not listed", both(), Unknown).unseen(Kind::Cache),
        case(id, "stages not listed", both(), Unknown).unseen(Kind::ApiStage),
        case(id, "met whatever was not listed", of([cache(|_| ())]), Met).unseen(Kind::Distribution),
        case(id, "perhaps a database", of([CacheDemand { database: unknown(), ..demand(false, false) }]), Unknown),
        case(
            id,
            "public, whatever databases there are",
            of([CacheDemand { database: unknown(), ..demand(false, true) }]),
            Unmet,
        ),
        case(id, "nothing", of([demand(false, false)]), NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Cache),
    ]
}

fn hit_rate_measured() -> Vec<Case> {
    let id = "hit-rate-measured";
    let unwatched = |d: &mut Distribution| d.hit_rate_alarm = known(false);
    vec![
        case(id, "met", with(caches(|_| ()), distribution(|_| ())), Met),
        case(
            id,
            "a widget will do",
            caches(|c| {
                c.hit_rate_alarm = known(false);
                c.hit_rate_widget = known(true)
            }),
            Met,
        ),
        case(id, "no lookup is a measurement", caches(|c| c.hit_rate_percent = known(None)), Met),
        case(id, "unmet", caches(|c| c.hit_rate_alarm = known(false)), Unmet),
        case(id, "a distribution that nobody watches", distributions(unwatched), Unmet),
        case(
            id,
            "a distribution on a dashboard",
            distributions(|d| {
                unwatched(d);
                d.hit_rate_widget = known(true)
            }),
            Met,
        ),
        case(
            id,
            "a distribution without additional metrics",
            distributions(|d| {
                d.additional_metrics = known(false);
                d.cache_hit_rate_percent = unknown()
            }),
            Unmet,
        ),
        case(id, "a distribution without data", distributions(|d| d.cache_hit_rate_percent = unknown()), Unknown),
        case(
            id,
            "a distribution that caches nothing",
            distributions(|d| {
                unwatched(d);
                d.caching = known(false)
            }),
            Met,
        ),
        case(
            id,
            "a disabled distribution",
            distributions(|d| {
                unwatched(d);
                d.enabled = known(false)
            }),
            Met,
        ),
        case(id, "unknown", caches(|c| c.misses = unknown()), Unknown),
        case(id, "dashboards unread, alarm seen", caches(|c| c.hit_rate_widget = unknown()), Met),
        case(
            id,
            "dashboards unread, no alarm",
            caches(|c| {
                c.hit_rate_alarm = known(false);
                c.hit_rate_widget = unknown()
            }),
            Unknown,
        ),
        case(
            id,
            "nobody watches, whatever the data",
            caches(|c| {
                c.hit_rate_alarm = known(false);
                c.hits = unknown()
            }),
            Unmet,
        ),
        case(id, "others unseen", caches(|_| ()), Unknown).unseen(Kind::Distribution),
        case(id, "nothing", of([demand(true, true)]), NotApplicable),
    ]
}

fn hit_rate_80() -> Vec<Case> {
    let id = "hit-rate-80";
    let at = |percent: f64| caches(|c| c.hit_rate_percent = known(Some(percent)));
    vec![
        case(id, "met", at(99.0), Met),
        case(id, "unmet", at(12.0), Unmet),
        case(id, "below", at(79.9), Unmet),
        case(id, "at", at(80.0), Met),
        case(id, "above", at(80.1), Met),
        case(id, "one without lookups has none", caches(|c| c.hit_rate_percent = known(None)), Met),
        case(id, "only one without lookups", of([cache(|c| c.hit_rate_percent = known(None))]), NotApplicable),
        case(id, "unknown", caches(|c| c.hit_rate_percent = unknown()), Unknown),
        case(id, "one counter-example beats the unseen", at(10.0), Unmet).unseen(Kind::Cache),
        case(id, "distributions have their own", of([distribution(|_| ())]), NotApplicable),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Cache),
    ]
}

fn hit_rate_enforced() -> Vec<Case> {
    let id = "hit-rate-enforced";
    let below = |percent: Option<f64>| caches(|c| c.hit_rate_alarm_percent = known(percent));
    vec![
        case(id, "met", below(Some(90.0)), Met),
        case(id, "unmet", below(None), Unmet),
        case(id, "below", below(Some(69.9)), Unmet),
        case(id, "at", below(Some(70.0)), Met),
        case(id, "above", below(Some(70.1)), Met),
        case(id, "unknown", caches(|c| c.hit_rate_alarm_percent = unknown()), Unknown),
        case(id, "nothing", of([distribution(|_| ())]), NotApplicable),
    ]
}

fn cdn_hit_rate() -> Vec<Case> {
    let id = "cdn-hit-rate-95";
    let at = |percent: f64| distributions(|d| d.cache_hit_rate_percent = known(percent));
    vec![
        case(id, "met", at(99.0), Met),
        case(id, "unmet", at(60.0), Unmet),
        case(id, "below", at(94.9), Unmet),
        case(id, "at", at(95.0), Met),
        case(id, "unknown", distributions(|d| d.cache_hit_rate_percent = unknown()), Unknown),
        case(id, "nothing", of([distribution(|d| d.static_origin = known(false))]), NotApplicable),
    ]
}

fn adaptive_ttl() -> Vec<Case> {
    let id = "adaptive-ttl";
    vec![
        case(id, "met", with(caches(|_| ()), distribution(|d| d.response_functions = known(1))), Met),
        case(id, "unknown", distributions(|_| ()), Unknown),
        case(id, "caches alone need a person", caches(|_| ()), Unknown),
        case(
            id,
            "a function where nothing is cached",
            with(
                caches(|_| ()),
                distribution(|d| {
                    d.caching = known(false);
                    d.response_functions = known(1)
                }),
            ),
            Unknown,
        ),
        case(id, "something to cache needs a person", of([demand(true, false)]), Unknown),
        case(id, "nothing", of([demand(false, false)]), NotApplicable),
    ]
}

fn attested(id: &'static str) -> Vec<Case> {
    vec![
        case(id, "attestation", caches(|_| ()), Unknown),
        case(id, "a stage", of([stage(1, "AVAILABLE")]), Unknown),
        case(id, "something to cache", of([demand(false, true)]), Unknown),
        case(id, "nothing", of([demand(false, false)]), NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Cache),
    ]
}

#[test]
fn every_criterion_at_its_bar() {
    let cases = [
        cache_present(),
        attested("caching-strategy"),
        hit_rate_measured(),
        hit_rate_80(),
        hit_rate_enforced(),
        cdn_hit_rate(),
        adaptive_ttl(),
        attested("cache-warming"),
    ];
    check(Control::Caching, cases.into_iter().flatten().collect());
}
