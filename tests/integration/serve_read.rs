//! The pages and the JSON API that read the store, over a socket as browsers and programs see them.

use std::{collections::BTreeMap, fs, process::Command};

use rung::store::{Claim, NewRun, RunState, Runner, Store};
use rung_rules::model::Verdict;
use serde_json::Value;

use crate::{
    common::{python, root},
    history::{Postgres, night, of_subject},
    site::{Site, as_they_are},
};

#[test]
fn every_page_shows_what_is_stored() {
    let site = Site::new(as_they_are(0..3));
    let newest = &site.nights[2];
    let overview = site.page("/");
    for control in &newest.assessment.controls {
        assert!(overview.contains(&control.title.replace('&', "&amp;")), "{}", control.title);
    }
    assert!(overview.contains("Since the scan before") && overview.contains("No control stands on another level"));
    assert!(overview.contains("Next steps") && overview.contains("to level 3"));
    let scans = site.page("/scans");
    assert!(site.nights.iter().all(|night| scans.contains(&format!("/scans/{}\"", night.id()))));
    let scan = site.page(&site.of(1, ""));
    assert!(scan.contains("waf-perf-090.api.aws.gp3-for-new-volumes") && scan.contains("/report\">The full report"));
    assert!(scan.contains(&format!("/compare?a={}&amp;b={}", site.nights[0].id(), site.nights[1].id())));
    let trend = site.page("/trend");
    assert!(trend.contains("id=\"chart-data\"") && trend.contains("<table"), "a chart, and a table that says the same");
    let chart = trend.split("id=\"chart-data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let chart: Value = serde_json::from_str(chart).unwrap();
    assert_eq!((chart["at"].as_array().unwrap().len(), chart["confirmed"].as_array().unwrap().len()), (3, 10));
    let compare = site.page(&format!("/compare?a={}&b={}", site.nights[0].id(), newest.id()));
    assert!(compare.contains("as before") && compare.contains("Levels"));
    assert!(site.page("/compare").contains("From "));
    let gaps = site.page(&site.of(2, "/gaps"));
    assert!(gaps.contains(&format!("{} gaps", newest.assessment.gaps.len())) && gaps.contains("not enrolled"));
    let (status, headers, _) = site.answer("/findings");
    assert_eq!((status, headers["location"].to_str().unwrap()), (303, site.of(2, "/findings").as_str()));
    assert!(site.page("/scans/latest").contains(newest.id()));
}

#[test]
fn an_empty_store_says_what_to_do() {
    let site = Site::new(|_| Vec::new());
    for path in ["/", "/trend", "/compare", "/findings"] {
        assert!(site.page(path).contains("rung scan"), "{path}");
    }
    assert!(site.page("/scans").contains("0 scans"));
    assert_eq!(site.answer("/scans/latest").0, 404);
}

/// The addresses of findings that a page lists.
fn listed(page: &str) -> Vec<String> {
    let links = page.split("<th scope=\"row\"><a href=\"").skip(1);
    links.map(|link| link.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn findings_are_searched_filtered_and_paged_without_a_script() {
    let site = Site::new(as_they_are(0..1));
    let findings = &site.nights[0].assessment.findings;
    let mut seen = Vec::new();
    let mut address = format!("{}?sort=name", site.of(0, "/findings"));
    loop {
        let page = site.page(&address);
        seen.extend(listed(&page));
        let Some(next) = page.split("\" rel=\"next\"").next().filter(|before| before.len() < page.len()) else { break };
        let next = next.rsplit("href=\"").next().unwrap().replace("&amp;", "&");
        address = format!("{}{next}", site.of(0, "/findings"));
    }
    let all: std::collections::BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), all.len()), (findings.len(), findings.len()));
    let fails = findings.iter().filter(|f| of_subject(f) == Verdict::Fail && f.subject.kind == "volume").count();
    let page = site.page(&site.of(0, "/findings?result=fail&kind=volume&q=&control=&owner="));
    assert!(page.contains(&format!("{fails} findings of {}", findings.len())), "{fails}");
    assert!(page.contains("<option value=\"fail\" selected>"), "the form says what was asked");
    assert!(site.page(&site.of(0, "/findings?q=there-is-no-such-name")).contains("No finding is like that"));
    assert!(listed(&site.page(&site.of(0, "/findings?page=9999"))).is_empty());
    for wrong in ["result=bad", "control=7", "sort=size", "page=0", "page=x", "page=-1"] {
        let (status, _, text) = site.answer(&site.of(0, &format!("/findings?{wrong}")));
        assert!(status == 400 && text.contains("expected"), "{wrong}: {status}");
    }
}

