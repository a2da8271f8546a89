//! Ends of chains that are waited for where no chain ends.

use super::Subject;
use super::rest::first_of_each;
use crate::source::Problem;
use crate::workflow::chart::{StateId, StateKind, Transition, Trigger};
use crate::workflow::file::{Findings, code};

/// Doubts `EVT_CHAIN_DONE` and `EVT_CHAIN_FAIL` in a state where neither can come: a chain without steps tells of no end.
pub(super) fn check(subject: &Subject<'_>, reached: &[bool], findings: &mut Findings) {
    // What is left may run something whatever it leads to.
    if subject.states.iter().any(|state| !state.exit.is_empty()) {
        return;
    }
    let loud = loud(subject);
    let is = |marks: &[bool], id: StateId| marks.get(id.0 as usize) == Some(&true);
    for (id, state) in subject.ids() {
        if !matches!(state.kind, StateKind::Simple) || !is(reached, id) || subject.is_in_regions(id) {
            continue;
        }
        if subject.up(id).any(|id| is(&loud, id)) {
            continue;
        }
        for way in first_of_each(state) {
            let Trigger::Event { name, written } = &way.trigger else { continue };
            if !name.is_builtin() {
                continue;
            }
            findings.warn(code::OVERTAKEN, || {
                let message = format!("`{written}` never comes in state `{}`", state.name);
                Problem::new(subject.at(&way.place), message)
                    .label("no steps run here, and none on the way here")
                    .help("a chain without steps tells of no end: give the state an `entry`, or write `always`")
            });
        }
    }
}

/// States in which the end of a chain may be heard, or in whose inside it may.
fn loud(subject: &Subject<'_>) -> Vec<bool> {
    let mut loud: Vec<bool> = subject.states.iter().map(|state| !state.entry.is_empty()).collect();
    for (id, state) in subject.ids() {
        for way in state.transitions.iter().filter(|way| brings(way)) {
            let target = way.target.unwrap_or(id);
            let history = subject.state(target).filter(|it| matches!(it.kind, StateKind::History { .. }));
            let place = history.and_then(|it| it.parent).unwrap_or(target);
            if let Some(mark) = loud.get_mut(place.0 as usize) {
                *mark = true;
            }
        }
    }
    loud
}

/// Whether the end of a chain may come after a transition: of its own steps, or of a chain before it, whose end is told when
/// what waits for no event has been taken.
fn brings(way: &Transition) -> bool {
    !way.steps.is_empty() || matches!(way.trigger, Trigger::Always | Trigger::Done)
}
