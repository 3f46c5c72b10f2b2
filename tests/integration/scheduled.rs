//! `rung schedule` as a program: real scans, killed and stopped, on a full disk, watched over HTTP.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use rung::store::{RunRow, RunState, Store, StoreUrl};
use serde_json::Value;

use crate::{
    common::{Emulator, Rung, python},
    disk::Small,
    served::{Served, address},
};

/// Longer than a scan takes on a busy machine; whoever waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(300);
const NIGHTLY: &str = "[[schedule]]\nname = \"nightly\"\ncron = \"30 2 * * *\"\n";

/// `rung schedule run` as a child process, stopped by its process id.
struct Service {
    child: Child,
    address: SocketAddr,
    errors: Receiver<String>,
}

impl Service {
    fn start(rung: &Rung, more: &[&str]) -> Self {
        let args = [&["schedule", "run", "--listen", "127.0.0.1:0"], more].concat();
        let mut child = rung.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        while !said.contains("http://") {
            assert!(stdout.read_line(&mut said).unwrap() > 0, "it did not start: {said}");
        }
        let (tell, errors) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Service { child, address: address(&said), errors }
    }

    fn wait_for(&self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let line = self.errors.recv_timeout(until.saturating_duration_since(Instant::now())).expect(words);
            if line.contains(words) {
                return line;
            }
        }
    }

    fn get(&self, path: &str) -> (u16, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let answer = client.get(format!("http://{}{path}", self.address)).send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    }

    fn health(&self) -> (u16, Value) {
        let (status, text) = self.get("/healthz");
        (status, serde_json::from_str(&text).unwrap())
    }

    fn signal(&self, name: &str) {
        signal(name, self.child.id());
    }

    /// The process of the scan that it runs.
    fn scan(&self) -> u32 {
        let id = self.child.id();
        let tasks = fs::read_dir(format!("/proc/{id}/task")).unwrap().map(|task| task.unwrap().path());
        let children = tasks.map(|task| fs::read_to_string(task.join("children")).unwrap_or_default());
        let all: Vec<u32> =
            children.flat_map(|all| all.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>()).collect();
        assert_eq!(all.len(), 1, "{all:?}");
        all[0]
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

fn signal(name: &str, id: u32) {
    assert!(Command::new("kill").args([name, &id.to_string()]).status().unwrap().success());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn store_of(rung: &Rung) -> StoreUrl {
    StoreUrl::Sqlite(rung.path(".local/share/rung/store.db"))
}

/// The store says that the schedule was planned two days ago: so the last night was missed, and is caught up at once.
fn missed_a_night(url: &StoreUrl) {
    let two_days_ago = Timestamp::now() - SignedDuration::from_hours(48);
    runtime().block_on(async {
        let store = Store::open(url).await.unwrap();
        store.scheduled_since("nightly", "30 2 * * * UTC", two_days_ago).await.unwrap();
        store.close().await;
    });
}

fn runs(url: &StoreUrl) -> Vec<RunRow> {
    runtime().block_on(async {
        let store = Store::open(url).await.unwrap();
        let runs = store.last_runs(100, false).await.unwrap();
        store.close().await;
        runs
    })
}

/// Waits until a scan has asked the emulator for a few things.
fn under_way(emulator: &Emulator) {
    let until = Instant::now() + PATIENCE;
    while emulator.counts().as_object().unwrap().len() < 5 {
        assert!(Instant::now() < until, "the scan asks nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn bundles(scans: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(scans).into_iter().flatten().map(|entry| entry.unwrap().path());
    all.filter(|path| path.join("manifest.json").is_file()).collect()
}

/// What the reader of Prometheus' own client makes of it: value by name and labels.
fn samples(text: &str) -> Value {
    let script = "import sys, json\nfrom prometheus_client.parser import text_string_to_metric_families as read\n\
                  families = list(read(sys.stdin.read()))\n\
                  assert all(f.documentation and f.type in ('gauge', 'counter') for f in families), families\n\
                  print(json.dumps({s.name + ''.join(f' {k}={v}' for k, v in sorted(s.labels.items())): s.value for f in families for s in f.samples}))";
    let mut child = Command::new(python())
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_missed_night_is_scanned_stored_shown_and_measured() {
    let rung = Rung::new();
    let config =
        format!("{NIGHTLY}demo = true\n\n[[schedule]]\nname = \"yearly\"\ncron = \"0 0 1 1 *\"\ndemo = true\n");
    fs::write(rung.path("rung.toml"), config).unwrap();
    let url = store_of(&rung);
    missed_a_night(&url);
    let mut service = Service::start(&rung, &["--config", "rung.toml"]);
    service.wait_for("nightly: the run of");
    service.wait_for("nightly: done");
    let bundle = bundles(&rung.path(".local/share/rung/scans")).remove(0);
    rung.ok(&["verify", bundle.to_str().unwrap()]);
    let run = runs(&url).remove(0);
    assert_eq!((run.state, run.exit, run.missed, run.bundle.as_ref()), (RunState::Ended, Some(0), 1, Some(&bundle)));
    let (status, health) = service.health();
    assert_eq!((status, &health["status"], &health["why"]), (200, &"ok".into(), &Value::Array(Vec::new())));
    assert_eq!(health["last"]["nightly"]["words"], "done");
    assert!(health["next"]["yearly"].as_str().unwrap().ends_with("-01-01T00:00:00Z"), "{health}");
    let assessment: Value = serde_json::from_slice(&fs::read(bundle.join("assessment.json")).unwrap()).unwrap();
    measured(&service.get("/metrics").1, &assessment);
    shown(&rung, run.scan.as_deref().unwrap());
    service.signal("-TERM");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    assert_eq!(runs(&url).len(), 1);
}

/// The numbers are those of the assessment; what is not known is not there.
fn measured(text: &str, assessment: &Value) {
    let samples = samples(text);
    for control in assessment["controls"].as_array().unwrap() {
        for kind in ["confirmed", "possible"] {
            let name =
                format!("rung_control_level control={} kind={kind} schedule=nightly", control["id"].as_str().unwrap());
            assert_eq!(samples[&name].as_f64(), control[kind].as_f64(), "{name}");
        }
    }
    let count = |name: &str| samples[format!("{name} schedule=nightly")].as_f64().unwrap();
    assert_eq!(count("rung_gaps"), assessment["gaps"].as_array().unwrap().len() as f64);
    assert_eq!(
        count("rung_scan_calls"),
        assessment["scan"]["calls"]["completed"].as_f64().unwrap_or_else(|| count("rung_scan_calls"))
    );
    assert!(count("rung_scan_duration_seconds") > 0.0 && count("rung_scan_list_price_usd") > 0.0);
    assert!(count("rung_last_good_scan_age_seconds") >= 0.0 && count("rung_last_good_scan_timestamp_seconds") > 1.7e9);
    assert_eq!(samples["rung_runs_total result=done schedule=nightly"], 1.0);
    let fails = samples["rung_findings result=fail schedule=nightly"].as_f64().unwrap();
    assert!(fails > 50.0 && samples["rung_store_up"] == 1.0 && samples["rung_run_under_way schedule=nightly"] == 0.0);
    assert!(samples[format!("rung_build_info version={}", env!("CARGO_PKG_VERSION"))] == 1.0);
    let of_yearly: Vec<_> =
        samples.as_object().unwrap().keys().filter(|name| name.contains("schedule=yearly")).collect();
    assert_eq!(of_yearly, ["rung_next_run_timestamp_seconds schedule=yearly", "rung_run_under_way schedule=yearly"]);
    // Neither names nor ARNs of resources.
    assert!(!text.contains("arn:") && !text.contains("123456789012"), "{text}");
}

/// The page and the API of `rung serve` on the same store.
fn shown(rung: &Rung, scan: &str) {
    let served = Served::start(rung, &["--config", "rung.toml"]);
    let page = served.get("/schedule").text;
    assert!(page.contains("30 2 * * *") && page.contains("rung scan --demo") && page.contains("exit code 0"), "{page}");
    assert!(page.contains(&format!("href=\"/scans/{scan}\"")) && page.contains("1 before it was left out"), "{page}");
    assert!(page.contains("aria-current=\"page\">Schedule</a>"), "{page}");
    let api: Value = serde_json::from_str(&served.get("/api/v1/schedule").text).unwrap();
    assert_eq!(
        (&api["schedules"][0]["name"], api["schedules"][0]["next"].as_array().unwrap().len()),
        (&"nightly".into(), 5)
    );
    assert_eq!(
        (&api["schedules"][0]["runs"][0]["scan"], &api["schedules"][1]["runs"]),
        (&scan.into(), &Value::Array(Vec::new()))
    );
    assert!(served.get("/run").text.contains("rung schedule run"));
    // A server with another configuration shows what the store knows.
    let elsewhere = rung.path("elsewhere.toml");
    fs::write(&elsewhere, "").unwrap();
    let other = Served::start(rung, &["--config", "elsewhere.toml"]);
    assert!(other.get("/schedule").text.contains("It is not in the rung.toml of this server"));
}

#[test]
fn once_has_the_exit_code_of_its_scan() {
    let rung = Rung::new();
    let more = "[[schedule]]\nname = \"whole\"\ncron = \"0 0 1 1 *\"\ndemo = true\nrequire_complete = true\n";
    fs::write(rung.path("rung.toml"), format!("{NIGHTLY}demo = true\n{more}")).unwrap();
    let output = rung.run(&["schedule", "run", "--once", "nightly"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("nightly: begun") && said.contains("nightly: done"), "{said}");
    let said = rung.fails(3, &["schedule", "run", "--once", "whole"]);
    assert!(said.contains("whole: the scan is not complete"), "{said}");
    let said = rung.fails(2, &["schedule", "run", "--once", "weekly"]);
    assert!(said.contains("no schedule is called \"weekly\": there is nightly, whole"), "{said}");
    let url = store_of(&rung);
    let states: Vec<_> = runs(&url).into_iter().map(|run| (run.schedule, run.exit)).collect();
    assert_eq!(states, [("whole".to_owned(), Some(3)), ("nightly".to_owned(), Some(0))]);
    // While one is under way another is refused.
    runtime().block_on(async {
        let store = Store::open(&url).await.unwrap();
        let runner = rung::store::Runner { host: "elsewhere".to_owned(), pid: 4711, id: "another".to_owned() };
        let now = Timestamp::now();
        let new = rung::store::NewRun { schedule: "nightly", planned: now, now, missed: 0, bundle: None, stale: now };
        assert!(matches!(store.claim_run(&new, &runner).await.unwrap(), rung::store::Claim::Ours(_)));
        store.close().await;
    });
    let said = rung.fails(2, &["schedule", "run", "--once", "nightly"]);
    assert!(
        said.contains("nightly: a run is under way since")
            && said.contains("on elsewhere, process 4711: nothing was begun"),
        "{said}"
    );
}

#[test]
fn told_to_end_it_takes_its_scan_to_a_good_end() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"latency_ms": 400}"#);
    let rung = emulator.rung();
    fs::write(rung.path("rung.toml"), NIGHTLY).unwrap();
    let url = store_of(&rung);
    missed_a_night(&url);
    let mut service = Service::start(&rung, &[]);
    under_way(&emulator);
    assert_eq!(service.health().1["under_way"]["schedule"], "nightly");
    assert_eq!(samples(&service.get("/metrics").1)["rung_run_under_way schedule=nightly"], 1.0);
    service.signal("-TERM");
    service.wait_for("told to end; waiting for its bundle");
    let (status, health) = service.health();
    assert!(status == 503 && health["why"][0] == "it is stopping", "{health}");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    let bundle = bundles(&rung.path(".local/share/rung/scans")).remove(0);
    rung.ok(&["verify", bundle.to_str().unwrap()]);
    let run = runs(&url).remove(0);
    assert_eq!((run.state, run.exit, run.bundle), (RunState::Ended, Some(130), Some(bundle)));
}

#[test]
fn a_scheduler_that_is_killed_in_mid_scan_goes_on_where_it_can() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"latency_ms": 400}"#);
    let rung = emulator.rung();
    fs::write(rung.path("rung.toml"), NIGHTLY).unwrap();
    let url = store_of(&rung);
    missed_a_night(&url);
    let mut service = Service::start(&rung, &[]);
    under_way(&emulator);
    service.signal("-KILL");
    service.child.wait().unwrap();
    // Its scan sees that nobody holds its standard input any more, and writes what it saw.
    let (scans, until) = (rung.path(".local/share/rung/scans"), Instant::now() + PATIENCE);
    while bundles(&scans).is_empty() {
        assert!(Instant::now() < until, "the scan leaves no bundle");
        std::thread::sleep(Duration::from_millis(50));
    }
    emulator.reset_counts();
    // Later: the last word of the run is old.
    runtime().block_on(async {
        sqlx::any::install_default_drivers();
        let path = format!("sqlite://{}", rung.path(".local/share/rung/store.db").display());
        let mut store = <sqlx::AnyConnection as sqlx::Connection>::connect(&path).await.unwrap();
        sqlx::query("UPDATE runs SET heartbeat = heartbeat - 600000000").execute(&mut store).await.unwrap();
    });
    let service = Service::start(&rung, &[]);
    service.wait_for("ended without a word");
    service.wait_for("nightly: begun");
    service.wait_for("nightly: done");
    let all = runs(&url);
    let states: Vec<_> = all.iter().map(|run| (run.state, run.attempt, run.exit, run.scan.is_some())).collect();
    assert_eq!(states, [(RunState::Ended, 2, Some(0), true), (RunState::Lost, 1, None, true)]);
    assert!(bundles(&scans).len() == 2 && all[0].scan != all[1].scan);
    assert_eq!(samples(&service.get("/metrics").1)["rung_runs_total result=lost schedule=nightly"], 1.0);
}

#[test]
fn a_scan_that_is_killed_ends_its_run_and_nothing_else() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"latency_ms": 400}"#);
    let rung = emulator.rung();
    fs::write(rung.path("rung.toml"), NIGHTLY).unwrap();
    let url = store_of(&rung);
    missed_a_night(&url);
    let service = Service::start(&rung, &[]);
    under_way(&emulator);
    signal("-KILL", service.scan());
    let said = service.wait_for("ended by a signal");
    assert!(said.contains("it left no bundle"), "{said}");
    let run = runs(&url).remove(0);
    assert_eq!((run.state, run.exit, run.bundle), (RunState::Ended, None, None));
    let (status, health) = service.health();
    assert_eq!((status, &health["last"]["nightly"]["words"]), (200, &"ended by a signal".into()));
    let samples = samples(&service.get("/metrics").1);
    assert_eq!(samples["rung_runs_total result=failed schedule=nightly"], 1.0);
    assert!(samples.get("rung_last_good_scan_age_seconds schedule=nightly").is_none(), "there is none");
    assert!(samples.get("rung_gaps schedule=nightly").is_none(), "nothing is known of it");
}