#[test]
fn a_finding_is_followed_to_its_evidence() {
    let site = Site::new(as_they_are(0..2));
    let said = site.nights[1]
        .assessment
        .findings
        .iter()
        .find(|f| of_subject(f) == Verdict::Fail && f.subject.kind == "volume")
        .unwrap();
    let line = said.evidence.rsplit(':').next().unwrap();
    let page = site.page(&site.of(1, &format!("/findings/{}/{line}", said.criterion)));
    assert!(
        page.contains(&*said.subject.subject.arn) && page.contains("ec2</bdi>:<bdi class=\"said\">DescribeVolumes")
    );
    assert!(
        page.contains("decides")
            && page.contains("Over time")
            && page.contains("What lifts it")
            && page.contains("Tags")
    );
    // The pillar of evidence goes: what is stored stays, and says so.
    fs::remove_dir_all(&site.nights[1].folder).unwrap();
    let page = site.page(&site.of(1, &format!("/findings/{}/{line}", said.criterion)));
    assert!(page.contains("is not in") && page.contains("any more") && page.contains(&*said.subject.subject.arn));
    assert!(site.page("/").contains("Next steps") && site.page(&site.of(1, "")).contains("any more"));
    let (status, _, text) = site.answer(&site.of(1, "/report.html"));
    assert!(status == 404 && text.contains("any more"));
    let json = site.json(&format!("/api/v1{}", site.of(1, &format!("/findings/{}/{line}", said.criterion))));
    assert!(json["facts"].is_null() && json["missing"].as_str().unwrap().contains("any more"));
}

#[test]
fn the_report_of_a_bundle_has_a_policy_of_its_own() {
    let site = Site::new(as_they_are(0..1));
    let (status, headers, text) = site.answer(&site.of(0, "/report.html"));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert_eq!(site.answer(&site.of(0, "/report")).1["location"].to_str().unwrap(), site.of(0, "/report.html"));
    assert_eq!(site.answer(&site.of(0, "/settings.json")).0, 404);
    assert!(status == 200 && text.starts_with("<!doctype html>"));
    assert!(
        policy.contains("default-src 'none'") && policy.contains("sandbox") && !policy.contains("allow-same-origin"),
        "{policy}"
    );
    let (_, headers, _) = site.answer("/");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    // A report that was changed is not shown.
    fs::write(site.nights[0].folder.join("report.html"), "<!doctype html>hello").unwrap();
    let (status, _, text) = site.answer(&site.of(0, "/report.html"));
    assert!(status == 503 && text.contains("was changed after the scan"), "{status}");
}

