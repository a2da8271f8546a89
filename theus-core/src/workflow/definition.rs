//! A workflow as data, and its state machine: a pure function.

use serde::Serialize;

use super::{Catalog, Warning, load};
use crate::process::Contract;
use crate::signal::EventName;
use crate::source::{Document, SourceError};

/// A workflow that was loaded and checked: each process, state and event in it is known.
///
/// It holds no run: the same definition serves any number of workflows at once.
///
/// ```
/// use theus_core::signal::EventName;
/// use theus_core::source::{Document, SourceFile};
/// use theus_core::workflow::{Catalog, Definition};
///
/// let file = SourceFile::new("door.yaml", "
/// states:
///   CLOSED: { events: { CMD_OPEN: OPEN } }
///   OPEN: { events: { SIG_DRAUGHT: CLOSED } }
/// ");
/// let signals = ["cmd_open".to_owned(), "sig_draught".to_owned()];
/// let door = Definition::load(&Document::parse(file)?, &Catalog { processes: &[], signals: &signals })?;
///
/// let open = door.transition(door.initial(), &EventName::from_signal_field("cmd_open")).map(|to| to.target);
/// assert_eq!(open, door.state_named("OPEN"));
/// assert!(door.transition(door.initial(), &EventName::from_signal_field("sig_draught")).is_none());
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) initial: StateId,
    pub(super) external: Vec<EventName>,
    pub(super) states: Vec<State>,
    pub(super) warnings: Vec<Warning>,
}

/// A state of one definition: its place in [`Definition::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct StateId(pub(super) usize);

/// A state: what runs on entering it, and where events lead from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    name: String,
    description: Option<String>,
    entry: Vec<Step>,
    handlers: Vec<Handler>,
    /// The handlers' events in order, with their targets: what `transition` searches.
    targets: Vec<(EventName, StateId)>,
}

/// A step of an entry chain: a process to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub(super) contract: &'static Contract,
}

/// An event that a state handles, and the state it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    pub(super) event: EventName,
    pub(super) written: String,
    pub(super) target: StateId,
}

/// What an event does in a state: the new state, and the chain to run on entering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<'a> {
    /// The new state; it may be the same one, which is then entered again.
    pub target: StateId,
    /// The entry chain of the new state, in order.
    pub steps: &'a [Step],
}

impl Definition {
    /// Reads a workflow and checks it against the processes and signals there are.
    ///
    /// # Errors
    /// Every problem of the file at once, each with its place: unknown and malformed names, keys and types that do not
    /// belong, processes that take arguments, events handled twice, events that look like a misspelt signal.
    pub fn load(document: &Document, catalog: &Catalog<'_>) -> Result<Self, SourceError> {
        load::load(document, catalog)
    }

    /// Its name; that of the file, without the extension, where it has none.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, where it says so.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The state in which a run begins. Its entry chain is in [`State::entry`] like any other's.
    #[must_use]
    pub const fn initial(&self) -> StateId {
        self.initial
    }

    /// The events that it lists as coming from outside, as declared.
    #[must_use]
    pub fn external(&self) -> &[EventName] {
        &self.external
    }

    /// The states, as declared. There is at least one.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// A state by its id.
    ///
    /// `None` for an id of another definition that has more states than this one.
    #[must_use]
    pub fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id.0)
    }

    /// The state of that name.
    #[must_use]
    pub fn state_named(&self, name: &str) -> Option<StateId> {
        self.states.iter().position(|state| state.name == name).map(StateId)
    }

    /// Whether some state handles an event, or the file lists it as one from outside.
    #[must_use]
    pub fn handles(&self, event: &EventName) -> bool {
        let at_home = |state: &State| state.targets.iter().any(|(known, _)| known == event);
        self.states.iter().any(at_home) || self.external.contains(event)
    }

    /// What is doubtful in the file, in the order of the text.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The state machine: what `event` does in `state`; `None` where the state does not handle it.
    #[must_use]
    pub fn transition(&self, state: StateId, event: &EventName) -> Option<Transition<'_>> {
        let target = self.states.get(state.0)?.target(event)?;
        Some(Transition { target, steps: self.states.get(target.0)?.entry() })
    }
}

impl StateId {
    /// Its place among the states, counted from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0
    }
}

impl State {
    pub(super) fn new(name: String, description: Option<String>, entry: Vec<Step>, handlers: Vec<Handler>) -> Self {
        let mut targets: Vec<_> = handlers.iter().map(|handler| (handler.event.clone(), handler.target)).collect();
        targets.sort();
        Self { name, description, entry, handlers, targets }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, where the file says so.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The chain that runs when the state is entered, in order.
    #[must_use]
    pub fn entry(&self) -> &[Step] {
        &self.entry
    }

    /// The events that it handles, as declared.
    #[must_use]
    pub fn events(&self) -> &[Handler] {
        &self.handlers
    }

    /// Whether no event leads out of it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.handlers.is_empty()
    }

    fn target(&self, event: &EventName) -> Option<StateId> {
        let found = self.targets.binary_search_by(|(known, _)| known.cmp(event)).ok()?;
        Some(self.targets[found].1)
    }
}

impl Step {
    /// The name of the process.
    #[must_use]
    pub const fn process(&self) -> &'static str {
        self.contract.process
    }

    /// Its contract.
    #[must_use]
    pub const fn contract(&self) -> &'static Contract {
        self.contract
    }
}

impl Handler {
    /// The event.
    #[must_use]
    pub const fn event(&self) -> &EventName {
        &self.event
    }

    /// The event's name as the file has it: `SIG_X` and `EVT_X` are the same event.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The state it leads to.
    #[must_use]
    pub const fn target(&self) -> StateId {
        self.target
    }
}
