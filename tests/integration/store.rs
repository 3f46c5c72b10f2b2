//! The store: the same tests on SQLite and on PostgreSQL.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use jiff::{Timestamp, ToSpan};
use rung::store::{Added, Filter, NoEvidence, Order, Store, StoreError, StoreUrl};
use rung_rules::model::{Finding, Outcome, Verdict};
use tempfile::TempDir;

use crate::{
    common::{Rung, root},
    history::{Night, Postgres, night, of_subject},
};

/// Where a test's bundles and store lie.
struct Place {
    folder: TempDir,
    url: StoreUrl,
}

impl Place {
    fn scans(&self) -> &Path {
        self.folder.path()
    }

    async fn store(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

/// Each test on SQLite by itself, and all of them on one PostgreSQL.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $test() {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("{}/store.db", folder.path().display()).parse().unwrap();
                super::runtime().block_on(super::$test(super::Place { folder, url }));
            })*
        }

        #[test]
        fn all_of_it_on_postgresql() {
            let server = Postgres::start();
            $(
                let place = Place { folder: tempfile::tempdir().unwrap(), url: server.database(stringify!($test)) };
                runtime().block_on($test(place));
            )*
        }
    };
}

on_both!(
    a_bundle_is_taken_in_whole_and_once,
    findings_are_filtered_sorted_and_paged,
    what_is_searched_is_text_and_nothing_else,
    two_scans_are_held_against_each_other,
    what_somebody_was_told_is_told_once,
    names_are_those_of_the_newest_scan,
    a_folder_is_taken_in_but_for_what_was_changed,
    a_bundle_that_was_replaced_leaves_nothing_behind,
    two_who_add_the_same_bundle_at_once,
    what_cannot_be_read_to_its_end_leaves_nothing,
    a_store_of_a_newer_version_is_refused,
    evidence_is_read_from_the_bundle_and_held_against_its_digest,
    pages_ask_as_much_of_many_scans_as_of_few,
    whoever_reads_does_not_wait_for_whoever_writes,
);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn as_it_is(place: &Place, day: i64) -> Night {
    night(place.scans(), day, |_, _| ())
}

/// Every finding of a scan, page by page.
async fn all(store: &Store, id: &str, filter: &Filter, order: Order) -> Vec<rung::store::FindingRow> {
    let scan = store.scan(id).await.unwrap().unwrap();
    let mut all = Vec::new();
    loop {
        let page = store.findings(&scan, filter, order, all.len() as i64, 100).await.unwrap();
        all.extend(page.findings.clone());
        if page.findings.is_empty() {
            assert_eq!(all.len() as i64, page.total);
            return all;
        }
    }
}

fn count(findings: &[Finding], of: impl Fn(&Finding) -> bool) -> usize {
    findings.iter().filter(|finding| of(finding)).count()
}

async fn a_bundle_is_taken_in_whole_and_once(place: Place) {
    let (night, store) = (as_it_is(&place, 0), place.store().await);
    assert_eq!(store.add(&night.folder).await.unwrap(), Added::New);
    assert_eq!(store.add(&night.folder).await.unwrap(), Added::Known);
    let (scans, total) = store.scans(0, 10).await.unwrap();
    assert_eq!((scans.len(), total), (1, 1));
    let (scan, said) = (&scans[0], &night.assessment);
    let results = |verdict| count(&said.findings, |finding| of_subject(finding) == verdict) as i64;
    assert_eq!(scan.fails, results(Verdict::Fail));
    assert_eq!(scan.unknowns, results(Verdict::Unknown));
    assert_eq!(scan.passes, results(Verdict::Pass));
    assert_eq!(scan.not_applicable, results(Verdict::NotApplicable));
    assert!(scan.fails > 50 && scan.unknowns > 50 && scan.passes > 50 && scan.not_applicable > 50);
    assert_eq!(scan.pillar, said.pillar.level.map(|level| level.number()));
    assert_eq!(
        (scan.started_at, scan.complete, &scan.rung),
        (said.scan.started_at.round(jiff::Unit::Microsecond).unwrap(), true, &"test".to_owned())
    );
    let levels = store.levels(scan).await.unwrap();
    for (level, control) in levels.iter().zip(&said.controls) {
        assert_eq!(
            (&level.control, level.confirmed),
            (&control.id.id(), control.confirmed.map(|level| level.number()))
        );
        assert_eq!(level.possible, control.possible.map(|level| level.number()));
    }
    let outcomes: BTreeMap<String, Outcome> =
        store.outcomes(scan).await.unwrap().into_iter().map(|row| (row.criterion, row.outcome)).collect();
    let expected = said.controls.iter().flat_map(|control| &control.criteria).map(|one| (one.id.clone(), one.outcome));
    assert_eq!(outcomes, expected.collect());
    let gaps = store.gaps(scan, 0, 1000).await.unwrap();
    assert_eq!(gaps.total as usize, said.gaps.len());
    let ids: BTreeSet<String> = gaps.gaps.iter().map(|gap| gap.id.clone()).collect();
    assert_eq!(ids, said.gaps.iter().map(|gap| gap.gap.id.to_string()).collect());
    let accounts = store.accounts(scan, 10).await.unwrap();
    assert_eq!(accounts[0].account, said.accounts[0].id);
    assert_eq!(accounts[0].subjects as u64, said.accounts[0].subjects);
    let overview = store.overview(scan).await.unwrap();
    assert_eq!((overview.pillar_why, overview.checklists.len()), (said.pillar.why.clone(), 3));
}

