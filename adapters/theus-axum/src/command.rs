//! A process that is open to the outside.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use theus_core::audit::Explanation;
use theus_core::engine::{AnyProcess, ProcessError};
use theus_core::process::{Contract, Gives, OnDomain, OnGlobal, Process, WithEffects};
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::SessionRunError;
use theus_core::{Context, Engine, Shape};

use crate::problem::{Kind, Problem};

/// A process that is open to the outside, whatever its types.
pub(crate) struct Command<D: Context, G: Context, E> {
    pub(crate) contract: &'static Contract,
    pub(crate) run: fn(Call<D, G, E>) -> Running,
    pub(crate) explain: Explain<D, G, E>,
    pub(crate) shape: fn() -> CommandShape,
}

/// What is known of its types, and what its documentation says.
pub(crate) struct CommandShape {
    pub(crate) contract: &'static Contract,
    pub(crate) doc: &'static str,
    pub(crate) argument_docs: &'static [&'static str],
    pub(crate) arguments: Vec<Shape>,
    pub(crate) output: Gives,
    /// Of each declared error.
    pub(crate) errors: Vec<Gives>,
}

impl CommandShape {
    fn of<P: Process>() -> Self {
        Self {
            contract: const { &P::CONTRACT },
            doc: P::DOC,
            argument_docs: P::ARGUMENT_DOCS,
            arguments: P::argument_shapes(),
            output: P::gives(),
            errors: P::error_shapes(),
        }
    }
}

/// What the rules would say to it, with these arguments.
type Explain<D, G, E> = fn(&Engine<D, G, E>, &Value) -> Result<Explanation, Problem>;

/// One call of it.
pub(crate) struct Call<D: Context, G: Context, E> {
    /// The pool, and the name of the session in it.
    pub(crate) sessions: Arc<Sessions<D, G, E>>,
    pub(crate) session: String,
    /// The body.
    pub(crate) arguments: Value,
    /// The `Idempotency-Key`.
    pub(crate) key: Option<String>,
    /// How long it may take.
    pub(crate) time: Duration,
}

pub(crate) type Running = Pin<Box<dyn Future<Output = Result<Value, Problem>> + Send>>;

impl<D: Context, G: Context, E: Send + Sync + 'static> Command<D, G, E> {
    pub(crate) fn of<P>() -> Self
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Output: Serialize + DeserializeOwned + Send,
    {
        Self {
            contract: const { &P::CONTRACT },
            run: run::<P, D, G, E>,
            explain: explain::<P, D, G, E>,
            shape: CommandShape::of::<P>,
        }
    }
}

fn run<P, D: Context, G: Context, E: Send + Sync + 'static>(call: Call<D, G, E>) -> Running
where
    P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    P::Output: Serialize + DeserializeOwned + Send,
{
    Box::pin(async move {
        let Call { sessions, session, arguments, key, time } = call;
        let command = sessions.pool_engine().command::<P>(&arguments)?;
        let run = sessions.run(&session, command);
        let run = match key {
            None => run,
            Some(key) => run.once(&key),
        };
        // Dropped, it is rolled back.
        match tokio::time::timeout(time, run).await {
            Ok(ran) => output::<P>(ran),
            Err(_) => Err(late(P::CONTRACT.process, time)),
        }
    })
}

fn output<P: Process<Output: Serialize>>(ran: Result<P::Output, SessionRunError<P::Error>>) -> Result<Value, Problem> {
    let output = ran.map_err(|error| match error {
        SessionRunError::Run(error) => error.map_process(ProcessError::new::<P>).into(),
        error => Problem::from(error),
    })?;
    // It has committed: what is wrong is the type's own code.
    serde_json::to_value(output).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))
}

fn late(process: &str, time: Duration) -> Problem {
    Problem::new(Kind::TimedOut).detail(format!("`{process}` was not done within {time:?}, and changed nothing"))
}

fn explain<P, D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    arguments: &Value,
) -> Result<Explanation, Problem>
where
    P: Process + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
{
    let command = engine.command::<P>(arguments)?;
    Ok(engine.explain(&command)?)
}
