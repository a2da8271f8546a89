//! How a workflow runs processes: by name, with arguments out of a file, alone or side by side.

mod maker;
mod report;
mod together;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value};

use super::arguments::{self, ArgumentError};
use super::handle::Engine;
use super::session::State;
use crate::context::Context;
use crate::panics::ShedOnDrop;
use crate::process::Process;
use crate::transaction::Turn;

pub use maker::StepMaker;
pub use report::ProcessError;
pub(crate) use report::StepReport;
pub(crate) use together::{Mark, Marks, TogetherError, TogetherRun};

/// The arguments of a step, by their names.
pub(crate) type Arguments = Map<String, Value>;

/// A step that was started.
pub(crate) enum StepRun {
    /// A plain `fn`: it is done.
    Done(StepReport),
    /// An `async fn`. Dropping it before it is ready rolls the run back.
    Pending(StepFuture<'static>),
}

pub(crate) type StepFuture<'a> = Pin<Box<dyn Future<Output = StepReport> + Send + 'a>>;

/// The turn that steps side by side share.
type SharedTurn<'a, D> = Turn<'a, State<D>>;

/// A command whose type is known no more.
pub(super) trait Step<D: Context, G: Context, E>: Send {
    /// Runs it, or begins to.
    fn start(self: Box<Self>, engine: &Engine<D, G, E>) -> StepRun;
    /// Runs it beside others: within their turn, where there is one.
    fn join<'a>(self: Box<Self>, engine: &'a Engine<D, G, E>, turn: Option<&'a SharedTurn<'a, D>>) -> StepFuture<'a>;
}

/// A step, or why it cannot be made.
pub(super) type MadeStep<D, G, E> = Result<Box<dyn Step<D, G, E>>, ArgumentError>;

/// Makes a step of its arguments.
pub(super) type MakeStep<D, G, E> = fn(Option<Arguments>) -> MadeStep<D, G, E>;

struct Command<P>(ShedOnDrop<P>);

impl<P> Step<P::Domain, P::Global, P::Effects> for Command<P>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    fn start(self: Box<Self>, engine: &Engine<P::Domain, P::Global, P::Effects>) -> StepRun {
        P::Kind::start(engine, self.0)
    }

    fn join<'a>(
        self: Box<Self>,
        engine: &'a Engine<P::Domain, P::Global, P::Effects>,
        turn: Option<&'a SharedTurn<'a, P::Domain>>,
    ) -> StepFuture<'a> {
        P::Kind::join(engine, self.0, turn)
    }
}

/// How the steps of a process are made.
pub(super) fn make<P>(arguments: Option<Arguments>) -> MadeStep<P::Domain, P::Global, P::Effects>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    Ok(Box::new(Command(ShedOnDrop::new(arguments::command::<P>(arguments)?))))
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Starts a registered process by its name.
    pub(crate) fn start_step(&self, process: &str, arguments: Option<Arguments>) -> Result<StepRun, ArgumentError> {
        Ok(self.core.shared.registry.step(process, arguments)?.start(self))
    }
}
