//! A limit for what is asked of an engine.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use super::any::AnyProcess;
use super::handle::Engine;
use super::pipeline::{self, By};
use super::report::Report;
use super::snapshot::Snapshot;
#[cfg(feature = "recipes")]
use crate::audit::Explanation;
use crate::context::Context;
use crate::panics::{DropCaught, Handle};
#[cfg(feature = "recipes")]
use crate::process::Process;
use crate::process::{OnDomain, OnGlobal, RunError, SyncProcess, WithEffects};
use crate::signal::Event;
use crate::transaction::Limit;

/// An engine that gives up in time: see [`Engine::within`].
#[derive(Debug)]
#[must_use]
pub struct Within<'e, D: Context, G: Context = (), E = ()> {
    engine: &'e Engine<D, G, E>,
    at_most: Duration,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// A limit for the next run or look: either it is done within this time, or it is [`TimedOut`](RunError::TimedOut) and
    /// nothing is changed. `Ok` says that it was committed in time.
    ///
    /// The time covers all of it: waiting for the session, also where an `async` run has it to itself; the body; attempts that
    /// are made again. An `async` body that is not done by then is dropped at its next await, and rolled back. The body of a
    /// plain `fn` cannot be interrupted: one that returns too late is rolled back then. One that says
    /// [`blocking`](macro@crate::process#a-body-that-blocks) is let go of by `run_async`, and goes on for nothing. Effects that a body has had by then are
    /// not undone. A sink of audit records that keeps the engine waiting is not bounded by it.
    ///
    /// For [`run_async`](Within::run_async) the time begins with the first poll. No runtime is needed for it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use theus_core::prelude::*;
    ///
    /// # #[derive(Clone, Default, Context)]
    /// # struct Tank { level: i64 }
    /// # #[process(inputs = [domain.level], outputs = [domain.level])]
    /// # fn fill(ctx: Ctx<Tank>, litres: i64) { *ctx.domain.level += litres; }
    /// # #[process(inputs = [domain.level], outputs = [domain.level])]
    /// # async fn fill_for_ever(ctx: Ctx<Tank>) { std::future::pending::<()>().await; *ctx.domain.level += 1; }
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     loop {
    /// #         let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    /// #         if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut task) { return output; }
    /// #     }
    /// # }
    /// let engine = Engine::builder(Tank::default()).process::<Fill>().process::<FillForEver>().build()?;
    /// engine.within(Duration::from_secs(5)).run(Fill { litres: 2 })?;
    /// let late = block_on(engine.within(Duration::from_millis(5)).run_async(FillForEver {})).unwrap_err();
    /// assert_eq!(late.to_string(), "`fill_for_ever` was not done within its limit of 5ms: it was stopped and rolled back");
    /// assert_eq!(*engine.within(Duration::from_millis(50)).snapshot()?.level, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn within(&self, at_most: Duration) -> Within<'_, D, G, E> {
        Within { engine: self, at_most }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Within<'_, D, G, E> {
    fn limit(&self) -> Option<Limit> {
        Limit::from_now(self.at_most)
    }

    /// As [`Engine::run`], within the limit.
    ///
    /// # Errors
    /// [`RunError::TimedOut`], and as [`Engine::run`].
    pub fn run<P>(&self, command: P) -> Result<P::Output, RunError<P::Error>>
    where
        P: SyncProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        pipeline::run(&self.engine.core, DropCaught::new(command), self.limit().as_ref())
    }

    /// As [`Engine::run_reported`], within the limit.
    pub fn run_reported<P>(&self, command: P) -> Report<P>
    where
        P: SyncProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        pipeline::run_reported(&self.engine.core, DropCaught::new(command), By::Anyone, self.limit().as_ref())
    }

    /// As [`Engine::run_async`], within the limit.
    ///
    /// # Errors
    /// [`RunError::TimedOut`], and as [`Engine::run`].
    pub fn run_async<P>(
        &self,
        command: P,
    ) -> impl Future<Output = Result<P::Output, RunError<P::Error>>> + Send + use<P, D, G, E>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        let run = self.run_async_reported(command);
        async move { run.await.result }
    }

    /// As [`Engine::run_async_reported`], within the limit.
    pub fn run_async_reported<P>(&self, command: P) -> impl Future<Output = Report<P>> + Send + use<P, D, G, E>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        let (core, command, at_most) = (Handle::of(&self.engine.core), DropCaught::new(command), self.at_most);
        async move { P::run_on(core, command, Limit::from_now(at_most)).await }
    }

    /// As [`Engine::snapshot`], within the limit.
    ///
    /// # Errors
    /// [`RunError::TimedOut`], and as [`Engine::snapshot`].
    pub fn snapshot(&self) -> Result<Snapshot<D>, RunError<Infallible>> {
        self.engine.look(self.limit())
    }

    /// As [`Engine::next_event`], within the limit: that is for the session. It does not wait for an event.
    ///
    /// # Errors
    /// [`RunError::TimedOut`], and as [`Engine::next_event`].
    pub fn next_event(&self) -> Result<Option<Event>, RunError<Infallible>> {
        self.engine.take_event(self.limit())
    }

    #[cfg(feature = "recipes")]
    /// As [`Engine::explain`], within the limit.
    ///
    /// # Errors
    /// [`RunError::TimedOut`], and as [`Engine::explain`].
    pub fn explain<P>(&self, command: &P) -> Result<Explanation, RunError<Infallible>>
    where
        P: Process + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        pipeline::explain(&self.engine.core, command, self.limit())
    }
}
