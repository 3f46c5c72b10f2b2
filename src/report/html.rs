//! HTML: one self-contained file. The page's parts lie in `html/`; this file puts the data in their compact form
//! (written down at the head of `html/report.js`) and joins them.

mod compact;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use minijinja::{AutoEscape, Environment, context};
use rung_rules::{
    changes::Changes,
    model::{Finding, GapId, GapReport, Judged, SourceId, SourceRecord},
};

use super::Head;

/// Sources that a page of many accounts holds before it looks which are still named.
const MOST_SOURCES: usize = 50_000;

const TEMPLATE: &str = include_str!("html/report.html");
const CSS: &str = include_str!("html/report.css");
const JS: &[&str] = &[
    include_str!("html/report.js"),
    include_str!("html/text.js"),
    include_str!("html/overview.js"),
    include_str!("html/accounts.js"),
    include_str!("html/controls.js"),
    include_str!("html/filters.js"),
    include_str!("html/findings.js"),
    include_str!("html/drawer.js"),
    include_str!("html/gaps.js"),
    include_str!("html/lists.js"),
    include_str!("html/measured.js"),
    include_str!("html/start.js"),
];

/// Writes the page.
pub fn write(
    head: &Head,
    changes: Option<&Changes>,
    findings: impl IntoIterator<Item: Judged>,
    out: impl Write,
) -> io::Result<()> {
    let kept = compact::most_telling(findings, compact::MOST_FINDINGS);
    page(head, &with_changes(compact::compact(head, kept)?, changes)?, out)
}

/// The page's data with what changed since the scan before, under `changes`.
fn with_changes(mut data: serde_json::Value, changes: Option<&Changes>) -> io::Result<serde_json::Value> {
    if let (Some(changes), Some(data)) = (changes, data.as_object_mut()) {
        data.insert("changes".to_owned(), serde_json::to_value(changes)?);
    }
    Ok(data)
}

/// A page of many accounts, put together account by account: it keeps the findings that tell most, and what they refer to.
#[derive(Debug, Default)]
pub struct Page {
    kept: compact::Kept<Finding>,
    gaps: BTreeMap<GapId, GapReport>,
    sources: BTreeMap<SourceId, SourceRecord>,
}

impl Page {
    /// Adds an account.
    pub fn add(&mut self, findings: impl IntoIterator<Item: Judged>, gaps: &[GapReport], sources: &[SourceRecord]) {
        let mut named = compact::References::default();
        for finding in findings {
            self.kept.offer(finding.result(), || {
                let finding = finding.into_finding();
                named.add(&finding);
                finding
            });
        }
        let (own_gaps, own_sources) = (gaps.iter(), sources.iter());
        self.gaps.extend(own_gaps.filter(|gap| named.gaps.contains(&gap.gap.id)).map(|gap| (gap.gap.id, gap.clone())));
        self.sources.extend(own_sources.filter(|one| named.sources.contains(&one.id)).map(|one| (one.id, one.clone())));
        // Findings that were pushed out leave theirs behind: seldom enough that clearing up costs little.
        if self.sources.len() > MOST_SOURCES {
            self.prune();
        }
    }

    fn prune(&mut self) {
        let mut named = compact::References::default();
        self.kept.iter().for_each(|finding| named.add(finding));
        self.gaps.retain(|id, _| named.gaps.contains(id));
        self.sources.retain(|id, _| named.sources.contains(id));
    }

    /// The gaps and sources that its findings refer to.
    pub fn shown(&mut self) -> (Vec<GapReport>, Vec<SourceRecord>) {
        self.prune();
        (self.gaps.values().cloned().collect(), self.sources.values().cloned().collect())
    }

    /// Writes the page.
    pub fn write(&self, head: &Head, changes: Option<&Changes>, out: impl Write) -> io::Result<()> {
        page(head, &with_changes(compact::compact(head, self.kept.clone())?, changes)?, out)
    }
}

fn page(head: &Head, data: &serde_json::Value, mut out: impl Write) -> io::Result<()> {
    let data = serde_json::to_string(data)?;
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let accounts = match head.scan.accounts.as_slice() {
        [account] => format!("account {account}"),
        accounts => format!("{} accounts", accounts.len()),
    };
    let page = environment
        .render_str(
            TEMPLATE,
            context! {
                title => format!("Performance efficiency of {accounts}"),
                css => CSS,
                js => JS.concat(),
                data => for_script(&data),
            },
        )
        .map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

/// JSON that cannot end the script element it stands in.
fn for_script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_their_script_element() {
        let hostile = "</script><script>alert(1)</script>\u{2028}&amp;";
        let json = serde_json::to_string(hostile).unwrap();
        let escaped = for_script(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}']), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), hostile);
    }
}
