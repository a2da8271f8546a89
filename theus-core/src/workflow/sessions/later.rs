//! Events from outside that wait for room.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context as Task, Poll, Waker, ready};
use std::time::Duration;

use super::emit::ToEvent;
use super::error::SessionError;
use super::handle::Sessions;
use super::pending::{Pending, Turn};
use super::running::wait;
use super::shared::SharedPool;
use super::slot::Slot;
use crate::context::Context;
use crate::signal::{BusFull, EmitError, EventName, EventNameError, Origin, Payload};

/// An event for a session that waits for room, made by [`Sessions::emit_async`]: a future, or [`wait`](Self::wait) for it. It is sent when
/// it is waited for; dropped before it is ready, it is not.
#[must_use = "it is sent when it is waited for"]
pub struct EmitLater<D: Context, G: Context, E> {
    shared: Arc<SharedPool<D, G, E>>,
    session: Arc<str>,
    event: Result<EventName, EventNameError>,
    /// As it was written.
    written: String,
    payload: Payload,
    is_urgent: bool,
    stands: Stands<D, G, E>,
}

enum Stands<D: Context, G: Context, E> {
    Begins,
    /// In the line of the pool.
    InPool(Arc<Turn>),
    /// In the line of a session, which is held: what somebody waits for is not let go of.
    AtSession(Arc<Turn>, Arc<Slot<D, G, E>>),
    Over,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// As [`emit_with`](Self::emit_with), and waits for room without blocking a thread: in the pool, where it has a
    /// [limit](super::SessionsBuilder::pending), and on the bus of the session. Whoever comes first is served first; who emits without
    /// waiting has no place that others wait for in the pool. It assumes no runtime.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Meter { total: i64 }
    /// # #[process(inputs = [domain.total], outputs = [domain.total])]
    /// # fn add(ctx: Ctx<Meter>, n: i64) { *ctx.domain.total += n; }
    /// # let engine = Engine::builder(Meter::default()).process::<Add>().build()?;
    /// # let flow = r#"
    /// # external: [CMD_READ]
    /// # states: { ON: { events: { CMD_READ: { steps: { run: add, with: { n: "${ event.n }" } } } } } }
    /// # "#;
    /// use serde_json::json;
    ///
    /// let meters = Sessions::of_text(&engine, "meter.yaml", flow)?.workers(1).pending(16).start()?;
    /// meters.open("one", Meter::default())?;
    /// for n in 0..1_000 {
    ///     // In async code: `meters.emit_async("one", "CMD_READ", json!({ "n": n })).await?`
    ///     meters.emit_async("one", "CMD_READ", json!({ "n": n })).wait(Duration::from_secs(5))?;
    /// }
    /// assert!(meters.wait_until_idle(Duration::from_secs(5)));
    /// assert_eq!(*meters.engine("one")?.snapshot()?.total, 499_500);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// It is for buses that refuse what they have no room for, as they do where nothing else is said: one whose
    /// [`Overflow`](crate::signal::Overflow) is `Wait` blocks the thread first.
    ///
    /// # Errors
    /// As [`emit_with`](Self::emit_with), but for the want of room.
    pub fn emit_async(&self, session: &str, event: impl ToEvent, payload: impl Into<Payload>) -> EmitLater<D, G, E> {
        EmitLater {
            shared: Arc::clone(&self.shared),
            session: session.into(),
            event: event.named().map(Cow::into_owned),
            written: event.written(),
            payload: payload.into(),
            is_urgent: false,
            stands: Stands::Begins,
        }
    }

