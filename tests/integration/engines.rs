//! What is in `deploy/`: held against linters, validators and schemas, against `rung policy` and the program's own flags, and the state
//! machines played. Nothing is deployed here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    common::{Rung, python, root},
    engines_kubernetes::{containers, handed, job, manifests},
    schedule_print::read,
};

const ENGINES: [&str; 2] = ["lambda", "fargate"];

pub(crate) fn deploy(name: &str) -> PathBuf {
    root().join("deploy").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(deploy(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn machine(engine: &str) -> Value {
    serde_json::from_str(&text(&format!("aws/{engine}.asl.json"))).unwrap()
}

fn template() -> Value {
    read("template", &deploy("aws/rung.yaml"))
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        one => vec![one.as_str().unwrap().to_owned()],
    }
}

/// What a tool of Python's environment says.
fn tool(name: &str, args: &[&Path]) -> String {
    let done = Command::new(python().with_file_name(name)).args(args).output().unwrap();
    format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[test]
fn the_template_is_one_that_cloudformation_takes() {
    let path = deploy("aws/rung.yaml");
    assert_eq!(tool("cfn-lint", &[Path::new("--template"), &path]), "");
    // What `aws cloudformation deploy` sends without a bucket.
    assert!(fs::metadata(&path).unwrap().len() <= 51_200, "too large to be deployed without a bucket");
}

#[test]
fn the_state_machines_are_valid_and_the_same_everywhere() {
    for engine in ENGINES {
        let told = tool("statelint", &[&deploy(&format!("aws/{engine}.asl.json"))]);
        // The one thing that AWS wants and the language's specification does not have.
        let known =
            "One error:\n Field \"InputType\" not allowed in State Machine.States.Shards.ItemReader.ReaderConfig\n";
        assert_eq!(told, known, "{engine}");
    }
    let template = template();
    let night = &template["Resources"]["Night"]["Properties"];
    let inline = night["DefinitionString"]["Fn::If"].as_array().unwrap();
    assert_eq!(inline[0], "OnLambda");
    for (engine, inline) in ENGINES.into_iter().zip(&inline[1..]) {
        let inline: Value = serde_json::from_str(inline.as_str().unwrap()).unwrap();
        assert_eq!(inline, machine(engine), "rung.yaml and {engine}.asl.json");
    }
    // Every value that they want is given, in both languages, and none that they do not.
    let name = regex::Regex::new(r"\$\{(\w+)\}").unwrap();
    let wanted: BTreeSet<_> = ENGINES
        .iter()
        .flat_map(|engine| {
            let text = text(&format!("aws/{engine}.asl.json"));
            name.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let given: BTreeSet<_> = night["DefinitionSubstitutions"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(given, wanted);
    let terraform = terraform();
    assert_eq!(terraform["substitutions"], json!(wanted));
    assert_eq!(terraform["reads"], json!(["/../${var.engine}.asl.json", "/../read-only.json"]));
}

fn terraform() -> Value {
    read("terraform", &deploy("aws/terraform"))
}

/// Plays a state machine; what happened in one night.
fn play(engine: &str, more: &Value) -> Value {
    let mut scenario = json!({ "shards": 4, "values": {
        "Work": "work-4711", "Cluster": "cluster", "PlanTask": "plan", "ShardTask": "shard", "MergeTask": "merge",
        "PlanFunction": "plan", "ShardFunction": "shard", "AssignPublicIp": "DISABLED", "SecurityGroup": "sg-1",
        "Subnets": "subnet-1,subnet-2", "RoleName": "audit/reader", "Concurrency": "3", "Tolerated": "10",
        "PlanArguments": "--org', '--region', 'all', '--org-unit', 'Prod EU/Web", "MergeArguments": "--format', 'text",
    } });
    scenario.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let script = root().join("tests/deploy/play.py");
    let path = deploy(&format!("aws/{engine}.asl.json"));
    let done = Command::new(python()).arg(script).arg(path).arg(scenario.to_string()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The program's runs in a night, by where it ran; shards come in any order.
fn runs(night: &Value) -> Vec<(String, Vec<String>)> {
    let with_args = night["runs"].as_array().unwrap().iter().filter(|run| run.get("args").is_some());
    with_args.map(|run| (run["where"].as_str().unwrap().to_owned(), texts(&run["args"]))).collect()
}

fn events(night: &Value) -> Vec<Value> {
    night["runs"].as_array().unwrap().iter().filter_map(|run| run.get("event").cloned()).collect()
}

/// What the topic was told: subjects, and the last message.
fn told(night: &Value) -> (Vec<String>, Value) {
    let told = night["told"].as_array().unwrap();
    let subjects = told.iter().map(|one| one["subject"].as_str().unwrap().to_owned()).collect();
    (subjects, told.last().map(|one| one["message"].clone()).unwrap_or_default())
}

const PLAN: &str = "s3://work-4711/plans/night-1/";

#[test]
fn a_night_plans_scans_every_shard_merges_and_tells() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "fails": { "2": 1 } }));
        assert_eq!(night["status"], "SUCCEEDED", "{engine}: {night}");
        let runs = runs(&night);
        let first: Vec<_> = runs[0].1.iter().map(String::as_str).collect();
        let calls = "s3://work-4711/calls";
        let wanted = ["plan", "--out", PLAN, "--run-id", "night-1", "--calls", calls, "--role-name", "audit/reader"];
        let wanted = [&wanted[..], &["--org", "--region", "all", "--org-unit", "Prod EU/Web"]].concat();
        assert_eq!((runs[0].0.as_str(), first), ("plan", wanted), "{engine}");
        let mut shards: Vec<_> = runs.iter().filter(|run| run.0 == "shard").map(|run| run.1.join(" ")).collect();
        shards.sort();
        // The one that failed was tried once more.
        let wanted: Vec<_> = [0, 1, 2, 2, 3].iter().map(|n| format!("scan --plan {PLAN} --shard {n}")).collect();
        assert_eq!(shards, wanted, "{engine}");
        let last = runs.last().unwrap();
        let wanted = ["merge", PLAN, "--notify", "--lake", "s3://work-4711/lake", "--format", "text"];
        assert_eq!((last.0.as_str(), last.1.as_slice()), ("merge", wanted.map(str::to_owned).as_slice()), "{engine}");
        let (subjects, message) = told(&night);
        assert_eq!(subjects, ["rung: scanned, complete: true, shards missing: 0 of 4, exit code 0"], "{engine}");
        assert_eq!((&message["plan"], &message["night"]), (&json!(PLAN), &json!("night-1")));
    }
}

#[test]
fn on_lambda_events_are_those_of_rung_lambda() {
    let events = events(&play("lambda", &json!({ "shards": 1 })));
    let args = ["--role-name", "audit/reader", "--org", "--region", "all", "--org-unit", "Prod EU/Web"];
    let calls = "s3://work-4711/calls";
    assert_eq!(events[0], json!({ "plan": { "out": PLAN, "run_id": "night-1", "calls": calls, "args": args } }));
    // An item of shards.json as it stands.
    assert_eq!(events[1], json!({ "plan": PLAN, "shard": 0, "accounts": 12, "calls": 20000 }));
    assert_eq!(events.len(), 2);
}

#[test]
fn a_shard_that_always_fails_is_missed_and_told() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "fails": { "2": 99 } }));
        let (subjects, message) = told(&night);
        assert_eq!(subjects, ["rung: scanned, complete: false, shards missing: 1 of 4, exit code 0"], "{engine}");
        assert_eq!(message["result"]["merged"]["missing"], json!([2]));
        let tries = runs(&night).iter().filter(|run| run.1.join(" ").ends_with("--shard 2")).count();
        assert_eq!(tries, if engine == "lambda" { 3 } else { 5 }, "{engine}");
    }
}

