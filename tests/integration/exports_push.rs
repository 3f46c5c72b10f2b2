//! `rung report --format wafpass --push`: to the real server of WAF++, and what happens where there is none.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use crate::{
    common::{Rung, root},
    exports::{check, wafpass_python},
};

const KEY: &str = "a-key-that-nobody-may-see";
const PASSWORD: &str = "admin-of-the-test";

/// The server of WAF++ over a PostgreSQL of its own; both stop when its standard input ends.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(wafpass_python())
            .args(["tests/exports/serve_wafpass.py", KEY, PASSWORD])
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/test installs the server into .venv-wafpass");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = |line: std::io::Result<String>| line.unwrap().strip_prefix("LISTENING ").map(str::to_owned);
        let url = lines.filter_map(listening).next().expect("the server says where it listens");
        Server { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

fn scanned() -> Rung {
    let rung = Rung::new().var("RUNG_WAFPASS_API_KEY", KEY);
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    rung
}

#[test]
fn the_real_server_files_what_is_pushed() {
    let (rung, server) = (scanned(), Server::start());
    rung.ok(&["report", "b", "--format", "json", "-o", "assessment.json"]);
    let push = ["report", "b", "--format", "wafpass", "--push", &server.url, "--project", "shop", "--stage", "prod"];
    let told = rung.ok(&[&push[..], &["-o", "result.json"]].concat());
    let run = told.trim().rsplit(' ').next().unwrap();
    assert!(told.starts_with("scan ") && run.len() == 36, "{told}");
    let args = ["assessment.json", "result.json", &server.url, PASSWORD, run];
    check(&wafpass_python(), "check_wafpass.py", rung.home.path(), &args);
    // A key in a file, and one that the server does not take.
    let other = Rung::new();
    let bundle = rung.path("b");
    let bundle = bundle.to_str().unwrap();
    std::fs::write(other.path("key"), format!("{KEY}\n")).unwrap();
    std::fs::write(other.path("wrong"), "another-secret").unwrap();
    let push = ["report", bundle, "--format", "wafpass", "--push", &server.url];
    assert!(other.ok(&[&push[..], &["--api-key-file", "key"]].concat()).contains("is filed as run "));
    let refused = other.fails(2, &[&push[..], &["--api-key-file", "wrong"]].concat());
    assert!(refused.contains("401") && refused.contains("does not take this API key"), "{refused}");
    assert!(!refused.contains("another-secret"), "{refused}");
    let refused = other.fails(2, &push);
    assert!(refused.contains("It wants an API key: set RUNG_WAFPASS_API_KEY"), "{refused}");
}

/// Answers one request with this, and gives what was asked.
fn once(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        stream.read_exact(&mut vec![0; length.unwrap()]).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        head
    };
    (url, std::thread::spawn(serve))
}

#[test]
fn the_key_goes_where_the_user_said_and_nowhere_else() {
    let rung = scanned();
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{}/steal\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        elsewhere.local_addr().unwrap()
    );
    let (url, asked) = once(answer.leak());
    let refused = rung.fails(2, &["report", "b", "--format", "wafpass", "--push", &url]);
    assert!(refused.contains("307") && refused.contains("points elsewhere"), "{refused}");
    let asked = asked.join().unwrap();
    assert!(
        asked.starts_with("POST /api/v1/runs HTTP/1.1") && asked.to_lowercase().contains(&format!("x-api-key: {KEY}"))
    );
    assert!(elsewhere.accept().is_err(), "the redirect was followed");
    assert!(!refused.contains(KEY), "{refused}");
}

#[test]
fn a_server_that_fails_is_told_with_its_words_and_the_way_out() {
    let rung = scanned();
    let (url, asked) =
        once("HTTP/1.1 422 Unprocessable\r\ncontent-length: 15\r\nconnection: close\r\n\r\nbad \x1b[31m field");
    let refused = rung.fails(2, &["report", "b", "--format", "wafpass", "--push", &url]);
    assert!(refused.contains("422") && refused.contains("It said: bad \\u{1b}[31m"), "{refused}");
    asked.join().unwrap();
    // Nobody listens any more.
    let refused = rung.fails(2, &["report", "b", "--format", "wafpass", "--push", &url, "-o", "result.json"]);
    assert!(refused.contains("cannot push to ") && refused.contains("is it running"), "{refused}");
    for (wrong, words) in [
        ("wafpass.example", "expected https://HOST"),
        ("http://wafpass.example", "unencrypted"),
        ("https://user:pass@wafpass.example", "name or password"),
    ] {
        let refused = rung.fails(2, &["report", "b", "--format", "wafpass", "--push", wrong]);
        assert!(refused.contains(words) && !refused.contains("pass@") && !refused.contains(KEY), "{refused}");
    }
    let refused = rung.fails(2, &["report", "b", "--format", "csv", "--push", "https://wafpass.example"]);
    assert!(refused.contains("belong to --format wafpass"), "{refused}");
}
