//! `rung schedule print` against flags and configurations that want to break out, secrets around it, and files that are there.

use std::fs;

use crate::{
    common::Rung,
    schedule_print::{TARGETS, configuration, printed, text},
};

/// A line break, and what begins something else in a unit, a crontab, YAML, a template or a shell.
const HOSTILE: [&str; 10] = [
    "x\nExecStart=/bin/sh",
    "x\n* * * * * root sh",
    "x\n---\nkind: Pod",
    "x\"}, y: {",
    "x: !Sub ${AWS::AccountId}",
    "x%n",
    "x`id`",
    "$(id)",
    "x #",
    "{{resolve:ssm:x}}",
];

#[test]
fn what_breaks_out_is_refused_and_nothing_is_printed() {
    let own: [&[&str]; 5] = [
        &["--binary", "--user"],
        &["--binary"],
        &["--image", "--namespace", "--service-account", "--role-arn", "--store-secret"],
        &["--image", "--vpc", "--subnet", "--store-secret"],
        &["--image"],
    ];
    let rung = Rung::new();
    for (target, own) in TARGETS.into_iter().zip(own) {
        let common = ["--name", "--cron", "--time-zone", "--region", "--role-name", "--external-id", "--bucket"];
        for flag in common.iter().chain(own) {
            for value in HOSTILE {
                // What comes before it is as it should be.
                let before = match *flag {
                    "--bucket" => "s3://bucket/",
                    "--role-arn" => "arn:aws:iam::123456789012:role/",
                    "--binary" => "/usr/",
                    _ => "",
                };
                let set = format!("{flag}={before}{value}");
                let output = rung.run(&["schedule", "print", target, "--org", &set, "--output=out"]);
                let told = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(2), "{target} {set:?}: {told}");
                assert!(output.stdout.is_empty() && !rung.path("out").exists(), "{target} {set:?}");
            }
        }
    }
}

