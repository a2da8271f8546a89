//! A workflow as pure data: states, transitions, steps; and the state machine over it.
//!
//! Nothing here knows of an engine or a clock.

mod configuration;
mod definition;
mod event;
mod source;
mod state;
mod step;
mod transition;

pub use configuration::{Configuration, Move};
pub use definition::Definition;
pub use event::{EventId, Trigger};
pub use source::Place;
pub use state::{State, StateId, StateKind};
pub use step::{ArgumentSource, Recovery, Retry, Run, Step};
pub use transition::Transition;