/// Whether a finding is one of those that a filter asks for.
type Fits<'f> = Box<dyn Fn(&Finding) -> bool + 'f>;

async fn findings_are_filtered_sorted_and_paged(place: Place) {
    let (night, store) = (as_it_is(&place, 0), place.store().await);
    store.add(&night.folder).await.unwrap();
    let findings = &night.assessment.findings;
    let name = |finding: &Finding| finding.subject.subject.name.as_deref().unwrap_or_default().to_owned();
    let one = findings
        .iter()
        .find(|finding| finding.subject.kind == "volume" && of_subject(finding) == Verdict::Fail)
        .unwrap();
    let (arn, region) = (one.subject.subject.arn.to_string(), one.subject.subject.region.to_string());
    let owner = one.subject.subject.tags.get("owner").unwrap().to_string();
    let some = |text: &str| Some(text.to_owned());
    let cases: Vec<(Filter, Fits<'_>)> = vec![
        (Filter::default(), Box::new(|_| true)),
        (
            Filter { result: Some(Verdict::Unknown), ..Filter::default() },
            Box::new(|f| of_subject(f) == Verdict::Unknown),
        ),
        (Filter { control: Some(90), ..Filter::default() }, Box::new(|f| f.criterion.starts_with("waf-perf-090."))),
        (Filter { criterion: some(&one.criterion), ..Filter::default() }, Box::new(|f| f.criterion == one.criterion)),
        (Filter { kind: some("volume"), ..Filter::default() }, Box::new(|f| f.subject.kind == "volume")),
        (Filter { region: some(&region), ..Filter::default() }, Box::new(|f| *f.subject.subject.region == *region)),
        (
            Filter { owner: some(&owner), ..Filter::default() },
            Box::new(|f| f.subject.subject.tags.get("owner").is_some_and(|own| **own == *owner)),
        ),
        (Filter { account: some("000000000000"), ..Filter::default() }, Box::new(|_| false)),
        (Filter { q: some(&arn.to_uppercase()), ..Filter::default() }, Box::new(|f| *f.subject.subject.arn == *arn)),
        (
            Filter { q: some("media root"), kind: some("volume"), result: Some(Verdict::Fail), ..Filter::default() },
            Box::new(|f| {
                let subject = &f.subject.subject;
                let tags = subject.tags.iter().map(|(key, value)| format!("{key}={value}"));
                let text = [name(f), subject.arn.to_string()]
                    .into_iter()
                    .chain(tags)
                    .collect::<Vec<_>>()
                    .join("\n")
                    .to_lowercase();
                f.subject.kind == "volume"
                    && of_subject(f) == Verdict::Fail
                    && text.contains("media")
                    && text.contains("root")
            }),
        ),
    ];
    for (filter, of) in &cases {
        let found = all(&store, night.id(), filter, Order::Result).await;
        assert_eq!(found.len(), count(findings, of), "{filter:?}");
    }
    assert!(cases.iter().filter(|(_, of)| count(findings, of) > 0).count() >= 8, "the demo shows enough of each");
    for order in
        [Order::Result, Order::Criterion, Order::Name, Order::Kind, Order::Account, Order::Region, Order::Owner]
    {
        let found = all(&store, night.id(), &Filter::default(), order).await;
        let different: BTreeSet<_> = found.iter().map(|row| (row.criterion.clone(), row.line)).collect();
        assert_eq!(different.len(), findings.len(), "{order:?}: each finding once");
    }
    let by_result = all(&store, night.id(), &Filter::default(), Order::Result).await;
    let rank = |verdict| {
        [Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable].iter().position(|one| *one == verdict)
    };
    assert!(by_result.is_sorted_by_key(|row| rank(row.result)), "what fails comes first");
    let by_name = all(&store, night.id(), &Filter::default(), Order::Name).await;
    assert!(by_name.is_sorted_by_key(|row| row.name.clone().unwrap_or_else(|| row.arn.clone()).to_lowercase()));
    let by_criterion = all(&store, night.id(), &Filter::default(), Order::Criterion).await;
    assert!(by_criterion.is_sorted_by_key(|row| (row.control, row.level, row.criterion.clone())));
    let scan = store.scan(night.id()).await.unwrap().unwrap();
    let facets = store.facets(&scan).await.unwrap();
    let volumes = facets["kind"].iter().find(|facet| facet.value == "volume").unwrap();
    assert_eq!(volumes.findings as usize, count(findings, |f| f.subject.kind == "volume"));
    assert_eq!(
        volumes.fails as usize,
        count(findings, |f| f.subject.kind == "volume" && of_subject(f) == Verdict::Fail)
    );
}

