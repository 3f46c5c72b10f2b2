//! The tables of a page's data: each word, subject, fact, source and gap once; everything else is an index into them.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

use rung_rules::model::{FindingSubject, GapId, GapReport, SourceId, SourceRecord};
use serde::Serialize;
use serde_json::{Value, json};

/// Tags by which people group; a page that has to be short of words keeps these.
const GROUPING: [&str; 7] = ["owner", "team", "service", "application", "app", "project", "environment"];
/// Bytes of a name or of a tag's value that such a page shows.
const SHORT: usize = 160;

/// Things in the order of first use.
#[derive(Debug)]
pub(super) struct Once<K, V = K> {
    index: HashMap<K, usize>,
    list: Vec<V>,
}

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Once { index: HashMap::new(), list: Vec::new() }
    }
}

impl<K: Eq + Hash, V> Once<K, V> {
    /// Its number; it is made when it is new.
    pub(super) fn of(&mut self, key: K, make: impl FnOnce() -> V) -> usize {
        let next = self.list.len();
        let index = *self.index.entry(key).or_insert(next);
        if index == next {
            self.list.push(make());
        }
        index
    }

    /// Its number, where it is there.
    pub(super) fn find(&self, key: &K) -> Option<usize> {
        self.index.get(key).copied()
    }

    /// All of them.
    pub(super) fn list(&self) -> &[V] {
        &self.list
    }
}

impl Once<String> {
    fn word(&mut self, word: &str) -> usize {
        match self.find(&word.to_owned()) {
            Some(index) => index,
            None => self.of(word.to_owned(), || word.to_owned()),
        }
    }
}

/// `[kind, beginning of the ARN, rest of the ARN, account, region, name, tags, line of evidence.jsonl, whether words are left out]`.
#[derive(Debug, Serialize)]
pub(super) struct SubjectRow(usize, usize, String, usize, usize, Option<String>, Vec<usize>, u64, u8);

/// Words that subjects share.
#[derive(Debug, Default)]
pub(super) struct Words {
    kinds: Once<String>,
    arns: Once<String>,
    accounts: Once<String>,
    regions: Once<String>,
    tags: Once<(String, String)>,
}

/// The tables of one page.
#[derive(Debug, Default)]
pub(super) struct Table {
    words: Words,
    names: Once<String>,
    pub(super) subjects: Once<u32, SubjectRow>,
    facts: Once<String, Value>,
    pub(super) gaps: Once<GapId, GapReport>,
    pub(super) sources: Once<SourceId, SourceRecord>,
    bytes: usize,
}

impl Table {
    /// Bytes that the rows come to as JSON, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The row of a subject; `whole` with every tag, else with what people group by.
    pub(super) fn subject(&mut self, number: u32, whole: bool, read: (FindingSubject, u64)) -> usize {
        let row = self.subject_row(whole, read);
        self.subjects.of(number, || row)
    }

    fn subject_row(
        &mut self,
        whole: bool,
        (FindingSubject { kind, subject }, line): (FindingSubject, u64),
    ) -> SubjectRow {
        let (beginning, rest) = subject.arn.split_at(beginning_of(&subject.arn));
        // A name that is the end of the ARN is not said twice.
        let name = subject.name.as_deref().filter(|name| !name.is_empty() && !rest_is(rest, name));
        let mut cut = false;
        let name = name.map(|name| short(name, whole, &mut cut));
        let tags = subject.tags.iter().filter(|(key, _)| {
            let kept = whole || GROUPING.contains(&key.to_lowercase().as_str());
            cut |= !kept;
            kept
        });
        let pairs: Vec<_> = tags.map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let tags: Vec<_> =
            pairs.into_iter().map(|(key, value)| self.tag(key, short(&value, whole, &mut cut))).collect();
        self.bytes += 30 + rest.len() + name.as_ref().map_or(4, String::len) + 6 * tags.len();
        let words = &mut self.words;
        SubjectRow(
            words.kinds.word(&kind),
            words.arns.word(beginning),
            rest.to_owned(),
            words.accounts.word(&subject.account),
            words.regions.word(&subject.region),
            name,
            tags,
            line,
            u8::from(cut),
        )
    }

    fn tag(&mut self, key: String, value: String) -> usize {
        let pair = (key, value);
        match self.words.tags.find(&pair) {
            Some(index) => index,
            None => {
                self.bytes += 8 + pair.0.len() + pair.1.len();
                self.words.tags.of(pair.clone(), || pair)
            }
        }
    }

