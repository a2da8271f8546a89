//! The interpreter: joins the signal bus, the state machine and the engine.
//!
//! `Interpreter` is the whole of it without a thread, a clock or a wait: whoever drives it, calls
//! `advance` and does what the `Progress` says. The blocking driver, the asynchronous one and a pool
//! of workers are three ways to do that.

mod accessors;
mod activation;
mod advance;
mod answer;
mod arguments;
mod aside;
mod asked;
mod attempt;
mod beside;
mod blocking;
mod cancel;
#[cfg(feature = "store")]
mod carried;
mod chain;
mod command;
mod compensation;
mod context;
mod control;
#[cfg(feature = "store")]
mod coverage;
mod cycles;
mod deferrals;
mod deferred;
mod drive;
mod driven;
mod engine_port;
mod environment;
mod error;
mod explain;
mod failure;
mod handled_json;
#[cfg(feature = "store")]
mod hydrate;
mod inbox;
mod instance;
mod instances;
mod invoke;
#[cfg(feature = "store")]
mod kept;
mod least_wait;
mod load;
mod macrostep;
mod making_good;
mod manager;
mod microstep;
mod multiply;
mod named;
mod names;
mod outcome;
mod position;
mod program;
mod questions;
mod reckon;
mod reckoning;
mod requests;
mod rest;
mod restore;
mod restored_unit;
mod saga;
mod seldom;
mod session_watch;
mod spare;
mod steps;
mod stored;
mod thread_waker;
mod timed;
mod timers;
mod together;
mod tries;
mod trying;
mod unit;
mod watched;

pub(in crate::workflow) use load::load;
pub(in crate::workflow) use manager::{has_timers, has_use_of};
pub(in crate::workflow) use program::check_program;

pub use advance::Progress;
pub use answer::{Answer, AnswerFailure, Repeated};
pub use control::Control;
pub use cycles::Cycle;
pub use error::WorkflowError;
#[cfg(feature = "store")]
pub use hydrate::ResumeError;
pub use manager::WorkflowManager;
pub use outcome::{Cause, Fault, Handled, IntoOutcomes, Status, StepOutcome, StepOutcomes};
pub use position::{Position, PositionError};

pub(in crate::workflow) use environment::Environment;
pub(in crate::workflow) use instance::{Interpreter, Options, Progress as Advanced, Troubled};
pub(in crate::workflow) use requests::Requests;
