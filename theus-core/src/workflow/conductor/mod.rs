//! The conductor: joins the signal bus (ear), the state machine (brain) and the engine (hand).
//!
//! `Session` is the whole of it without a thread, a clock or a wait: whoever drives it, calls
//! `advance` and does what the `Progress` says. The blocking driver, the asynchronous one and a pool
//! of workers are three ways to do that.

mod arguments;
mod attempt;
mod blocking;
mod broken;
mod cancel;
mod chain;
mod command;
mod control;
mod drive;
mod driven;
mod error;
mod explain;
mod hand;
mod inbox;
mod load;
mod look;
mod macrostep;
mod manager;
mod microstep;
mod names;
mod outcome;
mod parked;
mod position;
mod requests;
mod rest;
mod restore;
mod runtime;
mod scene;
mod session;
mod steps;
mod stored;
mod timers;
mod together;
mod trying;
mod undo;
mod world;

pub(in crate::workflow) use load::load;
pub(in crate::workflow) use manager::{has_timers, has_use_of};

pub use control::Control;
pub use error::WorkflowError;
pub use manager::WorkflowManager;
pub use outcome::{Cause, Fault, Handled, IntoOutcomes, Status, StepOutcome, StepOutcomes};
pub use position::{Position, PositionError};

pub(in crate::workflow) use requests::Requests;
pub(in crate::workflow) use session::{Options, Progress, Session, Troubled};
pub(in crate::workflow) use world::World;
