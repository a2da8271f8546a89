//! A workflow that was loaded and checked.

use crate::signal::EventName;
use crate::source::LocatedProblem;

use super::defer::Deferrals;
use super::event::{EventId, Trigger};
use super::id::StateId;
use super::invoke::Invoke;
use super::parts::Parts;
use super::state::{State, StateKind};
use super::step::Step;
use super::table::Table;
use super::tree::Tree;
use super::triggers::Triggers;

/// A workflow that was loaded and checked: each process, state, event and expression in it is known.
///
/// It holds no run: the same definition serves any number of sessions at once.
#[derive(Clone, Debug)]
pub struct Definition {
    name: String,
    description: Option<String>,
    pub(super) initial: StateId,
    external: Vec<EventName>,
    pub(super) states: Vec<State>,
    /// What states were called before, in order, and which they are now.
    moved: Vec<(String, StateId)>,
    /// Every event that some transition names or some state defers and both that tell the end of a chain, in order: searched by halving.
    events: Vec<EventName>,
    /// How many moves and rounds of `while` may come of one event.
    limit: u32,
    /// Whether what is doubtful is refused.
    strict: bool,
    warnings: Vec<LocatedProblem>,
    /// By state: whether it has an `always` that looks at the domain, or a time that follows it. Empty where none has.
    pub(super) asks_data: Box<[bool]>,
    /// What states defer.
    pub(super) deferrals: Deferrals,
    /// Whether a state has work that runs while it is active.
    has_invokes: bool,
    /// Whether a state is a saga.
    has_sagas: bool,
    /// Whether a state has regions.
    pub(super) has_regions: bool,
    /// By state: whether it has times. Empty where none has.
    pub(super) has_times: Box<[bool]>,
    /// By state: whether a transition waits for its end by name. Empty where none does.
    pub(super) heard_done: Box<[bool]>,
    /// The states by their names.
    by_name: Box<[StateId]>,
    pub(super) tree: Tree,
    pub(super) triggers: Triggers,
    pub(super) table: Table,
}

/// How many moves and rounds of `while` may come of one event where the file does not say.
pub const DEFAULT_LIMIT: u32 = 10_000;

impl Definition {
    /// A definition of its parts, with all that the state machine looks up prepared.
    ///
    /// The parts are trusted: the loader has proved them. Parts that do not fit together (a target that is not there, a state
    /// within itself) make a definition of no use, but never a panic.
    #[must_use]
    pub fn assemble(parts: Parts) -> Self {
        let Parts {
            name,
            description,
            initial,
            external,
            root,
            states,
            mut moved,
            mut events,
            limit,
            strict,
            warnings,
        } = parts;
        moved.sort();
        events.extend(states.iter().flat_map(|state| &state.transitions).filter_map(|way| match &way.trigger {
            Trigger::Event { name, .. } => Some(name.clone()),
            _ => None,
        }));
        events.extend(states.iter().flat_map(|state| &state.defer).map(|deferred| deferred.event.clone()));
        // A wildcard does not take the end of a chain: so that is known from an event that no transition names.
        events.extend([EventName::CHAIN_DONE, EventName::CHAIN_FAIL]);
        events.sort();
        events.dedup();
        let (tree, triggers) = (Tree::of(&states, root), Triggers::of(&states, &events));
        let has_invokes = states.iter().any(|state| !state.invokes.is_empty());
        let has_sagas = states.iter().any(|state| state.saga);
        let has_regions = states.iter().any(|state| matches!(state.kind, StateKind::Parallel));
        let (table, asks_data, has_times) = (Table::default(), asks_data(&states), has_times(&states));
        let (heard_done, deferrals) = (heard_done(&states), Deferrals::of(&states, &events));
        let mut by_name: Box<[StateId]> = (0..u32::try_from(states.len()).unwrap_or(u32::MAX)).map(StateId).collect();
        by_name.sort_by_key(|state| states.get(state.index()).map(|state| state.name.as_str()));
        let mut made = Self {
            name,
            description,
            initial,
            external,
            states,
            moved,
            events,
            limit,
            strict,
            warnings,
            asks_data,
            deferrals,
            has_invokes,
            has_sagas,
            has_regions,
            has_times,
            heard_done,
            by_name,
            tree,
            triggers,
            table,
        };
        made.table = Table::of(&made);
        made
    }

    /// Whether its file says `strict`: what is doubtful is refused.
    #[must_use]
    pub const fn is_strict(&self) -> bool {
        self.strict
    }