    /// How many events wait for room to be counted against the [limit](super::SessionsBuilder::pending) of the pool: those that were
    /// emitted and that no session has taken. None where there is no limit.
    #[must_use]
    pub fn pending(&self) -> Option<usize> {
        self.shared.pending.as_ref().map(Pending::taken)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> EmitLater<D, G, E> {
    /// It overtakes all that wait in the session and are not urgent; not those who wait for room.
    pub const fn urgent(mut self) -> Self {
        self.is_urgent = true;
        self
    }

    /// Waits with the thread blocked, for so long at most. Where the sessions are [`stepped`](super::SessionsBuilder::stepped) it is for
    /// whoever steps them.
    ///
    /// # Errors
    /// As [`Sessions::emit_async`]; [`SessionError::NoRoom`] where the time is over: it is not sent.
    pub fn wait(mut self, at_most: Duration) -> Result<(), SessionError> {
        let session = Arc::clone(&self.session);
        let waited = wait(&session, at_most, |task| self.poll_by(task.waker()))?;
        waited.unwrap_or_else(|| Err(SessionError::NoRoom { session: session.to_string(), waited: at_most }))
    }

    fn poll_by(&mut self, waker: &Waker) -> Poll<Result<(), SessionError>> {
        let mut was_called = false;
        loop {
            match &self.stands {
                Stands::Over => return Poll::Pending,
                Stands::Begins => {
                    // What is refused anyway does not wait.
                    let slot = self.shared.takes_events(&self.session)?;
                    drop(slot);
                    if let Some(turn) = self.shared.pending.as_ref().and_then(Pending::take_or_line_up) {
                        self.stands = Stands::InPool(turn);
                        continue;
                    }
                }
                Stands::InPool(turn) => ready!(turn.poll(waker)),
                Stands::AtSession(turn, _) => {
                    ready!(turn.poll(waker));
                    was_called = true;
                    self.stands = Stands::Begins;
                    continue;
                }
            }
            // He has a place in the pool, which goes with the event or is given back.
            self.stands = Stands::Over;
            match self.send() {
                Err((slot, BusFull { capacity, .. })) => {
                    let turn = self.shared.rooms.line_up(slot.home(), was_called);
                    // There may be room since, or nobody may make any.
                    if slot.engine.bus().len() < capacity || slot.has_ended() || self.shared.is_closing() {
                        self.shared.rooms.call(slot.home(), 1);
                    }
                    self.stands = Stands::AtSession(turn, slot);
                }
                Ok(sent) => return Poll::Ready(sent),
            }
        }
    }

    /// Sends it, with the place that it has; or there is no room in the session.
    #[allow(clippy::type_complexity, reason = "said once")]
    fn send(&self) -> Result<Result<(), SessionError>, (Arc<Slot<D, G, E>>, BusFull)> {
        let gives_back = |error| {
            if let Some(pending) = &self.shared.pending {
                pending.give_back(1);
            }
            error
        };
        let slot = match self.shared.takes_events(&self.session) {
            Ok(slot) => slot,
            Err(error) => return Ok(Err(gives_back(error))),
        };
        let event = match &self.event {
            Ok(event) => event,
            Err(error) => {
                let session = self.session.to_string();
                return Ok(Err(gives_back(SessionError::Emit { session, source: error.clone().into() })));
            }
        };
        let brought = (Some(self.payload.clone()), self.is_urgent, Origin::External);
        match self.shared.bring_with_place(&slot, event, || self.written.clone(), brought) {
            Err(SessionError::Emit { source: EmitError::Full(full), .. }) if full.capacity > 0 => Err((slot, full)),
            sent => Ok(sent),
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    /// It may have taken an event: who waits for room has it.
    #[inline(never)]
    pub(super) fn has_room(&self, shared: &SharedPool<D, G, E>) {
        if let Some(pending) = &shared.pending {
            self.counts(pending, 0);
        }
        let room = if self.has_ended() { usize::MAX } else { self.engine.bus().room() };
        if room > 0 {
            shared.rooms.call(self.home, room);
        }
    }

    /// So many more events on its bus have a place in the pool; the places of those that wait there no longer are given back. What
    /// comes in another way, and waits, may keep one for a while.
    pub(super) fn counts(&self, pending: &Pending, more: usize) {
        pending.count(self.home, more, || if self.has_ended() { 0 } else { self.engine.bus().len() });
    }

    /// Whether it handles no more events, or has left the pool.
    pub(super) fn has_ended(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Future for EmitLater<D, G, E> {
    type Output = Result<(), SessionError>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        self.get_mut().poll_by(task.waker())
    }
}

impl<D: Context, G: Context, E> Unpin for EmitLater<D, G, E> {}

impl<D: Context, G: Context, E> Drop for EmitLater<D, G, E> {
    fn drop(&mut self) {
        match &self.stands {
            Stands::Begins | Stands::Over => {}
            Stands::InPool(turn) => {
                if turn.leave()
                    && let Some(pending) = &self.shared.pending
                {
                    pending.give_back(1);
                }
            }
            Stands::AtSession(turn, slot) => {
                // Who was called and does not come leaves the room to the next.
                if turn.leave() {
                    self.shared.rooms.call(slot.home, 1);
                }
            }
        }
    }
}

impl<D: Context, G: Context, E> fmt::Debug for EmitLater<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmitLater").field("session", &self.session).finish_non_exhaustive()
    }
}
