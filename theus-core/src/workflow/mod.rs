//! Workflows as data: states, the processes that run on entering them, the events that lead from one to the next.
//!
//! A workflow file:
//!
//! ```yaml
//! name: desk
//! initial: IDLE                  # the first state, where not given
//! external: [CMD_START]          # events that come from outside, not from a signal of the domain
//! states:
//!   IDLE:
//!     events: { CMD_START: PROCESSING }
//!   PROCESSING:
//!     entry: [p_load_data, p_analyze]
//!     events: { EVT_CHAIN_DONE: SUCCESS, EVT_CHAIN_FAIL: IDLE }
//!   SUCCESS:                     # no events: a final state
//! ```
//!
//! | construct | for |
//! |---|---|
//! | [`WorkflowManager`] | runs a workflow on an engine |
//! | [`Handled`], [`Status`] | what handling an event did, and how the workflow stands |
//! | [`Definition`] | a workflow that was loaded and checked; its [`transition`](Definition::transition) is the whole state machine |
//! | [`Catalog`] | what a workflow is checked against: the processes and the signals there are |
//! | [`State`], [`Step`], [`Handler`] | its parts |
//! | [`Warning`] | what is doubtful in a file but not wrong |

mod catalog;
pub mod chart;
pub mod clock;
pub mod condition;
pub mod conductor;
mod definition;
pub mod file;
mod load;
mod load_state;
mod proof;
mod read;
mod serialize;
mod show;
mod sources;
pub mod trace;
mod warning;

#[cfg(test)]
mod tests;

pub use catalog::Catalog;
pub use clock::{Clock, SystemClock, VirtualClock};
#[cfg(feature = "tokio")]
pub use conductor::TokioSleep;
pub use conductor::{
    Cause, Control, Fault, Handled, Position, PositionError, Sleep, Status, StepOutcome, WorkflowError, WorkflowManager,
};
pub use definition::{Definition, Handler, State, StateId, Step, Transition};
pub use trace::{Trace, Watch};
pub use warning::Warning;
