//! What becomes of the events that states defer.

use crate::signal::EventName;
use crate::workflow::chart::{Definition, StateId, Trigger};

/// An event that a state defers, and who takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// The state that defers it.
    pub state: StateId,
    /// The event.
    pub event: EventName,
    /// The states that take it, by its name or by that of any (`"*"`), in the order of the file.
    pub taken_by: Vec<StateId>,
}

impl Definition {
    /// Each event that each state defers, in the order of the file, and which states take it.
    #[must_use]
    pub fn deferrals(&self) -> Vec<Deferral> {
        let takes = |event: &EventName, state: StateId| {
            let mut ways = self.state(state).into_iter().flat_map(|state| &state.transitions);
            ways.any(|way| match &way.trigger {
                Trigger::Event { name, .. } => name == event,
                trigger => *trigger == Trigger::Any,
            })
        };
        let ids = || (0..).map(StateId).take(self.states().len());
        let deferred = ids().zip(self.states()).flat_map(|(id, state)| state.defer.iter().map(move |it| (id, it)));
        let all = deferred.map(|(state, deferred)| {
            let event = deferred.event.clone();
            let taken_by = ids().filter(|id| takes(&event, *id)).collect();
            Deferral { state, event, taken_by }
        });
        all.collect()
    }
}
