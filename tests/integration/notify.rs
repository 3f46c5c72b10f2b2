//! Notifications to real servers: ones that fail first, are dead, refuse, point elsewhere; mail; SNS; and names of strangers in all of them.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{Timestamp, ToSpan};
use rung::{
    config::{
        NotifyTable,
        notify::{By, EmailTable, EventKind, Receiver, SecretAt, Tls},
    },
    notify::{self, Night, Patience, Told},
    store::{Store, StoreUrl},
};
use rung_rules::model::Settings;
use serde_json::Value;
use tempfile::TempDir;

use crate::common::{Rung, python, root};

const SECRET: &str = "a-secret-of-the-test";
const HOSTILE: &str = "<!channel> <b>&\r\nBcc: evil@example.org \u{1b}[31m\u{202e}";

/// What an HTTP receiver was asked: the head, and the body.
type Asked = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Gives these answers, one a request, then nobody listens any more.
fn receiver(answers: &[&str]) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/T0/{SECRET}", listener.local_addr().unwrap());
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let asked = Asked::default();
    let kept = asked.clone();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut head, mut byte) = (Vec::new(), [0]);
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap().to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap();
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push((head, body));
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nno");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, asked)
}

/// A store, files for secrets, and the pauses that were taken.
struct Place {
    folder: TempDir,
    store: Store,
    pauses: Arc<Mutex<Vec<Duration>>>,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreUrl::Sqlite(folder.path().join("store.db"))).await.unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        Place { folder, store, pauses: Arc::default() }
    }

    fn secret(&self, name: &str, text: &str) -> SecretAt {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        SecretAt::File(path)
    }

    fn slack(&self, name: &str, url: &str) -> Receiver {
        to(name, By::Slack { url: self.secret(name, url), insecure: false })
    }

    fn webhook(&self, name: &str, url: &str) -> Receiver {
        let secret = SecretAt::File(self.folder.path().join("secret"));
        to(name, By::Webhook { url: self.secret(name, url), secret, insecure: false })
    }

    /// Tells of a night in which the scan failed, so many days after the first.
    async fn tell(&self, to: &[&Receiver], day: i64) -> Told {
        let now = "2026-11-24T02:00:00Z".parse::<Timestamp>().unwrap() + (24 * day).hours();
        let lines = [HOSTILE.to_owned()];
        let night = Night { schedule: "nightly", exit: Some(4), bundle: None, planned: now, ended: now, lines: &lines };
        self.tell_of(&night, to, now).await
    }

    async fn tell_of(&self, night: &Night<'_>, to: &[&Receiver], now: Timestamp) -> Told {
        let config = NotifyTable { to: to.iter().map(|one| (*one).clone()).collect(), ..NotifyTable::default() };
        let pauses = self.pauses.clone();
        let patience = Patience::by(move |pause| pauses.lock().unwrap().push(pause));
        notify::after_with(night, &config, &Settings::default(), &self.store, now, &patience).await
    }
}

