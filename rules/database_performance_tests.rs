use crate::{
    facts::{Database, Facts, Kind},
    model::{Control, Outcome::*},
    testing::{Case, case, check, days_ago, known, of, times, unknown},
};

/// A database that passes everything that AWS shows.
fn database(change: impl FnOnce(&mut Database)) -> Database {
    let mut database = Database {
        engine: known("aurora-postgresql".to_owned()),
        engine_version: known("17.4".to_owned()),
        instances: known(2),
        serverless: known(true),
        insights_supported: known(true),
        performance_insights: known(true),
        performance_insights_retention_days: known(Some(7)),
        database_insights_mode: known("advanced".to_owned()),
        enhanced_monitoring_interval_s: known(60),
        slow_query_log_supported: known(true),
        slow_query_log: known(true),
        slow_query_threshold_ms: known(Some(1000.0)),
        log_exports: known(vec!["postgresql".to_owned()]),
        alarm: known(true),
        anomaly_detection: known(true),
        latency_alarm_percentile: known(Some(99.0)),
        latency_slo_percentile: known(None),
        devops_guru: known(true),
        oldest_performance_recommendation_at: known(None),
        top_queries: known(None),
    };
    change(&mut database);
    database
}

/// So many good databases and so many changed ones.
fn mixed(count: usize, others: usize, change: impl FnOnce(&mut Database)) -> Vec<Facts> {
    of(times(count, database(|_| ())).into_iter().chain(times(others, database(change))))
}

fn one(change: impl FnOnce(&mut Database)) -> Vec<Facts> {
    mixed(0, 1, change)
}

fn no_log(db: &mut Database) {
    db.slow_query_log = known(false);
    db.slow_query_threshold_ms = known(None);
}

fn hidden_log(db: &mut Database) {
    db.slow_query_log = unknown();
    db.slow_query_threshold_ms = unknown();
}

/// An engine whose slow queries have no log with a threshold.
fn no_such_log(db: &mut Database) {
    db.slow_query_log_supported = known(false);
    no_log(db);
}

fn neptune(db: &mut Database) {
    no_such_log(db);
    db.engine = known("neptune".to_owned());
    db.insights_supported = known(false);
    db.performance_insights = unknown();
    db.database_insights_mode = unknown();
}

fn document_db(db: &mut Database) {
    no_such_log(db);
    db.engine = known("docdb".to_owned());
    db.performance_insights = known(false);
    db.database_insights_mode = unknown();
}

fn undetected(db: &mut Database) {
    db.devops_guru = known(false);
    db.anomaly_detection = known(false);
    db.database_insights_mode = known("standard".to_owned());
}

fn recommended(days: i64) -> impl FnOnce(&mut Database) {
    move |db| db.oldest_performance_recommendation_at = known(Some(days_ago(days)))
}

#[test]
fn every_criterion_at_its_bar() {
    let cases = [slow_queries(), insights(), regressions(), targets_and_tuning()];
    check(Control::DatabasePerformance, cases.into_iter().flatten().collect());
}

fn slow_queries() -> Vec<Case> {
    let slow = |ms: f64| move |db: &mut Database| db.slow_query_threshold_ms = known(Some(ms));
    let unknown_engine = |db: &mut Database| db.slow_query_log_supported = unknown();
    vec![
        case("slow-query-log", "met", mixed(1, 9, no_log), Met),
        case("slow-query-log", "unmet", mixed(0, 3, no_log), Unmet),
        case("slow-query-log", "unknown", [mixed(0, 2, no_log), one(hidden_log)].concat(), Unknown),
        case("slow-query-log", "one is enough, whatever is hidden", mixed(1, 2, hidden_log), Met),
        case("slow-query-log", "those not listed may log", one(no_log), Unknown).unseen(Kind::Database),
        case("slow-query-log", "an unknown engine may have one", one(unknown_engine), Unknown),
        case("slow-query-log", "engines without one", [one(no_such_log), one(neptune)].concat(), NotApplicable),
        case("slow-query-log", "nothing", vec![], NotApplicable),
        case("slow-query-log", "nothing listed", vec![], Unknown).unseen(Kind::Database),
        case("slow-query-threshold", "below", mixed(3, 1, slow(1000.1)), Unmet),
        case("slow-query-threshold", "at", mixed(4, 1, slow(10_000.0)), Met),
        case("slow-query-threshold", "above", mixed(5, 1, no_log), Met),
        case("slow-query-threshold", "every query is logged", one(slow(0.0)), Met),
        case("slow-query-threshold", "no log, no threshold", one(no_log), Unmet),
        case("slow-query-threshold", "engines without one do not count", mixed(1, 9, no_such_log), Met),
        case("slow-query-threshold", "unknown", mixed(3, 1, hidden_log), Unknown),
        case("slow-query-threshold", "unknown cannot matter", mixed(4, 1, hidden_log), Met),
        case("slow-query-threshold", "nothing", vec![], NotApplicable),
    ]
}

