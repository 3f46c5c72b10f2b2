//! The tables of docs/scale.md.

use super::{
    Measured, Run,
    account::{Account, spread},
    assumed::*,
    money::Money,
    organisation::{Night, Organisation, packed},
    prices,
    process::Process,
    rates::{Bucket, Rates},
};

/// The server of the bench has two processors for all.
const HERE: f64 = 2.0;
/// Its buckets, where it throttles.
const SERVER: Bucket = Bucket { refill: 10.0, burst: 50.0 };

/// All tables, each under its heading.
pub(crate) fn page(measured: &Measured) -> String {
    let parts = [
        ("One account in 17 regions", accounts(measured)),
        ("5,000 accounts in 17 regions, a night", nights(measured)),
        ("By the number of shards", shards(measured)),
        ("By the processor time of a call", processors(measured)),
        ("What ends in time on Lambda", limits(measured)),
        ("The model against measured runs", validation(measured)),
        ("Merges, measured", merges(measured)),
        ("Assumptions", assumptions(measured)),
        ("Prices", price_list()),
    ];
    parts.map(|(heading, table)| format!("### {heading}\n\n{table}")).join("\n")
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let own = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rule = head.iter().map(|_| "---".to_owned()).collect();
    [line(own), line(rule)].into_iter().chain(rows.into_iter().map(line)).collect()
}

/// With commas between thousands.
fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let first = digits.len() % 3;
    let (head, rest) = digits.split_at(if first == 0 { digits.len().min(3) } else { first });
    rest.as_bytes().chunks(3).fold(head.to_owned(), |text, three| text + "," + &String::from_utf8_lossy(three))
}

fn usd(number: f64) -> String {
    if number < 9.995 { format!("{number:.2}") } else { whole(number) }
}

fn time(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 99.5 => format!("{seconds:.0} s"),
        seconds if seconds < 7200.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    }
}

fn lambda(measured: &Measured) -> Process {
    process(LAMBDA_GB * LAMBDA_CORES_OF_GB, measured.cpu_of_call())
}

fn fargate(measured: &Measured) -> Process {
    process(FARGATE_CPUS, measured.cpu_of_call())
}

fn whole_organisation(median: f64) -> Organisation {
    Organisation { accounts: ACCOUNTS, regions: REGIONS, median }
}

fn accounts(measured: &Measured) -> String {
    let row = |resources: f64| {
        let one = measured.account(&spread(resources, REGIONS), Rates::Published);
        let alone = lambda(measured).read(std::slice::from_ref(&one));
        let slowest = if one.forced > 0.0 { format!("`{}`", one.slowest) } else { "none".to_owned() };
        vec![
            whole(resources),
            whole(one.calls),
            whole(one.findings),
            format!("{:.4}", one.usd),
            time(one.forced),
            slowest,
            time(alone.seconds),
            alone.binds.words().to_owned(),
        ]
    };
    let head = [
        "resources",
        "calls",
        "findings",
        "list price of calls, USD",
        "AWS's rates take at least",
        "slowest bucket",
        "a process alone on it takes",
        "which binds",
    ];
    table(&head, [0.0, 30.0, 300.0, 600.0, 3_000.0, 6_000.0, 60_000.0].map(row))
}

