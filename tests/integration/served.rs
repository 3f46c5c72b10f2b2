//! `rung serve` as a child process, asked over real sockets as a browser and as programs do.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, Method, RequestBuilder, StatusCode, header, redirect::Policy};
use tokio::runtime::Runtime;

use crate::common::Rung;

pub(crate) const TOKEN: &str = "a-token-of-more-than-thirty-two-characters";
/// Longer than anything here takes; whoever waits this long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The server as a child process, stopped by its process id.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// Lines of its standard error.
    errors: Mutex<Receiver<String>>,
    pub(crate) client: Client,
    pub(crate) runtime: Arc<Runtime>,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) text: String,
}

impl Served {
    pub(crate) fn start(rung: &Rung, more: &[&str]) -> Self {
        let mut args = vec!["serve", "--listen", "127.0.0.1:0"];
        args.extend(more);
        let mut child = rung.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (told, errors) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        if !line.contains("http") {
            let text: Vec<_> = errors.iter().collect();
            panic!("it did not start: {line}{}", text.join("\n"));
        }
        let address = address(&line);
        let client = Client::builder().redirect(Policy::none()).no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let runtime = Arc::new(tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap());
        Served { child, address, errors: Mutex::new(errors), client, runtime }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub(crate) fn send(&self, request: RequestBuilder) -> Answer {
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            Answer { status, headers, text: answer.text().await.unwrap() }
        })
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(self.ask(Method::GET, path).header(header::ACCEPT, "text/html"))
    }

    /// A form as a browser sends it from our own page.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.ask(Method::POST, path).header(header::ORIGIN, self.url("").trim_end_matches('/'));
        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }

    /// The hidden field `name` of the form on a page.
    pub(crate) fn hidden(&self, path: &str, name: &str) -> String {
        hidden(&self.get(path).text, name)
    }

    /// Posts a form with the token and the version that the page of the form carries.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).text;
        let (csrf, version) = (hidden(&page, "csrf"), hidden(&page, "version"));
        let mut all = vec![("csrf", csrf.as_str()), ("version", version.as_str())];
        all.extend(fields);
        self.send(self.form(path, &all))
    }

    pub(crate) fn wait_for_error(&self, words: &str) -> String {
        let errors = self.errors.lock().unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let line = errors.recv_timeout(until.saturating_duration_since(Instant::now())).expect(words);
            if line.contains(words) {
                return line;
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Asks `/run/state` until no scan runs.
    pub(crate) fn wait_for_the_scan(&self) {
        let until = Instant::now() + PATIENCE;
        while self.get("/run/state").text.contains("\"running\":true") {
            assert!(Instant::now() < until, "the scan does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// The address that it printed.
pub(crate) fn address(line: &str) -> SocketAddr {
    line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap()
}

pub(crate) fn hidden(page: &str, name: &str) -> String {
    let before = format!("name=\"{name}\" value=\"");
    page.split(&before).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// Cookies that an answer sets, as a browser would send them back.
pub(crate) fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

/// Every file below a folder with its content, but for the store's own.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false if entry.file_name().unwrap().to_string_lossy().starts_with("store.db") => {}
                false => {
                    all.insert(entry.display().to_string(), fs::read(&entry).unwrap());
                }
            }
        }
    }
    all
}

/// What attests the criterion that nothing of the demo account decides.
pub(crate) fn attestation(statement: &str) -> [(&str, &str); 4] {
    [
        ("criterion", "waf-perf-040.api.aws.index-strategy"),
        ("owner", "Ada Lovelace"),
        ("statement", statement),
        ("expires", tomorrow()),
    ]
}

/// A day that lies ahead whenever this runs, and less than five years.
pub(crate) fn tomorrow() -> &'static str {
    static DAY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DAY.get_or_init(|| rung::config::today().tomorrow().unwrap().to_string())
}

/// Signs in as a browser does; the session's cookie.
pub(crate) fn sign_in(served: &Served, token: &str) -> Answer {
    let page = served.get("/login?next=/people");
    let fields = [("csrf", &*hidden(&page.text, "csrf")), ("token", token), ("next", "/people")];
    served.send(served.form("/login", &fields).header("cookie", cookies(&page)))
}
