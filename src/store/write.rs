//! Writes a scan into the store, part by part as it comes, within one change.

use std::collections::{BTreeMap, HashMap, HashSet};

use rung_rules::model::{Control, ControlReport, CriterionReport, GapReport};
use tokio::sync::mpsc::Receiver;

use super::{
    StoreError,
    add::Origin,
    db::{Arg, Change, ask, insert, places, tell},
    line::{account_row, criterion_words, gap_row, level_row, outcome_row, scan_levels, series},
    rows::{Overview, of_level, of_time, of_verdict},
    stream::{Head, Line, Part},
    subjects::{Subjects, hash, owner_of},
};

/// Findings that are put into order before they are written: in the order of their table its pages become full.
const SORTED: usize = 100_000;
/// Findings a statement.
const TOGETHER: usize = 1000;

/// A finding as it is stored: result, criterion, subject, line, marks.
type Row = (i64, i64, i64, i64, i64);

/// Writes a scan; nothing where no part of it came.
pub(super) async fn write(change: &mut Change, origin: &Origin, mut parts: Receiver<Part>) -> Result<bool, StoreError> {
    let mut writing: Option<Writing> = None;
    while let Some(part) = parts.recv().await {
        match (part, &mut writing) {
            (Part::Head(head), none @ None) => *none = Some(Writing::begin(change, *head).await?),
            (Part::Findings(lines), Some(writing)) => writing.findings(change, lines).await?,
            (Part::Gaps(gaps), Some(writing)) => writing.gaps(change, gaps).await?,
            _ => return Err(StoreError::Refused("the assessment's lists come before its head".to_owned())),
        }
    }
    match writing {
        Some(writing) => writing.end(change, origin).await.map(|()| true),
        None => Ok(false),
    }
}

struct Writing {
    num: i64,
    head: Head,
    newest: bool,
    criteria: HashMap<String, i64>,
    /// Those of which a match counts against them.
    against: HashSet<i64>,
    /// Which facts decide, by criterion and kind.
    facts: BTreeMap<i64, BTreeMap<String, Vec<String>>>,
    subjects: Subjects,
    rows: Vec<Row>,
    results: [i64; 4],
    gaps: i64,
    facets: BTreeMap<(&'static str, String), (i64, i64)>,
}

impl Writing {
    async fn begin(change: &mut Change, head: Head) -> Result<Self, StoreError> {
        let sql = "SELECT COALESCE(MAX(num), 0), COALESCE(MAX(started_at), 0) FROM scans";
        let (last, newest): (i64, i64) = ask(change, sql, Vec::new()).await?.into_iter().next().unwrap_or_default();
        let (num, newest) = (last + 1, of_time(head.scan.started_at) >= newest);
        let criteria = criteria(change, &head.controls, newest).await?;
        let all = head.controls.iter().flat_map(|control| &control.criteria);
        let against =
            all.filter(|one| one.bar.counts_against()).filter_map(|one| criteria.get(&one.id).copied()).collect();
        let mut writing = Writing {
            num,
            newest,
            criteria,
            against,
            facts: BTreeMap::new(),
            subjects: Subjects::begin(change, newest).await?,
            rows: Vec::new(),
            results: [0; 4],
            gaps: 0,
            facets: BTreeMap::new(),
            head,
        };
        writing.controls(change).await?;
        writing.accounts(change).await?;
        Ok(writing)
    }

    async fn controls(&mut self, change: &mut Change) -> Result<(), StoreError> {
        let levels: Vec<_> = self.head.controls.iter().map(|control| level_row(self.num, control)).collect();
        let columns = "levels (scan, control, applicable, confirmed, possible, observed, waived_confirmed, waived_possible, target)";
        insert(change, columns, 9, &levels).await?;
        let all = self.head.controls.iter().flat_map(|control| &control.criteria);
        let number = |criterion: &CriterionReport| self.criteria.get(&criterion.id).copied().unwrap_or_default();
        let outcomes: Vec<_> = all.map(|criterion| outcome_row(self.num, number(criterion), criterion)).collect();
        let columns =
            "outcomes (scan, criterion, outcome, waived_outcome, fails, unknowns, passes, not_applicable, unseen, why)";
        insert(change, columns, 10, &outcomes).await
    }

    async fn accounts(&mut self, change: &mut Change) -> Result<(), StoreError> {
        let rows: Vec<_> = self.head.accounts.iter().map(|account| account_row(self.num, account)).collect();
        let columns =
            "accounts (scan, account, name, unit, state, why, pillar, pillar_possible, subjects, gaps, levels)";
        insert(change, columns, 11, &rows).await
    }

