//! Exchanges of every kind, changed at random: redaction comes back, and no secret it knows stays in a body that it can read.

use super::*;
use crate::hostile::changed;

const SECRET: &str = "AKIAABCDEFGHIJKLMNOP";

/// Answers of each format, with names, addresses and secrets.
fn bodies() -> [Vec<u8>; 4] {
    [
        br#"{"functions":[{"FunctionName":"shop-api","Environment":{"Variables":{"PASSWORD":"x y","URL":"https://u:p@h.example"}}}]}"#.to_vec(),
        b"<?xml version=\"1.0\"?><R><item><name>shop &amp; co</name><ip>10.1.2.3</ip><!-- x --><v6>fe80::1</v6></item><b/></R>".to_vec(),
        b"Action=DescribeVolumes&Filter.1.Name=tag%3AName&Filter.1.Value.1=shop%20web&Version=2016-11-15".to_vec(),
        cbor(&json!({"DashboardBody": "{\"widgets\":[]}", "Name": ["shop", 1.5]})),
    ]
}

#[test]
fn any_exchange_comes_back() {
    for good in bodies() {
        for (at, body) in changed(&good, 400).enumerate() {
            let operation = ["ListFunctions", "DescribeInstances", "GetDashboard"][at % 3];
            let path = format!("/x?X-Amz-Signature={at}&name=%ff%2");
            let mut one = exchange("lambda", operation, &path, RecordedBody::new(&body), RecordedBody::new(&body));
            remove_secrets(&mut one);
            let read = one.answer.body.bytes();
            assert!(read.is_ok(), "{body:?}");
            redacted(vec![one]);
        }
    }
}

#[test]
fn a_key_stays_nowhere() {
    let mut looked_at = 0;
    let good = format!(r#"{{"projects":[{{"name":"a","description":"key {SECRET} b"}}]}}"#);
    for body in changed(good.as_bytes(), 2_000) {
        let Ok(text_of) = String::from_utf8(body) else { continue };
        let Ok(value) = serde_json::from_str::<Value>(&text_of) else { continue };
        // Names of fields are AWS's, or names of tags and variables: a change may have put the key into one.
        if !text_of.contains(&format!(" {SECRET} ")) || named(&value) {
            continue;
        }
        looked_at += 1;
        let kept = without_secrets("codebuild", "BatchGetProjects", &text_of);
        assert!(!kept.contains(SECRET), "{text_of}");
    }
    assert!(looked_at > 20, "{looked_at}");
}

fn named(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(name, field)| name.contains(SECRET) || named(field)),
        Value::Array(items) => items.iter().any(named),
        _ => false,
    }
}
