//! A disk that is full, read-only or goes away: a bundle is whole or absent, and the message names file and cause.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use crate::common::{Emulator, Rung};

/// A place with room for so many bytes. A file system of its own where mounting is allowed; else a limit for each file.
pub(crate) enum Small {
    Mounted(tempfile::TempDir),
    Limited(tempfile::TempDir, u64),
}

impl Small {
    pub(crate) fn new(kilobytes: u64, options: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={kilobytes}k{options}");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path()).output();
        match mount {
            Ok(done) if done.status.success() => Small::Mounted(folder),
            _ => Small::Limited(folder, kilobytes),
        }
    }

    pub(crate) fn is_mounted(&self) -> bool {
        matches!(self, Small::Mounted(_))
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Small::Mounted(folder) | Small::Limited(folder, _) => folder.path(),
        }
    }

    /// Runs the program where no more fits.
    fn run(&self, rung: &Rung, args: &[&str]) -> Output {
        match self {
            Small::Mounted(_) => rung.run(args),
            Small::Limited(_, kilobytes) => limited(rung, *kilobytes, args),
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        if let Small::Mounted(folder) = self {
            assert!(Command::new("umount").arg(folder.path()).status().unwrap().success());
        }
    }
}

/// Runs the program with no file larger than this.
fn limited(rung: &Rung, kilobytes: u64, args: &[&str]) -> Output {
    let mut shell = Command::new("bash");
    // bash counts in kilobytes.
    shell.args(["-c", &format!("ulimit -f {kilobytes}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_rung")]).args(args);
    let home = rung.home.path();
    shell.env_clear().current_dir(home).env("HOME", home).env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    shell.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// Exit code 2 with path and cause, and nothing half-written in the folder.
fn refused(output: &Output, folder: &Path, cause: &str) {
    let words = said(output);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains(cause) && words.contains(&*folder.to_string_lossy()), "{words}");
    assert_eq!(names(folder), Vec::<String>::new());
}

fn bundle_in(folder: &Path) -> (PathBuf, Vec<String>) {
    let bundle = folder.join("b");
    let args = ["scan", "--demo", "--quiet", "--bundle"].map(str::to_owned);
    (bundle.clone(), args.into_iter().chain([bundle.to_string_lossy().into_owned()]).collect())
}

#[test]
fn a_bundle_on_a_full_disk_is_whole_or_absent() {
    let rung = Rung::new();
    let (mut whole, mut absent) = (0, 0);
    for kilobytes in [4, 16, 64, 128, 256, 512, 1024, 2048, 4096, 16384] {
        let small = Small::new(kilobytes, "");
        let (bundle, args) = bundle_in(small.path());
        let output = small.run(&rung, &args.iter().map(String::as_str).collect::<Vec<_>>());
        if bundle.exists() {
            assert!(output.status.success(), "{}", said(&output));
            assert_eq!(names(small.path()), ["b"]);
            rung.ok(&["verify", &bundle.to_string_lossy()]);
            whole += 1;
        } else {
            let full = if matches!(small, Small::Mounted(_)) { "No space left on device" } else { "File too large" };
            refused(&output, small.path(), full);
            assert!(said(&output).contains("Nothing of this scan is kept"), "{}", said(&output));
            absent += 1;
        }
    }
    assert!(whole > 0 && absent > 2, "{whole} whole, {absent} absent: the sizes do not reach the edge");
}

#[test]
fn a_store_on_a_full_disk_takes_in_a_bundle_whole_or_not_at_all() {
    let (mut whole, mut absent) = (0, 0);
    for kilobytes in [96, 160, 256, 384, 512, 8192] {
        let small = Small::new(kilobytes, "");
        if matches!(small, Small::Limited(..)) {
            // The limit would be the bundle's too, which comes before.
            return;
        }
        let store = small.path().join("store.db");
        let rung = Rung::new().var("RUNG_STORE", &store.to_string_lossy());
        let output = rung.run(&["scan", "--demo", "--quiet"]);
        assert!(output.status.success(), "the scan is none the worse: {}", said(&output));
        let room = ["-o", "remount,size=32m"];
        assert!(Command::new("mount").args(room).arg(small.path()).status().unwrap().success());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let url = rung::store::StoreUrl::Sqlite(store.clone());
            let store = rung::store::Store::open(&url).await.unwrap();
            let before = store.scans(0, 10).await.unwrap().1;
            match said(&output).is_empty() {
                true => whole += 1,
                false => {
                    let told = said(&output);
                    assert!(told.contains("the store did not take it in") && told.contains("disk is full"), "{told}");
                    assert_eq!(before, 0, "nothing of it is in");
                    absent += 1;
                }
            }
            let added = store.add(&rung.path(".local/share/rung/scans/demo")).await.unwrap();
            assert_eq!(added == rung::store::Added::New, before == 0);
            store.close().await;
        });
    }
    assert!(whole > 0 && absent > 1, "{whole} whole, {absent} absent: the sizes do not reach the edge");
}

