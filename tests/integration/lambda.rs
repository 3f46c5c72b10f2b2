//! `rung lambda` against a Runtime API of our own, as AWS Lambda plays it: events are handed out, answers and errors are taken.

use std::{
    fs,
    process::{Child, Stdio},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    runtime::Runtime,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
};

use crate::common::Rung;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// An event, and how long the run may take.
type Event = (String, Duration);
/// `response` or `error`, and what came with it.
pub(crate) type Said = (String, Value);

struct Api {
    events: Mutex<UnboundedReceiver<Event>>,
    said: UnboundedSender<Said>,
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some((event, most)) = api.events.lock().await.recv().await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let deadline = (SystemTime::now() + most).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", "request-1".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:rung".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn take(State(api): State<Arc<Api>>, Path((_, kind)): Path<(String, String)>, body: String) -> StatusCode {
    api.said.send((kind, serde_json::from_str(&body).unwrap_or(Value::String(body)))).unwrap();
    StatusCode::ACCEPTED
}

/// A function with the program in it, stopped by its process id.
pub(crate) struct Function {
    rung: Rung,
    child: Child,
    events: UnboundedSender<Event>,
    said: UnboundedReceiver<Said>,
    runtime: Runtime,
}

impl Function {
    fn start() -> Self {
        Function::configured("")
    }

    /// With a configuration, as a template hands it over.
    fn configured(config: &str) -> Self {
        Function::on(Rung::new(), config)
    }

    /// On a machine of its own.
    pub(crate) fn on(machine: Rung, config: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (events, receiver) = unbounded_channel();
        let (sender, said) = unbounded_channel();
        let api = Arc::new(Api { events: Mutex::new(receiver), said: sender });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(take))
            .with_state(api);
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let rung = machine.var("AWS_LAMBDA_RUNTIME_API", &address).var("RUNG_CONFIG_TEXT", config);
        let rung = ["NAME", "VERSION", "MEMORY_SIZE"]
            .into_iter()
            .fold(rung, |rung, name| rung.var(&format!("AWS_LAMBDA_FUNCTION_{name}"), "2048"));
        let temporary = rung.path("tmp");
        fs::create_dir(&temporary).unwrap();
        // As in Lambda: nothing else can be written to.
        let rung = rung.var("TMPDIR", temporary.to_str().unwrap()).var("HOME", "/nonexistent");
        let child = rung.command(&["lambda"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Function { rung, child, events, said, runtime }
    }

    pub(crate) fn invoke(&mut self, event: Value, most: Duration) -> Said {
        self.events.send((event.to_string(), most)).unwrap();
        let said = &mut self.said;
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, said.recv()).await }).unwrap().unwrap()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

pub(crate) const LONG: Duration = Duration::from_secs(900);

#[test]
fn an_event_is_answered_with_exit_bundle_and_levels() {
    let mut function = Function::start();
    let (kind, answer) = function.invoke(json!({ "args": ["--demo"] }), LONG);
    assert_eq!((kind.as_str(), &answer["exit"]), ("response", &json!(0)), "{answer}");
    let bundle = answer["bundle"].as_str().unwrap();
    assert!(bundle.starts_with(function.rung.path("tmp").to_str().unwrap()), "{bundle}");
    function.rung.ok(&["verify", bundle]);
    let assessment: Value =
        serde_json::from_str(&fs::read_to_string(std::path::Path::new(bundle).join("assessment.json")).unwrap())
            .unwrap();
    let controls = assessment["controls"].as_array().unwrap();
    assert_eq!(answer["levels"].as_object().unwrap().len(), controls.len());
    for control in controls {
        let told = &answer["levels"][control["id"].as_str().unwrap()];
        assert_eq!(*told, json!({ "confirmed": control["confirmed"], "possible": control["possible"] }));
    }
    // A control below its bar is a result, not a failure; and one function answers several events.
    let (kind, answer) = function.invoke(json!({ "args": ["--demo", "--fail-below=5"] }), LONG);
    assert_eq!((kind.as_str(), &answer["exit"]), ("response", &json!(1)), "{answer}");
}

#[test]
fn an_event_may_name_a_schedule() {
    let mut function = Function::configured("[[schedule]]\nname = \"nightly\"\ncron = \"0 2 * * *\"\ndemo = true\n");
    let (kind, answer) = function.invoke(json!({ "schedule": "nightly" }), LONG);
    assert_eq!((kind.as_str(), &answer["exit"]), ("response", &json!(0)), "{answer}");
    function.rung.ok(&["verify", answer["bundle"].as_str().unwrap()]);
    let (kind, error) = function.invoke(json!({ "schedule": "weekly" }), LONG);
    assert!(kind == "error" && error["errorMessage"].as_str().unwrap().contains("nightly"), "{error}");
}

#[test]
fn a_run_fails_where_the_scan_failed_and_says_why() {
    let mut function = Function::start();
    let bundle = function.rung.path("stray");
    for (event, expected) in [
        (json!({ "args": ["--demo", "--require-complete"] }), "the scan ended with exit code 3; what it saw is in "),
        (json!({ "args": ["--region", "eu-central-1"] }), "the scan ended with exit code 4"),
        (json!({ "schedule": "no-such" }), "the scan ended with exit code 2"),
        (json!({ "args": ["--demo", "--bundle", bundle] }), "\"--bundle\" is not taken here"),
        (json!({ "schedules": "nightly" }), "expected {\"schedule\": \"NAME\"}"),
    ] {
        let (kind, error) = function.invoke(event.clone(), LONG);
        assert_eq!((kind.as_str(), &error["errorType"]), ("error", &json!("rung")), "{event}: {error}");
        let message = error["errorMessage"].as_str().unwrap();
        assert!(message.contains(expected), "{event}: {message}");
    }
    assert!(!bundle.exists());
}

#[test]
fn a_scan_that_comes_near_the_limit_leaves_what_it_saw_and_fails() {
    let mut function = Function::start();
    let (kind, error) = function.invoke(json!({ "args": ["--demo"] }), Duration::from_secs(1));
    assert_eq!(kind, "error");
    let message = error["errorMessage"].as_str().unwrap();
    assert!(message.starts_with("the scan did not end within Lambda's limit and was told to stop"), "{message}");
}

#[test]
fn outside_of_lambda_it_says_where_it_belongs() {
    let told = Rung::new().fails(2, &["lambda"]);
    assert!(told.contains("AWS_LAMBDA_RUNTIME_API is not set") && told.contains("rung scan"), "{told}");
}
