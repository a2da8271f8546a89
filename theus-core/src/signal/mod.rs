//! Events: what a process signals to the world around it, and the bus that carries them after the commit.
//!
//! | construct | for |
//! |---|---|
//! | [`Signal`] | a type that can be a field of the Signal zone: when it is raised, how it is reset |
//! | [`EventName`] | what a workflow listens to: `CMD_START` from the field `cmd_start`, `EVT_STOP` from `sig_stop` |
//! | [`Event`], [`Origin`] | one occurrence, and where it came from |
//! | [`Payload`], [`PayloadError`] | what an event brings along, and why it is refused |
//! | [`TraceContext`] | where in a distributed trace it was sent |
//! | [`SignalBus`] | the queue between those who raise events and the workflow that handles them |
//! | [`BusOptions`], [`Overflow`] | its size, what it does when it is full, which events overtake |
//! | [`BusStats`] | what has come of the events |
//! | [`Subscription`], [`Item`] | looking on |

mod beside;
mod bus;
mod event;
#[cfg(feature = "store")]
mod kept;
mod lanes;
mod log;
mod options;
#[cfg(feature = "json")]
mod payload;
#[cfg(not(feature = "json"))]
#[path = "no_payload.rs"]
mod payload;
mod queue;
mod raised;
mod stored;
mod subscription;
mod trace_context;
mod waiters;
mod watch;

pub(crate) use beside::{ArrivalClock, Now};
pub use bus::{BusFull, EmitError, SignalBus};
pub use event::{Event, Origin};
pub use lanes::BusStats;
#[cfg(feature = "store")]
pub(crate) use lanes::IN_MEMORY;
#[cfg(feature = "store")]
pub(crate) use log::EventLog;
pub use options::{BusOptions, Overflow};
#[cfg(feature = "workflow")]
pub(crate) use payload::{Beyond, measure};
pub use payload::{Payload, PayloadError};
pub(crate) use queue::deadline;
pub use raised::Signal;
#[cfg(feature = "store")]
pub(crate) use stored::Waiting;
pub use subscription::Subscription;
pub use trace_context::{TraceContext, TraceContextError};
pub(crate) use waiters::Waiter;
pub use watch::Item;
pub(crate) use watch::{LossyQueue, Taken};

pub use theus_model::signal::{EventName, EventNameError};

#[cfg(test)]
mod tests;
