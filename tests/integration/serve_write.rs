//! `rung serve` over real sockets: who is let in, which forms count, what they write, scans that are started from the page.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
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

use crate::common::{Emulator, Rung, python, root};

const TOKEN: &str = "a-token-of-more-than-thirty-two-characters";
/// Longer than anything here takes; whoever waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server as a child process, stopped by its process id.
struct Served {
    child: Child,
    address: SocketAddr,
    /// Lines of its standard error.
    errors: Mutex<Receiver<String>>,
    client: Client,
    runtime: Arc<Runtime>,
}

/// An answer, read to its end.
struct Answer {
    status: StatusCode,
    headers: header::HeaderMap,
    text: String,
}

impl Served {
    fn start(rung: &Rung, more: &[&str]) -> Self {
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

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    fn send(&self, request: RequestBuilder) -> Answer {
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            Answer { status, headers, text: answer.text().await.unwrap() }
        })
    }

    fn get(&self, path: &str) -> Answer {
        self.send(self.ask(Method::GET, path).header(header::ACCEPT, "text/html"))
    }

    /// A form as a browser sends it from our own page.
    fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.ask(Method::POST, path).header(header::ORIGIN, self.url("").trim_end_matches('/'));
        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
    }

    /// The hidden field `name` of the form on a page.
    fn hidden(&self, path: &str, name: &str) -> String {
        hidden(&self.get(path).text, name)
    }

    /// Posts a form with the token and the version that the page of the form carries.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).text;
        let (csrf, version) = (hidden(&page, "csrf"), hidden(&page, "version"));
        let mut all = vec![("csrf", csrf.as_str()), ("version", version.as_str())];
        all.extend(fields);
        self.send(self.form(path, &all))
    }

    fn wait_for_error(&self, words: &str) -> String {
        let errors = self.errors.lock().unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let line = errors.recv_timeout(until.saturating_duration_since(Instant::now())).expect(words);
            if line.contains(words) {
                return line;
            }
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Asks `/run/state` until no scan runs.
    fn wait_for_the_scan(&self) {
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
fn address(line: &str) -> SocketAddr {
    line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().parse().unwrap()
}

fn hidden(page: &str, name: &str) -> String {
    let before = format!("name=\"{name}\" value=\"");
    page.split(&before).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

/// Cookies that an answer sets, as a browser would send them back.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs = set.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

/// Every file below a folder with its content, but for the store's own.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
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
fn attestation<'a>(statement: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("criterion", "waf-perf-040.api.aws.index-strategy"),
        ("owner", "Ada Lovelace"),
        ("statement", statement),
        ("expires", tomorrow()),
    ]
}

/// A day that lies ahead whenever this runs, and less than five years.
fn tomorrow() -> &'static str {
    static DAY: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    DAY.get_or_init(|| rung::config::today().tomorrow().unwrap().to_string())
}