#[test]
fn what_a_configuration_holds_stays_inside_it() {
    let hostile = r#"
# --- 'quotes' "and" ${x} %n $$ `id` #
	[scope] # begins with a tab
tags = { "a: b" = ["${x}", "!Sub y", "- z", "|", "\n---\nkind: Pod", "{{ x }}", "\u0000\u2028"], '%' = ['\', '"', "'"] }


"#;
    for target in TARGETS {
        let rung = Rung::new();
        fs::write(rung.path("team.toml"), hostile).unwrap();
        rung.ok(&["schedule", "print", target, "--config", "team.toml", "--output=out"]);
        let mut read = configuration(target, &rung);
        assert!(read.remove("schedule").is_some(), "{target}");
        assert_eq!(read, hostile.parse().unwrap(), "{target}");
    }
    let rung = Rung::new();
    fs::write(rung.path("team.toml"), "register = \"{{resolve:ssm:/x}}\"\n").unwrap();
    for target in ["ecs", "lambda"] {
        let told = rung.fails(2, &["schedule", "print", target, "--config", "team.toml"]);
        assert!(told.contains("which CloudFormation would replace"), "{told}");
    }
    fs::write(rung.path("team.toml"), "[scop]\n").unwrap();
    let told = rung.fails(2, &["schedule", "print", "cron", "--config", "team.toml"]);
    assert!(told.contains("team.toml, line 1, column 2") && told.contains("Did you mean scope?"), "{told}");
}

#[test]
fn a_register_in_s3_may_be_read() {
    let rung = Rung::new();
    fs::write(rung.path("team.toml"), "register = \"s3://team/debt.csv\"\n").unwrap();
    let ecs = rung.ok(&["schedule", "print", "ecs", "--config", "team.toml"]);
    assert!(ecs.contains(r#"{"Fn::Sub":"arn:${AWS::Partition}:s3:::team/debt.csv"}"#), "{ecs}");
}

#[test]
fn a_file_of_accounts_goes_along_or_is_refused() {
    let rung = Rung::new();
    fs::write(rung.path("ours"), "111111111111 shop: \"x\"\n").unwrap();
    for target in ["systemd", "cron"] {
        rung.ok(&["schedule", "print", target, "--accounts", "ours", "--output", target]);
        assert_eq!(fs::read_to_string(rung.path(target).join("accounts.txt")).unwrap(), "111111111111 shop: \"x\"\n");
    }
    let manifests = rung.ok(&["schedule", "print", "kubernetes", "--accounts", "ours"]);
    assert!(manifests.contains("\n    111111111111 shop: \"x\"\n"), "{manifests}");
    for target in ["ecs", "lambda"] {
        let told = rung.fails(2, &["schedule", "print", target, "--accounts", "ours"]);
        assert!(told.contains("no place for a file of accounts"), "{told}");
    }
    fs::write(rung.path("ours"), "shop\n").unwrap();
    assert!(rung.fails(2, &["schedule", "print", "cron", "--accounts", "ours"]).contains("line 1"));
}

#[test]
fn secrets_around_it_are_not_printed() {
    for target in TARGETS {
        let rung = Rung::new()
            .var("AWS_SECRET_ACCESS_KEY", "very-secret-key")
            .var("AWS_SESSION_TOKEN", "very-secret-token")
            .var("RUNG_STORE", "postgres://rung:very-secret-password@db/rung")
            .var("RUNG_SERVE_TOKEN", "very-secret-serve-token-of-32-characters");
        let printed = rung.ok(&["schedule", "print", target]);
        assert!(!printed.contains("very-secret"), "{target}");
    }
}

#[test]
fn files_that_are_there_stay_unless_asked_for() {
    let rung = printed("systemd", &["--output=out"]);
    fs::write(rung.path("out/rung-nightly.service"), "mine").unwrap();
    fs::remove_file(rung.path("out/rung.toml")).unwrap();
    let again = ["schedule", "print", "systemd", "--name", "nightly", "--output=out"];
    let told = rung.fails(2, &again);
    assert!(told.contains("already exists and is left as it is"), "{told}");
    assert_eq!(text(&rung, "rung-nightly.service"), "mine");
    assert!(!rung.path("out/rung.toml").exists());
    rung.ok(&[&again[..], &["--force"]].concat());
    assert!(text(&rung, "rung-nightly.service").contains("ExecStart="));
    let left: Vec<_> = fs::read_dir(rung.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn several_files_are_printed_under_their_names_and_manifests_alone() {
    let rung = Rung::new();
    let systemd = rung.ok(&["schedule", "print", "systemd"]);
    let names: Vec<_> = systemd.lines().filter_map(|line| line.strip_prefix("# file: ")).collect();
    assert_eq!(names, ["rung-nightly.service", "rung-nightly.timer", "rung.toml", "role.yaml"]);
    let output = rung.run(&["schedule", "print", "kubernetes"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("role.yaml is not printed"));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("# file:"));
}

#[test]
fn what_cannot_be_is_told() {
    let rung = Rung::new();
    for (args, expected) in [
        (&["ecs", "--cpu", "300"][..], "Fargate does not have this"),
        (&["lambda", "--memory", "128"], "128 is not in 512..=10240"),
        (&["ecs", "--cron", "0 2 1 * 1"], "of which EventBridge Scheduler takes one"),
        (&["cron", "--cron", "0 2 L * *"], "uses L, W or #"),
        (&["cron", "--role-name", "x"], "--role-name is for the accounts of --org or --accounts"),
        (&["cron", "--image", "x"], "unexpected argument '--image'"),
        (&["cron", "--force"], "--output <DIR>"),
        (&["cron", "--region", "europe"], "expected a region like eu-central-1, or all"),
    ] {
        let told = rung.fails(2, &[&["schedule", "print"], args].concat());
        assert!(told.contains(expected), "{args:?}: {told}");
    }
    // What only rung understands is left to it.
    let service = rung.ok(&["schedule", "print", "systemd", "--service", "--cron", "0 2 L * *"]);
    assert!(service.contains("cron = \"0 2 L * *\"") && !service.contains("OnCalendar"), "{service}");
}