fn nights(measured: &Measured) -> String {
    let all: Vec<(Night, Night)> = MEDIANS
        .iter()
        .map(|median| {
            let night = |process: Process| whole_organisation(*median).night(measured, &process, None, SHARDS_AT_ONCE);
            (night(lambda(measured)), night(fargate(measured)))
        })
        .collect();
    let row = |name: &str, of: &dyn Fn(&Night, &Night) -> String| {
        [name.to_owned()].into_iter().chain(all.iter().map(|(a, b)| of(a, b))).collect::<Vec<_>>()
    };
    let money = |of: fn(&Money) -> f64| move |a: &Night, b: &Night| usd(of(&Money::of(measured, a, b)));
    let rows = [
        row("calls", &|night, _| whole(night.calls)),
        row("findings", &|night, _| whole(night.findings)),
        row("shards of about 20,000 calls", &|night, _| whole(night.shards as f64)),
        row("the middle shard, on Lambda", &|night, _| time(night.usual)),
        row("what binds it", &|night, _| night.binds.words().to_owned()),
        row("the longest shard, on Lambda", &|night, _| time(night.longest)),
        row("what AWS's rates take for the largest account", &|night, _| time(night.forced)),
        row("plan", &|night, _| time(night.plan)),
        row("scan, 100 shards at once", &|night, _| time(night.scan)),
        row("merge", &|night, _| time(night.merge)),
        row("price of the calls, USD", &|night, _| usd(night.usd)),
        row("Lambda, USD", &money(|money| money.lambda)),
        row("or Fargate, USD", &money(|money| money.fargate)),
        row("Step Functions, USD", &money(|money| money.steps)),
        row("S3 requests, USD", &money(|money| money.requests)),
        row("S3, one night's share of what is kept, USD", &money(|money| money.kept)),
        row("GuardDuty, if it is on in every account, USD", &money(|money| money.guard_duty)),
        row("a second CloudTrail trail, if there is one, USD", &money(|money| money.second_trail)),
    ];
    let head = MEDIANS.map(|median| format!("median {} resources", whole(median)));
    table(&["", &head[0], &head[1], &head[2]], rows)
}

fn shards(measured: &Measured) -> String {
    let row = |shards: usize| {
        let night = whole_organisation(MEDIANS[1]).night(measured, &lambda(measured), Some(shards), shards);
        vec![
            whole(shards as f64),
            whole(night.calls / night.shards as f64),
            time(night.usual),
            night.binds.words().to_owned(),
            time(night.scan),
        ]
    };
    let head = ["shards, all at once", "calls of each", "the middle one", "what binds it", "the whole scan"];
    table(&head, [1, 10, 100, 400, 1_000, 5_000].map(row))
}

/// The development profile optimises nothing: what a program takes that needs a part of its processor time.
fn processors(measured: &Measured) -> String {
    let row = |share: f64| {
        let own = lambda(measured);
        let process = Process { cpu: own.cpu * share, ..own };
        let night = whole_organisation(MEDIANS[1]).night(measured, &process, None, SHARDS_AT_ONCE);
        vec![
            format!("{:.1} s{}", process.cpu * 1000.0, if share < 1.0 { "" } else { ", as measured" }),
            time(night.usual),
            night.binds.words().to_owned(),
            time(night.longest),
            time(night.scan),
            usd(Money::of(measured, &night, &night).lambda),
        ]
    };
    let head = [
        "processor time of 1,000 calls",
        "the middle shard",
        "what binds it",
        "the longest",
        "the whole scan",
        "Lambda, USD",
    ];
    table(&head, [1.0, 0.5, 0.2, 0.1].map(row))
}

/// The most for which it does not take longer than so many seconds.
fn most(seconds: f64, took: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e9);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if took(middle) <= seconds { low = middle } else { high = middle }
    }
    low
}

fn limits(measured: &Measured) -> String {
    let process = lambda(measured);
    let alone = |regions: usize| {
        move |resources: f64| process.read(&[measured.account(&spread(resources, regions), Rates::Published)]).seconds
    };
    let shard = |median: f64| {
        let of = |accounts: f64| {
            Organisation { accounts: accounts as usize, regions: REGIONS, median }.accounts(measured, Rates::Published)
        };
        let accounts = most_accounts(LAMBDA_WANTED, &|count| process.read(&of(count)).seconds);
        let own: Vec<Account> = of(accounts);
        vec![
            format!("accounts of a shard, median {} resources", whole(median)),
            format!("{} ({} calls)", whole(accounts), whole(own.iter().map(|one| one.calls).sum())),
            String::new(),
        ]
    };
    let account = |regions: usize| {
        let words = if regions == 1 { "1 region".to_owned() } else { format!("{regions} regions") };
        vec![
            format!("resources of one account in {words}"),
            whole(most(LAMBDA_WANTED, alone(regions))),
            whole(most(LAMBDA_MOST, alone(regions))),
        ]
    };
    let rows = MEDIANS.map(shard).into_iter().chain([1, REGIONS].map(account)).chain([merge_limit(measured)]);
    table(&["at most", "in 10 minutes", "before Lambda ends it"], rows)
}

