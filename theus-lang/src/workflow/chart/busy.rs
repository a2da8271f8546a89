//! Regions whose chain is under way while others go on: what concerns one of them waits for that chain.

use super::configuration::Configuration;
use super::definition::Definition;
use super::event::{EventId, TimerId, Trigger};
use super::id::StateId;
use super::moves::Move;
use super::tree::Kind;
use crate::condition::{Activation, EvaluationError};

impl Definition {
    /// Whether a state has regions.
    #[must_use]
    pub const fn has_regions(&self) -> bool {
        self.has_regions
    }

    /// The innermost active region in which all of these states are; `None` where there is none, or a state around them is atomic: then
    /// the session as a whole waits for what they run.
    pub fn region_of(&self, at: &Configuration, states: impl IntoIterator<Item = StateId>) -> Option<StateId> {
        let holds = |around: StateId, state: StateId| around == state || self.tree.is_inside(state, around);
        let mut states = states.into_iter();
        let first = states.next()?;
        let mut common = first;
        for state in states {
            while !holds(common, state) {
                common = self.tree.parent(common)?;
            }
        }
        let is_atomic = |state: StateId| self.state(state).is_some_and(|state| state.atomic);
        if std::iter::once(first).chain(self.tree.around(first)).any(is_atomic) {
            return None;
        }
        let found = std::iter::once(common).chain(self.tree.around(common)).find(|state| self.is_region(*state))?;
        self.is_active(at, found).then_some(found)
    }

    /// The regions that are active.
    #[must_use]
    pub fn regions(&self, at: &Configuration) -> Vec<StateId> {
        let mut active = self.active(at);
        active.retain(|state| self.is_region(*state));
        active
    }

    fn is_region(&self, state: StateId) -> bool {
        self.tree.parent(state).is_some_and(|parent| self.tree.kind(parent) == Kind::Parallel)
    }

    /// Whether a state is this one or inside it.
    #[must_use]
    pub fn is_within(&self, state: StateId, around: StateId) -> bool {
        state == around || self.tree.is_inside(state, around)
    }

    /// Whether an event may move a region, or lead out of it: whatever guards say, and wherever in it the session is when its chain is over.
    pub fn event_concerns(&self, at: &Configuration, region: StateId, event: impl Into<Option<EventId>>) -> bool {
        let column = self.column(event.into());
        self.any_concerns(at, region, |state| self.triggers.of_state(state, column))
    }

    /// The same for the end of a chain, which is for one state and those around it alone; for whoever is active where none is named.
    pub fn chain_end_concerns(
        &self,
        at: &Configuration,
        region: StateId,
        heard_by: Option<StateId>,
        event: EventId,
    ) -> bool {
        let Some(state) = heard_by else { return self.event_concerns(at, region, event) };
        let column = self.column(Some(event));
        let leads_into_it =
            |state: StateId| self.triggers.of_state(state, column).any(|place| self.way_concerns(region, state, place));
        self.is_within(state, region) || self.tree.around(state).chain([state]).any(leads_into_it)
    }

    /// The same for a timer.
    #[must_use]
    pub fn timer_concerns(&self, region: StateId, timer: TimerId) -> bool {
        let time = self.time(timer);
        self.own_concerns(region, timer.state, |trigger| time == Some(trigger))
    }

    /// The same for the end of a state.
    #[must_use]
    pub fn done_concerns(&self, at: &Configuration, region: StateId, done: StateId) -> bool {
        self.is_within(done, region)
            || self.any_concerns(at, region, |state| {
                let is_of = move |trigger: &Trigger| match trigger {
                    Trigger::DoneOf(other) => *other == done,
                    Trigger::Done => state == done,
                    _ => false,
                };
                self.ways(state, is_of)
            })
    }

    /// The same for the good end of what a state has invoked.
    #[must_use]
    pub fn invoked_concerns(&self, region: StateId, state: StateId, invoke: u32) -> bool {
        self.own_concerns(region, state, |trigger| *trigger == Trigger::Invoked(invoke))
    }

    /// The same for where an error leads.
    #[must_use]
    pub fn goto_concerns(&self, at: &Configuration, region: StateId, from: StateId, target: StateId) -> bool {
        self.is_within(from, region)
            || self.is_within(target, region)
            || self.goto(at, from, target).effects().exits(region)
    }

    /// What happens without an event, as [`eventless`](Self::eventless), while these regions are not to be touched.
    ///
    /// # Errors
    /// As [`transition`](Self::transition).
    pub fn eventless_beside(
        &self,
        at: &Configuration,
        busy: &[StateId],
        activation: &dyn Activation,
    ) -> Result<Option<Move<'_>>, EvaluationError> {
        let (leaves, column) = (at.leaves(), self.triggers.always());
        let first_from = |leaf: StateId| match busy.iter().any(|region| self.is_within(leaf, *region)) {
            true => Ok(None),
            false => self.first_from(leaves, leaf, column, activation),
        };
        let mut taken = self.select_by(leaves, first_from)?;
        let touches = |source: StateId, place: u32| busy.iter().any(|region| self.way_concerns(*region, source, place));
        taken.retain(|way| !way.place.is_some_and(|place| touches(way.source, place)));
        Ok((!taken.is_empty()).then(|| self.moved(at, &taken)))
    }

    /// Whether a transition is one of a state in a region, or leads out of the region.
    fn way_concerns(&self, region: StateId, source: StateId, place: u32) -> bool {
        let Some(number) = self.tree.number(region) else { return false };
        let (leaves, end) = (self.taken(source, place).leaves(&self.tree), self.tree.inside(Some(region)).end);
        self.is_within(source, region) || (leaves.start < end && number < leaves.end)
    }

    fn own_concerns(&self, region: StateId, state: StateId, is_of: impl Fn(&Trigger) -> bool) -> bool {
        self.is_within(state, region) || self.ways(state, is_of).any(|place| self.way_concerns(region, state, place))
    }

    /// Whether any of these transitions is of a state in the region, active or not, or leads out of it from an active one.
    fn any_concerns<W: Iterator<Item = u32>>(
        &self,
        at: &Configuration,
        region: StateId,
        ways: impl Fn(StateId) -> W,
    ) -> bool {
        let mut inside = self.tree.inside(Some(region)).filter_map(|number| self.tree.state(number));
        let is_left = |state: StateId| ways(state).any(|place| self.way_concerns(region, state, place));
        ways(region).next().is_some()
            || inside.any(|state| ways(state).next().is_some())
            || self.active(at).into_iter().any(is_left)
    }

    fn ways(&self, state: StateId, is_of: impl Fn(&Trigger) -> bool) -> impl Iterator<Item = u32> {
        let ways = self.state(state).map_or(&[][..], |state| &state.transitions);
        ways.iter().zip(0..).filter(move |(way, _)| is_of(&way.trigger)).map(|(_, place)| place)
    }
}
