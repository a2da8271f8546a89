//! Which states are active, and what a transition does to that.

use super::state::StateId;
use super::step::Step;

/// Which states a session is in, and what its history states remember. It serialises by the states' names, so that it
/// outlives a restart and a change of the file that keeps those names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The innermost active states, in the order of the file. One, unless regions are active.
    pub(crate) leaves: Leaves,
    /// For each history state that has something to remember: the states inside its parent that were active.
    pub(crate) remembered: Vec<(StateId, Vec<StateId>)>,
}

/// Almost always one: kept without an allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    One(StateId),
    Several(Box<[StateId]>),
}

impl Configuration {
    /// The innermost active states, in the order of the file.
    #[must_use]
    pub fn leaves(&self) -> &[StateId] {
        match &self.leaves {
            Leaves::One(leaf) => std::slice::from_ref(leaf),
            Leaves::Several(leaves) => leaves,
        }
    }
}

/// What one microstep of the state machine does.
#[derive(Clone, Debug)]
pub struct Move<'a> {
    /// The states that are active after it.
    pub to: Configuration,
    /// The states that are left, innermost first. Timers of theirs end.
    pub exited: Vec<StateId>,
    /// The states that are entered, outermost first. Their timers begin.
    pub entered: Vec<StateId>,
    /// What is to be run, in order: exit chains, transitions' steps, entry chains. Each slice belongs to one state.
    pub chains: Vec<(StateId, &'a [Step])>,
    /// The states that are done: each takes its `done` transition next.
    pub done: Vec<StateId>,
    /// Whether a final state at the top was entered: the workflow is over.
    pub finished: bool,
}
