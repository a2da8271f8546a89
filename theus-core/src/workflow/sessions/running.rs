//! A run in a session beside its workflow, from the first poll to its end.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};
use std::time::{Duration, Instant};

use super::awaited::Unpark;
use super::error::SessionError;
use super::run_error::SessionRunError;
use super::shared::SharedPool;
use super::slot::{Slot, must_not_wait};
use crate::context::Context;
use crate::engine::Engine;
use crate::process::RunError;

/// A run of the engine.
pub(super) type EngineRun<T, X> = Pin<Box<dyn Future<Output = Result<T, RunError<X>>> + Send>>;

/// A run in a session.
pub(super) struct Running<D: Context, G: Context, E, T, X> {
    shared: Arc<SharedPool<D, G, E>>,
    pub(super) session: Arc<str>,
    /// None before it is polled, and after it is over.
    under_way: Option<UnderWay<D, G, E, T, X>>,
}

/// What goes together, in the order in which it is let go of: the run first.
struct UnderWay<D: Context, G: Context, E, T, X> {
    run: EngineRun<T, X>,
    /// Held: one that somebody runs something in stays in memory.
    _slot: Arc<Slot<D, G, E>>,
    _counted: Counted<D, G, E>,
}

/// One of the [`Runs`].
struct Counted<D: Context, G: Context, E>(Arc<SharedPool<D, G, E>>);

impl<D: Context, G: Context, E> Counted<D, G, E> {
    fn new(shared: &Arc<SharedPool<D, G, E>>) -> Self {
        shared.runs.begins();
        Self(Arc::clone(shared))
    }
}

impl<D: Context, G: Context, E> Drop for Counted<D, G, E> {
    fn drop(&mut self) {
        self.0.runs.ends();
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static, T, X> Running<D, G, E, T, X> {
    pub(super) fn new(shared: &Arc<SharedPool<D, G, E>>, session: &str) -> Self {
        Self { shared: Arc::clone(shared), session: session.into(), under_way: None }
    }

    /// Goes on; where it was not begun, `begin` gives the run.
    pub(super) fn poll(
        &mut self,
        task: &mut Task<'_>,
        begin: Option<impl FnOnce(&Engine<D, G, E>) -> Result<EngineRun<T, X>, SessionRunError<X>>>,
    ) -> Poll<Result<T, SessionRunError<X>>> {
        if let Some(begin) = begin {
            // Counted before it is looked whether the pool shuts down: it is waited for, or it is refused.
            let counted = Counted::new(&self.shared);
            let slot = self.shared.takes_events(&self.session)?;
            let run = begin(&slot.engine)?;
            self.under_way = Some(UnderWay { run, _slot: slot, _counted: counted });
        }
        let Some(under_way) = &mut self.under_way else { return Poll::Pending };
        let Poll::Ready(ran) = under_way.run.as_mut().poll(task) else { return Poll::Pending };
        self.under_way = None;
        Poll::Ready(ran.map_err(|error| SessionRunError::of(&self.session, error)))
    }

    /// The name of a process as its contract has it, which outlives whoever asks by it.
    pub(super) fn known_name(&self, process: &str) -> &'static str {
        let contracts = self.shared.engine.contracts();
        contracts.into_iter().find(|contract| contract.process == process).map_or("", |contract| contract.process)
    }
}

/// Polls until it is ready, with the thread blocked, for so long at most: `None` where that is over.
pub(super) fn wait<T>(
    session: &str,
    at_most: Duration,
    mut poll: impl FnMut(&mut Task<'_>) -> Poll<T>,
) -> Result<Option<T>, SessionError> {
    if must_not_wait() {
        return Err(SessionError::Nested { session: session.to_owned() });
    }
    let end = Instant::now().checked_add(at_most);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut task = Task::from_waker(&waker);
    loop {
        if let Poll::Ready(ready) = poll(&mut task) {
            return Ok(Some(ready));
        }
        match end.map(|end| end.saturating_duration_since(Instant::now())) {
            Some(left) if left.is_zero() => return Ok(None),
            Some(left) => std::thread::park_timeout(left),
            None => std::thread::park(),
        }
    }
}
