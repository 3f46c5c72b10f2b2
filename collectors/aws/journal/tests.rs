use std::{collections::BTreeMap, fs};

use aws_smithy_types::body::SdkBody;
use ciborium::Value;
use pretty_assertions::assert_eq;

use super::{earlier::Earlier, file::sound_lines, *};
use crate::{
    aws::{RecordedBody, wire::RecordedRequest},
    calls,
};

const ACCOUNT: &str = "123456789012";
const READ_AT: &str = "2026-11-25T10:00:00Z";

/// A time at which every listing may still go on.
fn soon() -> Timestamp {
    "2026-11-25T10:05:00Z".parse().expect("a time")
}

fn stamp(operation: &str) -> Stamp {
    let call = calls::all().find(|call| call.name() == operation).expect("declared");
    Stamp { call, account: ACCOUNT.into(), region: "eu-west-1".into() }
}

fn request(body: &str) -> RecordedRequest {
    RecordedRequest { method: "POST".to_owned(), path: "/".to_owned(), body: RecordedBody::new(body.as_bytes()) }
}

fn answered(operation: &str, asked: &str, answer: &str) -> Answered {
    Answered {
        stamp: stamp(operation),
        request: request(asked),
        status: 200,
        headers: BTreeMap::from([("content-type".to_owned(), "text/xml".to_owned())]),
        body: SdkBody::from(answer),
        read_at: READ_AT.parse().expect("a time"),
    }
}

fn page(page: u32) -> PageOf {
    PageOf { source: SourceId(7), page }
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Writes answers into a journal, each batch a member of its own.
fn written(folder: &Path, batches: &[Vec<Answered>]) -> Vec<u8> {
    let copy = |one: &Answered| Answered {
        stamp: one.stamp.clone(),
        request: one.request.clone(),
        headers: one.headers.clone(),
        body: one.body.try_clone().expect("in memory"),
        ..*one
    };
    block_on(async {
        let journal = Journal::open(folder).expect("a folder");
        let account = journal.account(ACCOUNT).await.expect("an account");
        for batch in batches {
            for (number, one) in batch.iter().enumerate() {
                account.keep(page(number as u32), copy(one));
            }
            journal.finish().await.expect("written");
        }
    });
    fs::read(file(folder)).unwrap_or_default()
}

fn file(folder: &Path) -> PathBuf {
    folder.join(format!("{ACCOUNT}.jsonl.gz"))
}

fn lines(packed: &[u8]) -> (Vec<String>, u64) {
    let mut lines = Vec::new();
    let sound = sound_lines(packed, |line| lines.push(String::from_utf8(line.to_vec()).expect("text")));
    (lines, sound)
}

fn three_batches(folder: &Path) -> Vec<u8> {
    let volumes = |n: u32| answered("ec2:DescribeVolumes", &format!("page={n}"), &format!("<volumes>{n}</volumes>"));
    written(folder, &[vec![volumes(0), volumes(1)], vec![volumes(2)], vec![volumes(3), volumes(4)]])
}

#[test]
fn what_was_kept_is_answered_once_with_the_time_it_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    three_batches(folder.path());
    block_on(async {
        let journal = Journal::open(folder.path()).expect("a folder");
        journal.account(ACCOUNT).await.expect("an account").ended(SourceId(7));
        journal.finish().await.expect("written");
        let journal = Journal::open(folder.path()).expect("a folder");
        let account = journal.account(ACCOUNT).await.expect("an account");
        let (volumes, asked) = (stamp("ec2:DescribeVolumes"), request("page=3"));
        let elsewhere = Stamp { region: "us-east-1".into(), ..volumes.clone() };
        assert_eq!(account.take(&elsewhere, &asked), None, "another region");
        assert_eq!(account.take(&stamp("ec2:DescribeVpcs"), &asked), None, "another operation");
        let found = account.take(&volumes, &asked).expect("kept");
        assert_eq!((found.status, found.body), (200, b"<volumes>3</volumes>".to_vec()));
        assert_eq!(found.read_at.to_string(), "2026-11-25T10:00:00Z");
        assert_eq!(account.take(&volumes, &asked), None, "who asks again asks AWS");
        // Pages 0 of three batches: three times, and no more.
        assert_eq!([0; 4].map(|n| account.expects(page(n))), [true, true, true, false]);
        assert!(!account.expects(page(9)));
        assert!(journal.account("unknown").await.is_none() && journal.account("../1").await.is_none());
    });
}

