//! The desk on the web, and the payment server.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use theus_axum::{Kind, Options, Problem};
use theus_core::workflow::Sessions;
use theus_telemetry::OpenTelemetry;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Desk, Payments};
use crate::context::{Order, Ports, Shop};
use crate::guard::guard;
use crate::tokens::Tokens;
use crate::{FAILED, Failure, checked, kept, payments, reload};

/// How many orders are in memory; the others are in the store alone.
const WARM: usize = 10_000;
/// For a request, but for its head.
const TIME: Duration = Duration::from_secs(20);
/// For the head of a request.
const HEAD: Duration = Duration::from_secs(5);

/// Serves orders until it is told to end.
#[tokio::main]
pub(crate) async fn desk(options: &Desk, telemetry: &OpenTelemetry) -> Result<ExitCode, Failure> {
    let tokens = options.tokens()?;
    let engine = kept::engine(options, telemetry)?;
    let orders = Arc::new(Sessions::of_checked(&engine, checked::WORKFLOW)?.warm(WARM).start()?);
    telemetry.watch(&orders);
    tokio::spawn(reload::at_each(signal(SignalKind::hangup())?, engine, options.recipe.clone()));
    let app = app(&orders, tokens, telemetry)?;
    let listener = listener(options.address(), "the desk").await?;
    let ended = theus_axum::serve(listener, app, orders, told_to_end()?).head(HEAD).within(options.ends_within).await;
    println!("{ended}");
    Ok(if ended.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// All that can be asked of the desk, and by whom.
fn app(
    orders: &Arc<Sessions<Order, Shop, Ports>>,
    tokens: Tokens,
    telemetry: &OpenTelemetry,
) -> Result<Router, Failure> {
    let options = Options::new()
        .info("desk", env!("CARGO_PKG_VERSION"))
        .bearer()
        // What comes before the first dot of an order's name is whose desk it is at.
        .open(|name| Order { tenant: name.split('.').next().unwrap_or_default().to_owned(), ..Order::default() })
        .journal()
        .happenings(64)
        .time(TIME);
    let orders = theus_axum::routes(Arc::clone(orders), options)?;
    let app = Router::new()
        .route("/health", get(|| async { "well" }))
        .merge(orders)
        .merge(telemetry.routes())
        .route_layer(from_fn_with_state(Arc::new(tokens), guard))
        .fallback(|| async { Problem::new(Kind::NotFound) });
    Ok(telemetry.around(app))
}

/// Serves payments, badly, until it is told to end.
#[tokio::main]
pub(crate) async fn payments(options: Payments) -> Result<ExitCode, Failure> {
    let listener = listener(options.listen, "the payment server").await?;
    payments::serve(listener, options.flaws(), told_to_end()?).await?;
    Ok(ExitCode::SUCCESS)
}

async fn listener(address: SocketAddr, who: &str) -> Result<TcpListener, Failure> {
    let listener =
        TcpListener::bind(address).await.map_err(|error| format!("{who} cannot listen on {address}: {error}"))?;
    // The port is the system's choice where 0 was asked for.
    println!("{who} listens on http://{}", listener.local_addr()?);
    Ok(listener)
}

/// Ctrl-C, and what a container is told.
fn told_to_end() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
