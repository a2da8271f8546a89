//! A workflow as pure data: states, transitions, steps; and the state machine over it.
//!
//! Nothing here knows of an engine or a clock.
//!
#![doc = include_str!("features.md")]

mod as_file;
mod configuration;
mod definition;
mod done;
mod event;
mod machine;
mod microstep;
mod moves;
mod ordered;
mod parts;
mod quick;
mod selection;
mod source;
mod state;
mod step;
mod stored;
mod strands;
mod table;
mod transition;
mod tree;
mod triggers;

#[cfg(test)]
mod tests;

pub use configuration::Configuration;
pub use definition::{DEFAULT_LIMIT, Definition};
pub use event::{EventId, TimerId, Trigger};
pub use moves::{Chain, Effects, Move, Part, Strand};
pub use parts::Parts;
pub use quick::{Beforehand, Quick};
pub use source::Place;
pub use state::{State, StateId, StateKind};
pub use step::{ArgumentSource, Recovery, Retry, Run, Step, TIMEOUT};
pub use stored::{Stored, StoredError};
pub use transition::Transition;