    async fn findings(&mut self, change: &mut Change, lines: Vec<Line>) -> Result<(), StoreError> {
        let subjects: Vec<_> = lines.iter().map(|line| &line.subject).collect();
        let numbers = self.subjects.numbers(change, &subjects).await?;
        for (line, subject) in lines.iter().zip(numbers) {
            let row = self.row(line, subject)?;
            self.count(line, row.0);
            self.rows.push(row);
        }
        if self.rows.len() >= SORTED {
            self.flush(change).await?;
        }
        Ok(())
    }

    fn row(&mut self, line: &Line, subject: i64) -> Result<Row, StoreError> {
        let strange =
            |what: &str| StoreError::Refused(format!("the assessment names {what}, which its bundle does not have"));
        let criterion = self.criteria.get(&line.criterion).copied().ok_or_else(|| strange(&line.criterion))?;
        let at =
            line.evidence.rsplit(':').next().and_then(|at| at.parse().ok()).ok_or_else(|| strange(&line.evidence))?;
        let kinds = self.facts.entry(criterion).or_default();
        if !kinds.contains_key(&line.subject.kind) {
            kinds.insert(line.subject.kind.clone(), line.facts.keys().cloned().collect());
        }
        let marks = i64::from(line.waived) + 2 * i64::from(line.attested);
        let result = line.result.of_subject(self.against.contains(&criterion));
        Ok((of_verdict(result), criterion, subject, at, marks))
    }

    fn count(&mut self, line: &Line, result: i64) {
        if let Some(count) = usize::try_from(result).ok().and_then(|result| self.results.get_mut(result)) {
            *count += 1;
        }
        let subject = &line.subject;
        let owner = owner_of(subject).map(|owner| ("owner", owner));
        let fields = [("kind", subject.kind.as_str()), ("account", &subject.account), ("region", &subject.region)];
        for (field, value) in fields.into_iter().chain(owner) {
            let (findings, fails) = self.facets.entry((field, value.to_owned())).or_default();
            *findings += 1;
            *fails += i64::from(result == 0);
        }
    }

    async fn flush(&mut self, change: &mut Change) -> Result<(), StoreError> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable();
        for some in rows.chunks(TOGETHER) {
            // Numbers only, written out: a thousand rows of values to bind cost more than the insert itself.
            let num = self.num;
            let values: Vec<_> = some
                .iter()
                .map(|(result, criterion, subject, line, marks)| {
                    format!("({num},{subject},{line},{result},{criterion},{marks})")
                })
                .collect();
            let into = "INSERT INTO findings (scan, subject, line, result, criterion, marks) VALUES";
            super::db::tell_once(change, format!("{into} {}", values.join(","))).await?;
        }
        Ok(())
    }

    async fn gaps(&mut self, change: &mut Change, gaps: Vec<GapReport>) -> Result<(), StoreError> {
        self.gaps += gaps.len() as i64;
        let digests: Vec<String> = gaps.iter().map(hash).collect();
        let mut numbers = known_gaps(change, &digests).await?;
        let last: Vec<(i64,)> = ask(change, "SELECT COALESCE(MAX(num), 0) FROM gaps", Vec::new()).await?;
        let mut next = last.first().map_or(0, |last| last.0);
        let (mut rows, mut links) = (Vec::new(), Vec::new());
        for (gap, digest) in gaps.iter().zip(&digests) {
            let num = *numbers.entry(digest.clone()).or_insert_with(|| {
                next += 1;
                rows.push(gap_row(next, digest, gap));
                next
            });
            links.push(vec![self.num.into(), num.into()]);
        }
        let columns = "gaps (num, digest, id, account, region, operation, what, cause, detail, opens_with, hides)";
        insert(change, columns, 11, &rows).await?;
        insert(change, "scan_gaps (scan, gap)", 2, &links).await
    }

    async fn end(mut self, change: &mut Change, origin: &Origin) -> Result<(), StoreError> {
        self.flush(change).await?;
        let facets = std::mem::take(&mut self.facets).into_iter();
        let facet = |((field, value), (findings, fails)): ((&str, String), (i64, i64))| -> Vec<Arg> {
            vec![self.num.into(), field.into(), value.as_str().into(), findings.into(), fails.into()]
        };
        insert(change, "facets (scan, field, value, findings, fails)", 5, &facets.map(facet).collect::<Vec<_>>())
            .await?;
        self.deciding_facts(change).await?;
        insert(change, SCAN_COLUMNS, 22, &[self.scan_row(origin)?]).await
    }

