//! Declared errors that lead nowhere.

use super::Subject;
use super::tree::runs;
use crate::signal::EventName;
use crate::source::Problem;
use crate::workflow::chart::{Recovery, Run, State, StateId, Step, Trigger};
use crate::workflow::file::{Findings, code, last_word};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (id, state) in subject.ids() {
        let after_entry = subject.first_leaf(id);
        of_chain(subject, id, &state.entry, || hears_failure(subject, after_entry), findings);
        of_chain(subject, id, &state.exit, || every_target_hears(subject, id), findings);
        for transition in &state.transitions {
            let after = subject.first_leaf(transition.target.unwrap_or(id));
            of_chain(subject, id, &transition.steps, || hears_failure(subject, after), findings);
        }
    }
}

/// Doubts what a chain of a state can fail with and nothing takes.
fn of_chain(
    subject: &Subject<'_>,
    owner: StateId,
    steps: &[Step],
    heard: impl FnOnce() -> bool,
    findings: &mut Findings,
) {
    let open: Vec<(&Run, Vec<&str>)> = runs(steps)
        .into_iter()
        .map(|run| {
            (run, run.contract.errors.iter().copied().filter(|error| !leads_on(subject, owner, run, error)).collect())
        })
        .filter(|(_, errors): &(_, Vec<&str>)| !errors.is_empty())
        .collect();
    if open.is_empty() || heard() {
        return;
    }
    for (run, errors) in open {
        findings.warn(code::NO_EDGE, || {
            let named: Vec<String> = errors.iter().map(|error| format!("`{}`", last_word(error))).collect();
            let first = errors.first().copied().map_or("", last_word);
            let message = format!(
                "`{}` can fail with {}, and nothing says where that leads",
                run.contract.process,
                named.join(", ")
            );
            Problem::new(subject.at(&run.place), message)
                .help(format!("write `on_error: {{ {first}: STATE }}`, or let the state handle `EVT_CHAIN_FAIL`"))
        });
    }
}

fn leads_on(subject: &Subject<'_>, owner: StateId, run: &Run, error: &str) -> bool {
    let takes = |recovery: &Recovery| recovery.error.is_none_or(|taken| taken == error);
    run.on_error.iter().any(takes)
        || subject.up(owner).filter_map(|id| subject.state(id)).any(|state| state.on_error.iter().any(takes))
}

/// Whether `EVT_CHAIN_FAIL` does something in a state or around it.
fn hears_failure(subject: &Subject<'_>, leaf: StateId) -> bool {
    subject.up(leaf).filter_map(|id| subject.state(id)).any(takes_failure)
}

pub(super) fn takes_failure(state: &State) -> bool {
    // A wildcard does not take it.
    let takes = |trigger: &Trigger| matches!(trigger, Trigger::Event { name, .. } if *name == EventName::CHAIN_FAIL);
    state.transitions.iter().any(|it| takes(&it.trigger))
}

/// Whether every state that one is left for hears that its exit failed.
fn every_target_hears(subject: &Subject<'_>, id: StateId) -> bool {
    let mut targets = subject
        .up(id)
        .filter_map(|id| subject.state(id))
        .flat_map(|state| &state.transitions)
        .filter_map(|it| it.target);
    targets.all(|target| hears_failure(subject, subject.first_leaf(target)))
}
