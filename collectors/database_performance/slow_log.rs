//! The slow query log of a database, from the parameter groups that apply to it and the engine's defaults.
//!
//! Aurora has two levels: a value changed in an instance's group beats one changed in the cluster's group, which beats the
//! default (Aurora guide, "DB cluster parameter groups"). Each group is read once, however many databases use it.

use std::sync::Arc;

use futures::future::join_all;
use rung_rules::model::Observed;

use super::database::Database;
use crate::{
    aws::Listing,
    calls::{
        rds_instances::DbInstance,
        rds_parameters::{self, DESCRIBE_DB_PARAMETERS, Parameter},
    },
};

/// Engines that log slow queries alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// MySQL, MariaDB, Aurora MySQL.
    MySql,
    /// PostgreSQL, Aurora PostgreSQL.
    Postgres,
}

/// MySQL's default of `long_query_time`, in seconds: 10 (RDS guide, "Overview of RDS for MySQL database logs"; the same
/// for MariaDB and Aurora). `slow_query_log` is 0 there.
const MYSQL_DEFAULT_S: &str = "10";
/// PostgreSQL's default of `log_min_duration_statement`: -1, which is off (RDS guide, "Turning on query logging").
const POSTGRES_OFF: &str = "-1";

fn family(engine: &str) -> Option<Family> {
    match engine {
        "mysql" | "mariadb" | "aurora" | "aurora-mysql" => Some(Family::MySql),
        "postgres" | "aurora-postgresql" => Some(Family::Postgres),
        _ => None,
    }
}

/// Whether the engine has a slow query log, and the threshold in milliseconds; no threshold where it is off.
pub(super) async fn read(database: &Database<'_>) -> (Observed<bool>, Observed<Option<f64>>) {
    let family = database.engine().map(|engine| family(&engine));
    let threshold = match family {
        Observed::Known { value: Some(family), .. } => threshold(database, family).await,
        Observed::Known { value: None, from } => Observed::known(None, from),
        Observed::Unknown { gap } => Observed::unknown(gap),
    };
    (family.map(|family| family.is_some()), threshold)
}

/// The weakest of the instances: off where one of them has it off, else the highest threshold.
async fn threshold(database: &Database<'_>, family: Family) -> Observed<Option<f64>> {
    let of_cluster = match database.cluster.map(|cluster| cluster.parameter_group.as_ref()) {
        None => None,
        Some(Some(name)) => Some(rds_parameters::of_clusters(database.place, name).await),
        Some(None) => return database.reported(None, "DBClusterParameterGroup"),
    };
    let of_instances = database.instances.iter().map(|instance| of_instance(database, family, instance, &of_cluster));
    let mut all = join_all(of_instances).await;
    match (database.hidden_instances(), &of_cluster) {
        (Some(gap), _) => all.push(Observed::unknown(gap)),
        (None, Some(group)) if all.is_empty() => all.push(in_force(database, family, std::slice::from_ref(group))),
        _ => {}
    }
    all.into_iter().reduce(weaker).unwrap_or_else(|| database.reported(None, "DBParameterGroups"))
}

async fn of_instance(
    database: &Database<'_>,
    family: Family,
    instance: &DbInstance,
    of_cluster: &Option<Arc<Listing<Parameter>>>,
) -> Observed<Option<f64>> {
    let of_instance = instance.parameter_groups.iter().map(|name| rds_parameters::of_instances(database.place, name));
    let mut groups = join_all(of_instance).await;
    groups.extend(of_cluster.clone());
    in_force(database, family, &groups)
}

/// Off is weaker than any threshold, and known to be off whatever the other is.
fn weaker(a: Observed<Option<f64>>, b: Observed<Option<f64>>) -> Observed<Option<f64>> {
    match (a, b) {
        (off @ Observed::Known { value: None, .. }, _) | (_, off @ Observed::Known { value: None, .. }) => off,
        (unknown @ Observed::Unknown { .. }, _) | (_, unknown @ Observed::Unknown { .. }) => unknown,
        (Observed::Known { value: Some(a), from }, Observed::Known { value: Some(b), .. }) => {
            Observed::known(Some(a.max(b)), from)
        }
    }
}

/// The threshold by these groups, the one that counts first.
fn in_force(database: &Database<'_>, family: Family, groups: &[Arc<Listing<Parameter>>]) -> Observed<Option<f64>> {
    match family {
        Family::MySql => mysql(database, groups),
        Family::Postgres => {
            let statement = setting(database, groups, &["log_min_duration_statement"], POSTGRES_OFF);
            number(database, statement, "log_min_duration_statement").map(|ms| (ms >= 0.0).then_some(ms))
        }
    }
}

/// MariaDB from 10.11 on knows the two parameters by new names as well.
fn mysql(database: &Database<'_>, groups: &[Arc<Listing<Parameter>>]) -> Observed<Option<f64>> {
    let log = setting(database, groups, &["slow_query_log", "log_slow_query"], "0");
    let output = setting(database, groups, &["log_output"], "TABLE");
    let off = |value: &str| value == "0" || value.eq_ignore_ascii_case("off");
    let nowhere = |value: &str| value.to_ascii_uppercase().contains("NONE");
    match (log, output) {
        (Observed::Known { value, from }, _) if off(&value) => Observed::known(None, from),
        (_, Observed::Known { value, from }) if nowhere(&value) => Observed::known(None, from),
        (Observed::Unknown { gap }, _) | (_, Observed::Unknown { gap }) => Observed::unknown(gap),
        _ => {
            let time = setting(database, groups, &["long_query_time", "log_slow_query_time"], MYSQL_DEFAULT_S);
            number(database, time, "long_query_time").map(|seconds| Some(seconds * 1000.0))
        }
    }
}

/// The value of a parameter: of the first group that changes it, else the default; unknown where a group was not read.
fn setting(
    database: &Database<'_>,
    groups: &[Arc<Listing<Parameter>>],
    names: &[&str],
    default: &str,
) -> Observed<String> {
    let in_group = |group: &Arc<Listing<Parameter>>| {
        group.find(|parameter| names.contains(&&*parameter.name).then(|| parameter.value.to_string()))
    };
    let found = groups.iter().map(in_group).reduce(|first, second| match first {
        Observed::Known { value: None, .. } => second,
        decided => decided,
    });
    match found {
        Some(found) => found.map(|value| value.unwrap_or_else(|| default.to_owned())),
        None => database.reported(None, "DBParameterGroups"),
    }
}

fn number(database: &Database<'_>, value: Observed<String>, name: &str) -> Observed<f64> {
    match value {
        Observed::Known { value, from } => match value.parse::<f64>() {
            Ok(number) => Observed::known(number, from),
            Err(_) => Observed::unknown(database.unreadable(&DESCRIBE_DB_PARAMETERS, name, &value)),
        },
        Observed::Unknown { gap } => Observed::unknown(gap),
    }
}
