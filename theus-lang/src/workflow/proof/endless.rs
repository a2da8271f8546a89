//! Eventless moves that never come to rest.

use super::Subject;
use super::failures::leads_on;
use super::reach::Reached;
use super::sure::Own;
use super::tree::runs;
use crate::source::Problem;
use crate::workflow::chart::{Run, StateId, StateKind, Step, Transition};
use crate::workflow::file::{Diagnostics, code};

/// Refuses circles of `always` without guards: whoever is in one never gets out.
pub(super) fn check(subject: &Subject<'_>, reached: &Reached, diagnostics: &mut Diagnostics) {
    // 0: not seen; otherwise the number of the walk that came by first.
    let mut seen = vec![0_usize; subject.states.len()];
    for (walk, (start, _)) in subject.ids().enumerate() {
        if !subject.is_leaf(start) || !reached.is(start) {
            continue;
        }
        let mut way: Vec<(StateId, &Transition)> = Vec::new();
        let mut here = start;
        while let Some(mark) = seen.get_mut(here.0 as usize) {
            if *mark == walk + 1 {
                report(subject, here, &way, diagnostics);
            }
            if *mark != 0 {
                break;
            }
            *mark = walk + 1;
            let Some(transition) = certain(subject, here) else { break };
            way.push((here, transition));
            let leaf = match transition.targets[..] {
                [] => {
                    report(subject, here, &way, diagnostics);
                    break;
                }
                [target] => next(subject, target, reached),
                // Into regions: where it goes on from there is not one leaf.
                _ => None,
            };
            match leaf {
                Some(leaf) => here = leaf,
                None => break,
            }
        }
    }
}

/// The eventless transition that is taken in a state whatever the data are.
fn certain<'a>(subject: &Subject<'a>, leaf: StateId) -> Option<&'a Transition> {
    subject.surely(leaf, Own::Always)?.only.map(|(_, way)| way)
}

/// The innermost state that is entered, where that is one.
fn next(subject: &Subject<'_>, target: StateId, reached: &Reached) -> Option<StateId> {
    let around_is_parallel =
        subject.up(target).any(|id| subject.state(id).is_some_and(|state| matches!(state.kind, StateKind::Parallel)));
    if subject.is_history(target) {
        return recalled(subject, target, reached);
    }
    let mut entered = Vec::new();
    subject.descend(target, &mut entered);
    if subject.depends_on_the_past(target, &entered) {
        return None;
    }
    let mut leaves = entered.into_iter().filter(|id| subject.is_leaf(*id));
    match (leaves.next(), leaves.next()) {
        (Some(leaf), None) if !around_is_parallel => Some(leaf),
        _ => None,
    }
}

/// What a history leads to, where its past cannot have been another than that.
fn recalled(subject: &Subject<'_>, history: StateId, reached: &Reached) -> Option<StateId> {
    let parent = subject.state(subject.state(history)?.parent?)?;
    let mut active = parent.children.iter().filter(|child| !subject.is_history(**child) && reached.is(**child));
    let (Some(only), None) = (active.next(), active.next()) else { return None };
    subject.is_leaf(*only).then_some(*only)
}

/// Whether a chain on the circle may fail with an error that leads out of it: `on_error` comes before `always`.
fn ends_by_error(subject: &Subject<'_>, circle: &[(StateId, &Transition)]) -> bool {
    let fails = |owner: StateId, steps: &[Step]| {
        let leads = |run: &Run| run.contract.errors.iter().any(|error| leads_on(subject, owner, run, error));
        runs(steps).into_iter().any(leads)
    };
    circle.iter().any(|(leaf, taken)| {
        fails(*leaf, &taken.steps)
            || subject
                .up(*leaf)
                .any(|id| subject.state(id).is_some_and(|state| fails(id, &state.entry) || fails(id, &state.exit)))
    })
}

fn report(subject: &Subject<'_>, here: StateId, way: &[(StateId, &Transition)], diagnostics: &mut Diagnostics) {
    let Some(start) = way.iter().position(|(id, _)| *id == here) else { return };
    let circle = &way[start..];
    let Some((_, first)) = circle.first() else { return };
    if ends_by_error(subject, circle) {
        return;
    }
    diagnostics.error(code::ENDLESS, || {
        let names: Vec<String> =
            circle.iter().map(|(id, _)| *id).chain([here]).map(|id| format!("`{}`", subject.name(id))).collect();
        Problem::new(
            subject.at(&first.place),
            format!("`always` without a guard goes on for ever: {}", names.join(" → ")),
        )
        .help("give it a `when`, or wait for an event")
    });
}