#[test]
fn every_answer_has_strict_headers_and_nothing_from_elsewhere() {
    let rung = Rung::new();
    let served = Served::start(&rung, &[]);
    for (path, status) in [
        ("/people", 200),
        ("/people/attest", 200),
        ("/people/waive", 200),
        ("/run", 200),
        ("/nothing", 404),
        ("/run/start", 405),
    ] {
        let answer = served.get(path);
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let text = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
        assert!(text("content-security-policy").starts_with("default-src 'none'; style-src 'self'"), "{path}");
        assert!(text("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(text("x-content-type-options"), "nosniff");
        assert_eq!(text("referrer-policy"), "same-origin");
        assert_eq!(
            (text("cross-origin-opener-policy"), text("cross-origin-resource-policy")),
            ("same-origin", "same-origin")
        );
        assert_eq!(text("cache-control"), "no-store");
        assert!(text("content-type").starts_with("text/html"));
        for inline in [" style=", "<style", "onclick=", "javascript:", "src=\"http", "href=\"http"] {
            assert!(!answer.text.contains(inline), "{path}: {inline}");
        }
    }
    let style = served.get(&hidden_style(&served.get("/people").text));
    assert!(style.status.is_success() && style.headers["cache-control"].to_str().unwrap().contains("immutable"));
}

fn hidden_style(page: &str) -> String {
    page.split("href=\"").find(|rest| rest.starts_with("/assets/")).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn nobody_gets_in_without_the_token() {
    let rung = Rung::new();
    fs::write(rung.path("token"), format!("{TOKEN}\n")).unwrap();
    let served = Served::start(&rung, &["--token-file", "token"]);
    // A page leads to where one signs in, and back; a program is told.
    let answer = served.get("/people?written=waiver");
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["location"], "/login?next=%2Fpeople%3Fwritten%3Dwaiver");
    for (path, method) in [("/api/v1/scans", Method::GET), ("/run/state", Method::GET), ("/run/start", Method::POST)] {
        let answer = served.send(served.ask(method, path));
        assert_eq!(
            (answer.status.as_u16(), &answer.headers["www-authenticate"]),
            (401, &"Bearer".parse().unwrap()),
            "{path}"
        );
    }
    let bearer = |token: &str| served.ask(Method::GET, "/people").header("authorization", format!("Bearer {token}"));
    assert_eq!(served.send(bearer(TOKEN)).status, 200);
    for wrong in [&TOKEN[1..], "", "x"] {
        assert_eq!(served.send(bearer(wrong)).status, 401, "{wrong}");
    }
    assert_eq!(served.send(served.ask(Method::GET, "/people").header("cookie", "rung=0000")).status, 401);
}

/// Signs in as a browser does; the session's cookie.
fn sign_in(served: &Served, token: &str) -> Answer {
    let page = served.get("/login?next=/people");
    let fields = [("csrf", &*hidden(&page.text, "csrf")), ("token", token), ("next", "/people")];
    served.send(served.form("/login", &fields).header("cookie", cookies(&page)))
}

#[test]
fn signing_in_and_out() {
    let rung = Rung::new().var("RUNG_SERVE_TOKEN", TOKEN);
    let served = Served::start(&rung, &[]);
    let wrong = sign_in(&served, "not the token, but as long as one has to be");
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text.contains("This is not the token.") && !wrong.text.contains("not the token, but"),
        "{}",
        wrong.text
    );
    let answer = sign_in(&served, TOKEN);
    assert_eq!((answer.status.as_u16(), &answer.headers["location"]), (303, &"/people".parse().unwrap()));
    let session = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let session = session.clone().find(|cookie| cookie.starts_with("rung=")).unwrap();
    assert!(
        session.contains("HttpOnly") && session.contains("SameSite=Strict") && session.contains("Path=/"),
        "{session}"
    );
    let cookie = cookies(&answer);
    let ask = |path: &str| served.ask(Method::GET, path).header("cookie", &cookie);
    let page = served.send(ask("/people"));
    assert!(page.status.is_success() && page.text.contains("Sign out"));
    // The form's token is the session's own: another session's is refused.
    let other = cookies(&sign_in(&served, TOKEN));
    let csrf = hidden(&page.text, "csrf");
    let out = |cookie: &str| served.send(served.form("/logout", &[("csrf", &*csrf)]).header("cookie", cookie)).status;
    assert_eq!(out(&other), 403);
    assert_eq!(out(&cookie), 303);
    assert_eq!(served.send(ask("/people")).status, 401);
    assert_eq!(served.send(served.ask(Method::GET, "/people").header("cookie", other)).status, 200);
}

#[test]
fn guessing_is_slowed_down_and_sessions_go_on() {
    let rung = Rung::new().var("RUNG_SERVE_TOKEN", TOKEN);
    let served = Served::start(&rung, &[]);
    let cookie = cookies(&sign_in(&served, TOKEN));
    let bearer = |token: &str| served.ask(Method::GET, "/people").header("authorization", format!("Bearer {token}"));
    for _ in 0..10 {
        assert_eq!(served.send(bearer("guess")).status, 401);
    }
    let answer = served.send(bearer(TOKEN));
    assert_eq!((answer.status.as_u16(), &answer.headers["retry-after"]), (429, &"60".parse().unwrap()));
    assert_eq!(served.send(served.ask(Method::GET, "/people").header("cookie", cookie)).status, 200);
}

#[test]
fn a_name_is_taken_from_the_trusted_proxy_only() {
    let rung = Rung::new();
    let proxied = ["--auth-header", "X-Forwarded-User", "--trusted-proxy"];
    let served = Served::start(&rung, &[&proxied[..], &["127.0.0.0/8"]].concat());
    let ask = |served: &Served, name: &str| {
        served.send(served.ask(Method::GET, "/people/attest").header("x-forwarded-user", name))
    };
    let page = ask(&served, "Grace <b>Hopper</b>");
    assert!(page.status.is_success() && page.text.contains("Grace &lt;b&gt;Hopper"), "{}", page.text);
    assert_eq!(served.get("/people").status, 403, "nobody is named");
    // Whom the proxy names is the owner, whatever the form says.
    let page = ask(&served, "grace");
    let (csrf, version) = (hidden(&page.text, "csrf"), hidden(&page.text, "version"));
    let mut fields = attestation("indexes are reviewed").to_vec();
    fields.extend([("csrf", &*csrf), ("version", &*version)]);
    let post = |name: &str| served.send(served.form("/people/attest", &fields).header("x-forwarded-user", name));
    assert_eq!(post("eve").status, 403, "another person's form");
    assert_eq!(post("grace").status, 303);
    let text = fs::read_to_string(rung.path("attestations.toml")).unwrap();
    assert!(text.contains("owner = \"grace\"") && !text.contains("Ada"), "{text}");

    let elsewhere = Served::start(&rung, &[&proxied[..], &["10.0.0.1"]].concat());
    let answer = ask(&elsewhere, "grace");
    assert!(answer.status == 403 && answer.text.contains("trusted proxy only"), "{}", answer.text);
}

#[test]
fn a_form_counts_from_our_own_page_only() {
    let rung = Rung::new();
    let served = Served::start(&rung, &[]);
    let before = files(rung.home.path());
    let page = served.get("/people/attest").text;
    let (csrf, version) = (hidden(&page, "csrf"), hidden(&page, "version"));
    assert_eq!((csrf.len(), version.as_str()), (64, "absent"));
    let fields = |csrf: &'static str| {
        let mut all = attestation("indexes are reviewed").to_vec();
        all.extend([("csrf", csrf), ("version", "absent")]);
        all
    };
    let own: &'static str = Box::leak(csrf.into_boxed_str());
    let bare = |fields: &[(&str, &str)]| {
        let mut request = served.form("/people/attest", fields).build().unwrap();
        request.headers_mut().remove(header::ORIGIN);
        RequestBuilder::from_parts(served.client.clone(), request)
    };
    let origin = |from: &str| bare(&fields(own)).header(header::ORIGIN, from);
    for (name, request) in [
        ("no token", served.form("/people/attest", &fields(""))),
        ("another token", served.form("/people/attest", &fields("0000"))),
        ("neither origin nor site", bare(&fields(own))),
        ("foreign origin", origin("http://evil.example")),
        ("null origin", origin("null")),
        ("another scheme", origin(&served.url("").replace("http:", "https:"))),
        ("another port", origin("http://127.0.0.1:1")),
        ("cross-site", served.form("/people/attest", &fields(own)).header("sec-fetch-site", "cross-site")),
        ("same-site", served.form("/people/attest", &fields(own)).header("sec-fetch-site", "same-site")),
    ] {
        let answer = served.send(request);
        assert_eq!(answer.status, 403, "{name}: {}", answer.text);
    }
    let json = served.form("/people/attest", &fields(own)).header(header::CONTENT_TYPE, "text/plain");
    assert!(served.send(json).status.is_client_error());
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(served.send(served.ask(method, "/people/attest")).status, 405);
    }
    assert_eq!(files(rung.home.path()), before, "nothing was written");
    let answer = served.send(bare(&fields(own)).header("sec-fetch-site", "same-origin"));
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(rung.path("attestations.toml").is_file());
}

