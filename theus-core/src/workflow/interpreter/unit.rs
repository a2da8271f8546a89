//! What is being handled, and what a driver is told of it.

use thiserror::Error;

use super::outcome::Handled;
use crate::workflow::chart::StateId;
use crate::workflow::condition::EvaluationError;

/// What is being handled, from the event to the end of its chain.
pub(super) struct Unit {
    pub(super) handled: Box<Handled>,
    /// How it brings the workflow to its end, where it does.
    pub(super) ending: Option<Box<Ending>>,
    /// What the driver is told when it is over.
    pub(super) trouble: Option<Box<Trouble>>,
}

/// The end of a workflow, from entering its final state to leaving it.
pub(super) struct Ending {
    /// The final state at the top.
    pub(super) state: StateId,
    /// Whether it is left by now.
    pub(super) closes: bool,
    /// Why it is no good end: the chain that led there has failed, or what leaving it runs.
    pub(super) failure: Option<String>,
}

impl Ending {
    pub(super) fn in_state(state: StateId) -> Box<Self> {
        Box::new(Self { state, closes: false, failure: None })
    }
}

impl Unit {
    pub(super) const fn of(handled: Box<Handled>) -> Self {
        Self { handled, ending: None, trouble: None }
    }
}

/// What a driver has to be told about, typed. The session can go on after it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Trouble {
    /// A guard, or the result, has no value.
    #[error(transparent)]
    NoValue(EvaluationError),
    /// More came of one event than the limit allows.
    #[error("more than {limit} moves and rounds of `while` came of one event")]
    Runaway { limit: u32 },
    /// It was driven from inside a process of its own engine.
    #[error("driven from inside a process of its own engine")]
    Nested,
}
