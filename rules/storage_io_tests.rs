use crate::{
    facts::{Bucket, DatabaseStorage, Facts, FileSystem, Kind, StorageAutomation, Volume, VolumeType},
    model::{Control, Outcome::*},
    testing::{case, check, days_ago, known, of, times, unknown},
};

fn volume(change: impl FnOnce(&mut Volume)) -> Volume {
    let mut volume = Volume {
        volume_type: known(VolumeType::Gp3),
        size_gib: known(100),
        iops: known(Some(3000)),
        throughput_mib_s: known(Some(125)),
        created_at: known(days_ago(400)),
        from_snapshot: known(false),
        attached: known(true),
        io_alarm: known(true),
        queue_length_p95: known(0.4),
        burst_balance_min_percent: known(None),
        limit_exceeded: known(Some(false)),
        optimizer_finding: known("Optimized".to_owned()),
        gp3_saving_usd_month: known(None),
    };
    change(&mut volume);
    volume
}

fn good(count: usize) -> Vec<Volume> {
    times(count, volume(|_| ()))
}

/// So many good volumes and so many changed ones.
fn mixed(count: usize, others: usize, change: impl FnOnce(&mut Volume)) -> Vec<Facts> {
    of(good(count).into_iter().chain(times(others, volume(change))))
}

fn storage(kind: &str) -> DatabaseStorage {
    DatabaseStorage {
        engine: known("postgres".to_owned()),
        storage_type: known(kind.to_owned()),
        allocated_gib: known(100),
        iops: known(None),
    }
}

fn bucket(size_bytes: f64, tiering: bool) -> Bucket {
    Bucket {
        size_bytes: known(size_bytes),
        intelligent_tiering: known(tiering),
        lifecycle: known(false),
        intelligent_tiering_bytes: known(0.0),
    }
}

fn file_system(lifecycle: bool) -> FileSystem {
    FileSystem {
        size_bytes: known(1_000),
        performance_mode: known("generalPurpose".to_owned()),
        throughput_mode: known("elastic".to_owned()),
        lifecycle: known(lifecycle),
    }
}

fn automation(rules: u32, volumes: u64) -> StorageAutomation {
    StorageAutomation { optimizer_rules: known(rules), event_automations: known(0), volumes: known(volumes) }
}

