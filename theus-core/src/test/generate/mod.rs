//! Commands and states by chance, out of the shapes of their types: strategies of `proptest`.

mod calls;
mod commands;
mod error;
mod form;
mod made;
mod plan;
mod scalars;
mod shaped;
mod states;

pub use calls::{Call, Calls, calls};
pub use commands::{Commands, commands};
pub use error::GenerateError;
pub use states::{States, states};