#[test]
fn names_that_are_pointed_here_are_not_answered_to() {
    let rung = Rung::new();
    let served = Served::start(&rung, &[]);
    let host = |name: &str| served.send(served.ask(Method::GET, "/people").header(header::HOST, name)).status.as_u16();
    let port = served.address.port();
    for name in ["localhost", "127.0.0.1", "[::1]"] {
        assert_eq!(host(&format!("{name}:{port}")), 200, "{name}");
    }
    for name in ["evil.example", "localhost.evil.example", "rung.example", "192.0.2.1"] {
        assert_eq!(host(&format!("{name}:{port}")), 403, "{name}");
    }
    // The same for styles: nothing is answered to a stranger's name.
    assert_eq!(served.send(served.ask(Method::GET, "/assets/serve.css").header("host", "evil.example")).status, 403);
}

#[test]
fn it_does_not_listen_beyond_this_machine_unasked() {
    let rung = Rung::new();
    fs::write(rung.path("token"), TOKEN).unwrap();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let message = rung.fails(2, &["serve", "--listen", listen]);
        assert!(message.contains("--token-file") && message.contains("--auth-header"), "{message}");
    }
    let message = rung.fails(2, &["serve", "--listen", "0.0.0.0:0", "--token-file", "token"]);
    assert!(message.contains("--public-url"), "{message}");
    for (token, words) in [("short", "shorter than 32"), ("two words, and long enough to be one token", "one word")] {
        fs::write(rung.path("token"), token).unwrap();
        let message = rung.fails(2, &["serve", "--token-file", "token"]);
        assert!(message.contains(words) && !message.contains(token), "{message}");
    }
    let message = rung.fails(2, &["serve", "--token-file", "nowhere"]);
    assert!(message.contains("cannot read nowhere"), "{message}");
    let message = rung.fails(2, &["serve", "--auth-header", "X-User"]);
    assert!(message.contains("--trusted-proxy"), "{message}");
    let message = rung.fails(2, &["serve", "--auth-header", "X-User", "--trusted-proxy", "0.0.0.0/0"]);
    assert!(message.contains("everybody"), "{message}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let rung = Rung::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let message = rung.fails(2, &["serve", "--listen", &address]);
    assert!(message.contains(&address) && message.contains("another program listens there"), "{message}");
}

