//! The way of a plain `fn`: the session is held from the first stage to the last, drafts are opened in place.

use super::admission::{admitted, nested, not_held};
use super::catch::catch;
use super::drafts::Drafts;
use super::run::{Asked, RegisteredOf, ResultOf, Run, RunSummary, StateOf};
use crate::panics::{DropCaught, drop_caught};
use crate::process::SyncProcess;

/// Waits for the session with the thread blocked.
#[inline(always)]
pub(super) fn held<P: SyncProcess>(
    asked: Asked<'_, P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let registered = admitted::<P>(asked.core)?;
    match asked.core.session.try_hold() {
        Some(mut state) => in_place(asked, registered, &mut state, command, summary), // 2, before all
        None => held_later(asked, registered, command, summary),
    }
}

#[cold]
#[inline(never)]
fn held_later<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let mut state = asked.core.session.hold(|| asked.request()).map_err(not_held::<P>)?; // 2
    in_place_apart(asked, registered, &mut state, command, summary)
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
    Ok(in_place_apart(asked, registered, &mut state, command, Some(summary)))
}

#[inline(never)]
fn in_place_apart<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    in_place(asked, registered, state, command, summary)
}

#[inline(always)]
fn in_place<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let core = asked.core;
    match state.rules(&core.shared.rules, &core.audit).is_some_and(|rules| rules.of(registered.place).is_some()) {
        false => unruled(asked, state, command, summary),
        true => ruled(asked, registered, state, command, summary),
    }
}

/// The run of a process for which there are no rules: the gates have nothing to judge, and nothing is kept for them.
#[inline(always)]
fn unruled<P: SyncProcess>(
    asked: Asked<'_, P>,
    state: &mut StateOf<P>,
    mut command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let mut drafts = Drafts::<P>::of(state);
    let begun_at = drafts.version();
    let mut committed_at = None;
    let result = match asked.refuse(1) {
        Ok(()) => {
            let mut local = DropCaught::none();
            // Handed over by reference, as the error comes in a box: `catch_unwind` copies what it is given as a whole, and
            // whatever is copied right after it was written, in parts, has the processor wait for longer than the rest of the
            // run takes.
            let mut stages = || {
                let local = local.get_or_insert_with(P::Local::default);
                let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
                let order = Run::<P>::begin(); // 3
                let guard = Run::<P>::guard(asked.core, &mut drafts.fields, local, &order); // 4
                Run::execute(command, guard) // 5
            };
            match catch::<P, _>(&mut stages) {
                Ok(output) => match asked.commit(&mut drafts, 1) {
                    Ok(version) => {
                        committed_at = version;
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
        Err(error) => Err(error),
    }; // 7
    if let Some(summary) = summary {
        (summary.version, summary.attempts) = (committed_at.unwrap_or(begun_at), 1);
    }
    result
}

#[inline(never)]
fn ruled<P: SyncProcess>(
    asked: Asked<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    mut command: DropCaught<P>,
    summary: Option<&mut RunSummary>,
) -> ResultOf<P> {
    let mut run = Run::new(asked);
    let mut drafts = Drafts::<P>::of(state);
    run.begin_under(&mut drafts, registered.place);
    let mut local = DropCaught::none();
    // By reference, as above.
    let mut stages = || {
        let local = local.get_or_insert_with(P::Local::default);
        run.audit_input_gate(command.get(), &drafts.fields, local)?; // 1
        run.count_outcomes()?;
        let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
        let order = Run::<P>::begin(); // 3
        let guard = Run::<P>::guard(asked.core, &mut drafts.fields, local, &order); // 4
        Run::execute(command, guard) // 5
    };
    let proposed = catch::<P, _>(&mut stages);
    let proposed = run.audit_output_gate(proposed, &drafts.fields, local.get()); // 6
    run.give_back_rules(&mut drafts);
    let result = run.commit_or_roll_back(&mut drafts, proposed); // 7
    if let Some(summary) = summary {
        run.tell(summary);
    }
    result
}
