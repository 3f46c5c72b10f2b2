//! GetMetricData in a replay: answered query by query, because which queries share a request depends on what else is asked.

use std::collections::HashMap;

use ciborium::Value;

use super::wire::{Exchange, RecordedAnswer, RecordedBody, RecordedRequest};

/// Recorded series by region and query.
#[derive(Debug, Default)]
pub(crate) struct MetricAnswers {
    series: HashMap<String, Series>,
}

#[derive(Clone, Debug, Default)]
struct Series {
    label: Option<Value>,
    status: Option<Value>,
    timestamps: Vec<Value>,
    values: Vec<Value>,
}

/// Decodes a CBOR body.
pub(crate) fn decode(bytes: &[u8]) -> Option<Value> {
    ciborium::from_reader(bytes).ok()
}

pub(crate) fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

pub(crate) fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    field(value, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A query without its id, within its window: what identifies a series.
fn key(region: &str, request: &Value, query: &Value) -> String {
    let mut entries: Vec<_> = query
        .as_map()
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.as_text() != Some("Id"))
        .map(|(name, value)| format!("{}={value:?}", name.as_text().unwrap_or_default()))
        .collect();
    entries.sort();
    format!("{region} {:?} {:?} {}", field(request, "StartTime"), field(request, "EndTime"), entries.join(" "))
}

pub(crate) fn id(entry: &Value) -> &str {
    field(entry, "Id").and_then(Value::as_text).unwrap_or_default()
}

impl MetricAnswers {
    /// Takes the series out of all recorded exchanges; pages of one request add up.
    pub(crate) fn learn(exchanges: &[Exchange]) -> Self {
        let mut answers = MetricAnswers::default();
        for exchange in exchanges.iter().filter(|e| e.operation == "GetMetricData" && e.answer.status == 200) {
            let decoded = |body: &RecordedBody| body.bytes().ok().and_then(|bytes| decode(&bytes));
            if let (Some(request), Some(answer)) = (decoded(&exchange.request.body), decoded(&exchange.answer.body)) {
                answers.add(&exchange.region, &request, &answer);
            }
        }
        answers
    }

    fn add(&mut self, region: &str, request: &Value, answer: &Value) {
        for query in items(request, "MetricDataQueries") {
            let series = self.series.entry(key(region, request, query)).or_default();
            for result in items(answer, "MetricDataResults").iter().filter(|result| id(result) == id(query)) {
                series.label = field(result, "Label").cloned();
                series.status = field(result, "StatusCode").cloned();
                series.timestamps.extend_from_slice(items(result, "Timestamps"));
                series.values.extend_from_slice(items(result, "Values"));
            }
        }
    }

    /// Answers a request of any composition; a query that was never recorded is an error.
    pub(crate) fn answer(&self, region: &str, request: &RecordedRequest) -> Result<RecordedAnswer, String> {
        let bytes = request.body.bytes().map_err(|error| error.to_string())?;
        let asked = decode(&bytes).ok_or("GetMetricData: the request is not CBOR")?;
        let results = items(&asked, "MetricDataQueries")
            .iter()
            .map(|query| {
                let key = key(region, &asked, query);
                let series = self.series.get(&key).ok_or_else(|| format!("the recording has no metric {key}"))?;
                Ok(result(query, series))
            })
            .collect::<Result<Vec<_>, String>>()?;
        let body = Value::Map(vec![(Value::Text("MetricDataResults".into()), Value::Array(results))]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&body, &mut bytes).map_err(|error| error.to_string())?;
        let headers = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Ok(RecordedAnswer { status: 200, headers, body: RecordedBody::binary(&bytes) })
    }
}

fn result(query: &Value, series: &Series) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let mut entries = vec![
        (text("Id"), text(id(query))),
        (text("Timestamps"), Value::Array(series.timestamps.clone())),
        (text("Values"), Value::Array(series.values.clone())),
        (text("StatusCode"), series.status.clone().unwrap_or_else(|| text("InternalError"))),
    ];
    entries.extend(series.label.clone().map(|label| (text("Label"), label)));
    Value::Map(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hostile::{changed, noise};

    fn exchange(request: &[u8], answer: &[u8]) -> Exchange {
        Exchange {
            service: "cloudwatch".to_owned(),
            operation: "GetMetricData".to_owned(),
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            request: RecordedRequest {
                method: "POST".to_owned(),
                path: String::new(),
                body: RecordedBody::binary(request),
            },
            answer: RecordedAnswer { status: 200, headers: Default::default(), body: RecordedBody::binary(answer) },
        }
    }

    fn bytes(value: serde_json::Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(&value, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn any_bytes_are_answered_or_refused() {
        let query = serde_json::json!({"Id": "m0", "MetricStat": {"Period": 300, "Stat": "p99"}});
        let asked = bytes(serde_json::json!({"StartTime": 1, "EndTime": 2, "MetricDataQueries": [query]}));
        let answer = bytes(serde_json::json!({"MetricDataResults": [
            {"Id": "m0", "Label": "x", "StatusCode": "Complete", "Timestamps": [1, 2], "Values": [0.5, 1.5]}]}));
        let whole = MetricAnswers::learn(&[exchange(&asked, &answer)]);
        assert!(whole.answer("us-east-1", &exchange(&asked, b"").request).is_ok());
        let bodies = || changed(&asked, 2_000).chain(noise(500));
        for (request, answer) in bodies().zip(changed(&answer, 2_500)) {
            let learned = MetricAnswers::learn(&[exchange(&request, &answer)]);
            for asked in [&request, &asked] {
                // What is answered is a body that can be read.
                if let Ok(answer) = learned.answer("us-east-1", &exchange(asked, b"").request) {
                    assert!(decode(&answer.body.bytes().unwrap()).is_some());
                }
            }
        }
    }

    #[test]
    fn nesting_without_end_is_refused() {
        assert_eq!(decode(&[0x81; 100_000]), None);
    }
}
