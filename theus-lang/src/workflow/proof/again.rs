//! Chains that are begun again whenever they fail, without a wait and without a bound.

use super::Subject;
use super::reach::Reached;
use super::sure::Own;
use super::tree::runs;
use crate::source::Problem;
use crate::workflow::chart::{StateId, StateKind, Step, Transition};
use crate::workflow::file::{Diagnostics, code};

/// How long a way back is looked for.
const LONGEST: usize = 32;

/// Doubts a way by `EVT_CHAIN_FAIL` that surely comes back to the state whose chain has failed.
pub(super) fn check(subject: &Subject<'_>, reached: &Reached, diagnostics: &mut Diagnostics) {
    for (id, state) in subject.ids() {
        let may_fail =
            matches!(state.kind, StateKind::Simple) && (!runs(&state.entry).is_empty() || !state.invokes.is_empty());
        if !may_fail || subject.is_in_regions(id) || !reached.is(id) {
            continue;
        }
        let Some((first, way)) = circle(subject, id) else { continue };
        diagnostics.warn(code::AGAIN, || {
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
    let (source, first) = subject.surely(start, Own::ChainFail)?.only?;
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
        let surely = |own| subject.surely(leaf, own).and_then(|taken| taken.only);
        let next = surely(Own::Always).or_else(|| has_chain.then(|| surely(Own::ChainDone)).flatten());
        (source, taken) = next?;
        here = leaf;
    }
    None
}

/// The one innermost state that a transition leads to, and whether steps run on the way.
fn arrive(subject: &Subject<'_>, leaf: StateId, source: StateId, taken: &Transition) -> Option<(StateId, bool)> {
    let [target] = taken.targets[..] else { return None };
    let outer = subject.kept(source, taken);
    let mut entered = Vec::new();
    subject.enter(outer, target, &mut entered);
    if subject.state(target).is_none() || subject.depends_on_the_past(target, &entered) {
        return None;
    }
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
