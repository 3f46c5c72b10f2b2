//! `rung schedule print`: what it prints is read by those who will read it, holds what was asked, allows what `rung policy` allows,
//! and nothing that a flag holds breaks out.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

use crate::common::{Rung, python, root};

pub(crate) const TARGETS: [&str; 5] = ["systemd", "cron", "kubernetes", "ecs", "lambda"];
/// A team's set-up: every common flag.
const TEAM: [&str; 18] = [
    "--name",
    "web-eu",
    "--cron",
    "30 1 * * MON-FRI",
    "--time-zone",
    "Europe/Berlin",
    "--region",
    "eu-central-1",
    "--region",
    "eu-west-1",
    "--org",
    "--role-name",
    "audit/reader",
    "--external-id",
    "team-4711",
    "--bucket",
    "s3://scans-4711/rung/nightly",
    "--output=out",
];
const PLAIN: [&str; 1] = ["--output=out"];

/// Prints into a folder of its own.
pub(crate) fn printed(target: &str, flags: &[&str]) -> Rung {
    let rung = Rung::new();
    rung.ok(&[&["schedule", "print", target], flags].concat());
    rung
}

pub(crate) fn text(rung: &Rung, name: &str) -> String {
    fs::read_to_string(rung.path("out").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What stands in a file, read and checked by `tests/deploy/read.py`.
pub(crate) fn read(kind: &str, path: &Path) -> Value {
    let script = root().join("tests/deploy/read.py");
    let done = Command::new(python()).arg(script).arg(kind).arg(path).output().unwrap();
    assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn template(rung: &Rung, name: &str) -> Value {
    let path = rung.path("out").join(name);
    let lint = Command::new(python().with_file_name("cfn-lint")).arg("--template").arg(&path).output().unwrap();
    passed(&lint);
    read("template", &path)
}

fn passed(output: &Output) {
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.is_empty(), "{told}");
}

/// `rung.toml`, as the target hands it on.
pub(crate) fn configuration(target: &str, rung: &Rung) -> toml::Table {
    let variable = |list: &Value| {
        list.as_array().unwrap().iter().find(|one| one["Name"] == "RUNG_CONFIG_TEXT").unwrap()["Value"].clone()
    };
    let text = match target {
        "systemd" | "cron" => return text(rung, "rung.toml").parse().unwrap(),
        "kubernetes" => read("manifests", &rung.path("out/kubernetes.yaml"))[2]["data"]["rung.toml"].clone(),
        "ecs" => variable(
            &template(rung, "ecs.yaml")["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0]["Environment"],
        ),
        _ => template(rung, "lambda.yaml")["Resources"]["Function"]["Properties"]["Environment"]["Variables"]
            ["RUNG_CONFIG_TEXT"]
            .clone(),
    };
    text.as_str().unwrap().parse().unwrap()
}

#[test]
fn every_target_hands_on_the_same_configuration() {
    for target in TARGETS {
        let plain = configuration(target, &printed(target, &PLAIN));
        let wanted = "[[schedule]]\nname = \"nightly\"\ncron = \"0 2 * * *\"\ntime_zone = \"UTC\"\n";
        assert_eq!(plain, wanted.parse().unwrap(), "{target}");
        let team = configuration(target, &printed(target, &TEAM));
        let wanted = "[[schedule]]\nname = \"web-eu\"\ncron = \"30 1 * * MON-FRI\"\ntime_zone = \"Europe/Berlin\"\n\
                      regions = [\"eu-central-1\", \"eu-west-1\"]\norg = true\nrole_name = \"audit/reader\"\n\
                      external_id = \"team-4711\"\n";
        assert_eq!(team, wanted.parse().unwrap(), "{target}");
    }
}

#[test]
fn systemd_takes_its_units() {
    let binary = env!("CARGO_BIN_EXE_rung");
    for (unit, kind, more) in [
        ("rung-nightly", "timer", &[][..]),
        ("rung-nightly", "service", &["--user", "daemon"][..]),
        ("rung-web-eu", "timer", &TEAM[..TEAM.len() - 1]),
        ("rung", "service", &["--service"][..]),
    ] {
        let rung = printed("systemd", &[&["--binary", binary, "--output=out"], more].concat());
        let file = |ending: &str| rung.path("out").join(format!("{unit}.{ending}"));
        let mut verify = Command::new("systemd-analyze");
        passed(&verify.args(["verify", "--man=no"]).arg(file(kind)).output().unwrap());
        let mut security = Command::new("systemd-analyze");
        security.args(["security", "--offline=yes", "--threshold=20", "--no-pager"]).arg(file("service"));
        let told = security.output().unwrap();
        assert!(told.status.success(), "exposed: {}", String::from_utf8_lossy(&told.stdout));
        let service = fs::read_to_string(file("service")).unwrap();
        assert_eq!(
            service.contains("Environment=\"RUNG_SCANS=s3://scans-4711/rung/nightly\""),
            more.contains(&"--bucket")
        );
        assert_eq!(service.contains("DynamicUser=yes"), !more.contains(&"--user"));
        if more.contains(&"--service") {
            assert!(!file("timer").exists() && service.contains("schedule run\n"));
            assert!(text(&rung, "rung.toml").contains("jitter = \"10m\""));
        } else {
            let timer = fs::read_to_string(file("timer")).unwrap();
            assert!(timer.contains("Persistent=true") && timer.contains("RandomizedDelaySec=10min"), "{timer}");
            assert!(service.contains(&format!("schedule run --once {}\n", unit.trim_start_matches("rung-"))));
        }
    }
}

/// The next instants of a unit's `OnCalendar` lines, in UTC.
fn elapses(rung: &Rung) -> Vec<String> {
    let timer = text(rung, "rung-nightly.timer");
    let lines = timer.lines().filter_map(|line| line.strip_prefix("OnCalendar="));
    let mut all = BTreeSet::new();
    for line in lines {
        let mut command = Command::new("systemd-analyze");
        command.args(["calendar", "--iterations=5", "--base-time=2026-01-01 00:00:00 UTC", line]).env("TZ", "UTC");
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let times = told.lines().filter(|line| line.contains("Next elapse:") || line.contains("Iter. #"));
        all.extend(times.map(|line| {
            line.split_whitespace().rev().take(3).collect::<Vec<_>>()[1..]
                .iter()
                .rev()
                .copied()
                .collect::<Vec<_>>()
                .join("T")
        }));
    }
    all.into_iter().take(5).collect()
}

#[test]
fn systemd_and_cron_begin_when_the_scheduler_would() {
    use croner::Cron;
    for expression in ["0 2 * * *", "30 1 * * MON-FRI", "5,35 */6 1-7,15 2,6-8 *", "0 3 1 * 1", "15 4 * * 0,6"] {
        let cron: Cron = expression.parse().unwrap();
        let start: jiff::Zoned = "2026-01-01T00:00:00+00:00[UTC]".parse().unwrap();
        let wanted: Vec<_> =
            cron.iter_after(start).take(5).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string()).collect();
        assert_eq!(elapses(&printed("systemd", &["--cron", expression, "--output=out"])), wanted, "{expression}");
        let crontab = printed("cron", &["--cron", expression, "--output=out"]);
        let next = read("crontab", &crontab.path("out/rung.crontab"))["next"].clone();
        let next: Vec<_> =
            next.as_array().unwrap().iter().map(|at| at.as_str().unwrap().replace("+00:00", "")).collect();
        assert_eq!(next, wanted, "{expression}");
    }
}

#[test]
fn a_crontab_has_one_line_in_its_time_zone() {
    let crontab = read("crontab", &printed("cron", &TEAM).path("out/rung.crontab"));
    assert_eq!(crontab["fields"], "30 1 * * 1-5");
    assert_eq!(crontab["command"], "/usr/local/bin/rung schedule run --once web-eu");
    let wanted = json!({
        "CRON_TZ": "Europe/Berlin", "RUNG_CONFIG": "/etc/rung/rung.toml", "RUNG_SCANS": "s3://scans-4711/rung/nightly",
    });
    assert_eq!(crontab["variables"], wanted);
}

#[test]
fn kubernetes_takes_its_manifests() {
    let role = "arn:aws:iam::123456789012:role/rung";
    let more = ["--image", "registry.example.com/rung@sha256:0a1b", "--namespace", "audit", "--role-arn", role];
    let team = [&TEAM[..], &more, &["--store-secret", "rung-store"]].concat();
    for (flags, kinds) in [
        (&PLAIN[..], vec!["Namespace", "ServiceAccount", "ConfigMap", "PersistentVolumeClaim", "CronJob"]),
        (&team, vec!["Namespace", "ServiceAccount", "ConfigMap", "CronJob"]),
    ] {
        let documents = read("manifests", &printed("kubernetes", flags).path("out/kubernetes.yaml"));
        let documents = documents.as_array().unwrap();
        assert_eq!(documents.iter().map(|one| one["kind"].as_str().unwrap()).collect::<Vec<_>>(), kinds);
        let job = &documents.last().unwrap()["spec"];
        assert_eq!(job["concurrencyPolicy"], "Forbid");
        let pod = &job["jobTemplate"]["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        let container = &pod["containers"][0];
        let wanted = json!({
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] },
        });
        assert_eq!(container["securityContext"], wanted);
        let is_team = flags.len() > 1;
        let variables = container["env"].to_string();
        assert_eq!(variables.contains("s3://scans-4711/rung/nightly"), is_team);
        assert_eq!(variables.contains(r#""secretKeyRef":{"key":"url","name":"rung-store"}"#), is_team, "{variables}");
        if is_team {
            assert_eq!((&job["schedule"], &job["timeZone"]), (&json!("30 1 * * 1-5"), &json!("Europe/Berlin")));
            assert_eq!(documents[1]["metadata"]["annotations"]["eks.amazonaws.com/role-arn"], role);
            assert_eq!(container["image"], more[1]);
        }
    }
}

/// Each action of a policy with its resources, wherever in a template it stands.
fn allowed(value: &Value, all: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) if map.get("Effect") == Some(&json!("Allow")) && map.contains_key("Resource") => {
            let actions = map["Action"].as_array().unwrap();
            all.extend(actions.iter().map(|action| (action.as_str().unwrap().to_owned(), map["Resource"].clone())));
        }
        Value::Object(map) => map.values().for_each(|value| allowed(value, all)),
        Value::Array(list) => list.iter().for_each(|value| allowed(value, all)),
        _ => (),
    }
}

fn policy(flags: &[&str]) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&Rung::new().ok(&[&["policy"], flags].concat())).unwrap();
    let mut all = Vec::new();
    allowed(&policy, &mut all);
    all.into_iter().map(|(action, _)| action).collect()
}