#[test]
fn what_strangers_wrote_is_text_on_every_page() {
    let hostile = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>\u{202e}{{ 7*7 }}";
    let site = Site::new(|scans| {
        let change = |set: &mut rung_rules::model::EvidenceSet, _: &mut rung_rules::model::Scan| {
            for one in &mut set.evidence {
                one.subject.name = Some(hostile.into());
                one.subject.tags =
                    [("owner".into(), hostile.into()), (hostile.into(), hostile.into())].into_iter().collect();
            }
        };
        vec![
            night(scans, 0, change),
            night(scans, 1, |set, scan| {
                change(set, scan);
                set.evidence.truncate(100);
            }),
        ]
    });
    let finding = site.nights[1].assessment.findings.iter().find(|f| of_subject(f) == Verdict::Fail).unwrap();
    let one = format!("/findings/{}/{}", finding.criterion, finding.evidence.rsplit(':').next().unwrap());
    let asked = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("q", "<script>alert('x')")
        .append_pair("owner", hostile)
        .finish();
    let pages = [
        "/".to_owned(),
        "/scans".to_owned(),
        "/compare".to_owned(),
        site.of(1, "/findings"),
        site.of(1, &one),
        site.of(1, &format!("/findings?{asked}")),
    ];
    // What a form sends back has to be as it was; inside a field it is text, whatever it is.
    let fields = regex::Regex::new("value=\"[^\"]*\"").unwrap();
    for path in pages {
        let page = site.page(&path);
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}");
        assert!(!page.contains(">49<"), "{path}: a template inside a name");
        assert!(!fields.replace_all(&page, "").contains('\u{202e}'), "{path}: turns the direction of writing");
    }
    assert!(site.page(&site.of(1, &format!("/findings?{asked}"))).contains("&lt;script&gt;alert"));
    for path in [
        "/scans/%3Cscript%3E",
        "/scans/..%2F..%2Fetc",
        "/scans/x/findings",
        "/scans/x/gaps",
        "/compare?a=%3Cscript%3E",
        "/trend?series=%3Cscript%3E",
    ] {
        let (status, _, text) = site.answer(path);
        assert!(status == 404 && text.contains("<main") && !text.contains("<script>"), "{path}: {status}");
    }
    let (status, _, _) = site.answer(&site.of(1, "/findings/waf-perf-010.api.aws.none/1"));
    assert_eq!(status, 404);
}

#[test]
fn a_store_that_goes_away_is_told_on_every_page_and_its_return_is_seen() {
    let mut server = Postgres::start();
    let url = server.database("site");
    let site = Site::with(tempfile::tempdir().unwrap(), &url, as_they_are(0..1));
    assert!(site.page("/").contains("Next steps"));
    server.stop();
    for path in ["/", "/scans", "/trend"] {
        let (status, _, text) = site.answer(path);
        assert!(
            status == 503 && text.contains("The store cannot be reached") && text.contains("<main"),
            "{path}: {status} {text}"
        );
    }
    let (status, _, text) = site.answer("/api/v1/scans");
    let error: Value = serde_json::from_str(&text).unwrap();
    assert!(status == 503 && error["error"].as_str().unwrap().contains("does not answer"));
    assert_eq!(site.answer("/assets/view.css").0, 200);
    server.begin();
    assert!(site.page("/").contains("Next steps"));
}

#[test]
fn a_thousand_requests_at_once_are_all_answered() {
    let site = Site::new(as_they_are(0..2));
    let paths = [
        "/".to_owned(),
        "/scans".to_owned(),
        site.of(0, "/findings?q=media&sort=owner"),
        site.of(1, "/gaps"),
        "/api/v1/trend".to_owned(),
    ];
    let answers = site.runtime.block_on(async {
        let asked = (0..1000).map(|n| {
            let (client, url) = (site.client.clone(), format!("http://{}{}", site.address, paths[n % paths.len()]));
            tokio::spawn(async move {
                let answer = client.get(url).send().await.unwrap();
                let status = answer.status().as_u16();
                (n, status, answer.text().await.unwrap())
            })
        });
        let mut answers = Vec::new();
        for one in asked.collect::<Vec<_>>() {
            answers.push(one.await.unwrap());
        }
        answers
    });
    let mut texts: BTreeMap<usize, String> = BTreeMap::new();
    for (n, status, text) in answers {
        assert_eq!(status, 200, "{}", paths[n % paths.len()]);
        assert_eq!(
            texts.entry(n % paths.len()).or_insert_with(|| text.clone()),
            &text,
            "the same question, the same answer"
        );
    }
}

