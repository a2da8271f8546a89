//! Regions side by side: a chain that has to wait holds up its region, and no other.
//!
//! It goes on beside the session's own, as what states have invoked does. What concerns its region waits for it: events that any state
//! there has a use for, times, the ends of other chains; so a region never moves while its chain is under way.

use super::activation::SessionActivation;
use super::beside::Invocation;
use super::context::InterpreterContext;
use super::deferrals::DeferredEvents;
use super::instance::{Internal, Live, Progress, Troubled};
use super::outcome::{Cause, Handled};
use super::timers::Timer;
use super::unit::Unit;
use crate::signal::{Event, EventName, Origin};
use crate::workflow::chart::{Configuration, Definition, MOST_DEFERRED, Move, StateId};
use crate::workflow::clock::Moment;
use crate::workflow::condition::EvaluationError;
use crate::workflow::trace::What;

/// The regions in which nothing is handled at present: those that are busy, and those for which something waits that is for one of them too.
pub(super) struct HeldUp<'a> {
    definition: &'a Definition,
    at: &'a Configuration,
    regions: Vec<StateId>,
    /// All that are active.
    active: Vec<StateId>,
}

impl<'a> HeldUp<'a> {
    /// By what is under way, and by what the session has told itself.
    pub(super) fn of(live: &'a Live, definition: &'a Definition) -> Self {
        let mut held_up = Self::busy(live, definition);
        if !held_up.regions.is_empty() {
            for told in &live.inbox {
                held_up.waits_told(told);
            }
        }
        held_up
    }

    /// By what is under way alone.
    fn busy(live: &'a Live, definition: &'a Definition) -> Self {
        let regions: Vec<StateId> = live.beside().map_or_else(Vec::new, |beside| beside.busy().collect());
        let active = if regions.is_empty() { Vec::new() } else { definition.regions(&live.at) };
        Self { definition, at: &live.at, regions, active }
    }

    pub(super) fn regions(&self) -> &[StateId] {
        &self.regions
    }

    /// What comes after these.
    fn behind<'e>(&mut self, events: impl Iterator<Item = &'e Event>) {
        for event in events {
            self.waits(event);
        }
    }

    fn concerns(&self, event: &Event) -> bool {
        self.regions.iter().any(|region| event_concerns(self.definition, self.at, *region, event))
    }

    /// Whether an event waits for one of them. Then what comes after it in any region that it concerns waits for it.
    pub(super) fn waits(&mut self, event: &Event) -> bool {
        let (definition, at) = (self.definition, self.at);
        self.waits_by(|region| event_concerns(definition, at, region, event))
    }

    /// The same for what the session tells itself.
    fn waits_told(&mut self, told: &Internal) -> bool {
        let (definition, at) = (self.definition, self.at);
        self.waits_by(|region| told_concerns(definition, at, region, told))
    }

    fn waits_by(&mut self, concerns: impl Fn(StateId) -> bool) -> bool {
        if !self.regions.iter().any(|region| concerns(*region)) {
            return false;
        }
        for region in &self.active {
            if !self.regions.contains(region) && concerns(*region) {
                self.regions.push(*region);
            }
        }
        true
    }
}

fn event_concerns(definition: &Definition, at: &Configuration, region: StateId, event: &Event) -> bool {
    definition.event_concerns(at, region, definition.event(&event.name))
}

/// Whether what a session tells itself is for a region, or leads out of it.
fn told_concerns(definition: &Definition, at: &Configuration, region: StateId, told: &Internal) -> bool {
    match told {
        Internal::Raised { event, .. } => event_concerns(definition, at, region, event),
        Internal::Done(state) => definition.done_concerns(at, region, *state),
        Internal::InvokeDone { state, place, .. } => definition.invoked_concerns(region, *state, *place),
        Internal::ChainDone { heard_by } => {
            definition.chain_end_concerns(at, region, *heard_by, definition.chain_done())
        }
        Internal::ChainFailed { heard_by, .. } => {
            definition.chain_end_concerns(at, region, *heard_by, definition.chain_fail())
        }
        Internal::NotMadeGood { .. } => {
            definition.event_concerns(at, region, definition.event(&EventName::COMPENSATION_FAIL))
        }
        Internal::Recover { state, target, error, .. } => match target {
            Some(recovery) => definition.goto_concerns(at, region, *state, recovery.target),
            None => definition
                .recovery(*state, error)
                .is_some_and(|(source, way)| definition.goto_concerns(at, region, source, way.target)),
        },
    }
}