#[test]
fn two_writers_and_nothing_is_lost() {
    let rung = Rung::new();
    let ours = "# ours\n[[attestation]]\ncriterion = \"030 caching-strategy\" # short\nowner = \"Bob\"\ndate = 2026-01-05\nexpires = 2030-01-01\nstatement = \"cached\"\n";
    fs::write(rung.path("attestations.toml"), ours).unwrap();
    let served = Served::start(&rung, &[]);
    let page = served.get("/people/attest").text;
    let (csrf, version) = (hidden(&page, "csrf"), hidden(&page, "version"));
    let send = |version: &str, criterion: &str, owner: &str| {
        let mut fields = attestation("as it is").to_vec();
        fields[0].1 = criterion;
        fields[1].1 = owner;
        fields.extend([("csrf", &*csrf), ("version", version)]);
        served.send(served.form("/people/attest", &fields))
    };
    assert_eq!(send(&version, "index-strategy", "Ada").status, 303);
    let second = send(&version, "automatic-tuning", "Eve <i>");
    assert_eq!(second.status, 409, "{}", second.text);
    // Both are shown: what Eve wrote, and what Ada has written meanwhile.
    assert!(
        second.text.contains("automatic-tuning") && second.text.contains("owner = &quot;Eve &lt;i&gt;"),
        "{}",
        second.text
    );
    assert!(second.text.contains("owner = &quot;Ada&quot;") && second.text.contains("# ours"), "{}", second.text);
    let text = || fs::read_to_string(rung.path("attestations.toml")).unwrap();
    assert!(!text().contains("Eve"), "nothing of it is written");
    // Sent again as the page offers, it goes in beside the other.
    assert_eq!(send(&hidden(&second.text, "version"), "automatic-tuning", "Eve").status, 303);
    let after = text();
    assert!(after.starts_with(ours.trim_end()), "{after}");
    assert!(after.contains("owner = \"Ada\"") && after.contains("owner = \"Eve\""), "{after}");
    // The command that people use beside it sees the same file.
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
}