/// A merge is one process: its time is that of the largest measured, and what it needs of disk has to fit.
fn merge_limit(measured: &Measured) -> Vec<String> {
    let disk = measured.merges.last().map_or(f64::NAN, |merge| LAMBDA_DISK / (merge.disk_bytes / merge.findings));
    let in_time = |seconds: f64| whole(most(seconds - BESIDE, |findings| measured.merge_seconds(findings)).min(disk));
    let words = format!("findings of a merge ({} fit on a disk of 10 GB)", whole(disk));
    vec![words, in_time(LAMBDA_WANTED), in_time(LAMBDA_MOST)]
}

fn most_accounts(seconds: f64, took: &dyn Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (1.0, 4_096.0);
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0_f64).floor();
        if took(middle) <= seconds { low = middle } else { high = middle }
    }
    low
}

fn validation(measured: &Measured) -> String {
    let row = |run: &Run| {
        let (predicted, words) = predicted(measured, run);
        vec![
            format!("{} x {}", whole(run.accounts as f64), run.regions),
            if run.throttled { "50, 10 a second".to_owned() } else { "none".to_owned() },
            run.processes.to_string(),
            whole(run.calls),
            format!("{:.3}", predicted.calls / run.calls),
            format!("{:.0} s", run.scan_seconds),
            format!("{:.2}", predicted.seconds / run.scan_seconds),
            words.to_owned(),
        ]
    };
    let head = [
        "accounts x regions",
        "buckets of the server",
        "processes",
        "calls",
        "calls, predicted / measured",
        "took",
        "time, predicted / measured",
        "which binds, by the model",
    ];
    table(&head, measured.runs.iter().map(row))
}

struct Predicted {
    calls: f64,
    seconds: f64,
}

/// A run of the bench: the machine's two processors are shared by the processes and the server, whose processor time was measured.
fn predicted(measured: &Measured, run: &Run) -> (Predicted, &'static str) {
    let resources = |times: f64| vec![measured.resources[1] * times; run.regions];
    let rates = if run.throttled { Rates::Throttling(SERVER) } else { Rates::None };
    let of = |n: usize| {
        let large = run.throttled || n % LARGE_ONE == 7;
        measured.account(&resources(if large { LARGE_TIMES } else { 1.0 }), rates)
    };
    let accounts: Vec<_> = (0..run.accounts).map(of).collect();
    let calls = accounts.iter().map(|one| one.calls).sum();
    let one = Process {
        latency: run.latency_ms / 1000.0,
        cores: HERE,
        cpu: measured.cpu_of_smallest(),
        beside: 0.0,
        ..lambda(measured)
    };
    // All of them share the processors; the fullest shard may take longer alone: a first plan does not know which accounts are large.
    let processes = run.processes;
    let all = Process { in_flight: one.in_flight * processes as f64, at_once: one.at_once * processes, ..one };
    let shared = all.read(&accounts);
    let alone = packed(accounts, processes, false).iter().map(|own| one.read(own)).collect::<Vec<_>>();
    let longest = [shared].into_iter().chain(alone).max_by(|a, b| a.seconds.total_cmp(&b.seconds)).unwrap_or(shared);
    (Predicted { calls, seconds: longest.seconds }, longest.binds.words())
}

impl Measured {
    /// Processor seconds of a call of program and server, of the smallest run: so that the larger ones are predicted, and not told.
    fn cpu_of_smallest(&self) -> f64 {
        let smallest = self.runs.iter().filter(|run| !run.throttled).min_by(|a, b| a.calls.total_cmp(&b.calls));
        smallest.map_or(f64::NAN, |run| (run.cpu_seconds + run.server_cpu_seconds) / run.calls)
    }
}

