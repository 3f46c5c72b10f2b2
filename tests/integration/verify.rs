//! `rung verify`: every changed, missing or added byte of a bundle is found, and a broken chain.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use ed25519_dalek::{
    SigningKey,
    pkcs8::{EncodePrivateKey, EncodePublicKey},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::{Emulator, Rung, root};

fn bundle(rung: &Rung) -> std::path::PathBuf {
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    rung.path("b")
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = at % bytes.len();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_bundle_as_the_scan_left_it_is_ok() {
    let rung = Rung::new();
    bundle(&rung);
    let told = rung.ok(&["verify", "b"]);
    assert!(told.starts_with("b: ok, ") && told.contains("the first of its chain, manifest "), "{told}");
}

#[test]
fn one_changed_byte_of_any_part_is_found_and_the_part_named() {
    let rung = Rung::new();
    let folder = bundle(&rung);
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let parts = manifest["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 8);
    for (n, part) in parts.iter().enumerate() {
        let name = part["name"].as_str().unwrap();
        let path = folder.join(name);
        let whole = fs::read(&path).unwrap();
        if whole.is_empty() {
            continue;
        }
        // The first byte, the last, and one in between.
        for at in [0, whole.len() - 1, (whole.len() / 7) * (n % 7)] {
            flip(&path, at);
            let output = rung.run(&["verify", "b"]);
            assert_eq!(output.status.code(), Some(2), "{name} at {at}");
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(told.contains(&format!("  {name}: changed: its SHA-256 is another")), "{told}");
            fs::write(&path, &whole).unwrap();
        }
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(told(&rung).contains(&format!("  {name}: changed: {} bytes", whole.len() / 2)));
        fs::remove_file(&path).unwrap();
        assert!(told(&rung).contains(&format!("  {name}: missing")));
        fs::write(&path, &whole).unwrap();
    }
    rung.ok(&["verify", "b"]);
}

/// What a failing verification says.
fn told(rung: &Rung) -> String {
    let output = rung.run(&["verify", "b"]);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_was_added_and_a_damaged_manifest_are_found() {
    let rung = Rung::new();
    let folder = bundle(&rung);
    fs::write(folder.join("notes.txt"), "added").unwrap();
    assert!(told(&rung).contains("notes.txt: added: the manifest does not name it"));
    fs::remove_file(folder.join("notes.txt")).unwrap();
    let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
    fs::write(folder.join("manifest.json"), &manifest[..manifest.len() / 2]).unwrap();
    assert!(told(&rung).contains("manifest.json, line"));
    fs::remove_file(folder.join("manifest.json")).unwrap();
    assert!(told(&rung).contains("it is no bundle, or not a whole one"));
    let message = rung.fails(2, &["verify", "nowhere", "b"]);
    assert!(message.contains("2 bundles are not as their scans left them"), "{message}");
}

#[test]
fn bundles_are_chained_and_a_changed_manifest_breaks_the_chain() {
    let emulator = Emulator::start("empty");
    let rung = emulator.rung();
    for name in ["scans/one", "scans/two"] {
        rung.ok(&["scan", "--quiet", "--bundle", name]);
    }
    // What a killed scan leaves is neither a bundle nor a link.
    fs::create_dir_all(rung.path("scans/.rung-partial-x")).unwrap();
    fs::copy(rung.path("scans/one/manifest.json"), rung.path("scans/.rung-partial-x/manifest.json")).unwrap();
    rung.ok(&["scan", "--quiet", "--bundle", "scans/three"]);
    let id = |name: &str| -> String {
        let text = fs::read(rung.path(name).join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&text).unwrap();
        manifest["scan"]["id"].as_str().unwrap().to_owned()
    };
    let told = rung.ok(&["verify", "scans/one", "scans/two", "scans/three"]);
    let lines: Vec<_> = told.lines().collect();
    assert!(lines[0].contains("the first of its chain"), "{told}");
    assert!(lines[1].contains(&format!("chained to {}", id("scans/one"))), "{told}");
    assert!(lines[2].contains(&format!("chained to {}", id("scans/two"))), "{told}");

    // A manifest that was changed together with its parts is sound in itself; the scan after it tells.
    let path = rung.path("scans/two/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, manifest.replace("\"complete\": true", "\"complete\": false")).unwrap();
    rung.ok(&["verify", "scans/two"]);
    let output = rung.run(&["verify", "scans/three"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("the manifest of the scan before") && told.contains("was changed after this scan"), "{told}");
    // A scan that was taken away, as retention does, is told and is no fault of this bundle.
    fs::remove_dir_all(rung.path("scans/two")).unwrap();
    let told = rung.ok(&["verify", "scans/three"]);
    assert!(told.contains("which is not here"), "{told}");
}

/// The bundles of a store that have a name, which is all that anybody sees.
fn bundles(store: &Path) -> Vec<String> {
    let entries = fs::read_dir(store).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.path().display().to_string());
    names.filter(|name| !name.contains(".rung-partial-")).collect()
}

#[test]
fn scans_at_once_on_one_store_lose_nothing() {
    let rung = Rung::new();
    let recording = root().join("fixtures/accounts/demo").display().to_string();
    // All of them choose the name of the same second, or find the demo's bundle there.
    for (args, whole) in [(&["scan", "--quiet", "--replay", &recording][..], 4), (&["scan", "--quiet", "--demo"], 1)] {
        let store = rung.path(".local/share/rung/scans");
        let before = bundles(&store).len();
        let start = |_| rung.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let scans: Vec<_> = (0..4).map(start).collect();
        for scan in scans {
            let output = scan.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        let all = bundles(&store);
        assert_eq!(all.len() - before, whole, "{all:?}");
        let names: Vec<&str> = all.iter().map(String::as_str).collect();
        rung.ok(&[&["verify"], &names[..]].concat());
    }
}

#[test]
fn a_killed_scan_leaves_no_bundle_or_a_whole_one() {
    let rung = Rung::new();
    let recording = root().join("fixtures/accounts/demo").display().to_string();
    let store = rung.path(".local/share/rung/scans");
    let run = |wait: Option<u64>| {
        let args = ["scan", "--quiet", "--replay", &recording];
        let mut scan = rung.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if let Some(milliseconds) = wait {
            std::thread::sleep(Duration::from_millis(milliseconds));
            // SIGKILL: nothing of it can tidy up.
            scan.kill().unwrap();
        }
        scan.wait().unwrap();
    };
    for moment in 0..40 {
        run(Some(moment * 40));
    }
    run(None);
    let all = bundles(&store);
    assert!(!all.is_empty());
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    rung.ok(&[&["verify"], &names[..]].concat());
    // What was left half-written is nobody's newest scan.
    rung.ok(&["whatif", "090 io-alarms"]);
}

/// The bundle in the form that bundles first had: lines not packed, the ledger in the manifest.
fn into_first_form(folder: &Path) {
    let path = folder.join("manifest.json");
    let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let mut parts = Vec::new();
    for part in manifest["parts"].as_array().unwrap() {
        let name = part["name"].as_str().unwrap();
        let Some(plain) = name.strip_suffix(".zst") else {
            parts.push(part.clone());
            continue;
        };
        let text = zstd::decode_all(&fs::read(folder.join(name)).unwrap()[..]).unwrap();
        fs::remove_file(folder.join(name)).unwrap();
        fs::write(folder.join(plain), &text).unwrap();
        parts.push(json!({"name": plain, "bytes": text.len(), "sha256": hex::encode(Sha256::digest(&text))}));
    }
    let ledger = fs::read_to_string(folder.join("ledger.jsonl")).unwrap();
    fs::remove_file(folder.join("ledger.jsonl")).unwrap();
    parts.retain(|part| part["name"] != "ledger.jsonl");
    let ledger: Vec<Value> = ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(ledger.len() > 100 && manifest["scan"].get("ledger").is_none());
    manifest["scan"]["ledger"] = ledger.into();
    manifest["parts"] = parts.into();
    fs::write(path, serde_json::to_vec_pretty(&manifest).unwrap()).unwrap();
}

#[test]
fn bundles_of_the_first_form_are_verified_and_assessed() {
    let rung = Rung::new();
    let folder = bundle(&rung);
    let assess = || rung.ok(&["assess", "b", "--format", "json"]);
    let packed = assess();
    into_first_form(&folder);
    rung.ok(&["verify", "b"]);
    assert!(assess() == packed, "the same evidence, another assessment");
    assert!(rung.ok(&["report", "b", "--format", "json"]) == packed);
    rung.ok(&["whatif", "090 io-alarms", "--bundle", "b"]);
    flip(&folder.join("evidence.jsonl"), 100);
    assert!(told(&rung).contains("  evidence.jsonl: changed: its SHA-256 is another"));
    assert!(rung.fails(2, &["assess", "b"]).contains("evidence.jsonl was changed after the scan"));
}

/// openssl with these arguments in the home of `rung`; none where there is no openssl, or one that does not know them.
fn openssl(rung: &Rung, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("openssl").args(args).current_dir(rung.home.path()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// A pair of keys, `NAME.pem` and `NAME.pub.pem`: by openssl, or where there is none a fixed one for tests.
fn keys(rung: &Rung, name: &str, seed: u8) {
    let (private, public) = (format!("{name}.pem"), format!("{name}.pub.pem"));
    let made = openssl(rung, &["genpkey", "-algorithm", "ed25519", "-out", &private])
        .and_then(|_| openssl(rung, &["pkey", "-in", &private, "-pubout", "-out", &public]));
    if made.is_none() {
        let key = SigningKey::from_bytes(&[seed; 32]);
        fs::write(rung.path(&private), key.to_pkcs8_pem(Default::default()).unwrap()).unwrap();
        fs::write(rung.path(&public), key.verifying_key().to_public_key_pem(Default::default()).unwrap()).unwrap();
    }
    readable(rung, &private, 0o600);
}

fn readable(rung: &Rung, name: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(rung.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

/// What a verification that fails says.
fn wrong(rung: &Rung, args: &[&str]) -> String {
    let output = rung.run(args);
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_signed_bundle_is_held_against_the_key() {
    let rung = Rung::new();
    keys(&rung, "own", 1);
    keys(&rung, "other", 2);
    let output = rung.run(&["scan", "--demo", "--quiet", "--bundle", "b", "--sign-key", "own.pem"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = rung.ok(&["verify", "b"]);
    let fingerprint = told.split("signed by ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(told.contains("(compare the fingerprint; pass --public-key to require it)"), "{told}");
    let required = rung.ok(&["verify", "b", "--public-key", "own.pub.pem"]);
    assert!(required.trim_end().ends_with(&format!(", signed by {fingerprint}")), "{required}");
    let told = wrong(&rung, &["verify", "b", "--public-key", "other.pub.pem"]);
    assert!(told.contains(&format!("  manifest.sig: signed by another key: {fingerprint}, not by SHA256:")), "{told}");
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "plain"]);
    let told = wrong(&rung, &["verify", "b", "plain", "--public-key", "own.pub.pem"]);
    assert!(
        told.starts_with("b: ok") && told.contains(&format!("  not signed: expected a signature by {fingerprint}"))
    );

    // A manifest changed by somebody without the key.
    let path = rung.path("b/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    fs::write(&path, manifest.replace("\"complete\": true", "\"complete\": false")).unwrap();
    let told = wrong(&rung, &["verify", "b"]);
    assert!(told.contains("  the signature does not fit the manifest: manifest.json"), "{told}");
    fs::write(&path, manifest).unwrap();
    fs::remove_file(rung.path("b/manifest.sig")).unwrap();
    let told = wrong(&rung, &["verify", "b"]);
    assert!(told.contains(&format!("  manifest.sig: missing: not signed, but the manifest names {fingerprint}")));
}

#[test]
fn a_key_that_is_none_is_told_before_the_scan_and_never_shown() {
    let rung = Rung::new();
    keys(&rung, "own", 1);
    let key = fs::read_to_string(rung.path("own.pem")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    fs::write(rung.path("bad.pem"), key.replace("PRIVATE KEY", "RSA PRIVATE KEY")).unwrap();
    for name in ["bad.pem", "own.pub.pem", "nowhere.pem"] {
        let message = rung.fails(2, &["scan", "--demo", "--bundle", "b", "--sign-key", name]);
        assert!(message.contains(name) && !message.contains(secret), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        assert!(!rung.path("b").exists());
    }
    let message = rung.fails(2, &["verify", "b", "--public-key", "own.pem"]);
    assert!(message.contains("own.pem: expected an Ed25519 public key") && !message.contains(secret), "{message}");

    // One that others can read works, with a warning; the variable is the flag.
    readable(&rung, "own.pem", 0o644);
    let rung = rung.var("RUNG_SIGN_KEY", "own.pem");
    let output = rung.run(&["scan", "--demo", "--quiet", "--bundle", "b"]);
    let warning = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && warning.contains("own.pem (mode 0644): chmod 600 it"), "{warning}");
    rung.ok(&["verify", "b", "--public-key", "own.pub.pem"]);
    for file in fs::read_dir(rung.path("b")).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

/// What `rung` signs is what openssl verifies, by the commands of docs/bundle.md.
#[test]
fn openssl_agrees() {
    let rung = Rung::new();
    keys(&rung, "own", 1);
    rung.ok(&["scan", "--demo", "--quiet", "--bundle", "b", "--sign-key", "own.pem"]);
    let signed: Value = serde_json::from_slice(&fs::read(rung.path("b/manifest.sig")).unwrap()).unwrap();
    assert_eq!(signed["public_key"], fs::read_to_string(rung.path("own.pub.pem")).unwrap());
    assert_eq!(signed["algorithm"], "ed25519");
    fs::write(rung.path("sig.b64"), signed["signature"].as_str().unwrap()).unwrap();
    let help = Command::new("openssl").args(["pkeyutl", "-help"]).output();
    let knows = help.is_ok_and(|help| [help.stdout, help.stderr].concat().windows(6).any(|word| word == b"-rawin"));
    if !knows {
        return;
    }
    openssl(&rung, &["base64", "-d", "-A", "-in", "sig.b64", "-out", "sig"]).unwrap();
    let verify = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "own.pub.pem", "-sigfile", "sig", "-in"];
    openssl(&rung, &[&verify[..], &["b/manifest.json"]].concat()).expect("openssl accepts the signature");
    assert!(openssl(&rung, &[&verify[..], &["b/settings.json"]].concat()).is_none());
    let der = openssl(&rung, &["pkey", "-pubin", "-in", "own.pub.pem", "-outform", "DER"]).unwrap();
    let fingerprint = format!("SHA256:{}", hex::encode(Sha256::digest(der)));
    assert!(rung.ok(&["verify", "b"]).contains(&fingerprint));
}
