//! Runs in the sessions of a pool, beside their workflows.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use serde_json::Value;

use super::handle::Sessions;
use super::run_error::SessionRunError;
use super::running::{EngineRun, Running, wait};
use crate::context::Context;
use crate::engine::{AnyProcess, Engine, ProcessError};
use crate::process::{OnDomain, OnGlobal, Process, TimedOut, WithEffects};

/// A run of a command in a session, made by [`Sessions::run`]: a future, or [`wait`](Self::wait) for it. It begins when it is waited for
/// first. Dropped before it is ready, it is rolled back.
#[must_use = "it begins when it is waited for"]
pub struct SessionRun<D: Context, G: Context, E, P: Process> {
    running: Running<D, G, E, P::Output, P::Error>,
    /// None when it was begun.
    command: Option<P>,
    /// Under which key, where under one.
    key: Option<Arc<str>>,
    begin: Begin<D, G, E, P>,
}

/// How the engine is asked for the run.
type Begin<D, G, E, P> =
    fn(&Engine<D, G, E>, P, Option<Arc<str>>) -> EngineRun<<P as Process>::Output, <P as Process>::Error>;

/// A run of a process by its name, made by [`Sessions::run_named`]: a future, or [`wait`](Self::wait) for it. It begins when it is waited
/// for first. Dropped before it is ready, it is rolled back.
#[must_use = "it begins when it is waited for"]
pub struct NamedRun<D: Context, G: Context, E> {
    running: Running<D, G, E, Option<Value>, ProcessError>,
    process: String,
    /// None when it was begun.
    arguments: Option<Value>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// Runs a command in a session, beside its workflow: any kind of process, under the engine's contract, rules and interlock. It is the
    /// run that [`Engine::run_async`] makes on the session's [engine](Self::engine); signals that it raises are handled by the workflow,
    /// as events that are emitted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// use theus_core::prelude::*;
    /// use theus_core::workflow::Sessions;
    ///
    /// #[derive(Clone, Default, Context)]
    /// struct Card { limit: i64, sig_raised: bool }
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// #[error("{0} is no limit")]
    /// struct NoLimit(i64);
    ///
    /// #[process(outputs = [domain.limit, domain.sig_raised], errors = [NoLimit])]
    /// fn raise(ctx: Ctx<Card>, to: i64) -> Result<i64, NoLimit> {
    ///     if to < 0 { return Err(NoLimit(to)); }
    ///     ctx.domain.limit.set(to);
    ///     ctx.domain.sig_raised.set(true);
    ///     Ok(to)
    /// }
    ///
    /// let flow = "states: { PLAIN: { events: { SIG_RAISED: GOLD } }, GOLD: { events: { SIG_RAISED: GOLD } } }";
    /// let engine = Engine::builder(Card::default()).process::<Raise>().build()?;
    /// let cards = Sessions::of_text(&engine, "card.yaml", flow)?.workers(1).start()?;
    /// cards.open("ann", Card::default())?;
    /// let second = Duration::from_secs(1);
    /// // In async code: `cards.run("ann", Raise { to: 500 }).await?`
    /// assert_eq!(cards.run("ann", Raise { to: 500 }).wait(second)?, 500);
    /// cards.wait_for("ann", "GOLD", second)?;
    /// let refused = cards.run("ann", Raise { to: -1 }).wait(second).unwrap_err();
    /// assert_eq!(refused.process_error().unwrap().0, -1);
    /// assert!(cards.run("bob", Raise { to: 1 }).wait(second).is_err(), "there is no such session");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A session that is paused is run in all the same: its workflow is what goes on later. [`shut_down`](Self::shut_down) waits for
    /// runs that were begun.
    ///
    /// # Errors
    /// When it is waited for: [`SessionRunError::Session`], with [`Unknown`](super::SessionError::Unknown), [`Over`](super::SessionError::Over)
    /// or [`ShutDown`](super::SessionError::ShutDown); [`SessionRunError::Run`] with what becomes of the run.
    pub fn run<P>(&self, session: &str, command: P) -> SessionRun<D, G, E, P>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        let begin = |engine: &Engine<D, G, E>, command: P, _: Option<Arc<str>>| -> EngineRun<P::Output, P::Error> {
            Box::pin(engine.run_async(command))
        };
        SessionRun { running: Running::new(&self.shared, session), command: Some(command), key: None, begin }
    }

    /// As [`run`](Self::run), of a registered process by its name, with its arguments as JSON: for commands over a network. What it
    /// gives is JSON too, none where its type is not `Serialize`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Card { limit: i64 }
    /// # #[process(outputs = [domain.limit])]
    /// # fn raise(ctx: Ctx<Card>, to: i64) -> i64 { ctx.domain.limit.set(to); to }
    /// # let engine = Engine::builder(Card::default()).process::<Raise>().build()?;
    /// # let cards = Sessions::of_text(&engine, "card.yaml", "states: { PLAIN: { events: { EVT_CHAIN_DONE: PLAIN } } }")?.workers(1).start()?;
    /// # cards.open("ann", Card::default())?;
    /// # let second = Duration::from_secs(1);
    /// use serde_json::json;
    ///
    /// assert_eq!(cards.run_named("ann", "raise", &json!({ "to": 500 })).wait(second)?, Some(json!(500)));
    /// let wrong = cards.run_named("ann", "raise", &json!({ "too": 500 })).wait(second).unwrap_err();
    /// assert!(wrong.to_string().contains("did you mean `to`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run); [`SessionRunError::Arguments`] where there is no such process, or the arguments are not its own.
    pub fn run_named(&self, session: &str, process: &str, arguments: &Value) -> NamedRun<D, G, E> {
        let (process, arguments) = (process.to_owned(), Some(arguments.clone()));
        NamedRun { running: Running::new(&self.shared, session), process, arguments }
    }
}