async fn what_is_searched_is_text_and_nothing_else(place: Place) {
    let names = [
        "100%_done",
        "100x_done",
        "o'Hara \"q\"",
        "<script>alert(1)</script>",
        "back\\slash",
        "nul\0inside",
        "!bang",
        "ÄRGER",
    ];
    let night = night(place.scans(), 0, |set, _| {
        let volumes = set.evidence.iter_mut().filter(|one| matches!(one.facts, rung_rules::facts::Facts::Volume(_)));
        for (one, name) in volumes.zip(names) {
            one.subject.name = Some(name.into());
        }
    });
    let store = place.store().await;
    store.add(&night.folder).await.unwrap();
    let found = async |q: &str| {
        let filter = Filter { q: Some(q.to_owned()), kind: Some("volume".to_owned()), ..Filter::default() };
        let names: BTreeSet<String> =
            all(&store, night.id(), &filter, Order::Result).await.into_iter().filter_map(|row| row.name).collect();
        names.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(found("100%").await, ["100%_done"]);
    assert_eq!(found("%_done").await, ["100%_done"]);
    assert_eq!(found("_done").await, ["100%_done", "100x_done"]);
    assert_eq!(found("'hara \"Q\"").await, ["o'Hara \"q\""]);
    assert_eq!(found("<SCRIPT>").await, ["<script>alert(1)</script>"]);
    assert_eq!(found("k\\s").await, ["back\\slash"]);
    assert_eq!(found("nul").await, ["nul\u{fffd}inside"]);
    assert_eq!(found("\0").await, ["nul\u{fffd}inside"]);
    assert_eq!(found("!bang").await, ["!bang"]);
    assert_eq!(found("ärger").await, ["ÄRGER"]);
    for none in ["%%%", "'; DROP TABLE findings; --", "100_done", "$1"] {
        assert_eq!(found(none).await, [""; 0], "{none}");
    }
}

async fn two_scans_are_held_against_each_other(place: Place) {
    let before = as_it_is(&place, 0);
    let gone =
        before.assessment.findings.iter().find(|finding| finding.subject.kind == "volume").unwrap().subject.clone();
    let after = night(place.scans(), 1, |set, _| {
        set.evidence.retain(|one| one.subject.arn != gone.subject.arn);
        let volume =
            set.evidence.iter_mut().find(|one| matches!(one.facts, rung_rules::facts::Facts::Volume(_))).unwrap();
        let mut twin = volume.clone();
        twin.subject.arn = format!("{}-twin", twin.subject.arn).into();
        set.evidence.push(twin);
        set.sort();
    });
    let store = place.store().await;
    for night in [&before, &after] {
        store.add(&night.folder).await.unwrap();
    }
    let (a, b) = (store.scan(before.id()).await.unwrap().unwrap(), store.scan(after.id()).await.unwrap().unwrap());
    assert_eq!(store.before(&b).await.unwrap().unwrap().id, a.id);
    assert!(store.before(&a).await.unwrap().is_none());
    let by_key = |night: &Night| -> BTreeMap<(String, String), Verdict> {
        let key = |f: &Finding| (f.criterion.clone(), format!("{} {}", f.subject.kind, f.subject.subject.arn));
        night.assessment.findings.iter().map(|finding| (key(finding), of_subject(finding))).collect()
    };
    let (old, new) = (by_key(&before), by_key(&after));
    let compared = store.compare(&a, &b).await.unwrap();
    let only = |of: &BTreeMap<(String, String), Verdict>, other: &BTreeMap<(String, String), Verdict>| {
        of.keys().filter(|key| !other.contains_key(*key)).count() as i64
    };
    assert_eq!((compared.gone, compared.appeared), (only(&old, &new), only(&new, &old)));
    assert!(compared.gone > 0 && compared.appeared > 0);
    let same = old.iter().filter(|(key, verdict)| new.get(*key) == Some(verdict)).count() as i64;
    let moved = old.iter().filter(|(key, verdict)| new.get(*key).is_some_and(|now| now != *verdict)).count() as i64;
    assert_eq!(compared.same + compared.better + compared.worse + compared.seen + compared.hidden, same + moved);
    assert_eq!(
        compared.findings.iter().filter(|change| change.after.is_none()).count() as i64,
        only_telling(&old, &new)
    );
    let asked = store.asked();
    let again = store.compare(&a, &b).await.unwrap();
    assert_eq!((store.asked() - asked, again.same, again.findings.len()), (1, compared.same, compared.findings.len()));
    let itself = store.compare(&a, &a).await.unwrap();
    assert_eq!((itself.gone, itself.appeared, itself.better, itself.worse), (0, 0, 0, 0));
    assert_eq!(itself.same, a.findings());
    assert!(itself.outcomes.is_empty() && itself.levels.iter().all(|level| level.direction == "same"));
    let trend = store.trend(&a.series, 10).await.unwrap();
    assert_eq!(trend.points.iter().map(|point| point.scan.as_str()).collect::<Vec<_>>(), [before.id(), after.id()]);
    let pillar = after.assessment.pillar.level.map(|level| level.number());
    assert_eq!(trend.points[1].pillar, pillar);
    let confirmed: Vec<_> =
        after.assessment.controls.iter().map(|control| control.confirmed.map(|level| level.number())).collect();
    assert_eq!(trend.points[1].confirmed, confirmed);
}

/// Findings that are gone and said something.
fn only_telling(old: &BTreeMap<(String, String), Verdict>, new: &BTreeMap<(String, String), Verdict>) -> i64 {
    let gone = old.iter().filter(|(key, verdict)| !new.contains_key(*key) && **verdict != Verdict::NotApplicable);
    gone.count() as i64
}

async fn names_are_those_of_the_newest_scan(place: Place) {
    let named = |day: i64, name: &'static str| {
        night(place.scans(), day, move |set, _| {
            set.evidence.iter_mut().take(1).for_each(|one| one.subject.name = Some(name.into()))
        })
    };
    let (one, two, three) = (named(1, "first"), named(2, "second"), named(3, "third"));
    let store = place.store().await;
    let shown = async |night: &Night| {
        let found = all(&store, night.id(), &Filter::default(), Order::Result).await;
        found.into_iter().find(|row| row.line == 1).unwrap().name.unwrap()
    };
    store.add(&two.folder).await.unwrap();
    assert_eq!(shown(&two).await, "second");
    // An older one that comes later changes nothing.
    store.add(&one.folder).await.unwrap();
    assert_eq!((shown(&one).await, shown(&two).await), ("second".to_owned(), "second".to_owned()));
    store.add(&three.folder).await.unwrap();
    assert_eq!((shown(&one).await, shown(&three).await), ("third".to_owned(), "third".to_owned()));
    let filter = Filter { q: Some("second".to_owned()), ..Filter::default() };
    assert!(all(&store, one.id(), &filter, Order::Result).await.is_empty(), "what is searched is what is shown");
}

