//! A workflow as pure data: states, transitions, steps; and the state machine over it.
//!
//! Nothing here knows of an engine or a clock.
//!
#![doc = include_str!("features.md")]

mod active;
mod as_file;
mod busy;
mod configuration;
mod defer;
mod deferred;
mod defers;
mod definition;
mod done;
mod event;
mod id;
mod invoke;
mod machine;
mod microstep;
mod moves;
mod ordered;
mod parts;
mod plan;
mod quick;
mod reckoned;
mod retry;
mod selection;
mod source;
mod state;
mod step;
mod stored;
mod strands;
mod table;
mod taken;
mod transition;
mod tree;
mod triggers;

#[cfg(test)]
mod tests;

pub use crate::calendar::Cron;
pub use configuration::Configuration;
pub use deferred::{Deferred, MOST_DEFERRED};
#[doc(hidden)]
pub use definition::DEFAULT_LIMIT;
pub use definition::Definition;
#[doc(hidden)]
pub use event::{DONE_OF, EventId};
pub use event::{TimerId, Trigger};
pub use id::StateId;
pub use invoke::{Invoke, OnLeave};
pub use moves::{Chain, Effects, Move};
#[doc(hidden)]
pub use parts::Parts;
#[doc(hidden)]
pub use plan::{Part, Strand};
#[doc(hidden)]
pub use quick::{Beforehand, Quick};
pub use reckoned::Reckoned;
pub use retry::{Jitter, LeastWait, Retry};
pub use source::Place;
pub use state::{State, StateKind};
#[doc(hidden)]
pub use step::TIMEOUT;
pub use step::{ArgumentSource, Multiple, Recovery, Restart, Run, SideBySide, Step};
#[doc(hidden)]
pub use stored::{Stored, StoredError};
pub use transition::Transition;