#[test]
fn shards_that_could_not_be_run_are_merged_as_far_as_they_are_there_and_the_night_fails() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "no_list": true }));
        assert_eq!((&night["status"], &night["error"]), (&json!("FAILED"), &json!("ShardsFailed")), "{engine}");
        assert_eq!(runs(&night).last().unwrap().0, "merge", "{engine}");
        let (subjects, message) = told(&night);
        assert!(subjects.len() == 1 && subjects[0].starts_with("rung: scanned"), "{engine}: {subjects:?}");
        assert!(message["shards_failed"]["Cause"].is_string(), "{message}");
    }
}

#[test]
fn what_has_no_report_is_told_and_fails() {
    for engine in ENGINES {
        for (scenario, last, why) in [
            (json!({ "plan_fails": true }), "plan", "plan_failed"),
            (json!({ "merge": { "exit": 2, "left": false } }), "merge", "merge_failed"),
        ] {
            let night = play(engine, &scenario);
            assert_eq!((&night["status"], &night["error"]), (&json!("FAILED"), &json!("NoReport")), "{engine}");
            let (subjects, message) = told(&night);
            assert_eq!(subjects, ["rung: there is no report of this night"], "{engine}");
            assert!(message[why]["Cause"].as_str().unwrap().contains("exit code"), "{message}");
            let runs = runs(&night);
            assert_eq!(runs.last().unwrap().0, last, "{engine}");
            assert!(runs.iter().filter(|run| run.0 == last).count() > 1, "{engine}: it was tried once more");
        }
    }
}