async fn a_folder_is_taken_in_but_for_what_was_changed(place: Place) {
    let (one, two, three) = (as_it_is(&place, 1), as_it_is(&place, 2), as_it_is(&place, 3));
    let path = two.folder.join("assessment.json");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("\"fail\"", "\"pass\"", 1)).unwrap();
    fs::write(three.folder.join("manifest.json"), "{").unwrap();
    fs::create_dir(place.scans().join("no-bundle")).unwrap();
    let store = place.store().await;
    let synced = store.sync(place.scans()).await.unwrap();
    assert_eq!(synced.added, std::slice::from_ref(&one.folder));
    let mut refused = synced.refused;
    refused.sort();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[0].0 == two.folder && refused[0].1.contains("was changed after the scan"), "{refused:?}");
    assert!(refused[1].1.contains("manifest.json"), "{refused:?}");
    assert_eq!(store.scans(0, 10).await.unwrap().1, 1);
    assert!(store.sync(place.scans()).await.unwrap().added.is_empty());
}

async fn a_bundle_that_was_replaced_leaves_nothing_behind(place: Place) {
    let store = place.store().await;
    let first = as_it_is(&place, 0);
    store.add(&first.folder).await.unwrap();
    let second = night(place.scans(), 0, |set, _| set.evidence.truncate(40));
    assert_eq!((second.id(), &second.folder), (first.id(), &first.folder));
    assert_eq!(store.add(&second.folder).await.unwrap(), Added::Replaced);
    let (scans, total) = store.scans(0, 10).await.unwrap();
    assert_eq!((total, scans[0].findings() as usize), (1, second.assessment.findings.len()));
    assert_eq!(
        all(&store, second.id(), &Filter::default(), Order::Result).await.len(),
        second.assessment.findings.len()
    );
    assert_eq!(store.gaps(&scans[0], 0, 1000).await.unwrap().gaps.len(), second.assessment.gaps.len());
    // The same scan in another folder, which saw less: the better one stays.
    let other = night(&place.scans().join("elsewhere"), 0, |_, scan| scan.complete = false);
    assert_eq!(store.add(&other.folder).await.unwrap(), Added::Superseded(second.folder.clone()));
    fs::remove_dir_all(&second.folder).unwrap();
    assert_eq!(store.add(&other.folder).await.unwrap(), Added::Replaced, "the better one is gone");
    assert!(!store.scans(0, 10).await.unwrap().0[0].complete);
}

