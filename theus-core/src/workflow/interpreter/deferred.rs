//! Events that active states defer: kept until a state takes them, or none defers them any more.

use std::collections::VecDeque;

use super::activation::SessionActivation;
use super::aside::HeldUp;
use super::context::InterpreterContext;
use super::deferrals::DeferredEvents;
use super::instance::{Live, Progress, Troubled};
use crate::panics::tell;
use crate::signal::{Event, Payload};
use crate::workflow::chart::{Definition, Effects, MOST_DEFERRED};
use crate::workflow::trace::What;

impl Live {
    /// No transition takes the event, and an active state defers it.
    #[cold]
    #[inline(never)]
    pub(super) fn defer(&mut self, event: &Event, context: InterpreterContext<'_>) {
        let kept = self.deferred_or_new();
        if kept.events.len() < MOST_DEFERRED {
            kept.keep(event, false);
            self.trace.tell(context.environment.clock, || What::Deferred { name: event.name.clone() });
            return;
        }
        let most = MOST_DEFERRED;
        context.environment.engine.tell_dropped(event);
        self.trace.tell(context.environment.clock, || What::Dropped { name: event.name.clone(), most });
        let workflow = context.definition.name();
        tell(|| {
            let event = event.name.to_string();
            tracing::warn!(target: "theus::workflow", workflow, event, most, "dropped: as many are deferred as are kept");
        });
    }

    /// Other states are active: what was kept is looked through again.
    #[inline]
    pub(super) fn reconsiders(&mut self, effects: Effects<'_>) {
        if let Some(kept) = self.deferred_mut() {
            kept.is_open |= !(effects.exited().is_empty() && effects.entered().is_empty());
        }
    }

    /// Handles the oldest event that was kept and that a transition takes now, or that no active state defers any more. What is
    /// urgent on the bus comes before it.
    #[cold]
    #[inline(never)]
    pub(super) fn recall(&mut self, context: InterpreterContext<'_>) -> Result<Option<Progress>, Troubled> {
        let Some(kept) = self.deferred() else { return Ok(None) };
        let mut held_up = HeldUp::of(self, context.definition);
        let found = kept.events.iter().position(|event| !held_up.waits(event) && self.is_for_now(event, context));
        if found.is_some()
            && !self.takes_no_more()
            && let Some(urgent) = context.environment.engine.next_urgent()
        {
            self.counts_anew();
            self.follows = false;
            return self.take_from_bus(urgent, true, context).map(Some);
        }
        let Some(kept) = self.deferred_mut() else { return Ok(None) };
        let event = found.and_then(|place| kept.take(place));
        kept.is_open = event.is_some() && !kept.events.is_empty();
        self.drop_if_none_deferred();
        let Some(event) = event else { return Ok(None) };
        self.trace.tell(context.environment.clock, || What::Recalled { name: event.name.clone() });
        self.handle_event(event, context).map(Some)
    }

    fn is_for_now(&self, event: &Event, context: InterpreterContext<'_>) -> bool {
        let id = context.definition.event(&event.name);
        if !context.definition.defers(&self.at, id) {
            return true;
        }
        let payload = event.payload.as_ref().map(Payload::value);
        let activation = SessionActivation::new(context.environment, payload, &[]);
        !matches!(context.definition.transition(&self.at, id, &activation), Ok(None))
    }

    /// Nothing that was kept is handled any more.
    pub(super) fn forget_deferred(&mut self, context: InterpreterContext<'_>) {
        let Some(kept) = self.take_deferred() else { return };
        for event in kept.events {
            self.discarded = self.discarded.saturating_add(1);
            self.trace.tell(context.environment.clock, || What::Discarded { name: event.name });
        }
    }

    /// It goes on with what it had kept before. What the file defers there no more is looked at at once.
    pub(super) fn restore_deferred(&mut self, events: VecDeque<Event>, is_open: bool, definition: &Definition) {
        if events.is_empty() {
            return;
        }
        // As where it is looked through: what waits for a region holds up what comes after it in others too.
        let mut held_up = HeldUp::of(self, definition);
        let is_deferred =
            |event: &Event| held_up.waits(event) || definition.defers(&self.at, definition.event(&event.name));
        let is_open = is_open || !events.iter().all(is_deferred);
        *self.deferred_or_new() = DeferredEvents { events, is_open, ahead: 0 };
    }
}
