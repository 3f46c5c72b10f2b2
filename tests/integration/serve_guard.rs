//! `rung serve` over real sockets: where it listens, who is let in, which forms count.

use std::{fs, net::TcpListener};

use reqwest::{Method, RequestBuilder, header};

use crate::{
    common::Rung,
    served::{Served, TOKEN, attestation, cookies, files, hidden, sign_in},
};

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
    let mut session = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    let session = session.find(|cookie| cookie.starts_with("rung=")).unwrap();
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
    let mut json = served.form("/people/attest", &fields(own)).build().unwrap();
    json.headers_mut().insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    let json = RequestBuilder::from_parts(served.client.clone(), json);
    assert_eq!(served.send(json).status, 400, "no form");
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
    for (token, words) in [("too-few", "shorter than 32"), ("two words, and long enough to be one token", "one word")] {
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
