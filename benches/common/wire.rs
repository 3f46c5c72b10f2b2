//! HTTP/1.1 on a local port, and CBOR as values.

use std::{convert::Infallible, sync::Arc};

use ciborium::Value;
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// An answer, whole.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Serves on a free port until the process is killed; prints where. One thread: scan and server share the machine.
pub(crate) fn serve<S, F>(state: Arc<S>, answer: fn(Arc<S>, Request<Incoming>) -> F)
where
    S: Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let state = state.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let answer = answer(state.clone(), request);
                    async move { Ok::<_, Infallible>(answer.await) }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}

/// An answer with this status, content type and body.
pub(crate) fn respond(status: u16, kind: &str, body: impl Into<Bytes>) -> Answer {
    let cbor = kind == "application/cbor";
    let mut response = Response::builder().status(status).header("content-type", kind);
    if cbor {
        response = response.header("smithy-protocol", "rpc-v2-cbor");
    }
    response.body(Full::new(body.into())).unwrap()
}

/// A CBOR string.
pub(crate) fn string(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

/// A CBOR map.
pub(crate) fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (string(name), value)).collect())
}

/// The value's bytes.
pub(crate) fn encode(value: &Value) -> Bytes {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes.into()
}
