//! The way of a plain `fn`: the session is held from the first stage to the last, drafts are opened in place.

use super::admission::{admitted, nested, not_held};
use super::catch::catch;
use super::drafts::Drafts;
use super::notes::Notes;
use super::outside;
use super::run::{
    Asked, By, CommittedOf, CoreOf, ErrorOf, FieldsOf, Proposed, RegisteredOf, ResultOf, Run, RunSummary, StateOf,
};
use super::start::tell;
use crate::audit::{Gate, Gates};
use crate::panics::{DropCaught, drop_caught};
use crate::process::SyncProcess;
use crate::transaction::Limit;

/// Waits for the session with the thread blocked.
#[inline(always)]
pub(super) fn held<P: SyncProcess>(
    asked: Asked<'_, P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let Asked { core, by, limit } = asked;
    let registered = match admitted::<P>(core) {
        Ok(registered) => registered,
        Err(error) => return refused::<P>(core, error, summary.is_none()),
    };
    // 2, before all. A run that is told goes where there is time for it.
    let free = if core.shared.telemetry.is_none() { core.session.try_hold() } else { None };
    let Some(mut state) = free else {
        return held_later(core, by, limit, registered, command, summary);
    };
    // Each by itself: a result as a whole is as large as its largest error, and would be copied so.
    match in_place::<P, false>(asked, registered, &mut state, command, summary) {
        Ok(output) => {
            state.release();
            Ok(output)
        }
        Err(error) => {
            state.release();
            Err(error)
        }
    }
}

/// What it is asked of comes in parts: what is handed over as a whole stands in memory from the start of the run.
#[cold]
#[inline(never)]
fn held_later<P: SyncProcess>(
    core: &CoreOf<P>,
    by: By,
    limit: Option<&Limit>,
    registered: &RegisteredOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let asked = Asked::new(core, by, limit);
    // Who wants a summary tells by himself.
    let told = if summary.is_none() { core.watch::<P>() } else { None };
    match told {
        None => held_at_last(asked, registered, command, summary),
        Some(told) => {
            let mut own = RunSummary::default();
            let result = {
                let _within = told.enter();
                held_at_last(asked, registered, command, Some(&mut own))
            };
            tell::<P>(Some(told), own.report(result)).result
        }
    }
}

fn held_at_last<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let mut state = asked.core.session.hold(|| asked.request()).map_err(not_held::<P>)?; // 2
    in_place_apart(asked, registered, &mut state, command, summary)
}

/// A run that does not begin is told, too.
#[cold]
#[inline(never)]
fn refused<P: SyncProcess>(core: &CoreOf<P>, error: ErrorOf<P>, is_told_here: bool) -> ResultOf<P> {
    let told = if is_told_here { core.watch::<P>() } else { None };
    match told {
        None => Err(error),
        Some(told) => tell::<P>(Some(told), RunSummary::default().report(Err(error))).result,
    }
}

/// Waits for the session with the thread blocked, and shares no code with [`held`].
#[cfg(feature = "workflow")]
pub(super) fn held_apart<P: SyncProcess>(
    asked: Asked<'_, P>,
    command: DropCaught<P>,
    summary: &mut RunSummary,
) -> ResultOf<P> {
    let registered = admitted::<P>(asked.core)?;
    let mut state = asked.core.session.hold(|| asked.request()).map_err(not_held::<P>)?; // 2
    in_place_apart(asked, registered, &mut state, command, Some(summary))
}

/// Waits for the session as a task, and is done within the poll in which it has it.
pub(super) async fn held_async<P: SyncProcess>(
    asked: Asked<'_, P>,
    command: DropCaught<P>,
    summary: &mut RunSummary,
) -> ResultOf<P> {
    let registered = admitted::<P>(asked.core)?;
    let mut state = asked.core.session.hold_async(asked.request()).await.map_err(not_held::<P>)?; // 2
    in_place_apart(asked, registered, &mut state, command, Some(summary))
}

/// Waits for nobody.
pub(super) fn try_held<P: SyncProcess>(
    asked: Asked<'_, P>,
    command: DropCaught<P>,
    summary: &mut RunSummary,
) -> Result<ResultOf<P>, DropCaught<P>> {
    let registered = match admitted::<P>(asked.core) {
        Ok(registered) => registered,
        Err(error) => return Ok(Err(error)),
    };
    let Some(mut state) = asked.core.session.try_hold() else { return Err(command) }; // 2
    let result = in_place_apart(asked, registered, &mut state, command, Some(summary));
    state.release();
    Ok(result)
}

#[inline(never)]
fn in_place_apart<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    in_place::<P, true>(asked, registered, state, command, summary)
}

/// `APART` tells the two callers' closures apart: code that is reached in one way alone is no call.
#[inline(always)]
fn in_place<P: SyncProcess, const APART: bool>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    #[cfg(feature = "store")]
    if asked.core.durable.is_some() {
        return stored(asked, registered, state, command, summary);
    }
    let (state, rules) = state.begin(&asked.core.shared.rules, &asked.core.audit);
    match rules.of(registered.place) {
        None => unruled::<P, APART>(asked, state, command, summary),
        Some(gates) => ruled::<P, APART>(asked, gates, state, command, summary),
    }
}

