//! Scans that are started from the page, the end of the server, many visitors at once, and the pages in a real browser.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use reqwest::Method;

use crate::{
    common::{Emulator, Rung, python, root},
    served::{PATIENCE, Served, TOKEN, cookies, hidden, sign_in, tomorrow},
};

#[test]
fn a_scan_is_started_from_the_page_and_told_with_its_end() {
    let rung = Rung::new();
    fs::write(rung.path("rung.toml"), "[serve]\ndemo = true\n").unwrap();
    let served = Served::start(&rung, &["--config", "rung.toml"]);
    assert!(served.get("/run").text.contains("rung scan --config rung.toml --demo"));
    let csrf = served.hidden("/run", "csrf");
    // What the form brings beside its token chooses nothing.
    let fields = [("csrf", &*csrf), ("args", "--record x"), ("regions", "all")];
    assert_eq!(served.send(served.form("/run/start", &fields)).status, 303);
    served.wait_for_the_scan();
    let page = served.get("/run").text;
    assert!(page.contains(">done</span>") && page.contains("exit code 0"), "{page}");
    let scans = rung.path(".local/share/rung/scans");
    let bundle = fs::read_dir(&scans).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    rung.ok(&["verify", bundle.to_str().unwrap()]);
    assert!(
        page.contains(bundle.file_name().unwrap().to_str().unwrap()) && !page.contains("did not take it in"),
        "{page}"
    );
    // It is still told after a restart.
    drop(served);
    assert!(Served::start(&rung, &[]).get("/run").text.contains("exit code 0"));
    // A configuration that is wrong by now is told, and no scan begins.
    let served = Served::start(&rung, &["--config", "rung.toml"]);
    let csrf = served.hidden("/run", "csrf");
    fs::write(rung.path("rung.toml"), "[serv]\n").unwrap();
    let answer = served.send(served.form("/run/start", &[("csrf", &*csrf)]));
    assert!(answer.status == 500 && answer.text.contains("Did you mean serve?"), "{}", answer.text);
}

#[test]
fn a_scan_under_way_is_alone_and_leaves_a_bundle_when_it_is_stopped() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"latency_ms": 400}"#);
    // What the server knows is not handed to the scan.
    let rung = emulator.rung().var("RUNG_SERVE_TOKEN", TOKEN);
    let served = Served::start(&rung, &[]);
    let cookie = cookies(&sign_in(&served, TOKEN));
    let ask = |path: &str| served.send(served.ask(Method::GET, path).header("cookie", &cookie));
    let csrf = hidden(&ask("/run").text, "csrf");
    let post = |path: &str| served.send(served.form(path, &[("csrf", &*csrf)]).header("cookie", &cookie)).status;
    assert_eq!(post("/run/start"), 303);
    assert_eq!(post("/run/start"), 409, "one at a time");
    let until = Instant::now() + PATIENCE;
    while emulator.counts().as_object().unwrap().len() < 5 {
        assert!(Instant::now() < until, "the scan asks nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
    let page = ask("/run").text;
    assert!(page.contains("Running") && page.contains("Stop the scan") && page.contains("regions, "), "{page}");
    assert_eq!(post("/run/stop"), 303);
    while ask("/run/state").text.contains("\"running\":true") {
        assert!(Instant::now() < until, "the scan does not end");
        std::thread::sleep(Duration::from_millis(50));
    }
    let page = ask("/run").text;
    assert!(page.contains("exit code 130") && page.contains("stopped; what was seen until then"), "{page}");
    assert!(!page.contains("It left no bundle."), "{page}");
}

/// SIGTERM while a scan runs: its bundle is written before the server ends.
#[test]
fn a_server_that_ends_takes_its_scan_to_a_good_end() {
    let emulator = Emulator::start("demo");
    emulator.control(r#"{"latency_ms": 400}"#);
    let rung = emulator.rung();
    let mut served = Served::start(&rung, &[]);
    let csrf = served.hidden("/run", "csrf");
    assert_eq!(served.send(served.form("/run/start", &[("csrf", &*csrf)])).status, 303);
    let until = Instant::now() + PATIENCE;
    while emulator.counts().as_object().unwrap().len() < 5 {
        assert!(Instant::now() < until, "the scan asks nothing");
        std::thread::sleep(Duration::from_millis(50));
    }
    served.signal("-TERM");
    served.wait_for_error("waiting for the scan under way");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    let scans = rung.path(".local/share/rung/scans");
    let bundles = fs::read_dir(scans).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(bundles.filter(|path| path.join("manifest.json").is_file()).count(), 1);
}

#[test]
fn whoever_has_asked_gets_an_answer_before_it_ends() {
    let rung = Rung::new();
    let mut served = Served::start(&rung, &[]);
    let csrf = served.hidden("/people/waive", "csrf");
    let body = format!("csrf={csrf}&version=absent&what=060&reason=later&owner=Grace&expires={}", tomorrow());
    let (first, rest) = body.split_at(20);
    let mut socket = TcpStream::connect(served.address).unwrap();
    let head = format!(
        "POST /people/waive HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {1}\r\nExpect: 100-continue\r\n\r\n",
        served.address,
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    // The server wants the form: this request is under way.
    let mut goes_on = [0; 25];
    socket.read_exact(&mut goes_on).unwrap();
    assert_eq!(&goes_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(first.as_bytes()).unwrap();
    served.signal("-TERM");
    served.wait_for_error("stopping");
    assert!(served.child.try_wait().unwrap().is_none(), "it waits");
    socket.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert!(rung.path("waivers.toml").is_file());
    assert!(TcpStream::connect(served.address).is_err(), "nobody listens any more");
}

#[test]
fn a_thousand_requests_at_once_are_answered() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet"]);
    let served = Served::start(&rung, &[]);
    let status = served.runtime.block_on(async {
        let sent = (0..1_000).map(|n| {
            let path = ["/people", "/run", "/people/attest", "/assets/report.css"][n % 4];
            tokio::spawn(served.ask(Method::GET, path).send())
        });
        let mut counts = BTreeMap::<u16, u32>::new();
        for one in sent.collect::<Vec<_>>() {
            *counts.entry(one.await.unwrap().unwrap().status().as_u16()).or_default() += 1;
        }
        counts
    });
    assert_eq!(status, BTreeMap::from([(200, 1_000)]));
}

/// The pages in a real browser: by keyboard alone, hostile names as text, no serious fault for axe-core.
#[test]
fn the_pages_work_in_a_browser() {
    let rung = Rung::new().var("RUNG_SERVE_TOKEN", TOKEN);
    fs::write(rung.path("rung.toml"), "[serve]\ndemo = true\n").unwrap();
    rung.ok(&["scan", "--demo", "--quiet"]);
    let served = Served::start(&rung, &[]);
    let output = Command::new(python())
        .args(["tests/browser/check_serve.py", &served.url("/")])
        .env("RUNG_SERVE_TOKEN", TOKEN)
        .current_dir(root())
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{text}");
}
