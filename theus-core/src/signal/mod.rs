//! Events: what a process signals to the world around it, and the bus that carries them after the commit.
//!
//! | construct | for |
//! |---|---|
//! | [`Signal`] | a type that can be a field of the Signal zone: when it is raised, how it is reset |
//! | [`EventName`] | what a workflow listens to: `CMD_START` from the field `cmd_start`, `EVT_STOP` from `sig_stop` |
//! | [`Event`], [`Origin`] | one occurrence, and where it came from |
//! | [`SignalBus`] | the queue between those who raise events and the workflow that handles them |

mod bus;
mod event;
mod name;
mod raised;

pub use bus::{BusFull, BusOptions, EmitError, SignalBus};
pub use event::{Event, Origin};
pub use name::{EventName, EventNameError};
pub use raised::Signal;