fn to(name: &str, by: By) -> Receiver {
    Receiver { name: name.to_owned(), events: EventKind::ALL.into(), by }
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_first_is_told_once_and_its_signature_holds() {
    let place = Place::new().await;
    let (url, asked) = receiver(&["503 Busy", "500 Oh", "200 OK"]);
    let hook = place.webhook("ops", &url);
    let told = place.tell(&[&hook], 0).await;
    assert_eq!((told.delivered.clone(), told.failed.len()), (vec![("ops".to_owned(), 1)], 0), "{told:?}");
    // The same night again: nobody listens any more, and nobody is asked.
    assert_eq!(place.tell(&[&hook], 0).await, Told::default());
    let asked = asked.lock().unwrap();
    assert_eq!((asked.len(), place.pauses.lock().unwrap().len()), (3, 2));
    let deliveries: BTreeSet<&str> = asked.iter().map(|(head, _)| header(head, "x-rung-delivery")).collect();
    assert_eq!(deliveries.len(), 1, "retries have the same delivery");
    let (head, body) = &asked[2];
    let message: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(message["schema"], "rung/notification/v1");
    assert_eq!(message["events"][0]["kind"], "scan_failed");
    let now = "2026-11-24T02:00:00Z".parse::<Timestamp>().unwrap().as_second();
    let signature = header(head, "x-rung-signature");
    assert!(is_ours(SECRET, signature, body, now));
    assert!(!is_ours("another", signature, body, now));
    assert!(!is_ours(SECRET, signature, &[body.as_slice(), b" "].concat(), now));
    assert!(!is_ours(SECRET, signature, body, now + 301), "an old message is no fresh one");
}

/// What Python's own HMAC says.
fn is_ours(secret: &str, signature: &str, body: &[u8], now: i64) -> bool {
    let args = ["tests/notify/verify.py", secret, signature, &now.to_string()];
    let mut child = Command::new(python()).args(args).current_dir(root()).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    child.wait().unwrap().success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_receiver_costs_the_others_nothing_and_is_told_on_a_later_night() {
    let place = Place::new().await;
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let team = place.slack("team", &format!("http://{dead}/T0/{SECRET}"));
    let (url, _) = receiver(&["200 OK", "200 OK"]);
    let ops = place.webhook("ops", &url);
    let told = place.tell(&[&team, &ops], 0).await;
    assert_eq!(told.delivered, [("ops".to_owned(), 1)]);
    assert_eq!((told.failed.len(), place.pauses.lock().unwrap().len()), (1, 4), "five attempts");
    let lines = told.lines().join("\n");
    assert!(lines.contains("team could not be told: 127.0.0.1: ") && !lines.contains(SECRET), "{lines}");
    // It lives again: both nights in one message; the other hears of the new one only.
    let (url, asked) = receiver(&["200 OK"]);
    let told = place.tell(&[&place.slack("team", &url), &ops], 1).await;
    assert_eq!(told.delivered, [("team".to_owned(), 2), ("ops".to_owned(), 1)]);
    let body: Value = serde_json::from_slice(&asked.lock().unwrap()[0].1).unwrap();
    let blocks = body["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 4, "{body:#}");
    // What strangers wrote is no command, no mark-up and no control character.
    let text = blocks[1]["text"]["text"].as_str().unwrap();
    assert!(text.contains("&lt;!channel&gt; &lt;b&gt;&amp;\\u{d}\\u{a}Bcc"), "{text}");
    assert!(!text.contains(['<', '\r', '\u{1b}', '\u{202e}']), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_dead_for_a_week_is_given_up_with_a_word() {
    let place = Place::new().await;
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let team = place.slack("team", &format!("http://{dead}/"));
    for night in [0, 7] {
        assert!(place.tell(&[&team], night).await.notes.is_empty(), "{night}");
    }
    let notes = place.tell(&[&team], 8).await.notes;
    assert_eq!(notes, ["team could not be told for seven days, which is given up: The scan nightly failed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_is_waited_for_as_it_asks_but_not_for_an_hour() {
    let place = Place::new().await;
    let (url, asked) = receiver(&["429 Slow down\r\nretry-after: 30", "200 OK"]);
    assert_eq!(place.tell(&[&place.slack("a", &url)], 0).await.failed, []);
    assert_eq!(*place.pauses.lock().unwrap(), [Duration::from_secs(30)]);
    assert_eq!(asked.lock().unwrap().len(), 2);
    let (url, asked) = receiver(&["429 Slow down\r\nretry-after: 3600", "200 OK"]);
    let told = place.tell(&[&place.slack("b", &url)], 0).await;
    assert_eq!((told.failed.len(), asked.lock().unwrap().len()), (1, 1));
    assert_eq!(place.pauses.lock().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_or_points_elsewhere_is_asked_once() {
    let place = Place::new().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let moved = format!("307 Moved\r\nlocation: http://{}/steal", elsewhere.local_addr().unwrap());
    for (answer, words) in [("400 Bad", "400 Bad Request: no"), (moved.as_str(), "it points elsewhere")] {
        let (url, asked) = receiver(&[answer, "200 OK"]);
        let told = place.tell(&[&place.webhook("x", &url)], 0).await;
        assert!(told.failed[0].1.contains(words) && !told.failed[0].1.contains(SECRET), "{told:?}");
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
    assert!(elsewhere.accept().is_err(), "the redirect was followed");
    assert!(place.pauses.lock().unwrap().is_empty());
}

/// A mail server; it stops when its standard input ends.
struct Sink {
    child: Child,
    port: u16,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Sink {
    fn start(answers: &[&str]) -> Self {
        let mut child = Command::new(python())
            .arg("tests/notify/smtp_sink.py")
            .args(answers)
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/test installs aiosmtpd into .venv");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap().strip_prefix("LISTENING ").unwrap().parse().unwrap();
        Sink { child, port, lines }
    }

    fn mail(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    fn receiver(&self) -> Receiver {
        let (from, to_whom) =
            ("Rung <rung@example.org>".to_owned(), vec!["a@example.org".to_owned(), "b@example.org".to_owned()]);
        let host = "127.0.0.1".to_owned();
        to("mail", By::Email(EmailTable { host, port: self.port, tls: Tls::None, from, to: to_whom, sign_in: None }))
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_taken_by_a_server_that_is_busy_first_and_names_make_no_headers() {
    let (place, mut sink) = (Place::new().await, Sink::start(&["451 later"]));
    let told = place.tell(&[&sink.receiver()], 0).await;
    assert_eq!((told.delivered.len(), place.pauses.lock().unwrap().len()), (1, 1), "{told:?}");
    let (first, mail) = (sink.mail(), sink.mail());
    assert_eq!((first["answer"].as_str(), mail["answer"].as_str()), (Some("451 later"), Some("250 taken")));
    assert_eq!(mail["to"], serde_json::json!(["a@example.org", "b@example.org"]));
    let content = mail["content"].as_str().unwrap();
    let (head, body) = content.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Subject: rung: The scan nightly failed"), "{head}");
    let is_bcc = |line: &str| line.to_lowercase().starts_with("bcc");
    assert!(!head.lines().any(is_bcc) && head.contains("multipart/alternative"), "{head}");
    assert!(!body.contains("\r\nBcc") && body.contains("text/plain") && body.contains("text/html"), "{body}");
    assert!(body.contains("&lt;!channel&gt; &lt;b&gt;&amp;"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_a_server_refuses_is_not_tried_again_and_encryption_is_not_given_up() {
    let (place, sink) = (Place::new().await, Sink::start(&["550 no"]));
    let told = place.tell(&[&sink.receiver()], 0).await;
    assert!(told.failed[0].1.contains("127.0.0.1: ") && place.pauses.lock().unwrap().is_empty(), "{told:?}");
    // The server takes mail now, but it cannot encrypt.
    let mut receiver = sink.receiver();
    if let By::Email(table) = &mut receiver.by {
        table.tls = Tls::Starttls;
    }
    let told = place.tell(&[&receiver], 1).await;
    assert_eq!((told.delivered.len(), told.failed.len()), (0, 1), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_is_told_of_its_bundle_once_and_a_bundle_that_is_broken_with_a_word() {
    let place = Place::new().await;
    let scans = place.folder.path().join("scans");
    std::fs::create_dir(&scans).unwrap();
    // Making one runs a runtime of its own.
    let night = move || crate::history::night(&scans, 0, |_, scan| scan.complete = false);
    let night = tokio::task::spawn_blocking(night).await.unwrap();
    let now = night.assessment.scan.started_at;
    let of =
        |folder| Night { schedule: "n", exit: Some(130), bundle: Some(folder), planned: now, ended: now, lines: &[] };
    let (url, asked) = receiver(&["200 OK", "200 OK"]);
    let hook = place.webhook("ops", &url);
    let told = place.tell_of(&of(&night.folder), &[&hook], now).await;
    assert_eq!(told.delivered.len(), 1, "{told:?}");
    assert_eq!(place.tell_of(&of(&night.folder), &[&hook], now).await, Told::default());
    let body: Value = serde_json::from_slice(&asked.lock().unwrap()[0].1).unwrap();
    assert_eq!(body["scan"], night.id());
    let kinds: Vec<_> =
        body["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.starts_with(&["scan_failed"]) && kinds.contains(&"incomplete"), "{kinds:?}");
    let told = place.tell_of(&of(Path::new("/nowhere")), &[&hook], now).await;
    assert!(told.notes[0].contains("nothing can be told of the bundle /nowhere"), "{told:?}");
}

/// moto's SNS, with a queue behind the topic; it stops when its standard input ends.
struct Sns {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    at: Value,
}

impl Sns {
    fn start() -> Self {
        let mut child = Command::new(python())
            .arg("tests/notify/moto_sns.py")
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/test installs moto into .venv");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let at = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        Sns { child, lines, at }
    }

    /// What came into the queue since.
    fn read(&mut self) -> Vec<Value> {
        self.child.stdin.as_mut().unwrap().write_all(b"read\n").unwrap();
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Sns {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

#[test]
fn sns_is_published_to_the_topic_and_to_no_other() {
    let mut sns = Sns::start();
    let keys =
        [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "a-very-secret-key"), ("AWS_REGION", "us-east-1")];
    let rung = Rung::new().var("AWS_ENDPOINT_URL", sns.at["url"].as_str().unwrap());
    let rung = keys.iter().fold(rung, |rung, (name, value)| rung.var(name, value));
    let config = |topic: &str| {
        let text = format!("[[notify.to]]\nname = \"topic\"\nkind = \"sns\"\ntopic = \"{topic}\"\n");
        std::fs::write(rung.path("rung.toml"), text).unwrap();
    };
    config(sns.at["topic"].as_str().unwrap());
    rung.ok(&["notify", "test"]);
    rung.ok(&["notify", "send", "--exit", "4"]);
    let told = sns.read();
    let subjects: BTreeSet<_> = told.iter().map(|one| one["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, BTreeSet::from(["rung: A test: this receiver can be reached", "rung: The scan failed"]));
    assert!(told.iter().any(|one| one["message"].as_str().unwrap().contains("no usable credentials")), "{told:?}");
    config("arn:aws:sns:us-east-1:123456789012:nobody");
    let refused = rung.fails(2, &["notify", "test"]);
    assert!(refused.contains("NotFound") && !refused.contains("a-very-secret-key"), "{refused}");
    assert!(sns.read().is_empty(), "something came to the topic that was not named");
}

#[test]
fn the_commands_say_who_is_meant_and_show_no_secret() {
    let (url, asked) = receiver(&["200 OK", "403 Forbidden"]);
    let rung = Rung::new().var("HOOK", &url).var("KEY", SECRET);
    let none = rung.fails(2, &["notify", "test"]);
    assert!(none.contains("rung.toml names nobody to tell"), "{none}");
    let text = "[[notify.to]]\nname = \"ops\"\nkind = \"webhook\"\nurl_env = \"HOOK\"\nsecret_env = \"KEY\"\n\
                [[notify.to]]\nname = \"away\"\nkind = \"slack\"\nurl_env = \"NOT_SET\"\n";
    std::fs::write(rung.path("rung.toml"), text).unwrap();
    assert!(rung.fails(2, &["notify", "test", "nobody"]).contains("there are: ops, away"));
    rung.ok(&["notify", "test", "ops"]);
    let refused = rung.fails(2, &["notify", "test"]);
    assert!(
        refused.contains("ops: 127.0.0.1: 403") && refused.contains("away: the variable NOT_SET is not set"),
        "{refused}"
    );
    assert!(!refused.contains(SECRET), "{refused}");
    assert_eq!(asked.lock().unwrap().len(), 2);
    // A dry run tells what would be told, asks nobody and remembers nothing.
    for _ in 0..2 {
        let dry = rung.ok(&["notify", "send", "--exit", "2", "--dry-run"]);
        assert_eq!(dry, "ops: 1\n  scan_failed: The scan failed\naway: 1\n  scan_failed: The scan failed\n");
    }
}