#[test]
fn a_merge_whose_demands_are_not_met_is_told_with_its_result_and_fails() {
    for engine in ENGINES {
        let night = play(engine, &json!({ "merge": { "exit": 1, "left": true } }));
        assert_eq!((&night["status"], &night["error"]), (&json!("FAILED"), &json!("MergeFailed")), "{engine}");
        let (subjects, _) = told(&night);
        assert_eq!(subjects, ["rung: scanned, complete: true, shards missing: 0 of 4, exit code 1"], "{engine}");
    }
}

/// Each statement by the role or policy that it stands in: `Sid`, actions, resource.
fn statements(template: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut all = BTreeMap::<_, Vec<_>>::new();
    for (name, resource) in template["Resources"].as_object().unwrap() {
        let properties = &resource["Properties"];
        let one = [&properties["PolicyDocument"]];
        let several = properties["Policies"].as_array().into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        for document in several.chain(one).filter(|document| document.is_object()) {
            let allowed = document["Statement"].as_array().unwrap().iter().filter(|one| one["Effect"] == "Allow");
            all.entry(name.clone()).or_default().extend(allowed.cloned());
        }
    }
    all
}

fn actions(statements: &[Value]) -> BTreeSet<String> {
    statements.iter().flat_map(|one| texts(&one["Action"])).collect()
}

fn policy(flags: &[&str]) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&Rung::new().ok(&[&["policy"], flags].concat())).unwrap();
    actions(policy["Statement"].as_array().unwrap())
}