#[cfg(feature = "store")]
impl<D: Context, G: Context, E: Send + Sync + 'static, P> SessionRun<D, G, E, P>
where
    P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    P::Output: serde::Serialize + serde::de::DeserializeOwned,
{
    /// Once under this key, for a session that a store keeps: whoever asks again with the same command is given the answer of then, in
    /// this program or a later one. See [`Engine::run_once`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Card { spent: i64 }
    /// # #[process(inputs = [domain.spent], outputs = [domain.spent])]
    /// # fn spend(ctx: Ctx<Card>, amount: i64) -> i64 { *ctx.domain.spent += amount; *ctx.domain.spent }
    /// # let engine = Engine::builder(Card::default()).process::<Spend>().store(MemoryStore::new()).build()?;
    /// # let flow = "states: { PLAIN: { events: { EVT_CHAIN_DONE: PLAIN } } }";
    /// # let cards = Sessions::of_text(&engine, "card.yaml", flow)?.workers(1).start()?;
    /// # cards.open("ann", Card::default())?;
    /// let second = Duration::from_secs(1);
    /// assert_eq!(cards.run("ann", Spend { amount: 5 }).once("request 8f2").wait(second)?, 5);
    /// assert_eq!(cards.run("ann", Spend { amount: 5 }).once("request 8f2").wait(second)?, 5, "the answer of then");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// When it is waited for, it fails as [`Engine::run_once`] does, with [`StoreError::NotKept`](crate::store::StoreError::NotKept)
    /// where no store keeps the session.
    pub fn once(mut self, key: &str) -> Self {
        self.key = Some(key.into());
        self.begin = |engine, command, key| {
            let engine = engine.clone();
            Box::pin(async move { engine.run_once_async(key.as_deref().unwrap_or_default(), command).await })
        };
        self
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static, P: Process> SessionRun<D, G, E, P> {
    /// Waits with the thread blocked, for so long at most.
    ///
    /// # Errors
    /// As [`Sessions::run`]; [`RunError::TimedOut`](crate::RunError::TimedOut) where the time is over: it was stopped and rolled back. A
    /// plain `fn` is not interrupted: it may take longer.
    pub fn wait(mut self, at_most: Duration) -> Result<P::Output, SessionRunError<P::Error>> {
        let session = Arc::clone(&self.running.session);
        let waited = wait(&session, at_most, |task| self.poll_by(task))?;
        waited.unwrap_or_else(|| Err(timed_out(P::CONTRACT.process, at_most)))
    }

    fn poll_by(&mut self, task: &mut Task<'_>) -> Poll<Result<P::Output, SessionRunError<P::Error>>> {
        let (begin, key) = (self.begin, self.key.take());
        let command = self.command.take();
        self.running.poll(task, command.map(|command| move |engine: &_| Ok(begin(engine, command, key))))
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> NamedRun<D, G, E> {
    /// Waits with the thread blocked, for so long at most.
    ///
    /// # Errors
    /// As [`Sessions::run_named`]; [`RunError::TimedOut`](crate::RunError::TimedOut) where the time is over, as for [`SessionRun::wait`].
    pub fn wait(mut self, at_most: Duration) -> Result<Option<Value>, SessionRunError<ProcessError>> {
        let session = Arc::clone(&self.running.session);
        let waited = wait(&session, at_most, |task| self.poll_by(task))?;
        waited.unwrap_or_else(|| Err(timed_out(self.running.known_name(&self.process), at_most)))
    }

    fn poll_by(&mut self, task: &mut Task<'_>) -> Poll<Result<Option<Value>, SessionRunError<ProcessError>>> {
        let (process, arguments) = (&self.process, self.arguments.take());
        let begin = arguments.map(|arguments| {
            move |engine: &Engine<D, G, E>| -> Result<EngineRun<_, _>, SessionRunError<_>> {
                let run = engine.run_named_async(process, &arguments)?;
                Ok(Box::pin(async move { run.await.result }))
            }
        });
        self.running.poll(task, begin)
    }
}

fn timed_out<X>(process: &'static str, at_most: Duration) -> SessionRunError<X> {
    SessionRunError::Run(crate::RunError::TimedOut(TimedOut::body(process, at_most)))
}

impl<D: Context, G: Context, E: Send + Sync + 'static, P: Process> Future for SessionRun<D, G, E, P> {
    type Output = Result<P::Output, SessionRunError<P::Error>>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        self.get_mut().poll_by(task)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Future for NamedRun<D, G, E> {
    type Output = Result<Option<Value>, SessionRunError<ProcessError>>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        self.get_mut().poll_by(task)
    }
}

impl<D: Context, G: Context, E, P: Process> Unpin for SessionRun<D, G, E, P> {}
impl<D: Context, G: Context, E> Unpin for NamedRun<D, G, E> {}

impl<D: Context, G: Context, E, P: Process> fmt::Debug for SessionRun<D, G, E, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SessionRun");
        shown.field("session", &self.running.session).field("process", &P::CONTRACT.process).finish_non_exhaustive()
    }
}

impl<D: Context, G: Context, E> fmt::Debug for NamedRun<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("NamedRun");
        shown.field("session", &self.running.session).field("process", &self.process).finish_non_exhaustive()
    }
}
