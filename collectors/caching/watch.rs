//! Who watches the hit rate of a cache or distribution: alarms and widgets of dashboards.

use std::sync::Arc;

use rung_rules::model::{GapId, Observed};

use super::counters::Counters;
use crate::{
    aws::{Listing, Place},
    calls::{
        cloudwatch::{Alarm, AlarmMetric},
        cloudwatch_dashboards::{Series, Shown, explorer_gap},
    },
};

/// What alarms and widgets that watch one resource speak about.
pub(super) struct Watch {
    /// The metrics.
    pub(super) counters: &'static Counters,
    /// Values of their first dimension: the resource, or each of its clusters of nodes. One of them is enough.
    pub(super) values: Vec<Arc<str>>,
    /// Why there are no such values, though the resource has some.
    pub(super) unnamed: Option<GapId>,
}

impl Watch {
    /// Whether an alarm looks at the resource's hits, misses or hit rate.
    pub(super) fn alarm(&self, alarms: &Listing<Alarm>) -> Observed<bool> {
        self.or_unnamed(alarms.any(|alarm| {
            alarm.metrics.iter().any(|metric| self.is_of(metric))
                || alarm.expressions.iter().any(|text| self.selected(text))
        }))
    }

    /// The highest hit rate, in percent, below which an alarm acts.
    pub(super) fn alarm_percent(&self, alarms: &Listing<Alarm>) -> Observed<Option<f64>> {
        let highest = alarms.all_of(|alarms| alarms.iter().filter_map(|alarm| self.acts_below(alarm)).reduce(f64::max));
        match self.unnamed {
            Some(gap) => Observed::unknown(gap),
            None => highest,
        }
    }

    /// Whether a widget shows the resource's hits, misses or hit rate.
    pub(super) fn widget(&self, place: &Place, shown: &Listing<Shown>) -> Observed<bool> {
        let here = |one: &Shown| {
            let region = one.region.as_deref().is_none_or(|region| region == metrics_region(place));
            region && one.account.as_deref().is_none_or(|account| account == &*place.account)
        };
        let seen = shown.any(|one| {
            here(one)
                && match &one.series {
                    Series::Metric { namespace, metric, dimensions } => self.is(namespace, metric, dimensions),
                    Series::Expression(text) => self.selected(text),
                    Series::Explorer(_) => false,
                }
        });
        let explored =
            |one: &Shown| here(one) && matches!(&one.series, Series::Explorer(name) if self.counters.tells(name));
        match seen {
            Observed::Known { value: false, .. } if shown.items.iter().any(explored) => {
                Observed::unknown(explorer_gap(place.global()))
            }
            seen => self.or_unnamed(seen),
        }
    }

    /// An answer about a resource whose names are not known is only good if it is "yes".
    fn or_unnamed(&self, seen: Observed<bool>) -> Observed<bool> {
        match (self.unnamed, seen) {
            (Some(gap), Observed::Known { value: false, .. }) => Observed::unknown(gap),
            _ => seen,
        }
    }

    fn is_of(&self, metric: &AlarmMetric) -> bool {
        self.is(&metric.namespace, &metric.metric, &metric.dimensions)
    }

    fn is(&self, namespace: &str, metric: &str, dimensions: &[(Arc<str>, Arc<str>)]) -> bool {
        let named =
            |(name, value): &(Arc<str>, Arc<str>)| &**name == self.counters.dimension && self.values.contains(value);
        namespace == self.counters.namespace && self.counters.tells(metric) && dimensions.iter().any(named)
    }

