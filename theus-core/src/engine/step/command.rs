//! A command as a step.

use std::sync::Arc;

use super::super::arguments::{self, ArgumentError};
use super::super::handle::Engine;
#[cfg(feature = "store")]
use super::super::pipeline;
use super::super::pipeline::{CoreOf, StateOf};
use super::super::turn::Turn;
use super::maker::StepMaker;
use super::named_report::{NamedFuture, NamedReport, RunNamed};
#[cfg(feature = "store")]
use super::port::Replayed;
use super::port::{Arguments, MadeStep, MakeStep, PreparedStep, StepFuture, StepRun};
use crate::context::Context;
use crate::panics::DropCaught;
use crate::process::Process;
#[cfg(feature = "store")]
use crate::store::EffectAnswer;
use crate::transaction::Lease;

struct Command<P>(DropCaught<P>);

impl<P> PreparedStep<CoreOf<P>, StateOf<P>> for Command<P>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    fn join<'a>(
        self: Box<Self>,
        core: &'a CoreOf<P>,
        lease: Option<&'a Lease<'a, StateOf<P>>>,
        turn: Turn,
    ) -> StepFuture<'a> {
        P::Kind::join(core, self.0, lease, turn)
    }
}

/// How the steps of a process are made.
pub(in crate::engine) const fn make<P>() -> MakeStep<CoreOf<P>, StateOf<P>>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    MakeStep {
        start: start::<P>,
        boxed: boxed::<P>,
        named: RunNamed { now: now::<P>, later: later::<P> },
        #[cfg(feature = "store")]
        replay: replay::<P>,
    }
}

#[cfg(feature = "store")]
fn replay<P>(core: &CoreOf<P>, command: &[u8], answers: Option<&[EffectAnswer]>) -> Replayed
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    if let Some(why) = pipeline::not_replayed(const { &P::CONTRACT }, answers) {
        return Replayed::TakenOver(why);
    }
    match crate::store::decode::<P>(command) {
        Ok(command) => P::Kind::replay(core, DropCaught::new(command), answers),
        Err(error) => Replayed::Failed(format!("its command does not fit its arguments any more: {error}")),
    }
}

fn start<P>(core: &Arc<CoreOf<P>>, arguments: Option<Arguments>, turn: Turn) -> Result<StepRun, ArgumentError>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    Ok(P::Kind::start(core, DropCaught::new(arguments::command::<P>(arguments)?), turn))
}

fn now<P>(core: &CoreOf<P>, arguments: Option<Arguments>) -> Result<NamedReport, ArgumentError>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    let command = DropCaught::new(arguments::command::<P>(arguments)?);
    P::Kind::now(core, command).ok_or(ArgumentError::Asynchronous { process: P::CONTRACT.process })
}

fn later<P>(core: &Arc<CoreOf<P>>, arguments: Option<Arguments>) -> Result<NamedFuture, ArgumentError>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    Ok(P::Kind::later(core, DropCaught::new(arguments::command::<P>(arguments)?)))
}

fn boxed<P>(arguments: Option<Arguments>) -> MadeStep<CoreOf<P>, StateOf<P>>
where
    P: Process,
    P::Kind: StepMaker<P>,
{
    Ok(Box::new(Command(DropCaught::new(arguments::command::<P>(arguments)?))))
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Starts a registered process by its name.
    pub(crate) fn start_step(
        &self,
        process: &str,
        arguments: Option<Arguments>,
        turn: Turn,
    ) -> Result<StepRun, ArgumentError> {
        (self.core.shared.registry.step(process)?.start)(&self.core, arguments, turn)
    }

    /// The number of the step that a run would be that began now.
    #[cfg(feature = "workflow")]
    pub(crate) fn step_number(&self) -> u64 {
        self.core.step_number()
    }
}
