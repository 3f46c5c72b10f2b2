//! What is in `deploy/`: held against linters, validators and schemas, against `rung policy` and the program's own flags. Nothing is
//! deployed here.

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
    engines_played::{play, runs},
    schedule_print::read,
};

pub(crate) const ENGINES: [&str; 2] = ["lambda", "fargate"];

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
