//! What the store answers: the same tests on SQLite and on PostgreSQL.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use jiff::ToSpan;
use rung::store::{Filter, NoEvidence, Order};
use rung_rules::model::{Finding, Verdict};

use crate::{
    both::{Place, all, as_it_is, count, on_both},
    history::{Night, night, of_subject},
};

on_both!(
    findings_are_filtered_sorted_and_paged,
    what_is_searched_is_text_and_nothing_else,
    two_scans_are_held_against_each_other,
    names_are_those_of_the_newest_scan,
    evidence_is_read_from_the_bundle_and_held_against_its_digest,
    pages_ask_as_much_of_many_scans_as_of_few,
);

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