#[test]
fn a_full_disk_ends_a_run_and_is_told() {
    let rung = Rung::new();
    fs::write(rung.path("rung.toml"), format!("{NIGHTLY}demo = true\n")).unwrap();
    let small = Small::new(16, "");
    let (scans, store) = (small.path().join("scans"), rung.path("store.db"));
    if !small.is_mounted() {
        // Where mounting is not allowed: a folder that cannot be made.
        fs::write(&scans, "").unwrap();
    }
    let url = StoreUrl::Sqlite(store.clone());
    missed_a_night(&url);
    let service = Service::start(&rung, &["--scans", scans.to_str().unwrap(), "--store", store.to_str().unwrap()]);
    let said = service.wait_for("usage, configuration or input is wrong");
    assert!(said.contains("it left no bundle"), "{said}");
    let run = runs(&url).remove(0);
    assert_eq!((run.state, run.exit, run.bundle), (RunState::Ended, Some(2), None));
    if small.is_mounted() {
        assert!(run.lines.iter().any(|line| line.contains("No space left on device")), "{:?}", run.lines);
    }
    let (status, health) = service.health();
    assert!(status == 200 && health["last"]["nightly"]["exit"] == 2, "{health}");
}

#[test]
fn what_is_wrong_is_told_before_anything_begins() {
    let rung = Rung::new();
    for (text, expected) in [
        ("", "rung.toml: there is no [[schedule]]"),
        ("[[schedule]]\nname = \"a\"\n", "rung.toml, line 1, column 1: cron is missing"),
        ("[[schedule]]\nname = \"a\"\ncron = \"@daily\"\n", "line 3, column 8: cron: \"@daily\": expected five fields"),
        ("schedule = 1\n", "line 1, column 12: schedule: expected tables, each under [[schedule]], found a number"),
        ("[[schedule]]\nname = \"a\"\ncron = \"0 1 * * *\"\ntimezone = \"UTC\"\n", "Did you mean time_zone?"),
    ] {
        fs::write(rung.path("rung.toml"), text).unwrap();
        for args in [&["schedule", "run"][..], &["schedule", "next"], &["schedule", "run", "--once", "a"]] {
            let said = rung.fails(2, args);
            assert!(said.contains(expected), "{text}: {said}");
        }
    }
    fs::write(rung.path("rung.toml"), format!("{NIGHTLY}demo = true\n")).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let said = rung.fails(2, &["schedule", "run", "--listen", &taken.local_addr().unwrap().to_string()]);
    assert!(said.contains("another program listens there"), "{said}");
    assert!(rung.fails(2, &["schedule", "run", "--listen", "everywhere"]).contains("expected ADDRESS:PORT"));
    let said = rung.fails(2, &["schedule", "run", "--store", "postgres://rung:very-secret@127.0.0.1:1/rung"]);
    assert!(said.contains("cannot be reached") && !said.contains("very-secret"), "{said}");
    assert!(!rung.path(".local").exists(), "nothing is made");
}

#[test]
fn the_coming_instants_are_those_of_their_zone() {
    let rung = Rung::new();
    fs::write(rung.path("rung.toml"), format!("{NIGHTLY}time_zone = \"Europe/Berlin\"\ndemo = true\n")).unwrap();
    let said = rung.ok(&["schedule", "next", "nightly", "--from", "2026-03-28T00:00:00Z"]);
    assert_eq!(
        said,
        "nightly: 30 2 * * * in Europe/Berlin\n  Sat 2026-03-28 02:30 +01:00  2026-03-28T01:30:00Z\n  \
         Sun 2026-03-29 03:00 +02:00  2026-03-29T01:00:00Z\n  Mon 2026-03-30 02:30 +02:00  2026-03-30T00:30:00Z\n"
    );
    let json: Value =
        serde_json::from_str(&rung.ok(&["schedule", "next", "--format", "json", "--count", "1"])).unwrap();
    assert_eq!((json[0]["next"].as_array().unwrap().len(), &json[0]["time_zone"]), (1, &"Europe/Berlin".into()));
    assert!(rung.fails(2, &["schedule", "next", "weekly"]).contains("there is nightly"));
}
