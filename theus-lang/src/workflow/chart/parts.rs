//! What a workflow is made of, before it is one.

use super::id::StateId;
use super::state::State;
use crate::signal::EventName;
use crate::source::LocatedProblem;

/// The parts of a [`Definition`](super::Definition), for [`assemble`](super::Definition::assemble).
///
/// The loader makes them of a file, and has proved by then that they fit together.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The workflow's name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The state in which a session begins.
    pub initial: StateId,
    /// The events that come from outside.
    pub external: Vec<EventName>,
    /// The state that is the whole workflow, around all others, where that has events, chains or regions of its own. It is never
    /// left before the end.
    pub root: Option<StateId>,
    /// The states, in the order of the file, each before those inside it.
    pub states: Vec<State>,
    /// What states were called before, and which they are now, or which has taken their place.
    pub moved: Vec<(String, StateId)>,
    /// Every event that some transition names.
    pub events: Vec<EventName>,
    /// How many moves and rounds of `while` may come of one event.
    pub limit: u32,
    /// Whether what is doubtful is refused.
    pub strict: bool,
    /// What is doubtful in the file.
    pub warnings: Vec<LocatedProblem>,
}
