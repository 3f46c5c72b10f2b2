//! Compute Optimizer: what it thinks of Lambda functions. Opt-in: an account that is not enrolled is a gap of its own kind.

use std::sync::Arc;

use super::{Call, call, lambda::unqualified};
use crate::aws::{Listing, Place, drain};

call!(
    GET_LAMBDA_FUNCTION_RECOMMENDATIONS,
    "compute-optimizer",
    "ComputeOptimizer",
    "GetLambdaFunctionRecommendations",
    "findings about Lambda functions"
);

pub(crate) static CALLS: &[&Call] = &[&GET_LAMBDA_FUNCTION_RECOMMENDATIONS];

/// A finding about a function or one of its versions.
#[derive(Clone, Debug)]
pub struct Recommendation {
    /// `functionArn`, without the version.
    pub arn: Arc<str>,
    /// `functionVersion` is `$LATEST`.
    pub latest: bool,
    /// `finding`: `Optimized`, `NotOptimized` or `Unavailable`.
    pub finding: Arc<str>,
}

/// Findings about the place's functions.
pub async fn functions(place: &Place) -> Arc<Listing<Recommendation>> {
    let request = place.clients.compute_optimizer().get_lambda_function_recommendations();
    let stream = request.into_paginator().page_size(1000).send();
    let read = drain(place, &GET_LAMBDA_FUNCTION_RECOMMENDATIONS, "", stream, |page, items| {
        items.extend(page.lambda_function_recommendations.unwrap_or_default().into_iter().filter_map(|entry| {
            Some(Recommendation {
                arn: unqualified(&entry.function_arn?).into(),
                latest: entry.function_version.is_none_or(|version| version == "$LATEST"),
                finding: entry.finding?.as_str().into(),
            })
        }));
    });
    place.memo(&GET_LAMBDA_FUNCTION_RECOMMENDATIONS, "", read).await
}
