//! Which states are ever active.

use super::Subject;
use super::tree::{is_done, ways};
use crate::source::Problem;
use crate::workflow::chart::{StateId, StateKind};
use crate::workflow::file::{Findings, code};

/// Doubts every state that nothing leads to, and every `done` that never comes. Says which states are reached.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings) -> Vec<bool> {
    let mut search = Search { subject, reached: vec![false; subject.states.len()], open: Vec::new() };
    search.enter(subject.initial);
    search.run();
    let Search { reached, .. } = search;
    let is = |id: StateId| reached.get(id.0 as usize).copied().unwrap_or(false);
    for (id, state) in subject.ids() {
        if !is(id) {
            // Of states within each other, the outermost stands for all.
            if state.parent.is_none_or(is) {
                findings.warn(code::UNREACHABLE, || {
                    let (lost, from) = (&state.name, subject.name(subject.initial));
                    Problem::new(
                        subject.at(&state.place),
                        format!("no chain of events leads from `{from}` to `{lost}`"),
                    )
                    .help("give a state an event that leads here, or remove it")
                });
            }
            continue;
        }
        let Some(done) = state.transitions.iter().find(|it| is_done(it)) else { continue };
        if !can_be_done(subject, id, &reached) {
            findings.warn(code::NEVER_DONE, || {
                let (what, help) = match state.kind {
                    StateKind::Compound { .. } => {
                        ("no final state inside it is ever reached", "make one of the states inside `final`")
                    }
                    StateKind::Parallel => ("not all of its regions come to an end", "give each region a final state"),
                    _ => ("there are no states inside it", "`EVT_CHAIN_DONE` tells that its steps are done"),
                };
                Problem::new(subject.at(&done.place), format!("`done` of state `{}` never comes", state.name))
                    .label(what)
                    .help(help)
            });
        }
    }
    reached
}

/// Whether everything inside a state may come to an end.
pub(super) fn can_be_done(subject: &Subject<'_>, id: StateId, reached: &[bool]) -> bool {
    let Some(state) = subject.state(id) else { return false };
    match state.kind {
        StateKind::Compound { .. } => state.children.iter().any(|child| {
            let is_final = subject.state(*child).is_some_and(|it| matches!(it.kind, StateKind::Final { .. }));
            is_final && reached.get(child.0 as usize) == Some(&true)
        }),
        StateKind::Parallel => {
            let is_real = |child: &&StateId| {
                !subject.state(**child).is_some_and(|it| matches!(it.kind, StateKind::History { .. }))
            };
            state.children.iter().filter(is_real).all(|region| can_be_done(subject, *region, reached))
        }
        StateKind::Final { .. } => reached.get(id.0 as usize) == Some(&true),
        _ => false,
    }
}

struct Search<'a> {
    subject: &'a Subject<'a>,
    reached: Vec<bool>,
    open: Vec<StateId>,
}

impl Search<'_> {
    fn enter(&mut self, target: StateId) {
        let mut entered = vec![target];
        self.subject.enter(None, target, &mut entered);
        for id in entered {
            if let Some(reached @ false) = self.reached.get_mut(id.0 as usize) {
                *reached = true;
                self.open.push(id);
            }
        }
    }

    fn run(&mut self) {
        loop {
            while let Some(id) = self.open.pop() {
                let Some(state) = self.subject.state(id) else { continue };
                ways(state).for_each(|target| self.enter(target));
            }
            // Whether a state is done depends on what is reached inside it.
            for (id, state) in self.subject.ids() {
                if self.reached[id.0 as usize] && can_be_done(self.subject, id, &self.reached) {
                    state
                        .transitions
                        .iter()
                        .filter(|it| is_done(it))
                        .filter_map(|it| it.target)
                        .for_each(|it| self.enter(it));
                }
            }
            if self.open.is_empty() {
                return;
            }
        }
    }
}
