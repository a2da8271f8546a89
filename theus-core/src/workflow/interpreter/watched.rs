//! What is handled, as it is told to somebody.

use tracing::Span;

use super::context::InterpreterContext;
use super::instance::Live;
use super::names::name_of;
use super::outcome::{Cause, Handled};
use super::session_watch::SessionWatch;
use super::unit::Unit;
use crate::telemetry::{Entered, EventBegins};
use crate::workflow::chart::Definition;

impl Live {
    /// A unit has begun. What it tells itself later is in the trace of that.
    #[cold]
    #[inline(never)]
    pub(super) fn watch_unit(&mut self, told: SessionWatch<'_>, definition: &Definition) {
        let Some(unit) = &mut self.unit else { return };
        let SessionWatch { watch, session } = told;
        let Handled { event, cause, from, .. } = &*unit.handled;
        let sent = event.as_ref().and_then(|event| event.trace.as_ref());
        let is_of_itself =
            event.as_ref().map_or(!matches!(cause, Cause::Timer | Cause::Start), |event| event.is_of_itself());
        let traced = self.seldom.as_ref().and_then(|seldom| seldom.traced.as_ref());
        let trace = sent.or_else(|| traced.filter(|_| is_of_itself));
        let from = name_of(definition, *from);
        let span = watch.event(&EventBegins { session, event: event.as_ref(), cause: *cause, from: &from, trace });
        let within = span.span();
        let entered = Entered::new(&within);
        let here = watch.here();
        drop(entered);
        unit.handled.span = Some(span);
        if here.is_some() || self.seldom.is_some() {
            self.seldom.get_or_insert_default().traced = here;
        }
    }

    /// The span of what is being handled; that of what was restored begins when it goes on.
    pub(super) fn unit_span(&mut self, told: SessionWatch<'_>, definition: &Definition) -> Option<Span> {
        if self.unit.as_ref()?.handled.span.is_none() {
            self.watch_unit(told, definition);
        }
        self.unit.as_ref().and_then(Unit::span)
    }
}

impl Unit {
    /// All that came of it is done.
    #[inline]
    pub(super) fn tell_ended(&mut self, context: InterpreterContext<'_>) {
        if let Some(watch) = context.environment.watch
            && let Some(span) = self.handled.span.take()
        {
            watch.ended(&span, &self.handled, context.definition);
        }
    }

    pub(super) fn span(&self) -> Option<Span> {
        self.handled.span.as_ref().map(|watched| watched.span())
    }
}