fn insights() -> Vec<Case> {
    let performance = |on| move |db: &mut Database| db.performance_insights = on;
    let standard = |db: &mut Database| db.database_insights_mode = known("standard".to_owned());
    let off = |db: &mut Database| {
        standard(db);
        db.performance_insights = known(false);
    };
    let off_without_mode = |db: &mut Database| {
        db.performance_insights = known(false);
        db.database_insights_mode = unknown();
    };
    let absent_in_standard = |db: &mut Database| {
        standard(db);
        db.performance_insights = unknown();
    };
    let all_hidden = |db: &mut Database| {
        db.performance_insights = unknown();
        db.database_insights_mode = unknown();
    };
    vec![
        case("database-insights", "met", mixed(1, 1, standard), Met),
        case("database-insights", "unmet", mixed(9, 1, off), Unmet),
        case("database-insights", "the standard mode alone is no insight", one(off), Unmet),
        case("database-insights", "off is off, whatever the mode", one(off_without_mode), Unmet),
        case("database-insights", "unknown", mixed(1, 1, all_hidden), Unknown),
        case("database-insights", "absent is not off", one(absent_in_standard), Unknown),
        case("database-insights", "absent, but the advanced mode shows it", one(performance(unknown())), Met),
        case("database-insights", "one off beats the unseen", one(off), Unmet).unseen(Kind::Database),
        case("database-insights", "Neptune has none", mixed(1, 3, neptune), Met),
        case("database-insights", "only Neptune", one(neptune), NotApplicable),
        case("database-insights", "DocumentDB has them", mixed(1, 1, document_db), Unmet),
        case("database-insights", "nothing", vec![], NotApplicable),
        case("index-strategy", "attestation", mixed(1, 0, |_| ()), Unknown),
        case("index-strategy", "no database, no indexes", vec![], NotApplicable),
        case("index-strategy", "nothing listed", vec![], Unknown).unseen(Kind::Database),
    ]
}

fn regressions() -> Vec<Case> {
    let only = |seen: fn(&mut Database)| {
        move |db: &mut Database| {
            undetected(db);
            seen(db);
        }
    };
    let hidden = |db: &mut Database| {
        undetected(db);
        db.devops_guru = unknown();
    };
    vec![
        case("query-regression-detection", "met", mixed(2, 0, |_| ()), Met),
        case("query-regression-detection", "DevOps Guru", one(only(|db| db.devops_guru = known(true))), Met),
        case("query-regression-detection", "an anomaly", one(only(|db| db.anomaly_detection = known(true))), Met),
        case(
            "query-regression-detection",
            "the advanced mode",
            one(only(|db| db.database_insights_mode = known("advanced".to_owned()))),
            Met,
        ),
        case("query-regression-detection", "unknown", mixed(9, 1, undetected), Unknown),
        case("query-regression-detection", "hidden and nothing else", one(hidden), Unknown),
        case("query-regression-detection", "Neptune counts", mixed(1, 1, neptune), Met),
        case("query-regression-detection", "nothing", vec![], NotApplicable),
    ]
}

fn targets_and_tuning() -> Vec<Case> {
    let alarm = |percentile| move |db: &mut Database| db.latency_alarm_percentile = known(percentile);
    let promised = |percentile| {
        move |db: &mut Database| {
            db.latency_alarm_percentile = known(None);
            db.latency_slo_percentile = known(percentile);
        }
    };
    let fixed = |db: &mut Database| db.serverless = known(false);
    let hidden = |db: &mut Database| db.oldest_performance_recommendation_at = unknown();
    let old_and_fixed = |db: &mut Database| {
        fixed(db);
        recommended(31)(db);
    };
    vec![
        case("query-slos", "met", mixed(2, 1, alarm(Some(95.0))), Met),
        case("query-slos", "unknown", mixed(2, 1, alarm(None)), Unknown),
        case("query-slos", "the 90th percentile is none", one(alarm(Some(90.0))), Unknown),
        case("query-slos", "an objective", mixed(1, 1, promised(Some(95.0))), Met),
        case("query-slos", "an objective on the 90th", one(promised(Some(90.0))), Unknown),
        case(
            "query-slos",
            "hidden objectives",
            one(|db| {
                alarm(None)(db);
                db.latency_slo_percentile = unknown();
            }),
            Unknown,
        ),
        case("query-slos", "hidden", one(|db| db.latency_alarm_percentile = unknown()), Unknown),
        case("query-slos", "nothing", vec![], NotApplicable),
        case("automatic-tuning", "met", mixed(2, 1, recommended(30)), Met),
        case("automatic-tuning", "an old recommendation", mixed(2, 1, recommended(31)), Unmet),
        case("automatic-tuning", "an old one, though tuning is not seen", one(old_and_fixed), Unmet),
        case("automatic-tuning", "unknown", mixed(2, 1, fixed), Unknown),
        case("automatic-tuning", "hidden recommendations", one(hidden), Unknown),
        case("automatic-tuning", "nothing", vec![], NotApplicable),
    ]
}
