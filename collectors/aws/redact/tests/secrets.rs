//! What is removed always.

use super::*;

#[test]
fn of_functions_environments() {
    let answer = r#"{"Functions": [{"FunctionName":"orders", "Environment":{"Variables":{"DB":"mysql://a:b\"@x"},"Error":{"Message":"m"}},"MemorySize":128.50}],"NextMarker":"abc"}"#;
    let expected = r#"{"Functions": [{"FunctionName":"orders", "Environment":{"Variables":{"DB":"REDACTED"},"Error":{"Message":"m"}},"MemorySize":128.50}],"NextMarker":"abc"}"#;
    assert_eq!(without_secrets("lambda", "ListFunctions", answer), expected);
}

#[test]
fn of_stages_and_targets() {
    let stages = r#"{"item":[{"stageName":"prod","variables":{"backend":"x"},"methodSettings":{"*/*":{"cachingEnabled":true}}}]}"#;
    let expected = stages.replace(r#""x""#, r#""REDACTED""#);
    assert_eq!(without_secrets("apigateway", "GetStages", stages), expected);
    let targets = r#"{"Targets":[{"Id":"1","Arn":"arn:aws:lambda:us-east-1:1:function:f","Input":"{\"a\":1}","InputTransformer":{"InputPathsMap":{"t":"$.time"},"InputTemplate":"<t>"},"HttpParameters":{"HeaderParameters":{"X":"y"}}}],"NextToken":"more"}"#;
    let clean: Value = serde_json::from_str(&without_secrets("events", "ListTargetsByRule", targets)).unwrap();
    assert_eq!(clean["Targets"][0]["Input"], "REDACTED");
    assert_eq!(clean["Targets"][0]["InputTransformer"]["InputPathsMap"]["t"], "REDACTED");
    assert_eq!(clean["Targets"][0]["HttpParameters"]["HeaderParameters"]["X"], "REDACTED");
    assert_eq!(clean["Targets"][0]["Arn"], "arn:aws:lambda:us-east-1:1:function:f");
    assert_eq!(clean["NextToken"], "more");
}

#[test]
fn of_builds_and_their_scripts() {
    let project = |spec: &str| {
        json!({"projects": [{
            "name": "checkout-k6",
            "source": {"type": "NO_SOURCE", "buildspec": spec},
            "environment": {
                "image": "grafana/k6:latest",
                "environmentVariables": [{"name": "TOKEN", "value": "x1", "type": "PLAINTEXT"}]
            },
            "exportedEnvironmentVariables": [{"name": "RESULT", "value": "x2"}]
        }]})
        .to_string()
    };
    let spec = "version: 0.2\nenv:\n  variables:\n    TARGET: x3\n    LONG: |\n      x4\n  exported-variables: [RESULT]\nphases:\n  build:\n    commands:\n      - export DB_PASSWORD='x5' RATE=200\n      - k6 run --api-token x6 -e KEY=$KEY s.js\n      - 'curl -H \"Authorization: Bearer x7\" https://shop.example'\n      - login --password=$PW --password x8; true";
    let clean: Value = serde_json::from_str(&without_secrets("codebuild", "BatchGetProjects", &project(spec))).unwrap();
    let expected = "version: 0.2\nenv:\n  variables:\n    TARGET: REDACTED\n    LONG: REDACTED\n      REDACTED\n  exported-variables: [RESULT]\nphases:\n  build:\n    commands:\n      - export DB_PASSWORD='REDACTED' RATE=200\n      - k6 run --api-token REDACTED -e KEY=$KEY s.js\n      - 'curl -H \"Authorization: REDACTED\" https://shop.example'\n      - login --password=$PW --password REDACTED; true";
    let of_project = &clean["projects"][0];
    assert_eq!(of_project["source"]["buildspec"], expected);
    assert_eq!(of_project["environment"]["environmentVariables"][0]["value"], "REDACTED");
    assert_eq!(of_project["environment"]["environmentVariables"][0]["name"], "TOKEN");
    assert_eq!(of_project["exportedEnvironmentVariables"][0]["value"], "REDACTED");

    let spec = r#"{"env":{"variables":{"A":"x1"}},"phases":{"build":{"commands":["export SECRET=x2","k6 run s.js"]}}}"#;
    let clean = without_secrets("codebuild", "BatchGetProjects", &project(spec));
    assert!(!clean.contains("x1") && !clean.contains("x2") && clean.contains("k6 run s.js"), "{clean}");
}

#[test]
fn of_actions_of_pipelines() {
    let answer = json!({"pipeline": {
        "stages": [{"name": "Source", "actions": [
            {"name": "Git", "configuration": {"Owner": "larch", "Branch": "main", "OAuthToken": "x1"}},
            {"name": "Test", "configuration": {
                "ProjectName": "checkout-k6",
                "EnvironmentVariables": "[{\"name\":\"KEY\",\"value\":\"x2\",\"type\":\"PLAINTEXT\"}]"
            }},
            {"name": "Broken", "configuration": {"EnvironmentVariables": "[x3"}},
            {"name": "Call", "configuration": {"FunctionName": "f", "UserParameters": "x4"}},
            {"name": "Run", "configuration": {"StateMachineArn": "arn:aws:states:x", "Input": "{\"k\":\"x5\"}"}},
            {"name": "Stack", "configuration": {"StackName": "s", "ParameterOverrides": "{\"Pw\":\"x6\"}"}},
            {"name": "Shell", "commands": ["TOKEN=x7 k6 run s.js"], "environmentVariables": [{"name": "A", "value": "x8"}]}
        ]}],
        "variables": [{"name": "ApiKey", "defaultValue": "x9"}, {"name": "Size", "defaultValue": "big"}]
    }});
    let clean = without_secrets("codepipeline", "GetPipeline", &answer.to_string());
    for secret in 1..=9 {
        assert!(!clean.contains(&format!("x{secret}")), "x{secret}: {clean}");
    }
    for kept in ["checkout-k6", "KEY", "arn:aws:states:x", "TOKEN=REDACTED k6 run s.js", "main", "big"] {
        assert!(clean.contains(kept), "{kept}: {clean}");
    }
}

#[test]
fn of_containers_and_execution_data() {
    let definition = r#"{"taskDefinition":{"containerDefinitions":[{"name":"web","environment":[{"name":"PW","value":"x"}],"secrets":[{"name":"S","valueFrom":"arn:aws:ssm:x"}]}]}}"#;
    let expected = definition.replace(r#""value":"x""#, r#""value":"REDACTED""#);
    assert_eq!(without_secrets("ecs", "DescribeTaskDefinition", definition), expected);
    let execution = without_secrets("states", "DescribeExecution", r#"{"input":"{\"k\":\"v\"}","status":"SUCCEEDED"}"#);
    assert_eq!(execution, r#"{"input":"REDACTED","status":"SUCCEEDED"}"#);
}

#[test]
fn of_xml_by_name() {
    let answer = "<?xml version=\"1.0\"?>\n<R><DB><MasterUserPassword>a&amp;b</MasterUserPassword><MasterUserSecret><SecretArn>arn:x</SecretArn><SecretStatus>active</SecretStatus></MasterUserSecret><Marker>abcd</Marker><UserData/><UserData>IyEv</UserData></DB></R>";
    let expected = answer.replace("a&amp;b", "REDACTED").replace("IyEv", "REDACTED");
    assert_eq!(without_secrets("rds", "DescribeDBInstances", answer), expected);
}

#[test]
fn of_cbor_by_name_byte_by_byte() {
    let asked = json!({"Metric": "m", "SessionToken": "s", "NextToken": "n", "At": 1.5});
    let mut one = exchange("cloudwatch", "X", "/", cbor_body(&asked), cbor_body(&asked));
    remove_secrets(&mut one);
    let expected = json!({"Metric": "m", "SessionToken": "REDACTED", "NextToken": "n", "At": 1.5});
    assert_eq!(readable(&one.answer.body), expected);
    assert_eq!(one.request.body.bytes().unwrap(), cbor(&expected), "indefinite lengths and wide floats stay");
    let before = one.clone();
    remove_secrets(&mut one);
    assert_eq!(one, before);
}

#[test]
fn of_forms_and_presigned_paths() {
    let form = "Action=X&Version=1&MasterUserPassword=a%26b&Marker=m&NextToken=n&ClientRequestToken=c";
    let path =
        "/b/k?X-Amz-Signature=1&versionId=2&X-Amz-Security-Token=3&AWSAccessKeyId=4&X-Amz-Credential=5&Signature=6";
    let mut one = exchange("rds", "X", path, text(form), text(""));
    remove_secrets(&mut one);
    assert_eq!(body_text(&one.request.body), form.replace("a%26b", "REDACTED"));
    assert_eq!(one.request.path, "/b/k?versionId=2");
}

#[test]
fn of_texts_that_carry_them() {
    let location =
        r#"{"Code":{"Location":"https://s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=abc&X-Amz-Security-Token=t"}}"#;
    let clean = without_secrets("lambda", "GetFunction", location);
    assert!(clean.contains("X-Amz-Date=1&X-Amz-Signature=REDACTED&X-Amz-Security-Token=REDACTED"), "{clean}");
    let spec = r#"{"buildspec":"git clone https://bob:hunter2@example.com/x; export K=AKIAIOSFODNN7EXAMPLE"}"#;
    let clean = without_secrets("codebuild", "BatchGetProjects", spec);
    assert!(!clean.contains("hunter2") && !clean.contains("AKIA"), "{clean}");
    let nested = r#"{"definition":"{\"Parameters\":{\"apiKey\":\"k\",\"nextToken\":\"t\"}}"}"#;
    let clean: Value = serde_json::from_str(&without_secrets("states", "DescribeStateMachine", nested)).unwrap();
    assert_eq!(clean["definition"], r#"{"Parameters":{"apiKey":"REDACTED","nextToken":"t"}}"#);
}

#[test]
fn not_of_what_only_speaks_about_them() {
    let about = r#"{"ManageMasterUserPassword":"true","nextToken":"t","requestToken":"r","apiKeySource":"HEADER","SecretArn":"x","CreationToken":"c","PasswordLastUsed":"2026","httpTokens":"required"}"#;
    assert_eq!(without_secrets("rds", "X", about), about);
}
