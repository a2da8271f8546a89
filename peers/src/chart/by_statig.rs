//! The chart as a machine of statig, in the form of its documentation: a function for each state, what they share in a
//! superstate, entry actions.

#![allow(missing_docs, reason = "the macro writes the enum of the states")]

use statig::prelude::*;

use super::{Event, Place};

/// What all states share.
#[derive(Debug, Default)]
pub struct Guard {
    /// How many processes it would have run.
    pub steps: u64,
}

#[state_machine(initial = "State::waiting()", state(derive(Debug)))]
impl Guard {
    #[state(superstate = "ready")]
    fn waiting(event: &Event) -> Outcome<State> {
        let _ = event;
        Super
    }

    #[state(entry_action = "enter_assessing")]
    fn assessing(event: &Event) -> Outcome<State> {
        match event {
            Event::Steady => Transition(State::running()),
            Event::Overheat => Transition(State::cooling()),
            Event::Cold => Transition(State::cold()),
            Event::ChainFail => Transition(State::suspect()),
            Event::Reading => Handled,
        }
    }

    #[state(superstate = "ready", entry_action = "drive")]
    fn running(event: &Event) -> Outcome<State> {
        let _ = event;
        Super
    }

    #[state(superstate = "ready", entry_action = "drive")]
    fn cooling(event: &Event) -> Outcome<State> {
        let _ = event;
        Super
    }

    #[state(superstate = "ready", entry_action = "drive")]
    fn cold(event: &Event) -> Outcome<State> {
        let _ = event;
        Super
    }

    #[state]
    fn suspect(event: &Event) -> Outcome<State> {
        match event {
            Event::Reading => Transition(State::assessing()),
            _ => Handled,
        }
    }

    /// Where a reading is waited for.
    #[superstate]
    fn ready(event: &Event) -> Outcome<State> {
        match event {
            Event::Reading => Transition(State::assessing()),
            Event::ChainFail => Transition(State::suspect()),
            _ => Handled,
        }
    }

    #[action]
    fn enter_assessing(&mut self) {
        self.steps += 2;
    }

    #[action]
    fn drive(&mut self) {
        self.steps += 1;
    }
}

/// A machine, and where it is.
pub struct Machine(InitializedStateMachine<Guard>);

impl Machine {
    /// A machine at the start.
    #[must_use]
    pub fn new() -> Self {
        Self(Guard::default().uninitialized_state_machine().init())
    }

    /// Takes an event; one that the state does not list is let pass.
    pub fn handle(&mut self, event: Event) {
        self.0.handle(&event);
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.0.state() {
            State::Waiting { .. } => Place::Waiting,
            State::Assessing { .. } => Place::Assessing,
            State::Running { .. } => Place::Running,
            State::Cooling { .. } => Place::Cooling,
            State::Cold { .. } => Place::Cold,
            State::Suspect { .. } => Place::Suspect,
        }
    }

    /// How many processes it would have run.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.0.inner().steps
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self::new()
    }
}
