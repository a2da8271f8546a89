//! A run out of a journal, made again: stages 3 to 5 and the commit. It passed its gates when it was made; the recipe may be
//! another by now.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::super::step::Replayed;
use super::catch::catch;
use super::drafts::Drafts;
use super::run::{CoreOf, ErrorOf, FieldsOf, Proposed, Run};
use super::workspace::Work;
use crate::context::Zone;
use crate::effect::Tape;
use crate::panics::{DropCaught, drop_caught};
use crate::process::{AsyncProcess, Contract, Process, RunError, SyncProcess};
use crate::store::{EffectAnswer, Part};
use crate::transaction::{Exchange, Order};

/// Why a process is not run again, where it is not: what it has seen is not in the journal.
pub(in crate::engine) fn not_replayed(contract: &Contract, answers: Option<&[EffectAnswer]>) -> Option<&'static str> {
    if !contract.effects.is_empty() && answers.is_none() {
        return Some("it has effects, whose answers are not in the journal");
    }
    if !contract.effects.is_empty() && cfg!(panic = "abort") {
        return Some("it has effects, and where a panic ends the program nothing that has some is made again");
    }
    let of_data = |zone: &Zone| matches!(zone, Zone::Data);
    match contract.inputs.iter().all(|input| of_data(&input.zone)) {
        true => None,
        false => Some("it reads a signal, or what is in the Meta zone, which is not in the journal"),
    }
}

/// Runs a plain `fn` again.
pub(in crate::engine) fn replay<P: SyncProcess>(
    core: &CoreOf<P>,
    mut command: DropCaught<P>,
    answers: Option<&[EffectAnswer]>,
) -> Replayed {
    let Ok(mut state) = core.session.hold(|| core.request(P::CONTRACT.process, None)) else { return in_use() };
    let mut drafts = Drafts::<P>::of(&mut state);
    let mut local = DropCaught::none();
    let order = order(answers, true);
    let mut stages = || {
        let local = local.get_or_insert_with(P::Local::default);
        let Some(command) = command.take() else {
            return Err(Box::new(RunError::Nested { process: P::CONTRACT.process }));
        };
        let guard = Run::<P>::guard(&core.shared, &mut drafts.fields, local, &order);
        Run::execute(command, guard)
    };
    let proposed = catch::<P, _>(&mut stages);
    match order.exchanged(P::CONTRACT.process).parted {
        Some(parted) => Replayed::Parted(parted),
        None => commit::<P>(core, &mut drafts, proposed),
    }
}

/// Runs an `async fn` again: its effects answer at once, and it has nothing to wait for but itself.
pub(in crate::engine) fn replay_async<P: AsyncProcess>(
    core: &CoreOf<P>,
    mut command: DropCaught<P>,
    answers: Option<&[EffectAnswer]>,
) -> Replayed {
    let Ok(mut state) = core.session.hold(|| core.request(P::CONTRACT.process, None)) else { return in_use() };
    let Some(command) = command.take() else { return in_use() };
    let mut work = Work::<P>::new(Run::<P>::lock(&mut state), DropCaught::none());
    {
        let mut run = pin!(work.execute_async(core, order(answers, false), Ok(command), None, None));
        let mut task = Context::from_waker(Waker::noop());
        // It may let others have their turn between.
        let is_done = (0..MOST_POLLS).any(|_| matches!(run.as_mut().poll(&mut task), Poll::Ready(())));
        if !is_done {
            return Replayed::TakenOver("it awaits something, which is not in the journal");
        }
    }
    if let Some(parted) = work.exchanged.parted.take() {
        return Replayed::Parted(parted);
    }
    let mut drafts = Drafts::<P>::of(&mut state);
    let Some(proposed) = work.proposed.take() else { return in_use() };
    P::stage_writes(&mut drafts.fields, &mut work.fields);
    let replayed = commit::<P>(core, &mut drafts, proposed);
    P::clear(&mut work.fields);
    replayed
}

const MOST_POLLS: u32 = 10_000;

/// Stage 3, with what its effects gave.
fn order(answers: Option<&[EffectAnswer]>, in_order: bool) -> Order {
    match answers {
        Some(answers) => Order::exchanging(Exchange::new(Some(Tape::replaying(answers, in_order)), None, 0)),
        None => Order::default(),
    }
}

fn in_use() -> Replayed {
    Replayed::Failed("the session that it is run in is in use".to_owned())
}

fn commit<P: Process>(core: &CoreOf<P>, drafts: &mut Drafts<'_, P>, proposed: Proposed<P>) -> Replayed {
    let parts = match proposed {
        Ok(output) => {
            drop_caught(output);
            parts::<P>(core, &drafts.fields)
        }
        Err(error) => Err(*error),
    };
    match parts {
        Ok(parts) => {
            let version = drafts.version().wrapping_add(1);
            drafts.commit(version);
            Replayed::Made(parts)
        }
        Err(error) => Replayed::Failed(error.to_string()),
    }
}

/// What a run has written: values say it themselves, which is code of a user's types.
pub(super) fn parts<P: Process>(core: &CoreOf<P>, fields: &FieldsOf<P>) -> Result<Vec<Part>, ErrorOf<P>> {
    let (Some(durable), Some(registered)) = (&core.shared.durable, core.shared.registry.get::<P>()) else {
        return Ok(Vec::new());
    };
    let mut parts = Vec::new();
    let outputs = durable.outputs.get(registered.place).map_or(&[][..], |outputs| outputs);
    let written = catch::<P, _>(|| {
        (durable.fields.written)(fields, outputs, &mut parts).map_err(RunError::Store)?;
        Ok(())
    });
    written.map_err(|error| *error)?;
    Ok(parts)
}
