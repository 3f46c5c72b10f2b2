//! Bundles of an account over several nights, made from the demo account; and a PostgreSQL of one's own.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
};

use jiff::ToSpan;
use rung::{bundle::Draft, report::Earlier, store::StoreUrl};
use rung_collectors::aws::Replay;
use rung_rules::{
    compose::{Parts, compose},
    model::{Assessment, EvidenceSet, Finding, Judged, Scan, Settings, Verdict, assess},
};
use tempfile::TempDir;

use crate::common::{demo, scan};

/// What the demo account shows; read once.
fn seen() -> &'static (EvidenceSet, Scan) {
    static SEEN: OnceLock<(EvidenceSet, Scan)> = OnceLock::new();
    SEEN.get_or_init(|| {
        // On a thread of its own: whoever asks first may stand in a runtime, and the scan has one.
        let scanned = std::thread::spawn(|| scan(Arc::new(Replay::new(demo())))).join().unwrap();
        (scanned.set, scanned.scan)
    })
}

/// A night's bundle and what it says.
pub(crate) struct Night {
    pub(crate) folder: PathBuf,
    pub(crate) assessment: Assessment,
}

impl Night {
    pub(crate) fn id(&self) -> &str {
        &self.assessment.scan.id
    }
}

/// The bundle of a night: the demo account so many days later, with what `change` makes of it.
pub(crate) fn night(scans: &Path, day: i64, change: impl FnOnce(&mut EvidenceSet, &mut Scan)) -> Night {
    let (mut set, mut scan) = seen().clone();
    let hours = (24 * day).hours();
    (scan.started_at, scan.finished_at) = (scan.started_at + hours, scan.finished_at + hours);
    scan.id = format!("{}-{}", scan.started_at.strftime("%Y%m%dT%H%M%SZ"), scan.accounts[0]);
    set.now = scan.started_at;
    change(&mut set, &mut scan);
    let settings = Settings::default();
    let assessed = assess(&set, &settings);
    let assessment = compose(Parts { set: &set, settings: &settings, assessed: &assessed, version: "test" }, scan);
    let folder = scans.join(format!("night-{day}"));
    let draft = Draft::create(&folder, true).unwrap();
    let (head, findings) = draft.write_all(&set, &settings, assessment, Earlier::default()).unwrap();
    let folder = draft.finish(&head.scan).unwrap();
    let findings: Vec<Finding> = findings.iter().map(Judged::into_finding).collect();
    Night { folder: folder.canonicalize().unwrap(), assessment: head.with_findings(findings).0 }
}

/// A PostgreSQL server on the loopback address, with its data in a temporary folder; stopped by its process id.
pub(crate) struct Postgres {
    server: Option<Child>,
    folder: TempDir,
    port: u16,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        owned_by_nobody(folder.path());
        let data = folder.path().join("data");
        let made = as_nobody("initdb")
            .args(["--username=rung", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .expect("scripts/test installs PostgreSQL");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut postgres = Postgres { server: None, folder, port };
        postgres.begin();
        postgres
    }

    /// Starts it, and waits until it says that it is ready.
    pub(crate) fn begin(&mut self) {
        let settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "lc_messages=C",
            "logging_collector=off",
        ];
        let mut server = as_nobody("postgres")
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string()])
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        loop {
            match lines.next() {
                Some(Ok(line)) if line.contains("ready to accept connections") => break,
                Some(Ok(line)) => said.push(line),
                _ => panic!("PostgreSQL did not start: {said:?}"),
            }
        }
        // Somebody has to take what else it says, or it would wait.
        std::thread::spawn(move || lines.for_each(drop));
        self.server = Some(server);
    }

    /// Stops it at once.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let done = Command::new("kill").args(["-QUIT", &server.id().to_string()]).status().unwrap();
            assert!(done.success());
            server.wait().unwrap();
        }
    }

    /// A database of one's own.
    pub(crate) fn database(&self, name: &str) -> StoreUrl {
        let port = self.port.to_string();
        let made = as_nobody("psql")
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "rung",
                "-d",
                "postgres",
                "-q",
                "-c",
                &format!("CREATE DATABASE {name}"),
            ])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://rung@127.0.0.1:{port}/{name}").parse().unwrap()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").unwrap_or_default().contains("\nUid:\t0\t")
}

fn owned_by_nobody(folder: &Path) {
    if is_root() {
        assert!(Command::new("chown").arg("nobody").arg(folder).status().unwrap().success());
    }
}

/// A program of PostgreSQL's, which does not run as root.
fn as_nobody(program: &str) -> Command {
    let path = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = path.map(|version| version.path().join("bin").join(program)).find(|path| path.is_file());
    let path = path.unwrap_or_else(|| PathBuf::from(program));
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.env("LC_ALL", "C").current_dir("/");
    command
}

/// What a finding says of its subject: a match of what must be rare fails.
pub(crate) fn of_subject(finding: &Finding) -> Verdict {
    let mut all = rung_rules::all_criteria();
    let against = all.any(|(control, own)| own.full_id(control) == finding.criterion && own.bar.counts_against());
    finding.result.of_subject(against)
}
