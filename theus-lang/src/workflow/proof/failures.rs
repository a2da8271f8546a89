//! Declared errors that lead nowhere.

use super::Subject;
use super::sure::Own;
use super::tree::runs;
use crate::source::Problem;
use crate::workflow::chart::{Recovery, Run, StateId, Step};
use crate::workflow::file::{Diagnostics, code, last_word};

pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let nowhere = |_: &str| false;
    let mut targets = Targets { subject, hear: vec![None; subject.states.len()] };
    for (id, state) in subject.ids() {
        let after_entry = subject.first_leaf(id);
        of_chain(subject, id, &state.entry, Some(after_entry), &nowhere, &mut targets, diagnostics);
        of_chain(subject, id, &state.exit, None, &nowhere, &mut targets, diagnostics);
        for invoke in &state.invokes {
            let leads = |error: &str| invoke.on_error.iter().any(|it| it.error.is_none_or(|taken| taken == error));
            of_chain(subject, id, &invoke.steps, Some(id), &leads, &mut targets, diagnostics);
        }
        for transition in state.transitions.iter().filter(|it| !it.steps.is_empty()) {
            let after = subject.first_leaf(transition.targets.first().copied().unwrap_or(id));
            of_chain(subject, id, &transition.steps, Some(after), &nowhere, &mut targets, diagnostics);
        }
    }
}

/// Doubts what a chain of a state can fail with and nothing takes; `after` is where it ends, `None` for wherever the state is
/// left for; `leads` is what is said of its errors besides.
fn of_chain(
    subject: &Subject<'_>,
    owner: StateId,
    steps: &[Step],
    after: Option<StateId>,
    leads: &dyn Fn(&str) -> bool,
    targets: &mut Targets<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut heard = || after.map_or_else(|| targets.all_hear(owner), |after| hears_failure(subject, after));
    let ends = after.and_then(|after| subject.state(after)).is_some_and(|state| super::ends::is_end(subject, state));
    let open: Vec<(&Run, Vec<&str>)> = runs(steps)
        .into_iter()
        .map(|run| {
            (
                run,
                run.contract
                    .errors
                    .iter()
                    .copied()
                    .filter(|error| !leads(error) && !leads_on(subject, owner, run, error))
                    .collect(),
            )
        })
        .filter(|(_, errors): &(_, Vec<&str>)| !errors.is_empty())
        .collect();
    if open.is_empty() || heard() {
        return;
    }
    for (run, errors) in open {
        diagnostics.warn(code::NO_EDGE, || {
            let named: Vec<String> = errors.iter().map(|error| format!("`{}`", last_word(error))).collect();
            let first = errors.first().copied().map_or("", last_word);
            let message = format!(
                "`{}` can fail with {}, and nothing says where that leads",
                run.contract.process,
                named.join(", ")
            );
            let edge = format!("write `on_error: {{ {first}: STATE }}`");
            Problem::new(subject.at(&run.place), message).help(if ends {
                format!("{edge} of the step: a final state hears no `EVT_CHAIN_FAIL`")
            } else {
                format!("{edge}, or let the state in which the chain ends handle `EVT_CHAIN_FAIL`")
            })
        });
    }
}

pub(super) fn leads_on(subject: &Subject<'_>, owner: StateId, run: &Run, error: &str) -> bool {
    let takes = |recovery: &Recovery| recovery.error.is_none_or(|taken| taken == error);
    run.on_error.iter().any(takes)
        || subject.up(owner).filter_map(|id| subject.state(id)).any(|state| state.on_error.iter().any(takes))
}

/// Whether `EVT_CHAIN_FAIL` does something in a state or around it. A wildcard does not take it.
fn hears_failure(subject: &Subject<'_>, leaf: StateId) -> bool {
    subject.up(leaf).any(|id| subject.has(id, Own::ChainFail))
}

/// Whether all that a state leads to hears that its exit failed: asked for many states inside it, looked up once.
struct Targets<'a> {
    subject: &'a Subject<'a>,
    hear: Vec<Option<bool>>,
}

impl Targets<'_> {
    /// Whether every state that one is left for hears it, by its own ways or those of the states around it.
    fn all_hear(&mut self, id: StateId) -> bool {
        let subject = self.subject;
        subject.up(id).all(|id| self.own_hear(id))
    }

    fn own_hear(&mut self, id: StateId) -> bool {
        let (subject, at) = (self.subject, id.0 as usize);
        let Some(state) = subject.state(id) else { return true };
        if let Some(Some(known)) = self.hear.get(at) {
            return *known;
        }
        let mut targets = state.transitions.iter().flat_map(|it| it.targets.iter().copied());
        let hear = targets.all(|target| hears_failure(subject, subject.first_leaf(target)));
        self.hear[at] = Some(hear);
        hear
    }
}
