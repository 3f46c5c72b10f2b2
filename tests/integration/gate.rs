//! Read-only is a promise: a real client behind the gate cannot send a write.

use std::{io::Read, net::TcpListener, sync::Arc, time::Duration};

use aws_smithy_types::error::display::DisplayErrorContext;
use rung_collectors::aws::{Account, Options, connect};
use tokio::sync::watch;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

#[test]
fn a_write_is_refused_before_a_byte_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let error = runtime().block_on(async {
        let (_keep, interrupted) = watch::channel(false);
        let recording = crate::common::demo();
        let mut connection = connect(Options {
            profile: None,
            region: None,
            concurrency: 1,
            max_attempts: 1,
            timeout: Duration::from_secs(2),
            credential_wait: Duration::ZERO,
            metrics: false,
            tags: false,
            budget: rung_collectors::aws::Budget::default(),
            paced: None,
            sql_digests: false,
            replay: Some(Arc::new(rung_collectors::aws::Replay::new(recording))),
            recorder: None,
            journal: None,
            now: None,
            interrupted,
        })
        .await
        .unwrap();
        let account = Account::find(&connection, &[]).await.unwrap();
        // A client that reaches the network: the refusal must come from the gate, not from the replay.
        let http = aws_smithy_http_client::Builder::new().build_http();
        connection.config = connection.config.to_builder().http_client(http).endpoint_url(&url).build();
        let place = account.places(&connection).pop().unwrap();
        let delete = place.clients.ec2().delete_volume().volume_id("vol-1").send().await;
        DisplayErrorContext(delete.unwrap_err()).to_string()
    });
    assert!(error.contains("EC2.DeleteVolume is not one of the read operations"), "{error}");
    assert!(listener.accept().is_err(), "something connected");
}

#[test]
fn the_same_client_does_send_a_declared_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..read]).into_owned()
    });
    let rung = crate::common::Rung::new()
        .var("AWS_ENDPOINT_URL", &url)
        .var("AWS_REGION", "us-east-1")
        .var("AWS_ACCESS_KEY_ID", "x")
        .var("AWS_SECRET_ACCESS_KEY", "x");
    rung.fails(2, &["scan", "--max-attempts", "1", "--timeout", "2"]);
    assert!(heard.join().unwrap().starts_with("POST / HTTP/1.1"));
}
