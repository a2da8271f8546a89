//! How a process of each kind is a step.

use std::sync::Arc;

use super::super::pipeline::{self, By, CoreOf, StateOf};
use super::super::turn::Turn;
use super::named;
use super::named_report::{NamedFuture, NamedReport};
#[cfg(feature = "store")]
use super::port::Replayed;
use super::port::{StepFuture, StepRun};
use super::report::StepReport;
use crate::panics::DropCaught;
use crate::process::{AsyncProcess, Asynchronous, Blocking, BlockingProcess, Plain, Process, SyncProcess};
#[cfg(feature = "store")]
use crate::store::EffectAnswer;
use crate::transaction::Lease;

/// How a workflow runs a process of this kind.
#[allow(private_interfaces, reason = "only the engine calls it, for the kinds that there are")]
pub trait StepMaker<P: Process> {
    /// Runs the command, or begins to.
    #[doc(hidden)]
    fn start(core: &Arc<CoreOf<P>>, command: DropCaught<P>, turn: Turn) -> StepRun;

    /// Runs the command of a journal again, on a session of its own.
    #[cfg(feature = "store")]
    #[doc(hidden)]
    fn replay(core: &CoreOf<P>, command: DropCaught<P>, answers: Option<&[EffectAnswer]>) -> Replayed;

    /// Runs the command for somebody who has told its name; none of an `async fn`, which is not run.
    #[doc(hidden)]
    fn now(core: &CoreOf<P>, command: DropCaught<P>) -> Option<NamedReport>;

    /// The same as a task, of either kind.
    #[doc(hidden)]
    fn later(core: &Arc<CoreOf<P>>, command: DropCaught<P>) -> NamedFuture;

    /// Runs the command beside others: within their lease, where there is one.
    #[doc(hidden)]
    fn join<'a>(
        core: &'a CoreOf<P>,
        command: DropCaught<P>,
        lease: Option<&'a Lease<'a, StateOf<P>>>,
        turn: Turn,
    ) -> StepFuture<'a>;
}

#[allow(private_interfaces, reason = "see the trait")]
impl<P: SyncProcess> StepMaker<P> for Plain {
    fn now(core: &CoreOf<P>, command: DropCaught<P>) -> Option<NamedReport> {
        Some(named::plain_now(core, command))
    }

    fn later(core: &Arc<CoreOf<P>>, command: DropCaught<P>) -> NamedFuture {
        named::plain_later(core, command)
    }

    #[cfg(feature = "store")]
    fn replay(core: &CoreOf<P>, command: DropCaught<P>, answers: Option<&[EffectAnswer]>) -> Replayed {
        pipeline::replay(core, command, answers)
    }

    fn start(core: &Arc<CoreOf<P>>, command: DropCaught<P>, turn: Turn) -> StepRun {
        match pipeline::try_run_reported(core, command, By::Workflow { step: Some(turn) }) {
            Ok(report) => StepRun::Done(StepReport::of(report, turn)),
            // Who drives the workflow may be who must go on with the run that has the session.
            Err(command) => {
                let core = Arc::clone(core);
                StepRun::Pending(Box::pin(async move {
                    let by = By::Workflow { step: Some(turn) };
                    StepReport::of(pipeline::run_plain_async(&core, command, by, None).await, turn)
                }))
            }
        }
    }

    fn join<'a>(
        core: &'a CoreOf<P>,
        command: DropCaught<P>,
        lease: Option<&'a Lease<'a, StateOf<P>>>,
        turn: Turn,
    ) -> StepFuture<'a> {
        Box::pin(async move {
            let report = match lease {
                Some(lease) => pipeline::run_within(core, command, lease, turn),
                None => pipeline::run_plain_async(core, command, By::Workflow { step: Some(turn) }, None).await,
            };
            StepReport::of(report, turn)
        })
    }
}

#[allow(private_interfaces, reason = "see the trait")]
impl<P: AsyncProcess> StepMaker<P> for Asynchronous {
    fn now(_: &CoreOf<P>, command: DropCaught<P>) -> Option<NamedReport> {
        drop(command);
        None
    }

    fn later(core: &Arc<CoreOf<P>>, command: DropCaught<P>) -> NamedFuture {
        named::later(core, command)
    }

    #[cfg(feature = "store")]
    fn replay(core: &CoreOf<P>, command: DropCaught<P>, answers: Option<&[EffectAnswer]>) -> Replayed {
        pipeline::replay_async(core, command, answers)
    }

    fn start(core: &Arc<CoreOf<P>>, command: DropCaught<P>, turn: Turn) -> StepRun {
        let core = Arc::clone(core);
        StepRun::Pending(Box::pin(async move {
            StepReport::of(pipeline::run_async(&core, command, By::Workflow { step: Some(turn) }, None).await, turn)
        }))
    }

    fn join<'a>(
        core: &'a CoreOf<P>,
        command: DropCaught<P>,
        lease: Option<&'a Lease<'a, StateOf<P>>>,
        turn: Turn,
    ) -> StepFuture<'a> {
        Box::pin(async move {
            let report = match lease {
                Some(lease) => pipeline::run_async_within(core, command, lease, turn).await,
                None => pipeline::run_async(core, command, By::Workflow { step: Some(turn) }, None).await,
            };
            StepReport::of(report, turn)
        })
    }
}

#[allow(private_interfaces, reason = "see the trait")]
impl<P: BlockingProcess> StepMaker<P> for Blocking {
    fn now(core: &CoreOf<P>, command: DropCaught<P>) -> Option<NamedReport> {
        Some(named::plain_now(core, command))
    }

    fn later(core: &Arc<CoreOf<P>>, command: DropCaught<P>) -> NamedFuture {
        named::later(core, command)
    }

    #[cfg(feature = "store")]
    fn replay(core: &CoreOf<P>, command: DropCaught<P>, answers: Option<&[EffectAnswer]>) -> Replayed {
        pipeline::replay(core, command, answers)
    }

    fn start(core: &Arc<CoreOf<P>>, command: DropCaught<P>, turn: Turn) -> StepRun {
        let core = Arc::clone(core);
        StepRun::Pending(Box::pin(async move {
            StepReport::of(pipeline::run_async(&core, command, By::Workflow { step: Some(turn) }, None).await, turn)
        }))
    }

    fn join<'a>(
        core: &'a CoreOf<P>,
        command: DropCaught<P>,
        lease: Option<&'a Lease<'a, StateOf<P>>>,
        turn: Turn,
    ) -> StepFuture<'a> {
        Box::pin(async move {
            let report = match lease {
                Some(lease) => pipeline::run_async_within(core, command, lease, turn).await,
                None => pipeline::run_async(core, command, By::Workflow { step: Some(turn) }, None).await,
            };
            StepReport::of(report, turn)
        })
    }
}