    /// The hit rate below which the alarm acts. Metric math over hits and misses is a ratio, unless it multiplies by 100; a hit
    /// rate of AWS's own is in percent, unless it is divided by 100. More than 100 % no hit rate reaches.
    fn acts_below(&self, alarm: &Alarm) -> Option<f64> {
        let below = matches!(&*alarm.comparison, "LessThanThreshold" | "LessThanOrEqualToThreshold");
        let threshold = alarm.threshold.filter(|_| alarm.acts && below && !alarm.anomaly_band)?;
        let looked_at = || alarm.metrics.iter().filter(|metric| self.is_of(metric)).map(|metric| &*metric.metric);
        let any_of =
            |list: &'static [crate::metrics::Metric]| looked_at().any(|name| list.iter().any(|one| one.name == name));
        let rate = looked_at().any(|name| self.counters.rates.contains(&name));
        let ratio = !alarm.expressions.is_empty() && any_of(self.counters.hits) && any_of(self.counters.misses);
        let written = |text: &str| alarm.expressions.iter().any(|one| one.replace(' ', "").contains(text));
        let selected = || {
            let of_rate =
                |text: &str| self.selected(text) && self.counters.rates.iter().any(|rate| text.contains(rate));
            alarm.expressions.iter().any(|text| of_rate(text))
        };
        let percent = match (rate || selected(), ratio) {
            (true, _) if written("/100") => threshold * 100.0,
            (true, _) => threshold,
            (false, true) if written("100") => threshold,
            (false, true) => threshold * 100.0,
            (false, false) => return None,
        };
        (percent <= 100.0).then_some(percent)
    }

    /// Whether a Metrics Insights query or a search takes in the resource's hits, misses or hit rate.
    fn selected(&self, text: &str) -> bool {
        let of_metrics =
            text.contains(self.counters.namespace) && self.counters.names().any(|name| has_word(text, name));
        if !of_metrics {
            return false;
        }
        let all = match (starts_with_select(text), search_terms(text)) {
            (true, _) => !text.to_uppercase().contains(" WHERE "),
            (false, Some(terms)) => self.narrows_nothing(terms),
            (false, None) => return false,
        };
        all || self.values.iter().any(|value| has_word(text, value))
    }

    /// Whether the terms of a search name nothing but the metrics.
    fn narrows_nothing(&self, terms: &str) -> bool {
        let schema =
            terms.find('{').zip(terms.find('}')).and_then(|(from, to)| terms.get(from..=to)).unwrap_or_default();
        let terms = terms.replacen(schema, " ", 1);
        let words =
            terms.split(|sign: char| sign.is_whitespace() || "()=\"".contains(sign)).filter(|word| !word.is_empty());
        let about_metrics = |word: &str| {
            ["MetricName", "Namespace", "AND", "OR", self.counters.namespace].contains(&word)
                || self.counters.tells(word)
        };
        words.into_iter().all(about_metrics)
    }
}

/// Where the metrics of a place lie: CloudFront's where its API is.
fn metrics_region(place: &Place) -> &str {
    if place.is_global() { crate::aws::home_of(&place.partition) } else { &place.region }
}

fn starts_with_select(text: &str) -> bool {
    text.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"))
}

/// What a `SEARCH('...', 'Average')` looks for.
fn search_terms(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("SEARCH(")?;
    let quote = after.trim_start().chars().next()?;
    after.trim_start().get(1..)?.split(quote).next()
}