const BUNDLES: [&str; 4] = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket"];

#[test]
fn each_role_may_what_a_scan_asks_and_write_bundles_and_no_more() {
    let own: [(&str, &str, &[&str]); 5] = [
        ("systemd", "role.yaml", &[]),
        ("cron", "role.yaml", &[]),
        ("kubernetes", "role.yaml", &[]),
        ("ecs", "ecs.yaml", &["ecs:RunTask", "iam:PassRole", "sqs:SendMessage"]),
        (
            "lambda",
            "lambda.yaml",
            &["lambda:InvokeFunction", "sqs:SendMessage", "logs:CreateLogStream", "logs:PutLogEvents"],
        ),
    ];
    for (target, file, services) in own {
        for (flags, asked) in [(&PLAIN[..], &[][..]), (&TEAM[..], &["--org", "--role-name", "reader"][..])] {
            let template = template(&printed(target, flags), file);
            let mut all = Vec::new();
            allowed(&template, &mut all);
            let read = policy(asked);
            let has_bucket = flags.len() > 1 || !services.is_empty();
            let bundles = if has_bucket { &BUNDLES[..] } else { &[] };
            let wanted: BTreeSet<_> = read
                .iter()
                .map(String::as_str)
                .chain(bundles.iter().copied())
                .chain(services.iter().copied())
                .collect();
            let given: BTreeSet<_> = all.iter().map(|(action, _)| action.as_str()).collect();
            assert_eq!(given, wanted, "{target}");
            for (action, resource) in &all {
                assert!(
                    *resource != "*" || (read.contains(action) && action != "sts:AssumeRole"),
                    "{target}: {action} on everything"
                );
                let of_bundles = BUNDLES.contains(&action.as_str()) && flags.len() > 1;
                let arn = if action == "s3:ListBucket" { "scans-4711" } else { "scans-4711/rung/nightly/*" };
                assert!(
                    !of_bundles || *resource == json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:s3:::{arn}") }),
                    "{action}: {resource}"
                );
                let enters = json!({ "Fn::Sub": "arn:${AWS::Partition}:iam::*:role/audit/reader" });
                assert!(action != "sts:AssumeRole" || *resource == enters, "{resource}");
            }
        }
    }
}

