//! The queries that load a database most, where the user asks for them.

use std::collections::BTreeMap;

use rung_rules::{facts::SqlDigest, model::Observed};

use super::database::Database;
use crate::{at_once, calls::pi};

/// Digests kept of a database.
const TOP: usize = 20;

impl Database<'_> {
    /// The digests of all its instances with Performance Insights together, the most loading first.
    pub(super) async fn top_queries(&self) -> Observed<Option<Vec<SqlDigest>>> {
        let nothing = Observed::known(None, self.instances_from);
        if !self.place.span.sql_digests {
            return nothing;
        }
        let with_insights = self.instances.iter().filter(|instance| instance.performance_insights == Some(true));
        let asked = with_insights.filter_map(|instance| {
            let document_db = instance.engine.as_deref() == Some("docdb");
            Some(pi::top_queries(self.place, instance.resource_id.as_deref()?, document_db))
        });
        let listings = at_once(4, asked).await;
        let Some(first) = listings.first() else { return nothing };
        if let Some(gap) = listings.iter().find_map(|listing| listing.gap) {
            return Observed::unknown(gap);
        }
        let mut load: BTreeMap<&str, f64> = BTreeMap::new();
        for digest in listings.iter().flat_map(|listing| &listing.items) {
            *load.entry(&digest.digest).or_default() += digest.load_average;
        }
        let mut queries: Vec<_> = load
            .into_iter()
            .map(|(digest, load_average)| SqlDigest { digest: digest.to_owned(), load_average })
            .collect();
        queries.sort_by(|a, b| b.load_average.total_cmp(&a.load_average));
        queries.truncate(TOP);
        Observed::known(Some(queries), first.from)
    }
}