async fn two_who_add_the_same_bundle_at_once(place: Place) {
    let night = as_it_is(&place, 0);
    let adding = (0..4).map(|_| {
        let (url, folder) = (place.url.clone(), night.folder.clone());
        tokio::spawn(async move { Store::open(&url).await.unwrap().add(&folder).await.unwrap() })
    });
    let mut new = 0;
    for one in adding.collect::<Vec<_>>() {
        new += usize::from(one.await.unwrap() == Added::New);
    }
    assert_eq!(new, 1);
    let store = place.store().await;
    assert_eq!(all(&store, night.id(), &Filter::default(), Order::Result).await.len(), night.assessment.findings.len());
}

async fn what_cannot_be_read_to_its_end_leaves_nothing(place: Place) {
    let good = as_it_is(&place, 0);
    let text = fs::read_to_string(good.folder.join("assessment.json")).unwrap();
    let store = place.store().await;
    let cases = [
        (
            "unknown criterion",
            text.replace(".gp3-for-new-volumes\",\"subject\"", ".nobody\",\"subject\""),
            "which its bundle does not have",
        ),
        ("cut", text[..text.len() / 2].to_owned(), "line"),
        ("empty", "{}".to_owned(), "missing field"),
    ];
    for (name, text, expected) in cases {
        assert!(!text.is_empty() && text != fs::read_to_string(good.folder.join("assessment.json")).unwrap(), "{name}");
        let folder = place.scans().join(name);
        let draft = rung::bundle::Draft::create(&folder, false).unwrap();
        draft.write_assessment(|out| out.write_all(text.as_bytes())).unwrap();
        draft.finish(&good.assessment.scan).unwrap();
        let error = store.add(&folder).await.unwrap_err();
        assert!(matches!(&error, StoreError::Refused(why) if why.contains(expected)), "{name}: {error}");
        assert_eq!(store.scans(0, 10).await.unwrap().1, 0, "{name}");
    }
    assert_eq!(store.add(&good.folder).await.unwrap(), Added::New);
    assert_eq!(all(&store, good.id(), &Filter::default(), Order::Result).await.len(), good.assessment.findings.len());
}

