//! What sessions do, as it happens: Server-Sent Events.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use serde_json::{Value, json};
use theus_core::Context;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{SessionEntry, SessionWatch};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Shared;
use crate::problem::{Kind, Problem};
use crate::request::Named;
use crate::service::apart;

/// How many entries wait for one client.
const WAITING: usize = 1_024;
/// A comment is sent after so long a silence, so that what is between does not take the connection for dead.
const ALIVE: Duration = Duration::from_secs(15);
/// How often it is looked whether the service ends.
const LOOK: Duration = Duration::from_millis(500);

pub(crate) async fn of_one<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
    named: Named,
) -> Result<Response, Problem> {
    let permit = permit(&service)?;
    let here = Arc::clone(&service);
    let watch = apart(move || Ok(here.sessions.watch(&named.session, WAITING)?)).await?;
    Ok(told(&service.sessions, watch, permit))
}

pub(crate) async fn of_all<D: Context, G: Context, E: Send + Sync + 'static>(
    State(service): State<Shared<D, G, E>>,
) -> Result<Response, Problem> {
    let permit = permit(&service)?;
    Ok(told(&service.sessions, service.sessions.watch_all(WAITING), permit))
}

fn permit<D: Context, G: Context, E: Send + Sync + 'static>(
    service: &Shared<D, G, E>,
) -> Result<OwnedSemaphorePermit, Problem> {
    if service.sessions.is_shutting_down() {
        return Err(Problem::new(Kind::ShuttingDown));
    }
    let permit = Arc::clone(&service.streams).try_acquire_owned();
    permit.map_err(|_| Problem::new(Kind::Busy).detail("so many look on already"))
}

fn told<D: Context, G: Context, E: Send + Sync + 'static>(
    sessions: &Arc<Sessions<D, G, E>>,
    watch: SessionWatch,
    permit: OwnedSemaphorePermit,
) -> Response {
    let sessions = Arc::clone(sessions);
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let happenings = Happenings {
        watch: Arc::new(watch),
        next: None,
        told_lost: 0,
        held: None,
        look,
        ends: Box::new(move || sessions.is_shutting_down()),
        _permit: permit,
    };
    Sse::new(happenings).keep_alive(KeepAlive::new().interval(ALIVE)).into_response()
}

/// The next entry, when there is one.
type Next = Pin<Box<dyn Future<Output = Option<SessionEntry>> + Send>>;

struct Happenings {
    watch: Arc<SessionWatch>,
    next: Option<Next>,
    /// How many were lost, as far as the client was told.
    told_lost: u64,
    /// The one that comes after what was lost.
    held: Option<SessionEntry>,
    look: Interval,
    ends: Box<dyn Fn() -> bool + Send>,
    _permit: OwnedSemaphorePermit,
}

impl Stream for Happenings {
    type Item = Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(entry) = this.held.take() {
            return Poll::Ready(Some(Ok(event(&entry))));
        }
        while this.look.poll_tick(task).is_ready() {
            if (this.ends)() {
                return Poll::Ready(None);
            }
        }
        let next = this.next.get_or_insert_with(|| {
            let watch = Arc::clone(&this.watch);
            Box::pin(async move { watch.next().await })
        });
        let entry = ready!(next.as_mut().poll(task));
        this.next = None;
        let Some(entry) = entry else { return Poll::Ready(None) };
        // The oldest give way: what was lost was before this one.
        let lost = this.watch.lost();
        if lost == this.told_lost {
            return Poll::Ready(Some(Ok(event(&entry))));
        }
        let since = lost - this.told_lost;
        (this.told_lost, this.held) = (lost, Some(entry));
        let lost = Event::default().event("lost").data(json!({ "lost": since }).to_string());
        Poll::Ready(Some(Ok(lost)))
    }
}

fn event(entry: &SessionEntry) -> Event {
    let mut told = serde_json::to_value(entry).unwrap_or_default();
    if let Some(members) = told.as_object_mut() {
        // What an error says, and where a line of the file stands, are not the client's.
        ["by", "error", "reason"].iter().for_each(|name| drop(members.remove(*name)));
    }
    let kind = told.get("kind").and_then(Value::as_str).unwrap_or("happening").to_owned();
    // JSON has no line ends in it.
    Event::default().event(kind).data(told.to_string())
}
