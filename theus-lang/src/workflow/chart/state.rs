//! A state: what it is within, what runs on entering and leaving it, where it leads.

use super::deferred::Deferred;
use super::id::StateId;
use super::invoke::Invoke;
use super::source::Place;
use super::step::{ArgumentSource, Recovery, Step};
use super::transition::Transition;

/// What kind of state it is.
#[derive(Clone, Debug)]
pub enum StateKind {
    /// Without states inside.
    Simple,
    /// With states inside, of which one is active: `initial` when it is entered itself.
    Compound {
        /// The state inside that is entered first.
        initial: StateId,
    },
    /// With regions inside, which are all active (`regions`).
    Parallel,
    /// The end of the state it is in, or of the workflow (`final`).
    Final {
        /// What the workflow gives when it ends here, or the state around it to whoever hears that it is done (`result`).
        result: Option<ArgumentSource>,
    },
    /// Not a state to be in: it leads back to what was active in its parent when that was left (`history`).
    History {
        /// Whether the whole configuration inside is remembered (`deep`), or only the child (`shallow`).
        deep: bool,
        /// Where it leads when its parent was never left.
        default: StateId,
    },
}

/// A state.
#[derive(Clone, Debug)]
pub struct State {
    /// What it is called: its name, or, where that is also the name of another state, that with those of the states around it
    /// (`A.B`). One state alone is called so.
    pub name: String,
    /// Its name among those beside it, where it is called otherwise.
    pub own: Option<String>,
    /// What it is for, where the file says so.
    pub description: Option<String>,
    /// The state it is in; `None` at the top.
    pub parent: Option<StateId>,
    /// The states inside, in the order of the file.
    pub children: Vec<StateId>,
    /// What kind it is.
    pub kind: StateKind,
    /// What runs on entering it.
    pub entry: Vec<Step>,
    /// What runs on leaving it.
    pub exit: Vec<Step>,
    /// What runs while it is active (`invoke`).
    pub invokes: Vec<Invoke>,
    /// Its transitions, in the order of the file.
    pub transitions: Vec<Transition>,
    /// The events that it keeps while no transition takes them (`defer`), in the order of the file.
    pub defer: Vec<Deferred>,
    /// Whether what is committed anywhere inside keeps its compensation until the state is left well (`saga`).
    pub saga: bool,
    /// Whether the session as a whole waits for what runs anywhere inside (`atomic`); else the regions beside go on meanwhile.
    pub atomic: bool,
    /// What is told to who has asked and waits for the answer, where the session is here by then (`reply`).
    pub reply: Option<ArgumentSource>,
    /// Where declared errors of its steps lead, where the step says nothing itself (`on_error`).
    pub on_error: Vec<Recovery>,
    /// Where it stands in the file.
    pub place: Place,
}
