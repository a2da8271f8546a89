//! A service on a socket of this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use theus_axum::{Ended, Serve};
use theus_core::workflow::Sessions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::shop::{Order, Shop};

/// Nothing here takes longer.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) struct Served {
    pub(crate) at: SocketAddr,
    pub(crate) sessions: Arc<Sessions<Order>>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Ended>,
}

type Signal = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

impl Served {
    pub(crate) async fn of(
        shop: Shop,
        set: impl FnOnce(Serve<Order, (), (), Signal>) -> Serve<Order, (), (), Signal>,
    ) -> Self {
        let Shop { sessions, app } = shop;
        let app: Router = app;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let signal: Signal = Box::pin(async move { drop(stopped.await) });
        let serve = set(theus_axum::serve(listener, app, Arc::clone(&sessions), signal));
        Self { at, sessions, stop: Some(stop), serving: tokio::spawn(std::future::IntoFuture::into_future(serve)) }
    }

    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    pub(crate) async fn ended(mut self) -> Ended {
        self.stop();
        timeout(LONG, self.serving).await.unwrap().unwrap()
    }

    pub(crate) async fn open(&self) -> TcpStream {
        TcpStream::connect(self.at).await.unwrap()
    }

    /// Sends a request as it stands, and gives all that comes until the connection ends.
    pub(crate) async fn raw(&self, request: &[u8]) -> String {
        let mut stream = self.open().await;
        // It may be refused before all of it is sent.
        drop(stream.write_all(request).await);
        let mut all = Vec::new();
        drop(timeout(LONG, stream.read_to_end(&mut all)).await.unwrap());
        String::from_utf8_lossy(&all).into_owned()
    }
}

pub(crate) fn request(method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Status and body.
pub(crate) fn parsed(reply: &str) -> (u16, Value) {
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {reply:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

/// Reads until a text has come.
pub(crate) async fn until(stream: &mut TcpStream, text: &str) -> String {
    let (mut all, mut buffer) = (String::new(), [0; 4096]);
    while !all.contains(text) {
        let read = timeout(LONG, stream.read(&mut buffer)).await;
        let count = read
            .unwrap_or_else(|_| {
                panic!("nothing more comes after {} bytes: {}", all.len(), &all[all.len().saturating_sub(2_000)..])
            })
            .unwrap();
        assert!(count > 0, "the connection has ended: {all}");
        all.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    all
}
