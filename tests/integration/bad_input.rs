//! Wrong input: one clear message with the way out, the right exit code, nothing lost or half-written.

use std::fs;

use crate::common::{Emulator, Rung, root};

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Nothing is left in the home but what was there: no half-written bundle, no temporary file.
fn nothing_written(rung: &Rung) {
    let left: Vec<_> = fs::read_dir(rung.home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("partial")), "{left:?}");
}

#[test]
fn no_credentials() {
    let rung = Rung::new().var("AWS_REGION", "us-east-1");
    let message = rung.fails(4, &["scan", "--bundle", "b"]);
    assert!(message.contains("no usable credentials") && message.contains("aws sso login"), "{message}");
    assert!(!rung.path("b").exists());
    nothing_written(&rung);
}

#[test]
fn unknown_profile() {
    let rung = Rung::new().var("AWS_REGION", "us-east-1");
    let message = rung.fails(4, &["scan", "--profile", "nobody", "--bundle", "b"]);
    assert!(message.contains("nobody"), "{message}");
}

#[test]
fn no_region() {
    let rung = Rung::new().var("AWS_ACCESS_KEY_ID", "x").var("AWS_SECRET_ACCESS_KEY", "x");
    let message = rung.fails(2, &["scan"]);
    assert!(message.contains("--region"), "{message}");
}

#[test]
fn unreachable_endpoint() {
    let rung = Rung::new()
        .var("AWS_REGION", "us-east-1")
        .var("AWS_ACCESS_KEY_ID", "x")
        .var("AWS_SECRET_ACCESS_KEY", "x")
        .var("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let message = rung.fails(2, &["scan", "--max-attempts", "1"]);
    assert!(message.contains("could not be reached") && message.contains("AWS_ENDPOINT_URL"), "{message}");
}

#[test]
fn wrong_and_disabled_regions() {
    let emulator = Emulator::start("empty");
    let message = emulator.rung().fails(2, &["scan", "--region", "eu-west-9"]);
    assert!(message.contains("\"eu-west-9\"") && message.contains("eu-west-1"), "{message}");
    let message = emulator.rung().fails(2, &["scan", "--region", "ap-east-1"]);
    assert!(message.contains("not enabled"), "{message}");
}

#[test]
fn expired_credentials_and_clock_skew() {
    let emulator = Emulator::start("empty");
    for (code, exit, word) in
        [("ExpiredToken", 4, "expired"), ("InvalidClientTokenId", 4, "does not accept"), ("RequestExpired", 4, "clock")]
    {
        emulator.control(&format!(r#"{{"fail": {{"sts:GetCallerIdentity": "{code}"}}}}"#));
        let message = emulator.rung().fails(exit, &["scan", "--max-attempts", "1"]);
        assert!(message.contains(word), "{code}: {message}");
    }
}

#[test]
fn damaged_recordings() {
    let rung = Rung::new();
    let message = rung.fails(2, &["scan", "--replay", "nowhere"]);
    assert!(message.contains("nowhere") && message.contains("--record"), "{message}");

    let folder = rung.path("rec");
    copy(&root().join("fixtures/accounts/demo"), &folder);
    let exchange = fs::read_dir(folder.join("us-east-1/ec2.DescribeVolumes")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read_to_string(&exchange).unwrap();
    fs::write(&exchange, whole.get(..whole.len() / 2).unwrap()).unwrap();
    let message = rung.fails(2, &["scan", "--replay", "rec"]);
    assert!(message.contains("ec2.DescribeVolumes") && message.contains("line"), "{message}");

    fs::remove_file(&exchange).unwrap();
    let message = rung.fails(2, &["scan", "--replay", "rec"]);
    assert!(message.contains("exchanges"), "{message}");
    nothing_written(&rung);
}

#[test]
fn edited_bundles() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let evidence = rung.path("b/evidence.jsonl.zst");
    let text = String::from_utf8(zstd::decode_all(&fs::read(&evidence).unwrap()[..]).unwrap()).unwrap();
    fs::write(&evidence, zstd::encode_all(text.replacen("gp2", "gp3", 1).as_bytes(), 3).unwrap()).unwrap();
    for command in ["assess", "report"] {
        let message = rung.fails(2, &[command, "b"]);
        assert!(message.contains("evidence.jsonl.zst") && message.contains("changed after the scan"), "{message}");
    }
    let message = rung.fails(2, &["assess", "nowhere"]);
    assert!(message.contains("is no bundle"), "{message}");
}

#[test]
fn bundles_are_never_overwritten() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let before = fs::read(rung.path("b/manifest.json")).unwrap();
    let message = rung.fails(2, &["scan", "--demo", "--quiet", "--bundle", "b"]);
    assert!(message.contains("already exists"), "{message}");
    assert!(fs::read(rung.path("b/manifest.json")).unwrap() == before);
}

#[test]
fn output_that_cannot_be_written_is_told_before_the_scan() {
    let rung = Rung::new();
    let message = rung.fails(2, &["scan", "--demo", "--format", "json", "-o", "no/such/folder/x.json"]);
    assert!(message.contains("no/such/folder"), "{message}");
    let message = rung.fails(2, &["scan", "--demo", "--bundle", "/proc/nope/b"]);
    assert!(message.contains("/proc/nope"), "{message}");
    nothing_written(&rung);
}

#[test]
fn unknown_ids_and_flags() {
    let rung = Rung::new();
    let message = rung.fails(2, &["explain", "gp3-for-new-volume"]);
    assert!(message.contains("Did you mean gp3-for-new-volumes?"), "{message}");
    rung.fails(2, &["scan", "--regions", "x"]);
    rung.fails(2, &["scan", "--fail-below", "9"]);
}

/// `rung ... | head`: a reader that goes away is no error, whatever is printed.
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let rung = Rung::new();
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    for format in ["text", "json", "csv", "html"] {
        let mut child = rung
            .command(&["report", "b", "--format", format])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}
