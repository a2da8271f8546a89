//! Steps side by side, and a process side by side with itself: no two of them touch what one of them writes.

use std::collections::HashMap;

use super::Subject;
use super::tree::chains;
use crate::source::Problem;
use crate::workflow::chart::{Run, Step};
use crate::workflow::file::{Diagnostics, code};

pub(super) fn check(subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for state in subject.states {
        for steps in chains(state) {
            of_steps(steps, subject, diagnostics);
        }
    }
}

fn of_steps(steps: &[Step], subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    for step in steps {
        match step {
            Step::Run(_) => {}
            Step::If { then, otherwise, .. } => {
                of_steps(then, subject, diagnostics);
                of_steps(otherwise, subject, diagnostics);
            }
            Step::While { body, .. } | Step::ForEach { body, .. } => {
                if let Some(multiple) = step.multiple() {
                    with_itself(multiple.run, subject, diagnostics);
                }
                of_steps(body, subject, diagnostics);
            }
            Step::Parallel { branches, .. } => of_branches(branches, subject, diagnostics),
        }
    }
}

/// Compares each branch with those before it: each two processes once, however often a file runs them.
fn of_branches(branches: &[Run], subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    // By process: the first branch of it, and how many of the others it was compared with, which of them it conflicts with.
    let mut processes: Vec<(&Run, usize, Vec<usize>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for late in branches {
        let place = places.get(late.contract.process).copied();
        let (compared, mut conflicts) = match place.and_then(|place| processes.get_mut(place)) {
            Some((_, compared, conflicts)) => (*compared, std::mem::take(conflicts)),
            None => (0, Vec::new()),
        };
        let others = processes.iter().enumerate().skip(compared);
        conflicts.extend(
            others.filter(|(_, (early, ..))| !early.contract.conflicts(late.contract).is_empty()).map(|(at, _)| at),
        );
        for (early, ..) in conflicts.iter().filter_map(|at| processes.get(*at)) {
            tell(early, late, subject, diagnostics);
        }
        let all = processes.len();
        match place.and_then(|place| processes.get_mut(place)) {
            Some(process) => (process.1, process.2) = (all, conflicts),
            None => {
                places.insert(late.contract.process, all);
                processes.push((late, all, conflicts));
            }
        }
    }
}

/// One process for several elements at once: whatever it writes, all of them would.
fn with_itself(run: &Run, subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    let written: Vec<String> =
        run.contract.conflicts(run.contract).iter().map(|conflict| format!("`{}`", conflict.path)).collect();
    if written.is_empty() {
        return;
    }
    diagnostics.error(code::CONFLICT, || {
        let process = run.contract.process;
        Problem::new(subject.at(&run.place), format!("`{process}` cannot run side by side with itself"))
            .label(format!("writes {}, which all of them would", written.join(", ")))
            .help("let it return what it has found, name that by `as`, and write it in a step after the loop; or leave `parallel` out")
    });
}

fn tell(early: &Run, late: &Run, subject: &Subject<'_>, diagnostics: &mut Diagnostics) {
    diagnostics.error(code::CONFLICT, || {
        let (one, other) = (early.contract.process, late.contract.process);
        let shown: Vec<String> = early.contract.conflicts(late.contract).iter().map(ToString::to_string).collect();
        Problem::new(subject.at(&late.place), format!("`{one}` and `{other}` cannot run side by side"))
            .label(shown.join("; "))
            .help("run them one after the other")
            .other("the other one", subject.at(&early.place))
    });
}
