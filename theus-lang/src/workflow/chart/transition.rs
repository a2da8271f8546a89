//! A way out of a state, or something to do in it.

use super::event::Trigger;
use super::id::StateId;
use super::source::Place;
use super::step::Step;
use crate::condition::Expression;

/// What a state does on a trigger: of those of one trigger, the first whose guard holds.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What it waits for.
    pub trigger: Trigger,
    /// What must hold (`when`).
    pub guard: Option<Expression>,
    /// Where it leads; `None` for an internal transition, which leaves no state and enters none.
    pub target: Option<StateId>,
    /// What runs between leaving the old states and entering the new ones.
    pub steps: Vec<Step>,
    /// Where it stands in the file.
    pub place: Place,
}