/// Many at once from one version: one is written, the others are told.
#[test]
fn of_many_writers_at_once_one_wins() {
    let rung = Rung::new();
    let served = Served::start(&rung, &[]);
    let page = served.get("/people/waive").text;
    let (csrf, version) = (hidden(&page, "csrf"), hidden(&page, "version"));
    let forms: Vec<_> = (0..8)
        .map(|n| {
            let subject = format!("volume-{n}");
            let fields = [
                ("csrf", &*csrf),
                ("version", &*version),
                ("what", ""),
                ("subject", &*subject),
                ("reason", "goes away"),
                ("owner", "Grace"),
                ("expires", tomorrow()),
            ];
            served.form("/people/waive", &fields)
        })
        .collect();
    let mut status: Vec<_> = served.runtime.block_on(async {
        let sent: Vec<_> = forms.into_iter().map(|form| tokio::spawn(form.send())).collect();
        let mut all = Vec::new();
        for one in sent {
            all.push(one.await.unwrap().unwrap().status().as_u16());
        }
        all
    });
    status.sort_unstable();
    assert_eq!(status, [&[303][..], &[409; 7]].concat());
    assert_eq!(fs::read_to_string(rung.path("waivers.toml")).unwrap().matches("[[waiver]]").count(), 1);
}

#[test]
fn what_strangers_write_is_text_and_comes_back_as_it_was() {
    let rung = Rung::new();
    let served = Served::start(&rung, &[]);
    let hostile =
        "</textarea><script>window.__pwned=1</script><img src=x onerror=alert(1)> \"'&{{7*7}} \u{202e}=1+1 🌲";
    let mut fields = attestation(hostile).to_vec();
    fields[1].1 = "\"><script>window.__pwned=1</script>";
    fields.push(("proof", "https://wiki.example/?a=<script>&b='\""));
    assert_eq!(served.post("/people/attest", &fields).status, 303);
    let waiver =
        [("what", "090"), ("subject", "<script>*"), ("reason", hostile), ("owner", hostile), ("expires", tomorrow())];
    assert_eq!(served.post("/people/waive", &waiver).status, 303);
    let page = served.get("/people").text;
    for text in [&page, &served.get(&format!("/people/attest?renews={}", renews(&page))).text] {
        assert!(!text.contains("<script>window") && !text.contains("<img") && !text.contains("49 "), "{text}");
        assert!(text.contains("&lt;script&gt;window.__pwned=1"), "{text}");
    }
    // The list shows the character that turns writing; the form keeps it.
    assert!(page.contains("\\u{202e}=1+1") && !page.contains('\u{202e}'));
    let read: toml_edit::DocumentMut = fs::read_to_string(rung.path("attestations.toml")).unwrap().parse().unwrap();
    assert_eq!(read["attestation"][0]["statement"].as_str().unwrap(), hostile);
}

