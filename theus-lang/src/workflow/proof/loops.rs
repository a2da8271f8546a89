//! Loops that nothing in them can end.

use std::collections::HashSet;

use super::Subject;
use super::tree::{chains, runs};
use crate::condition::Expression;
use crate::source::Problem;
use crate::workflow::chart::Step;
use crate::workflow::file::{Diagnostics, code, place_of};

pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    subject.states.iter().flat_map(chains).for_each(|steps| of_steps(steps, subject, diagnostics));
}

fn of_steps(steps: &[Step], subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for step in steps {
        match step {
            Step::Run(_) | Step::Parallel { .. } => {}
            Step::If { then, otherwise, .. } => {
                of_steps(then, subject, diagnostics);
                of_steps(otherwise, subject, diagnostics);
            }
            Step::ForEach { body, .. } => of_steps(body, subject, diagnostics),
            Step::While { when, body, .. } => {
                of_steps(body, subject, diagnostics);
                if when.text() != "false" && never_ends(when, body) {
                    diagnostics.warn(code::NEVER_ENDS, || told(subject, step, when));
                }
            }
        }
    }
}

/// Whether a condition that holds goes on to: no step of the body writes what it reads, fails, or waits for what another may
/// write meanwhile.
fn never_ends(when: &Expression, body: &[Step]) -> bool {
    if when.asks_now() {
        // Time goes by.
        return false;
    }
    let read: HashSet<&str> = when.reads().iter().map(String::as_str).collect();
    runs(body).into_iter().all(|run| {
        let contract = run.contract;
        contract.errors.is_empty()
            && contract.effects.is_empty()
            && !contract.is_awaited()
            && !contract.outputs.iter().any(|output| read.contains(output.path))
    })
}

fn told(subject: &Subject<'_>, step: &Step, when: &Expression) -> Problem {
    let read: Vec<String> =
        when.reads().iter().filter(|path| path.starts_with("domain.")).map(|path| format!("`{path}`")).collect();
    let problem =
        Problem::new(subject.at(place_of(step)), "this `while` does not end by itself once its condition holds");
    if read.is_empty() {
        return problem
            .label("its condition reads no field of the domain")
            .help("let it ask for a Data field that a step of `do` writes; once is an `if`");
    }
    problem
        .label(format!("no step of `do` writes {}", read.join(" or ")))
        .help("let a step of `do` write what the condition reads; once is an `if`")
}
