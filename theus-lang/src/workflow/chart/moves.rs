//! What one microstep of the state machine does.

use std::fmt;

use super::configuration::Configuration;
use super::definition::Definition;
use super::id::StateId;
use super::plan::{Part, Plan, Strand};
use super::state::StateKind;
use super::step::{ArgumentSource, Step};
use super::transition::Transition;

/// What one microstep of the state machine does. Most are made when the definition is, and only looked up.
#[derive(Clone)]
pub struct Move<'a> {
    /// The states that are active after it.
    pub to: Configuration,
    pub(super) plan: Planned<'a>,
    pub(super) definition: &'a Definition,
}

#[derive(Clone)]
pub(super) enum Planned<'a> {
    Before(&'a Plan),
    Now(Box<Plan>),
}

/// A chain that is to be run.
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a> {
    /// The state whose it is.
    pub state: StateId,
    /// Where it stands there.
    pub part: Part,
    /// The strand that it is part of, by its place among [`Effects::strands`].
    pub strand: u32,
    /// Its steps; there is at least one.
    pub steps: &'a [Step],
}

/// What a move does beside leading on.
#[derive(Clone, Copy)]
pub struct Effects<'a> {
    pub(super) plan: &'a Plan,
    pub(super) definition: &'a Definition,
}

impl<'a> Effects<'a> {
    /// The states that are left, innermost first. Timers of theirs end.
    #[must_use]
    pub fn exited(self) -> &'a [StateId] {
        &self.plan.exited
    }

    /// Whether a state is among those that are left.
    pub fn exits(self, state: StateId) -> bool {
        let (tree, exited) = (&self.definition.tree, &self.plan.exited);
        let number = tree.number(state);
        // They are in the order of the file, the last one first.
        exited.binary_search_by(|other| number.cmp(&tree.number(*other))).is_ok()
    }

    /// The states that are entered, outermost first. Their timers begin.
    #[must_use]
    pub fn entered(self) -> &'a [StateId] {
        &self.plan.entered
    }

    /// The transitions that were taken, with the states they belong to: several where regions take one each, none for the
    /// start and for what an error leads to.
    pub fn taken(self) -> impl Iterator<Item = (StateId, &'a Transition)> {
        let definition = self.definition;
        self.plan.taken.iter().filter_map(|(state, place)| Some((*state, definition.way(*state, *place)?)))
    }

    /// The transition by which a state is left; `None` where it is not, or where that is no transition's.
    pub fn left_by(self, state: StateId) -> Option<&'a Transition> {
        let tree = &self.definition.tree;
        let number = tree.number(state)?;
        let leaves =
            |(source, place): &&(StateId, u32)| self.definition.taken(*source, *place).leaves(tree).contains(&number);
        let (source, place) = self.plan.taken.iter().find(leaves)?;
        self.definition.way(*source, *place)
    }

    /// What is to be run, in order: what leaving runs, the steps of the transitions, what entering runs. Empty chains are not
    /// among them.
    pub fn chains(self) -> impl ExactSizeIterator<Item = Chain<'a>> {
        let definition = self.definition;
        let chain = move |(state, part, strand): &(StateId, Part, u32)| Chain {
            state: *state,
            part: *part,
            strand: *strand,
            steps: definition.chain(*state, *part),
        };
        self.plan.chains.iter().map(chain)
    }

    /// The same without the steps.
    #[doc(hidden)]
    #[must_use]
    pub fn parts(self) -> &'a [(StateId, Part, u32)] {
        &self.plan.chains
    }

    /// What of the chains runs as one: those with the same strand. Each ends by itself. Most moves have one.
    #[must_use]
    pub fn strands(self) -> &'a [Strand] {
        &self.plan.strands
    }

    /// The states that are done, in order: each takes its `done` transition next, if it has one.
    #[must_use]
    pub fn done(self) -> &'a [StateId] {
        &self.plan.done
    }

    /// The final state at the top, where one was entered, or the whole, where its regions have all ended: the workflow is over.
    #[must_use]
    pub const fn finished(self) -> Option<StateId> {
        self.plan.finished
    }

    /// What the workflow gives, where it is over and its final state says so.
    #[must_use]
    pub fn result(self) -> Option<&'a ArgumentSource> {
        match &self.definition.state(self.finished()?)?.kind {
            StateKind::Final { result } => result.as_ref(),
            _ => None,
        }
    }
}

impl Move<'_> {
    /// What it does beside leading on.
    #[must_use]
    pub fn effects(&self) -> Effects<'_> {
        let plan = match &self.plan {
            Planned::Before(plan) => plan,
            Planned::Now(plan) => &**plan,
        };
        Effects { plan, definition: self.definition }
    }
}

impl Definition {
    pub(super) fn way(&self, state: StateId, place: u32) -> Option<&Transition> {
        self.state(state)?.transitions.get(place as usize)
    }

    /// The steps of a part of a state.
    pub fn chain(&self, state: StateId, part: Part) -> &[Step] {
        self.state(state).map_or(&[][..], |found| match part {
            Part::Exit => &found.exit,
            Part::Entry => &found.entry,
            Part::Invoke(place) => found.invokes.get(place as usize).map_or(&[], |invoke| &invoke.steps),
            Part::Transition(place) => self.way(state, place).map_or(&[], |way| &way.steps),
        })
    }
}

impl fmt::Debug for Move<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Move").field("to", &self.to).field("effects", &self.effects()).finish()
    }
}

impl fmt::Debug for Effects<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Effects").field(self.plan).finish()
    }
}