    async fn deciding_facts(&self, change: &mut Change) -> Result<(), StoreError> {
        let all: Vec<(i64, String)> = ask(change, "SELECT num, facts FROM criteria", Vec::new()).await?;
        for (num, old) in all {
            let Some(own) = self.facts.get(&num) else { continue };
            let old: BTreeMap<String, Vec<String>> = serde_json::from_str(&old)?;
            let mut new = old.clone();
            for (kind, names) in own {
                if self.newest || !new.contains_key(kind) {
                    new.insert(kind.clone(), names.clone());
                }
            }
            if new != old {
                let args = vec![serde_json::to_string(&new)?.as_str().into(), num.into()];
                tell(change, "UPDATE criteria SET facts = $1 WHERE num = $2", args).await?;
            }
        }
        Ok(())
    }

    fn scan_row(&self, origin: &Origin) -> Result<Vec<Arg>, StoreError> {
        let Head { scan, pillar, rung, .. } = &self.head;
        let overview = Overview { told: origin.told.clone(), ..Overview::from(&self.head) };
        let [fails, unknowns, passes, not_applicable] = self.results;
        Ok(vec![
            self.num.into(),
            scan.id.as_str().into(),
            series(scan).as_str().into(),
            of_time(scan.started_at).into(),
            of_time(scan.finished_at).into(),
            i64::from(scan.complete).into(),
            rung.as_str().into(),
            scan.regions.join(" ").as_str().into(),
            (scan.accounts.len() as i64).into(),
            origin.bundle.to_string_lossy().as_ref().into(),
            origin.manifest_sha256.as_str().into(),
            origin.previous.as_deref().into(),
            of_level(pillar.level).into(),
            of_level(pillar.possible).into(),
            of_level(pillar.by_minimum).into(),
            fails.into(),
            unknowns.into(),
            passes.into(),
            not_applicable.into(),
            self.gaps.into(),
            scan_levels(&self.head.controls).as_str().into(),
            serde_json::to_string(&overview)?.as_str().into(),
        ])
    }
}

const SCAN_COLUMNS: &str = "scans (num, id, series, started_at, finished_at, complete, rung, regions, accounts, bundle, \
    manifest_sha256, previous, pillar, pillar_possible, by_minimum, fails, unknowns, passes, not_applicable, gaps, levels, overview)";

/// The numbers of criteria by id; new ones are written, and the newest scan's words take the place of older ones.
async fn criteria(
    change: &mut Change,
    controls: &[ControlReport],
    newest: bool,
) -> Result<HashMap<String, i64>, StoreError> {
    let there: Vec<(i64, String)> = ask(change, "SELECT num, id FROM criteria", Vec::new()).await?;
    let mut next = there.iter().map(|(num, _)| *num).max().unwrap_or_default();
    let mut numbers: HashMap<String, i64> = there.into_iter().map(|(num, id)| (id, num)).collect();
    for control in controls {
        for criterion in &control.criteria {
            match numbers.get(&criterion.id) {
                Some(num) if newest => renew(change, *num, control.id, criterion).await?,
                Some(_) => {}
                None => {
                    next += 1;
                    let mut row = vec![next.into(), criterion.id.as_str().into()];
                    row.extend(criterion_words(control.id, criterion)?);
                    row.push("{}".into());
                    insert(
                        change,
                        "criteria (num, id, control, level, clause, statement, remedy, effort, facts)",
                        9,
                        &[row],
                    )
                    .await?;
                    numbers.insert(criterion.id.clone(), next);
                }
            }
        }
    }
    Ok(numbers)
}

async fn renew(change: &mut Change, num: i64, control: Control, criterion: &CriterionReport) -> Result<(), StoreError> {
    let mut args = criterion_words(control, criterion)?;
    args.push(num.into());
    let sql = "UPDATE criteria SET control = $1, level = $2, clause = $3, statement = $4, remedy = $5, effort = $6 WHERE num = $7";
    tell(change, sql, args).await.map(drop)
}

async fn known_gaps(change: &mut Change, digests: &[String]) -> Result<HashMap<String, i64>, StoreError> {
    let mut numbers = HashMap::new();
    for some in digests.chunks(TOGETHER) {
        let sql = format!("SELECT digest, num FROM gaps WHERE digest IN {}", places(1, some.len()));
        let there: Vec<(String, i64)> =
            ask(change, sql, some.iter().map(|digest| digest.as_str().into()).collect()).await?;
        numbers.extend(there);
    }
    Ok(numbers)
}