#[test]
fn every_criterion_at_its_bar() {
    let gp2 = |v: &mut Volume| v.volume_type = known(VolumeType::Gp2);
    let hidden = |v: &mut Volume| v.volume_type = unknown();
    let new = |kind: VolumeType| {
        volume(|v| {
            v.created_at = known(days_ago(10));
            v.volume_type = known(kind);
        })
    };
    let no_alarm = |v: &mut Volume| v.io_alarm = known(false);
    let busy = |v: &mut Volume| v.queue_length_p95 = known(9.0);
    let tb = 1e12;
    check(
        Control::StorageIo,
        vec![
            case("storage-type-selected", "below", mixed(2, 3, gp2), Unmet),
            case("storage-type-selected", "at", mixed(2, 2, gp2), Met),
            case("storage-type-selected", "above", mixed(3, 2, gp2), Met),
            case(
                "storage-type-selected",
                "magnetic counts as gp2",
                mixed(0, 1, |v| v.volume_type = known(VolumeType::Standard)),
                Unmet,
            ),
            case("storage-type-selected", "unknown", mixed(2, 3, hidden), Unknown),
            case("storage-type-selected", "unknown cannot matter", mixed(3, 3, hidden), Met),
            case("storage-type-selected", "nothing", vec![], NotApplicable),
            case("storage-type-selected", "nothing listed", vec![], Unknown).unseen(Kind::Volume),
            case(
                "gp3-for-new-volumes",
                "met",
                of([new(VolumeType::Gp3), new(VolumeType::Io2), new(VolumeType::St1)]),
                Met,
            ),
            case("gp3-for-new-volumes", "unmet", of([new(VolumeType::Gp3), new(VolumeType::Gp2)]), Unmet),
            case("gp3-for-new-volumes", "io1 is not for new volumes", of([new(VolumeType::Io1)]), Unmet),
            case(
                "gp3-for-new-volumes",
                "at 90 days it is new",
                mixed(1, 1, |v| {
                    gp2(v);
                    v.created_at = known(days_ago(90))
                }),
                Unmet,
            ),
            case("gp3-for-new-volumes", "older ones do not count", mixed(0, 5, gp2), NotApplicable),
            case("gp3-for-new-volumes", "unknown", mixed(1, 1, |v| v.created_at = unknown()), Unknown),
            case("gp3-for-new-volumes", "nothing", vec![], NotApplicable),
            case("io-alarms", "below", mixed(7, 3, no_alarm), Unmet),
            case("io-alarms", "at", mixed(8, 2, no_alarm), Met),
            case("io-alarms", "above", mixed(9, 1, no_alarm), Met),
            case(
                "io-alarms",
                "unattached ones do not count",
                mixed(1, 9, |v| {
                    no_alarm(v);
                    v.attached = known(false)
                }),
                Met,
            ),
            case("io-alarms", "unknown", mixed(7, 3, |v| v.io_alarm = unknown()), Unknown),
            case("io-alarms", "nothing", vec![], NotApplicable),
            case("gp2-migration-complete", "met", [mixed(2, 0, gp2), of([storage("gp3")])].concat(), Met),
            case("gp2-migration-complete", "unmet", mixed(9, 1, gp2), Unmet),
            case(
                "gp2-migration-complete",
                "database storage counts",
                [mixed(2, 0, gp2), of([storage("gp2")])].concat(),
                Unmet,
            ),
            case("gp2-migration-complete", "unknown", mixed(9, 1, hidden), Unknown),
            case("gp2-migration-complete", "one counter-example beats the unseen", mixed(1, 1, gp2), Unmet)
                .unseen(Kind::DatabaseStorage),
            case("gp2-migration-complete", "nothing", vec![], NotApplicable),
            case("io-not-saturated", "below", mixed(18, 2, busy), Unmet),
            case("io-not-saturated", "at", mixed(19, 1, busy), Met),
            case("io-not-saturated", "above", mixed(20, 1, busy), Met),
            case("io-not-saturated", "queue at the bar fits", mixed(0, 1, |v| v.queue_length_p95 = known(3.0)), Met),
            case("io-not-saturated", "queue over the bar", mixed(0, 1, |v| v.queue_length_p95 = known(3.1)), Unmet),
            case(
                "io-not-saturated",
                "a small volume may queue one",
                mixed(0, 1, |v| {
                    v.iops = known(Some(100));
                    v.queue_length_p95 = known(1.0)
                }),
                Met,
            ),
            case(
                "io-not-saturated",
                "burst at 30 %",
                mixed(0, 1, |v| v.burst_balance_min_percent = known(Some(30.0))),
                Met,
            ),
            case(
                "io-not-saturated",
                "burst under 30 %",
                mixed(0, 1, |v| v.burst_balance_min_percent = known(Some(29.9))),
                Unmet,
            ),
            case("io-not-saturated", "limit exceeded", mixed(0, 1, |v| v.limit_exceeded = known(Some(true))), Unmet),
            case("io-not-saturated", "no check published", mixed(0, 1, |v| v.limit_exceeded = known(None)), Met),
            case("io-not-saturated", "unknown", mixed(0, 1, |v| v.queue_length_p95 = unknown()), Unknown),
            case(
                "io-not-saturated",
                "seen saturated, whatever is hidden",
                mixed(0, 1, |v| {
                    busy(v);
                    v.limit_exceeded = unknown()
                }),
                Unmet,
            ),
            case("io-not-saturated", "nothing", vec![], NotApplicable),
            case("intelligent-tiering", "met", [of([bucket(2.0 * tb, true)]), of([file_system(true)])].concat(), Met),
            case("intelligent-tiering", "unmet", of([bucket(2.0 * tb, false)]), Unmet),
            case("intelligent-tiering", "at one terabyte it is not over", of([bucket(tb, false)]), NotApplicable),
            case("intelligent-tiering", "a file system counts at any size", of([file_system(false)]), Unmet),
            case(
                "intelligent-tiering",
                "unknown",
                of([Bucket { size_bytes: unknown(), ..bucket(0.0, false) }]),
                Unknown,
            ),
            case("intelligent-tiering", "nothing", vec![], NotApplicable),
            case("storage-auto-tuning", "met", of([automation(1, 5)]), Met),
            case("storage-auto-tuning", "unknown", of([automation(0, 5)]), Unknown),
            case("storage-auto-tuning", "nothing", of([automation(0, 0)]), NotApplicable),
        ],
    );
}
