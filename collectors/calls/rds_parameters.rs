//! RDS: what parameter groups of instances and clusters change against the engine's defaults.

use std::sync::Arc;

use aws_sdk_rds::types;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_DB_PARAMETERS,
    "rds",
    "RDS",
    "DescribeDBParameters",
    "changed parameters of instances: slow query log and its threshold"
);
call!(
    DESCRIBE_DB_CLUSTER_PARAMETERS,
    "rds",
    "RDS",
    "DescribeDBClusterParameters",
    "changed parameters of clusters: slow query log and its threshold"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_DB_PARAMETERS, &DESCRIBE_DB_CLUSTER_PARAMETERS];

/// Only parameters that somebody changed: engine defaults and AWS's own settings are left out.
const CHANGED: &str = "user";

/// A changed parameter with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `ParameterName`.
    pub name: Arc<str>,
    /// `ParameterValue`.
    pub value: Arc<str>,
}

/// The changed parameters of an instance's group; none for a default group.
pub async fn of_instances(place: &Place, group: &str) -> Arc<Listing<Parameter>> {
    let request = place.clients.rds().describe_db_parameters().db_parameter_group_name(group).source(CHANGED);
    let stream = request.into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_DB_PARAMETERS, group, stream, |page, items| {
        items.extend(page.parameters.unwrap_or_default().into_iter().filter_map(parameter));
    });
    place.memo(&DESCRIBE_DB_PARAMETERS, group, read).await
}

/// The changed parameters of a cluster's group; none for a default group.
pub async fn of_clusters(place: &Place, group: &str) -> Arc<Listing<Parameter>> {
    let request = place.clients.rds().describe_db_cluster_parameters();
    let request = request.db_cluster_parameter_group_name(group).source(CHANGED);
    let stream = request.into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_DB_CLUSTER_PARAMETERS, group, stream, |page, items| {
        items.extend(page.parameters.unwrap_or_default().into_iter().filter_map(parameter));
    });
    place.memo(&DESCRIBE_DB_CLUSTER_PARAMETERS, group, read).await
}

fn parameter(parameter: types::Parameter) -> Option<Parameter> {
    Some(Parameter { name: parameter.parameter_name?.into(), value: parameter.parameter_value?.into() })
}