/// Whether a name stands in a text and is no part of a longer one.
fn has_word(text: &str, name: &str) -> bool {
    let joins = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || "-_".contains(sign));
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
        !joins(before) && !joins(after)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::counters::NODES, *};

    fn shop() -> Watch {
        Watch { counters: &NODES, values: vec!["shop-001".into(), "shop-002".into()], unnamed: None }
    }

    #[test]
    fn queries_take_in_all_caches_or_name_one() {
        let selected = |text: &str| shop().selected(text);
        assert!(selected(r#"SELECT AVG(CacheHitRate) FROM SCHEMA("AWS/ElastiCache", CacheClusterId)"#));
        assert!(selected(r#"select min(CacheHits) from "AWS/ElastiCache" where CacheClusterId = 'shop-001'"#));
        assert!(!selected(r#"SELECT MIN(CacheHits) FROM "AWS/ElastiCache" WHERE CacheClusterId = 'shop-0011'"#));
        assert!(!selected(r#"SELECT MAX(CPUUtilization) FROM SCHEMA("AWS/ElastiCache", CacheClusterId)"#));
        assert!(!selected(r#"SELECT MAX(CacheHitRate) FROM SCHEMA("Shop", CacheClusterId)"#));
        assert!(!selected("m1 / (m1 + m2)"));
    }

    #[test]
    fn searches_take_in_all_caches_or_name_one() {
        let selected = |terms: &str| shop().selected(&format!("AVG(SEARCH('{terms}', 'Average', 300))"));
        let schema = "{AWS/ElastiCache,CacheClusterId,CacheNodeId}";
        assert!(selected(&format!(r#"{schema} MetricName="CacheHitRate""#)));
        assert!(selected(&format!(r#"{schema} MetricName=("CacheHits" OR "CacheMisses")"#)));
        assert!(selected(&format!(r#"{schema} CacheHitRate CacheClusterId="shop-002""#)));
        assert!(!selected(&format!(r#"{schema} CacheHitRate CacheClusterId="other-001""#)));
        assert!(!selected(&format!(r#"{schema} CacheHitRate staging"#)));
        assert!(!selected(&format!(r#"{schema} MetricName="CacheHitRates""#)));
    }

    fn alarm(metrics: &[&str], expressions: &[&str], threshold: f64) -> Alarm {
        let metric = |name: &&str| AlarmMetric {
            namespace: "AWS/ElastiCache".into(),
            metric: (*name).into(),
            dimensions: vec![("CacheClusterId".into(), "shop-001".into())],
            statistic: "Sum".into(),
        };
        Alarm {
            name: "low".into(),
            acts: true,
            state: "OK".into(),
            creates_ops_items: false,
            state_since: None,
            evaluation_periods: None,
            threshold: Some(threshold),
            comparison: "LessThanThreshold".into(),
            anomaly_band: false,
            metrics: metrics.iter().map(metric).collect(),
            expressions: expressions.iter().map(|text| Arc::from(*text)).collect(),
        }
    }

    #[test]
    fn thresholds_as_percentages() {
        let below = |metrics: &[&str], expressions: &[&str], threshold| {
            shop().acts_below(&alarm(metrics, expressions, threshold))
        };
        let both = &["CacheHits", "CacheMisses"];
        assert_eq!(below(&["CacheHitRate"], &[], 80.0), Some(80.0));
        assert_eq!(below(&["CacheHitRate"], &[], 0.8), Some(0.8), "AWS's own rate is in percent: 0.8 of them");
        assert_eq!(below(&["CacheHitRate"], &["m1 / 100"], 0.75), Some(75.0));
        assert_eq!(below(both, &["m1/(m1+m2)"], 0.75), Some(75.0));
        assert_eq!(below(both, &["100 * m1/(m1+m2)"], 75.0), Some(75.0));
        assert_eq!(below(both, &["m1/(m1+m2)"], 75.0), None, "no ratio reaches 75");
        assert_eq!(below(both, &[], 75.0), None, "hits and misses side by side are no rate");
        assert_eq!(below(&["CacheHits"], &["m1"], 75.0), None, "a number of hits is no rate");
        let query = r#"SELECT MIN(CacheHitRate) FROM SCHEMA("AWS/ElastiCache", CacheClusterId)"#;
        assert_eq!(below(&[], &[query], 85.0), Some(85.0));
    }

    #[test]
    fn what_does_not_act_when_the_rate_falls_does_not_count() {
        let good = alarm(&["CacheHitRate"], &[], 80.0);
        let without = |change: fn(&mut Alarm)| {
            let mut alarm = good.clone();
            change(&mut alarm);
            shop().acts_below(&alarm)
        };
        assert_eq!(without(|_| ()), Some(80.0));
        assert_eq!(without(|alarm| alarm.acts = false), None);
        assert_eq!(without(|alarm| alarm.comparison = "GreaterThanThreshold".into()), None);
        assert_eq!(without(|alarm| alarm.anomaly_band = true), None);
        assert_eq!(without(|alarm| alarm.threshold = None), None);
    }
}