impl Live {
    /// Whether a region has a chain under way beside the session's own.
    #[inline]
    pub(super) fn is_any_region_busy(&self) -> bool {
        self.beside().is_some_and(|beside| beside.busy().next().is_some())
    }

    /// The chain that is under way waits. Where it is a region's, it goes on beside, and the session goes on with the rest. False where it
    /// concerns more than that.
    #[cold]
    #[inline(never)]
    pub(super) fn steps_aside(&mut self, context: InterpreterContext<'_>) -> bool {
        let definition = context.definition;
        let ends = self.unit.as_ref().is_none_or(|unit| unit.ending.is_some() || unit.trouble.is_some());
        if ends || self.cancelled().is_some() {
            return false;
        }
        let Some(chain) = self.chain.as_ref().filter(|chain| chain.failure.as_ref().is_none_or(|it| !it.aborts)) else {
            return false;
        };
        let Some(region) = chain.region(definition, &self.at) else { return false };
        let (chain, unit) = match self.chain.take() {
            None => return false,
            Some(chain) if chain.is_one_region() => (chain, self.unit.take()),
            Some(mut all) => {
                let chain = Box::new(all.take_region(region, definition));
                self.chain = Some(all);
                // Who has asked by the event waits for this part of it, too.
                let event = self.unit.as_ref().and_then(|unit| unit.handled.event.clone());
                let event = event.filter(|event| matches!(event.origin, Origin::Asked { .. }));
                let mut handled = Handled::new(event, Cause::Region, region);
                handled.to = Some(self.leaf(definition));
                handled.failed = chain.failure.is_some();
                (chain, Some(Unit::of(Box::new(handled))))
            }
        };
        let spent = self.spent;
        let beside = self.beside_or_new();
        let slot = beside.own;
        beside.all.push(Invocation {
            state: region,
            place: u32::MAX,
            is_region: true,
            slot,
            has_begun: true,
            is_left: false,
            has_settled: false,
            chain: Some(chain),
            unit,
            spent,
            result: None,
            has_waited: true,
        });
        beside.renews_own_slot();
        self.trace.tell(context.environment.clock, || What::Aside { state: region });
        true
    }

    /// The session's own chain is over: the next begins with the slot that most have.
    pub(super) fn own_chain_is_over(&mut self) {
        if self.beside().is_some_and(|beside| beside.all.is_empty()) {
            self.has_nothing_beside();
        }
    }

    /// The chain of a region is over, and what comes of that is told as for one of the session's own.
    pub(super) fn end_region(
        &mut self,
        invocation: Invocation,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        let Invocation { chain: Some(chain), unit, .. } = invocation else { return Ok(Progress::Stepped) };
        let own = std::mem::replace(&mut self.unit, unit);
        let ended = self.end_chain(chain, context);
        self.unit = own;
        self.settled = false;
        // What waited for it is looked through.
        if let Some(kept) = self.deferred_mut() {
            kept.is_open = true;
        }
        ended
    }

    /// The signal that has raised what was being handled is put back to rest, though that has not come to its end.
    pub(super) fn let_rest(handled: &Handled, context: InterpreterContext<'_>) {
        if let Some(Event { origin: origin @ Origin::Signal { .. }, .. }) = &handled.event {
            context.environment.engine.dispatched(origin);
        }
    }

