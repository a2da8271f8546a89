//! The way of a plain `fn`: the session is held from the first stage to the last, drafts are opened in place.

use super::super::nesting::Holding;
use super::catch::catch;
use super::start::nested;
use super::{ResultOf, Run};
use crate::process::SyncProcess;

#[inline]
pub(super) fn held<P: SyncProcess>(run: &mut Run<'_, P>, command: P) -> ResultOf<P> {
    let Ok(mut state) = run.core.session.hold() else { return Err(nested::<P>()) }; // 2, before all
    let _holding = Holding::enter(run.core.identity());
    run.version = state.version();
    run.take_rules(&mut state);
    let proposed = catch::<P, _>(|| {
        let mut local = P::Local::default();
        run.audit_input_gate(&command, &state.fields, &local)?; // 1
        run.count_findings()?;
        let order = Run::<P>::begin(); // 3
        let guard = run.guard(&mut state.fields, &mut local, &order); // 4
        let output = Run::execute(command, guard)?; // 5
        run.audit_output_gate(&state.fields, &local)?; // 6
        Ok(output)
    });
    run.commit_or_roll_back(&mut state, proposed) // 7
}