#[test]
fn a_limit_for_files_is_an_error_and_not_the_end() {
    let rung = Rung::new();
    let folder = tempfile::tempdir().unwrap();
    let (_, args) = bundle_in(folder.path());
    let output = limited(&rung, 16, &args.iter().map(String::as_str).collect::<Vec<_>>());
    refused(&output, folder.path(), "File too large");
}

#[test]
fn output_to_a_full_device_fails_and_leaves_the_device() {
    let rung = Rung::new();
    for args in [
        ["scan", "--demo", "--bundle", "a", "-o", "/dev/full"],
        ["scan", "--demo", "--bundle", "b", "--format=json", "--output=/dev/full"],
    ] {
        let words = rung.fails(2, &args);
        assert!(words.contains("/dev/full") && words.contains("No space left on device"), "{words}");
        rung.ok(&["verify", args[3]]);
    }
    rung.ok(&["scan", "--demo", "--bundle", "c", "-o", "/dev/null"]);
    // As root, renaming would have put a file in the device's place.
    for device in ["/dev/full", "/dev/null"] {
        assert!(!fs::metadata(device).unwrap().is_file(), "{device} is a file now");
    }
    assert!(names(Path::new("/dev")).iter().all(|name| !name.starts_with(".rung")));
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = rung.command(&["scan", "--demo", "--format", "json", "-o", "-"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("cannot write to standard output"), "{}", said(&output));
}

#[test]
fn output_on_a_full_disk_leaves_the_old_file() {
    let rung = Rung::new();
    let small = Small::new(16, "");
    let target = small.path().join("out.json");
    fs::write(&target, "old").unwrap();
    let path = target.to_string_lossy().into_owned();
    let output = small.run(&rung, &["scan", "--demo", "--format", "json", "-o", &path]);
    let words = said(&output);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert_eq!((fs::read_to_string(&target).unwrap().as_str(), names(small.path()).len()), ("old", 1), "{words}");
    if matches!(small, Small::Mounted(_)) {
        // The bundle lies elsewhere and is whole.
        assert!(words.contains(&path) && words.contains("No space left"), "{words}");
        rung.ok(&["verify", ".local/share/rung/scans/demo"]);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_anything_is_read() {
    let rung = Rung::new();
    let small = Small::new(64, ",ro");
    if let Small::Limited(folder, _) = &small {
        // Who may not mount is not root, and obeys permissions.
        let closed = Command::new("chmod").arg("555").arg(folder.path()).status().unwrap();
        assert!(closed.success());
    }
    let (_, args) = bundle_in(small.path());
    let output = rung.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(output.status.code(), Some(2));
    let words = said(&output);
    assert!(words.contains("cannot write into") && words.contains(&*small.path().to_string_lossy()), "{words}");
    let record = small.path().join("rec");
    let words = rung.fails(2, &["scan", "--region", "us-east-1", "--record", &record.to_string_lossy()]);
    assert!(words.contains("cannot record into") && words.contains(&*record.to_string_lossy()), "{words}");
}

#[test]
fn a_folder_that_vanishes_in_mid_scan_is_told() {
    let emulator = Emulator::start("empty");
    let rung = emulator.rung();
    emulator.tell("/_reset", "{}");
    emulator.control(r#"{"latency_ms": 300}"#);
    let args = ["scan", "--quiet", "--bundle", "gone/b", "--concurrency", "2"];
    let child = rung.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while emulator.ask("/_counts").as_object().unwrap().len() < 5 {
        std::thread::sleep(Duration::from_millis(20));
    }
    fs::remove_dir_all(rung.path("gone")).unwrap();
    let output = child.wait_with_output().unwrap();
    let words = said(&output);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(
        words.contains("gone/") && words.contains("No such file") && words.contains("Nothing of this scan"),
        "{words}"
    );
}

#[test]
fn a_recording_on_a_full_disk_is_none_and_the_scan_is_whole() {
    let emulator = Emulator::start("demo");
    let rung = emulator.rung();
    for more in [&[][..], &["--redact"]] {
        let small = Small::new(48, "");
        let record = small.path().join("rec").to_string_lossy().into_owned();
        let bundle = format!("b{}", more.len());
        let args = ["scan", "--quiet", "--region", "us-east-1", "--record", &record, "--bundle", &bundle];
        let output = match &small {
            Small::Mounted(_) => rung.run(&[&args[..], more].concat()),
            // A limit for each file would stop the bundle first.
            Small::Limited(..) => {
                emulator.tell("/_reset", "{}");
                emulator.control(r#"{"latency_ms": 50}"#);
                let mut command = rung.command(&[&args[..], more].concat());
                let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
                while emulator.ask("/_counts").as_object().unwrap().len() < 5 {
                    std::thread::sleep(Duration::from_millis(20));
                }
                fs::remove_dir_all(&record).unwrap();
                fs::write(&record, "").unwrap();
                child.wait_with_output().unwrap()
            }
        };
        let words = said(&output);
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(&record) && words.contains("The scan itself is whole"), "{words}");
        rung.ok(&["verify", &bundle]);
        let words = rung.fails(2, &["scan", "--replay", &record]);
        assert!(words.contains("cannot be replayed"), "{words}");
    }
}
