//! What the registry knows of a step: that it can be made of arguments, and started.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::arguments::ArgumentError;
use super::super::turn::Turn;
use super::named_report::RunNamed;
use super::report::StepReport;
#[cfg(feature = "store")]
use crate::effect::Parted;
#[cfg(feature = "store")]
use crate::store::{EffectAnswer, Part};
use crate::transaction::Lease;

/// The arguments of a step, by their names.
pub(crate) type Arguments = Map<String, Value>;

/// A step that was started.
pub(crate) enum StepRun {
    /// A plain `fn`: it is done.
    Done(StepReport),
    /// An `async fn`, or a `fn` that blocks on a thread of its own. Dropping it before it is ready rolls the run back.
    Pending(StepFuture<'static>),
}

pub(crate) type StepFuture<'a> = Pin<Box<dyn Future<Output = StepReport> + Send + 'a>>;

/// A command whose type is known no more, on an engine of cores `C` whose sessions have states `S`.
pub(in crate::engine) trait PreparedStep<C, S>: Send {
    /// Runs it beside others: within their lease, where there is one.
    fn join<'a>(self: Box<Self>, core: &'a C, lease: Option<&'a Lease<'a, S>>, turn: Turn) -> StepFuture<'a>;
}

/// A step, or why it cannot be made.
pub(in crate::engine) type MadeStep<C, S> = Result<Box<dyn PreparedStep<C, S>>, ArgumentError>;

/// What running a journal's command again has come to.
#[cfg(feature = "store")]
#[derive(Debug)]
pub(crate) enum Replayed {
    /// It has written this, and the state has it.
    Made(Vec<Part>),
    /// It was not run: what it had written is to be taken from the journal.
    TakenOver(&'static str),
    /// It asks its effects something else than it did.
    Parted(Parted),
    /// It does not come to an end well.
    Failed(String),
}

/// Runs a command of a journal again, with what its effects gave then, where that is known.
#[cfg(feature = "store")]
pub(in crate::engine) type ReplayFn<C> = fn(&C, &[u8], Option<&[EffectAnswer]>) -> Replayed;

/// Runs a step, or begins to.
pub(in crate::engine) type StartFn<C> = fn(&Arc<C>, Option<Arguments>, Turn) -> Result<StepRun, ArgumentError>;

/// Makes a step of its arguments.
pub(in crate::engine) struct MakeStep<C, S> {
    /// And runs it, or begins to: alone it is handed to nobody, and needs no box.
    pub(in crate::engine) start: StartFn<C>,
    /// To be run beside others.
    pub(in crate::engine) boxed: fn(Option<Arguments>) -> MadeStep<C, S>,
    /// To be run for somebody who tells its name.
    pub(in crate::engine) named: RunNamed<C>,
    /// Runs it again, of a journal's command: no gate is asked, nothing is recorded.
    #[cfg(feature = "store")]
    pub(in crate::engine) replay: ReplayFn<C>,
}
