//! Parallel steps: no two of them touch what one of them writes.

use super::Subject;
use super::tree::chains;
use crate::source::Problem;
use crate::workflow::chart::{Run, Step};
use crate::workflow::file::{Findings, code};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for state in subject.states {
        for steps in chains(state) {
            of_steps(steps, subject, findings);
        }
    }
}

fn of_steps(steps: &[Step], subject: &Subject<'_>, findings: &mut Findings) {
    for step in steps {
        match step {
            Step::Run(_) => {}
            Step::If { then, otherwise, .. } => {
                of_steps(then, subject, findings);
                of_steps(otherwise, subject, findings);
            }
            Step::While { body, .. } | Step::ForEach { body, .. } => of_steps(body, subject, findings),
            Step::Parallel { branches, .. } => of_branches(branches, subject, findings),
        }
    }
}

fn of_branches(branches: &[Run], subject: &Subject<'_>, findings: &mut Findings) {
    for (index, late) in branches.iter().enumerate() {
        for early in &branches[..index] {
            let conflicts = early.contract.conflicts(late.contract);
            if conflicts.is_empty() {
                continue;
            }
            findings.error(code::CONFLICT, || {
                let (one, other) = (early.contract.process, late.contract.process);
                let shown: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
                Problem::new(subject.at(&late.place), format!("`{one}` and `{other}` cannot run side by side"))
                    .label(shown.join("; "))
                    .help("run them one after the other")
                    .other("the other one", subject.at(&early.place))
            });
        }
    }
}
