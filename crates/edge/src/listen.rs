//! Serving HTTP/1.1 on a listener: what a connection may cost before anybody knows whose it is, and an orderly end.

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    future::Future,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// What a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long the head of the first request may take, from the moment the connection is there.
    pub head: Duration,
    /// How long a connection that has asked for something is kept until the head of its next request is whole. Longer
    /// than proxies keep theirs.
    pub idle: Duration,
    /// How long to wait when the system has no connection to give, for want of files mostly.
    pub retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_mins(2),
            retry: Duration::from_millis(500),
        }
    }
}

/// Bytes of a request's head at most, and of what is buffered of its body.
const BUFFER: usize = 64 * 1024;

/// Serves until `stop`, then takes no more connections and waits for the requests in hand. Handlers find the caller's
/// address in `ConnectInfo`, and upgrades give them the bare [`TcpStream`].
pub async fn listen(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.idle).max_buf_size(BUFFER);
    let (open, stopping) = (TaskTracker::new(), watch::Sender::new(false));
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(e) => {
                    // Of a client that has gone again already there is no end; of the system's limits there is.
                    if !is_of_the_client(&e) {
                        tracing::warn!(error = %e, "no connection can be taken at the moment");
                        tokio::time::sleep(patience.retry).await;
                    }
                    continue;
                }
            },
        };
        let router = router.clone();
        open.spawn(connection(http.clone(), stream, peer, router, patience.head, stopping.subscribe()));
    }
    drop(listener);
    stopping.send_replace(true);
    open.close();
    open.wait().await;
}

fn is_of_the_client(e: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(e.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    http: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    head: Duration,
    mut stopping: watch::Receiver<bool>,
) {
    // A chat frame is small and must not wait for company.
    if let Err(e) = stream.set_nodelay(true) {
        tracing::debug!(error = %e, "a connection keeps its delay");
    }
    let asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&asked);
    let service = service_fn(move |request: Request<Incoming>| {
        asks.store(true, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let mut stop = pin!(async {
        // The sender going away is a stop too.
        let _gone = stopping.wait_for(|s| *s).await;
    });
    let mut first = pin!(tokio::time::sleep(head));
    let (mut waiting, mut going) = (true, true);
    let served = loop {
        tokio::select! {
            served = connection.as_mut() => break served,
            () = &mut stop, if going => {
                going = false;
                connection.as_mut().graceful_shutdown();
            }
            () = &mut first, if waiting => {
                waiting = false;
                if !asked.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    };
    if let Err(e) = served {
        tracing::debug!(error = %e, "a connection ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::oneshot,
        time::timeout,
    };

    /// Longer than anything takes; a test that waits this long has failed.
    const LONG: Duration = Duration::from_secs(30);

    struct Server {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ended: tokio::task::JoinHandle<()>,
    }

    async fn serve((head, idle): (Duration, Duration), router: Router) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let patience = Patience { head, idle, ..Patience::default() };
        let ended = tokio::spawn(listen(listener, router, patience, async {
            let _gone = stopped.await;
        }));
        Server { address, stop, ended }
    }

    /// What the server says until it hangs up.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut said = Vec::new();
        timeout(LONG, stream.read_to_end(&mut said)).await.expect("it hangs up").unwrap();
        String::from_utf8(said).unwrap()
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut said = Vec::new();
        while !said.ends_with(b"hello") {
            let mut byte = [0];
            timeout(LONG, stream.read_exact(&mut byte)).await.expect("it answers").unwrap();
            said.push(byte[0]);
        }
        String::from_utf8(said).unwrap()
    }

    #[tokio::test]
    async fn half_a_head_is_not_waited_for() {
        let router = Router::new().route("/", get(async || "hello"));
        let server = serve((Duration::from_millis(200), LONG), router).await;
        // Nothing at all, half a head, and one that never ends.
        for beginning in ["", "GET / HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX-A: b"] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(beginning.as_bytes()).await.unwrap();
            assert!(!rest(&mut stream).await.contains("200 OK"), "{beginning:?}");
        }
    }

    #[tokio::test]
    async fn a_connection_is_kept_for_a_while_and_not_for_ever() {
        let router = Router::new().route("/", get(async || "hello"));
        let server = serve((LONG, Duration::from_millis(200)), router).await;
        for next in ["", "GET / HTTP/1.1\r\nHost: x\r\n"] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            for _ in 0..2 {
                stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
                assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 OK"));
            }
            stream.write_all(next.as_bytes()).await.unwrap();
            assert!(!rest(&mut stream).await.contains("200 OK"), "{next:?}");
        }
    }

    #[tokio::test]
    async fn a_head_has_a_largest_size() {
        let router = Router::new().route("/", get(async || "hello"));
        let server = serve((LONG, LONG), router).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}", "x".repeat(2 * BUFFER));
        let _refused_meanwhile = stream.write_all(long.as_bytes()).await;
        let mut said = [0; 12];
        timeout(LONG, stream.read_exact(&mut said)).await.expect("it answers").unwrap();
        assert_eq!(&said, b"HTTP/1.1 431");
    }

    #[tokio::test]
    async fn the_end_waits_for_requests_in_hand_and_not_for_idle_connections() {
        let (enter, mut entered) = tokio::sync::mpsc::channel(1);
        let (leave, left) = watch::channel(false);
        let slow = get(move || {
            let (enter, mut left) = (enter.clone(), left.clone());
            async move {
                enter.send(()).await.unwrap();
                left.wait_for(|l| *l).await.unwrap();
                "hello"
            }
        });
        let router = Router::new().route("/", get(async || "hello")).route("/slow", slow);
        let server = serve((LONG, LONG), router).await;
        let mut idle = TcpStream::connect(server.address).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(answer(&mut idle).await.starts_with("HTTP/1.1 200 OK"));
        let mut busy = TcpStream::connect(server.address).await.unwrap();
        busy.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        timeout(LONG, entered.recv()).await.expect("it arrives").unwrap();
        server.stop.send(()).unwrap();
        assert_eq!(rest(&mut idle).await, "");
        assert!(!server.ended.is_finished());
        leave.send_replace(true);
        assert!(rest(&mut busy).await.ends_with("hello"));
        timeout(LONG, server.ended).await.expect("it ends").unwrap();
        assert!(TcpStream::connect(server.address).await.is_err());
    }

    #[tokio::test]
    async fn handlers_know_the_caller() {
        let router = Router::new().route(
            "/",
            get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| format!("{} hello", peer.ip())),
        );
        let server = serve((LONG, LONG), router).await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(answer(&mut stream).await.ends_with("127.0.0.1 hello"));
    }
}