/// The run of a process for which there are no rules: the gates have nothing to judge, and nothing is kept for them.
#[inline(always)]
fn unruled<P: SyncProcess, const APART: bool>(
    asked: Asked<'_, P>,
    state: &mut CommittedOf<P>,
    mut command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let core = asked.core;
    let mut drafts = Drafts::<P>::of(state);
    let begun_at = summary.is_some().then(|| drafts.version());
    let mut committed_at = None;
    let result = match asked.refuse(1) {
        Ok(epoch) => {
            let mut local = DropCaught::none();
            // Handed over by reference, as the error comes in a box: `catch_unwind` copies what it is given as a whole, and
            // whatever is copied right after it was written, in parts, has the processor wait for longer than the rest of the
            // run takes.
            let mut stages = || {
                let local = local.get_or_insert_with(P::Local::default);
                let order = Run::<P>::begin(|| outside::begin(asked, epoch, command.get())); // 3
                let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
                let guard = Run::<P>::guard(&core.shared, &mut drafts.fields, local, &order); // 4
                Run::execute(command, guard) // 5
            };
            let proposed = catch::<P, _>(&mut stages);
            committed(asked, &mut drafts, proposed, &mut committed_at) // 7
        }
        Err(error) => Err(error),
    };
    if let Some(summary) = summary {
        (summary.version, summary.attempts) = (committed_at.or(begun_at).unwrap_or_default(), 1);
    }
    result
}

/// The run of a process for which there are rules. Where they pass it is the run that it would be without them, but for a look
/// at what they are on.
#[inline(always)]
fn ruled<P: SyncProcess, const APART: bool>(
    asked: Asked<'_, P>,
    gates: &Gates,
    state: &mut CommittedOf<P>,
    mut command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let core = asked.core;
    let mut drafts = Drafts::<P>::of(state);
    let begun_at = drafts.version();
    let mut committed_at = None;
    let mut notes = None;
    let result = match asked.refuse(1) {
        Ok(epoch) => {
            let mut local = DropCaught::none();
            // Apart, so that a gate that panics does not unwind through it.
            let mut output = DropCaught::none();
            // By reference, as above.
            let mut stages = || {
                let local = local.get_or_insert_with(P::Local::default);
                asked.audit_input_gate(gates, &mut notes, command.get(), &drafts.fields, local); // 1
                asked.count_outcomes(&mut notes, begun_at)?;
                let order = Run::<P>::begin(|| outside::begin(asked, epoch, command.get())); // 3
                let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
                let guard = Run::<P>::guard(&core.shared, &mut drafts.fields, local, &order); // 4
                output.insert(Run::execute(command, guard)?); // 5
                if !gates.passes_by_numbers(Gate::Output, &drafts.fields) {
                    judge_output(core, gates, &mut notes, &drafts.fields, local); // 6
                    asked.count_outcomes(&mut notes, begun_at)?;
                }
                Ok(())
            };
            let passed = catch::<P, _>(&mut stages);
            let proposed = passed.and_then(|()| output.take().ok_or_else(|| Box::new(nested::<P>())));
            committed(asked, &mut drafts, proposed, &mut committed_at) // 7
        }
        Err(error) => Err(error),
    };
    if let Some(summary) = summary {
        (summary.version, summary.attempts) = (committed_at.unwrap_or(begun_at), 1);
        summary.violations = notes.map(|notes| notes.violations).unwrap_or_default();
    }
    result
}

/// The run in a session that a store keeps.
#[cfg(feature = "store")]
#[inline(never)]
fn stored<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let mut run = Run::new(asked);
    let result = stored_run(&mut run, registered, state, command);
    if let Some(summary) = summary {
        run.tell(summary);
    }
    result
}

/// The same of a run that something goes along with.
#[cfg(feature = "store")]
pub(super) fn stored_run<P: SyncProcess>(
    run: &mut Run<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    mut command: DropCaught<P>,
) -> ResultOf<P> {
    let core = run.core;
    run.begin_stored(state, command.get())?;
    run.begin_with(state, registered);
    let mut drafts = Drafts::<P>::of(state);
    let mut local = DropCaught::none();
    let order = Run::<P>::begin(|| outside::begin(run.asked, 0, command.get())); // 3
    let mut stages = || {
        let local = local.get_or_insert_with(P::Local::default);
        run.audit_input_gate(command.get(), &drafts.fields, local)?; // 1
        run.count_outcomes()?;
        order.was_let_through_by(run.epoch);
        let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
        let guard = Run::<P>::guard(&core.shared, &mut drafts.fields, local, &order); // 4
        Run::execute(command, guard) // 5
    };
    let proposed = catch::<P, _>(&mut stages);
    run.kept.exchanged = order.exchanged(P::CONTRACT.process);
    let proposed = run.audit_output_gate(proposed, &drafts.fields, local.get()); // 6
    run.commit_or_roll_back(&mut drafts, proposed) // 7
}

/// Stage 6 of it. A call, so that the rest of the run is none.
#[inline(never)]
fn judge_output<P: SyncProcess>(
    core: &CoreOf<P>,
    gates: &Gates,
    notes: &mut Option<Box<Notes<P>>>,
    fields: &FieldsOf<P>,
    local: &P::Local,
) {
    Asked::<P>::new(core, By::Anyone, None).judge(gates, Gate::Output, notes, None, fields, Some(local));
}

/// Stage 7 of a run that holds the session: what the gates have found has counted by then.
#[inline(always)]
pub(super) fn committed<P: SyncProcess>(
    asked: Asked<'_, P>,
    drafts: &mut Drafts<'_, P>,
    proposed: Proposed<P>,
    committed_at: &mut Option<u64>,
) -> ResultOf<P> {
    match proposed {
        Ok(output) => match asked.commit(drafts, 1) {
            Ok(version) => {
                *committed_at = version;
                Ok(output)
            }
            Err(error) => {
                drafts.discard();
                drop_caught(output);
                Err(error)
            }
        },
        Err(error) => {
            drafts.discard();
            Err(*error)
        }
    }
}
