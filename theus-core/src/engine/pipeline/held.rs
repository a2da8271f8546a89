//! The way of a plain `fn`: the session is held from the first stage to the last, drafts are opened in place.

use super::catch::catch;
use super::start::{admitted, nested};
use super::{ResultOf, Run};
use crate::process::SyncProcess;

#[inline(always)]
pub(super) fn held<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    let Ok(mut held) = run.core.session.hold() else { return Err(nested::<P>()) }; // 2, before all
    let state = &mut *held;
    run.begin_with(state, registered);
    let mut command = Some(command);
    // Handed over by reference, as the error comes in a box: `catch_unwind` copies what it is given as a whole, and whatever
    // is copied right after it was written, in parts, has the processor wait for longer than the rest of the run takes.
    let mut stages = || {
        let Some(command) = command.take() else { return Err(Box::new(nested::<P>())) };
        let mut local = P::Local::default();
        run.audit_input_gate(&command, &state.fields, &local)?; // 1
        run.count_findings()?;
        let order = Run::<P>::begin(); // 3
        let guard = run.guard(&mut state.fields, &mut local, &order); // 4
        let output = Run::execute(command, guard)?; // 5
        run.audit_output_gate(&state.fields, &local)?; // 6
        Ok(output)
    };
    let proposed = catch::<P, _>(&mut stages);
    if run.rules.is_some() {
        run.give_back_rules(state);
    }
    run.commit_or_roll_back(state, proposed) // 7
}