#[test]
fn a_page_asks_the_store_as_much_with_many_scans_as_with_few() {
    let (few, many) = (Site::new(as_they_are(0..2)), Site::new(as_they_are(0..6)));
    let asked = |site: &Site, path: &str| {
        let before = site.store.asked();
        site.page(path);
        site.store.asked() - before
    };
    for path in [
        "/",
        "/scans",
        "/scans/latest",
        "/scans/latest/findings?q=media",
        "/scans/latest/gaps",
        "/trend",
        "/compare",
        "/api/v1/trend",
        "/api/v1/scans/latest",
    ] {
        let (one, other) = (asked(&few, path), asked(&many, path));
        assert_eq!(one, other, "{path}");
        assert!((1..=12).contains(&one), "{path}: {one}");
    }
}

/// A run under way, and one that was missed.
async fn some_runs(store: &Store) {
    let runner = Runner { host: "<b>host</b>".to_owned(), pid: 1, id: "one".to_owned() };
    let now = jiff::Timestamp::now();
    let new = NewRun { schedule: "nightly", planned: now, now, missed: 2, bundle: None, stale: now };
    assert!(matches!(store.claim_run(&new, &runner).await.unwrap(), Claim::Ours(_)));
    let earlier = NewRun { planned: jiff::Timestamp::UNIX_EPOCH, ..new };
    assert!(store.note_run(&earlier, RunState::Missed, "<i>nobody</i>", &runner).await.unwrap());
}

#[test]
fn runs_are_shown_and_what_they_say_is_text() {
    let site = Site::new(|_| Vec::new());
    assert!(site.page("/schedule").contains("rung schedule run"));
    site.runtime.block_on(some_runs(&site.store));
    let page = site.page("/schedule");
    assert!(
        page.contains("under way") && page.contains("missed") && page.contains("2 before it were left out"),
        "{page}"
    );
    assert!(page.contains("&lt;b&gt;host&lt;/b&gt;") && page.contains("&lt;i&gt;nobody"), "{page}");
    assert!(!page.contains("<b>host") && !page.contains("<i>nobody"), "{page}");
}

