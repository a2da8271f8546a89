//! A way out of a state, or something to do in it.

use super::event::Trigger;
use super::id::StateId;
use super::source::Place;
use super::step::Step;
use crate::condition::Expression;
use crate::signal::EventName;

/// What a state does on a trigger: of those of one trigger, the first whose guard holds.
#[derive(Clone, Debug)]
pub struct Transition {
    /// What it waits for.
    pub trigger: Trigger,
    /// What must hold (`when`).
    pub guard: Option<Expression>,
    /// Where it leads; empty for an internal transition, which leaves no state and enters none. Several are in as many
    /// regions, which are entered together.
    pub targets: Vec<StateId>,
    /// Whether it leaves its own state and enters it again where it leads inside of it (`reenter`).
    pub reenters: bool,
    /// Whether the sagas that it leaves are undone, where the file says so (`undo`). See [`undoes`](Self::undoes).
    pub undo: Option<bool>,
    /// What runs between leaving the old states and entering the new ones.
    pub steps: Vec<Step>,
    /// Where it stands in the file.
    pub place: Place,
}

impl Transition {
    /// Whether the sagas that it leaves are undone: what the file says, else where it is taken on a time that has gone by, or on a
    /// chain that has failed. On anything else they are left well.
    #[must_use]
    pub fn undoes(&self) -> bool {
        self.undo.unwrap_or_else(|| self.undoes_by_itself())
    }

    /// The same where the file does not say it.
    #[must_use]
    pub fn undoes_by_itself(&self) -> bool {
        match &self.trigger {
            Trigger::After(_) | Trigger::AfterReckoned(_) | Trigger::At(_) => true,
            Trigger::Event { name, .. } => *name == EventName::CHAIN_FAIL,
            _ => false,
        }
    }
}
