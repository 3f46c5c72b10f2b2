//! What is in `deploy/kubernetes/`: each step finds the folder and the Job of its night, and has the rights that it needs and no more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    engines::{deploy, texts},
    schedule_print::read,
};

/// Documents of the manifests by kind and name.
pub(crate) fn manifests() -> BTreeMap<String, Value> {
    let kustomization = kustomization();
    let files = texts(&kustomization["resources"]);
    let read = files.iter().flat_map(|file| {
        let all = read("manifests", &deploy("kubernetes").join(file));
        all.as_array().unwrap().clone()
    });
    read.map(|one| {
        let (kind, name) = (one["kind"].as_str().unwrap(), one["metadata"]["name"].as_str().unwrap());
        (format!("{kind}/{name}"), one)
    })
    .collect()
}

fn kustomization() -> Value {
    read("yaml", &deploy("kubernetes/kustomization.yaml"))
}

pub(crate) fn job<'a>(manifests: &'a BTreeMap<String, Value>, name: &str) -> &'a Value {
    &manifests[&format!("CronJob/{name}")]["spec"]["jobTemplate"]["spec"]
}

pub(crate) fn containers(job: &Value) -> Vec<Value> {
    let pod = &job["template"]["spec"];
    ["initContainers", "containers"]
        .iter()
        .flat_map(|kind| pod[*kind].as_array().cloned().unwrap_or_default())
        .collect()
}

/// The arguments of a container as Kubernetes hands them on, in the Job of that name.
pub(crate) fn handed(container: &Value, job: &str) -> Vec<String> {
    let places = |text: String| {
        [("JOB_NAME", job), ("WORK", "work-4711"), ("EVIDENCE", "evidence-4711")]
            .iter()
            .fold(text, |text, (name, value)| text.replace(&format!("$({name})"), value))
    };
    let args: Vec<_> = texts(&container["args"]).into_iter().map(places).collect();
    assert!(args.iter().all(|arg| !arg.contains("$(")), "{args:?}");
    args
}

#[test]
fn on_kubernetes_each_step_finds_the_folder_and_the_job_of_its_night() {
    let manifests = manifests();
    let [night, shards, merge] = ["rung", "rung-shards", "rung-merge"].map(|name| job(&manifests, name));
    let begin: Vec<_> = containers(night).iter().map(|one| handed(one, "rung-29399640")).collect();
    let has = |args: &[String], wanted: &str| assert!(args.iter().any(|arg| arg == wanted), "{wanted}: {args:?}");
    has(&begin[0], "--out=s3://work-4711/plans/rung-29399640-night-shards");
    assert_eq!(begin[1][..4], ["create", "job", "rung-29399640-night-shards", "--from=cronjob/rung-shards"]);
    assert_eq!(begin[2][..4], ["create", "job", "rung-29399640-night", "--from=cronjob/rung-merge"]);
    // The names are those of Jobs: the controller of CronJobs adds eleven characters at most to a name.
    assert!("rung-29399640-night-shards".len() < 63);
    let shard = containers(shards);
    assert_eq!(shard.len(), 1);
    has(&handed(&shard[0], "rung-29399640-night-shards"), "--plan=s3://work-4711/plans/rung-29399640-night-shards");
    let end: Vec<_> = containers(merge).iter().map(|one| handed(one, "rung-29399640-night")).collect();
    assert_eq!(end[0][..2], ["wait", "job/rung-29399640-night-shards"]);
    assert_eq!(end[1][..2], ["merge", "s3://work-4711/plans/rung-29399640-night-shards"]);
    // As many pods as shards, every one of them tried whatever becomes of the others.
    assert_eq!(shards["completionMode"], "Indexed");
    has(&begin[0], &format!("--shards={}", shards["completions"]));
    assert_eq!(shards["maxFailedIndexes"], shards["completions"]);
    for (name, suspended) in [("rung", false), ("rung-shards", true), ("rung-merge", true)] {
        assert_eq!(manifests[&format!("CronJob/{name}")]["spec"]["suspend"].as_bool().unwrap_or_default(), suspended);
    }
}

#[test]
fn pods_meet_the_restricted_standard_and_only_kubectl_gets_the_token() {
    let manifests = manifests();
    assert_eq!(manifests["Namespace/rung"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    for name in ["rung", "rung-shards", "rung-merge"] {
        let job = job(&manifests, name);
        let pod = &job["template"]["spec"];
        assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        assert_eq!(pod["automountServiceAccountToken"], false);
        let account = &manifests[&format!("ServiceAccount/{}", pod["serviceAccountName"].as_str().unwrap())];
        assert!(account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].is_string());
        for container in containers(job) {
            let wanted = json!({
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": { "drop": ["ALL"] },
            });
            assert_eq!(container["securityContext"], wanted, "{name}");
            for kind in ["requests", "limits"] {
                assert!(container["resources"][kind]["memory"].is_string(), "{name}: {kind}");
            }
            let is_kubectl = container["image"] == "registry.k8s.io/kubectl";
            let mounts = container["volumeMounts"].to_string();
            assert_eq!(mounts.contains("kubernetes.io/serviceaccount"), is_kubectl, "{name}: {mounts}");
            let volumes = pod["volumes"].to_string();
            let named: Vec<_> = container["volumeMounts"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
            assert!(named.iter().all(|volume| volumes.contains(&format!("\"name\":{volume}"))), "{name}: {named:?}");
        }
    }
}

#[test]
fn rights_in_the_cluster_are_those_that_kubectl_needs() {
    let manifests = manifests();
    let rules = |name: &str| manifests[&format!("Role/{name}")]["rules"].clone();
    let create = json!({ "apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"] });
    let templates = json!({
        "apiGroups": ["batch"], "resources": ["cronjobs"], "resourceNames": ["rung-shards", "rung-merge"], "verbs": ["get"],
    });
    assert_eq!(rules("rung-plan"), json!([create, templates]));
    let wait = json!({ "apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list", "watch"] });
    assert_eq!(rules("rung-merge"), json!([wait]));
    let bound: Vec<_> = manifests.keys().filter(|name| name.starts_with("RoleBinding/")).collect();
    assert_eq!(bound, ["RoleBinding/rung-merge", "RoleBinding/rung-plan"]);
    assert!(manifests.keys().all(|name| !name.starts_with("Cluster")));
}

#[test]
fn what_the_kustomization_fills_in_is_there() {
    let (kustomization, manifests) = (kustomization(), manifests());
    let images: BTreeSet<_> =
        kustomization["images"].as_array().unwrap().iter().map(|one| one["name"].clone().to_string()).collect();
    let used = ["rung", "rung-shards", "rung-merge"].iter().flat_map(|name| containers(job(&manifests, name)));
    assert_eq!(images, used.map(|one| one["image"].to_string()).collect());
    for patch in kustomization["patches"].as_array().unwrap() {
        let target = format!("ServiceAccount/{}", patch["target"]["name"].as_str().unwrap());
        assert!(manifests.contains_key(&target), "{target}");
    }
    let generated: BTreeMap<_, _> = kustomization["configMapGenerator"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one))
        .collect();
    let named = manifests.values().map(Value::to_string).collect::<String>();
    for name in generated.keys() {
        assert!(named.contains(&format!("\"name\":\"{name}\"")), "{name}");
    }
    let places: Vec<_> = texts(&generated["rung-places"]["literals"]);
    let places: Vec<_> = places.iter().map(|one| one.split_once('=').unwrap().0).collect();
    assert_eq!(places, ["AWS_REGION", "WORK", "EVIDENCE"]);
    assert_eq!(texts(&generated["rung-config"]["files"]), ["rung.toml"]);
}
