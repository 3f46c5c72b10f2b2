//! `rung verify`: every changed, missing or added byte of a bundle is found, and a broken chain.

use std::{fs, path::Path, process::Stdio, time::Duration};

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
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    let parts = manifest["parts"].as_array().unwrap();
    assert!(parts.len() >= 7);
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
        let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap();
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
