//! Chains that are begun again whenever they fail, without a wait and without a bound.

use super::Subject;
use super::rest::is_event;
use super::tree::runs;
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{StateId, StateKind, Step, Transition, Trigger};
use crate::workflow::file::{Findings, code};

/// How long a way back is looked for.
const LONGEST: usize = 32;

/// Doubts a way by `EVT_CHAIN_FAIL` that surely comes back to the state whose chain has failed.
pub(super) fn check(subject: &Subject<'_>, reached: &[bool], findings: &mut Findings) {
    for (id, state) in subject.ids() {
        let may_fail = matches!(state.kind, StateKind::Simple) && !runs(&state.entry).is_empty();
        if !may_fail || subject.is_in_regions(id) || reached.get(id.0 as usize) != Some(&true) {
            continue;
        }
        let Some((first, way)) = circle(subject, id) else { continue };
        findings.warn(code::AGAIN, || {
            let name = &state.name;
            let problem = Problem::new(
                subject.at(&first.place),
                format!("the chain of `{name}` is begun again at once whenever it fails"),
            );
            let names: Vec<String> = way.iter().map(|id| format!("`{}`", subject.name(*id))).collect();
            problem
                .label(format!("{}, without a wait or a bound", names.join(" → ")))
                .help("write the `retry` of a step, give this a `when` that counts, or lead to a state with `after`")
        });
    }
}

/// The way back to a state from the failure of its chain, if it is certain as long as the chains on it succeed.
fn circle<'a>(subject: &Subject<'a>, start: StateId) -> Option<(&'a Transition, Vec<StateId>)> {
    let (source, first) = surely_one(subject, start, &EventName::CHAIN_FAIL)?;
    let mut way = vec![start];
    let (mut here, mut source, mut taken) = (start, source, first);
    while way.len() <= LONGEST {
        let (leaf, has_chain) = arrive(subject, here, source, taken)?;
        way.push(leaf);
        if leaf == start {
            return Some((first, way));
        }
        if way[..way.len() - 1].contains(&leaf) {
            return None;
        }
        let at_once = only(subject.surely(leaf, &|trigger| *trigger == Trigger::Always));
        let next = at_once.or_else(|| has_chain.then(|| surely_one(subject, leaf, &EventName::CHAIN_DONE)).flatten());
        (source, taken) = next?;
        here = leaf;
    }
    None
}

/// The only transition that an event can take in a state, where there is one, without a guard.
fn surely_one<'a>(subject: &Subject<'a>, leaf: StateId, event: &EventName) -> Option<(StateId, &'a Transition)> {
    only(subject.surely(leaf, &|trigger| is_event(trigger, event)))
}

fn only(ways: Option<Vec<(StateId, &Transition)>>) -> Option<(StateId, &Transition)> {
    match ways?[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// The one innermost state that a transition leads to, and whether steps run on the way.
fn arrive(subject: &Subject<'_>, leaf: StateId, source: StateId, taken: &Transition) -> Option<(StateId, bool)> {
    let target = taken.target?;
    // What a history leads to depends on what was.
    if subject.state(target).is_none_or(|it| matches!(it.kind, StateKind::History { .. })) {
        return None;
    }
    let outer = subject.common(source, target);
    let mut entered = Vec::new();
    subject.enter(outer, target, &mut entered);
    let mut leaves = entered.iter().filter(|id| subject.is_leaf(**id));
    let (Some(next), None) = (leaves.next().copied(), leaves.next()) else { return None };
    if subject.is_in_regions(next) {
        return None;
    }
    let left = subject.up(leaf).take_while(|id| Some(*id) != outer).filter_map(|id| subject.state(id));
    let steps_of = |id: &StateId| subject.state(*id).map_or(&[][..], |state| state.entry.as_slice());
    let mut chains = left.map(|state| state.exit.as_slice()).chain([taken.steps.as_slice()]);
    let has_chain = chains.any(|steps: &[Step]| !steps.is_empty()) || entered.iter().any(|id| !steps_of(id).is_empty());
    Some((next, has_chain))
}
