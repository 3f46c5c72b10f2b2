//! Lambda: functions. (What calls them: `lambda_triggers.rs`; their concurrency: `lambda_concurrency.rs`.)

use std::sync::Arc;

use aws_sdk_lambda::types::{FunctionConfiguration, SnapStartApplyOn, TracingMode};

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(LIST_FUNCTIONS, "lambda", "Lambda", "ListFunctions", "functions: memory, time-out, runtime, tracing, layers");

pub(crate) static CALLS: &[&Call] = &[&LIST_FUNCTIONS];

/// In the ARN of Lambda Insights' layer, whatever region and architecture.
const INSIGHTS_LAYER: &str = ":layer:LambdaInsightsExtension";

/// A function, as `ListFunctions` shows it: the configuration of `$LATEST`.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// `FunctionName`.
    pub name: Arc<str>,
    /// `FunctionArn`, without a version.
    pub arn: Arc<str>,
    /// `MemorySize`, MB.
    pub memory_mb: Option<i32>,
    /// `Timeout`, seconds.
    pub timeout_s: Option<i32>,
    /// `Runtime`; none for container images.
    pub runtime: Option<String>,
    /// `Architectures`, which holds one.
    pub architecture: Option<String>,
    /// `PackageType`.
    pub package_type: Option<String>,
    /// `CodeSize`, bytes.
    pub code_size: i64,
    /// `TracingConfig.Mode` is `Active`.
    pub tracing: Option<bool>,
    /// `SnapStart.ApplyOn` is `PublishedVersions`.
    pub snap_start: Option<bool>,
    /// Whether Lambda Insights is among `Layers`.
    pub insights_layer: bool,
    /// Whether it runs on instances of a capacity provider (`CapacityProviderConfig`), which are billed another way.
    pub managed_instances: bool,
}

impl Function {
    /// Whether it is a container image.
    pub fn is_image(&self) -> bool {
        self.package_type.as_deref() == Some("Image")
    }
}

/// Every function of the place.
pub async fn functions(place: &Place) -> Arc<Listing<Function>> {
    // Lambda gives 50 a page at most, whatever is asked for.
    let stream = place.clients.lambda().list_functions().into_paginator().page_size(50).send();
    let read = drain(place, &LIST_FUNCTIONS, "", stream, |page, items| {
        items.extend(page.functions.unwrap_or_default().into_iter().filter_map(function));
    });
    place.memo(&LIST_FUNCTIONS, "", read).await
}

fn function(configuration: FunctionConfiguration) -> Option<Function> {
    let is_insights = |arn: &str| arn.contains(INSIGHTS_LAYER);
    let mut layers = configuration.layers.iter().flatten();
    Some(Function {
        name: configuration.function_name?.into(),
        arn: unqualified(&configuration.function_arn?).into(),
        memory_mb: configuration.memory_size,
        timeout_s: configuration.timeout,
        runtime: configuration.runtime.map(|runtime| runtime.as_str().to_owned()),
        architecture: configuration.architectures.iter().flatten().next().map(|name| name.as_str().to_owned()),
        package_type: configuration.package_type.map(|kind| kind.as_str().to_owned()),
        code_size: configuration.code_size,
        tracing: configuration.tracing_config.and_then(|tracing| tracing.mode).map(|mode| mode == TracingMode::Active),
        snap_start: configuration
            .snap_start
            .and_then(|snap_start| snap_start.apply_on)
            .map(|on| on == SnapStartApplyOn::PublishedVersions),
        insights_layer: layers.any(|layer| layer.arn.as_deref().is_some_and(is_insights)),
        managed_instances: configuration.capacity_provider_config.is_some(),
    })
}

/// A function's ARN without version or alias: `arn:aws:lambda:us-east-1:123456789012:function:name`.
pub(crate) fn unqualified(arn: &str) -> &str {
    arn.match_indices(':').nth(6).and_then(|(at, _)| arn.get(..at)).unwrap_or(arn)
}

/// The version or alias at the end of a function's ARN.
pub(crate) fn qualifier(arn: &str) -> Option<&str> {
    arn.splitn(8, ':').nth(7)
}