fn merges(measured: &Measured) -> String {
    let gib = |bytes: f64| format!("{:.2} GB", bytes / 1e9);
    let row = |merge: &super::Merge| {
        vec![
            whole(merge.findings),
            whole(merge.accounts),
            format!("{:.0} MiB", merge.peak_mib),
            gib(merge.disk_bytes),
            gib(merge.bundle_bytes),
            format!("{:.2} s", merge.seconds / merge.findings * 1e5),
        ]
    };
    let head = ["findings", "accounts", "peak memory", "disk at most", "bundle", "time of 100,000 findings"];
    table(&head, measured.merges.iter().map(row))
}

fn assumptions(measured: &Measured) -> String {
    let row = |what: &str, value: String, why: &str| vec![what.to_owned(), value, why.to_owned()];
    let rows = [
        row(
            "accounts, regions",
            format!("{}, {REGIONS}", whole(ACCOUNTS as f64)),
            "the organisation that is asked about; every region is asked in every account",
        ),
        row(
            "sizes",
            format!("one account of {LARGE_ONE} is {LARGE_TIMES} times as large as the others"),
            "as in the measured organisation",
        ),
        row(
            "where resources lie",
            "half in one region, a quarter in a second, the rest in all others alike".to_owned(),
            "assumed",
        ),
        row(
            "a resource",
            "volume, instance, scaling group, function, database, alarm, load balancer as 4 : 2 : 1 : 2 : 1 : 3 : 1"
                .to_owned(),
            "as measured; an account with functions alone asks more of Lambda",
        ),
        row(
            "calls of an account",
            format!(
                "straight lines through {}, {} and {} resources in a region",
                whole(measured.resources[0]),
                whole(measured.resources[1]),
                whole(measured.resources[2])
            ),
            "measured; beyond the largest a list's further pages are in the line",
        ),
        row(
            "AWS's rates",
            "the program's own table, 80 % of what AWS publishes".to_owned(),
            "`collectors/aws/pace.rs`; where AWS publishes nothing 8 a second, 16 at once",
        ),
        row(
            "request to answer",
            format!("{:.0} ms", LATENCY * 1000.0),
            "assumed, regions on other continents included",
        ),
        row(
            "requests that wait for one another, by size",
            measured.chain.map(whole).join(", "),
            "measured: what the same scan takes longer at 520 ms a request than at 20",
        ),
        row("in flight, accounts at once", format!("{IN_FLIGHT}, {AT_ONCE}"), "the defaults of `rung scan`"),
        row(
            "processor time",
            format!("{:.1} s for 1,000 calls", measured.cpu_of_call() * 1000.0),
            "measured, in the development profile: an upper bound",
        ),
        row(
            "Lambda",
            format!("{LAMBDA_GB} GB, {:.2} processors", LAMBDA_GB * LAMBDA_CORES_OF_GB),
            "AWS gives one processor with 1,769 MB",
        ),
        row("Fargate", format!("{FARGATE_CPUS} processor, {FARGATE_GB} GB"), "as `deploy/aws`"),
        row("a shard beside its reading", format!("{BESIDE} s"), "assumed: cold start, plan, putting"),
        row("shards at once", SHARDS_AT_ONCE.to_string(), "assumed"),
        row("kept", format!("plans {PLAN_NIGHTS} nights, merged bundles {BUNDLE_NIGHTS}"), "assumed"),
        row("bytes", "those of a finding as in the largest measured run".to_owned(), "measured"),
        row(
            "left out",
            "NAT gateways, transfer between regions, CloudWatch logs, free tiers, discounts".to_owned(),
            "",
        ),
    ];
    table(&["", "value", "why"], rows)
}

fn price_list() -> String {
    let row = |price: &&prices::Price| vec![price.name.to_owned(), format!("{}", price.usd), price.from.to_owned()];
    let calls = vec![
        "calls of AWS's APIs".to_owned(),
        "by operation".to_owned(),
        "the program's own prices (CloudWatch metrics 0.01 a 1,000)".to_owned(),
    ];
    let rows = [calls].into_iter().chain(prices::ALL.iter().map(row));
    format!("us-east-1, {}.\n\n{}", prices::LOOKED_UP, table(&["", "USD", "from"], rows))
}
