//! What becomes of the events that states defer.

use std::collections::BTreeSet;

use super::Subject;
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{Deferred, State, StateId, Transition, Trigger};
use crate::workflow::file::{Diagnostics, code};

/// Refuses a deferral of what its state, or one around it, takes whatever the data are; and of what no state takes at all.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    if subject.states.iter().all(|state| state.defer.is_empty()) {
        return;
    }
    let ways = || subject.states.iter().flat_map(|state| &state.transitions);
    let is_any_taken = ways().any(|way| way.trigger == Trigger::Any);
    let taken: BTreeSet<&EventName> = ways().filter_map(|way| named(&way.trigger)).collect();
    for (id, state) in subject.ids() {
        for deferred in &state.defer {
            if let Some((by, way)) = taken_anyway(subject, id, &deferred.event) {
                kept_never(subject, state, deferred, (by, way), diagnostics);
            } else if !is_any_taken && !taken.contains(&deferred.event) {
                diagnostics.error(code::NEVER_RECALLED, || {
                    let event = &deferred.event;
                    Problem::new(subject.at(&deferred.place), format!("`{event}` is deferred, and no state takes it"))
                        .label("it would be kept to the end")
                        .help("name it in the `events` of a state that comes later, or take it out of `defer`")
                });
            }
        }
    }
}

fn named(trigger: &Trigger) -> Option<&EventName> {
    match trigger {
        Trigger::Event { name, .. } => Some(name),
        _ => None,
    }
}

/// The state, this one or one around it, that takes the event whatever the data are.
fn taken_anyway<'a>(subject: &Subject<'a>, id: StateId, event: &EventName) -> Option<(StateId, &'a Transition)> {
    subject.up(id).find_map(|around| {
        let ways = &subject.state(around)?.transitions;
        let is_named = ways.iter().any(|way| named(&way.trigger) == Some(event));
        let takes = |trigger: &Trigger| match named(trigger) {
            Some(name) => name == event,
            // Those for any event are not asked where one names it.
            None => !is_named && *trigger == Trigger::Any,
        };
        let way = ways.iter().find(|way| way.guard.is_none() && takes(&way.trigger))?;
        Some((around, way))
    })
}

fn kept_never(
    subject: &Subject<'_>,
    state: &State,
    deferred: &Deferred,
    (by, way): (StateId, &Transition),
    diagnostics: &mut Diagnostics,
) {
    diagnostics.error(code::DEFERRAL, || {
        let (event, name, by) = (&deferred.event, &state.name, subject.name(by));
        let message = if by == name {
            format!("state `{name}` defers `{event}`, and takes it")
        } else {
            format!("state `{name}` defers `{event}`, and `{by}` around it takes it")
        };
        Problem::new(subject.at(&deferred.place), message)
            .label("so it is never kept here")
            .other("taken here", subject.at(&way.place))
            .help("what a transition takes is not deferred: take it out of `defer`, give the transition a `when`, or move it to another state")
    });
}