#[test]
fn the_api_is_as_its_description_says() {
    let site = Site::new(|scans| {
        let fewer = night(scans, 1, |set, _| set.evidence.truncate(150));
        vec![night(scans, 0, |_, _| ()), fewer]
    });
    let finding = site.nights[1]
        .assessment
        .findings
        .iter()
        .find(|f| f.facts.values().any(|fact| fact.get("gap").is_some()))
        .unwrap();
    let line = finding.evidence.rsplit(':').next().unwrap();
    let description = site.json("/api/v1/openapi.json");
    let paths: Vec<&String> = description["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths.len(), 8, "{paths:?}");
    let id = site.nights[1].id();
    site.runtime.block_on(some_runs(&site.store));
    let cases: Vec<Value> = [
        ("/api/v1/scans", "/api/v1/scans?per_page=1".to_owned(), 200),
        ("/api/v1/scans", "/api/v1/scans?per_page=501".to_owned(), 400),
        ("/api/v1/scans/{id}", format!("/api/v1/scans/{id}"), 200),
        ("/api/v1/scans/{id}", "/api/v1/scans/nobody".to_owned(), 404),
        (
            "/api/v1/scans/{id}/findings",
            format!("/api/v1/scans/{id}/findings?result=unknown&sort=owner&page=2&per_page=7"),
            200,
        ),
        ("/api/v1/scans/{id}/findings", "/api/v1/scans/latest/findings?result=bad".to_owned(), 400),
        (
            "/api/v1/scans/{id}/findings/{criterion}/{line}",
            format!("/api/v1/scans/{id}/findings/{}/{line}", finding.criterion),
            200,
        ),
        ("/api/v1/scans/{id}/findings/{criterion}/{line}", format!("/api/v1/scans/{id}/findings/none/1"), 404),
        ("/api/v1/scans/{id}/gaps", format!("/api/v1/scans/{id}/gaps"), 200),
        ("/api/v1/trend", "/api/v1/trend".to_owned(), 200),
        ("/api/v1/trend", "/api/v1/trend?series=nobody".to_owned(), 404),
        ("/api/v1/compare", "/api/v1/compare".to_owned(), 200),
        ("/api/v1/compare", format!("/api/v1/compare?a=nobody&b={id}"), 404),
        ("/api/v1/schedule", "/api/v1/schedule".to_owned(), 200),
    ]
    .into_iter()
    .map(|(path, asked, expected)| {
        let (status, headers, text) = site.answer(&asked);
        assert!(headers["content-type"].to_str().unwrap().starts_with("application/json"), "{asked}");
        assert_eq!(status, expected, "{asked}: {text}");
        serde_json::json!({"path": path, "status": status, "body": serde_json::from_str::<Value>(&text).unwrap()})
    })
    .collect();
    for path in paths {
        assert!(cases.iter().any(|case| case["path"] == path.as_str() && case["status"] == 200), "{path} is not asked");
    }
    let (file, answers) = (site.folder.path().join("openapi.json"), site.folder.path().join("answers.json"));
    fs::write(&file, description.to_string()).unwrap();
    fs::write(&answers, serde_json::to_string(&cases).unwrap()).unwrap();
    let checked =
        Command::new(python()).arg(root().join("tests/api/check.py")).args([&file, &answers]).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    // A check that lets everything pass would be none.
    let wrong = serde_json::to_string(&cases).unwrap().replace("\"direction\":", "\"dir\":");
    fs::write(&answers, wrong).unwrap();
    let checked =
        Command::new(python()).arg(root().join("tests/api/check.py")).args([&file, &answers]).output().unwrap();
    assert!(!checked.status.success() && String::from_utf8_lossy(&checked.stderr).contains("direction"));
    let detail = &cases.iter().find(|case| case["path"].as_str().unwrap().ends_with("{line}")).unwrap()["body"];
    let unseen: Vec<_> = detail["facts"].as_array().unwrap().iter().filter(|fact| fact["seen"] == false).collect();
    assert!(!unseen.is_empty() && unseen.iter().all(|fact| fact["value"].is_null() && !fact["gap"].is_null()));
}

#[test]
fn pages_of_a_scan_that_retention_removed_say_so() {
    let site = Site::new(|scans| vec![night(scans, 0, |_, _| ()), night(scans, 1, |_, _| ())]);
    let (old, new) = (site.nights[0].id().to_owned(), site.nights[1].id().to_owned());
    let finding = {
        let found = site.json(&format!("/api/v1/scans/{old}/findings"));
        let one = &found["findings"][0];
        format!("{}/{}", one["criterion"].as_str().unwrap(), one["line"])
    };
    let row = site.runtime.block_on(site.store.scan(&old)).unwrap().unwrap();
    let now = "2027-03-01T00:00:00Z".parse().unwrap();
    site.runtime.block_on(site.store.forget(&[&row.manifest_sha256], now)).unwrap();
    let get = |path: &str| {
        let (status, _, text) = site.answer(path);
        (status, text)
    };
    let words = "Retention removed the bundle of this scan on 2027-03-01";
    for page in ["", "/findings", "/gaps", "/report.html", &format!("/findings/{finding}")] {
        let (status, text) = get(&format!("/scans/{old}{page}"));
        assert!(status == 200 && text.contains(words), "{page}: {status} {text}");
    }
    let (_, text) = get(&format!("/scans/{old}"));
    assert!(text.contains("WAF-PERF-090"), "levels are still shown");
    for page in ["/findings", "/gaps", &format!("/findings/{finding}")] {
        let (status, text) = get(&format!("/api/v1/scans/{old}{page}"));
        assert!(status == 404 && text.contains(words), "{page}: {status} {text}");
    }
    for page in [format!("/compare?a={old}&b={new}"), "/".to_owned()] {
        let (status, text) = get(&page);
        assert!(
            status == 200 && text.contains("Retention removed the findings of one of these scans"),
            "{page}: {text}"
        );
    }
    let compared = site.json(&format!("/api/v1/compare?a={old}&b={new}"));
    assert!(compared["findings"].is_null() && compared["controls"].as_array().unwrap().len() == 10);
    assert!(site.page(&format!("/api/v1/scans/{old}")).contains("\"removed_at\":\"2027-03-01"));
    assert_eq!(get("/trend").0, 200);
    assert!(get("/scans").1.contains("levels only"));
}