#[test]
fn a_template_starts_the_scan_by_the_expression_of_eventbridge() {
    for (target, file) in [("ecs", "ecs.yaml"), ("lambda", "lambda.yaml")] {
        let team = template(&printed(target, &TEAM), file);
        let schedule = &team["Resources"]["Schedule"]["Properties"];
        assert_eq!(schedule["ScheduleExpression"], "cron(30 1 ? * MON-FRI *)");
        assert_eq!(schedule["ScheduleExpressionTimezone"], "Europe/Berlin");
        assert_eq!(schedule["FlexibleTimeWindow"], json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10 }));
        assert!(team["Resources"].get("Bundles").is_none());
        let plain = template(&printed(target, &[&PLAIN[..], &["--jitter", "0"]].concat()), file);
        assert_eq!(plain["Resources"]["Schedule"]["Properties"]["FlexibleTimeWindow"], json!({ "Mode": "OFF" }));
        let bucket = &plain["Resources"]["Bundles"]["Properties"];
        assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
        let blocked = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
        assert!(blocked.len() == 4 && blocked.values().all(|one| *one == true), "{blocked:?}");
    }
    let flags = [
        "--vpc",
        "vpc-0123456789abcdef0",
        "--subnet",
        "subnet-0a1b2c3d",
        "--image",
        "r.example/rung:1",
        "--public-ip",
        "--output=out",
    ];
    let ecs = template(&printed("ecs", &flags), "ecs.yaml");
    let defaults: Vec<_> =
        ["Image", "Vpc", "Subnets", "AssignPublicIp"].map(|name| ecs["Parameters"][name]["Default"].clone()).into();
    assert_eq!(defaults, [flags[5], flags[1], flags[3], "ENABLED"]);
    let lambda = template(&printed("lambda", &PLAIN), "lambda.yaml");
    let input = lambda["Resources"]["Schedule"]["Properties"]["Target"]["Input"].as_str().unwrap().to_owned();
    assert_eq!(serde_json::from_str::<Value>(&input).unwrap(), json!({ "schedule": "nightly" }));
    assert_eq!(lambda["Resources"]["Function"]["Properties"]["ImageConfig"]["Command"], json!(["lambda"]));
    assert!(lambda["Parameters"]["Image"].get("Default").is_none());
}
