//! What the chains of the start take from an event: nothing has been sent then.

use super::Subject;
use crate::condition::Expression;
use crate::source::{NodePath, Problem};
use crate::workflow::chart::{ArgumentSource, Run, State, Step};
use crate::workflow::file::{Diagnostics, code};

/// Doubts what a chain that surely runs when the workflow starts takes from `event`, and has no value then: it fails at every start.
pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let mut entered = Vec::new();
    subject.enter(None, subject.initial, &mut entered);
    for state in entered.iter().filter_map(|id| subject.state(*id)) {
        let invoked = state.invokes.iter().map(|invoke| invoke.steps.as_slice());
        for chain in std::iter::once(state.entry.as_slice()).chain(invoked) {
            chain.iter().for_each(|step| of_step(subject, state, step, diagnostics));
        }
    }
}

/// What is evaluated in a step for certain: not what is in a loop or behind a condition.
fn of_step(subject: &Subject<'_>, state: &State, step: &Step, diagnostics: &mut Diagnostics) {
    match step {
        Step::Run(run) => of_run(subject, state, run, diagnostics),
        Step::Parallel { branches, .. } => branches.iter().for_each(|run| of_run(subject, state, run, diagnostics)),
        Step::If { when: asked, place, .. }
        | Step::While { when: asked, place, .. }
        | Step::ForEach { list: asked, place, .. } => {
            if asked.fails_without_event() {
                tell(state, subject.at(place), "this step asks", asked, diagnostics);
            }
        }
    }
}

fn of_run(subject: &Subject<'_>, state: &State, run: &Run, diagnostics: &mut Diagnostics) {
    for (argument, source) in &run.arguments {
        let ArgumentSource::Expression(expression) = source else { continue };
        if expression.fails_without_event() {
            let at = subject.at(&run.place).parent().key("with").key(argument);
            let what = format!("`{}` takes its `{argument}`", run.contract.process);
            tell(state, at, &what, expression, diagnostics);
        }
    }
}

fn tell(state: &State, at: NodePath, what: &str, expression: &Expression, diagnostics: &mut Diagnostics) {
    diagnostics.warn(code::NOTHING_SENT, || {
        let message = format!("{what} from an event, and nothing has been sent when the workflow starts");
        Problem::new(at, message)
            .label(format!("`{}` has no value then: the chain of `{}` fails at every start", expression.text(), state.name))
            .help("take it from `domain`, say what stands for it (`has(event.a) ? event.a : 0`), or begin in a state that waits for the event")
    });
}
