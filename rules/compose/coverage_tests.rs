use super::coverage;
use crate::model::{CallCount, Cause, Coverage, Covered, EvidenceSet, Gap, GapId, PlaceCount, SourceId, SourceRecord};

fn count(operation: &str, calls: u64) -> PlaceCount {
    PlaceCount {
        account: "1".to_owned(),
        region: "r".to_owned(),
        operation: operation.to_owned(),
        count: CallCount { calls, retries: 2, throttles: 1, errors: 0, ..CallCount::default() },
    }
}

fn source(operation: &str, pages: u32) -> SourceRecord {
    let (service, operation) = operation.split_once(':').unwrap();
    SourceRecord {
        id: SourceId(1),
        service: service.to_owned(),
        operation: operation.to_owned(),
        account: "1".to_owned(),
        region: "r".to_owned(),
        parameters: String::new(),
        read_at: "2026-11-24T00:00:00Z".parse().unwrap(),
        pages,
        items: 7,
        request_ids: Vec::new(),
    }
}

fn gap(operation: &str, cause: Cause) -> Gap {
    Gap {
        id: GapId(1),
        operation: operation.to_owned(),
        account: "1".to_owned(),
        region: "r".to_owned(),
        what: String::new(),
        cause,
        detail: String::new(),
        opens_with: String::new(),
    }
}

fn of(counts: &[PlaceCount], sources: Vec<SourceRecord>, gaps: Vec<Gap>) -> Vec<Coverage> {
    let set = EvidenceSet { sources, gaps, ..EvidenceSet::default() };
    coverage(&set, counts)
}

#[test]
fn what_was_answered_to_its_end_is_complete_even_if_it_says_little() {
    let op = "ec2:DescribeVolumes";
    let lines = of(&[count(op, 3)], vec![source(op, 2), source(op, 1)], vec![gap(op, Cause::NotReported)]);
    let [line] = &lines[..] else { panic!("one line: {lines:?}") };
    assert_eq!((line.covered, line.causes.len()), (Covered::Complete, 0));
    assert_eq!((line.sources, line.pages, line.items, line.calls, line.retries, line.throttles), (2, 3, 14, 3, 2, 1));
}

#[test]
fn a_gap_makes_it_partly_or_not_read() {
    let op = "ec2:DescribeVolumes";
    let cut = of(&[count(op, 1)], vec![source(op, 1)], vec![gap(op, Cause::CutShort), gap(op, Cause::CutShort)]);
    assert_eq!((cut[0].covered, &cut[0].causes[..]), (Covered::Partly, &[Cause::CutShort][..]));
    let denied = of(&[count(op, 1)], vec![source(op, 0)], vec![gap(op, Cause::Denied)]);
    assert_eq!(denied[0].covered, Covered::NotRead);
}

#[test]
fn what_a_gap_names_has_a_line_though_nobody_could_ask() {
    let lines = of(&[], Vec::new(), vec![gap("a:Asked", Cause::RegionNotEnabled), gap("b:Left", Cause::NotRequested)]);
    let states: Vec<_> = lines.iter().map(|line| (line.operation.as_str(), line.covered)).collect();
    assert_eq!(states, [("a:Asked", Covered::NotRead), ("b:Left", Covered::NotAsked)]);
}
