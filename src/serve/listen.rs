//! The socket: taken, or a clear word why not; given back when everybody who asked has their answer.

use std::{future::Future, io::ErrorKind, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, sync::oneshot};

use super::{LONGEST, Web, router};
use crate::failure::Failure;

/// How long a stop waits for answers that are under way: longer than any may take.
const GRACE: Duration = LONGEST.saturating_add(Duration::from_secs(5));

/// Takes the address.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let words = match error.kind() {
            ErrorKind::AddrInUse => "another program listens there: choose another port, or 0 for any that is free",
            ErrorKind::AddrNotAvailable => "this machine has no such address",
            ErrorKind::PermissionDenied => "ports below 1024 are not for everybody: choose a higher one",
            _ => "choose another address",
        };
        Failure::usage(format!("--listen {address}: {error}: {words}"))
    })
}

/// Answers until `stop` comes, and then those who have asked already.
pub async fn serve(
    listener: TcpListener,
    web: Web,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (tell, told) = oneshot::channel();
    let stop = async move {
        stop.await;
        let _ = tell.send(());
    };
    let runs = web.runs.clone();
    let intake = tokio::spawn(web.intake.clone().keep_up());
    let pages = router(web).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, pages).with_graceful_shutdown(stop);
    // A visitor who does not take their answer cannot hold the program for ever.
    let given_up = async move {
        if told.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    let ended = tokio::select! {
        result = served => result.map_err(|error| Failure::usage(format!("the server ended: {error}"))),
        () = given_up => Ok(()),
    };
    runs.close().await;
    intake.abort();
    ended
}