#[test]
fn each_step_may_what_rung_policy_prints_and_no_more() {
    let statements = statements(&template());
    let own = policy(&[]);
    let organisation: BTreeSet<_> =
        policy(&["--org"]).into_iter().filter(|action| !own.contains(action) && action != "sts:AssumeRole").collect();
    assert!(organisation.iter().all(|action| action.starts_with("organizations:")) && organisation.len() == 5);
    let with = |read: &BTreeSet<String>, more: &[&str]| {
        read.iter().cloned().chain(more.iter().map(|action| (*action).to_owned())).collect::<BTreeSet<_>>()
    };
    let none = BTreeSet::new();
    let bucket = ["s3:GetObject", "s3:PutObject", "s3:ListBucket"];
    for (name, wanted) in [
        ("PlanPolicy", with(&organisation, &bucket)),
        ("ShardPolicy", with(&none, &["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sts:AssumeRole"])),
        ("OwnAccountPolicy", own.clone()),
        (
            "MergePolicy",
            with(&none, &["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "sns:Publish"]),
        ),
        ("FunctionLogPolicy", with(&none, &["logs:CreateLogStream", "logs:PutLogEvents"])),
    ] {
        assert_eq!(actions(&statements[name]), wanted, "{name}");
    }
    // Each role has the policies of its step, and none of AWS's.
    let template = template();
    for (name, wanted) in [
        ("PlanRole", &["PlanPolicy", "FunctionLogPolicy"][..]),
        ("ShardRole", &["ShardPolicy", "OwnAccountPolicy", "FunctionLogPolicy"]),
        ("MergeRole", &["MergePolicy"]),
        ("ExecutionRole", &[]),
        ("StatesRole", &[]),
        ("SchedulerRole", &[]),
    ] {
        let attached = template["Resources"][name]["Properties"]["ManagedPolicyArns"].as_array().cloned();
        let attached: Vec<_> = attached.unwrap_or_default().iter().map(place).collect();
        let given: Vec<_> = attached.iter().map(|one| one.trim_end_matches(", if OnLambda")).collect();
        assert_eq!(given, wanted, "{name}");
    }
    assert_eq!(text("aws/read-only.json").trim(), Rung::new().ok(&["policy"]).trim(), "read-only.json");
}

/// What is allowed beside what `rung policy` prints, and on what: a closed list.
const ALLOWED: [&str; 54] = [
    "ExecutionRole: ecr:BatchCheckLayerAvailability arn:${AWS::Partition}:ecr:*:*:repository/*",
    "ExecutionRole: ecr:BatchGetImage arn:${AWS::Partition}:ecr:*:*:repository/*",
    "ExecutionRole: ecr:GetAuthorizationToken *",
    "ExecutionRole: ecr:GetDownloadUrlForLayer arn:${AWS::Partition}:ecr:*:*:repository/*",
    "ExecutionRole: logs:CreateLogStream Logs.Arn",
    "ExecutionRole: logs:PutLogEvents Logs.Arn",
    "FunctionLogPolicy: logs:CreateLogStream Logs.Arn",
    "FunctionLogPolicy: logs:PutLogEvents Logs.Arn",
    "InvokePolicy: lambda:InvokeFunction PlanFunction.Arn",
    "InvokePolicy: lambda:InvokeFunction ShardFunction.Arn",
    "MergePolicy: s3:DeleteObject ${Evidence.Arn}/scans/*",
    "MergePolicy: s3:GetObject ${Evidence.Arn}/scans/*",
    "MergePolicy: s3:GetObject ${Work.Arn}/calls/*",
    "MergePolicy: s3:GetObject ${Work.Arn}/lake/*",
    "MergePolicy: s3:GetObject ${Work.Arn}/plans/*",
    "MergePolicy: s3:ListBucket Evidence.Arn",
    "MergePolicy: s3:ListBucket Work.Arn",
    "MergePolicy: s3:PutObject ${Evidence.Arn}/scans/*",
    "MergePolicy: s3:PutObject ${Work.Arn}/calls/*",
    "MergePolicy: s3:PutObject ${Work.Arn}/lake/*",
    "MergePolicy: s3:PutObject ${Work.Arn}/plans/*",
    "MergePolicy: sns:Publish Topic",
    "PlanPolicy: s3:GetObject ${Work.Arn}/calls/*",
    "PlanPolicy: s3:GetObject ${Work.Arn}/plans/*",
    "PlanPolicy: s3:ListBucket Work.Arn",
    "PlanPolicy: s3:PutObject ${Work.Arn}/plans/*",
    "SchedulerRole: sqs:SendMessage DeadLetters.Arn",
    "SchedulerRole: states:StartExecution Night",
    "ShardPolicy: s3:GetObject ${Work.Arn}/plans/*",
    "ShardPolicy: s3:ListBucket Work.Arn",
    "ShardPolicy: s3:PutObject ${Work.Arn}/plans/*",
    "ShardPolicy: sts:AssumeRole arn:${AWS::Partition}:iam::*:role/${RoleName}",
    "StatesRole: ecs:DescribeTasks arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task/${Cluster}/*",
    "StatesRole: ecs:RunTask MergeTask",
    "StatesRole: ecs:RunTask PlanTask, if OnFargate",
    "StatesRole: ecs:RunTask ShardTask, if OnFargate",
    "StatesRole: ecs:StopTask arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:task/${Cluster}/*",
    "StatesRole: events:DescribeRule arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForECSTaskRule",
    "StatesRole: events:PutRule arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForECSTaskRule",
    "StatesRole: events:PutTargets arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/StepFunctionsGetEventsForECSTaskRule",
    "StatesRole: iam:PassRole ExecutionRole.Arn",
    "StatesRole: iam:PassRole MergeRole.Arn",
    "StatesRole: iam:PassRole PlanRole.Arn, if OnFargate",
    "StatesRole: iam:PassRole ShardRole.Arn, if OnFargate",
    "StatesRole: s3:GetObject ${Work.Arn}/plans/*/merged.json",
    "StatesRole: s3:GetObject ${Work.Arn}/plans/*/shards.json",
    "StatesRole: sns:Publish Topic",
    "StatesRole: states:DescribeExecution arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}/*",
    "StatesRole: states:DescribeExecution arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}:*",
    "StatesRole: states:StartExecution arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}",
    "StatesRole: states:StopExecution arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}/*",
    "StatesRole: states:StopExecution arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${AWS::StackName}:*",
    "StorePolicy: secretsmanager:GetSecretValue StoreSecret",
    "TopicPolicy: sns:Publish Topic",
];

#[test]
fn nothing_else_is_allowed() {
    let (mut allowed, own) = (BTreeSet::new(), policy(&["--org"]));
    for (name, statements) in statements(&template()) {
        for statement in statements {
            let resources = match &statement["Resource"] {
                Value::Array(list) => list.clone(),
                one => vec![one.clone()],
            };
            for action in texts(&statement["Action"]) {
                let reads = own.contains(&action) && action != "sts:AssumeRole";
                let everything = resources.iter().any(|one| one == "*");
                assert!(
                    !everything || reads || action == "ecr:GetAuthorizationToken",
                    "{name}: {action} on everything"
                );
                if !reads {
                    allowed.extend(resources.iter().map(|one| format!("{name}: {action} {}", place(one))));
                }
            }
        }
    }
    assert_eq!(allowed.into_iter().collect::<Vec<_>>(), ALLOWED);
}

/// A resource in one line.
fn place(resource: &Value) -> String {
    match resource {
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let (function, value) = map.iter().next().unwrap();
            match (function.as_str(), value) {
                ("Fn::If", Value::Array(list)) => format!("{}, if {}", place(&list[1]), place(&list[0])),
                ("Fn::GetAtt", Value::Array(list)) => texts(&json!(list)).join("."),
                (_, value) => place(value),
            }
        }
        other => other.to_string(),
    }
}

#[test]
fn buckets_are_versioned_encrypted_closed_and_evidence_is_locked() {
    let template = template();
    for name in ["Evidence", "Work"] {
        let bucket = &template["Resources"][name];
        assert_eq!(bucket["DeletionPolicy"], "Retain");
        let bucket = &bucket["Properties"];
        assert_eq!(bucket["VersioningConfiguration"]["Status"], "Enabled");
        let blocked = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
        assert!(blocked.len() == 4 && blocked.values().all(|one| *one == true), "{blocked:?}");
        assert!(bucket["BucketEncryption"].is_object());
        let statement = &template["Resources"][format!("{name}Policy")]["Properties"]["PolicyDocument"]["Statement"][0];
        assert_eq!(
            (&statement["Effect"], &statement["Condition"]["Bool"]["aws:SecureTransport"]),
            (&json!("Deny"), &json!("false"))
        );
    }
    let lock = &template["Resources"]["Evidence"]["Properties"];
    let retention = &lock["ObjectLockConfiguration"]["Rule"]["DefaultRetention"];
    assert_eq!((&lock["ObjectLockEnabled"], &retention["Mode"]), (&json!(true), &json!("GOVERNANCE")));
}

#[test]
fn terraform_is_the_template_in_another_language() {
    let (terraform, template) = (terraform(), template());
    assert_eq!(terraform["undeclared"], json!([]));
    assert_eq!(terraform["unused"], json!([]));
    let statements = statements(&template);
    let by_sid = |statements: &[Value]| {
        let mut all: Vec<_> =
            statements.iter().map(|one| (one["Sid"].clone(), actions(std::slice::from_ref(one)))).collect();
        all.sort_by_key(|(sid, _)| sid.to_string());
        all
    };
    for (name, parts) in [
        ("plan", &["PlanPolicy"][..]),
        ("shard", &["ShardPolicy"]),
        ("merge", &["MergePolicy"]),
        ("function_log", &["FunctionLogPolicy"]),
        ("execution", &["ExecutionRole"]),
        ("store", &["StorePolicy"]),
        ("states", &["StatesRole"]),
        ("functions", &["InvokePolicy"]),
        ("scheduler", &["SchedulerRole"]),
    ] {
        let wanted: Vec<_> = parts.iter().flat_map(|part| statements[*part].clone()).collect();
        let given = terraform["statements"][name].as_array().unwrap();
        assert_eq!(by_sid(given), by_sid(&wanted), "{name}");
        let shape = |all: &[Value]| {
            let mut all: Vec<_> =
                all.iter().map(|one| (one["Sid"].to_string(), one.get("Condition").map(condition))).collect();
            all.sort();
            all
        };
        assert_eq!(shape(given), shape(&wanted), "{name}: conditions");
    }
    assert_eq!(terraform["statements"].as_object().unwrap().len(), 9);
    for (name, parameter) in template["Parameters"].as_object().unwrap() {
        let variable = &terraform["variables"][snake(name)];
        let default = match (name.as_str(), &parameter["Default"]) {
            ("Engine", Value::String(engine)) => json!(engine.to_lowercase()),
            ("AssignPublicIp", _) => json!(false),
            (_, Value::String(list)) if parameter["Type"] == "CommaDelimitedList" => {
                json!(list.split(',').filter(|one| !one.is_empty()).collect::<Vec<_>>())
            }
            (_, Value::String(number)) if number.parse::<u32>().is_ok() => json!(number.parse::<u32>().unwrap()),
            (_, default) => default.clone(),
        };
        assert_eq!(*variable, default, "{name}");
    }
    assert_eq!(
        terraform["variables"].as_object().unwrap().len(),
        template["Parameters"].as_object().unwrap().len() + 1
    );
}

/// Operator and keys of a condition.
fn condition(condition: &Value) -> String {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    condition.as_object().unwrap().iter().map(|(name, value)| format!("{name} {:?}", keys(value))).collect()
}

fn snake(name: &str) -> String {
    let mut all = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !all.is_empty() {
            all.push('_');
        }
        all.extend(letter.to_lowercase());
    }
    all
}