    /// A fact's number; its source and its gap are already in the tables.
    pub(super) fn fact(&mut self, name: &str, fact: &Value) -> usize {
        let key = format!("{name} {fact}");
        if let Some(index) = self.facts.find(&key) {
            return index;
        }
        self.bytes += key.len() + 8;
        let id = |field: &str| fact.get(field).and_then(Value::as_str).map(str::to_owned);
        let source = || id("from").and_then(|id| self.sources.find(&SourceId::try_from(id).ok()?));
        let gap = || id("gap").and_then(|id| self.gaps.find(&GapId::try_from(id).ok()?));
        let number = |index: Option<usize>| index.map_or(json!(-1), |index| json!(index));
        let name = self.names.word(name);
        let row = match fact.get("value") {
            Some(value) => json!([name, value, number(source())]),
            None => json!([name, null, -1, number(gap())]),
        };
        self.facts.of(key, || row)
    }

    /// A source, when a fact is about to name it.
    pub(super) fn source(&mut self, record: SourceRecord) {
        let ids: usize = record.request_ids.iter().map(|id| id.len() + 3).sum();
        self.bytes += 190 + record.parameters.len() + ids;
        self.sources.of(record.id, || record);
    }

    /// A gap, when a fact or a finding is about to name it.
    pub(super) fn gap(&mut self, report: GapReport) {
        let hides: usize = report.hides.iter().map(|id| id.len() + 3).sum();
        self.bytes += 160 + report.gap.detail.len() + report.gap.opens_with.len() + hides;
        self.gaps.of(report.gap.id, || report);
    }

    /// The tables that subjects and facts lie in, by their names in the data.
    pub(super) fn fields(&self) -> BTreeMap<&'static str, Value> {
        let Words { kinds, arns, accounts, regions, tags } = &self.words;
        let words = json!({"kinds": kinds.list(), "arns": arns.list(), "accounts": accounts.list(),
            "regions": regions.list(), "tags": tags.list()});
        BTreeMap::from([("words", words), ("fact_names", json!(self.names.list()))])
    }

    /// The facts, each once.
    pub(super) fn facts(&self) -> &[Value] {
        self.facts.list()
    }
}

/// Where the part of an ARN that many share ends: behind the account, and behind the type of the resource where there is one.
fn beginning_of(arn: &str) -> usize {
    let resource = arn.match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    let tail = arn.get(resource..).unwrap_or_default();
    resource + tail.find(['/', ':']).map_or(0, |at| at + 1)
}

fn rest_is(rest: &str, name: &str) -> bool {
    rest == name || rest.strip_suffix(name).is_some_and(|before| before.ends_with(['/', ':']))
}

fn short(text: &str, whole: bool, cut: &mut bool) -> String {
    if whole || text.len() <= SHORT {
        return text.to_owned();
    }
    *cut = true;
    let end = (0..=SHORT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    format!("{}…", text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(arn: &str, name: &str, tags: Value) -> (FindingSubject, u64) {
        let subject = json!({"kind": "volume", "arn": arn, "account": "1", "region": "r", "name": name, "tags": tags});
        (serde_json::from_value(subject).unwrap(), 7)
    }

    #[test]
    fn arns_are_cut_where_many_share_them() {
        let cut = |arn: &'static str| arn.split_at(beginning_of(arn));
        assert_eq!(cut("arn:aws:ec2:r:1:volume/vol-1"), ("arn:aws:ec2:r:1:volume/", "vol-1"));
        assert_eq!(cut("arn:aws:rds:r:1:db:media"), ("arn:aws:rds:r:1:db:", "media"));
        assert_eq!(cut("arn:aws:s3:::bucket"), ("arn:aws:s3:::", "bucket"));
        assert_eq!(cut("no arn"), ("", "no arn"));
    }

    #[test]
    fn a_row_has_everything_or_says_that_it_has_not() {
        let tags = json!({"owner": "a", "note": "x".repeat(10_000)});
        let mut table = Table::default();
        table.subject(0, true, subject("arn:aws:s3:::b", "b", tags.clone()));
        table.subject(1, false, subject("arn:aws:s3:::c", &"é".repeat(500), tags));
        let rows = json!(table.subjects.list());
        assert_eq!(rows[0], json!([0, 0, "b", 0, 0, null, [0, 1], 7, 0]));
        assert_eq!((&rows[1][6], &rows[1][8]), (&json!([1]), &json!(1)));
        assert!(rows[1][5].as_str().unwrap().len() < 170);
    }
}
