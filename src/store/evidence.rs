//! Evidence, read from the bundle by its line: the facts as they were seen, each with the call that showed it or the gap in its place.
//! What is read is checked against the digests first; once, as long as the file stays the same.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use rung_rules::model::SourceRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{GapRow, ScanRow, Store, StoreError, StoredFinding, add::blocking};
use crate::{
    bundle::{Bundle, EVIDENCE, SOURCES, Sealed},
    failure::Failure,
};

/// What was seen of a subject.
#[derive(Clone, Debug, Serialize)]
pub struct Evidence {
    /// Its tags, as they were.
    pub tags: BTreeMap<String, String>,
    /// Its facts: those that decide the finding first.
    pub facts: Vec<Fact>,
}

/// A fact.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// Its name, with the unit.
    pub name: String,
    /// Whether it decides the finding.
    pub decides: bool,
    /// The value; absent where it could not be read.
    pub value: Option<Value>,
    /// The call that showed it.
    pub source: Option<SourceRecord>,
    /// The gap in its place.
    pub gap: Option<GapRow>,
}

/// Why there is no evidence to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoEvidence {
    /// The bundle is not where it was.
    Gone(PathBuf),
    /// The bundle is not as the scan left it, or cannot be read; with what is wrong.
    Broken(String),
}

/// Parts of bundles that were as they should, with size and time of change when that was looked at.
pub(super) type Checked = Mutex<HashMap<PathBuf, (u64, SystemTime)>>;

/// A line of evidence.
#[derive(Deserialize)]
struct Line {
    subject: Subject,
    facts: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct Subject {
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

impl Store {
    /// The evidence behind a finding.
    pub async fn evidence(
        &self,
        scan: &ScanRow,
        finding: &StoredFinding,
    ) -> Result<Result<Evidence, NoEvidence>, StoreError> {
        let (folder, sha, line) = (scan.bundle.clone(), scan.manifest_sha256.clone(), finding.finding.line);
        let checked = self.checked.clone();
        let read = blocking(move || read(&folder, &sha, line, &checked)).await?;
        let (line, sources) = match read {
            Ok(read) => read,
            Err(none) => return Ok(Err(none)),
        };
        let named = line.facts.values().filter_map(|fact| word(fact, "gap"));
        let ids: BTreeSet<String> = named.collect();
        let gaps = self.gaps_of(scan, &ids.into_iter().collect::<Vec<_>>()).await?;
        let fact = |(name, fact): (String, Value)| Fact {
            decides: finding.deciding.contains(&name),
            source: word(&fact, "from")
                .and_then(|id| sources.iter().find(|source| source.id.to_string() == id).cloned()),
            gap: word(&fact, "gap")
                .map(|id| gaps.iter().find(|gap| gap.id == id).cloned().unwrap_or_else(|| unnamed(id))),
            value: fact.get("value").cloned(),
            name,
        };
        let mut facts: Vec<Fact> = line.facts.into_iter().map(fact).collect();
        facts.sort_by_key(|fact| !fact.decides);
        Ok(Ok(Evidence { tags: line.subject.tags, facts }))
    }
}

impl Store {
    /// A page of the report of a scan, as its bundle has it: `report.html`, or another file of that kind which the manifest names.
    pub async fn report(&self, scan: &ScanRow, page: &str) -> Result<Result<String, NoEvidence>, StoreError> {
        let (folder, sha, checked) = (scan.bundle.clone(), scan.manifest_sha256.clone(), self.checked.clone());
        let page = page.to_owned();
        blocking(move || {
            let bundle = opened(&folder, &sha)?;
            if !page.ends_with(".html") || !bundle.manifest.parts.iter().any(|part| part.name == page) {
                return Err(NoEvidence::Gone(folder.join(page)));
            }
            check(&bundle, &page, &checked)?;
            let path = bundle.file_of(&page).map_err(broken)?;
            fs::read_to_string(&path)
                .map_err(|error| NoEvidence::Broken(format!("cannot read {}: {error}", path.display())))
        })
        .await
    }
}

/// A gap that hides nothing is in the bundle, and not among the stored ones.
fn unnamed(id: String) -> GapRow {
    GapRow {
        id,
        account: String::new(),
        region: String::new(),
        operation: String::new(),
        what: String::new(),
        cause: String::new(),
        detail: String::new(),
        opens_with: String::new(),
        hides: Vec::new(),
    }
}

fn word(fact: &Value, field: &str) -> Option<String> {
    fact.get(field).and_then(Value::as_str).map(str::to_owned)
}

fn broken(failure: Failure) -> NoEvidence {
    NoEvidence::Broken(failure.message)
}

/// The bundle of a scan, if it is there and still that.
fn opened(folder: &Path, sha256: &str) -> Result<Bundle, NoEvidence> {
    if !folder.is_dir() {
        return Err(NoEvidence::Gone(folder.to_owned()));
    }
    let sealed = Sealed::read(folder).map_err(broken)?;
    if sealed.sha256 != sha256 {
        return Err(NoEvidence::Broken(format!(
            "{} holds another scan's bundle now, or was changed",
            folder.display()
        )));
    }
    Ok(sealed.bundle())
}

fn read(folder: &Path, sha256: &str, line: i64, checked: &Checked) -> Result<(Line, Vec<SourceRecord>), NoEvidence> {
    let bundle = opened(folder, sha256)?;
    for part in [EVIDENCE, SOURCES] {
        check(&bundle, part, checked)?;
    }
    let at = u64::try_from(line).unwrap_or_default();
    let missing = || NoEvidence::Broken(format!("{EVIDENCE} has no line {line}"));
    let line: Line = bundle.lines(EVIDENCE).map_err(broken)?.at(at).ok_or_else(missing)?.map_err(broken)?;
    let ids: BTreeSet<String> = line.facts.values().filter_map(|fact| word(fact, "from")).collect();
    let sources = bundle.lines::<SourceRecord>(SOURCES).map_err(broken)?.naming(&ids);
    Ok((line, sources.collect::<Result<_, _>>().map_err(broken)?))
}

/// Holds a part against its digest, unless it was and its file is the same since.
fn check(bundle: &Bundle, part: &str, checked: &Checked) -> Result<(), NoEvidence> {
    let path = bundle.file_of(part).map_err(broken)?;
    let state = fs::metadata(&path).and_then(|file| Ok((file.len(), file.modified()?)));
    let state = state.map_err(|error| NoEvidence::Broken(format!("cannot read {}: {error}", path.display())))?;
    if checked.lock().unwrap_or_else(PoisonError::into_inner).get(&path) == Some(&state) {
        return Ok(());
    }
    bundle.check_part(part).map_err(broken)?;
    checked.lock().unwrap_or_else(PoisonError::into_inner).insert(path, state);
    Ok(())
}