/// The link to the first attestation's renewal.
fn renews(page: &str) -> String {
    page.split("attest?renews=").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn bad_input_is_told_at_its_field_and_nothing_is_written() {
    let rung = Rung::new();
    let served = Served::start(&rung, &[]);
    let before = files(rung.home.path());
    for (field, value, words) in [
        ("criterion", "", "Choose what is attested."),
        ("criterion", "index-strateg", "Did you mean index-strategy?"),
        ("criterion", "gp2-migration-complete", "decided by what AWS shows"),
        ("criterion", "090", "This is a control"),
        ("owner", " ", "Say who."),
        ("statement", "\r\n \r\n", "Say what holds"),
        ("expires", "2020-01-01", "has passed"),
        ("expires", "9999-01-01", "more than five years"),
        ("expires", "tomorrow", "Expected a day like"),
        ("proof", "/etc/passwd", "is no https address"),
        ("proof", "javascript:alert(1)", "is no https address"),
        ("accounts", "12345", "no account id of 12 digits"),
        ("tags", "team", "expected KEY=VALUE"),
    ] {
        let mut fields: Vec<_> = attestation("holds").into_iter().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let answer = served.post("/people/attest", &fields);
        assert_eq!(answer.status, 422, "{field}={value}: {}", answer.text);
        let at = answer.text.split(&format!("id=\"{field}-wrong\"")).nth(1).unwrap_or_default();
        assert!(at.split("</p>").next().unwrap().contains(words), "{field}={value}: {at}");
        if field != "statement" {
            assert!(answer.text.contains("holds</textarea>"), "what was written is kept");
        }
    }
    let good = [("what", "060"), ("reason", "later"), ("owner", "Grace"), ("expires", tomorrow())];
    for (field, value, words) in [
        ("what", "", "Choose what is waived"),
        ("what", "waf-perf-095", "no control or criterion"),
        ("reason", "", "Say why"),
        ("owner", "", "Say who."),
        ("expires", "2020-01-01", "has passed"),
        ("subject", "a\nb", "one ARN or one name"),
    ] {
        let mut fields: Vec<_> = good.into_iter().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let answer = served.post("/people/waive", &fields);
        assert_eq!(answer.status, 422, "{field}={value}");
        let at = answer.text.split(&format!("id=\"{field}-wrong\"")).nth(1).unwrap_or_default();
        assert!(at.contains(words), "{field}={value}: {at}");
    }
    let long = "x".repeat(100_000);
    assert_eq!(served.send(served.form("/people/attest", &[("statement", &*long)])).status, 413);
    assert_eq!(files(rung.home.path()), before, "nothing was written");
    // A file that is broken already is told with its line, and left alone.
    fs::write(rung.path("attestations.toml"), "[[attestation]\n").unwrap();
    let answer = served.get("/people");
    assert!(answer.status == 500 && answer.text.contains("attestations.toml, line 1"), "{}", answer.text);
    fs::remove_file(rung.path("attestations.toml")).unwrap();
    assert_eq!(served.get("/people").status, 200);
}

#[test]
fn an_attestation_is_renewed_with_its_files_looked_at_again() {
    let rung = Rung::new();
    fs::write(rung.path("indexes.md"), "first").unwrap();
    let args = ["attest", "index-strategy", "--owner", "Ada", "--statement", "documented", "--proof", "indexes.md"];
    rung.ok(&[&args[..], &["--tag", "team=shop", "--days", "5"]].concat());
    fs::write(rung.path("indexes.md"), "second").unwrap();
    let served = Served::start(&rung, &[]);
    let page = served.get("/people").text;
    assert!(page.contains("its proof indexes.md was changed") && page.contains("tag team=shop"), "{page}");
    let renews = renews(&page);
    let form = served.get(&format!("/people/attest?renews={renews}")).text;
    assert!(form.contains("value=\"indexes.md\" checked") && form.contains("team=shop</textarea>"), "{form}");
    let mut fields = attestation("documented anew").to_vec();
    // A file that is not attested already is not looked at, whatever the form says.
    fields.extend([("renews", &*renews), ("tags", "team=shop"), ("file", "indexes.md"), ("file", "/etc/passwd")]);
    assert_eq!(served.post("/people/attest", &fields).status, 303);
    let text = fs::read_to_string(rung.path("attestations.toml")).unwrap();
    let digest = "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4";
    assert!(
        text.contains(digest) && !text.contains("passwd") && text.matches("[[attestation]]").count() == 1,
        "{text}"
    );
    assert!(!served.get("/people").text.contains("was changed"));
}

#[test]
fn looking_changes_nothing() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet"]);
    rung.ok(&["attest", "index-strategy", "--owner", "Ada", "--statement", "documented"]);
    let served = Served::start(&rung, &[]);
    let before = files(rung.home.path());
    let page = served.get("/people").text;
    let renew = format!("/people/attest?renews={}", renews(&page));
    // Everything that a link or an address can ask, even the addresses that forms are sent to.
    for path in ["/people", &renew, "/people/attest?criterion=caching-strategy", "/people/waive", "/run", "/run/state"]
    {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    for path in ["/run/start", "/run/stop", "/logout"] {
        assert_eq!(served.get(path).status, 405, "{path}");
        assert_eq!(served.send(served.ask(Method::HEAD, path)).status, 405, "{path}");
    }
    assert!(served.get("/run").text.contains("Start a scan"));
    assert_eq!(files(rung.home.path()), before);
    // And what needs a person is told from the stored scan.
    assert!(page.contains("Lifts the control from") && page.contains("caching-strategy"), "{page}");
}

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
