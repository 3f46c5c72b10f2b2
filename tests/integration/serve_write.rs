//! Attesting and waiving by form: what is written, what is not, and that nobody's change is lost.

use std::fs;

use reqwest::Method;

use crate::{
    common::Rung,
    served::{Served, attestation, files, hidden, tomorrow},
};

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
    for path in [
        "/people",
        &renew,
        "/people/attest?criterion=caching-strategy",
        "/people/waive",
        "/run",
        "/run/state",
        "/",
        "/scans",
        "/trend",
    ] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    for path in ["/run/start", "/run/stop", "/logout"] {
        assert_eq!(served.get(path).status, 405, "{path}");
        assert_eq!(served.send(served.ask(Method::HEAD, path)).status, 405, "{path}");
    }
    assert!(served.get("/run").text.contains("Start a scan"));
    assert_eq!(files(rung.home.path()), before);
    // And what needs a person is told from the stored scan.
    assert!(page.contains("One of those that level 5 needs.") && page.contains("caching-strategy"), "{page}");
}