    /// The states, in the order of the file.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// A state by its id; `None` for an id of another definition.
    #[must_use]
    pub fn state(&self, id: StateId) -> Option<&State> {
        self.states.get(id.0 as usize)
    }

    /// The state of that name; behind the names of states around it (`A.B`) where it is not the only one of its own.
    #[must_use]
    pub fn state_named(&self, name: &str) -> Option<StateId> {
        let name_of = |state: &StateId| self.state(*state).map(|state| state.name.as_str());
        let before = self.by_name.partition_point(|state| name_of(state) < Some(name));
        let found = self.by_name.get(before).copied().filter(|state| name_of(state) == Some(name));
        found.or_else(|| if name.contains('.') { self.state_behind(name) } else { None })
    }

    /// The one state that is meant by a name behind those of states around it, though it be called so no more, or not by as many.
    fn state_behind(&self, name: &str) -> Option<StateId> {
        let ids = (0..u32::try_from(self.states.len()).unwrap_or(u32::MAX)).map(StateId);
        let mut meant = ids.filter(|id| self.is_called(*id, name));
        meant.next().filter(|_| meant.next().is_none())
    }

    fn is_called(&self, id: StateId, name: &str) -> bool {
        // Parts that do not fit together may have a state within itself.
        let around = std::iter::successors(self.state(id), |state| self.state(state.parent?)).take(self.states.len());
        let mut rest = name;
        for state in around {
            let Some(before) = rest.strip_suffix(state.own.as_deref().unwrap_or(&state.name)) else { return false };
            match before.strip_suffix('.') {
                Some(before) => rest = before,
                None => return before.is_empty(),
            }
        }
        false
    }

    /// The state that a stored name stands for: the one of that name, or the one that it [was moved to](Self::moved_states).
    #[must_use]
    pub fn state_once_named(&self, name: &str) -> Option<StateId> {
        let moved = || self.moved.binary_search_by(|(before, _)| before.as_str().cmp(name)).ok();
        self.state_named(name).or_else(|| moved().and_then(|place| self.moved.get(place)).map(|(_, state)| *state))
    }

