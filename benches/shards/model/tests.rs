#![allow(clippy::indexing_slicing, reason = "tests")]

use super::{
    Measured, Operation,
    account::{Account, spread},
    organisation::Organisation,
    process::{Bound, Process, one_after_another},
    rates::{Bucket, Rates, bucket},
};

fn account(calls: f64, forced: f64) -> Account {
    Account { calls, findings: 0.0, usd: 0.0, forced, slowest: String::new(), chain: 1.0 }
}

fn process(cores: f64) -> Process {
    Process { latency: 0.1, in_flight: 10.0, at_once: 2, cores, cpu: 0.001, beside: 0.0 }
}

fn measured() -> Measured {
    let operation =
        |name: &str, global, calls| Operation { name: name.to_owned(), global, calls, usd: [0.0, 1.0, 20.0] };
    Measured {
        resources: [0.0, 10.0, 200.0],
        operations: vec![
            operation("lambda:ListFunctions", false, [1.0, 1.0, 1.0]),
            operation("lambda:GetPolicy", false, [0.0, 10.0, 200.0]),
            operation("lambda:ListAliases", false, [0.0, 20.0, 400.0]),
            operation("s3:ListBuckets", true, [1.0, 1.0, 1.0]),
        ],
        findings: [1.0, 11.0, 201.0],
        chain: [3.0; 3],
        ..Measured::default()
    }
}

#[test]
fn an_operation_takes_from_its_own_bucket_or_from_its_services() {
    assert_eq!(bucket("lambda:GetPolicy").0, "lambda:GetPolicy");
    assert_eq!(bucket("lambda:ListAliases"), ("lambda".to_owned(), Bucket { refill: 12.0, burst: 12.0 }));
    assert_eq!(bucket("rds:DescribeDBInstances"), ("rds".to_owned(), Bucket { refill: 8.0, burst: 16.0 }));
    assert_eq!(Bucket { refill: 2.0, burst: 4.0 }.seconds(10.0), 3.0);
    assert_eq!(Bucket { refill: 2.0, burst: 4.0 }.seconds(3.0), 0.0);
}

#[test]
fn regions_have_buckets_of_their_own_and_the_fullest_decides() {
    let one = measured().account(&[100.0], Rates::Published);
    // ListFunctions and ListAliases share one bucket of 12 a second, GetPolicy has its own.
    assert_eq!((one.calls, one.slowest.as_str()), (1.0 + 100.0 + 200.0 + 1.0, "lambda"));
    assert!((one.forced - (201.0 - 12.0) / 12.0).abs() < 1e-9);
    let two = measured().account(&[100.0, 100.0], Rates::Published);
    assert_eq!((two.forced, two.calls), (one.forced, 2.0 * 301.0 + 1.0));
    assert_eq!(measured().account(&[100.0], Rates::None).forced, 0.0);
    let throttled = measured().account(&[100.0], Rates::Throttling(Bucket { refill: 10.0, burst: 50.0 }));
    assert_eq!((throttled.forced, throttled.slowest.as_str()), ((301.0 - 50.0) / 10.0, "lambda at the server"));
}

#[test]
fn resources_are_spread_and_none_is_lost() {
    for regions in [1, 2, 3, 17] {
        let all = spread(80.0, regions);
        assert_eq!((all.len(), all.iter().sum::<f64>().round()), (regions, 80.0));
    }
}

#[test]
fn each_bound_binds_in_its_turn() {
    // 100 calls a second by what is in flight.
    let waiting = process(10.0).read(&[account(1000.0, 0.0), account(1000.0, 0.0)]);
    assert!((waiting.seconds - 20.0).abs() < 1e-6, "{waiting:?}");
    assert_eq!(waiting.binds, Bound::Waiting);
    let computing = process(0.05).read(&[account(1000.0, 0.0)]);
    assert_eq!((computing.seconds.round(), computing.binds), (20.0, Bound::Computing));
    let rates = process(10.0).read(&[account(1000.0, 60.0), account(100.0, 0.0)]);
    assert_eq!((rates.seconds.round(), rates.binds), (60.0, Bound::Rates));
    // Two at once: the third begins when the first ends.
    let three = process(10.0).read(&[account(10.0, 30.0), account(10.0, 40.0), account(10.0, 30.0)]);
    assert_eq!((three.seconds.round(), three.binds), (60.0, Bound::Rates));
}

#[test]
fn what_slow_accounts_leave_of_the_capacity_goes_to_the_others() {
    // One can take 10 a second; the other gets the other 90.
    let went = process(10.0).read(&[account(100.0, 10.0), account(900.0, 0.0)]);
    assert!((went.seconds - 10.0).abs() < 1e-6, "{went:?}");
}

#[test]
fn jobs_follow_one_another_in_the_places_there_are() {
    assert_eq!(one_after_another(&[3.0, 1.0, 1.0, 1.0], 2), 3.0);
    assert_eq!(one_after_another(&[3.0, 1.0], 1), 4.0);
    assert_eq!(one_after_another(&[], 5), 0.0);
}

#[test]
fn more_shards_end_at_what_the_slowest_account_takes() {
    let organisation = Organisation { accounts: 100, regions: 2, median: 50.0 };
    let of = |shards| organisation.night(&measured(), &process(10.0), Some(shards), 1000);
    let (few, many) = (of(2), of(100));
    assert!(few.scan > many.scan, "{} {}", few.scan, many.scan);
    assert!((many.scan - many.forced).abs() < 1.0, "{many:?}");
    assert_eq!((few.calls, many.shards), (many.calls, 100));
}
