//! What a session tells itself: one queue, as the internal events of SCXML.

use super::context::InterpreterContext;
use super::instance::{Internal, Live};
use crate::signal::Origin;
use crate::workflow::chart::{Definition, Effects};
use crate::workflow::trace::What;

impl Live {
    /// Takes what steps of its own have raised, in the order of the commits.
    #[inline]
    pub(super) fn take_raised(&mut self, context: InterpreterContext<'_>) {
        if context.environment.engine.has_raised() {
            self.take_all_raised(context);
        }
    }

    #[cold]
    #[inline(never)]
    fn take_all_raised(&mut self, context: InterpreterContext<'_>) {
        let (raised, too_many) = context.environment.engine.take_raised();
        for (event, urgent) in raised {
            let place = if urgent { self.inbox.iter().position(|told| !told.overtakes()) } else { None };
            self.inbox.insert(place.unwrap_or(self.inbox.len()), Internal::Raised { event, urgent });
        }
        for _ in 0..too_many {
            let oldest = |urgent_too: bool| {
                let is_one = |told: &Internal| matches!(told, Internal::Raised { urgent, .. } if urgent_too || !urgent);
                self.inbox.iter().position(is_one)
            };
            let Some(Internal::Raised { event, .. }) =
                oldest(false).or_else(|| oldest(true)).and_then(|place| self.inbox.remove(place))
            else {
                return;
            };
            context.environment.engine.drop_raised(event);
        }
    }

    /// Nothing of it is handled any more. The signals that it was told of are put back to rest.
    pub(super) fn clear_inbox(&mut self, context: InterpreterContext<'_>) {
        self.take_raised(context);
        let mut raised = 0;
        for told in std::mem::take(&mut self.inbox) {
            let Internal::Raised { event, .. } = told else { continue };
            raised += 1;
            if matches!(event.origin, Origin::Signal { .. }) {
                context.environment.engine.dispatched(&event.origin);
            }
            self.discarded = self.discarded.saturating_add(1);
            self.trace.tell(context.environment.clock, || What::Discarded { name: event.name });
        }
        if raised > 0 {
            context.environment.engine.let_go_raised(raised);
        }
        self.forget_deferred(context);
    }

    /// States are left: how their chains have ended, the states that are entered do not hear as if those had been theirs.
    /// Those around them that stay hear it.
    pub(super) fn forget_ends_of(&mut self, effects: Effects<'_>, definition: &Definition) {
        self.inbox.retain_mut(|told| match told {
            Internal::ChainDone { heard_by: Some(state) } | Internal::ChainFailed { heard_by: Some(state), .. } => {
                while effects.exits(*state) {
                    match definition.state(*state).and_then(|state| state.parent) {
                        Some(parent) => *state = parent,
                        None => return false,
                    }
                }
                true
            }
            Internal::Recover { heard_by: Some(state), .. } | Internal::InvokeDone { state, .. } => {
                !effects.exits(*state)
            }
            _ => true,
        });
    }
}

impl Internal {
    /// Whether it comes before what is urgent on the bus.
    pub(super) const fn overtakes(&self) -> bool {
        matches!(self, Self::Recover { .. } | Self::Raised { urgent: true, .. })
    }
}