    /// Whether an event from the bus waits for a region that is busy, or for another that does and is for the same region: in each they are
    /// handled in the order in which they came.
    #[cold]
    #[inline(never)]
    pub(super) fn waits_for_a_region(&self, event: &Event, is_urgent: bool, context: InterpreterContext<'_>) -> bool {
        let mut held_up = HeldUp::of(self, context.definition);
        let before = |kept: &DeferredEvents| if is_urgent { kept.ahead } else { kept.events.len() };
        let kept = self.deferred().into_iter().flat_map(|kept| kept.events.iter().take(before(kept)));
        held_up.behind(kept);
        held_up.concerns(event)
    }

    /// Whether no more events are taken: as many wait for regions that are busy, or are deferred, as are kept.
    pub(super) fn takes_no_more(&self) -> bool {
        self.deferred().is_some_and(|kept| kept.events.len() >= MOST_DEFERRED) && self.is_any_region_busy()
    }

    /// An event waits for a region; what is urgent before all that is not.
    pub(super) fn put_off(
        &mut self,
        event: Event,
        is_urgent: bool,
        context: InterpreterContext<'_>,
    ) -> Result<Progress, Troubled> {
        let clock = context.environment.clock;
        self.trace.tell(clock, || What::Event { name: event.name.clone(), origin: event.origin });
        self.trace.tell(clock, || What::Deferred { name: event.name.clone() });
        self.hears_question(&event);
        self.deferred_or_new().keep(&event, is_urgent);
        self.begin_unit(Some(event), Cause::Event, context);
        self.end_unit(context)
    }

    /// When the next timer is due that waits for no region.
    #[inline]
    pub(super) fn next_due(&self, context: InterpreterContext<'_>) -> Option<Moment> {
        match self.is_any_region_busy() {
            false => self.timers.next_due(),
            true => self.next_timer_beside(context).map(|timer| timer.due),
        }
    }

    /// Takes the one that is due then.
    pub(super) fn take_due(&mut self, due: Moment, context: InterpreterContext<'_>) -> Option<Timer> {
        if !self.is_any_region_busy() {
            return self.timers.take_due(due);
        }
        let timer = self.next_timer_beside(context)?;
        self.timers.take(&timer);
        Some(timer)
    }

    /// The first of what the session tells itself that it can hear now: no message overtakes another that is for the same region.
    #[inline]
    pub(super) fn take_told(&mut self, context: InterpreterContext<'_>) -> Option<Internal> {
        if !self.is_any_region_busy() {
            return self.inbox.pop_front();
        }
        let place = self.place_of_told(context)?;
        self.inbox.remove(place)
    }

    /// The same, and it stays there.
    #[inline]
    pub(super) fn first_told(&self, context: InterpreterContext<'_>) -> Option<&Internal> {
        match self.is_any_region_busy() {
            false => self.inbox.front(),
            true => self.inbox.get(self.place_of_told(context)?),
        }
    }

    #[cold]
    #[inline(never)]
    fn place_of_told(&self, context: InterpreterContext<'_>) -> Option<usize> {
        let mut held_up = HeldUp::busy(self, context.definition);
        self.inbox.iter().position(|told| !held_up.waits_told(told))
    }

    /// An event that waits came before what is due later.
    #[cold]
    #[inline(never)]
    fn next_timer_beside(&self, context: InterpreterContext<'_>) -> Option<Timer> {
        let mut held_up = HeldUp::of(self, context.definition);
        let kept = self.deferred().into_iter().flat_map(|kept| &kept.events);
        held_up.behind(kept);
        let waits =
            |timer: &&Timer| held_up.regions.iter().any(|region| context.definition.timer_concerns(*region, timer.id));
        self.timers.iter().find(|timer| !waits(timer)).copied()
    }

    /// What happens without an event while regions are busy.
    pub(super) fn eventless_beside<'d>(
        &self,
        activation: &SessionActivation<'_>,
        context: InterpreterContext<'d>,
    ) -> Result<Option<Move<'d>>, EvaluationError> {
        let held_up = HeldUp::of(self, context.definition);
        context.definition.eventless_beside(&self.at, held_up.regions(), activation)
    }
}
