//! An answer that says "yes" and cannot be read is asked for again: something between here and AWS garbled it, more likely
//! than that AWS does not speak its own protocol. The SDK alone would give up at the first.

use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction},
};

/// Tells the SDK's retries that an unreadable answer passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unreadable;

impl ClassifyRetry for Unreadable {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = matches!(context.output_or_error(), Some(Err(_)));
        let said_yes = context.response().is_some_and(|answer| answer.status().is_success());
        if failed && said_yes { RetryAction::transient_error() } else { RetryAction::NoActionIndicated }
    }

    fn name(&self) -> &'static str {
        "unreadable answers"
    }
}