#[test]
fn a_file_torn_anywhere_keeps_its_whole_batches_and_is_written_on_behind_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = three_batches(folder.path());
    let (whole, sound) = lines(&packed);
    assert_eq!((whole.len(), sound), (5, packed.len() as u64));
    let mut counts = BTreeMap::new();
    for end in 0..packed.len() {
        let (kept, sound) = lines(&packed[..end]);
        assert_eq!(kept, whole[..kept.len()], "torn at {end}");
        assert!(sound <= end as u64);
        *counts.entry(kept.len()).or_insert(0) += 1;
    }
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [0, 2, 3], "batches are whole or gone");

    for torn in [packed.len() - 1, packed.len() - 9, 3, 0] {
        let (kept, _) = lines(&packed[..torn]);
        fs::write(file(folder.path()), &packed[..torn]).expect("written");
        let again = written(folder.path(), &[vec![answered("ec2:DescribeVpcs", "", "<vpcs/>")]]);
        let (now, sound) = lines(&again);
        assert_eq!((now.len(), sound), (kept.len() + 1, again.len() as u64), "torn at {torn}");
        assert!(now.last().is_some_and(|line| line.contains("<vpcs/>")));
    }
}

#[test]
fn a_wrong_byte_anywhere_never_makes_a_wrong_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = three_batches(folder.path());
    let (whole, _) = lines(&packed);
    let mut cut = 0;
    for at in 0..packed.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = packed.clone();
            damaged[at] ^= flip;
            let (kept, _) = lines(&damaged);
            assert_eq!(kept, whole[..kept.len()], "byte {at} ^ {flip:02x}");
            cut += usize::from(kept.len() < whole.len());
            let _ = Earlier::read(ACCOUNT, &damaged, soon());
        }
    }
    assert!(cut > packed.len(), "most damage is noticed: {cut}");
    let (kept, sound) = lines(&[&packed[..], b"\0\0garbage"].concat());
    assert_eq!((kept.len(), sound), (5, packed.len() as u64));
}

#[test]
fn a_listing_that_was_cut_off_long_ago_is_read_anew_and_a_whole_one_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let cut_off = three_batches(folder.path());
    let ended = serde_json::to_vec(&Line::Ended(SourceId(7))).expect("text");
    let whole = [&cut_off[..], &file::member(&ended).expect("packed")].concat();
    let volumes = stamp("ec2:DescribeVolumes");
    let has = |packed: &[u8], now: Timestamp| {
        let (mut earlier, _) = Earlier::read(ACCOUNT, packed, now);
        let found = earlier.take(volumes.call, &volumes.region, &request("page=0")).is_some();
        assert_eq!(earlier.expects(page(0)), found, "who finds nothing waits for the turn");
        found
    };
    let late = "2026-11-25T10:10:01Z".parse().expect("a time");
    assert_eq!([has(&cut_off, soon()), has(&cut_off, late)], [true, false]);
    assert_eq!([has(&whole, soon()), has(&whole, late)], [true, true]);
}

#[test]
fn sound_lines_that_are_not_understood_or_of_another_account_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let packed = three_batches(folder.path());
    let odd = [file::member(b"{\"of\":1}\nnot json\n\xff\n").expect("packed"), packed.clone()].concat();
    let (mut earlier, sound) = Earlier::read(ACCOUNT, &odd, soon());
    assert_eq!(sound, odd.len() as u64);
    let volumes = stamp("ec2:DescribeVolumes");
    assert!(earlier.take(volumes.call, &volumes.region, &request("page=4")).is_some());
    let (mut other, _) = Earlier::read("999999999999", &packed, soon());
    assert!(other.take(volumes.call, &volumes.region, &request("page=4")).is_none());
}