/// Terraform itself checks form and syntax, where it is installed; a provider, which says more, cannot be fetched where tests run.
/// Every command line of the engines.
fn command_lines() -> Vec<Vec<String>> {
    let night = play("fargate", &json!({ "shards": 1 }));
    let manifests = manifests();
    let jobs = ["rung", "rung-shards", "rung-merge"].map(|name| job(&manifests, name));
    let pods = jobs.iter().flat_map(|job| containers(job)).filter(|one| one["image"] == "rung");
    runs(&night).into_iter().map(|(_, args)| args).chain(pods.map(|one| handed(&one, "rung-1-night-shards"))).collect()
}

#[test]
fn the_program_takes_every_command_line_of_the_engines() {
    let lines = command_lines();
    assert_eq!(lines.len(), 6);
    for line in lines {
        let rung = Rung::new().var("AWS_REGION", "eu-central-1").var("JOB_COMPLETION_INDEX", "0");
        // A shard is handed none: what it asks is the plan's.
        let config = deploy("kubernetes/rung.toml");
        let rung = if line[0] == "scan" { rung } else { rung.var("RUNG_CONFIG", config.to_str().unwrap()) };
        // Folders of this machine in place of buckets.
        let home = rung.path("");
        fs::create_dir_all(rung.path("work-4711/plans/night-1")).unwrap();
        for name in ["rung-1-night-shards", "rung-1-night-shards-shards"] {
            fs::create_dir_all(rung.path("work-4711/plans").join(name)).unwrap();
        }
        let line: Vec<_> = line.iter().map(|arg| arg.replace("s3://", home.to_str().unwrap())).collect();
        let line: Vec<_> = line.iter().map(String::as_str).collect();
        let (code, why) = if line[0] == "plan" { (4, "credentials") } else { (2, "no plan at") };
        let told = rung.fails(code, &line);
        assert!(told.contains(why), "{line:?}: {told}");
    }
}
