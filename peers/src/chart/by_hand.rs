//! The chart as a `match`.

use super::{Event, Place};

/// The machine: where it is, and how many processes it would have run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Where it is.
    pub place: Place,
    /// How many processes it would have run.
    pub steps: u64,
}

impl Machine {
    /// A machine at the start.
    #[must_use]
    pub const fn new() -> Self {
        Self::at(Place::Waiting)
    }

    /// A machine in a state that is not entered.
    #[must_use]
    pub const fn at(place: Place) -> Self {
        Self { place, steps: 0 }
    }

    /// Takes an event; one that the state does not list is let pass.
    pub const fn handle(&mut self, event: Event) {
        let next = match (self.place, event) {
            (Place::Waiting | Place::Running | Place::Cooling | Place::Cold | Place::Suspect, Event::Reading) => {
                Place::Assessing
            }
            (Place::Waiting | Place::Assessing | Place::Running | Place::Cooling | Place::Cold, Event::ChainFail) => {
                Place::Suspect
            }
            (Place::Assessing, Event::Steady) => Place::Running,
            (Place::Assessing, Event::Overheat) => Place::Cooling,
            (Place::Assessing, Event::Cold) => Place::Cold,
            _ => return,
        };
        self.place = next;
        self.steps += match next {
            Place::Assessing => 2,
            Place::Running | Place::Cooling | Place::Cold => 1,
            Place::Waiting | Place::Suspect => 0,
        };
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}