#[test]
fn nothing_secret_is_written_and_nothing_of_sts() {
    let folder = tempfile::tempdir().expect("a folder");
    let function =
        r#"{"Environment":{"Variables":{"DB":"hunter2-hunter2"}},"FunctionName":"f","MasterUserPassword":"hunter3"}"#;
    let packed = written(
        folder.path(),
        &[vec![
            answered("lambda:ListFunctions", "", function),
            answered(
                "ec2:DescribeVolumes",
                "Action=DescribeVolumes&Filter=AKIAABCDEFGHIJKLMNOP",
                "<asked-with-a-key/>",
            ),
            answered("sts:GetCallerIdentity", "", "<identity/>"),
        ]],
    );
    let (kept, _) = lines(&packed);
    let text = kept.join("\n");
    assert_eq!(kept.len(), 1, "{text}");
    assert!(text.contains("FunctionName") && text.contains("REDACTED"), "{text}");
    for secret in ["hunter2", "hunter3", "AKIA", "identity"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[test]
fn a_finished_account_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    three_batches(folder.path());
    block_on(async {
        let journal = Journal::open(folder.path()).expect("a folder");
        let account = journal.account(ACCOUNT).await.expect("an account");
        account.keep(page(0), answered("ec2:DescribeVpcs", "", "<vpcs/>"));
        journal.close(ACCOUNT).await.expect("removed");
        assert!(!file(folder.path()).exists());
        account.keep(page(0), answered("ec2:DescribeVpcs", "", "<late/>"));
        journal.finish().await.expect("nothing to write");
        assert!(!file(folder.path()).exists(), "and stays away");
        journal.close("210987654321").await.expect("there was none");
    });
}

#[test]
fn what_cannot_be_written_is_said_once_and_stops_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    block_on(async {
        let inner = folder.path().join("journal");
        let journal = Journal::open(&inner).expect("a folder");
        let account = journal.account(ACCOUNT).await.expect("an account");
        assert!(journal.failure().is_none());
        fs::remove_dir(&inner).expect("removed");
        account.keep(page(0), answered("ec2:DescribeVpcs", "", "<vpcs/>"));
        let error = journal.finish().await.expect_err("nothing can be written");
        assert!(error.to_string().contains("jsonl.gz: No such file"), "{error}");
        account.keep(page(0), answered("ec2:DescribeVpcs", "", "<vpcs/>"));
        assert_eq!(journal.finish().await.expect_err("still").to_string(), error.to_string());

        fs::create_dir_all(file(folder.path())).expect("a folder where the file belongs");
        let journal = Journal::open(folder.path()).expect("a folder");
        assert!(journal.account(ACCOUNT).await.is_none());
        assert!(journal.failure().is_some());
    });
}

/// A metric query of a volume, as the SDK writes it.
fn query(id: &str, volume: &str) -> Value {
    let metric = map([
        ("Namespace", text("AWS/EBS")),
        ("MetricName", text("VolumeReadOps")),
        ("Dimensions", Value::Array(vec![map([("Name", text("VolumeId")), ("Value", text(volume))])])),
    ]);
    let stat = map([("Metric", metric), ("Period", Value::from(3600)), ("Stat", text("Sum"))]);
    map([("Id", text(id)), ("MetricStat", stat), ("ReturnData", Value::Bool(true))])
}

fn key(volume: &str) -> QueryKey {
    let (region, dimensions) = ("eu-west-1", vec![("VolumeId", volume)]);
    let (namespace, name, statistic) = ("AWS/EBS", "VolumeReadOps", "Sum");
    QueryOf { region, window: (3600, 7200), namespace, name, statistic, period: 3600, dimensions }.key()
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (text(name), value)).collect())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("memory");
    bytes
}

