//! States in which the workflow never waits, and what is lost there.

use std::collections::BTreeSet;

use super::Subject;
use super::reach::Reached;
use super::sure::Own;
use super::tree::chains;
use crate::context::Zone;
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{State, StateKind, Step, Transition, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// Doubts what waits for an event in a state that is always left before one is taken from the bus: by `always`, or by the
/// end of its own chain. What steps of the workflow raise itself comes before that end.
pub(super) fn check(subject: &Subject<'_>, reached: &Reached, diagnostics: &mut Diagnostics) {
    let raised = raised(subject);
    for (id, state) in subject.ids() {
        let is_alone = matches!(state.kind, StateKind::Simple) && !subject.is_in_regions(id);
        if !is_alone || !reached.is(id) {
            continue;
        }
        let leaves = |own| subject.surely(id, own).is_some_and(|taken| taken.lead);
        let has_chain = !state.entry.is_empty();
        let at_once = leaves(Own::Always);
        let done = has_chain && leaves(Own::ChainDone);
        let failed = has_chain && leaves(Own::ChainFail);
        if at_once || (done && failed) {
            of_all(subject, state, at_once, &raised, diagnostics);
        }
    }
}

/// Nothing that waits is ever taken in this state.
fn of_all(
    subject: &Subject<'_>,
    state: &State,
    at_once: bool,
    raised: &BTreeSet<EventName>,
    diagnostics: &mut Diagnostics,
) {
    for way in first_of_each(state) {
        let what = match &way.trigger {
            Trigger::Event { name, .. } if !at_once && (name.is_builtin() || raised.contains(name)) => continue,
            Trigger::Event { written, .. } => format!("`{written}`"),
            Trigger::Any => "`\"*\"`".to_owned(),
            time if time.is_time() => "this time".to_owned(),
            Trigger::Invoked(_) => "the end of what it invokes".to_owned(),
            _ => continue,
        };
        diagnostics.warn(code::OVERTAKEN, || {
            let name = &state.name;
            let problem = Problem::new(subject.at(&way.place), format!("{what} never comes in state `{name}`"));
            if at_once {
                return problem
                    .label(format!("`always` leaves `{name}` at once"))
                    .help("give the `always` a `when`, or say this in the state that it leads to");
            }
            let problem = problem.label(format!("`EVT_CHAIN_DONE` or `EVT_CHAIN_FAIL` has left `{name}` by then"));
            problem.help(match &way.trigger {
                time if time.is_time() => "a time is looked at when the chain is over: write the `timeout` of a step, or an `after` in the state where the workflow waits",
                _ => "events wait until the chain is over, unless they are urgent: say this in the state where the workflow waits",
            })
        });
    }
}

/// The events of the signals that some step raises.
fn raised(subject: &Subject<'_>) -> BTreeSet<EventName> {
    let steps = subject.ids().flat_map(|(_, state)| chains(state)).flatten();
    let outputs = steps.flat_map(Step::runs).flat_map(|run| run.contract.outputs);
    outputs.filter(|access| access.zone == Zone::Signal).map(|access| subject.events.of_signal(access.path)).collect()
}

/// Of several candidates of one trigger, which stand together, the first.
fn first_of_each(state: &State) -> impl Iterator<Item = &Transition> {
    let before = std::iter::once(None).chain(state.transitions.iter().map(Some));
    let is_first =
        |(way, before): &(&Transition, Option<&Transition>)| before.is_none_or(|it| it.trigger != way.trigger);
    state.transitions.iter().zip(before).filter(is_first).map(|(way, _)| way)
}
