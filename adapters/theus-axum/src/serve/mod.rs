//! A service on a listener, and its end in good order.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use theus_core::Context;
use theus_core::workflow::Sessions;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

mod unstalled;

use unstalled::Unstalled;

/// After an error of the system (no more files, say) it is waited so long before the next connection is taken.
const AGAIN: Duration = Duration::from_millis(100);
/// What was begun has so much of the bound; what is left is for the answers to be sent.
const SHARE: f64 = 0.8;

/// Serves an application until the signal comes, and ends it in good order: no connection is taken any more, and no event; what runs is
/// ended; those who wait are answered, with what has come of it or with [`ShuttingDown`](crate::Kind::ShuttingDown); what is not done
/// within a time is let go of, and told.
///
/// Where there is a store, it has what was committed, the events that wait and where each session is: the next program goes on there.
///
/// ```
/// # use std::sync::Arc;
/// # use theus_core::prelude::*;
/// # use theus_core::workflow::Sessions;
/// # #[derive(Clone, Default, Context)]
/// # struct Door { opened: u32 }
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = Engine::builder(Door::default()).build()?;
/// # let flow = "external: [CMD_OPEN]\nstates: { CLOSED: { events: { CMD_OPEN: OPEN } }, OPEN: { final: true } }";
/// # let doors = Arc::new(Sessions::of_text(&engine, "door.yaml", flow)?.start()?);
/// # let app = axum::Router::new();
/// # let interrupted = async {};
/// use std::time::Duration;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let ended = theus_axum::serve(listener, app, doors, interrupted).within(Duration::from_secs(10)).await;
/// assert!(ended.is_clean(), "{ended}");
/// # Ok(())
/// # }
/// ```
pub fn serve<D, G, E, F>(
    listener: TcpListener,
    app: Router,
    sessions: Arc<Sessions<D, G, E>>,
    signal: F,
) -> Serve<D, G, E, F>
where
    D: Context,
    G: Context,
    E: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (within, head, stalled) = (Duration::from_secs(30), Duration::from_secs(10), Duration::from_secs(30));
    Serve { listener, app, sessions, signal, within, head, stalled, connections: 4_096 }
}

/// A service that is to be, made by [`serve`]: awaited, it is until its end.
#[must_use = "it serves when it is awaited"]
pub struct Serve<D: Context, G: Context, E, F> {
    listener: TcpListener,
    app: Router,
    sessions: Arc<Sessions<D, G, E>>,
    signal: F,
    within: Duration,
    head: Duration,
    stalled: Duration,
    connections: usize,
}

impl<D: Context, G: Context, E, F> Serve<D, G, E, F> {
    /// How long its end may take: 30 seconds where not given.
    pub const fn within(mut self, at_most: Duration) -> Self {
        self.within = at_most;
        self
    }

    /// How many connections there are at a time; others wait until one is over. 4,096 where not given.
    pub const fn connections(mut self, at_a_time: usize) -> Self {
        self.connections = at_a_time;
        self
    }

    /// How long a client may take for the head of a request, from the one before on: 10 seconds where not given. For its body there is
    /// [`Options::time`](crate::Options::time).
    pub const fn head(mut self, at_most: Duration) -> Self {
        self.head = at_most;
        self
    }

    /// How long a client may take nothing of what is sent to it: 30 seconds where not given. Its connection is cut then.
    pub const fn stalled(mut self, at_most: Duration) -> Self {
        self.stalled = at_most;
        self
    }
}

/// How a service has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// Whether all that was under way in the sessions has come to its end; what states have invoked is let go of, and begins again where a
    /// store has its session.
    pub is_done: bool,
    /// How many connections were cut, because their answers were not there in time.
    pub cut: usize,
    /// The sessions in memory for which events wait that were accepted and not handled, with how many. Where a store keeps the sessions it
    /// has them, and the next program handles them.
    pub waiting: Vec<(String, usize)>,
}

impl Ended {
    /// Whether nothing was cut, nothing is left under way, and nothing waits.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.is_done && self.cut == 0 && self.waiting.is_empty()
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is_done, cut, waiting } = self;
        let events: usize = waiting.iter().map(|(_, events)| events).sum();
        let done = if *is_done { "all that was under way is done" } else { "something is still under way" };
        write!(f, "{done}; connections cut: {cut}; events that wait: {events}, of {} sessions", waiting.len())
    }
}

impl<D, G, E, F> IntoFuture for Serve<D, G, E, F>
where
    D: Context,
    G: Context,
    E: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    type Output = Ended;
    type IntoFuture = Pin<Box<dyn Future<Output = Ended> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<D, G, E, F> Serve<D, G, E, F>
where
    D: Context,
    G: Context,
    E: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    async fn run(self) -> Ended {
        let Self { listener, app, sessions, signal, within, head, stalled, connections } = self;
        let (graceful, mut signal) = (GracefulShutdown::new(), std::pin::pin!(signal));
        let room = Arc::new(Semaphore::new(connections.clamp(1, Semaphore::MAX_PERMITS)));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(head);
        let mut served = JoinSet::new();
        loop {
            let taken = async {
                // Never closed.
                let permit = Arc::clone(&room).acquire_owned().await.ok();
                (permit, listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                biased;
                () = &mut signal => break,
                taken = taken => taken,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    if !is_of_connection(&error) {
                        tracing::error!(target: "theus::http", %error, "no connection can be taken at present");
                        tokio::time::sleep(AGAIN).await;
                    }
                    continue;
                }
            };
            let connection =
                graceful.watch(http.serve_connection(io_of(stream, stalled), TowerToHyperService::new(app.clone())));
            // Those that have ended are let go of.
            while served.try_join_next().is_some() {}
            served.spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(target: "theus::http", %error, "a connection has ended");
                }
                drop(permit);
            });
        }
        drop(listener);
        ended(sessions, graceful, served, within).await
    }
}

/// Nothing is answered after this.
async fn ended<D: Context, G: Context, E: Send + Sync + 'static>(
    sessions: Arc<Sessions<D, G, E>>,
    graceful: GracefulShutdown,
    mut served: JoinSet<()>,
    within: Duration,
) -> Ended {
    tracing::info!(target: "theus::http", connections = graceful.count(), "the service ends");
    let pool = Arc::clone(&sessions);
    let shut = tokio::task::spawn_blocking(move || pool.shut_down(within.mul_f64(SHARE)));
    let closed = tokio::time::timeout(within, graceful.shutdown()).await;
    while served.try_join_next().is_some() {}
    let cut = if closed.is_ok() { 0 } else { served.len() };
    served.shutdown().await;
    let is_done = shut.await.unwrap_or(false);
    let look = move || {
        let events = |name: Arc<str>| Some((name.to_string(), sessions.engine(&name).ok()?.bus().len()));
        sessions.names().into_iter().filter_map(events).filter(|(_, events)| *events > 0).collect()
    };
    let waiting = tokio::task::spawn_blocking(look).await.unwrap_or_default();
    let ended = Ended { is_done, cut, waiting };
    tracing::info!(target: "theus::http", %ended, "the service has ended");
    ended
}

fn io_of(stream: TcpStream, stalled: Duration) -> TokioIo<Unstalled<TcpStream>> {
    // Answers are small, and each is awaited.
    drop(stream.set_nodelay(true));
    TokioIo::new(Unstalled::new(stream, stalled))
}

/// Whether it concerns the one connection alone.
fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
