//! The way of a plain `fn`: the session is held from the first stage to the last, drafts are opened in place.

use super::admission::{admitted, nested, not_held};
use super::catch::catch;
use super::drafts::Drafts;
use super::run::{RegisteredOf, ResultOf, Run, StateOf};
use crate::panics::ShedOnDrop;
use crate::process::SyncProcess;

/// Waits for the session with the thread blocked.
#[inline(always)]
pub(super) fn held<P: SyncProcess>(run: &mut Run<'_, P>, command: ShedOnDrop<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    let mut state = run.core.session.hold(|| run.request()).map_err(not_held::<P>)?; // 2, before all
    in_place(run, registered, &mut state, command)
}

/// Waits for the session as a task, and is done within the poll in which it has it.
pub(super) async fn held_async<P: SyncProcess>(run: &mut Run<'_, P>, command: ShedOnDrop<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    let mut state = run.core.session.hold_async(run.request()).await.map_err(not_held::<P>)?; // 2
    in_place(run, registered, &mut state, command)
}

/// Waits for nobody.
pub(super) fn try_held<P: SyncProcess>(
    run: &mut Run<'_, P>,
    command: ShedOnDrop<P>,
) -> Result<ResultOf<P>, ShedOnDrop<P>> {
    let registered = match admitted::<P>(run.core) {
        Ok(registered) => registered,
        Err(error) => return Ok(Err(error)),
    };
    let Some(mut state) = run.core.session.try_hold() else { return Err(command) }; // 2
    Ok(in_place(run, registered, &mut state, command))
}

#[inline(always)]
fn in_place<P: SyncProcess>(
    run: &mut Run<'_, P>,
    registered: &RegisteredOf<P>,
    state: &mut StateOf<P>,
    mut command: ShedOnDrop<P>,
) -> ResultOf<P> {
    let mut drafts = Drafts::<P>::of(state);
    run.begin_with(&mut drafts, registered);
    let mut local = ShedOnDrop::none();
    // Handed over by reference, as the error comes in a box: `catch_unwind` copies what it is given as a whole, and whatever
    // is copied right after it was written, in parts, has the processor wait for longer than the rest of the run takes.
    let mut stages = || {
        let local = local.get_or_insert_with(P::Local::default);
        run.audit_input_gate(command.get(), &drafts.fields, local)?; // 1
        run.count_findings()?;
        let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
        let order = Run::<P>::begin(); // 3
        let guard = Run::<P>::guard(run.core, &mut drafts.fields, local, &order); // 4
        Run::execute(command, guard) // 5
    };
    let proposed = catch::<P, _>(&mut stages);
    let proposed = run.audit_output_gate(proposed, &drafts.fields, local.get()); // 6
    if run.rules.is_some() {
        run.give_back_rules(&mut drafts);
    }
    run.commit_or_roll_back(&mut drafts, proposed) // 7
}