async fn a_store_of_a_newer_version_is_refused(place: Place) {
    drop(place.store().await);
    sqlx_execute(
        &place.url,
        "UPDATE _sqlx_migrations SET version = 9001 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
    )
    .await;
    let error = Store::open(&place.url).await.unwrap_err().to_string();
    assert!(error.contains("newer version of rung") && error.contains("9001"), "{error}");
}

/// Changes a store behind the program's back.
async fn sqlx_execute(url: &StoreUrl, sql: &'static str) {
    use sqlx::Connection;
    sqlx::any::install_default_drivers();
    let address = match url {
        StoreUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        StoreUrl::Postgres(url) => url.to_string(),
    };
    let mut connection = sqlx::AnyConnection::connect(&address).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn evidence_is_read_from_the_bundle_and_held_against_its_digest(place: Place) {
    let (night, store) = (as_it_is(&place, 0), place.store().await);
    store.add(&night.folder).await.unwrap();
    let scan = store.scan(night.id()).await.unwrap().unwrap();
    let line = |finding: &Finding| finding.evidence.rsplit(':').next().unwrap().parse::<i64>().unwrap();
    let mut gaps = 0;
    for said in night.assessment.findings.iter().step_by(7) {
        let found = store.finding(&scan, &said.criterion, line(said)).await.unwrap().unwrap();
        assert_eq!((found.finding.result, &*found.finding.arn), (of_subject(said), &*said.subject.subject.arn));
        let evidence = store.evidence(&scan, &found).await.unwrap().unwrap();
        let deciding: BTreeMap<_, _> =
            evidence.facts.iter().filter(|fact| fact.decides).map(|fact| (fact.name.clone(), fact)).collect();
        assert_eq!(deciding.keys().collect::<Vec<_>>(), said.facts.keys().collect::<Vec<_>>(), "{}", said.criterion);
        for (name, fact) in &said.facts {
            let shown = deciding[name];
            match fact.get("value") {
                Some(value) => {
                    assert_eq!(shown.value.as_ref(), Some(value));
                    assert_eq!(
                        shown.source.as_ref().map(|source| source.id.to_string()).as_deref(),
                        fact["from"].as_str()
                    );
                }
                None => {
                    gaps += 1;
                    assert!(
                        shown.gap.as_ref().is_some_and(
                            |gap| Some(gap.id.as_str()) == fact["gap"].as_str() && !gap.opens_with.is_empty()
                        )
                    );
                }
            }
        }
    }
    assert!(gaps > 0, "some of them were not seen");
    let said = &night.assessment.findings[0];
    assert!(store.finding(&scan, &said.criterion, 99_999).await.unwrap().is_none());
    assert!(store.finding(&scan, "waf-perf-010.api.aws.none", line(said)).await.unwrap().is_none());
    let found = store.finding(&scan, &said.criterion, line(said)).await.unwrap().unwrap();
    let path = night.folder.join("evidence.jsonl.zst");
    let good = fs::read(&path).unwrap();
    fs::write(&path, [good.as_slice(), good.as_slice()].concat()).unwrap();
    let broken = store.evidence(&scan, &found).await.unwrap().unwrap_err();
    assert!(matches!(&broken, NoEvidence::Broken(why) if why.contains("was changed after the scan")), "{broken:?}");
    fs::write(&path, &good).unwrap();
    assert!(store.evidence(&scan, &found).await.unwrap().is_ok());
    assert!(store.report(&scan, "report.html").await.unwrap().unwrap().contains("<!doctype html>"));
    for none in ["settings.json", "evidence.jsonl.zst", "../night-0/report.html", "x.html", "manifest.json"] {
        assert!(matches!(store.report(&scan, none).await.unwrap(), Err(NoEvidence::Gone(_))), "{none}");
    }
    fs::rename(&night.folder, place.scans().join("elsewhere")).unwrap();
    assert_eq!(store.evidence(&scan, &found).await.unwrap().unwrap_err(), NoEvidence::Gone(night.folder.clone()));
    // Where it is found again, it is known again.
    let synced = store.sync(place.scans()).await.unwrap();
    assert!(synced.added.is_empty() && synced.refused.is_empty(), "{synced:?}");
    let scan = store.scan(night.id()).await.unwrap().unwrap();
    assert!(store.evidence(&scan, &found).await.unwrap().is_ok());
}

async fn what_somebody_was_told_is_told_once(place: Place) {
    let store = place.store().await;
    let at = |hours: i64| Timestamp::UNIX_EPOCH + hours.hours();
    let events = [("fell", "{}"), ("below", "{}")].map(|(key, body)| (key.to_owned(), body.to_owned()));
    let keys = |held: &rung::store::Held| held.pending.iter().map(|one| one.event.clone()).collect::<Vec<_>>();
    let first = store.hold("team", &events, &[], at(1)).await.unwrap();
    assert_eq!(keys(&first), ["below", "fell"]);
    assert!(keys(&store.hold("team", &events, &[], at(1)).await.unwrap()).is_empty(), "somebody is at it");
    store.told("team", &["fell".to_owned()], at(1)).await.unwrap();
    store.release("team", &["below".to_owned()]).await.unwrap();
    assert_eq!(
        keys(&store.hold("team", &events, &[], at(2)).await.unwrap()),
        ["below"],
        "what was not taken comes again"
    );
    store.told("team", &["below".to_owned()], at(2)).await.unwrap();
    assert!(keys(&store.hold("team", &[], &["below".to_owned()], at(3)).await.unwrap()).is_empty());
    assert_eq!(keys(&store.hold("team", &events, &[], at(4)).await.unwrap()), ["below"], "a state that came back");
    let given_up = store.hold("team", &[], &[], at(4 + 8 * 24)).await.unwrap();
    assert_eq!((given_up.pending.len(), given_up.dropped.len()), (0, 1));
    assert_eq!(store.was_told("team").await.unwrap().len(), 2);
    assert_eq!(keys(&store.hold("other", &events, &[], at(5)).await.unwrap()).len(), 2);
}

async fn pages_ask_as_much_of_many_scans_as_of_few(place: Place) {
    let store = place.store().await;
    let mut asked = Vec::new();
    for day in 0..4 {
        // With the same "today", so that no rule about age makes one night differ from the next.
        let night = night(place.scans(), day, |set, scan| set.now = scan.started_at - (24 * day).hours());
        store.add(&night.folder).await.unwrap();
        if day % 2 == 1 {
            let (before, newest) = (store.asked(), store.newest().await.unwrap().unwrap());
            let earlier = store.before(&newest).await.unwrap().unwrap();
            store.compare(&earlier, &newest).await.unwrap();
            store.trend(&newest.series, 90).await.unwrap();
            store
                .findings(&newest, &Filter { q: Some("media".to_owned()), ..Filter::default() }, Order::Name, 0, 50)
                .await
                .unwrap();
            let finding = &store.findings(&newest, &Filter::default(), Order::Result, 0, 1).await.unwrap().findings[0];
            let found = store.finding(&newest, &finding.criterion, finding.line).await.unwrap().unwrap();
            assert_eq!(found.history.len() as i64, day + 1);
            asked.push(store.asked() - before);
        }
    }
    assert_eq!(asked[0], asked[1]);
}

async fn whoever_reads_does_not_wait_for_whoever_writes(place: Place) {
    let (one, two) = (as_it_is(&place, 0), as_it_is(&place, 1));
    let store = place.store().await;
    store.add(&one.folder).await.unwrap();
    let (send, parts) = tokio::sync::mpsc::channel(1);
    let origin = rung::store::Origin {
        scan: two.id().to_owned(),
        finished_at: two.assessment.scan.finished_at,
        complete: true,
        bundle: two.folder.clone(),
        manifest_sha256: "0".repeat(64),
        previous: None,
        told: None,
    };
    let writer = place.store().await;
    let writing = tokio::spawn(async move { writer.add_parts(&origin, parts).await.unwrap() });
    let mut all = rung::store::Part::of(&two.assessment).into_iter();
    // Room for one: when the second was taken, the first is written, and the change is open.
    for part in all.by_ref().take(3) {
        send.send(part).await.unwrap();
    }
    let other = place.store().await;
    assert_eq!(other.scans(0, 10).await.unwrap().1, 1);
    assert_eq!(other.newest().await.unwrap().unwrap().id, one.id());
    for part in all {
        send.send(part).await.unwrap();
    }
    drop(send);
    assert_eq!(writing.await.unwrap(), Added::New);
    assert_eq!(other.scans(0, 10).await.unwrap().1, 2);
}

#[test]
fn a_server_that_goes_away_and_comes_back() {
    let (mut server, folder) = (Postgres::start(), tempfile::tempdir().unwrap());
    let night = night(folder.path(), 0, |_, _| ());
    let url = server.database("away");
    let runtime = runtime();
    let store = runtime.block_on(Store::open(&url)).unwrap();
    runtime.block_on(store.add(&night.folder)).unwrap();
    server.stop();
    for _ in 0..2 {
        let error = runtime.block_on(store.scans(0, 10)).unwrap_err();
        assert!(matches!(error, StoreError::Away(_)), "{error:?}");
    }
    assert!(matches!(runtime.block_on(store.add(&night.folder)).unwrap_err(), StoreError::Away(_)));
    server.begin();
    assert_eq!(runtime.block_on(store.scans(0, 10)).unwrap().1, 1);
    drop(store);
    server.stop();
    let error = runtime.block_on(Store::open(&url)).unwrap_err().to_string();
    assert!(error.contains("127.0.0.1") && error.contains("cannot be reached"), "{error}");
}

#[test]
fn what_is_no_store_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "these are my notes, and no database at all; ".repeat(100)).unwrap();
    let error = runtime().block_on(Store::open(&StoreUrl::Sqlite(path.clone()))).unwrap_err().to_string();
    assert!(error.contains("notes.txt") && error.contains("not a database"), "{error}");
    assert!(fs::read_to_string(&path).unwrap().starts_with("these are my notes"));
}

