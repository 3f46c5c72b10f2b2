//! One attempt on the wire: answer and body together, within the time-out.
//!
//! The time-out stands here and not in the SDK's configuration, because the SDK's covers the credentials too, and those may
//! be waited for by the minute.

use std::time::Duration;

use aws_smithy_runtime_api::client::{http::HttpConnectorFuture, orchestrator::HttpResponse, result::ConnectorError};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

/// The answer, without its body, and the body.
pub(crate) async fn attempt(
    call: HttpConnectorFuture,
    timeout: Duration,
) -> Result<(HttpResponse, Vec<u8>), ConnectorError> {
    let whole = async {
        let mut answer = call.await?;
        let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
        let bytes = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
        Ok((answer, bytes.into()))
    };
    tokio::time::timeout(timeout, whole).await.unwrap_or_else(|slow| Err(ConnectorError::timeout(slow.into())))
}