    /// What states were called before, in the order of these names, and which they are now.
    pub fn moved_states(&self) -> impl Iterator<Item = (&str, StateId)> {
        self.moved.iter().map(|(before, state)| (before.as_str(), *state))
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

    /// The state in which a session begins.
    #[must_use]
    pub const fn initial(&self) -> StateId {
        self.initial
    }

    /// The state that is the whole workflow, around all others, where the file gives that events, chains or regions of its own
    /// (`ROOT` in traces): it is entered first, and left at the end.
    #[must_use]
    pub const fn root(&self) -> Option<StateId> {
        self.tree.root()
    }

    /// The events that the file lists as coming from outside.
    #[must_use]
    pub fn external(&self) -> &[EventName] {
        &self.external
    }

    /// The events that some transition names or some state defers, and the two that tell the end of a chain.
    #[must_use]
    pub fn events(&self) -> &[EventName] {
        &self.events
    }

    /// The id of an event; `None` where only a wildcard can take it: no transition names it, no state defers it, and it is not the end of a chain.
    #[must_use]
    pub fn event(&self, name: &EventName) -> Option<EventId> {
        name.place_in(&self.events).and_then(|index| u32::try_from(index).ok()).map(EventId)
    }

    /// The event that tells that a chain has ended well.
    #[doc(hidden)]
    #[must_use]
    pub const fn chain_done(&self) -> EventId {
        EventId(self.triggers.ends()[0])
    }

    /// Whether a transition names the good end of a chain: where none does, no state hears of it.
    #[doc(hidden)]
    #[must_use]
    pub const fn hears_chain_done(&self) -> bool {
        self.triggers.names_done()
    }

    /// Whether a transition waits for no event: where none does, none is taken.
    #[doc(hidden)]
    #[must_use]
    pub const fn has_always(&self) -> bool {
        self.triggers.has_always()
    }

    /// Whether a state has work that runs while it is active.
    #[must_use]
    pub const fn has_invokes(&self) -> bool {
        self.has_invokes
    }

    /// Whether a state is a saga: what is committed inside keeps its compensations until it is left well.
    #[must_use]
    pub const fn has_sagas(&self) -> bool {
        self.has_sagas
    }

    /// The innermost saga that this state is or is in.
    #[must_use]
    pub fn saga_around(&self, state: StateId) -> Option<StateId> {
        let mut around = std::iter::successors(Some(state), |state| self.state(*state)?.parent);
        around.find(|state| self.state(*state).is_some_and(|state| state.saga))
    }

    /// The event that tells that a chain has failed.
    #[doc(hidden)]
    #[must_use]
    pub const fn chain_fail(&self) -> EventId {
        EventId(self.triggers.ends()[1])
    }

    /// How many moves and rounds of `while` may come of one event.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// What is doubtful in the file, in the order of the text.
    #[must_use]
    pub fn warnings(&self) -> &[LocatedProblem] {
        &self.warnings
    }
}

/// Of which states a transition waits for the end by name.
fn heard_done(states: &[State]) -> Box<[bool]> {
    let mut heard = vec![false; states.len()];
    let ways = states.iter().flat_map(|state| &state.transitions);
    let named = ways.filter_map(|way| match way.trigger {
        Trigger::DoneOf(state) => Some(state.index()),
        _ => None,
    });
    let mut is_any = false;
    for place in named {
        is_any = true;
        heard.get_mut(place).into_iter().for_each(|heard| *heard = true);
    }
    if is_any { heard.into() } else { Box::default() }
}

/// Which states have times.
fn has_times(states: &[State]) -> Box<[bool]> {
    let waits = |state: &State| state.transitions.iter().any(|way| way.trigger.is_time());
    if states.iter().any(waits) { states.iter().map(waits).collect() } else { Box::default() }
}

/// Which states have an `always` that looks at the domain, or a time that follows it.
fn asks_data(states: &[State]) -> Box<[bool]> {
    let is_of_domain = |path: &String| path.starts_with("domain");
    let looks = |state: &State| {
        state.transitions.iter().any(|way| match &way.trigger {
            Trigger::Always => way.guard.as_ref().is_some_and(|guard| guard.reads().iter().any(is_of_domain)),
            trigger => trigger.reckoned().is_some_and(|time| time.follow),
        })
    };
    if states.iter().any(looks) { states.iter().map(looks).collect() } else { Box::default() }
}

impl Definition {
    /// The processes and their errors that the file looks at (`after` of a `retry`), one by one.
    #[doc(hidden)]
    pub fn errors_looked_at(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        let of_run = |run: &super::step::Run| -> Vec<(&'static str, &'static str)> {
            let ways = run.retry.iter().flat_map(super::retry::Retry::ways);
            ways.flat_map(|way| &way.least).map(|(error, _)| (run.contract.process, *error)).collect()
        };
        let lists = move |state: &'_ State| -> Vec<(&'static str, &'static str)> {
            let ways = state.transitions.iter().flat_map(|way| &way.steps);
            let invoked = state.invokes.iter().flat_map(|invoke| &invoke.steps);
            let all = state.entry.iter().chain(&state.exit).chain(ways).chain(invoked);
            all.flat_map(Step::runs).flat_map(of_run).collect()
        };
        self.states().iter().flat_map(lists)
    }

    /// The processes whose returns the file names, one by one.
    #[doc(hidden)]
    pub fn named_results(&self) -> impl Iterator<Item = &'static str> + '_ {
        let lists = |state: &'_ State| -> Vec<&'static str> {
            let ways = state.transitions.iter().flat_map(|way| &way.steps);
            // The one of a single process is named for its `done`, which may not look.
            let is_unseen = |invoke: &Invoke| invoke.is_implied && !invoke.is_looked_at;
            let invoked = state.invokes.iter().filter(|invoke| !is_unseen(invoke));
            let invoked = invoked.flat_map(|invoke| &invoke.steps);
            let all = state.entry.iter().chain(&state.exit).chain(ways).chain(invoked);
            let named = |run: &&super::step::Run| run.gives.is_some();
            all.flat_map(Step::runs).filter(named).map(|run| run.contract.process).collect()
        };
        self.states().iter().flat_map(lists)
    }
}

impl Step {
    /// Every process that the step may run, compensations included.
    pub fn runs(&self) -> Vec<&super::step::Run> {
        let mut runs = Vec::new();
        collect(std::slice::from_ref(self), &mut runs);
        runs
    }
}

fn collect<'a>(steps: &'a [Step], runs: &mut Vec<&'a super::step::Run>) {
    for step in steps {
        match step {
            Step::Run(run) => add(run, runs),
            Step::If { then, otherwise, .. } => {
                collect(then, runs);
                collect(otherwise, runs);
            }
            Step::While { body, .. } | Step::ForEach { body, .. } => collect(body, runs),
            Step::Parallel { branches, .. } => branches.iter().for_each(|run| add(run, runs)),
        }
    }
}

fn add<'a>(run: &'a super::step::Run, runs: &mut Vec<&'a super::step::Run>) {
    runs.push(run);
    if let Some(compensate) = &run.compensate {
        add(compensate, runs);
    }
}