fn metrics_request(volumes: &[&str], token: Option<&str>) -> RecordedRequest {
    let queries = volumes.iter().enumerate().map(|(n, volume)| query(&format!("m{n}"), volume)).collect();
    let time = |seconds: f64| Value::Tag(1, Box::new(Value::Float(seconds)));
    let mut body = vec![
        (text("StartTime"), time(3600.0)),
        (text("EndTime"), Value::Tag(1, Box::new(Value::from(7200)))),
        (text("MetricDataQueries"), Value::Array(queries)),
    ];
    body.extend(token.map(|token| (text("NextToken"), text(token))));
    let body = RecordedBody::binary(&cbor(&Value::Map(body)));
    RecordedRequest { method: "POST".to_owned(), path: "/GetMetricData".to_owned(), body }
}

/// A page: id, status and values of each result.
fn metrics(request: RecordedRequest, results: &[(&str, &str, &[f64])], next: Option<&str>) -> Answered {
    let result = |(id, status, values): &(&str, &str, &[f64])| {
        let times = values.iter().map(|_| Value::Tag(1, Box::new(Value::from(3600)))).collect();
        let values = values.iter().map(|value| Value::Float(*value)).collect();
        let (times, values) = (Value::Array(times), Value::Array(values));
        map([("Id", text(id)), ("StatusCode", text(status)), ("Timestamps", times), ("Values", values)])
    };
    let mut body = vec![(text("MetricDataResults"), Value::Array(results.iter().map(result).collect()))];
    body.extend(next.map(|token| (text("NextToken"), text(token))));
    let mut one = answered("cloudwatch:GetMetricData", "", "");
    one.headers.insert("content-type".to_owned(), "application/cbor".to_owned());
    Answered { request, body: SdkBody::from(cbor(&Value::Map(body))), ..one }
}

fn values(found: &Found) -> Vec<Vec<f64>> {
    use crate::aws::replay_metrics::{decode, items};
    let body = decode(&found.body).expect("cbor");
    let floats = |result: &Value| items(result, "Values").iter().filter_map(Value::as_float).collect();
    items(&body, "MetricDataResults").iter().map(floats).collect()
}

#[test]
fn metrics_are_answered_query_by_query_and_only_where_they_arrived_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let (two, cut, failed) = (["vol-a", "vol-b"], ["vol-c"], ["vol-d", "vol-e"]);
    let packed = written(
        folder.path(),
        &[vec![
            // Two pages that another request comes between.
            metrics(metrics_request(&two, None), &[("m0", "PartialData", &[1.0])], Some("t")),
            metrics(metrics_request(&cut, None), &[("m0", "Complete", &[9.0])], Some("u")),
            metrics(metrics_request(&two, Some("t")), &[("m0", "Complete", &[2.0]), ("m1", "Complete", &[])], None),
            metrics(
                metrics_request(&failed, None),
                &[("m0", "InternalError", &[1.0]), ("m1", "Complete", &[5.0])],
                None,
            ),
            // Asked again in another company: the later answer counts, it is not added to the first.
            metrics(metrics_request(&["vol-e", "vol-f"], None), &[("m0", "Complete", &[6.0])], None),
        ]],
    );
    let (mut earlier, _) = Earlier::read(ACCOUNT, &packed, soon());
    let of = stamp("cloudwatch:GetMetricData");
    let mut ask =
        |volumes: &[&str]| earlier.take(of.call, &of.region, &metrics_request(volumes, None)).as_ref().map(values);
    assert_eq!(ask(&["vol-b", "vol-a"]), Some(vec![vec![], vec![1.0, 2.0]]));
    assert_eq!(ask(&["vol-e"]), Some(vec![vec![6.0]]));
    for unknown in ["vol-c", "vol-d", "vol-f", "vol-x"] {
        assert_eq!(ask(&[unknown]), None, "{unknown}");
        assert_eq!(ask(&["vol-a", unknown]), None, "as a whole or not at all");
    }
    let known = ["vol-a", "vol-b", "vol-c", "vol-d", "vol-e"].map(|volume| earlier.knows_metric(key(volume)));
    assert_eq!(known, [true, true, false, false, true]);
}
