//! Where the end of a chain can be heard.

use super::Subject;
use crate::workflow::chart::StateId;

/// In which states, and around and inside which, a chain of the file may end, or what a state invokes may fail.
pub(super) struct Hearing {
    /// Whether a chain may end when the state has been entered, or while it is active.
    ends: Vec<bool>,
    /// Whether one may in a state inside it.
    inside: Vec<bool>,
}

impl Hearing {
    /// Of the good end of chains, or of their failure, which what a state invokes may have too.
    pub(super) fn of(subject: &Subject<'_>, fails: bool) -> Self {
        let size = subject.states.len();
        let mut hearing = Self { ends: vec![false; size], inside: vec![false; size] };
        let exits = exits_inside(subject);
        for (id, state) in subject.ids() {
            let leaves_by_chain = exits[id.0 as usize]
                || subject.up(id).any(|id| subject.state(id).is_some_and(|state| !state.exit.is_empty()));
            hearing.ends[id.0 as usize] |= !state.entry.is_empty() || fails && !state.invokes.is_empty();
            for way in state.transitions.iter().filter(|way| leaves_by_chain || !way.steps.is_empty()) {
                let ends_in = if way.targets.is_empty() { std::slice::from_ref(&id) } else { &way.targets };
                ends_in.iter().for_each(|id| hearing.ends[id.0 as usize] = true);
            }
            if leaves_by_chain {
                super::tree::recoveries(state).for_each(|target| hearing.ends[target.0 as usize] = true);
            }
        }
        // Where a history leads, a chain may end that has led to the history.
        for (id, state) in subject.ids().filter(|(id, _)| subject.is_history(*id)) {
            if let Some(parent) = state.parent.filter(|_| hearing.ends[id.0 as usize]) {
                hearing.ends[parent.0 as usize] = true;
            }
        }
        for (id, _) in subject.ids().filter(|(id, _)| hearing.ends[id.0 as usize]) {
            subject.up(id).skip(1).for_each(|around| hearing.inside[around.0 as usize] = true);
        }
        hearing
    }

    /// Whether the end of a chain may come to a state: it ends in it, in a state inside it or in one around it, and there in
    /// whichever region.
    pub(super) fn hears(&self, subject: &Subject<'_>, id: StateId) -> bool {
        self.inside[id.0 as usize]
            || subject
                .up(id)
                .any(|id| self.ends[id.0 as usize] || (subject.is_parallel(id) && self.inside[id.0 as usize]))
    }
}

/// For each state, whether a state inside it runs something when it is left.
fn exits_inside(subject: &Subject<'_>) -> Vec<bool> {
    let mut exits = vec![false; subject.states.len()];
    for (id, _) in subject.ids().filter(|(_, state)| !state.exit.is_empty()) {
        subject.up(id).for_each(|around| exits[around.0 as usize] = true);
    }
    exits
}
