use std::collections::BTreeMap;

use rung_rules::{
    compose::{Parts, compose},
    model::{CriterionReport, EvidenceSet, Finding, Scan, Settings, SourceId, SourceRecord, Verdict, assess},
};
use serde_json::{Value, json};

use super::*;

/// What a report may be large.
const MOST_BYTES: usize = 25_000_000;

fn head() -> Head {
    let (set, settings) = (EvidenceSet::default(), Settings::default());
    let assessed = assess(&set, &settings);
    let parts = Parts { set: &set, settings: &settings, assessed: &assessed, version: "0" };
    let scan = Scan { accounts: vec!["123456789012".to_owned()], ..Scan::default() };
    compose(parts, scan).with_findings(()).0
}

/// A finding about a resource of its own, with tags that no other has.
fn finding(head: &Head, number: u64) -> Finding {
    let results = [Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable];
    let plain = |own: &&CriterionReport| !["none", "at_most"].contains(&own.bar.kind.as_str());
    let criteria: Vec<_> =
        head.controls.iter().flat_map(|control| &control.criteria).filter(plain).map(|own| &own.id).collect();
    let tags = json!({"owner": format!("team-{}", number % 40), "environment": "production", "Name": format!("volume of order {number}"),
        "cost-center": number.to_string(), "created-by": format!("pipeline/{number}/deploy")});
    let subject = json!({"kind": "volume", "arn": format!("arn:aws:ec2:eu-west-1:123456789012:volume/vol-{number:017x}"),
        "account": "123456789012", "region": "eu-west-1", "name": format!("volume of order {number}"), "tags": tags});
    let source = SourceId(number / 3).to_string();
    let fact = |value: Value| json!({"value": value, "from": source});
    let facts = json!({"size_gib": fact(number.into()), "volume_type": fact("gp2".into()), "iops": fact((number % 5000).into()),
        "created_at": fact(format!("2026-11-{:02}T08:{:02}:00Z", 1 + number % 28, number % 60).into())});
    Finding {
        criterion: criteria[number as usize % criteria.len()].clone(),
        subject: serde_json::from_value(subject).unwrap(),
        result: results[number as usize % results.len()],
        facts: serde_json::from_value(facts).unwrap(),
        evidence: format!("evidence.jsonl:{}", number + 1),
        reasons: vec![],
        attested: false,
        waived: number % 100 == 1,
    }
}

fn source(number: u64) -> SourceRecord {
    let id = SourceId(number).to_string();
    let record = json!({"id": id, "service": "ec2", "operation": "DescribeVolumes", "account": "123456789012",
        "region": "eu-west-1", "parameters": format!("volume {number}"), "read_at": "2026-11-25T08:00:00Z", "pages": 1,
        "items": 1, "request_ids": ["6eb50578-62f4-4419-98f8-3de4134a23dc"]});
    serde_json::from_value(record).unwrap()
}

fn page(head: &Head, findings: u64) -> Page {
    page_of_at_most(kept::MOST_FINDINGS, head, findings)
}

fn page_of_at_most(most: usize, head: &Head, findings: u64) -> Page {
    let mut page = Page { kept: kept::Kept::new(most), ..Page::new(head.scan.started_at) };
    let sources: Vec<_> = (0..=findings / 3).map(source).collect();
    page.add((0..findings).map(|number| finding(head, number)), &[], &sources).unwrap();
    page
}

fn data(html: &[u8]) -> Value {
    let html = std::str::from_utf8(html).unwrap();
    let (_, rest) = html.split_once("id=\"assessment\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn written(report: &mut Report<'_>) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut main = Vec::new();
    report.write(&mut main).unwrap();
    let details = (0..report.detail_names().len()).map(|number| {
        let mut page = Vec::new();
        report.write_detail(number, &mut page).unwrap();
        page
    });
    let details = details.collect();
    (main, details)
}

#[test]
fn a_hundred_thousand_findings_fit() {
    let head = head();
    let mut page = page(&head, 100_000);
    let mut report = page.report(&head, Earlier::default(), Some("report.html")).unwrap();
    let names = report.detail_names();
    let mut main = Vec::new();
    report.write(&mut main).unwrap();
    println!("main page {} bytes, {} detail pages", main.len(), names.len());
    assert!(main.len() < MOST_BYTES, "{} bytes", main.len());
    let data = data(&main);
    assert_eq!(data["findings"]["results"], json!([20_000, 20_000, 40_000, 20_000]));
    assert_eq!(data["findings_left_out"], json!([0, 0, 0, 0]));
    assert_eq!(data["details"]["names"], json!(names));
    assert_eq!(data["details"]["names"][0], "report-0001.html");
    let shown = data["findings"]["shown"].as_array().unwrap().len();
    assert!(shown > 1_000, "only {shown} findings have their facts in the page");
    assert_eq!(data["details"]["first"][0], shown);
    assert_eq!(shown + report.in_details(), 100_000);
}

#[test]
fn every_finding_has_its_facts_in_one_of_the_pages() {
    let head = head();
    let mut page = page(&head, 20_000);
    let mut report = page.report(&head, Earlier::default(), Some("a b.html")).unwrap();
    let (main, details) = written(&mut report);
    let mut sizes: BTreeMap<String, u32> = BTreeMap::new();
    for page in std::iter::once(&main).chain(&details) {
        let data = data(page);
        let name = data["fact_names"].as_array().unwrap().iter().position(|name| name == "size_gib").unwrap();
        for facts in data["findings"]["shown"].as_array().unwrap() {
            for fact in facts[0].as_array().unwrap() {
                let fact = &data["facts"][fact.as_u64().unwrap() as usize];
                assert!(data["sources"][fact[2].as_u64().unwrap() as usize]["operation"].is_string(), "{fact}");
                if fact[0] == name {
                    *sizes.entry(fact[1].to_string()).or_default() += 1;
                }
            }
        }
    }
    assert_eq!(sizes.len(), 20_000);
    assert!(sizes.values().all(|times| *times == 1));
    assert_eq!(data(&details[0])["detail"]["main"], "a b.html");
}

#[test]
fn a_match_of_what_must_be_rare_stands_under_fail() {
    let head = head();
    let rare = "waf-perf-010.api.aws.sized-to-baseline";
    let of = |result| Finding { criterion: rare.to_owned(), result, ..finding(&head, 0) };
    let mut page = Page::of(&head, [of(Verdict::Fail), of(Verdict::Fail), of(Verdict::Pass)]).unwrap();
    let mut main = Vec::new();
    page.report(&head, Earlier::default(), None).unwrap().write(&mut main).unwrap();
    assert_eq!(data(&main)["findings"]["results"], json!([1, 0, 2, 0]));
}

#[test]
fn above_the_bound_fails_come_first_and_the_rest_is_counted() {
    let head = head();
    let mut page = page_of_at_most(1_000, &head, 1_300);
    let mut report = page.report(&head, Earlier::default(), None).unwrap();
    let mut main = Vec::new();
    report.write(&mut main).unwrap();
    let data = data(&main);
    let shown: u64 = data["findings"]["results"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(data["findings"]["results"][0], 260);
    assert_eq!(data["findings_left_out"], json!([0, 0, 40, 260]));
    assert_eq!(shown, 1_000);
    assert_eq!(data["details"]["names"], json!([]));
}
