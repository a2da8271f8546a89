//! A naive engine with the same meaning as the real one: one mutex, a copy of the whole domain, run, check after the
//! fact, put back. It shares nothing with the engine but the types of the fields; the contracts are written out again.

mod audit;
mod contracts;
mod state;

pub(crate) use audit::Record;
pub(crate) use state::{Declared, Failure, Happened, Ran, Reference};
