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
//! [`errors`](crate::errors) has a page for whatever can be wrong in a file.
//! [`mod@file`] has a table of all that a file can say.
//!
//! # Which construct for what, in a program
//!
//! | construct | for |
//! |---|---|
//! | [`WorkflowManager`] | runs a workflow on an engine: [blocking](WorkflowManager::run_until_final), step by step, or [as a task](WorkflowManager::run_until_final_async) |
//! | [`Handled`], [`Status`], [`Fault`] | what handling an event did, how the workflow stands, why a chain failed |
//! | [`Control`] | pauses and cancels it from another thread |
//! | [`Clock`], [`VirtualClock`], [`Sleep`] | what time it is, also in tests; how a task waits |
//! | [`Cycle`] | how what is done every so often keeps its time |
//! | [`Position`] | where it is, to be stored and [gone on from](WorkflowManager::restore) |
//! | [`Trace`], [`Watch`] | what it did, in order; the same as it happens |
//! | [`Definition`] | a workflow that was loaded and checked; its [`transition`](Definition::transition) is the state machine; serde writes it in the format of its file |
//! | [`Program`] | what the program sends and waits for, held against the file: [`WorkflowManager::program`], `SessionsBuilder::program` |
//! | [`file::load`], [`Catalog`] | reads a file and proves it, without an engine; what it is checked against |
//! | [`chart`] | the parts of a definition |

pub mod clock;
pub mod interpreter;
pub mod sessions;
pub mod trace;

#[cfg(test)]
mod tests;

#[cfg(feature = "tokio")]
pub use clock::TokioSleep;
pub use clock::{Clock, Sleep, SystemClock, VirtualClock};
#[cfg(feature = "store")]
pub use interpreter::ResumeError;
pub use interpreter::{
    Answer, AnswerFailure, Cause, Control, Cycle, Fault, Handled, IntoOutcomes, Position, PositionError, Progress,
    Repeated, Status, StepOutcome, StepOutcomes, WorkflowError, WorkflowManager,
};
pub use sessions::Sessions;
pub use trace::{Trace, Watch};

#[doc(hidden)]
pub use theus_lang::condition;
#[doc(no_inline)]
pub use theus_lang::workflow::{
    Catalog, Configuration, Deferral, Definition, Program, SagaExit, State, StateId, Step, Transition,
};
#[doc(inline)]
pub use theus_lang::workflow::{chart, file};
