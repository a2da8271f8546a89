//! The state machine: pure functions from a configuration and what happens to what that does.

use std::collections::HashSet;

use super::configuration::{Configuration, Leaves};
use super::definition::Definition;
use super::event::{EventId, TimerId, Trigger};
use super::id::StateId;
use super::moves::{Move, Planned};
use super::quick::Beforehand;
use super::step::Recovery;
use super::table::Candidate;
use super::taken::Taken;
use super::tree::Kind;
use super::triggers::Column;
use crate::condition::{Activation, EvaluationError};

impl Definition {
    /// How a session begins: the initial state is entered.
    #[must_use]
    pub fn start(&self) -> Move<'_> {
        let nowhere = Configuration { leaves: Leaves::Several(Box::default()), memory: None };
        let targets = std::slice::from_ref(&self.initial);
        self.moved(&nowhere, &[Taken { source: self.initial, place: None, targets, domain: None }])
    }

    /// What an event does; `None` where no transition takes it. [`event`](Self::event) has the id of a name, or `None`
    /// for what only a transition for any event (`"*"`) takes.
    ///
    /// # Errors
    /// [`EvaluationError`] where a guard that was asked has no value. Nothing has moved then.
    #[inline]
    pub fn transition(
        &self,
        at: &Configuration,
        event: impl Into<Option<EventId>>,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        self.take(at, self.column(event.into()), activation)
    }

    /// What an event does that is for one state and those around it alone: the end of a chain, for the state whose it was.
    /// `None` where none of them takes it, or the state is not active.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    pub fn transition_from(
        &self,
        at: &Configuration,
        state: StateId,
        event: impl Into<Option<EventId>>,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        let column = self.column(event.into());
        match at.leaves {
            Leaves::One(leaf) if leaf == state => self.take(at, column, activation),
            _ if self.is_active(at, state) => {
                let found = self.first_from(at.leaves(), state, column, activation)?;
                Ok(found.map(|(source, place)| self.moved(at, &[self.taken(source, place)])))
            }
            _ => Ok(None),
        }
    }

    /// What happens without an event, because a guard holds now (`always`); `None` where nothing does. The caller asks again
    /// after each move, and bounds how often.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    #[inline]
    pub fn eventless(
        &self,
        at: &Configuration,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        self.take(at, self.triggers.always(), activation)
    }

    /// What a timer does that has run out; `None` where its state is not active, or no guard holds.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    pub fn timer(
        &self,
        at: &Configuration,
        timer: TimerId,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        let Some(time) = self.time(timer) else { return Ok(None) };
        // The first of its time is what it is called by.
        self.take_own(at, timer.state, timer.index, |trigger| trigger == time, activation)
    }

    /// What it does that a state is done: for itself (`done`), or for whoever waits for it by name, as for an event. `None` where
    /// the state is not active any more, or no guard holds.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    pub fn done(
        &self,
        at: &Configuration,
        state: StateId,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        if self.heard_done.get(state.index()) != Some(&true) {
            return self.take_own(at, state, 0, |trigger| *trigger == Trigger::Done, activation);
        }
        if !self.is_active(at, state) {
            return Ok(None);
        }
        let taken = self.select_by(at.leaves(), |leaf| self.first_done_from(at, leaf, state, activation))?;
        Ok((!taken.is_empty()).then(|| self.moved(at, &taken)))
    }

    /// Of a state and those around it, the first that takes the end of another, or its own.
    fn first_done_from(
        &self,
        at: &Configuration,
        leaf: StateId,
        done: StateId,
        activation: &dyn Activation,
    ) -> Result<Option<(StateId, u32)>, EvaluationError> {
        for source in std::iter::once(leaf).chain(self.tree.around(leaf)) {
            let is_of = |trigger: &Trigger| match trigger {
                Trigger::DoneOf(state) => *state == done,
                Trigger::Done => source == done,
                _ => false,
            };
            let ways = self.state(source).map_or(&[][..], |state| &state.transitions);
            let places = ways.iter().zip(0..).filter(|(way, _)| is_of(&way.trigger)).map(|(_, place)| place);
            if let Some(place) = self.first_of(at.leaves(), source, places, activation)? {
                return Ok(Some((source, place)));
            }
        }
        Ok(None)
    }

    /// What it does that the work at a place among a state's [invokes](super::State::invokes) has ended well; `None` where the state
    /// is not active any more, or no guard holds.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    pub fn invoked(
        &self,
        at: &Configuration,
        state: StateId,
        invoke: u32,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        self.take_own(at, state, 0, |trigger| *trigger == Trigger::Invoked(invoke), activation)
    }

    /// Where a declared error of a chain leads by `on_error` of the state whose chain it is, else of the states around it: the
    /// one that names the error, else the one for any (`"*"`); `None` where none of them says anything.
    #[must_use]
    pub fn fault(&self, at: &Configuration, chain: StateId, error: &str) -> Option<Move<'_>> {
        let (source, way) = self.recovery(chain, error)?;
        Some(self.goto(at, source, way.target))
    }

    /// The state whose `on_error` is for an error of a chain, and what it says.
    pub fn recovery(&self, chain: StateId, error: &str) -> Option<(StateId, &Recovery)> {
        std::iter::once(chain).chain(self.tree.around(chain)).find_map(|state| {
            let ways = &self.state(state)?.on_error;
            let named = ways.iter().find(|way| way.error == Some(error));
            Some((state, named.or_else(|| ways.iter().find(|way| way.error.is_none()))?))
        })
    }

    /// To `target`, as by a transition of `from` without steps: for a step's own `on_error`. `from` may have been left
    /// meanwhile; then everything is left up to the innermost compound state that is still active and holds both.
    #[must_use]
    pub fn goto(&self, at: &Configuration, from: StateId, target: StateId) -> Move<'_> {
        let holds_both = |state: &StateId| {
            self.tree.may_stay(*state) && self.tree.is_inside(target, *state) && self.is_active(at, *state)
        };
        let root = self.tree.root().filter(|root| *root == from);
        let domain = root.into_iter().chain(self.tree.around(from)).find(holds_both);
        self.moved(at, &[Taken { source: from, place: None, targets: &[target], domain }])
    }

    /// Whether an active state has an `always` that looks at the domain, or a time that follows it: after any commit the one may be taken,
    /// and the other move.
    #[must_use]
    pub fn asks_data(&self, at: &Configuration) -> bool {
        let asks = |state: StateId| self.asks_data.get(state.index()) == Some(&true);
        !self.asks_data.is_empty()
            && at.leaves().iter().any(|leaf| std::iter::once(*leaf).chain(self.tree.around(*leaf)).any(asks))
    }

    /// All active states, in the order of the file: each after those around it.
    #[must_use]
    pub fn active(&self, at: &Configuration) -> Vec<StateId> {
        self.tree.states(self.tree.active(at.leaves())).into_vec()
    }

    /// Whether a state is active.
    #[must_use]
    pub fn is_active(&self, at: &Configuration, state: StateId) -> bool {
        self.tree.has_any(at.leaves(), state)
    }

    /// The final state at the top, where the session is in one, or the whole, where all its regions have ended: it is over.
    #[must_use]
    pub fn finished(&self, at: &Configuration) -> Option<StateId> {
        if let Some(root) = self.tree.parallel_root() {
            return Some(root).filter(|root| self.is_done(at, *root));
        }
        let is_at_the_top =
            |state: StateId| self.tree.parent(state).is_none_or(|parent| self.tree.root() == Some(parent));
        let is_end = |leaf: &StateId| self.tree.kind(*leaf) == Kind::Final && is_at_the_top(*leaf);
        at.leaves().iter().copied().find(is_end)
    }

    /// The timers that begin when a state is entered: one for each time, in the order of the file.
    pub fn timers(&self, state: StateId) -> impl Iterator<Item = (TimerId, &Trigger)> {
        let found = self.state(state).filter(|_| self.has_times(state));
        let ways = found.map_or(&[][..], |state| &state.transitions);
        let mut begun = HashSet::new();
        ways.iter().zip(0..).filter_map(move |(way, index)| {
            // Several candidates of one time are one timer, called by the first.
            let is_first = way.trigger.time().is_some_and(|time| begun.insert(time));
            is_first.then_some((TimerId { state, index }, &way.trigger))
        })
    }

    /// Whether a timer begins when a state is entered.
    pub fn has_times(&self, state: StateId) -> bool {
        self.has_times.get(state.index()) == Some(&true)
    }

    /// What time a timer runs for; `None` for one of another definition.
    #[must_use]
    pub fn time(&self, timer: TimerId) -> Option<&Trigger> {
        Some(&self.way(timer.state, timer.index)?.trigger).filter(|trigger| trigger.is_time())
    }

    #[inline]
    pub(super) fn column(&self, event: Option<EventId>) -> Column {
        let other = self.triggers.other();
        event.map_or(other, |event| event.0.min(other))
    }

    #[inline]
    fn take(
        &self,
        at: &Configuration,
        column: Column,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        if let Leaves::One(leaf) = at.leaves {
            match self.decided(leaf, column) {
                Beforehand::Moves(found) => return Ok(Some(found.after(at))),
                Beforehand::Nothing => return Ok(None),
                Beforehand::Open => {}
            }
        }
        self.take_first(at, column, activation)
    }

    /// The first candidate whose guard holds.
    fn take_first(
        &self,
        at: &Configuration,
        column: Column,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        let Leaves::One(leaf) = at.leaves else { return self.take_any(at, column, activation) };
        let Some(candidates) = self.table.candidates(leaf, column) else {
            return self.take_any(at, column, activation);
        };
        for candidate in candidates {
            if !candidate.guarded || self.holds(at.leaves(), candidate.source, candidate.place, activation)? {
                return Ok(Some(self.prepared(at, candidate)));
            }
        }
        Ok(None)
    }

    fn prepared<'a>(&'a self, at: &Configuration, candidate: &'a Candidate) -> Move<'a> {
        match &candidate.plan {
            Some(plan) => Move {
                to: Configuration { leaves: plan.leaves.clone(), memory: at.memory.clone() },
                plan: Planned::Before(plan),
                definition: self,
            },
            None => self.moved(at, &[self.taken(candidate.source, candidate.place)]),
        }
    }

    /// Without the table.
    fn take_any(
        &self,
        at: &Configuration,
        column: Column,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        let taken = self.select(at.leaves(), column, activation)?;
        Ok((!taken.is_empty()).then(|| self.moved(at, &taken)))
    }

    /// What only the state itself takes, while it is active; of its transitions those from a place on.
    fn take_own(
        &self,
        at: &Configuration,
        state: StateId,
        from: u32,
        concerns: impl Fn(&Trigger) -> bool,
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        let Some(found) = self.state(state).filter(|_| self.is_active(at, state)) else { return Ok(None) };
        let ways = found.transitions.iter().zip(0..).skip(from as usize);
        let places = ways.filter(|(way, _)| concerns(&way.trigger)).map(|(_, place)| place);
        let first = self.first_of(at.leaves(), state, places, activation)?;
        Ok(first.map(|place| self.moved(at, &[self.taken(state, place)])))
    }
}