#[test]
fn scans_at_once_all_come_into_the_store() {
    let rung = Rung::new();
    let demo = root().join("fixtures/accounts/demo");
    let demo = demo.to_str().unwrap();
    let scans: Vec<_> = (0..3)
        .map(|_| rung.command(&["scan", "--replay", demo, "-q"]).stderr(std::process::Stdio::piped()).spawn().unwrap())
        .collect();
    for scan in scans {
        let output = scan.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let store = runtime().block_on(Store::open(&StoreUrl::Sqlite(rung.path(".local/share/rung/store.db")))).unwrap();
    assert_eq!(runtime().block_on(store.scans(0, 10)).unwrap().1, 1);
}

#[test]
fn a_store_that_takes_nothing_in_is_told_in_a_line_and_ends_no_scan() {
    let rung = Rung::new().var("RUNG_STORE", "postgres://rung:very-secret@127.0.0.1:1/rung");
    let output = rung.run(&["scan", "--demo", "-q"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    let lines: Vec<_> = told.lines().collect();
    let [levels, taken] = lines.as_slice() else { panic!("{told}") };
    assert!(levels.starts_with("the levels of the scans before are not shown: "), "{told}");
    assert!(taken.starts_with("the bundle is whole, but the store did not take it in: "), "{told}");
    assert!(!told.contains("very-secret") && told.contains("127.0.0.1:1"), "{told}");
    // Elsewhere it is the user's own matter: the store is read, and not asked to take it in.
    let output = rung.run(&["scan", "--demo", "-q", "--bundle", "mine"]);
    assert!(output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("take it in"));
}
