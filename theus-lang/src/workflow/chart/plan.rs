//! A move as data.

use super::configuration::Leaves;
use super::id::StateId;

/// A move without what depends on the past of the session.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) leaves: Leaves,
    pub(super) taken: Box<[(StateId, u32)]>,
    pub(super) exited: Box<[StateId]>,
    pub(super) entered: Box<[StateId]>,
    pub(super) chains: Box<[(StateId, Part, u32)]>,
    pub(super) strands: Box<[Strand]>,
    pub(super) done: Box<[StateId]>,
    pub(super) finished: Option<StateId>,
}

/// Where a chain stands in its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What runs on leaving the state.
    Exit,
    /// The steps of one of its transitions: that at this place in [`State::transitions`](super::State::transitions).
    Transition(u32),
    /// What runs on entering the state.
    Entry,
    /// What runs while the state is active: the work at this place in [`State::invokes`](super::State::invokes).
    Invoke(u32),
}

/// What of a move runs as one: where a step of it fails, the rest of it is not run, and that is all. Regions that move by the
/// same event have one each, and so have the regions that are entered with their parallel state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strand {
    /// The innermost state that it has entered, or the one whose transition leads nowhere: it hears how the strand ends, else
    /// the states around it do.
    pub state: StateId,
    /// The strand that leads to it, by its place among them: that of the parallel state. Where that one fails, this one is
    /// not begun.
    pub within: Option<u32>,
}
